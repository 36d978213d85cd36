"""What may be told of people, rule by rule (docs/disclosure.md)."""

from collections import Counter

import pytest
from frames import candidates_of, charge_groups_of
from generated_weeks import pieces, unsafe
from hypothesis import given
from hypothesis import strategies as st

from ddor.measures.disclosure import (
    NATION,
    ONE_RULE,
    TAKEN_DOWN,
    PriorTables,
    PublishedTables,
    Row,
    decide,
    disclosure_lines,
    is_safe,
    is_safe_change,
    why_not_enough,
)
from ddor.measures.people import (
    ATTRIBUTES,
    CHARGES,
    CITIZENSHIP,
    OTHER,
    REST,
    lines_of,
    place_candidates,
)

WEEK = "2017-02-11"
A, B, C, D = "ABCD"


def rows(value="no_charge", prefix="r", week=WEEK, state="MN", **agencies: int) -> frozenset[Row]:
    """So many requests of each agency."""
    return frozenset(
        Row(f"{prefix}-{agency_id}-{at}", week, agency_id, state, value)
        for agency_id, count in agencies.items()
        for at in range(count)
    )


def week_told(
    base, before: list[PublishedTables] = (), shown=True, attribute=CHARGES, **given
) -> PublishedTables:
    """A revision of the week. `shown`: whether the one before it stands."""
    tables = tuple(table for told in before for table in told.tables.values())
    last = tuple(before[-1].tables.values()) if before and shown else ()
    counting = {row.request_id for row in base}
    earlier = PriorTables(tables, last, given.get("gone", ""))
    of_week = given.get("of_week", True)
    return decide(candidates_of(attribute, base), earlier, counting, "2017-03-01", 5, of_week)


# Enough, and safe


FEW, OF_TWO = "there are fewer than 20 requests", "the requests went to fewer than 3 agencies"
OF_ONE = "over 85 % of the requests went to one agency"


@pytest.mark.parametrize(
    ("agencies", "why_not", "safe", "safe_change"),
    [
        ({A: 7, B: 7, C: 6}, "", True, True),
        ({A: 7, B: 6, C: 6}, FEW, False, True),  # 19
        ({A: 17, B: 2, C: 1}, "", True, True),  # 85 %
        ({A: 18, B: 1, C: 1}, OF_ONE, False, True),  # 90 %
        ({A: 10, B: 10}, OF_TWO, False, False),
        ({A: 20}, OF_TWO, True, True),
        ({A: 19}, FEW, False, False),
        ({A: 4, B: 3, C: 3}, FEW, False, True),
        ({A: 3, B: 3, C: 3}, FEW, False, False),
        ({}, FEW, True, True),
    ],
)
def test_enough_and_safe(agencies, why_not, safe, safe_change):
    counts = Counter(agencies)
    assert why_not_enough(counts) == why_not
    assert (is_safe(counts), is_safe_change(counts)) == (safe, safe_change)


# One week


def test_an_agency_of_twenty_has_its_table_if_what_it_leaves_is_safe():
    assert week_told(rows(A=20, B=8, C=8, D=8)).places(CHARGES) == [A]
    told = week_told(rows(A=20, B=8, C=8, D=3))
    assert told.places(CHARGES) == [] and told.withheld == {(CHARGES, A): ONE_RULE}
    assert week_told(rows(A=19, B=9, C=9, D=9)).places(CHARGES) == []


def test_the_largest_agency_goes_first():
    told = week_told(rows(A=21, B=22, C=8, D=8))
    assert told.places(CHARGES) == [B]


def test_a_county_that_publishes_its_own_jail_alone_has_its_table_and_the_nation_says_why_not():
    told = week_told(rows(A=20))
    assert set(told.tables) == {(CHARGES, A)} and told.withheld == {(CHARGES, NATION): OF_TWO}
    header = charge_groups_of(told)
    assert header.empty and len(header.columns) == 6
    line = disclosure_lines(told)[0]
    assert (line["told"], line["why"], line["place"]) == (False, OF_TWO, NATION)


# What a table tells


def lines(base, place=NATION, attribute=CHARGES) -> dict[tuple, int]:
    told = decide({(attribute, place): base}, PriorTables(), (), "2017-03-01", 5)
    own = lines_of(told.tables[attribute, place])
    return {(line.branch, line.leaf, line.standing): line.requests for line in own}


def of_values(text: str, agencies=(A, B, C)) -> frozenset[Row]:
    """So many requests with each value, "20 no_charge, …", in turn at the agencies."""
    found = []
    for each in text.split(","):
        count, value = each.split(maxsplit=1)
        for _ in range(int(count)):
            agency_id = agencies[len(found) % len(agencies)]
            found.append(Row(f"r{len(found)}", WEEK, agency_id, "MN", value))
    return frozenset(found)


def test_a_country_under_three_is_in_the_other_of_its_own_region():
    told = lines(of_values("20 MEX, 2 GTM, 3 HND, 1 NGA"), attribute=CITIZENSHIP)
    assert told["Central America", "HND", "all"] == 3
    assert told["Central America", OTHER, "all"] == 2
    assert told["Africa", "", "all"] == told["Africa", OTHER, "all"] == 1


def test_a_place_names_categories_of_five_and_adds_up_the_rest_to_five():
    own = "9 convicted 13:convicted, 6 charged_only 35:charged_only,"
    own += "2 charged_only 03:charged_only, 8 no_charge"
    told = lines(of_values(own, [A]), place=A)
    # The rest, immigration, has two: drugs, the smallest that has a name, joins it.
    categories = {key[:2]: count for key, count in told.items() if key[0]}
    assert categories == {("persons", ""): 9, (REST, ""): 8}
    assert told["", "", "no_charge"] == 8 and min(told.values()) >= 5


# Later revisions

FIRST = rows(A=10, B=10, C=10, D=10)


@pytest.mark.parametrize(("more", "stands"), [(3, True), (4, False)])
def test_a_later_national_table_is_told_if_ten_requests_of_three_agencies_changed(more, stands):
    before = week_told(FIRST)
    base = FIRST | rows(prefix="n", A=3, B=3, C=more)
    table = week_told(base, [before]).table(CHARGES)
    assert table.retained is stands and (table.rows == FIRST) is stands


def test_a_request_that_says_something_else_is_one_row_less_and_one_more():
    before = week_told(FIRST)
    changed = rows(value="convicted 13:convicted", A=4, B=3, C=2)
    kept = {row for row in FIRST if row.request_id not in {each.request_id for each in changed}}
    assert week_told(frozenset(kept) | changed, [before]).table(CHARGES).retained


def test_a_third_revision_is_laid_over_the_first_too():
    first = week_told(FIRST)
    second = week_told(FIRST | rows(prefix="n", A=4, B=4, C=4), [first])
    assert not second.table(CHARGES).retained
    back = week_told(FIRST | rows(prefix="n", A=1), [first, second])
    assert back.table(CHARGES).rows == second.table(CHARGES).rows
    assert (back.table(CHARGES).retained, back.table(CHARGES).gone) == (True, 11)


def test_a_change_within_an_agencys_own_table_keeps_the_nations_from_being_told_anew():
    agencies = {A: 30, B: 15, C: 10, D: 15}
    for attribute in ATTRIBUTES:
        is_told_of_agencies = attribute == CHARGES
        before = week_told(rows(**agencies), attribute=attribute)
        assert before.places(attribute) == ([A] if is_told_of_agencies else [])
        left = rows(**agencies) - rows(A=1, B=5, C=5)
        table = week_told(left, [before], attribute=attribute).table(attribute)
        assert (table.retained, table.gone) == ((True, 11) if is_told_of_agencies else (False, 0))


def test_an_agencys_table_stands_by_the_stricter_rule():
    base = rows(A=20, B=8, C=8, D=8)
    before = week_told(base)
    told = week_told(base | rows(prefix="n", A=4, B=4, C=4), [before])
    assert not told.table(CHARGES).retained
    assert told.table(CHARGES, A).retained and len(told.table(CHARGES, A).rows) == 20


@pytest.mark.parametrize(("gone", "is_told"), [(10, True), (11, False)])
def test_a_table_is_taken_down_when_over_a_quarter_of_its_requests_no_longer_count(gone, is_told):
    left = frozenset(sorted(FIRST)[gone:])  # all of one agency, so that no new table may be told
    told = week_told(left, [week_told(FIRST)])
    (line,) = disclosure_lines(told)
    assert line["told"] is (told.table(CHARGES) is not None) is is_told
    if is_told:
        assert told.table(CHARGES).gone == line["no_longer_count"] == gone
    else:
        assert line["why"] == told.withheld[CHARGES, NATION] == TAKEN_DOWN


def test_a_withdrawn_table_does_not_stand_and_is_still_compared_with():
    before = week_told(FIRST)
    few = FIRST | rows(prefix="n", A=1)
    assert week_told(few, [before], shown=False).withheld == {(CHARGES, NATION): ONE_RULE}
    many = FIRST | rows(prefix="n", A=4, B=4, C=4)
    assert week_told(many, [before], shown=False).table(CHARGES).rows == many


def test_nothing_is_told_where_the_private_record_of_earlier_revisions_is_lost():
    assert week_told(FIRST, gone="lost").withheld == {(CHARGES, NATION): "lost"}


# Places of a quarter


def test_a_state_that_is_enough_is_told_after_its_agencies_and_by_the_one_rule():
    base = rows(A=30, B=10, C=10) | rows(state="IA", D=10, E=10, F=10)
    candidates = place_candidates(base, "agency_id", "state")
    told = decide(candidates, PriorTables(), (), "2017-10-01", 5, of_week=False)
    assert told.places(CHARGES) == [A, "IA"]
    # Minnesota without A is B and C: two agencies.
    assert told.withheld == {(CHARGES, "MN"): ONE_RULE}


# Whatever the extracts are

KINDS = st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from(["no_charge", "dismissed"]))


EXTRACT = st.dictionaries(st.integers(0, 79), KINDS, min_size=15)


@pytest.mark.parametrize("of_week", [True, False], ids=["a week", "a quarter"])
@given(st.lists(st.tuples(EXTRACT, st.booleans()), min_size=1, max_size=4))
def test_every_piece_is_safe_after_any_sequence_of_extracts(of_week, extracts):
    """The revision before stands or is withdrawn. A quarter has no milder rule for its own."""
    told: list[PublishedTables] = []
    for drawn, stands in extracts:
        base = [Row(f"r{key}", WEEK, *of, "MN", value) for key, (*of, value) in drawn.items()]
        told.append(week_told(frozenset(base), told, stands, of_week=of_week))
    tables = [(WEEK, at, each) for at, of in enumerate(told) for each in of.tables.values()]
    new = [each for each in tables if not each[-1].retained]
    assert not unsafe(new) and (of_week or all(map(is_safe, pieces(new).values())))
