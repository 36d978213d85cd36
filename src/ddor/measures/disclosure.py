"""Disclosure control: which table of an attribute of people may be shown, and in what detail.

Agency totals are published. What people are like (attributes.py) is told nationally, and for an
agency only with AGENCY_AT_LEAST declined requests or more in the week. In each such table

- a category with a cell under the threshold, or whose remainder of the table's requests is under
  it, is added up in *other*; then the smallest categories, until *other* reaches the threshold;
- nothing is shown if then one line is left that says nothing (of charges it still tells
  convictions from charges), or if fewer than 3 agencies contribute to the
  national table, or one of them has over 85 %;
- agency tables use the same categories, for them and for what they leave of the national table:
  both have to pass, because the one can be taken from the other;
- another table than that of an earlier revision is shown only if the rows in which the two differ
  are a table that could be shown: as many as the threshold, of 3 agencies, none over 85 %.

A cell of zero is shown: it is a fact about the table, and hiding it would hide nearly all. The
rule of a remainder keeps a table from saying the same of every person in it.

A protected request (8 U.S.C. 1367, 18 U.S.C. 5038, sealed, a claim to citizenship) counts for its
agency only where the agency's total reaches the threshold: see `listed_agency`.
"""

from dataclasses import dataclass, field, replace

import pandas as pd

from ddor.measures.attributes import ATTRIBUTES, OTHER, STANDINGS, category_counts

AGENCY_AT_LEAST = 20
FEWEST_AGENCIES = 3
LARGEST_SHARE = 0.85
NATIONAL = ""
FEW_CATEGORIES = "too few requests in too few categories"


@dataclass(frozen=True)
class Shown:
    """One attribute as published. tables: agency_id (NATIONAL: all) -> index code, columns the
    attribute's standings and requests. withheld: agency_id -> why there is no table. Neither the
    names nor the number of the categories in OTHER are kept: six of them in a count of six would
    be one request each.

    as_of: the date of the extract that the tables were made from; stands: whether a later revision
    keeps them. rows: request_id -> [agency_id, [[code, standing], …]] behind them; private.
    """

    tables: dict[str, pd.DataFrame]
    withheld: dict[str, str]
    as_of: str
    rows: dict[str, list]
    stands: bool = False


@dataclass(frozen=True)
class Earlier:
    """What earlier revisions of the week told: attribute -> the last Shown that had a table.
    gone: why these tables may not be shown again, or are not known any more; else ""."""

    attributes: dict[str, Shown] = field(default_factory=dict)
    gone: str = ""


def shown_attributes(
    frames: dict[str, pd.DataFrame],
    declined: pd.DataFrame,
    threshold: int,
    as_of: str,
    earlier: Earlier,
) -> dict[str, Shown]:
    """Attribute -> Shown. `frames` from attributes_of_declined; `declined`: columns request_id and
    agency_id of this week's declined requests, the base of every table."""
    shown = {}
    for name in ATTRIBUTES:
        new = _shown(name, frames[name], declined, threshold, as_of)
        shown[name] = _after_earlier(new, name, threshold, earlier)
    return shown


def _shown(attribute, frame, declined, threshold, as_of) -> Shown:
    totals = declined["agency_id"].value_counts()
    tables, withheld = {}, {}
    codes, why = _national(attribute, frame, len(declined), threshold)
    if why:
        withheld[NATIONAL] = why
    else:
        tables[NATIONAL] = category_counts(frame, attribute, codes)
    large = totals[totals >= AGENCY_AT_LEAST].sort_index().sort_values(kind="stable")
    listed, agency_codes = list(large.index), None
    while listed:
        rest = [] if why else list(totals.index.difference(listed))
        agency_codes = _common_codes(attribute, frame, totals, listed, rest, codes, threshold)
        if agency_codes is not None:
            break
        listed.pop(0)  # the smallest: what is then left of the national table may pass
    for agency_id in large.index:
        if agency_id in listed:
            theirs = frame[frame["agency_id"] == agency_id]
            tables[agency_id] = category_counts(theirs, attribute, agency_codes)
        else:
            withheld[agency_id] = FEW_CATEGORIES
    return Shown(tables, withheld, as_of, _rows(frame))


def _national(attribute: str, frame: pd.DataFrame, base: int, threshold: int):
    """-> the codes to be added up in OTHER, and why the table is withheld ("" if it is not)."""
    if frame.empty:
        return frozenset(), "nothing on record"
    why = _too_few_agencies(frame)
    codes = _merged_until_safe(attribute, [(frame, base)], frozenset(), threshold)
    if codes is None:
        return frozenset(), why or FEW_CATEGORIES
    return codes, why


def _too_few_agencies(frame: pd.DataFrame) -> str:
    by_agency = frame.drop_duplicates("request_id")["agency_id"].value_counts()
    if len(by_agency) < FEWEST_AGENCIES:
        return f"fewer than {FEWEST_AGENCIES} agencies contribute"
    if by_agency.iloc[0] > LARGEST_SHARE * by_agency.sum():
        return f"one agency contributes over {LARGEST_SHARE:.0%}".replace("%", " %")
    return ""


def _common_codes(attribute, frame, totals, listed, rest, national_codes, threshold):
    """The codes to be added up in OTHER in the tables of the agencies `listed`, or None where no
    detail is left. `rest`: the other agencies of the national table, if there is one; what the
    listed ones leave of it has to be a table that could be shown."""
    parts = [(frame[frame["agency_id"] == each], int(totals[each])) for each in listed]
    if rest:
        left = frame[frame["agency_id"].isin(rest)]
        if _too_few_agencies(left):
            return None
        parts.append((left, int(totals[rest].sum())))
    return _merged_until_safe(attribute, parts, national_codes, threshold)


def _merged_until_safe(attribute, parts, codes: frozenset, threshold: int) -> frozenset | None:
    """The smallest set of codes from `codes` on whose merger leaves every part's table safe, or
    None. `parts`: (frame, number of requests it is a table of)."""
    everything = pd.concat([frame for frame, _ in parts], ignore_index=True)
    single = category_counts(everything, attribute)
    codes = codes | {
        code
        for frame, base in parts
        for code, cells in category_counts(frame, attribute).iterrows()
        if not _safe(cells, base, threshold)
    }
    while True:
        left = single.drop(index=[code for code in codes if code in single.index])
        if left.empty and len(STANDINGS[attribute]) == 1:
            return None  # one line with all requests would say nothing
        others = [category_counts(frame, attribute, codes) for frame, _ in parts]
        cells = [table.loc[OTHER] for table in others if OTHER in table.index]
        if all(_reaches(cell, threshold) for cell in cells):
            return frozenset(codes)
        if left.empty:
            return None
        # By name where two are equally small, so that the same rows give the same table.
        smallest = left.reset_index().sort_values(["requests", "code"])["code"].iloc[0]
        codes = codes | {smallest}


def _safe(cells: pd.Series, base: int, threshold: int) -> bool:
    return _reaches(cells, threshold) and base - cells["requests"] >= threshold


def _reaches(cells: pd.Series, threshold: int) -> bool:
    return bool(((cells == 0) | (cells >= threshold)).all())


def _rows(frame: pd.DataFrame) -> dict[str, list]:
    rows: dict[str, list] = {}
    for row in frame.itertuples():
        rows.setdefault(row.request_id, [row.agency_id, []])[1].append([row.code, row.standing])
    return rows


def _after_earlier(new: Shown, attribute: str, threshold: int, earlier: Earlier) -> Shown:
    """`new`, or what the earlier revision showed, where the two together would tell more than
    either."""
    before = earlier.attributes.get(attribute)
    if earlier.gone and (before is None or not before.tables):
        return _withheld(new, earlier.gone)
    if before is None or not new.tables:
        return new
    if _same(before, new) and not earlier.gone:
        return new
    changed = {
        request_id: rows[request_id]
        for rows, others in ((before.rows, new.rows), (new.rows, before.rows))
        for request_id in rows
        if rows[request_id] != others.get(request_id)
    }
    if _could_be_shown(changed, {*before.tables, *new.tables}, threshold):
        return new
    if earlier.gone:
        return _withheld(new, earlier.gone)
    return replace(before, stands=True)


def _withheld(new: Shown, why: str) -> Shown:
    return Shown({}, dict.fromkeys([*new.tables, *new.withheld], why), new.as_of, new.rows)


def last_shown(earlier: Earlier, shown: dict[str, Shown]) -> dict[str, Shown]:
    """What the next revision has to be compared with: of each attribute the last tables shown."""
    return {
        name: each if each.tables else earlier.attributes.get(name, each)
        for name, each in shown.items()
    }


def _same(before: Shown, new: Shown) -> bool:
    return before.tables.keys() == new.tables.keys() and all(
        before.tables[agency_id].equals(new.tables[agency_id]) for agency_id in new.tables
    )


def _could_be_shown(changed: dict[str, list], agencies: set[str], threshold: int) -> bool:
    """Whether the changed requests are as many as the threshold, of 3 agencies, none over 85 %;
    and in each agency that has a table none, or as many as the threshold."""
    frame = pd.DataFrame(
        [(request_id, row[0]) for request_id, row in changed.items()],
        columns=["request_id", "agency_id"],
    )
    by_agency = frame["agency_id"].value_counts()
    parts = [int(by_agency.get(agency_id, 0)) for agency_id in agencies - {NATIONAL}]
    if NATIONAL in agencies and (len(frame) < threshold or _too_few_agencies(frame)):
        return False
    return all(part == 0 or part >= threshold for part in parts)


def listed_agency(status: pd.DataFrame, threshold: int) -> pd.Series:
    """The agency_id that a request counts for, "" for the line *agency not shown*; on the index
    of `status`. A protected request is shown with its agency only where each total of the agency
    that it is part of (issued, declined, honored) reaches the threshold."""
    enough = pd.Series(True, index=status.index)
    for counted in ("issued", "declined", "honored"):
        total = status[counted].groupby(status["agency_id"]).transform("sum")
        enough &= ~status[counted] | (total >= threshold)
    hidden = (status["protected"] == "true") & ~enough
    return status["agency_id"].mask(hidden, "")


def plain_shown(shown: dict[str, Shown]) -> dict:
    """For JSON; the private file attributes.json of a revision."""
    return {
        name: {
            "as_of": each.as_of,
            "tables": {key: table.to_dict("index") for key, table in each.tables.items()},
            "withheld": each.withheld,
            "rows": each.rows,
        }
        for name, each in shown.items()
    }


def from_plain(plain: dict) -> dict[str, Shown]:
    """What plain_shown was given, as far as a later revision needs it."""
    return {
        name: Shown(
            tables={
                key: pd.DataFrame.from_dict(table, orient="index").rename_axis("code")
                for key, table in each["tables"].items()
            },
            withheld=each["withheld"],
            as_of=each["as_of"],
            rows=each["rows"],
        )
        for name, each in plain.items()
    }
