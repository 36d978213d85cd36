"""The tables of one attribute that may be shown: how far categories have to be added up.

See disclosure.py for the rules. A table here is a part: of the nation, of one agency, of what the
agencies leave of the nation, or of what came and went since an earlier revision. All parts of a
week are added up in the same way until each is safe.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from ddor.measures.attributes import COLUMNS, OTHER, STANDINGS, category_counts
from ddor.measures.shown import NATIONAL, Shown

AGENCY_AT_LEAST = 20
FEWEST_AGENCIES = 3
LARGEST_SHARE = 0.85
FEW_CATEGORIES = "too few requests in too few categories"


class Part(NamedTuple):
    """A table that has to be safe. counts: merged codes -> the table; base: the number of requests
    it is a table of; rest: how many of them a category has to leave."""

    counts: Callable
    base: int
    rest: int


@dataclass(frozen=True)
class WeekOfAttribute:
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

    def part(self, agencies) -> Part:
        """The table of these agencies. Where all requests are in one category, those of a small
        agency are too."""
        totals = self.totals[list(agencies)]
        rest = 1 if (totals < self.threshold).any() else 0
        return Part(self.counts(self.of(agencies)), int(totals.sum()), rest)


@dataclass(frozen=True)
class Before:
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

    def changes(self, tables: list[str], threshold: int) -> list[Part]:
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


def _came(attribute: str, rows: dict[str, list], later: dict[str, list], threshold: int) -> Part:
    """The table of what the requests of `later` count in that those of `rows` do not. That all who
    came are alike tells what each of them is; that some changed alike does not tell which, so that
    it is a table of all."""

    def counts(codes=frozenset()) -> pd.DataFrame:
        cells, known = (_cells(attribute, each, codes) for each in (later, rows))
        new = [(request, "", *cell) for request, *cell in sorted(cells - known)]
        return category_counts(pd.DataFrame(new, columns=list(COLUMNS), dtype="str"), attribute)

    return Part(counts, len(later.keys() - rows.keys()) or len(later), threshold)


def _cells(attribute: str, rows: dict[str, list], codes: frozenset) -> set[tuple[str, str, str]]:
    """(request_id, code, standing), with the codes in `codes` merged."""
    best: dict[tuple[str, str], int] = {}
    order = STANDINGS[attribute]
    for request, (_, cells) in rows.items():
        for code, standing in cells:
            key = (request, OTHER if code in codes else code)
            best[key] = min(order.index(standing), best.get(key, len(order)))
    return {(*key, order[standing]) for key, standing in best.items()}


def safe_tables(week: WeekOfAttribute, before: Before) -> Shown:
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


def _national(week: WeekOfAttribute, before: Before):
    """-> the codes to be added up in OTHER, and why the table is withheld ("" if it is not)."""
    if week.frame.empty:
        return frozenset(), "nothing on record"
    why = too_few_agencies(week.frame)
    parts = [week.part(week.totals.index), *before.changes([NATIONAL], week.threshold)]
    # An agency's earlier table can be taken from this one, if nothing has changed there.
    others = week.totals.index.difference(list(before.tables))
    if before.tables and len(others) and len(others) < len(week.totals):
        why = why or too_few_agencies(week.of(others))
        parts.append(week.part(others))
    codes = _merged_until_safe(week, week.frame, parts, before.merged(NATIONAL))
    if codes is None:
        return frozenset(), why or FEW_CATEGORIES
    return codes, why


def too_few_agencies(frame: pd.DataFrame) -> str:
    by_agency = frame.drop_duplicates("request_id")["agency_id"].value_counts()
    if len(by_agency) < FEWEST_AGENCIES:
        return f"fewer than {FEWEST_AGENCIES} agencies contribute"
    if by_agency.iloc[0] > LARGEST_SHARE * by_agency.sum():
        return f"one agency contributes over {LARGEST_SHARE:.0%}".replace("%", " %")
    return ""


def _common_codes(week: WeekOfAttribute, listed, rest, national_codes, before: Before):
    """The codes to be added up in OTHER in the tables of the agencies `listed`, or None where no
    detail is left. `rest`: the other agencies of the national table, if there is one; what the
    listed ones leave of it has to be a table that could be shown."""
    parts = [week.part([each]) for each in listed]
    if rest:
        if too_few_agencies(week.of(rest)):
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


def _merged_until_safe(
    week: WeekOfAttribute, everything: pd.DataFrame, parts: list[Part], codes: frozenset
) -> frozenset | None:
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
