"""What is known of people after their release: the rule, one fact for each test."""

import pandas as pd
import pytest
from after_release_rows import arrested, day, frames_of, later, released, row_of, rows_of
from extract_factory import charge
from hypothesis import given, settings
from hypothesis import strategies as st

from ddor.extract.model import DISPOSITIONS, FOLLOW_UP_STATUSES, TRISTATE
from ddor.measures.after_release import (
    AFTER_RELEASE,
    DAYS_TO_ARREST,
    FOLLOW_UP,
    LATER_CHARGES,
    MET_BY,
    STANDINGS,
    after_release,
    after_release_lines,
    after_release_rows,
)
from ddor.measures.disclosure import NATION, Table, Told


def told(row: pd.Series) -> tuple:
    """standing, arrested, convicted, days (None where missing)"""
    days = None if pd.isna(row["days"]) else int(row["days"])
    return row["standing"], bool(row["arrested"]), bool(row["convicted"]), days


# Standing


def test_an_arrest_after_the_release_meets_the_rule():
    assert told(row_of(arrested(10))) == ("met", True, False, 10)


def test_a_request_without_a_confirmed_release_is_not_followed():
    row = row_of(arrested(10, released_at=""), later(10, disposition="convicted"))
    assert told(row) == ("not_released", False, False, None)


@pytest.mark.parametrize(("on", "standing"), [(0, "met"), (90, "met"), (91, "other")])
def test_an_arrest_counts_from_the_day_of_release_to_day_90(on, standing):
    row = row_of(arrested(on))
    assert told(row) == (standing, standing == "met", False, on if standing == "met" else None)


@pytest.mark.parametrize(("days", "standing"), [(89, "not_observed"), (90, "met")])
def test_nobody_counts_before_90_days_are_observed(days, standing):
    row = row_of(arrested(3), later(3, disposition="convicted"), as_of=day(days))
    assert told(row)[0] == standing
    assert row["arrested"] == row["convicted"] == (standing == "met")


def test_days_are_those_of_the_calendar_whatever_the_hour():
    late = arrested(0, released_at="2017-02-01T23:59", follow_up_on="2017-05-02")
    assert told(row_of(late, as_of="2017-05-02")) == ("met", True, False, 90)


@pytest.mark.parametrize("protected", ["true", "unknown"])
def test_a_person_whom_the_law_may_protect_is_never_counted(protected):
    row = row_of(arrested(10, protected=protected), later(10, disposition="convicted"))
    assert told(row) == ("not_known", False, False, None)
    early = row_of(arrested(10, protected=protected), as_of=day(30))
    assert told(early)[0] == "not_known"


@pytest.mark.parametrize("status", ["", "unknown"])
def test_a_follow_up_that_is_empty_or_unknown_is_not_known(status):
    row = row_of(released(status, 10), later(10, disposition="convicted"))
    assert told(row) == ("not_known", False, False, None)


@pytest.mark.parametrize("status", ["at_large", "rearrested", "ice_custody", "removed"])
def test_a_follow_up_before_the_release_is_not_known(status):
    assert told(row_of(released(status, -1)))[0] == "not_known"
    assert told(row_of(released(status, 0)))[0] != "not_known"


def test_an_arrest_without_a_date_is_not_known():
    assert told(row_of(released("rearrested"))) == ("not_known", False, False, None)


@pytest.mark.parametrize(
    ("status", "standing"),
    [("at_large", "no_contact"), ("ice_custody", "other"), ("removed", "other")],
)
@pytest.mark.parametrize("on", ["", 10])
def test_no_contact_and_other_contact_are_told_apart(status, standing, on):
    assert told(row_of(released(status, on))) == (standing, False, False, None)


def test_a_person_at_large_is_not_arrested_whatever_was_charged():
    assert told(row_of(released("at_large", 10), later(10)))[0] == "no_contact"


# Charges that speak for and against an arrest


@pytest.mark.parametrize("disposition", ["dismissed", "acquitted"])
def test_an_arrest_whose_charges_were_dismissed_or_acquitted_does_not_count(disposition):
    assert told(row_of(arrested(10), later(10, disposition=disposition)))[0] == "other"


def test_an_arrest_for_immigration_alone_does_not_count():
    assert told(row_of(arrested(10), later(10, code="0399")))[0] == "other"
    convicted = later(10, code="0399", disposition="convicted")
    assert told(row_of(arrested(10), convicted))[0] == "other"


def test_an_arrest_without_a_charge_on_record_counts():
    assert told(row_of(arrested(10), charge(disposition="dismissed")))[0] == "met"


def test_one_charge_that_stands_is_enough():
    mixed = [later(10, code="0399"), later(10, disposition="dismissed"), later(12, code="3599")]
    assert told(row_of(arrested(10), *mixed)) == ("met", True, False, 10)


@pytest.mark.parametrize("disposition", ["charged", "unknown", "convicted"])
@pytest.mark.parametrize("code", ["1399", "9999"])
def test_every_other_charge_is_countable(disposition, code):
    assert told(row_of(arrested(10), later("", code=code, disposition=disposition)))[0] == "met"


def test_charges_within_the_90_days_or_undated_are_looked_at_before_all_others():
    far = later(200)
    assert told(row_of(arrested(10), later(10, disposition="dismissed"), far))[0] == "other"
    assert told(row_of(arrested(10), later("", disposition="dismissed"), far))[0] == "other"
    assert told(row_of(arrested(10), far))[0] == "met"
    assert told(row_of(arrested(10), later(91, disposition="acquitted")))[0] == "other"


# Convictions


@pytest.mark.parametrize("status", ["ice_custody", "removed"])
def test_a_conviction_without_an_arrest_meets_the_rule(status):
    row = row_of(released(status), later(30, disposition="convicted"))
    assert told(row) == ("met", False, True, 30)


@pytest.mark.parametrize(
    ("on", "convicted"), [(-1, False), (0, True), (90, True), (91, False), ("", False)]
)
def test_a_conviction_counts_for_a_charge_filed_within_90_days(on, convicted):
    row = row_of(released("removed"), later(on, disposition="convicted"))
    assert (row["standing"] == "met", bool(row["convicted"])) == (convicted, convicted)


def test_a_conviction_of_a_charge_before_the_release_is_none_after_it():
    row = row_of(released("removed"), charge(disposition="convicted", charged_on=day(5)))
    assert told(row) == ("other", False, False, None)


def test_days_run_to_the_first_event_that_counts():
    events = [later(20, disposition="convicted"), later(5, disposition="convicted"), later(2)]
    assert told(row_of(arrested(30), *events)) == ("met", True, True, 5)
    assert told(row_of(arrested(3), *events)) == ("met", True, True, 3)


# The whole frame


def test_a_request_that_stands_twice_is_a_programming_error():
    declined, charges = frames_of([released(), released()])
    with pytest.raises(ValueError, match="stands twice"):
        after_release(declined, charges)


def test_an_empty_quarter_has_every_column_and_no_row():
    rows, charges = rows_of([])
    assert {"standing", "arrested", "convicted", "days"} <= set(rows.columns) and rows.empty
    assert after_release_rows(rows, charges) == frozenset()


def test_index_and_order_of_the_rows_are_left_as_they_are():
    requests = [arrested(5, request_id="a"), released(request_id="b")]
    declined, charges = frames_of(requests)
    turned = declined.iloc[::-1].set_axis([7, 3])
    rows = after_release(turned, charges)
    assert list(rows.index) == [7, 3] and list(rows["standing"]) == ["no_contact", "met"]
    pd.testing.assert_frame_equal(rows[list(turned.columns)], turned)


MAYBE_DAY = st.one_of(st.just(""), st.integers(-5, 100))
A_REQUEST = st.builds(
    released,
    status=st.sampled_from(["", *FOLLOW_UP_STATUSES]),
    on=MAYBE_DAY,
    protected=st.sampled_from(["false", "false", *TRISTATE]),
    released_at=st.sampled_from(["", "2017-02-01", "2017-02-01T23:00"]),
)
A_CHARGE = st.builds(
    later,
    on=MAYBE_DAY,
    code=st.sampled_from(["1399", "0399", "9999", "8101"]),
    disposition=st.sampled_from(DISPOSITIONS),
    request_id=st.sampled_from([f"r{at}" for at in range(4)]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(A_REQUEST, max_size=4), st.lists(A_CHARGE, max_size=5), st.integers(0, 120))
def test_every_request_has_one_standing_and_only_those_who_met_the_rule_have_events(
    requests, charges, observed
):
    requests = [{**each, "request_id": f"r{at}"} for at, each in enumerate(requests)]
    there = {each["request_id"] for each in requests}
    charges = [each for each in charges if each["request_id"] in there]
    rows, of = rows_of(requests, charges, as_of=day(observed))
    assert list(rows["request_id"]) == sorted(there)
    assert rows["standing"].isin(STANDINGS).all()
    met = rows["standing"] == "met"
    assert ((rows["arrested"] | rows["convicted"]) == met).all()
    assert (rows["days"].notna() == met).all()
    assert rows.loc[met, "days"].between(0, 90).all()
    assert (rows.loc[met, "protected"] == "false").all()
    judged = {row.request_id: row.value.split() for row in after_release_rows(rows, of)}
    assert {*judged} == {*rows.loc[rows["released_at"].notna(), "request_id"]}
    for request_id, (standing, how, days, *groups) in judged.items():
        is_met = request_id in {*rows.loc[met, "request_id"]}
        assert (standing == "met") == (how != "not_met") == (days != "-") == is_met
        assert is_met or not groups


# The rows that the rules judge, and the lines that are told of them


def values_of(requests, charges=()) -> dict[str, str]:
    """request_id -> its value, of requests with a confirmed release."""
    return {row.request_id: row.value for row in after_release_rows(*rows_of(requests, charges))}


def lines_of(name: str, requests, charges=()) -> list[tuple]:
    """(branch, leaf, standing, requests) of an attribute, told in full; without zeros."""
    rows = after_release_rows(*rows_of(requests, charges))
    table = Table(AFTER_RELEASE, NATION, rows, "2018-01-31", 5)
    lines = after_release_lines(Told({(AFTER_RELEASE, NATION): table}))
    return [
        (line.branch, line.leaf, line.standing, line.requests)
        for line in lines
        if line.attribute == name and line.requests
    ]


def test_every_confirmed_release_is_judged_and_no_other():
    requests = [
        arrested(5, request_id="a"),
        released("at_large", request_id="b"),
        released("removed", request_id="c"),
        released("", request_id="d"),
    ]
    unconfirmed = released(request_id="e", released_at="")
    assert values_of([*requests, unconfirmed]) == {
        "a": "met arrest 5",
        "b": "no_contact not_met -",
        "c": "other not_met -",
        "d": "not_known not_met -",
    }
    assert lines_of(FOLLOW_UP, requests) == [
        ("met", "", "all", 1),
        ("no_contact", "", "all", 1),
        ("other", "", "all", 1),
        ("not_known", "", "all", 1),
    ]


def test_each_group_of_later_charges_is_there_once_convicted_where_a_conviction_counts():
    charges = [
        later(5),
        later(6, disposition="convicted"),
        later(5, code="3599"),
        later(5, code="5404", disposition="dismissed"),
        later(5, code="0399"),
        later("", code="2399", disposition="convicted"),
        later(200, code="2499"),
        charge(),
    ]
    assert values_of([arrested(5)], charges) == {
        "r1": "met arrest_and_conviction 5 13:convicted 23:charged_only 35:charged_only"
    }


def test_later_charges_are_told_by_category_and_an_arrest_without_a_charge_as_such():
    requests = [arrested(5, request_id=f"r{at}") for at in range(4)]
    charges = [later(5, request_id=f"r{at}") for at in range(3)]
    assert lines_of(LATER_CHARGES, requests, charges) == [
        ("", "", "charged_only", 3),
        ("", "", "no_charge", 1),
        ("persons", "", "all", 3),
        ("persons", "", "charged_only", 3),
        ("persons", "13", "all", 3),
    ]


@pytest.mark.parametrize(
    ("on", "band"),
    [
        (0, "0 to 7 days"),
        (7, "0 to 7 days"),
        (8, "8 to 30 days"),
        (30, "8 to 30 days"),
        (31, "31 to 60 days"),
        (60, "31 to 60 days"),
        (61, "61 to 90 days"),
        (90, "61 to 90 days"),
    ],
)
def test_days_to_arrest_come_in_bands(on, band):
    assert lines_of(DAYS_TO_ARREST, [arrested(on)]) == [(band, "", "all", 1)]


def test_met_by_tells_arrest_conviction_and_both_apart():
    requests = [
        arrested(5, request_id="a"),
        arrested(5, request_id="b"),
        released("removed", request_id="c"),
        released(request_id="d"),
    ]
    charges = [later(5, disposition="convicted", request_id=name) for name in "bc"]
    assert lines_of(MET_BY, requests, charges) == [
        ("arrest", "", "all", 1),
        ("arrest_and_conviction", "", "all", 1),
        ("conviction", "", "all", 1),
        ("not_met", "", "all", 1),
    ]
