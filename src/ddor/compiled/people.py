"""What a report made from weekly ones shows of people: the sum of what its weeks show, the weeks
that were not shown pooled, and places, as docs/disclosure.md says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from pydantic import TypeAdapter

from ddor.calendar import Week
from ddor.measures import disclosure
from ddor.measures.disclosure import NATION, POOLED, AttributeTable, PriorTables, PublishedTables
from ddor.measures.figures import NO_CHARGES
from ddor.measures.people import ATTRIBUTES, CHARGES, Line, lines_of, merged, place_candidates

NO_DECLINES = "no request was declined"


@dataclass(frozen=True)
class WeekOfPeople:
    """told: the national tables of the week's current revision; rows: attribute -> the rows of all
    requests that it counts as declined, shown or not."""

    week: str
    told: tuple[AttributeTable, ...]
    rows: Mapping[str, disclosure.Rows]

    def table(self, attribute: str) -> AttributeTable | None:
        return next((table for table in self.told if table.attribute == attribute), None)

    def counted(self, attribute: str) -> Iterable[disclosure.Row]:
        """The rows as they are shown, all where they are not."""
        table = self.table(attribute)
        return table.rows if table else self.rows.get(attribute, ())


class WeeksOfSum(NamedTuple):
    """Of the weeks with a declined request, how many are shown by themselves (`dated` of them as an
    earlier revision showed them), added up as one group, left out, and without such data."""

    told: int
    dated: int
    pooled: int
    left_out: int
    without: int


@dataclass(frozen=True)
class PeopleOfWeeks:
    """shown: pooled weeks and places. nation: attribute -> the lines of the sum, none where nothing
    is shown."""

    shown: PublishedTables
    nation: Mapping[str, list[Line]]
    weeks: Mapping[str, WeeksOfSum]

    def lines(self) -> list[Line]:
        """For attributes.csv."""
        tables = [self.shown.tables[key] for key in sorted(self.shown.tables) if key[1] != POOLED]
        return [*chain(*self.nation.values()), *chain(*map(lines_of, tables))]

    def flags(self) -> list[str]:
        """Of each of the lines; of a sum, which of its weeks are of an earlier extract."""
        return [self._flag(line.attribute, line.place) for line in self.lines()]

    def _flag(self, attribute: str, place: str) -> str:
        own = disclosure.flag_of(self.shown.table(attribute, place or POOLED))
        if place:
            return own
        dated = self.weeks[attribute].dated
        parts = [f"in {dated} of the weeks as an earlier extract had it"] if dated else []
        return "; ".join([*parts, *([f"of the weeks added together: {own}"] if own else [])])


def people_of_weeks(
    weeks: Iterable[WeekOfPeople], earlier: PriorTables, as_of: str, threshold: int
) -> PeopleOfWeeks:
    """Judged beside all that the weeks and earlier revisions showed."""
    weeks = list(weeks)
    pools = {}
    for attribute in ATTRIBUTES:
        withheld = [week.rows.get(attribute, ()) for week in weeks if not week.table(attribute)]
        if rows := _each_once(chain(*withheld)):
            pools[attribute, POOLED] = rows
    base = [week.counted(CHARGES) for week in weeks]
    shown = disclosure.decide(
        pools | place_candidates(_each_once(chain(*base)), "agency_id", "state"),
        _without_what_is_shown_twice(earlier, weeks),
        {row.request_id for week in weeks for row in chain(*week.rows.values())},
        as_of,
        threshold,
        of_week=False,
    )
    nation, numbers, nothing = {}, {}, {}
    for attribute in ATTRIBUTES:
        pooled = shown.table(attribute, POOLED)
        own = {week.week: table for week in weeks if (table := week.table(attribute))}
        in_pool = {row.week for row in pooled.rows} if pooled else set()
        others = [week for week in weeks if week.week not in own.keys() | in_pool]
        nation[attribute] = merged(map(lines_of, [*own.values(), *filter(None, [pooled])]))
        numbers[attribute] = WeeksOfSum(
            told=len(own),
            dated=sum(table.retained for table in own.values()),
            pooled=len(in_pool),
            left_out=sum(bool(week.rows.get(attribute)) for week in others),
            without=sum(any(week.rows.values()) and attribute not in week.rows for week in others),
        )
        if not nation[attribute]:
            supplied = attribute != CHARGES or any(CHARGES in week.rows for week in weeks)
            nothing[attribute, POOLED] = NO_DECLINES if supplied else NO_CHARGES
    return PeopleOfWeeks(PublishedTables(withheld=nothing) | shown, nation, numbers)


def _each_once(rows: Iterable[disclosure.Row]) -> frozenset[disclosure.Row]:
    """A request that two weeks have, as the later one has it: two rows of one person would pass for
    two people. In the sum of the weeks that are shown it is in both."""
    latest = {row.request_id: row for row in sorted(rows, key=lambda row: row.week)}
    return frozenset(latest.values())


def _without_what_is_shown_twice(earlier: PriorTables, weeks: list[WeekOfPeople]) -> PriorTables:
    """`last` of these attributes, without a pool that has a week which is shown by itself now."""

    def may_stand(table: AttributeTable) -> bool:
        own = {week.week for week in weeks if week.table(table.attribute)}
        return table.place != POOLED or not own & {row.week for row in table.rows}

    last = [table for table in earlier.last if table.attribute in ATTRIBUTES and may_stand(table)]
    return replace(earlier, last=tuple(last))


def week_of_people(
    week: Week, shown: PublishedTables, rows: Mapping[str, frozenset[disclosure.Row]]
) -> WeekOfPeople:
    """Of a weekly run: its national tables, and all its rows."""
    national = tuple(table for table in shown.tables.values() if table.place == NATION)
    return WeekOfPeople(str(week), national, rows)


# To JSON and back.
WEEKS = TypeAdapter(tuple[WeekOfPeople, ...])
