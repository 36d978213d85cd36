"""What revisions of a quarter and of its weeks tell of people, beside what both told before; and
what a quarter says of what it does not tell."""

from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from ddor.calendar import Week
from ddor.compiled.people import (
    NO_DECLINES,
    PeopleOfWeeks,
    WeekOfPeople,
    people_of_weeks,
    week_of_people,
)
from ddor.measures.attributes import ATTRIBUTES, CHARGES, CITIZENSHIP, DAYS, week_candidates
from ddor.measures.disclosure import NATION, POOLED, Earlier, Row, Table, tell
from ddor.measures.figures import NO_CHARGES
from ddor.measures.people import OTHER, with_charges
from ddor.report.attribute_tables import UNSPLIT, AttributeTables

W1, W2, W3 = "2017-02-11", "2017-02-18", "2017-02-25"
A, B, C, D, E = "AAAA", "BBBB", "CCCC", "DDDD", "EEEE"
DRUGS, ASSAULT = "convicted 35:convicted", "charged_only 13:charged_only"
OF = {CHARGES: DRUGS, CITIZENSHIP: "MEX", DAYS: "0 to 2 days"}
AS_OF, LATER = "2017-10-01", "2017-11-01"
NOTHING_EARLIER = Earlier()


def rows(week: str, prefix="r", attribute=CHARGES, value="", **agencies: int):
    """So many requests of each agency."""
    return frozenset(
        Row(f"{prefix}-{week}-{agency_id}-{at}", week, agency_id, "", value or OF[attribute])
        for agency_id, count in agencies.items()
        for at in range(count)
    )


def week_of(own: frozenset[Row], attribute=CHARGES, earlier=NOTHING_EARLIER) -> WeekOfPeople:
    """A week of one attribute, as its job tells it."""
    (week,) = {row.week for row in own}
    keys = {row.request_id for row in own}
    told = tell(week_candidates({attribute: own}), earlier, keys, AS_OF, 5)
    return week_of_people(Week.parse(week), told, {attribute: own})


def week(day: str, attribute=CHARGES, **given) -> WeekOfPeople:
    return week_of(rows(day, attribute=attribute, **given), attribute)


def quarter(*weeks: WeekOfPeople, before: Iterable[PeopleOfWeeks] = (), day=AS_OF) -> PeopleOfWeeks:
    """A revision after those of `before`, the last of which stands."""
    told = [each.told for each in before]
    tables = tuple(table for each in told for table in each.tables.values())
    last = tuple(told[-1].tables.values()) if told else ()
    beside = tuple(table for each in weeks for table in each.told)
    return people_of_weeks(weeks, Earlier(tables, last, "", beside), day, 5)


def counts(lines) -> dict[tuple, int]:
    return {line[:-1]: line.requests for line in lines}


ENOUGH_MADE = {A: 8, B: 8, C: 8}
FEW = {A: 4, B: 4, C: 4}


# The nation


def test_a_group_that_a_week_has_no_name_for_stays_in_the_other_of_that_week():
    few = [
        week_of(rows(day, **ENOUGH_MADE) | rows(day, "s", value=ASSAULT, **{A: count}))
        for day, count in ((W1, 2), (W2, 4))
    ]
    lines = counts(quarter(*few).nation[CHARGES])
    assert lines[CHARGES, NATION, "persons", "13", "all"] == 4
    assert lines[CHARGES, NATION, "persons", OTHER, "all"] == 2
    assert lines[CHARGES, NATION, "persons", "", "all"] == 6


def test_weeks_that_are_not_enough_together_are_left_out_and_it_is_said_why():
    people = quarter(week(W1, **FEW), week(W3, **ENOUGH_MADE))
    assert people.weeks[CHARGES] == (1, 0, 0, 1, 0)
    assert counts(people.nation[CHARGES])[CHARGES, NATION, "", "", "convicted"] == 24
    assert people.told.untold == {
        (CHARGES, POOLED): "there are fewer than 20 requests",
        (CITIZENSHIP, POOLED): NO_DECLINES,
        (DAYS, POOLED): NO_DECLINES,
    }


def test_a_quarter_without_a_table_says_why():
    people = quarter(week(W1, **FEW))
    assert people.lines() == [] == people.nation[CHARGES]
    assert people.told.untold[CHARGES, POOLED] == "there are fewer than 20 requests"
    assert {*with_charges(people.nation[CHARGES]).values()} == {None}
    empty = WeekOfPeople(W1, (), {attribute: frozenset() for attribute in ATTRIBUTES})
    assert {*quarter(empty).told.untold.values()} == {NO_DECLINES}
    without = quarter(WeekOfPeople(W1, (), {CITIZENSHIP: frozenset(), DAYS: frozenset()}))
    assert without.told.untold[CHARGES, POOLED] == NO_CHARGES


# Places


def test_a_place_in_a_week_whose_own_table_stands_counts_the_requests_as_that_week_tells_them():
    first = rows(W1, **{A: 40, B: 8, C: 8, D: 8})
    before = Earlier(*[week_of(first).told] * 2)
    later = week_of(frozenset(sorted(first)[1:]), earlier=before)
    assert later.table(CHARGES).rows == first
    people = quarter(later)
    table = people.told.table(CHARGES, A)
    assert (len(table.rows), table.retained, table.gone) == (40, False, 1)
    flags = dict(zip([line.place for line in people.lines()], people.flags(), strict=True))
    assert flags == {
        NATION: "in 1 of the weeks as an earlier extract had it",
        A: "1 of its requests no longer counts",
    }


# Later revisions of the quarter


def small_weeks(*gone: str) -> list[WeekOfPeople]:
    """Two weeks that are told together alone, without these requests."""
    both = rows(W1, **{A: 6, B: 6, C: 6}) | rows(W2, **{A: 6, B: 6, C: 6})
    kept = {row for row in both if row.request_id not in gone}
    return [week_of(frozenset(row for row in kept if row.week == day)) for day in (W1, W2)]


def test_a_revision_of_few_changes_keeps_the_pooled_weeks_with_their_date():
    first = quarter(*small_weeks())
    gone = f"r-{W1}-{A}-0"
    second = quarter(*small_weeks(gone), before=[first], day=LATER)
    assert second.nation == first.nation and second.weeks == first.weeks
    pooled = second.told.table(CHARGES, POOLED)
    assert (pooled.retained, pooled.gone, pooled.as_of) == (True, 1, AS_OF)
    assert {*second.flags()} == {
        f"of the weeks added together: as of {AS_OF}; 1 of its requests no longer counts"
    }


def test_a_week_that_is_told_by_itself_since_leaves_the_pool_and_counts_once():
    """Citizenship, which no agency's table tells: one agency alone at first."""
    of_one = rows(W1, attribute=CITIZENSHIP, **{A: 20})
    others = [week(W2, CITIZENSHIP, **{B: 7, C: 6, D: 6}), week(W3, CITIZENSHIP, **{B: 2})]
    first = quarter(week_of(of_one, CITIZENSHIP), *others)
    assert first.weeks[CITIZENSHIP] == (0, 0, 3, 0, 0)
    more = rows(W1, "n", attribute=CITIZENSHIP, **{B: 8, C: 8, D: 8})
    pool = tuple(first.told.tables.values())
    own = week_of(of_one | more, CITIZENSHIP, Earlier(beside=pool))
    assert len(own.table(CITIZENSHIP).rows) == 44
    second = quarter(own, *others, before=[first])
    assert second.weeks[CITIZENSHIP] == (1, 0, 2, 0, 0)
    mexico = counts(second.nation[CITIZENSHIP])[CITIZENSHIP, NATION, "Mexico", "", "all"]
    assert mexico == 44 + 21


# Later revisions of a week that the quarter has


def test_a_week_is_not_told_if_the_pool_less_it_and_less_other_weeks_leaves_too_few():
    """The pool less the first two weeks is the third: 19 requests."""
    new = {C: 8, D: 8, E: 8}
    before = {W1: {A: 20}, W2: {B: 20}}
    third = week(W3, CITIZENSHIP, **{C: 7, D: 7, E: 5})
    first = [week(day, CITIZENSHIP, **of_one) for day, of_one in before.items()]
    pool = tuple(quarter(*first, third).told.tables.values())
    assert [len(table.rows) for table in pool] == [59]
    after = {
        day: rows(day, attribute=CITIZENSHIP, **of_one)
        | rows(day, "n", attribute=CITIZENSHIP, **new)
        for day, of_one in before.items()
    }
    one = week_of(after[W1], CITIZENSHIP, Earlier(beside=pool))
    assert one.table(CITIZENSHIP)
    assert week_of(after[W2], CITIZENSHIP, Earlier(beside=pool)).table(CITIZENSHIP)
    assert not week_of(after[W2], CITIZENSHIP, Earlier(beside=(*pool, *one.told))).told


@pytest.mark.parametrize("in_a_quarter", [False, True])
def test_the_milder_rule_between_revisions_is_not_for_what_a_quarter_tells_too(in_a_quarter):
    own = rows(W1, **{A: 10, B: 10, C: 10, D: 10})
    first = week_of(own).told
    state = Table(CHARGES, "MN", own | rows(W2, **ENOUGH_MADE), AS_OF, 5)
    earlier = Earlier(first, first, "", (state,) if in_a_quarter else ())
    gone = {
        f"r-{W1}-{each}-{at}" for each, number in ((A, 4), (B, 3), (C, 3)) for at in range(number)
    }
    left = frozenset(row for row in own if row.request_id not in gone)
    told = tell(
        week_candidates({CHARGES: left}), earlier, {row.request_id for row in left}, LATER, 5
    )
    assert told.table(CHARGES).retained is in_a_quarter


def test_a_sum_that_some_weeks_do_not_split_says_how_many_are_not_split():
    def of(day, convicted):
        drugs = rows(day, **{A: convicted, B: convicted, C: convicted}, value=DRUGS)
        return week_of(drugs | rows(day, "s", value="charged_only 35:charged_only", D=1, E=19))

    def table(*weeks):
        page = AttributeTables()
        page.period = None
        people = quarter(*weeks)
        page.counts = SimpleNamespace(nation=people.nation.get, told=people.told)
        return page.charges_table().parts[0]

    whole = table(of(W1, 10))
    assert "Not told apart" not in whole.heads.values()
    few = week_of(
        rows(W2, value=DRUGS, A=1)
        | rows(W2, "s", value=ASSAULT, A=10, B=9, C=9)
        | rows(W2, "t", value="charged_only 35:charged_only", A=9)
    )
    summed = table(of(W1, 10), few)
    drugs = summed.frame[summed.frame["requests"] == 60].iloc[0]
    assert summed.heads[UNSPLIT] == "Not told apart"
    assert (drugs["requests"], drugs["convicted"], drugs["charged_only"]) == (60, 30, 20)
    assert drugs[UNSPLIT] == 10
