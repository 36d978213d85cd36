"""What a quarter tells of people: the sum of what its weeks tell, the weeks that were not told
pooled, and places by the one rule; and what revisions of both tell, beside what was told before.
Counted in the process, from weeks made here."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from types import SimpleNamespace

import pytest
from frames import candidates_of

from ddor.calendar import Week
from ddor.compiled.people import (
    NO_DECLINES,
    PeopleOfWeeks,
    WeekOfPeople,
    people_of_weeks,
    week_of_people,
)
from ddor.measures.disclosure import (
    NATION,
    ONE_RULE,
    POOLED,
    AttributeTable,
    PriorTables,
    Row,
    decide,
)
from ddor.measures.figures import NO_CHARGES
from ddor.measures.people import (
    ATTRIBUTES,
    CHARGES,
    CITIZENSHIP,
    DAY_LABELS,
    DAYS,
    OTHER,
    lines_of,
    with_charges,
)
from ddor.report.attribute_tables import UNSPLIT, AttributeTables

DAYS_OF = W1, W2, W3 = "2017-02-11", "2017-02-18", "2017-02-25"
W4 = "2017-03-04"
A, B, C, D, E = "ABCDE"
DRUGS, ASSAULT = "convicted 35:convicted", "charged_only 13:charged_only"
NOT_CONVICTED = "charged_only 35:charged_only"
OF = {CHARGES: DRUGS, CITIZENSHIP: "MEX", DAYS: "0 to 2 days"}
AS_OF, LATER = "2017-10-01", "2017-11-01"
NOTHING_EARLIER = PriorTables()


def rows(week: str, prefix="r", attribute=CHARGES, value="", state="", **agencies: int):
    """So many requests of each agency."""
    return frozenset(
        Row(f"{prefix}-{week}-{agency_id}-{at}", week, agency_id, state, value or OF[attribute])
        for agency_id, count in agencies.items()
        for at in range(count)
    )


def week_of(own: frozenset[Row], attribute=CHARGES, earlier=NOTHING_EARLIER) -> WeekOfPeople:
    """A week of one attribute, as its job tells it."""
    (week,) = {row.week for row in own}
    keys = {row.request_id for row in own}
    told = decide(candidates_of(attribute, own), earlier, keys, AS_OF, 5)
    return week_of_people(Week.parse(week), told, {attribute: own})


def week(day: str, attribute=CHARGES, **given) -> WeekOfPeople:
    return week_of(rows(day, attribute=attribute, **given), attribute)


def small_weeks(days=DAYS_OF, gone="") -> list[WeekOfPeople]:
    """Weeks that are told together alone, without this request."""
    own = [rows(day, A=3, B=3, C=3) for day in days]
    return [week_of(frozenset(row for row in each if row.request_id != gone)) for each in own]


def quarter(*weeks: WeekOfPeople, before: Iterable[PeopleOfWeeks] = (), day=AS_OF) -> PeopleOfWeeks:
    """A revision after those of `before`, the last of which stands."""
    told = [each.shown for each in before]
    tables = tuple(table for each in told for table in each.tables.values())
    last = tuple(told[-1].tables.values()) if told else ()
    beside = tuple(table for each in weeks for table in each.told)
    return people_of_weeks(weeks, PriorTables(tables, last, "", beside), day, 5)


def counts(lines) -> dict[tuple, int]:
    return {line[:-1]: line.requests for line in lines}


ENOUGH_MADE = {A: 8, B: 8, C: 8}


# The nation


VALUES = {
    CHARGES: [DRUGS, ASSAULT, "no_charge", "charged_only 23:charged_only 54:charged_only"],
    CITIZENSHIP: ["MEX", "GTM", "HND", "CHN"],
    DAYS: DAY_LABELS[:4],
}


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_the_lines_of_the_nation_are_the_sums_of_the_weeks_line_by_line(attribute):
    def drawn(day: str, many: int) -> WeekOfPeople:
        """So many more with each value than with the one before."""
        parts = [
            rows(day, f"v{at}", attribute, value, **dict.fromkeys((A, B, C), many + at))
            for at, value in enumerate(VALUES[attribute])
        ]
        return week_of(frozenset(chain(*parts)), attribute)

    weeks = [drawn(W1, 2), drawn(W2, 4)]
    people = quarter(*weeks)
    assert people.weeks[attribute] == (2, 0, 0, 0, 0)
    of_weeks = [lines_of(each.table(attribute)) for each in weeks]
    sums = sum((Counter(counts(lines)) for lines in of_weeks), Counter())
    nation = people.nation[attribute]
    assert +Counter(counts(nation)) == sums and sums.total() > 100
    assert [line for line in people.lines() if not line.place] == nation


def test_weeks_that_were_not_told_are_pooled_if_they_are_enough():
    small = small_weeks()
    assert not any(each.told for each in small)
    people = quarter(*small, week(W4, **ENOUGH_MADE))
    assert people.weeks[CHARGES] == (1, 0, 3, 0, 0)
    assert len(people.shown.table(CHARGES, POOLED).rows) == 27
    assert counts(people.nation[CHARGES])[CHARGES, NATION, "", "", "convicted"] == 24 + 27


def test_a_group_that_a_week_has_no_name_for_stays_in_the_other_of_that_week():
    few = [
        week_of(rows(day, **ENOUGH_MADE) | rows(day, "s", value=ASSAULT, A=count))
        for day, count in ((W1, 2), (W2, 4))
    ]
    lines = counts(quarter(*few).nation[CHARGES])
    assert lines[CHARGES, NATION, "persons", "13", "all"] == 4
    assert lines[CHARGES, NATION, "persons", OTHER, "all"] == 2
    assert lines[CHARGES, NATION, "persons", "", "all"] == 6


def test_weeks_that_are_not_enough_together_are_left_out_and_it_is_said_why():
    people = quarter(*small_weeks([W1, W2]), week(W3, **ENOUGH_MADE))
    assert people.weeks[CHARGES] == (1, 0, 0, 2, 0)
    assert counts(people.nation[CHARGES])[CHARGES, NATION, "", "", "convicted"] == 24
    few = {(CHARGES, POOLED): "there are fewer than 20 requests"}
    none = dict.fromkeys([(CITIZENSHIP, POOLED), (DAYS, POOLED)], NO_DECLINES)
    assert people.shown.withheld == few | none


def test_a_quarter_without_a_table_says_why():
    people = quarter(*small_weeks([W1, W2]))
    assert people.lines() == [] == people.nation[CHARGES]
    assert {*with_charges(people.nation[CHARGES]).values()} == {None}
    empty = WeekOfPeople(W1, (), {attribute: frozenset() for attribute in ATTRIBUTES})
    assert {*quarter(empty).shown.withheld.values()} == {NO_DECLINES}
    without = quarter(WeekOfPeople(W1, (), {CITIZENSHIP: frozenset(), DAYS: frozenset()}))
    assert without.shown.withheld[CHARGES, POOLED] == NO_CHARGES


# Places


def test_of_weeks_that_were_told_only_a_place_that_is_whole_weeks_has_a_table():
    """An agency would cut the table of each week in two, one part of it seven requests."""
    weeks = [week(day, state="MN", A=7, B=7, C=7) for day in DAYS_OF]
    assert all(each.table(CHARGES) for each in weeks)
    people = quarter(*weeks)
    assert people.shown.places(CHARGES) == ["MN"]
    assert people.shown.withheld[CHARGES, A] == ONE_RULE


def test_a_place_in_a_week_whose_own_table_stands_counts_the_requests_as_that_week_tells_them():
    first = rows(W1, A=40, B=8, C=8, D=8)
    before = PriorTables(*[week_of(first).told] * 2)
    later = week_of(frozenset(sorted(first)[1:]), earlier=before)
    assert later.table(CHARGES).rows == first
    people = quarter(later)
    table = people.shown.table(CHARGES, A)
    assert (len(table.rows), table.retained, table.gone) == (40, False, 1)
    flags = dict(zip([line.place for line in people.lines()], people.flags(), strict=True))
    assert flags == {
        NATION: "in 1 of the weeks as an earlier extract had it",
        A: "1 of its requests no longer counts",
    }


# Later revisions of the quarter


def test_a_pool_stands_with_its_date_while_few_of_its_requests_changed():
    first = quarter(*small_weeks())
    gone = f"r-{W1}-{A}-0"
    second = quarter(*small_weeks(gone=gone), before=[first], day=LATER)
    assert second.nation == first.nation and second.weeks == first.weeks
    pooled = second.shown.table(CHARGES, POOLED)
    assert (pooled.retained, pooled.gone, pooled.as_of) == (True, 1, AS_OF)
    assert {*second.flags()} == {
        f"of the weeks added together: as of {AS_OF}; 1 of its requests no longer counts"
    }
    many_gone = quarter(*small_weeks([W3]), before=[first], day=LATER)
    assert "over a quarter" in many_gone.shown.withheld[CHARGES, POOLED]


def test_a_week_told_anew_after_a_pool_had_it_is_not_counted_twice():
    """The pool, less that week, is too small to be told anew, and may not stand."""
    small = small_weeks()
    first = quarter(*small)
    grown = week_of(small[0].rows[CHARGES] | rows(W1, "n", **ENOUGH_MADE))
    people = quarter(grown, *small[1:], before=[first])
    assert grown.table(CHARGES) and (CHARGES, POOLED) in people.shown.withheld
    assert people.nation[CHARGES] == lines_of(grown.table(CHARGES))
    assert people.weeks[CHARGES] == (1, 0, 0, 2, 0)


# Later revisions of a week that the quarter has


def test_a_week_is_not_told_if_the_pool_less_it_and_less_other_weeks_leaves_too_few():
    """The pool less the first two weeks is the third: 19 requests."""
    new = {C: 8, D: 8, E: 8}
    before = {W1: {A: 20}, W2: {B: 20}}
    third = week(W3, CITIZENSHIP, C=7, D=7, E=5)
    first = [week(day, CITIZENSHIP, **of_one) for day, of_one in before.items()]
    pool = tuple(quarter(*first, third).shown.tables.values())
    assert [len(table.rows) for table in pool] == [59]
    after = {
        day: first[at].rows[CITIZENSHIP] | rows(day, "n", CITIZENSHIP, **new)
        for at, day in enumerate(before)
    }
    one = week_of(after[W1], CITIZENSHIP, PriorTables(beside=pool))
    assert one.table(CITIZENSHIP)
    assert week_of(after[W2], CITIZENSHIP, PriorTables(beside=pool)).table(CITIZENSHIP)
    assert not week_of(after[W2], CITIZENSHIP, PriorTables(beside=(*pool, *one.told))).told


@pytest.mark.parametrize("in_a_quarter", [False, True])
def test_the_milder_rule_between_revisions_is_not_for_what_a_quarter_tells_too(in_a_quarter):
    own = rows(W1, A=10, B=10, C=10, D=10)
    first = week_of(own).told
    state = AttributeTable(CHARGES, "MN", own | rows(W2, **ENOUGH_MADE), AS_OF, 5)
    earlier = PriorTables(first, first, "", (state,) if in_a_quarter else ())
    left = own - rows(W1, A=4, B=3, C=3)
    counting = {row.request_id for row in left}
    told = decide(candidates_of(CHARGES, left), earlier, counting, LATER, 5)
    assert told.table(CHARGES).retained is in_a_quarter


def test_a_sum_that_some_weeks_do_not_split_says_how_many_are_not_split():
    def table(*weeks):
        page, people = AttributeTables(), quarter(*weeks)
        page.period = None
        page.counts = SimpleNamespace(nation=people.nation.get, published=people.shown)
        return page.charges_table().parts[0]

    split = week_of(rows(W1, A=10, B=10, C=10) | rows(W1, "s", value=NOT_CONVICTED, D=1, E=19))
    assert "Not told apart" not in table(split).heads.values()
    of_one = rows(W2, A=1) | rows(W2, "t", value=NOT_CONVICTED, A=9)
    summed = table(split, week_of(of_one | rows(W2, "s", value=ASSAULT, A=10, B=9, C=9)))
    assert summed.heads[UNSPLIT] == "Not told apart"
    drugs = summed.frame[summed.frame["requests"] == 60].iloc[0]
    assert [*drugs[["convicted", "charged_only", UNSPLIT]]] == [30, 20, 10]
