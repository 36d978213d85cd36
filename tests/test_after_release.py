"""What is known of people after their release: the rule, one fact for each test."""

import pandas as pd
import pytest
from after_release_rows import arrested, day, frames_of, later, released, row_of, rows_of
from extract_factory import charge
from hypothesis import given, settings
from hypothesis import strategies as st

from ddor.extract.model import WORDS
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
from ddor.measures.disclosure import NATION, AttributeTable, PublishedTables


def told(*given, **keys) -> tuple:
    """standing, arrested, convicted, days (None where missing) of a request and its charges"""
    row = row_of(*given, **keys)
    days = None if pd.isna(row["days"]) else int(row["days"])
    return row["standing"], bool(row["arrested"]), bool(row["convicted"]), days


def uncounted(standing: str) -> tuple:
    return standing, False, False, None


MET = ("met", True, False, 10)
CONVICTED, DISMISSED = later(10, disposition="convicted"), later(10, disposition="dismissed")

# Standing


def test_a_request_without_a_confirmed_release_is_not_followed():
    assert told(arrested(10, released_at=""), CONVICTED) == uncounted("not_released")


def test_an_arrest_counts_from_the_day_of_release_to_day_90():
    for on in (0, 10, 90):
        assert told(arrested(on)) == ("met", True, False, on)
    assert told(arrested(91)) == uncounted("other")


def test_nobody_counts_before_90_days_are_observed():
    charge_on_day_3 = later(3, disposition="convicted")
    assert told(arrested(3), charge_on_day_3, as_of=day(89)) == uncounted("not_observed")
    assert told(arrested(3), charge_on_day_3, as_of=day(90)) == ("met", True, True, 3)


def test_days_are_those_of_the_calendar_whatever_the_hour():
    late = arrested(0, released_at="2017-02-01T23:59", follow_up_on="2017-05-02")
    assert told(late, as_of="2017-05-02") == ("met", True, False, 90)


@pytest.mark.parametrize("protected", ["true", "unknown"])
def test_a_person_whom_the_law_may_protect_is_never_counted(protected):
    row = arrested(10, protected=protected)
    assert told(row, CONVICTED) == told(row, as_of=day(30)) == uncounted("not_known")


def test_a_follow_up_that_is_empty_unknown_or_before_the_release_or_without_a_date_is_not_known():
    for status in ("", "unknown"):
        assert told(released(status, 10), CONVICTED) == uncounted("not_known")
    for status in ("at_large", "rearrested", "ice_custody", "removed"):
        assert told(released(status, -1)) == uncounted("not_known")
        assert told(released(status, 0))[0] != "not_known"
    assert told(released("rearrested")) == uncounted("not_known")


@pytest.mark.parametrize("on", ["", 10])
def test_no_contact_and_other_contact_are_told_apart_whatever_was_charged(on):
    assert told(released("at_large", on)) == uncounted("no_contact")
    assert told(released("at_large", on), later(10)) == uncounted("no_contact")
    for status in ("ice_custody", "removed"):
        assert told(released(status, on)) == uncounted("other")


# Charges that speak for and against an arrest


@pytest.mark.parametrize(
    "code, disposition",
    [("1399", "dismissed"), ("1399", "acquitted"), ("0399", "charged"), ("0399", "convicted")],
)
def test_an_arrest_for_immigration_or_for_dismissed_charges_alone_does_not_count(code, disposition):
    against = later(10, code, disposition)
    assert told(arrested(10), against) == uncounted("other")
    assert told(arrested(10), against, later(12, code="3599")) == MET


@pytest.mark.parametrize("disposition", ["charged", "unknown", "convicted"])
@pytest.mark.parametrize("code", ["1399", "9999"])
def test_every_other_charge_is_countable_and_so_is_none_on_record(disposition, code):
    assert told(arrested(10), later("", code=code, disposition=disposition)) == MET
    assert told(arrested(10), charge(disposition="dismissed")) == MET


def test_charges_within_the_90_days_or_undated_are_looked_at_before_all_others():
    far = later(200)
    assert told(arrested(10), far) == MET
    for near in (DISMISSED, later("", disposition="dismissed")):
        assert told(arrested(10), near, far) == uncounted("other")
    assert told(arrested(10), later(91, disposition="acquitted")) == uncounted("other")


# Convictions


@pytest.mark.parametrize("status", ["ice_custody", "removed"])
def test_a_conviction_for_a_charge_filed_within_90_days_meets_the_rule_without_an_arrest(status):
    for on in (0, 30, 90):
        row = released(status)
        assert told(row, later(on, disposition="convicted")) == ("met", False, True, on)
    for on in (-1, 91, ""):
        assert told(released(status), later(on, disposition="convicted")) == uncounted("other")


def test_a_conviction_of_a_charge_before_the_release_is_none_after_it():
    before = charge(disposition="convicted", charged_on=day(5))
    assert told(released("removed"), before) == uncounted("other")


def test_days_run_to_the_first_event_that_counts():
    events = [later(20, disposition="convicted"), later(5, disposition="convicted"), later(2)]
    assert told(arrested(30), *events) == ("met", True, True, 5)
    assert told(arrested(3), *events) == ("met", True, True, 3)


# The whole frame


def test_a_request_that_stands_twice_is_a_programming_error():
    declined, charges = frames_of([released(), released()])
    with pytest.raises(ValueError, match="stands twice"):
        after_release(declined, charges)


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
    status=st.sampled_from(["", *WORDS["follow_up_status"]]),
    on=MAYBE_DAY,
    protected=st.sampled_from(["false", "false", *WORDS["protected"]]),
    released_at=st.sampled_from(["", "2017-02-01", "2017-02-01T23:00"]),
)
A_CHARGE = st.builds(
    later,
    on=MAYBE_DAY,
    code=st.sampled_from(["1399", "0399", "9999", "8101"]),
    disposition=st.sampled_from(WORDS["disposition"]),
    request_id=st.sampled_from([f"r{at}" for at in range(4)]),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(A_REQUEST, max_size=4), st.lists(A_CHARGE, max_size=5), st.integers(0, 120))
def test_every_request_has_one_standing_and_only_those_who_met_the_rule_have_events(
    requests, charges, observed
):
    requests = [{**each, "request_id": f"r{at}"} for at, each in enumerate(requests)]
    there = {each["request_id"] for each in requests}
    charges = [each for each in charges if each["request_id"] in there]
    rows, _ = rows_of(requests, charges, as_of=day(observed))
    assert list(rows["request_id"]) == sorted(there)
    assert rows["standing"].isin(STANDINGS).all()
    met = rows["standing"] == "met"
    assert ((rows["arrested"] | rows["convicted"]) == met).all()
    assert (rows["days"].notna() == met).all()
    assert rows.loc[met, "days"].between(0, 90).all()
    assert (rows.loc[met, "protected"] == "false").all()


# The rows that the rules judge, and the lines that are told of them


def values_of(requests, charges=()) -> dict[str, str]:
    """request_id -> its value, of requests with a confirmed release."""
    return {row.request_id: row.value for row in after_release_rows(*rows_of(requests, charges))}


def lines_of(name: str, requests, charges=()) -> list[tuple]:
    """(branch, leaf, standing, requests) of an attribute, told in full; without zeros."""
    rows = after_release_rows(*rows_of(requests, charges))
    table = AttributeTable(AFTER_RELEASE, NATION, rows, "2018-01-31", 5)
    lines = after_release_lines(PublishedTables({(AFTER_RELEASE, NATION): table}))
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
    standings = ("met", "no_contact", "other", "not_known")
    assert lines_of(FOLLOW_UP, requests) == [(name, "", "all", 1) for name in standings]


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


def test_days_to_arrest_come_in_bands():
    ends = {"0 to 7 days": (0, 7), "8 to 30 days": (8, 30), "31 to 60 days": (31, 60)}
    ends |= {"61 to 90 days": (61, 90)}
    requests = [arrested(on, request_id=f"r{on}") for band in ends.values() for on in band]
    assert lines_of(DAYS_TO_ARREST, requests) == [(band, "", "all", 2) for band in ends]


def test_met_by_tells_arrest_conviction_and_both_apart():
    requests = [
        arrested(5, request_id="a"),
        arrested(5, request_id="b"),
        released("removed", request_id="c"),
        released(request_id="d"),
    ]
    charges = [later(5, disposition="convicted", request_id=name) for name in "bc"]
    ways = ("arrest", "arrest_and_conviction", "conviction", "not_met")
    assert lines_of(MET_BY, requests, charges) == [(way, "", "all", 1) for way in ways]
