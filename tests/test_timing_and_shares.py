"""Days from issue to recording, dates in an unusual order, and shares that name their base."""

import pytest
from conftest import cases
from extract_factory import dealt, request
from frames import copies, counts_of, nation_of, numbered

from ddor.measures.figures import ShareRange
from ddor.measures.people import BEFORE_ISSUE, DAYS, UNKNOWN


def timing(*rows, cohort="recorded") -> dict[str, int]:
    """Band -> requests, told or not."""
    lines = nation_of(counts_of(numbered(*rows), cohort=cohort), DAYS)
    return {line.branch: line.requests for line in lines if line.requests}


# The first is on the day of the recording, though later in it.
BY_DAYS = f"""
2017-02-15T23:59 | Same day or next day
2017-02-15       | Same day or next day
2017-02-14T00:00 | Same day or next day
2017-02-13T23:59 | 2 to 7 days
2017-02-08       | 2 to 7 days
2017-02-07T23:59 | 8 to 30 days
2017-01-16       | 8 to 30 days
2017-01-15       | 31 to 90 days
2016-11-17       | 31 to 90 days
2016-11-16       | 91 to 365 days
2016-02-16       | 91 to 365 days
2016-02-15       | More than a year
2010-10-16       | More than a year
2017-02-16       | {BEFORE_ISSUE}
"""


@pytest.mark.parametrize("issued", dealt((label, day) for day, label in cases(BY_DAYS)))
def test_days_from_issue_to_recording_are_calendar_days(issued):
    """label -> when a request was issued; each is the only one of its band."""
    recorded = {"outcome_recorded_at": "2017-02-15T14:00"}
    rows = [request(issued_at=day, **recorded) for day in issued.values()]
    assert timing(*rows) == dict.fromkeys(issued, 1)


def test_bins_stand_in_order_and_only_declined_requests_are_in_them():
    old = [request(issued_at=day) for day in ("2010-10-16", "2017-01-15", "2017-02-15")]
    others = [request(outcome="honored"), request(outcome="withdrawn")]
    bands = ["Same day or next day", "2 to 7 days", "31 to 90 days", "More than a year"]
    assert list(timing(*old, request(), *others).items()) == [(band, 1) for band in bands]
    assert timing(*others) == {}


def test_a_decline_without_recording_date_is_counted_as_unknown():
    undated = request(outcome_recorded_at="")
    assert timing(undated, request(), cohort="issued") == {"2 to 7 days": 1, UNKNOWN: 1}


SAME = "2017-02-12T09:15"  # when the request was issued
UNUSUAL = [
    ({"outcome_recorded_at": "2017-02-11", "released_at": ""}, "recorded before the request"),
    ({"notice_at": "2017-02-12T09:14"}, "notice was given before"),
    ({"released_at": "2017-02-12T09:14"}, "release came before"),
    ({"outcome_recorded_at": "2017-02-13"}, "recorded before the release"),
    ({"ice_custody_at": "2017-02-12"}, "ICE custody began before"),
]
USUAL = [
    {"notice_at": "2017-02-13", "ice_custody_at": "2017-02-16"},
    dict.fromkeys(("outcome_recorded_at", "notice_at", "released_at"), SAME),
    {"released_at": "", "notice_at": ""},
]


@pytest.mark.parametrize("dates, words", UNUSUAL)
def test_each_unusual_order_is_counted_and_the_row_still_counts(dates, words):
    counts = counts_of([request(**dates)])
    ((sentence, number),) = counts.unusual_orders.to_numpy()
    assert words in sentence and number == counts.figures["declined_total"] == 1


def test_usual_equal_and_missing_dates_are_no_unusual_order():
    assert counts_of(numbered(*(request(**dates) for dates in USUAL))).unusual_orders.empty


# Shares

HELD = {"state": "TX", "county_fips": "27053"}  # E1 holds it


def share(declined: int, honored: int, held=0, held_honored=0):
    rows = copies(declined, "d") + copies(honored, "h", outcome="honored")
    rows += copies(held, "x", **HELD) + copies(held_honored, "y", **HELD, outcome="honored")
    return counts_of(rows).declined_share


# Held rows are counted as none and as all declined, and held declines are part of the base; a held
# honored row widens the range because it may belong to it. A base under 30 prints no share.
@pytest.mark.parametrize(
    "rows, expected",
    [
        ({"declined": 10, "honored": 19}, (None, None, 29, 0)),
        ({"declined": 12, "honored": 18}, (0.4, 0.4, 30, 0)),
        ({"declined": 10, "honored": 20, "held": 10}, (0.25, 0.5, 40, 0)),
        ({"declined": 10, "honored": 15, "held": 5}, (10 / 30, 0.5, 30, 0)),
        ({"declined": 10, "honored": 15, "held": 4}, (None, None, 29, 0)),
        ({"declined": 10, "honored": 20, "held_honored": 10}, (0.25, 10 / 30, 30, 10)),
        ({"declined": 10, "honored": 19, "held_honored": 10}, (None, None, 29, 10)),
    ],
)
def test_the_share_has_a_range_by_what_held_rows_may_be_and_a_base_of_30_or_more(rows, expected):
    assert share(**rows) == ShareRange(*expected)


def test_pending_and_other_outcomes_are_in_no_share():
    rows = copies(10, "d") + copies(20, "h", outcome="honored")
    others = copies(9, "w", outcome="withdrawn")
    others += copies(9, "p", outcome="pending", outcome_recorded_at="")
    earlier = copies(9, "e", outcome_recorded_at="2017-02-18")
    assert counts_of(rows + others + earlier).declined_share == counts_of(rows).declined_share


def test_held_declines_are_those_of_this_week_by_any_check():
    rows = copies(3, "x", **HELD) + copies(2, "y", **HELD, outcome_recorded_at="2017-02-18")
    counts = counts_of(rows + copies(1, "d"))
    assert counts.held_declines == 3
    assert counts.figures["held_back_total"] == 5
