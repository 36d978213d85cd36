"""Days from issue to recording, dates in an unusual order, and shares that name their base."""

import pytest
from extract_factory import request
from frames import copies, counts_of, nation_of, numbered

from ddor.measures.attributes import BEFORE_ISSUE, DAYS, UNKNOWN


def timing(*rows, cohort="recorded") -> dict[str, int]:
    """Band -> requests, told or not."""
    lines = nation_of(counts_of(numbered(*rows), cohort=cohort), DAYS)
    return {line.branch: line.requests for line in lines if line.requests}


@pytest.mark.parametrize(
    ("issued", "label"),
    [
        ("2017-02-15T23:59", "Same day or next day"),  # on the day, though later in it
        ("2017-02-15", "Same day or next day"),
        ("2017-02-14T00:00", "Same day or next day"),
        ("2017-02-13T23:59", "2 to 7 days"),
        ("2017-02-08", "2 to 7 days"),
        ("2017-02-07T23:59", "8 to 30 days"),
        ("2017-01-16", "8 to 30 days"),
        ("2017-01-15", "31 to 90 days"),
        ("2016-11-17", "31 to 90 days"),
        ("2016-11-16", "91 to 365 days"),
        ("2016-02-16", "91 to 365 days"),
        ("2016-02-15", "More than a year"),
        ("2010-10-16", "More than a year"),
        ("2017-02-16", BEFORE_ISSUE),
    ],
)
def test_days_from_issue_to_recording_are_calendar_days(issued, label):
    assert timing(request(issued_at=issued, outcome_recorded_at="2017-02-15T14:00")) == {label: 1}


def test_bins_stand_in_order_and_only_declined_requests_are_in_them():
    old = [request(issued_at=day) for day in ("2010-10-16", "2017-01-15", "2017-02-15")]
    others = [request(outcome="honored"), request(outcome="withdrawn")]
    assert list(timing(*old, request(), *others).items()) == [
        ("Same day or next day", 1),
        ("2 to 7 days", 1),
        ("31 to 90 days", 1),
        ("More than a year", 1),
    ]


def test_a_decline_without_recording_date_is_counted_as_unknown():
    undated = request(outcome_recorded_at="")
    assert timing(undated, request(), cohort="issued") == {"2 to 7 days": 1, UNKNOWN: 1}


def test_a_week_without_declines_has_no_bins():
    assert timing(request(outcome="honored")) == {}


def orders(**dates) -> dict[str, int]:
    return dict(counts_of([request(**dates)]).unusual_orders.to_numpy())


def test_dates_in_their_usual_order_are_not_listed():
    assert orders(notice_at="2017-02-13", ice_custody_at="2017-02-16") == {}


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"outcome_recorded_at": "2017-02-11", "released_at": ""}, "recorded before the request"),
        ({"notice_at": "2017-02-12T09:14"}, "notice was given before"),
        ({"released_at": "2017-02-12T09:14"}, "release came before"),
        ({"outcome_recorded_at": "2017-02-13"}, "recorded before the release"),
        ({"ice_custody_at": "2017-02-12"}, "ICE custody began before"),
    ],
)
def test_each_unusual_order_is_counted_and_the_row_still_counts(dates, words):
    (sentence,) = orders(**dates)
    assert words in sentence
    assert counts_of([request(**dates)]).figures["declined_total"] == 1


def test_equal_and_missing_dates_are_no_unusual_order():
    same = "2017-02-12T09:15"
    assert orders(outcome_recorded_at=same, notice_at=same, released_at=same) == {}
    assert orders(released_at="", notice_at="") == {}


# Shares

HELD = {"state": "TX", "county_fips": "27053"}  # E1 holds it


def share(declined: int, honored: int, held=0, held_honored=0):
    rows = copies(declined, "d") + copies(honored, "h", outcome="honored")
    rows += copies(held, "x", **HELD) + copies(held_honored, "y", **HELD, outcome="honored")
    return counts_of(rows).declined_share


def test_a_base_of_29_prints_no_share_and_one_of_30_does():
    assert share(10, 19).low is None and share(10, 19).high is None
    assert share(10, 19).base == 29
    assert (share(12, 18).low, share(12, 18).high, share(12, 18).base) == (0.4, 0.4, 30)


def test_held_rows_are_counted_as_none_and_as_all_declined():
    found = share(10, 20, held=10)
    assert (found.low, found.high, found.base) == (0.25, 0.5, 40)


def test_held_declines_are_part_of_the_base():
    assert share(10, 15, held=5).base == 30
    assert share(10, 15, held=4).low is None


def test_a_held_honored_row_widens_the_range_because_it_may_belong_to_the_base():
    found = share(10, 20, held_honored=10)
    assert (found.low, found.high, found.base, found.held_honored) == (0.25, 10 / 30, 30, 10)
    assert share(10, 19, held_honored=10).low is None


def test_pending_and_other_outcomes_are_in_no_share():
    rows = copies(10, "d") + copies(20, "h", outcome="honored")
    others = copies(9, "w", outcome="withdrawn") + copies(
        9, "p", outcome="pending", outcome_recorded_at=""
    )
    earlier = copies(9, "e", outcome_recorded_at="2017-02-18")
    assert counts_of(rows + others + earlier).declined_share == counts_of(rows).declined_share


def test_held_declines_are_those_of_this_week_by_any_check():
    rows = copies(3, "x", **HELD) + copies(2, "y", **HELD, outcome_recorded_at="2017-02-18")
    counts = counts_of(rows + copies(1, "d"))
    assert counts.held_declines == 3
    assert counts.figures["held_back_total"] == 5
