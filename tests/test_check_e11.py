"""E11, did as asked: held for 48 hours, 48 hours' notice where only notice is asked, or ICE
did not collect."""

import pytest
from cases import OUT_OF_SCOPE, finding, line, reason, status
from extract_factory import request
from frames import counts_of, numbered

from ddor.checks.e11_did_as_asked import assess
from ddor.extract.model import WORDS

ELAPSED = ("I-247A", "I-247D")
DETAINERS = ("I-247", *ELAPSED)
NOTIFICATIONS = ("I-247G", "I-247N")
FORMS = (*DETAINERS, *NOTIFICATIONS, "I-247X")
SILENT = {"decline_reason": ""}

HELD = request(release_due_at="2017-02-13T10:00", released_at="2017-02-15T10:00")
NOTIFIED = request(form="I-247N", notice_at="2017-02-13T10:00", released_at="2017-02-15T10:00")


def held(form: str, due: str, released: str) -> str:
    return reason(assess, request(form=form, release_due_at=due, released_at=released, **SILENT))


def notified(form: str, notice: str, released: str) -> str:
    return reason(assess, request(form=form, notice_at=notice, released_at=released, **SILENT))


# Detainers, elapsed hours


@pytest.mark.parametrize("form", DETAINERS)
def test_a_detainer_held_exactly_48_hours_from_a_monday_did_as_asked(form):
    assert held(form, "2017-02-13T10:00", "2017-02-15T10:00") != ""


@pytest.mark.parametrize("form", DETAINERS)
def test_a_detainer_held_a_minute_less_passes(form):
    assert held(form, "2017-02-13T10:00", "2017-02-15T09:59") == ""


@pytest.mark.parametrize("form", DETAINERS)
def test_a_detainer_held_longer_did_as_asked(form):
    assert held(form, "2017-02-13T10:00", "2017-02-17T10:00") != ""


def test_dates_without_time_are_at_midnight():
    assert held("I-247D", "2017-02-13", "2017-02-15") != ""
    assert held("I-247D", "2017-02-13T00:01", "2017-02-15") == ""
    assert held("I-247D", "2017-02-13", "2017-02-14T23:59") == ""


@pytest.mark.parametrize("form", ELAPSED)
def test_the_forms_of_2015_and_2017_count_weekends(form):
    assert held(form, "2017-02-10T17:00", "2017-02-12T17:00") != ""


def test_a_release_before_it_was_due_passes():
    assert held("I-247D", "2017-02-15T10:00", "2017-02-13T10:00") == ""


# Detainers, working hours


def test_the_plain_form_leaves_the_weekend_out():
    assert held("I-247", "2017-02-10T17:00", "2017-02-12T17:00") == ""
    assert held("I-247", "2017-02-10T17:00", "2017-02-14T16:59") == ""
    assert held("I-247", "2017-02-10T17:00", "2017-02-14T17:00") != ""


def test_the_plain_form_leaves_a_federal_holiday_out():
    # February 20, 2017 is Washington's Birthday.
    assert held("I-247", "2017-02-17T12:00", "2017-02-21T12:00") == ""
    assert held("I-247", "2017-02-17T12:00", "2017-02-22T11:59") == ""
    assert held("I-247", "2017-02-17T12:00", "2017-02-22T12:00") != ""


def test_the_plain_form_leaves_a_holiday_out_on_the_day_it_is_observed():
    assert held("I-247", "2015-07-02T12:00", "2015-07-06T12:00") == ""
    assert held("I-247", "2015-07-02T12:00", "2015-07-07T11:59") == ""
    assert held("I-247", "2015-07-02T12:00", "2015-07-07T12:00") != ""


def test_each_row_is_counted_by_its_own_form():
    weekend = {"release_due_at": "2017-02-10T17:00", "released_at": "2017-02-12T17:00"}
    rows = numbered(*(request(form=form, **weekend, **SILENT) for form in DETAINERS))
    assert sorted(finding(assess, *rows).stopped.index) == ["r1", "r2"]


# Requests for notification


@pytest.mark.parametrize("form", NOTIFICATIONS)
def test_exactly_48_hours_notice_did_as_asked(form):
    assert notified(form, "2017-02-13T10:00", "2017-02-15T10:00") != ""


@pytest.mark.parametrize("form", NOTIFICATIONS)
def test_a_minute_less_than_48_hours_notice_passes(form):
    assert notified(form, "2017-02-13T10:01", "2017-02-15T10:00") == ""


@pytest.mark.parametrize("form", NOTIFICATIONS)
def test_notice_counts_weekends(form):
    assert notified(form, "2017-02-10T17:00", "2017-02-12T17:00") != ""


@pytest.mark.parametrize("form", NOTIFICATIONS)
def test_notice_after_the_release_passes(form):
    assert notified(form, "2017-02-17T10:00", "2017-02-15T10:00") == ""


# What one form asks, another does not


@pytest.mark.parametrize("form", [*NOTIFICATIONS, "I-247X"])
def test_only_a_detainer_asks_to_hold(form):
    assert held(form, "2017-02-10", "2017-02-15") == ""


@pytest.mark.parametrize("form", [*DETAINERS, "I-247X"])
def test_48_hours_notice_alone_is_all_that_only_a_request_for_notification_asks(form):
    assert notified(form, "2017-02-10", "2017-02-15") == ""


# ICE did not collect


@pytest.mark.parametrize("form", FORMS)
def test_a_person_whom_ice_did_not_collect_is_stopped_whatever_the_form(form):
    assert "ICE did not collect" in reason(
        assess, request(form=form, decline_reason="not_collected")
    )


@pytest.mark.parametrize("told", sorted({*WORDS["decline_reason"]} - {"not_collected"}))
def test_every_other_reason_passes(told):
    assert reason(assess, request(decline_reason=told)) == ""


def test_two_grounds_are_told_both():
    both = reason(assess, HELD | {"decline_reason": "not_collected"})
    assert "February 15, 2017, 10:00" in both and "ICE did not collect" in both


# Empty fields


@pytest.mark.parametrize("empty", ["release_due_at", "released_at"])
def test_an_empty_date_of_a_detainer_never_fails(empty):
    assert reason(assess, HELD | {empty: ""} | SILENT) == ""


@pytest.mark.parametrize("empty", ["notice_at", "released_at"])
def test_an_empty_date_of_a_request_for_notification_never_fails(empty):
    assert reason(assess, NOTIFIED | {empty: ""} | SILENT) == ""


def test_without_a_reason_and_the_dates_it_is_not_assessed():
    rows = numbered(
        HELD | {"release_due_at": ""} | SILENT,
        HELD | {"released_at": ""} | SILENT,
        NOTIFIED | {"notice_at": ""} | SILENT,
        NOTIFIED | {"form": "I-247X"} | SILENT,
    )
    assert status("E11", *rows) == "not assessed"


@pytest.mark.parametrize(
    "row",
    [
        HELD | {"released_at": "2017-02-14"} | SILENT,
        NOTIFIED | {"released_at": "2017-02-14"} | SILENT,
        request(decline_reason="policy"),
    ],
)
def test_one_row_with_both_dates_or_a_reason_is_enough_for_ok(row):
    silent = request(**SILENT)
    assert status("E11", *numbered(silent, row)) == "ok"
    assert finding(assess, *numbered(silent, row)).assessed == 1


# Scope, sentence and counts


def test_its_sentence_tells_when_the_release_was_due_and_when_it_was():
    told = reason(assess, HELD)
    assert "February 13, 2017, 10:00" in told and "February 15, 2017, 10:00" in told


def test_its_sentence_tells_when_notice_was_given_and_when_the_release_was():
    told = reason(assess, NOTIFIED)
    assert "February 13, 2017, 10:00" in told and "February 15, 2017, 10:00" in told


def test_rows_that_do_not_count_as_declined_this_week_are_not_looked_at():
    rows = numbered(*(HELD | changed for changed in OUT_OF_SCOPE))
    assert line("E11", *rows)["status"] == "not assessed"
    assert line("E11", *rows)["rows"] == 0


@pytest.mark.parametrize("row", [HELD, NOTIFIED, request(decline_reason="not_collected")])
def test_an_agency_that_did_as_asked_is_not_counted_as_declining(row):
    figures = counts_of([row]).figures
    assert (figures["declined_total"], figures["held_back_outcomes"]) == (0, 1)
    assert (figures["issued_total"], figures["issued_other"]) == (1, 1)


def test_its_line_counts_rows_and_agencies():
    told = line("E11", *numbered(HELD, NOTIFIED, HELD | {"agency_id": "MN0270099"}))
    assert (told["effect"], told["status"]) == ("hold", "stopped")
    assert (told["rows"], told["agencies"]) == (3, 2)
