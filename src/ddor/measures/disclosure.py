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

from dataclasses import replace

import pandas as pd

from ddor.measures.safe_tables import (
    AGENCY_AT_LEAST,
    Before,
    WeekOfAttribute,
    safe_tables,
    too_few_agencies,
)
from ddor.measures.shown import NATIONAL, Earlier, Shown, from_plain, plain_shown

__all__ = [
    "AGENCY_AT_LEAST", "NATIONAL", "Earlier", "Shown", "from_plain", "last_shown", "listed_agency",
    "plain_shown", "protected_listed", "shown_attributes",
]  # fmt: skip


def shown_attributes(
    frames: dict[str, pd.DataFrame],
    declined: pd.DataFrame,
    threshold: int,
    as_of: str,
    earlier: Earlier,
) -> dict[str, Shown]:
    """Attribute -> Shown. `frames` from attributes_of_declined, or others of its columns with names
    that attributes.STANDINGS knows; `declined`: columns request_id, agency_id and listed_agency of
    this week's declined requests, the base of every table."""
    shown = {}
    for name, frame in frames.items():
        week = WeekOfAttribute(name, frame, declined, threshold, as_of)
        shown[name] = _after_earlier(week, earlier)
    return shown


def _after_earlier(week: WeekOfAttribute, earlier: Earlier) -> Shown:
    """The tables of the week, or what the earlier revision showed, where the two together would
    tell more than either."""
    nothing = Before(week.attribute, {}, {}, {}, frozenset())
    new = safe_tables(week, nothing)
    before = earlier.attributes.get(week.attribute)
    if earlier.gone and (before is None or not before.tables):
        return _withheld(new, earlier.gone)
    if before is None or not before.tables or not new.tables:
        return new
    shown_before = ((before.rows, tuple(before.tables)), *before.older)
    if _same(before, new) and not earlier.gone:
        # What was shown before that is compared with the next revision still.
        return replace(new, older=before.older if before.rows == new.rows else shown_before)
    if all(
        (not (changed := _changed(rows, new.rows)) and not earlier.gone)
        or _could_be_shown(changed, set(tables), new.tables.keys(), week.threshold)
        for rows, tables in shown_before
    ):
        withheld = frozenset(before.withheld) - {NATIONAL}
        known = Before(week.attribute, before.rows, new.rows, before.tables, withheld)
        another = safe_tables(week, known)
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
        len(each) < threshold or too_few_agencies(each) for each in national
    ):
        return False
    return all(part == 0 or part >= threshold for part in parts)


def listed_agency(
    status: pd.DataFrame, threshold: int, earlier: dict[str, bool] | None = None
) -> pd.Series:
    """The agency_id that a request counts for, "" for the line *agency not shown*; on the index
    of `status`. A protected request is shown with its agency only where each total of the agency
    that it is part of (issued, declined, honored, held back) reaches the threshold. As it was shown
    in the first revision so it stays (`earlier`): where it came from would tell whose it is."""
    enough = pd.Series(True, index=status.index)
    for counted in _counted(status).values():
        total = counted.groupby(status["agency_id"]).transform("sum")
        enough &= ~counted | (total >= threshold)
    before = status["request_id"].map(earlier or {})
    enough = enough.mask(before.notna(), before.eq(True))
    hidden = (status["protected"] == "true") & ~enough
    return status["agency_id"].mask(hidden, "")


def _counted(status: pd.DataFrame) -> dict[str, pd.Series]:
    """The totals of an agency that are published, each as which requests count in it."""
    held = {f"held_{doubt}": status["doubts"] == doubt for doubt in ("request", "outcome")}
    return {name: status[name] for name in ("issued", "declined", "honored")} | held


def protected_listed(status: pd.DataFrame, earlier: dict[str, bool]) -> dict[str, bool]:
    """Earlier.listed for the next revision: that of all revisions so far. `status` with its
    column listed_agency."""
    counted = pd.DataFrame(_counted(status)).any(axis=1)
    protected = status[(status["protected"] == "true") & counted]
    shown = (protected["listed_agency"] != "").tolist()
    return dict(zip(protected["request_id"], shown, strict=True)) | earlier
