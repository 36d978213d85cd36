"""What may be shown of people: one predicate, one rule (docs/disclosure.md).

A table of an attribute of people (charges, citizenship, days) is a set of rows. A row is a request
with its week, agency and state, and what the attribute says of it. What has to stay unknown is
whose a charge is. So:

- a set of rows is *enough*: 20 or more, of 3 or more agencies, none with over 85 %;
- a piece is *safe*: empty, or enough, or 20 or more of one agency;
- the one rule: the rows of a new table are laid over those of all tables shown before, of withdrawn
  ones too. Every piece that they cut out of each other has to be safe, else the new table is not
  shown. Between revisions of one week, in its national tables, 10 or more of 3 or more agencies are
  safe too, unless a table of another report has them as well.

A table that may not be shown anew stays as an earlier revision showed it, with its date and with
how many of its requests no longer count; it is taken down when that is over a quarter of them.
docs/disclosure.md says why. What a table says of its rows is in people.py. What a revision shows is
kept in the private record runs/<period>/rN/attributes.json, where the next one finds it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, NamedTuple

import pandas as pd
from pydantic import PlainSerializer, TypeAdapter

ENOUGH = 20
FEWEST_AGENCIES = 3
LARGEST_SHARE = 0.85
ENOUGH_CHANGED = 10  # between revisions of one week, in its national tables
NO_LONGER_COUNT = 0.25
NATION, POOLED = "", "pooled"

FEWER = f"there are fewer than {ENOUGH} requests"
ONE_RULE = (
    "compared with the other tables that are or were published, it would say too much about a "
    "small number of requests"
)
TAKEN_DOWN = "over a quarter of the requests in the table published before no longer count"


class Row(NamedTuple):
    """A request as a table counts it. week: the first day; value: what the attribute says of it,
    as people.py writes it."""

    request_id: str
    week: str
    agency_id: str
    state: str
    value: str


def rows_of(frame: pd.DataFrame) -> frozenset[Row]:
    """Of a frame that has the fields of Row as columns."""
    return frozenset(map(Row._make, frame[list(Row._fields)].itertuples(index=False, name=None)))


# As JSON a list in order: equal rows give equal bytes.
Rows = Annotated[frozenset[Row], PlainSerializer(sorted)]
Candidates = dict[tuple[str, str], Rows]  # (attribute, place) -> the rows of a table


@dataclass(frozen=True)
class AttributeTable:
    """A table that is shown. place: NATION, an agency_id, a state, or POOLED (the weeks of a
    quarter that were not shown by themselves). as_of: date of the extract that it was made from;
    threshold: that of its time. retained: whether it is an earlier revision's; gone: how many of
    its requests no longer count (in a quarter's own too, which has a week as the week showed it).
    rows are private."""

    attribute: str
    place: str
    rows: Rows
    as_of: str
    threshold: int
    why: str = ""
    gone: int = 0

    @property
    def retained(self) -> bool:
        return bool(self.why)


@dataclass(frozen=True)
class PublishedTables:
    """What one revision shows of people: (attribute, place) -> its table, or why there is none."""

    tables: Mapping[tuple[str, str], AttributeTable] = field(default_factory=dict)
    withheld: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def table(self, attribute: str, place: str = NATION) -> AttributeTable | None:
        return self.tables.get((attribute, place))

    def __or__(self, other: "PublishedTables") -> "PublishedTables":
        tables, withheld = {**self.tables, **other.tables}, {**self.withheld, **other.withheld}
        return PublishedTables(tables, withheld)

    def places(self, attribute: str) -> list[str]:
        return sorted({p for a, p in self.tables if a == attribute} - {NATION, POOLED})


@dataclass(frozen=True)
class PriorTables:
    """What was shown before. tables: every table of every revision; last: those of the last
    revision that stands; gone: why they are not known, or ""; beside: every table of the other
    reports whose tables can be subtracted from these."""

    tables: tuple[AttributeTable, ...] = ()
    last: tuple[AttributeTable, ...] = ()
    gone: str = ""
    beside: tuple[AttributeTable, ...] = ()


# To JSON and back: the private record of a revision, and what history.read_earlier makes of those.
TABLES, EARLIER = TypeAdapter(tuple[AttributeTable, ...]), TypeAdapter(PriorTables)


def flag_of(table: AttributeTable | None) -> str:
    """What a reader of a line has to know of its table, "" where it is of today."""
    if not table or not (table.retained or table.gone):
        return ""
    gone = f"{table.gone} of its requests no longer {'counts' if table.gone == 1 else 'count'}"
    return f"as of {table.as_of}; {gone}" if table.retained else gone


def disclosure_lines(shown: PublishedTables) -> list[dict]:
    """For summary.json: each table that is shown, or why it, or a newer one, is not."""
    names = ("attribute", "place", "told", "why", "as_of", "no_longer_count")
    tables = [(*key, True, each.why, each.as_of, each.gone) for key, each in shown.tables.items()]
    withheld = [(*key, False, why, "", 0) for key, why in shown.withheld.items()]
    return [dict(zip(names, line, strict=True)) for line in sorted([*tables, *withheld])]


def why_not_enough(by_agency: Counter, place: str = NATION) -> str:
    """What a set lacks to be enough, as a page says it, "" for nothing; the number of its rows by
    agency. The table of one agency, its `place`, has to be large enough alone."""
    total = by_agency.total()
    if total < ENOUGH:
        return FEWER
    if by_agency.keys() == {place}:
        return ""
    if len(by_agency) < FEWEST_AGENCIES:
        return f"the requests went to fewer than {FEWEST_AGENCIES} agencies"
    if max(by_agency.values()) > LARGEST_SHARE * total:
        return f"over {100 * LARGEST_SHARE:.0f} % of the requests went to one agency"
    return ""


def is_safe(by_agency: Counter) -> bool:
    """Of a piece, the number of its rows by agency."""
    of_one = len(by_agency) == 1 and by_agency.total() >= ENOUGH
    return not by_agency or of_one or not why_not_enough(by_agency)


def is_safe_change(by_agency: Counter) -> bool:
    """Of a piece between the national tables of two revisions of one week."""
    many = by_agency.total() >= ENOUGH_CHANGED and len(by_agency) >= FEWEST_AGENCIES
    return many or is_safe(by_agency)


@dataclass
class Overlay:
    """Tables of one attribute laid over each other: the pieces they cut out of each other, each as
    the number of its rows by agency. beside: the pieces that a table of another report has."""

    piece_of: dict[Row, int] = field(default_factory=dict)
    pieces: list[Counter] = field(default_factory=list)
    beside: set[int] = field(default_factory=set)

    def cuts(self, rows: Collection[Row]) -> Iterator[tuple[Counter, bool]]:
        """The pieces that `rows` would make: new rows, and both parts of a piece that it cuts; each
        with whether a table of another report has it."""
        found: dict[int | None, Counter] = defaultdict(Counter)
        for row in rows:
            found[self.piece_of.get(row)][row.agency_id] += 1
        for piece, cut in found.items():
            if piece is None:
                yield cut, False
            elif rest := self.pieces[piece] - cut:
                yield from ((each, piece in self.beside) for each in (cut, rest))

    def lay(self, rows: Collection[Row], beside: bool = False) -> None:
        """Each part of an old piece becomes a piece of its own, and so do the new rows."""
        own: dict[int | None, int] = {}
        for row in rows:
            piece = self.piece_of.get(row)
            if piece not in own:
                own[piece] = len(self.pieces)
                self.pieces.append(Counter())
                self.beside |= {own[piece]} if beside or piece in self.beside else set()
            if piece is not None:
                self.pieces[piece][row.agency_id] -= 1
            self.pieces[own[piece]][row.agency_id] += 1
            self.piece_of[row] = own[piece]


def decide(
    candidates: Candidates,
    earlier: PriorTables,
    counting: Collection[str],
    as_of: str,
    threshold: int,
    of_week: bool = True,
    lacking: Mapping[str, str] = {},
) -> PublishedTables:
    """The tables of a revision: of the tables that would be shown, in their order, each judged
    beside those before it.

    counting: the keys of the requests that count as declined now. of_week: whether the report is a
    week's, whose revisions are compared by `is_safe_change`. lacking: attribute -> why no table of
    it can be made at all, "" where one can.
    """
    overlays: dict[str, Overlay] = defaultdict(Overlay)
    for table in earlier.beside:
        overlays[table.attribute].lay(table.rows, beside=True)
    for table in earlier.tables:
        overlays[table.attribute].lay(table.rows)
    shown_before = {(table.attribute, table.place) for table in earlier.tables}
    last = {(table.attribute, table.place): table for table in earlier.last}
    # What was shown last may be no candidate any more, such as an agency that has fewer now.
    others = last.keys() | {(attribute, NATION) for attribute in lacking}
    no_longer: Candidates = {key: frozenset() for key in sorted(others - candidates.keys())}
    tables, withheld = {}, {}
    for key, rows in {**candidates, **no_longer}.items():
        attribute, place = key
        safe = is_safe_change if of_week and place == NATION and key in shown_before else is_safe
        by_agency = Counter(row.agency_id for row in rows)
        why = lacking.get(attribute) or earlier.gone or why_not_enough(by_agency, place)
        cuts = overlays[attribute].cuts(rows)
        if not why and not all((is_safe if beside else safe)(cut) for cut, beside in cuts):
            why = ONE_RULE
        if not why:
            overlays[attribute].lay(rows)
        elif key not in last:
            withheld[key] = why
            continue
        table = replace(last[key], why=why) if why else AttributeTable(*key, rows, as_of, threshold)
        gone = len({row.request_id for row in table.rows}.difference(counting))
        if why and gone > NO_LONGER_COUNT * len(table.rows):
            withheld[key] = TAKEN_DOWN
        else:
            tables[key] = replace(table, gone=gone)
    return PublishedTables(tables, withheld)
