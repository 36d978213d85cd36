"""E6, into ICE custody: from 24 hours before to 48 hours after the release, both included."""

import pytest
from cases import OUT_OF_SCOPE, finding, line, reason, status
from extract_factory import request
from frames import counts_of, numbered

from ddor.checks.e6_ice_custody import assess

RELEASED = {"released_at": "2017-02-14T10:00"}
NO_RELEASE = {"released_at": ""}  # issued on 2017-02-12 at 09:15, recorded on 02-15 at 14:00
HANDED_OVER = request(**RELEASED, ice_custody_at="2017-02-14T11:00")


def told(booked: str, **changed) -> str:
    return reason(assess, request(ice_custody_at=booked, **changed))


@pytest.mark.parametrize("booked", ["2017-02-13T10:00", "2017-02-14T10:00", "2017-02-16T10:00"])
def test_a_booking_from_24_hours_before_to_48_hours_after_the_release_is_stopped(booked):
    assert told(booked, **RELEASED) != ""


@pytest.mark.parametrize("booked", ["2017-02-13T09:59", "2017-02-16T10:01"])
def test_a_booking_one_minute_beyond_either_bound_passes(booked):
    assert told(booked, **RELEASED) == ""


def test_a_release_without_time_is_at_midnight():
    assert told("2017-02-13T00:00", released_at="2017-02-14") != ""
    assert told("2017-02-12T23:59", released_at="2017-02-14") == ""
    assert told("2017-02-16T00:00", released_at="2017-02-14") != ""
    assert told("2017-02-16T00:01", released_at="2017-02-14") == ""


def test_a_booking_without_time_is_at_midnight():
    assert told("2017-02-16", released_at="2017-02-14") != ""
    assert told("2017-02-16", released_at="2017-02-13T23:59") == ""


@pytest.mark.parametrize("booked", ["2017-02-12T09:15", "2017-02-14", "2017-02-17T14:00"])
def test_without_a_release_a_booking_from_the_issue_to_48_hours_after_the_record_is_stopped(booked):
    assert told(booked, **NO_RELEASE) != ""


@pytest.mark.parametrize("booked", ["2017-02-12T09:14", "2017-02-17T14:01"])
def test_without_a_release_a_booking_one_minute_beyond_either_bound_passes(booked):
    assert told(booked, **NO_RELEASE) == ""


def test_with_a_release_the_dates_of_issue_and_of_record_are_not_looked_at():
    assert told("2017-02-12T12:00", **RELEASED) == ""
    assert told("2017-01-20", released_at="2017-01-20", issued_at="2017-02-12") != ""


def test_an_empty_booking_never_fails():
    assert told("", **RELEASED) == ""
    assert told("", **NO_RELEASE) == ""


def test_without_any_booking_it_is_not_assessed():
    assert status("E6", *numbered(request(), request(**NO_RELEASE))) == "not assessed"


def test_one_row_with_a_booking_is_enough_for_ok():
    rows = numbered(request(), request(ice_custody_at="2017-03-30"))
    assert status("E6", *rows) == "ok"
    assert finding(assess, *rows).assessed == 1


def test_under_cohort_issued_a_row_without_release_and_record_date_is_not_assessed():
    row = request(ice_custody_at="2017-02-14", outcome_recorded_at="", **NO_RELEASE)
    assert reason(assess, row, cohort="issued") == ""
    assert status("E6", row, cohort="issued") == "not assessed"


def test_under_cohort_issued_a_release_needs_no_record_date():
    row = HANDED_OVER | {"outcome_recorded_at": ""}
    assert reason(assess, row, cohort="issued") != ""


def test_under_cohort_issued_a_record_date_is_used_where_it_is_given():
    row = request(ice_custody_at="2017-02-17T14:00", **NO_RELEASE)
    assert line("E6", row, cohort="issued")["rows"] == 1


def test_its_sentence_tells_both_dates():
    sentence = reason(assess, HANDED_OVER)
    assert "February 14, 2017, 11:00" in sentence and "February 14, 2017, 10:00" in sentence


def test_without_a_release_its_sentence_tells_the_record_date():
    sentence = told("2017-02-16T08:30", **NO_RELEASE)
    assert "February 16, 2017, 08:30" in sentence and "February 15, 2017, 14:00" in sentence


def test_rows_that_do_not_count_as_declined_this_week_are_not_looked_at():
    rows = numbered(*(HANDED_OVER | changed for changed in OUT_OF_SCOPE))
    assert line("E6", *rows)["status"] == "not assessed"
    assert line("E6", *rows)["rows"] == 0


def test_a_person_handed_over_counts_as_issued_and_not_as_declined():
    figures = counts_of([HANDED_OVER]).figures
    assert (figures["declined_total"], figures["held_back_outcomes"]) == (0, 1)
    assert (figures["issued_total"], figures["issued_other"]) == (1, 1)


def test_its_line_counts_rows_and_agencies():
    rows = numbered(HANDED_OVER, HANDED_OVER, HANDED_OVER | {"agency_id": "MN0270099"})
    line_of_it = line("E6", *rows)
    assert (line_of_it["effect"], line_of_it["status"]) == ("hold", "stopped")
    assert (line_of_it["rows"], line_of_it["agencies"]) == (3, 2)
