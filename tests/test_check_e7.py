"""E7, never released: no release on record, and a sentence that ends after the decline."""

from cases import OUT_OF_SCOPE, finding, line, reason, status
from extract_factory import request
from frames import counts_of, numbered

from ddor.checks.e7_not_released import assess

# outcome_recorded_at is 2017-02-15 at 14:00
STILL_HELD = request(released_at="", sentence_ends_on="2019-05-31")


def told(ends_on: str, recorded="2017-02-15T14:00", released="", **given) -> str:
    row = request(released_at=released, sentence_ends_on=ends_on, outcome_recorded_at=recorded)
    return reason(assess, row, **given)


def test_a_sentence_that_ends_after_the_decline_is_stopped_and_its_end_is_named():
    assert "May 31, 2019" in reason(assess, STILL_HELD)


def test_a_sentence_that_ends_on_the_day_after_the_decline_is_stopped():
    assert told("2017-02-16") != ""


def test_a_sentence_that_ends_on_the_day_of_the_decline_ended_at_midnight_and_passes():
    assert told("2017-02-15") == ""


def test_a_sentence_that_ends_when_the_decline_is_dated_is_not_after_it():
    assert told("2017-02-15", recorded="2017-02-15") == ""
    assert told("2017-02-16", recorded="2017-02-15T23:59") != ""


def test_a_sentence_that_ended_before_the_decline_passes():
    assert told("2016-12-31") == ""


def test_a_person_with_a_release_on_record_passes_however_long_the_sentence():
    assert told("2030-01-01", released="2017-02-14") == ""


def test_an_empty_end_of_the_sentence_never_fails():
    assert told("") == ""


def test_without_a_recording_date_the_sentence_is_compared_with_the_date_of_the_extract():
    given = {"recorded": "", "cohort": "issued", "as_of": "2017-03-10"}
    assert told("2017-03-10", **given) == ""
    assert told("2017-03-11", **given) != ""


def test_a_recording_date_goes_before_the_date_of_the_extract():
    given = {"cohort": "issued", "as_of": "2017-03-10"}
    assert told("2017-02-16", **given) != ""
    assert told("2017-02-15", **given) == ""


def test_the_date_of_the_extract_does_not_excuse_a_sentence_that_ran_when_recorded():
    assert told("2017-02-20", as_of="2017-12-31") != ""


def test_without_any_end_of_a_sentence_it_is_not_assessed():
    assert status("E7", request(released_at="")) == "not assessed"


def test_one_row_with_the_end_of_a_sentence_is_enough_for_ok():
    rows = numbered(request(released_at=""), STILL_HELD | {"sentence_ends_on": "2017-01-01"})
    assert status("E7", *rows) == "ok"
    assert finding(assess, *rows).assessed == 1


def test_rows_that_do_not_count_as_declined_this_week_are_not_looked_at():
    rows = numbered(*(STILL_HELD | changed for changed in OUT_OF_SCOPE))
    assert line("E7", *rows)["status"] == "not assessed"
    assert line("E7", *rows)["rows"] == 0


def test_a_person_still_held_counts_as_issued_and_not_as_declined():
    figures = counts_of([STILL_HELD]).figures
    assert (figures["declined_total"], figures["held_back_outcomes"]) == (0, 1)
    assert (figures["issued_total"], figures["issued_other"]) == (1, 1)


def test_its_line_counts_rows_and_agencies():
    rows = numbered(STILL_HELD, STILL_HELD, STILL_HELD | {"agency_id": "MN0270099"})
    line_of_it = line("E7", *rows)
    assert (line_of_it["effect"], line_of_it["status"]) == ("hold", "stopped")
    assert (line_of_it["rows"], line_of_it["agencies"]) == (3, 2)
