"""What a quarter tells of people: the sum of what its weeks tell, the weeks that were not told
pooled, and places by the one rule. Counted in the process, from weeks made here."""

from collections import Counter
from dataclasses import replace

import pytest

from ddor.calendar import Week
from ddor.compiled.people import WEEKS, WeekOfPeople, people_of_weeks, week_of_people
from ddor.measures.attributes import (
    ATTRIBUTES,
    CHARGES,
    CITIZENSHIP,
    DAY_LABELS,
    DAYS,
    week_candidates,
)
from ddor.measures.disclosure import ONE_RULE, POOLED, Earlier, Row, tell
from ddor.measures.people import charge_group_lines, line_frame, lines_of, with_charges

ONE, TWO, THREE = "2017-01-14", "2017-01-21", "2017-01-28"
VALUES = {
    CHARGES: (
        "convicted 13:convicted",
        "charged_only 23:charged_only 35:charged_only",
        "no_charge",
        "convicted 35:convicted 54:charged_only",
    ),
    CITIZENSHIP: ("MEX", "GTM", "HND", "CHN"),
    DAYS: tuple(DAY_LABELS[:4]),
}
AGENCIES = {"AAAA0001": "MN", "BBBB0002": "MN", "CCCC0003": "MN", "DDDD0004": "IA"}


def drawn(week: str, per_agency: dict[str, int], first=0) -> dict[str, frozenset[Row]]:
    """Attribute -> rows, so many of each agency, its requests named by a number from `first`."""
    keys = [
        (agency_id, f"{week}-{agency_id}-{number}")
        for agency_id, many in per_agency.items()
        for number in range(first, first + many)
    ]
    return {
        attribute: frozenset(
            Row(key, week, agency_id, AGENCIES[agency_id], values[at % len(values)])
            for at, (agency_id, key) in enumerate(keys)
        )
        for attribute, values in VALUES.items()
    }


NOTHING_EARLIER = Earlier()


def a_week(week: str, rows: dict[str, frozenset[Row]], earlier=NOTHING_EARLIER) -> WeekOfPeople:
    """As its report tells it."""
    keys = {row.request_id for row in rows[CHARGES]}
    told = tell(week_candidates(rows), earlier, keys, week, 5)
    return week_of_people(Week.parse(week), told, rows)


def compiled(*weeks: WeekOfPeople, earlier: Earlier | None = None):
    """The quarter of these weeks, beside the tables that they told."""
    tables = tuple(table for week in weeks for table in week.told)
    return people_of_weeks(weeks, earlier or Earlier(tables), "2017-09-01", 5)


def many(number: int) -> dict[str, int]:
    return dict.fromkeys(("AAAA0001", "BBBB0002", "CCCC0003"), number)


def test_the_lines_of_the_nation_are_the_sums_of_the_weeks_line_by_line():
    weeks = [a_week(ONE, drawn(ONE, many(8))), a_week(TWO, drawn(TWO, many(11)))]
    people = compiled(*weeks)
    for attribute in ATTRIBUTES:
        sums: Counter = Counter()
        for week in weeks:
            for line in lines_of(week.table(attribute)):
                sums[line[:-1]] += line.requests
        assert {line[:-1]: line.requests for line in people.nation[attribute]} == sums
        assert sums.total() > 0 and people.weeks[attribute] == (2, 0, 0, 0, 0)
    national = line_frame(line for line in people.lines() if not line.place)
    assert national["requests"].sum() == sum(
        line.requests for week in weeks for table in week.told for line in lines_of(table)
    )
    parts = [charge_group_lines(lines_of(week.table(CHARGES))) for week in weeks]
    whole = charge_group_lines(people.nation[CHARGES]).set_index(["category", "group_code"])
    added = (
        parts[0]
        .set_index(["category", "group_code"])["requests"]
        .add(parts[1].set_index(["category", "group_code"])["requests"], fill_value=0)
    )
    assert whole["requests"].to_dict() == added.to_dict()


def test_weeks_that_were_not_told_are_pooled_if_they_are_enough():
    small = [a_week(week, drawn(week, many(3))) for week in (ONE, TWO, THREE)]
    assert not any(week.told for week in small)
    people = compiled(*small)
    assert people.weeks[CHARGES] == (0, 0, 3, 0, 0)
    assert len(people.told.table(CHARGES, POOLED).rows) == 27
    assert sum(line.requests for line in people.nation[CHARGES] if not line.branch) == 27
    # Two of them are 18 requests: too few, and nothing is told, which is not 0.
    people = compiled(*small[:2])
    assert people.weeks[CHARGES] == (0, 0, 0, 2, 0) and people.nation[CHARGES] == []
    assert set(with_charges(people.nation[CHARGES]).values()) == {None}
    assert people.told.untold[CHARGES, POOLED] == "there are fewer than 20 requests"


def test_a_request_in_two_weeks_is_in_both():
    rows = drawn(ONE, many(8))
    again = {name: frozenset(row._replace(week=TWO) for row in own) for name, own in rows.items()}
    people = compiled(a_week(ONE, rows), a_week(TWO, again))
    assert len({row.request_id for row in rows[CHARGES]}) == 24
    assert sum(line.requests for line in people.nation[CHARGES] if not line.branch) == 48


def test_an_agency_and_then_its_state_have_tables_where_the_pieces_are_safe():
    weeks = [a_week(week, drawn(week, many(3) | {"DDDD0004": 7})) for week in (ONE, TWO, THREE)]
    people = people_of_weeks([replace(week, told=()) for week in weeks], Earlier(), "2017-09-01", 5)
    # 21 of one agency, cut out of a pool of 48, leaves 27 of three: the state that has them too.
    assert people.told.places(CHARGES) == ["DDDD0004", "MN"]
    assert len(people.told.table(CHARGES, "MN").rows) == 27


def test_of_weeks_that_were_told_only_a_place_that_is_whole_weeks_has_a_table():
    """An agency would cut the table of each week in two, one part of it seven requests."""
    weeks = [a_week(week, drawn(week, many(7))) for week in (ONE, TWO, THREE)]
    assert all(week.table(CHARGES) for week in weeks)
    people = compiled(*weeks)
    assert people.told.places(CHARGES) == ["MN"]
    assert people.told.untold[CHARGES, "AAAA0001"] == ONE_RULE


def test_a_week_told_anew_after_a_pool_had_it_is_not_counted_twice():
    small = [a_week(week, drawn(week, many(3))) for week in (ONE, TWO, THREE)]
    first = compiled(*small)
    pool = first.told.table(CHARGES, POOLED)
    grown = a_week(
        ONE, {name: own | drawn(ONE, many(8), 3)[name] for name, own in small[0].rows.items()}
    )
    tables = (*first.told.tables.values(), *grown.told)
    earlier = Earlier(tables, tuple(first.told.tables.values()))
    people = compiled(grown, *small[1:], earlier=earlier)
    assert grown.table(CHARGES) and (CHARGES, POOLED) in people.told.untold
    assert people.nation[CHARGES] == lines_of(grown.table(CHARGES))
    assert people.weeks[CHARGES] == (1, 0, 0, 2, 0) and len(pool.rows) == 27


def test_a_pool_stands_while_few_of_its_requests_changed_and_is_taken_down_after_that():
    small = [a_week(week, drawn(week, many(3))) for week in (ONE, TWO, THREE)]
    told = tuple(compiled(*small).told.tables.values())
    earlier = Earlier(told, told)

    def without(first: int):
        left = drawn(ONE, many(3 - first), first)
        return compiled(a_week(ONE, left), *small[1:], earlier=earlier).told

    table = without(1).table(CHARGES, POOLED)
    assert table.retained and table.gone == 3 and len(table.rows) == 27
    many_gone = compiled(small[2], earlier=earlier).told
    assert "over a quarter" in many_gone.untold[CHARGES, POOLED]


@pytest.mark.parametrize("number", [3, 9])
def test_weeks_come_back_from_json_as_they_were(number):
    weeks = (a_week(ONE, drawn(ONE, many(number))), a_week(TWO, drawn(TWO, many(2))))
    plain = WEEKS.dump_json(weeks)
    assert WEEKS.validate_json(plain) == weeks
    assert bool(weeks[0].told) is (number == 9)
