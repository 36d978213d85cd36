"""Disclosure control: which table of an attribute of people may be shown, and in what detail.

Agency totals are published. What people are like (attributes.py) is told nationally, and for an
agency only with AGENCY_AT_LEAST declined requests or more in the week. In each such table

- a category with a cell under the threshold is added up in *other*; then the smallest categories,
  until *other* reaches the threshold;
- so is a category with all requests of a table in which an agency has fewer requests than the
  threshold: it would say of that agency's people what they all are;
- nothing is shown if then no category is left, or if fewer than 3 agencies contribute to the
  national table, or one of them has over 85 %;
- agency tables use the same categories, for them and for what they leave of the national table:
  both have to pass, because the one can be taken from the other;
- another table than that of an earlier revision is shown only if the rows in which the two differ
  are as many as the threshold, of 3 agencies, none over 85 %, nationally and in what the agency
  tables leave of it; and in each agency table none, or as many as the threshold;
- what came into a category since then, and what went, has to reach the threshold, and so has what
  came or went elsewhere. A category of which it does not is added up, and so is all that was added
  up before, for one can be taken from the other. If nothing is left, or an agency with a table
  would lose it, the earlier tables stand, all of them; and an agency whose table was withheld does
  not get one later. What was shown before that is compared by the number of rows alone.

A cell of zero is shown: it is a fact about the table, and hiding it would hide nearly all.

A protected request (8 U.S.C. 1367, 18 U.S.C. 5038, sealed, a claim to citizenship) counts for its
agency only where the agency's total reaches the threshold: see `listed_agency`. An agency with a
declined request that is not shown with it has no table: the sum would tell whose it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pandas as pd

from ddor.measures.attributes import (
    ATTRIBUTES,
    COLUMNS,
    OTHER,
    STANDINGS,
    category_counts,
)

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
    keeps them. rows: request_id -> [agency_id, [[code, standing], …]] behind them; older: the rows
    and the agency_ids of the tables shown before these. Both are private.
    """

    tables: dict[str, pd.DataFrame]
    withheld: dict[str, str]
    as_of: str
    rows: dict[str, list]
    older: tuple = ()
    stands: bool = False


@dataclass(frozen=True)
class Earlier:
    """What earlier revisions of the week told: attribute -> the last Shown that had a table.
    gone: why these tables may not be shown again, or are not known any more; else "". listed:
    protected request -> whether it was shown with its agency."""

    attributes: dict[str, Shown] = field(default_factory=dict)
    gone: str = ""
    listed: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Mapping) -> "Earlier":
        """From history.read_earlier."""
        return cls(from_plain(plain["attributes"]), plain["gone"], plain["listed"])


def shown_attributes(
    frames: dict[str, pd.DataFrame],
    declined: pd.DataFrame,
    threshold: int,
    as_of: str,
    earlier: Earlier,
) -> dict[str, Shown]:
    """Attribute -> Shown. `frames` from attributes_of_declined; `declined`: columns request_id,
    agency_id and listed_agency of this week's declined requests, the base of every table."""
    shown = {}
    for name in ATTRIBUTES:
        week = _Week(name, frames[name], declined, threshold, as_of)
        shown[name] = _after_earlier(week, earlier)
    return shown


class _Part(NamedTuple):
    """A table that has to be safe. counts: merged codes -> the table; base: the number of requests
    it is a table of; rest: how many of them a category has to leave."""

    counts: Callable
    base: int
    rest: int


@dataclass(frozen=True)
class _Week:
    """One attribute of the week: its frame, and the rest as in shown_attributes."""

    attribute: str
    frame: pd.DataFrame
    declined: pd.DataFrame
    threshold: int
    as_of: str

    @property
    def totals(self) -> pd.Series:
        """agency_id -> declined requests."""
        return self.declined["agency_id"].value_counts()

    def large(self) -> list[str]:
        """The agencies whose line has AGENCY_AT_LEAST declined requests, from few to many."""
        totals = self.declined["listed_agency"].value_counts().drop("", errors="ignore")
        totals = totals[totals >= AGENCY_AT_LEAST]
        return list(totals.sort_index().sort_values(kind="stable").index)

    def are_all_listed(self, agency_id: str) -> bool:
        rows = self.declined[self.declined["agency_id"] == agency_id]
        return bool((rows["listed_agency"] == agency_id).all())

    def counts(self, frame: pd.DataFrame):
        """Merged codes -> the table of `frame`."""
        return lambda codes=frozenset(): category_counts(frame, self.attribute, codes)

    def of(self, agencies) -> pd.DataFrame:
        return self.frame[self.frame["agency_id"].isin(agencies)]

    def part(self, agencies) -> _Part:
        """The table of these agencies. Where all requests are in one category, those of a small
        agency are too."""
        totals = self.totals[list(agencies)]
        rest = 1 if (totals < self.threshold).any() else 0
        return _Part(self.counts(self.of(agencies)), int(totals.sum()), rest)


def _shown(week: _Week, before: "_Before") -> Shown:
    """The tables of the week; `before`: what they will be compared with."""
    tables, withheld = {}, {}
    codes, why = _national(week, before)
    if why:
        withheld[NATIONAL] = why
    else:
        tables[NATIONAL] = week.counts(week.frame)(codes)
    totals, large = week.totals, week.large()
    listed = [each for each in large if each not in before.withheld and week.are_all_listed(each)]
    agency_codes = None
    while listed:
        rest = [] if why else list(totals.index.difference(listed))
        agency_codes = _common_codes(week, listed, rest, codes, before)
        if agency_codes is not None:
            break
        listed.pop(0)  # the smallest: what is then left of the national table may pass
    for agency_id in large:
        if agency_id in listed:
            tables[agency_id] = week.counts(week.of([agency_id]))(agency_codes)
        else:
            withheld[agency_id] = FEW_CATEGORIES
    return Shown(tables, withheld, week.as_of, _rows(week.frame))


def _national(week: _Week, before: "_Before"):
    """-> the codes to be added up in OTHER, and why the table is withheld ("" if it is not)."""
    if week.frame.empty:
        return frozenset(), "nothing on record"
    why = _too_few_agencies(week.frame)
    parts = [week.part(week.totals.index), *before.changes([NATIONAL], week.threshold)]
    # An agency's earlier table can be taken from this one, if nothing has changed there.
    others = week.totals.index.difference(list(before.tables))
    if before.tables and len(others) and len(others) < len(week.totals):
        why = why or _too_few_agencies(week.of(others))
        parts.append(week.part(others))
    codes = _merged_until_safe(week, week.frame, parts, before.merged(NATIONAL))
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


def _common_codes(week: _Week, listed, rest, national_codes, before: "_Before"):
    """The codes to be added up in OTHER in the tables of the agencies `listed`, or None where no
    detail is left. `rest`: the other agencies of the national table, if there is one; what the
    listed ones leave of it has to be a table that could be shown."""
    parts = [week.part([each]) for each in listed]
    if rest:
        if _too_few_agencies(week.of(rest)):
            return None
        parts.append(week.part(rest))
    compared = [each for each in listed if each in before.tables]
    for each in compared:
        parts += before.changes([each], week.threshold)
    if rest and compared:
        parts += before.changes([NATIONAL, *compared], week.threshold)
    codes = national_codes | before.merged(*compared)
    everything = week.of([*listed, *rest])
    return _merged_until_safe(week, everything, parts, codes)


def _merged_until_safe(week: _Week, everything, parts, codes: frozenset) -> frozenset | None:
    """The smallest set of codes from `codes` on whose merger leaves every part's table safe, or
    None. `everything`: the frame in which a category is small or large."""
    single = week.counts(everything)()
    codes = codes | {
        code
        for part in parts
        for code, cells in part.counts().iterrows()
        if not _reaches(cells, week.threshold) or part.base - cells["requests"] < part.rest
    }
    while True:
        left = single.drop(index=[code for code in codes if code in single.index])
        if left.empty:
            return None
        others = [part.counts(codes) for part in parts]
        cells = [table.loc[OTHER] for table in others if OTHER in table.index]
        if all(_reaches(cell, week.threshold) for cell in cells):
            return frozenset(codes)
        # By name where two are equally small, so that the same rows give the same table.
        smallest = left.reset_index().sort_values(["requests", "code"])["code"].iloc[0]
        codes = codes | {smallest}


def _reaches(cells: pd.Series, threshold: int) -> bool:
    return bool(((cells == 0) | (cells >= threshold)).all())


def _rows(frame: pd.DataFrame) -> dict[str, list]:
    rows: dict[str, list] = {}
    for row in frame.itertuples():
        rows.setdefault(row.request_id, [row.agency_id, []])[1].append([row.code, row.standing])
    return rows


@dataclass(frozen=True)
class _Before:
    """What the tables of a week will be compared with. rows, tables, withheld: those of the
    earlier Shown, empty for a first revision; later: the rows of the week."""

    attribute: str
    rows: dict[str, list]
    later: dict[str, list]
    tables: dict[str, pd.DataFrame]
    withheld: frozenset

    def merged(self, *agencies: str) -> frozenset:
        """The codes that no table of `agencies` showed by themselves."""
        tables = [self.tables[each] for each in agencies if each in self.tables]
        shown = {code for table in tables for code in table.index}
        there = {code for _, cells in self.rows.values() for code, _ in cells}
        return frozenset(there - shown) if tables else frozenset()

    def changes(self, tables: list[str], threshold: int) -> list[_Part]:
        """What came, and what went, among the requests of one table, or of the first of `tables`
        without the others. Nothing if one was not shown before."""
        if not self.tables.keys() >= set(tables):
            return []
        first, *others = tables
        rows, later = (
            {request: row for request, row in each.items()
             if (row[0] == first or first == NATIONAL) and row[0] not in others}
            for each in (self.rows, self.later)
        )  # fmt: skip
        both = ((rows, later), (later, rows))
        return [_came(self.attribute, *each, threshold) for each in both]


def _came(attribute: str, rows: dict[str, list], later: dict[str, list], threshold: int) -> _Part:
    """The table of what the requests of `later` count in that those of `rows` do not. That all who
    came are alike tells what each of them is; that some changed alike does not tell which, so that
    it is a table of all."""

    def counts(codes=frozenset()) -> pd.DataFrame:
        cells, known = (_cells(attribute, each, codes) for each in (later, rows))
        new = [(request, "", *cell) for request, *cell in sorted(cells - known)]
        return category_counts(pd.DataFrame(new, columns=list(COLUMNS), dtype="str"), attribute)

    return _Part(counts, len(later.keys() - rows.keys()) or len(later), threshold)


def _cells(attribute: str, rows: dict[str, list], codes: frozenset) -> set[tuple[str, str, str]]:
    """(request_id, code, standing), with the codes in `codes` merged."""
    best: dict[tuple[str, str], int] = {}
    order = STANDINGS[attribute]
    for request, (_, cells) in rows.items():
        for code, standing in cells:
            key = (request, OTHER if code in codes else code)
            best[key] = min(order.index(standing), best.get(key, len(order)))
    return {(*key, order[standing]) for key, standing in best.items()}


def _after_earlier(week: _Week, earlier: Earlier) -> Shown:
    """The tables of the week, or what the earlier revision showed, where the two together would
    tell more than either."""
    nothing = _Before(week.attribute, {}, {}, {}, frozenset())
    new = _shown(week, nothing)
    before = earlier.attributes.get(week.attribute)
    if earlier.gone and (before is None or not before.tables):
        return _withheld(new, earlier.gone)
    if before is None or not new.tables:
        return new
    if not before.tables or (_same(before, new) and not earlier.gone):
        return new
    shown_before = ((before.rows, tuple(before.tables)), *before.older)
    if all(
        (not (changed := _changed(rows, new.rows)) and not earlier.gone)
        or _could_be_shown(changed, set(tables), new.tables.keys(), week.threshold)
        for rows, tables in shown_before
    ):
        withheld = frozenset(before.withheld) - {NATIONAL}
        known = _Before(week.attribute, before.rows, new.rows, before.tables, withheld)
        another = _shown(week, known)
        if another.tables and not before.tables.keys() & another.withheld.keys():
            return replace(another, older=shown_before)
    if earlier.gone:
        return _withheld(new, earlier.gone)
    return replace(before, stands=True)


def _changed(before: dict[str, list], now: dict[str, list]) -> dict[str, list]:
    """The rows that came, went, or are others."""
    return {
        request_id: rows[request_id]
        for rows, others in ((before, now), (now, before))
        for request_id in rows
        if rows[request_id] != others.get(request_id)
    }


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


def _could_be_shown(changed: dict[str, list], before: set[str], new: set[str], threshold) -> bool:
    """Whether the changed requests are as many as the threshold, of 3 agencies, none over 85 %;
    in what the agencies with a table in both leave of them the same, or none; and in each agency
    with a table none, or as many as the threshold. `before`, `new`: the keys of the tables."""
    frame = pd.DataFrame(
        [(request_id, row[0]) for request_id, row in changed.items()],
        columns=["request_id", "agency_id"],
    )
    by_agency = frame["agency_id"].value_counts()
    parts = [int(by_agency.get(agency_id, 0)) for agency_id in {*before, *new} - {NATIONAL}]
    rest = frame[~frame["agency_id"].isin(before & new)]
    national = [frame, rest] if len(rest) else [frame]
    if NATIONAL in {*before, *new} and any(
        len(each) < threshold or _too_few_agencies(each) for each in national
    ):
        return False
    return all(part == 0 or part >= threshold for part in parts)


def listed_agency(
    status: pd.DataFrame, threshold: int, earlier: dict[str, bool] | None = None
) -> pd.Series:
    """The agency_id that a request counts for, "" for the line *agency not shown*; on the index
    of `status`. A protected request is shown with its agency only where each total of the agency
    that it is part of (issued, declined, honored) reaches the threshold. As it was shown in the
    first revision so it stays (`earlier`): where it came from would tell whose it is."""
    enough = pd.Series(True, index=status.index)
    for counted in ("issued", "declined", "honored"):
        total = status[counted].groupby(status["agency_id"]).transform("sum")
        enough &= ~status[counted] | (total >= threshold)
    before = status["request_id"].map(earlier or {})
    enough = enough.mask(before.notna(), before.eq(True))
    hidden = (status["protected"] == "true") & ~enough
    return status["agency_id"].mask(hidden, "")


def protected_listed(status: pd.DataFrame, earlier: dict[str, bool]) -> dict[str, bool]:
    """Earlier.listed for the next revision: that of all revisions so far. `status` with its
    column listed_agency."""
    protected = status[(status["protected"] == "true") & status[["issued", "declined", "honored"]]
                       .any(axis=1)]  # fmt: skip
    shown = (protected["listed_agency"] != "").tolist()
    return dict(zip(protected["request_id"], shown, strict=True)) | earlier


def plain_shown(shown: dict[str, Shown]) -> dict:
    """For JSON; the private file attributes.json of a revision."""
    return {
        name: {
            "as_of": each.as_of,
            "tables": {key: table.to_dict("index") for key, table in each.tables.items()},
            "withheld": each.withheld,
            "rows": each.rows,
            "older": [[rows, list(tables)] for rows, tables in each.older],
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
            older=tuple((rows, tuple(tables)) for rows, tables in each["older"]),
        )
        for name, each in plain.items()
    }
