"""What each request counts as: DESIGN 3, sentence by sentence, at its borders.

The week is 2017-02-11 to 2017-02-17. The factory's row is a detainer issued on the 12th and
recorded as declined on the 15th, released on the 14th.
"""

import pandas as pd
import pytest
from conftest import cases
from extract_factory import request
from frames import WEEK, extract_of, status_of

from ddor.extract.model import recorded_this_week, would_count_as_declined
from ddor.measures.status import request_status

OPEN = {"outcome": "pending", "outcome_recorded_at": ""}
LAST_MOMENT, NEXT_WEEK = "2017-02-17T23:59", "2017-02-18T00:00"
FIRST_MOMENT, WEEK_BEFORE = "2017-02-11T00:00", "2017-02-10T23:59"


def one(cohort="recorded", held=(), **overrides) -> pd.Series:
    """The status of one request."""
    return status_of(request(**overrides), cohort=cohort, held=held).loc["r1"]


def declined_class(**overrides) -> str:
    return one(**overrides)["declined_class"]


# Cohorts

BORDERS = [(WEEK_BEFORE, False), (FIRST_MOMENT, True), (LAST_MOMENT, True), (NEXT_WEEK, False)]


@pytest.mark.parametrize("time, is_in", [*BORDERS, ("2017-02-11", True), ("2017-02-18", False)])
def test_a_request_is_issued_in_the_week_from_saturday_midnight_to_the_next(time, is_in):
    requests = extract_of([request(issued_at=time)]).requests
    assert WEEK.holds(requests["issued_at"]).tolist() == [is_in]
    assert one(issued_at=time)["issued"] == is_in


@pytest.mark.parametrize("time, is_in", BORDERS)
def test_a_decline_is_recorded_in_the_week_whenever_it_was_issued(time, is_in):
    for issued_at in ("2010-10-16", "2017-03-01"):
        row = one(issued_at=issued_at, outcome_recorded_at=time)
        assert (row["declined"], row["issued"]) == (is_in, False)
        assert row["class"] == ("declined" if is_in else "outside_week")


def test_under_cohort_issued_the_week_of_issue_decides_and_the_recording_date_does_not():
    for recorded in ("", "2017-01-01", "2017-02-12", "2017-06-01"):
        row = one(cohort="issued", outcome_recorded_at=recorded)
        assert (row["issued"], row["declined"], row["class"]) == (True, True, "declined")
    row = one(cohort="issued", issued_at="2017-02-01", outcome_recorded_at="2017-02-12")
    assert (row["issued"], row["declined"], row["class"]) == (False, False, "outside_week")


def test_under_cohort_issued_a_pending_request_is_pending_and_none_has_its_outcome_elsewhere():
    row = one(cohort="issued", **OPEN)
    assert row["class"] == "issued_pending"
    later = one(cohort="issued", outcome="honored", outcome_recorded_at=NEXT_WEEK)
    assert later["class"] == "honored"


def test_a_pending_request_is_never_recorded_and_only_a_declined_one_would_count_as_declined():
    rows = [
        request(request_id="declined"),
        request(request_id="honored", outcome="honored"),
        request(request_id="pending", **OPEN),
    ]
    requests = extract_of(rows).requests
    for cohort in ("recorded", "issued"):
        recorded = requests["request_id"][recorded_this_week(requests, WEEK, cohort)]
        declined = requests["request_id"][would_count_as_declined(requests, WEEK, cohort)]
        assert (set(recorded), set(declined)) == ({"declined", "honored"}, {"declined"})


# Reconciliation classes and Section I

OF_THE_WEEK = """
honored      | honored  | honored
declined     | declined | declined
withdrawn    | other    |
superseded   | other    |
left_custody | other    |
"""


@pytest.mark.parametrize("outcome, shown, section_two", cases(OF_THE_WEEK))
def test_an_outcome_of_this_week_is_its_own_class_and_section_one_shows_four(
    outcome, shown, section_two
):
    row = one(outcome=outcome)
    assert (row["class"], row["issued"], row["issued_outcome"]) == (outcome, True, shown)
    for figure in ("declined", "honored"):
        assert row[figure] == (section_two == figure)


def test_pending_is_pending_in_the_week_of_its_issue_and_outside_of_any_other():
    row = one(**OPEN)
    assert (row["class"], row["issued_outcome"]) == ("issued_pending", "pending")
    row = one(**OPEN, issued_at=WEEK_BEFORE)
    assert row["class"] == "outside_week" and pd.isna(row["issued_outcome"])


def test_issued_this_week_and_declined_in_another_is_issued_declined_and_no_decline_of_this_week():
    row = one(outcome_recorded_at=NEXT_WEEK)
    assert row["class"] == "issued_outcome_another_week"
    assert (row["issued"], row["issued_outcome"]) == (True, "declined")
    assert (row["declined"], row["short_custody"]) == (False, False)
    assert pd.isna(row["declined_class"])


def test_each_form_is_of_one_kind():
    forms = "I-247 I-247A I-247D I-247G I-247N I-247X".split()
    kinds = [*["detainer"] * 3, *["notification"] * 2, "transfer"]
    assert [one(form=form)["kind"] for form in forms] == kinds


# Held back


def test_a_doubtful_request_is_in_neither_section_whatever_its_dates():
    for dates in ({}, {"issued_at": "2016-01-01", "outcome_recorded_at": "2016-02-01"}):
        row = one(held=[("r1", "E1", "request")], **dates)
        assert (row["class"], row["held_by"]) == ("held_back", "E1")
        assert (row["issued"], row["declined"]) == (False, False)
        assert pd.isna(row["issued_outcome"])


def test_a_doubtful_outcome_leaves_the_request_issued_with_another_outcome_and_not_declined():
    row = one(held=[("r1", "E6", "outcome")], decline_reason="law_or_court", released_at="")
    assert (row["class"], row["issued"], row["issued_outcome"]) == ("held_back", True, "other")
    assert not row["declined"]
    assert not row[["release_not_confirmed", "law_or_court", "short_custody"]].any()
    assert pd.isna(row["declined_class"])


def test_a_doubtful_outcome_of_a_request_issued_earlier_does_not_make_it_issued():
    row = one(held=[("r1", "E6", "outcome")], issued_at="2016-01-01")
    assert (row["class"], row["issued"]) == ("held_back", False)


def test_a_held_row_leaves_the_others_as_they_are():
    status = status_of(request(), request(request_id="r2"), held=[("r1", "E1", "request")])
    assert status["class"].to_dict() == {"r1": "held_back", "r2": "declined"}
    assert status["held_by"].isna().to_dict() == {"r1": False, "r2": True}


def test_the_status_has_the_rows_of_the_requests_in_their_order():
    rows = [request(request_id=name) for name in ("b", "a", "c")]
    requests = extract_of(rows).requests.iloc[[2, 0, 1]]
    held = pd.DataFrame(columns=["request_id", "check", "doubts", "reason"], dtype="str")
    status = request_status(requests, WEEK, "recorded", held)
    pd.testing.assert_frame_equal(status[list(requests)], requests)


# Classes of a declined request, the first that fits

RELEASED = "2017-02-14T12:00"
# Notice a minute more than 48 hours before the release, 48 hours, a second less; a minute before
# it, at it, after it, and none. Then where the release was due.
CLASSED = """
2017-02-12T11:59    |                  | unclassified
2017-02-12T12:00    |                  | unclassified
2017-02-12T12:00:01 |                  | insufficient_notice
2017-02-14T11:59    |                  | insufficient_notice
2017-02-14T12:00    |                  | no_notice
2017-02-14T12:01    |                  | no_notice
                    |                  | no_notice
2017-02-12T12:00    | 2017-02-14T12:00 | not_held
2017-02-13          | 2017-02-14T12:00 | insufficient_notice
                    | 2017-02-14T12:00 | no_notice
"""


@pytest.mark.parametrize("notice, due, expected", cases(CLASSED))
def test_notice_before_the_release_by_less_than_48_hours_is_insufficient(notice, due, expected):
    dates = {"notice_at": notice, "release_due_at": due}
    assert declined_class(released_at=RELEASED, **dates) == expected
    # Without a release no date classes a request.
    assert declined_class(released_at="", **dates) == "unclassified"


def test_48_hours_of_notice_are_elapsed_hours_also_over_a_weekend():
    # Friday noon to Sunday noon: no Saturday or Sunday is taken out.
    dates = {"notice_at": "2017-02-10T12:00", "release_due_at": "2017-02-12T12:00"}
    assert declined_class(released_at="2017-02-12T12:00", **dates) == "not_held"
    assert declined_class(released_at="2017-02-12T11:59", **dates) == "insufficient_notice"


def test_a_date_alone_is_midnight():
    assert declined_class(notice_at="2017-02-14", released_at="2017-02-14T00:00") == "no_notice"
    for notice, expected in (("", "unclassified"), ("T00:01", "insufficient_notice")):
        found = declined_class(notice_at=f"2017-02-12{notice}", released_at="2017-02-14")
        assert found == expected


def test_only_a_detainer_with_48_hours_notice_and_a_due_date_was_not_held():
    dates = {"notice_at": "2017-02-12T12:00", "released_at": RELEASED, "release_due_at": RELEASED}
    for form in ("I-247", "I-247A", "I-247D"):
        assert declined_class(form=form, **dates) == "not_held"
    for form in ("I-247G", "I-247N", "I-247X"):
        assert declined_class(form=form, **dates) == "unclassified"


def test_the_reason_insufficient_notice_decides_whatever_the_dates_say_and_no_other_does():
    for dates, without in (
        ({"notice_at": "", "released_at": ""}, "unclassified"),
        ({"notice_at": "", "released_at": RELEASED}, "no_notice"),
        ({"notice_at": "2017-02-01", "release_due_at": RELEASED}, "not_held"),
    ):
        reason = "insufficient_notice"
        assert declined_class(decline_reason=reason, **dates) == reason, dates
        for reason in ("policy", "law_or_court", "not_held", "none_given", ""):
            assert declined_class(decline_reason=reason, **dates) == without


def test_only_a_declined_request_has_a_class():
    assert pd.isna(declined_class(outcome="honored"))
    assert pd.isna(declined_class(**OPEN))


# Beside the classes


def test_a_release_is_confirmed_by_its_date_and_law_or_court_is_the_reason_and_nothing_else():
    assert one(released_at="")["release_not_confirmed"]
    assert not one(released_at="2017-02-14")["release_not_confirmed"]
    assert one(decline_reason="law_or_court")["law_or_court"]
    for reason in ("policy", ""):
        assert not one(decline_reason=reason)["law_or_court"]


@pytest.mark.parametrize(
    ("released", "short"),
    [
        ("2017-02-14T09:14", True),
        ("2017-02-14T09:15", False),  # exactly 48 hours after the issue
        ("2017-02-12T09:15", True),
        ("2017-02-01", True),  # released before it was issued
        ("", False),
    ],
)
def test_short_custody_is_under_48_hours_from_issue_to_release_negative_included(released, short):
    assert one(issued_at="2017-02-12T09:15", released_at=released)["short_custody"] == short


def test_the_three_marks_do_not_exclude_each_other_or_a_class():
    row = one(decline_reason="law_or_court", released_at="2017-02-12", notice_at="2017-02-11T12:00")
    assert row["declined_class"] == "insufficient_notice"
    assert (row["law_or_court"], row["short_custody"]) == (True, True)


def test_an_honored_request_has_none_of_the_marks():
    row = one(outcome="honored", decline_reason="law_or_court", released_at="")
    assert not row[["release_not_confirmed", "law_or_court", "short_custody"]].any()
