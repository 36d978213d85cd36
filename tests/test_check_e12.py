"""E12, the law forbids it: the agency's reason, or a law or ruling where the agency is."""

import pytest
from cases import case, finding, line, reason, status
from extract_factory import request
from frames import agency, counts_of, numbered, policy

from ddor.calendar import Week
from ddor.checks.e12_law_forbids import assess
from ddor.checks.registry import CHECKS, run_checks
from ddor.extract.model import WORDS

# The agency asked is MN0270000 in Hennepin County, 27053, Minnesota, 27; the week is of
# February 2017.
RULING = {
    "jurisdiction": "Hennepin County",
    "kind": "court",
    "enacted": "2014-04",
    "policy": "A court held so",
    "verified_on": "2017-02-01",
}


def told(**changed) -> str:
    """Why a row with an ordinary reason is shown, with one policy in the table; "" if it is not."""
    return reason(assess, request(), policies=[policy(**{**RULING, **changed})])


@pytest.mark.parametrize("code", ["MN0270000", "27053", "27"])
@pytest.mark.parametrize("kind", ["law", "court"])
def test_a_law_or_ruling_for_the_agency_its_county_or_its_state_is_shown(code, kind):
    assert "Hennepin County: A court held so." in told(place_code=code, kind=kind)


@pytest.mark.parametrize("code", ["MN0270099", "27123", "19", "48453"])
def test_a_law_or_ruling_for_another_place_is_not(code):
    assert told(place_code=code) == ""


@pytest.mark.parametrize("code", ["MN0270000", "27053", "27"])
@pytest.mark.parametrize("kind", ["ordinance", "agency"])
def test_an_ordinance_or_a_policy_of_the_agency_forbids_nothing(code, kind):
    assert told(place_code=code, kind=kind) == ""


@pytest.mark.parametrize("month", ["1990-01", "2017-01", "2017-02"])
def test_a_ruling_of_the_weeks_month_or_before_is_shown(month):
    assert told(place_code="27", enacted=month) != ""


@pytest.mark.parametrize("month", ["2017-03", "2017-12", "2018-01"])
def test_a_ruling_of_the_month_after_the_week_or_later_is_not(month):
    assert told(place_code="27", enacted=month) == ""


@pytest.mark.parametrize("verified_on", ["2014-04-11", "2017-02-17", "2017-03-01"])
def test_a_ruling_binds_stale_or_not(verified_on):
    assert told(place_code="27", verified_on=verified_on) != ""


def test_the_reason_law_or_court_is_shown_without_any_policy():
    assert reason(assess, request(decline_reason="law_or_court")) != ""


@pytest.mark.parametrize("why", ["", *sorted({*WORDS["decline_reason"]} - {"law_or_court"})])
def test_every_other_reason_and_none_passes_without_a_law(why):
    assert reason(assess, request(decline_reason=why)) == ""


def test_a_reason_and_two_laws_are_all_told():
    of_state = RULING | {"jurisdiction": "Minnesota", "kind": "law"}
    both = [policy(**RULING, place_code="27053"), policy(**of_state, place_code="27")]
    sentence = reason(assess, request(decline_reason="law_or_court"), policies=both)
    assert "Hennepin County" in sentence and "Minnesota" in sentence and "reason" in sentence


def test_the_county_of_a_listed_agency_is_found_where_the_row_has_none():
    row = request(county_fips="")
    given = {"policies": [policy(**RULING, place_code="27053")]}
    assert reason(assess, row, **given) == ""
    assert reason(assess, row, **given, agencies=[agency()]) != ""


def test_the_county_of_the_row_is_found_where_the_directory_has_none():
    given = {"policies": [policy(**RULING, place_code="27053")]}
    assert reason(assess, request(), **given, agencies=[agency(county_fips="")]) != ""


def test_an_empty_county_never_fails_and_its_state_is_still_found():
    row = request(county_fips="")
    assert reason(assess, row, policies=[policy(**RULING, place_code="27053")]) == ""
    assert reason(assess, row, policies=[policy(**RULING, place_code="27")]) != ""


def test_the_state_with_a_leading_zero_is_found():
    row = request(state="CA", county_fips="06001", area="San Francisco", agency_id="CA0010000")
    assert reason(assess, row, policies=[policy(**RULING, place_code="06")]) != ""


def test_a_week_without_a_decline_is_not_assessed():
    row = request(outcome="pending", outcome_recorded_at="")
    assert status("E12", row, policies=[policy(**RULING, place_code="27")]) == "not assessed"


def test_a_decline_that_no_law_touches_is_ok():
    assert status("E12", request(), policies=[policy(**RULING, place_code="19")]) == "ok"


def test_only_rows_that_count_as_declined_this_week_are_shown():
    rows = numbered(
        request(decline_reason="law_or_court"),
        request(decline_reason="law_or_court", outcome_recorded_at="2017-02-18"),
        request(decline_reason="law_or_court", outcome="honored"),
        request(decline_reason="law_or_court", custody_confirmed="false"),
        request(decline_reason="law_or_court", releasing_agency_id="MN0270099"),
    )
    shown = run_checks(case(*rows)).shown["E12"]
    assert list(shown.index) == ["r0"]


def test_a_decline_that_the_law_asked_for_is_counted():
    rows = numbered(request(decline_reason="law_or_court"), request())
    without = tuple(each for each in CHECKS if each.id != "E12")
    assert counts_of(rows).figures == counts_of(rows, checks=without).figures
    assert counts_of(rows).figures["declined_total"] == 2


def test_its_line_counts_the_rows_shown_and_their_agencies():
    rows = numbered(
        request(),
        request(),
        request(agency_id="MN0270099"),
        request(agency_id="IA0350000", state="IA", county_fips="19069"),
    )
    line_of_it = line("E12", *rows, policies=[policy(**RULING, place_code="27")])
    assert (line_of_it["effect"], line_of_it["status"]) == ("show", "shown")
    assert (line_of_it["rows"], line_of_it["agencies"]) == (3, 2)


def test_it_looks_at_the_month_of_the_week_it_is_given():
    row = request(issued_at="2017-03-12", outcome_recorded_at="2017-03-14")
    march = {"policies": [policy(**RULING | {"enacted": "2017-03"}, place_code="27")]}
    found = finding(assess, row, **march, week=Week.parse("2017-03-11"))
    assert list(found.stopped.index) == ["r1"]
    assert reason(assess, row, **march, week=Week.parse("2017-02-18")) == ""
