"""What may be told of people, rule by rule (docs/disclosure.md)."""

import json
from collections import Counter

import pytest
from extract_factory import request
from generated_weeks import Archive, Drawn, drawn_quarter, published
from hypothesis import given, settings
from hypothesis import strategies as st

from ddor.calendar import Week
from ddor.measures.attributes import (
    ATTRIBUTES,
    CHARGES,
    CITIZENSHIP,
    DAYS,
    place_candidates,
    week_candidates,
)
from ddor.measures.disclosure import (
    NATION,
    ONE_RULE,
    POOLED,
    TAKEN_DOWN,
    Earlier,
    Row,
    Told,
    disclosure_lines,
    earlier_from_plain,
    is_safe,
    is_safe_change,
    plain_tables,
    tell,
    why_not_enough,
)
from ddor.measures.people import OTHER, REST, line_frame, lines_of, national_charges
from ddor.published.history import NOTHING_EARLIER

WEEK = "2017-02-11"
A, B, C, D = "AAAA", "BBBB", "CCCC", "DDDD"


def rows(value="no_charge", prefix="r", week=WEEK, state="MN", **agencies: int) -> frozenset[Row]:
    """So many requests of each agency."""
    return frozenset(
        Row(f"{prefix}-{agency_id}-{at}", week, agency_id, state, value)
        for agency_id, count in agencies.items()
        for at in range(count)
    )


def week_told(base, before: list[Told] = (), shown=True, attribute=CHARGES, **given) -> Told:
    """A revision of the week. `shown`: whether the one before it stands."""
    tables = tuple(table for told in before for table in told.tables.values())
    last = tuple(before[-1].tables.values()) if before and shown else ()
    counting = {row.request_id for row in base}
    earlier = Earlier(tables, last, given.get("gone", ""))
    return tell(week_candidates({attribute: base}), earlier, counting, "2017-03-01", 5)


# Enough, and safe


@pytest.mark.parametrize(
    ("agencies", "is_enough", "safe", "safe_change"),
    [
        ({A: 7, B: 7, C: 6}, True, True, True),
        ({A: 7, B: 6, C: 6}, False, False, True),  # 19
        ({A: 17, B: 2, C: 1}, True, True, True),  # 85 %
        ({A: 18, B: 1, C: 1}, False, False, True),  # 90 %
        ({A: 10, B: 10}, False, False, False),
        ({A: 20}, False, True, True),
        ({A: 19}, False, False, False),
        ({A: 4, B: 3, C: 3}, False, False, True),
        ({A: 3, B: 3, C: 3}, False, False, False),
        ({}, False, True, True),
    ],
)
def test_enough_and_safe(agencies, is_enough, safe, safe_change):
    counts = Counter(agencies)
    assert bool(why_not_enough(counts)) is not is_enough
    assert (is_safe(counts), is_safe_change(counts)) == (safe, safe_change)


# One week


def test_an_agency_of_twenty_has_its_table_if_what_it_leaves_is_safe():
    assert week_told(rows(**{A: 20, B: 8, C: 8, D: 8})).places(CHARGES) == [A]
    told = week_told(rows(**{A: 20, B: 8, C: 8, D: 3}))
    assert told.places(CHARGES) == [] and told.untold == {(CHARGES, A): ONE_RULE}
    assert week_told(rows(**{A: 19, B: 9, C: 9, D: 9})).places(CHARGES) == []


def test_the_largest_agency_goes_first():
    told = week_told(rows(**{A: 21, B: 22, C: 8, D: 8}))
    assert told.places(CHARGES) == [B]


def test_a_county_that_publishes_its_own_jail_alone_has_its_table():
    told = week_told(rows(**{A: 20}))
    assert set(told.tables) == {(CHARGES, A)}
    assert told.untold == {(CHARGES, NATION): "the requests went to fewer than 3 agencies"}


@pytest.mark.parametrize(
    ("agencies", "why"),
    [
        ({A: 7, B: 6, C: 6}, "there are fewer than 20 requests"),
        ({A: 10, B: 10}, "the requests went to fewer than 3 agencies"),
        ({A: 18, B: 1, C: 1}, "over 85 % of the requests went to one agency"),
    ],
)
def test_a_nation_that_is_not_enough_is_a_header_without_rows_and_says_why(agencies, why):
    told = week_told(rows(**agencies))
    assert national_charges(told).empty and len(national_charges(told).columns) == 6
    line = disclosure_lines(told)[0]
    assert (line["told"], line["why"], line["place"]) == (False, why, NATION)


# What a table tells


def lines(base, place=NATION, attribute=CHARGES) -> dict[tuple, int]:
    told = tell({(attribute, place): base}, Earlier(), (), "2017-03-01", 5)
    own = lines_of(told.tables[attribute, place])
    return {(line.branch, line.leaf, line.standing): line.requests for line in own}


def of_values(place="", **values: int) -> frozenset[Row]:
    """So many requests with each value (with _ for a space, ' for a colon), in turn at agencies."""
    found = []
    for text, count in values.items():
        for _ in range(count):
            agency_id = place or (A, B, C)[len(found) % 3]
            found.append(Row(f"r{len(found)}", WEEK, agency_id, "MN", text))
    return frozenset(found)


def test_the_nation_has_every_category_with_its_count_and_groups_of_three_by_name():
    told = lines(
        of_values(
            **{
                "convicted 13:convicted": 20,
                "charged_only 09:charged_only": 2,
                "charged_only 10:charged_only": 1,
                "charged_only 03:charged_only": 1,
                "no_charge": 3,
                "dismissed_or_acquitted": 1,
            }
        )
    )
    assert told["immigration", "", "all"] == 1 and told["drugs", "", "all"] == 0
    assert told["persons", "", "all"] == 23 and told["persons", "13", "all"] == 20
    assert told["persons", OTHER, "all"] == 3 and told["immigration", OTHER, "all"] == 1
    assert ("persons", "09", "all") not in told
    standings = {key[2]: count for key, count in told.items() if not key[0]}
    assert standings == {
        "convicted": 20,
        "charged_only": 4,
        "dismissed_or_acquitted": 1,
        "no_charge": 3,
    }


@pytest.mark.parametrize(("few", "is_split"), [(0, True), (1, False), (2, False), (3, True)])
def test_a_category_is_split_only_if_neither_part_is_one_or_two(few, is_split):
    told = lines(of_values(**{"convicted 35:convicted": 20, "charged_only 35:charged_only": few}))
    assert (("drugs", "", "convicted") in told) is is_split
    assert (("drugs", "", "charged_only") in told) is is_split


def test_a_country_under_three_is_in_the_other_of_its_own_region():
    told = lines(of_values(MEX=20, GTM=2, HND=3, NGA=1), attribute=CITIZENSHIP)
    assert told["Central America", "HND", "all"] == 3
    assert told["Central America", OTHER, "all"] == 2
    assert told["Africa", "", "all"] == told["Africa", OTHER, "all"] == 1


def test_a_place_names_categories_of_five_and_adds_up_the_rest_to_five():
    own = {
        "convicted 13:convicted": 9,
        "charged_only 35:charged_only": 6,
        "charged_only 03:charged_only": 2,
        "no_charge": 8,
    }
    told = lines(of_values(place=A, **own), place=A)
    # The rest, immigration, has two: drugs, the smallest that has a name, joins it.
    assert {key: count for key, count in told.items() if key[0]} == {
        ("persons", "", "all"): 9,
        (REST, "", "all"): 8,
    }
    assert told["", "", "no_charge"] == 8 and min(told.values()) >= 5


# Later revisions

FIRST = rows(**{A: 10, B: 10, C: 10, D: 10})


@pytest.mark.parametrize(("more", "stands"), [(3, True), (4, False)])
def test_a_later_national_table_is_told_if_ten_requests_of_three_agencies_changed(more, stands):
    before = week_told(FIRST)
    base = FIRST | rows(prefix="n", **{A: 3, B: 3, C: more})
    table = week_told(base, [before]).table(CHARGES)
    assert table.retained is stands and (table.rows == FIRST) is stands


def test_a_request_that_says_something_else_is_one_row_less_and_one_more():
    before = week_told(FIRST)
    changed = rows(value="convicted 13:convicted", **{A: 4, B: 3, C: 2})
    kept = {row for row in FIRST if row.request_id not in {each.request_id for each in changed}}
    assert week_told(frozenset(kept) | changed, [before]).table(CHARGES).retained


def test_a_third_revision_is_laid_over_the_first_too():
    first = week_told(FIRST)
    second = week_told(FIRST | rows(prefix="n", **{A: 4, B: 4, C: 4}), [first])
    assert not second.table(CHARGES).retained
    back = week_told(FIRST | rows(prefix="n", **{A: 1}), [first, second])
    assert back.table(CHARGES).rows == second.table(CHARGES).rows
    assert (back.table(CHARGES).retained, back.table(CHARGES).gone) == (True, 11)


def test_an_agencys_table_stands_by_the_stricter_rule():
    base = rows(**{A: 20, B: 8, C: 8, D: 8})
    before = week_told(base)
    told = week_told(base | rows(prefix="n", **{A: 4, B: 4, C: 4}), [before])
    assert not told.table(CHARGES).retained
    assert told.table(CHARGES, A).retained and len(told.table(CHARGES, A).rows) == 20


@pytest.mark.parametrize(("gone", "is_told"), [(10, True), (11, False)])
def test_a_table_is_taken_down_when_over_a_quarter_of_its_requests_no_longer_count(gone, is_told):
    before = week_told(FIRST)
    left = frozenset(sorted(FIRST)[gone:])  # all of one agency, so that no new table may be told
    told = week_told(left, [before])
    assert (told.table(CHARGES) is not None) is is_told
    if is_told:
        assert told.table(CHARGES).gone == gone
        assert disclosure_lines(told)[0]["no_longer_count"] == gone
    else:
        assert told.untold == {(CHARGES, NATION): TAKEN_DOWN}


def test_a_withdrawn_table_does_not_stand_and_is_still_compared_with():
    before = week_told(FIRST)
    few = FIRST | rows(prefix="n", **{A: 1})
    assert week_told(few, [before], shown=False).untold == {(CHARGES, NATION): ONE_RULE}
    many = FIRST | rows(prefix="n", **{A: 4, B: 4, C: 4})
    assert week_told(many, [before], shown=False).table(CHARGES).rows == many


def test_nothing_is_told_where_the_private_record_of_earlier_revisions_is_lost():
    assert week_told(FIRST, gone="lost").untold == {(CHARGES, NATION): "lost"}


def test_what_is_kept_for_the_next_revision_comes_back_from_json():
    told = week_told(rows(**{A: 20, B: 8, C: 8, D: 8}))
    plain = json.loads(json.dumps(plain_tables(told.tables.values())))
    again = earlier_from_plain(NOTHING_EARLIER | {"tables": plain, "last": plain})
    assert {*again.tables} == {*again.last} == {*told.tables.values()}


# Places of a quarter


def test_a_state_that_is_enough_is_told_after_its_agencies_and_by_the_one_rule():
    base = rows(**{A: 30, B: 10, C: 10}) | rows(
        state="IA", prefix="i", **{D: 10, "EEEE": 10, "FFFF": 10}
    )
    told = tell(
        place_candidates(base, "agency_id", "state"), Earlier(), (), "2017-10-01", 5, of_week=False
    )
    assert told.places(CHARGES) == [A, "IA"]
    # Minnesota without A is B and C: two agencies.
    assert told.untold == {(CHARGES, "MN"): ONE_RULE}


# Whatever the extracts are


def pieces(archive: Archive) -> dict[tuple, list[tuple[Row, frozenset]]]:
    """Attribute -> the rows of each piece that all tables ever told cut out of each other."""
    inside: dict = {}
    for report in archive.reports:
        for table in report.tables:
            where = (report.period, report.revision, table.place)
            for row in table.rows:
                inside.setdefault((table.attribute, row), set()).add(where)
    found: dict = {}
    for (attribute, row), where in inside.items():
        found.setdefault((attribute, frozenset(where)), []).append(row)
    return found


def unsafe(archive: Archive) -> list[tuple]:
    """A piece between revisions of a week is judged by the milder rule."""
    found = []
    for (attribute, where), own in pieces(archive).items():
        by_agency = Counter(row.agency_id for row in own)
        week = len({period for period, _, _ in where}) == 1 and any(not at for _, _, at in where)
        if not (is_safe_change if week else is_safe)(by_agency):
            found.append((attribute, where, by_agency))
    return found


@pytest.fixture(scope="module")
def six_weeks() -> Archive:
    """And their quarter."""
    return published(drawn_quarter(5, weeks=6))


def test_every_piece_of_all_tables_of_six_weeks_and_their_quarter_is_safe(six_weeks):
    assert len(pieces(six_weeks)) > 3 and unsafe(six_weeks) == []


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(30))
def test_every_piece_of_all_tables_of_a_quarter_is_safe(seed):
    assert unsafe(published(drawn_quarter(seed))) == []


KINDS = st.tuples(
    st.integers(0, 79), st.sampled_from(["00", "01", "02", "03"]), st.sampled_from(["MEX", "GTM"])
)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.dictionaries(st.integers(0, 79), KINDS, min_size=15), min_size=1, max_size=4))
def test_every_piece_is_safe_after_any_sequence_of_extracts(extracts):
    archive = Archive()
    for number, drawn in enumerate(extracts):
        requests = [
            request(
                request_id=f"r{key}",
                agency_id=f"MN{agency}",
                citizenship=country,
                county_fips="",
                area="",
                released_at="",
            )
            for key, (_, agency, country) in drawn.items()
        ]
        archive.week(Drawn(Week.parse(WEEK), f"2017-03-{number + 1:02d}", requests, []))
    archive.quarter("2017Q1")
    assert unsafe(archive) == []


def test_the_nation_of_a_quarter_is_the_sum_of_its_weeks_and_of_those_pooled(six_weeks):
    people = six_weeks.quarter()
    for attribute in (CHARGES, CITIZENSHIP, DAYS):
        parts = [week.table(attribute) for week in six_weeks.of_week.values()]
        parts = [*filter(None, parts), *filter(None, [people.told.table(attribute, POOLED)])]
        total = sum(len(table.rows) for table in parts)
        told = line_frame(people.nation[attribute])
        if attribute == CHARGES:
            assert told.loc[told["branch"] == "", "requests"].sum() == total > 0
        else:
            assert told.loc[told["leaf"] == "", "requests"].sum() == total > 0


def test_only_charges_are_told_of_places(six_weeks):
    told = {(table.attribute, table.place) for each in six_weeks.reports for table in each.tables}
    assert {attribute for attribute, _ in told} == {*ATTRIBUTES}
    assert {attribute for attribute, place in told if place not in (NATION, POOLED)} == {CHARGES}
