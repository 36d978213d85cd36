"""E2, transferred and released elsewhere: the agency asked has to be the one that released."""

from cases import OUT_OF_SCOPE, finding, line, reason, status
from extract_factory import request
from frames import agency, counts_of, numbered

from ddor.checks.e2_transferred import assess

OTHER, THIRD = "MN0270099", "MN0270100"
ELSEWHERE = request(releasing_agency_id=OTHER)


def test_a_person_released_by_the_agency_asked_passes():
    assert reason(assess, request(releasing_agency_id="MN0270000")) == ""


def test_a_person_released_by_another_agency_is_stopped_and_both_agencies_are_named():
    told = reason(assess, ELSEWHERE)
    assert "MN0270000" in told and OTHER in told


def test_another_agency_of_the_same_county_is_another_agency():
    both = [agency(), agency(agency_id=OTHER)]
    assert reason(assess, ELSEWHERE, agencies=both) != ""


def test_the_one_id_in_same_as_of_the_agencys_own_row_passes():
    assert reason(assess, ELSEWHERE, agencies=[agency(same_as=OTHER)]) == ""


def test_same_as_holds_in_one_direction_only():
    listed = [agency(), agency(agency_id=OTHER, same_as="MN0270000")]
    assert reason(assess, ELSEWHERE, agencies=listed) != ""


def test_same_as_of_a_third_agency_says_nothing():
    assert reason(assess, ELSEWHERE, agencies=[agency(agency_id=THIRD, same_as=OTHER)]) != ""


def test_same_as_is_not_followed_further():
    listed = [agency(same_as=OTHER), agency(agency_id=OTHER, same_as=THIRD)]
    assert reason(assess, request(releasing_agency_id=THIRD), agencies=listed) != ""


def test_same_as_allows_its_one_id_and_no_other():
    assert reason(assess, ELSEWHERE, agencies=[agency(same_as=THIRD)]) != ""


def test_the_agency_asked_still_passes_where_same_as_names_another():
    row = request(releasing_agency_id="MN0270000")
    assert reason(assess, row, agencies=[agency(same_as=OTHER)]) == ""


def test_an_empty_releasing_agency_never_fails():
    assert reason(assess, request()) == ""
    assert reason(assess, request(), agencies=[agency(same_as=OTHER)]) == ""


def test_without_any_releasing_agency_it_is_not_assessed():
    assert status("E2", request()) == "not assessed"


def test_one_row_with_a_releasing_agency_is_enough_for_ok():
    rows = numbered(request(), request(releasing_agency_id="MN0270000"))
    assert status("E2", *rows) == "ok"
    assert finding(assess, *rows).assessed == 1


def test_rows_that_do_not_count_as_declined_this_week_are_not_looked_at():
    rows = numbered(*(ELSEWHERE | changed for changed in OUT_OF_SCOPE))
    assert line("E2", *rows)["status"] == "not assessed"
    assert line("E2", *rows)["rows"] == 0


def test_a_decline_of_this_week_is_looked_at_whenever_it_was_issued():
    assert line("E2", ELSEWHERE | {"issued_at": "2010-10-16"})["rows"] == 1


def test_a_transferred_person_is_not_counted_against_the_first_agency():
    counts = counts_of(numbered(ELSEWHERE, request()))
    assert counts.figures["declined_total"] == 1
    assert counts.figures["held_back_outcomes"] == 1
    assert counts.figures["held_back_requests"] == 0


def test_a_transferred_persons_request_still_counts_as_issued():
    figures = counts_of([ELSEWHERE]).figures
    assert (figures["issued_total"], figures["issued_other"]) == (1, 1)
    assert figures["issued_declined"] == 0


def test_its_line_counts_the_rows_and_the_agencies_asked():
    rows = numbered(ELSEWHERE, ELSEWHERE, request(agency_id=THIRD, releasing_agency_id=OTHER))
    told = line("E2", *rows)
    assert (told["effect"], told["status"]) == ("hold", "stopped")
    assert (told["rows"], told["agencies"]) == (3, 2)
