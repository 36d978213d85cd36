"""E3, sent where the person never was: custody not confirmed, or not in custody as the reason."""

import pytest
from cases import finding, line, reason, status
from extract_factory import request
from frames import counts_of, numbered

from ddor.checks.e3_never_there import assess
from ddor.extract.model import WORDS

NEVER = request(custody_confirmed="false")


def test_a_person_held_by_the_agency_when_asked_passes():
    assert reason(assess, request(custody_confirmed="true")) == ""


def test_custody_recorded_as_false_is_stopped():
    assert "did not hold" in reason(assess, NEVER)


def test_the_reason_not_in_custody_is_stopped_although_custody_is_confirmed():
    row = request(custody_confirmed="true", decline_reason="not_in_custody")
    assert "custody" in reason(assess, row)


def test_unknown_custody_with_the_reason_not_in_custody_is_stopped():
    row = request(custody_confirmed="unknown", decline_reason="not_in_custody")
    assert reason(assess, row) != ""


@pytest.mark.parametrize("told", sorted({*WORDS["decline_reason"]} - {"not_in_custody"}))
def test_every_other_reason_passes(told):
    assert reason(assess, request(decline_reason=told)) == ""


def test_unknown_custody_never_fails():
    assert reason(assess, request(custody_confirmed="unknown")) == ""


def test_an_empty_reason_never_fails():
    assert reason(assess, request(decline_reason="")) == ""


def test_both_grounds_are_told_in_one_sentence_each():
    both = reason(assess, NEVER | {"decline_reason": "not_in_custody"})
    assert both.count(".") == 2
    assert reason(assess, NEVER) in both


def test_unknown_custody_without_a_reason_leaves_it_not_assessed():
    assert status("E3", request(custody_confirmed="unknown", decline_reason="")) == "not assessed"


def test_one_row_with_an_answer_is_enough_for_ok():
    silent = request(custody_confirmed="unknown", decline_reason="")
    assert status("E3", *numbered(silent, request(decline_reason=""))) == "ok"


def test_the_reasons_are_told_of_the_row_they_are_about():
    rows = numbered(request(), NEVER, request(decline_reason="not_in_custody"), request())
    assert sorted(finding(assess, *rows).stopped.index) == ["r1", "r2"]


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "pending", "outcome_recorded_at": ""},
        {"outcome": "honored"},
        {"issued_at": "2016-02-01", "outcome_recorded_at": "2016-03-01"},
    ],
)
def test_every_received_row_is_looked_at_whatever_its_dates_and_outcome(changed):
    assert line("E3", NEVER | changed)["rows"] == 1


def test_a_row_held_by_it_is_in_neither_section():
    figures = counts_of(numbered(NEVER, request())).figures
    assert (figures["issued_total"], figures["declined_total"]) == (1, 1)
    assert (figures["held_back_requests"], figures["held_back_outcomes"]) == (1, 0)
    assert figures["issued_other"] == 0


def test_a_row_from_outside_the_week_that_it_stops_is_held_and_not_outside():
    figures = counts_of([NEVER | {"issued_at": "2016-02-01", "outcome_recorded_at": "2016-03-01"}])
    assert figures.figures["held_back_total"] == 1
    assert figures.figures["outside_week_total"] == 0


def test_its_line_counts_rows_and_agencies():
    told = line("E3", *numbered(NEVER, NEVER, NEVER | {"agency_id": "PA0150000"}))
    assert (told["effect"], told["status"]) == ("hold", "stopped")
    assert (told["rows"], told["agencies"]) == (3, 2)
