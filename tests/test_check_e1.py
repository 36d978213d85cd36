"""E1, same name, other place: state, county code, area and directory have to name one place."""

import pytest
from extract_factory import request
from frames import agency, case_of, counts_of, numbered

from ddor.checks.e1_place import assess
from ddor.checks.registry import run_checks

UNLISTED = {
    "agency_id": "IA0350000",
    "agency_name": "FRANKLIN COUNTY",
    "state": "IA",
    "county_fips": "19069",
    "area": "St. Paul",
}
LISTED = agency(
    agency_id="IA0350000",
    name="Franklin County Sheriff",
    state="IA",
    county_fips="19069",
    area="St. Paul",
)
NOWHERE = {"county_fips": "", "area": ""}


def finding(*rows, agencies=()):
    case = case_of(numbered(*rows), agencies=agencies)
    return assess(case.extract.requests, case)


def reason(agencies=(), **overrides) -> str:
    """Why the row is stopped; "" if it is not."""
    found = finding(request(**{**UNLISTED, **overrides}), agencies=agencies)
    return found.stopped.get("r0", "")


def test_a_row_whose_fields_name_one_place_passes():
    assert reason() == ""
    assert reason(agencies=[LISTED]) == ""


def test_a_county_code_of_another_state_is_stopped_and_both_states_are_named():
    told = reason(county_fips="36033", area="")  # Franklin County, New York
    assert "36033" in told and "New York" in told and "Iowa" in told


def test_a_county_code_of_the_right_state_but_another_county_needs_the_directory():
    assert reason(county_fips="19137") == ""
    told = reason(county_fips="19137", agencies=[LISTED])
    assert "19137" in told and "19069" in told


@pytest.mark.parametrize("area", ["Buffalo", "Philadelphia", "Washington"])
def test_an_area_that_does_not_cover_the_state_is_stopped(area):
    told = reason(area=area, county_fips="")
    assert area in told and "Iowa" in told


@pytest.mark.parametrize("area", ["Dallas", "El Paso", "Harlingen", "Houston", "San Antonio"])
def test_every_area_that_has_a_part_of_a_state_is_among_its_areas(area):
    assert reason(state="TX", county_fips="48453", area=area) == ""


def test_an_area_of_its_state_but_not_the_directorys_is_stopped():
    texas = {"agency_id": "TX2270000", "state": "TX", "county_fips": "48453"}
    listed = agency(**texas, area="San Antonio")
    told = reason(**texas, area="Houston", agencies=[listed])
    assert "Houston" in told and "San Antonio" in told


def test_the_directorys_state_is_compared_where_no_county_and_no_area_are_given():
    told = reason(**{**NOWHERE, "state": "PA"}, agencies=[LISTED])
    assert "IA" in told and "PA" in told and "IA0350000" in told


def test_the_name_and_the_level_are_not_looked_at():
    assert reason(agency_name="MONTGOMERY COUNTY", agencies=[LISTED]) == ""
    assert reason(agency_level="municipal", agencies=[LISTED]) == ""


def test_an_agency_that_the_directory_lacks_is_not_compared_with_another():
    assert reason(agencies=[agency(agency_id="IA0350001", state="NY", county_fips="36033")]) == ""


def test_an_empty_field_never_fails():
    assert reason(**NOWHERE) == ""
    assert reason(**NOWHERE, agencies=[LISTED]) == ""
    assert reason(county_fips="") == ""
    assert reason(area="") == ""


def test_an_empty_field_of_the_directory_is_not_compared():
    sparse = {**LISTED, "county_fips": "", "area": ""}
    assert reason(county_fips="19137", area="Chicago", state="IA") != ""  # Chicago lacks Iowa
    assert reason(county_fips="19137", agencies=[sparse]) == ""
    assert "IA" in reason(**{**NOWHERE, "state": "PA"}, agencies=[sparse])


def test_rows_without_any_pair_to_compare_leave_the_check_not_assessed():
    found = finding(request(**{**UNLISTED, **NOWHERE}))
    assert (found.assessed, len(found.stopped)) == (0, 0)
    line = run_checks(case_of([request(**{**UNLISTED, **NOWHERE})])).checks.loc[0]
    assert (line["check"], line["status"], line["rows"]) == ("E1", "not assessed", 0)


def test_only_rows_with_something_to_compare_are_assessed():
    found = finding(request(), request(**{**UNLISTED, **NOWHERE}))
    assert found.assessed == 1
    line = run_checks(case_of(numbered(request(), request(**{**UNLISTED, **NOWHERE})))).checks.loc[
        0
    ]
    assert line["status"] == "ok"


def test_a_row_wrong_in_three_ways_is_stopped_once_and_told_all_three():
    told = reason(county_fips="36033", area="Philadelphia", agencies=[LISTED])
    assert "New York" in told and "Philadelphia" in told and "19069" in told
    counts = counts_of([request(**{**UNLISTED, "county_fips": "36033", "area": "Philadelphia"})])
    assert counts.figures["held_back_total"] == 1


def test_the_reasons_are_told_of_the_row_they_are_about():
    rows = [request(), request(**{**UNLISTED, "county_fips": "36033"}), request(area="Houston")]
    told = finding(*rows).stopped
    assert set(told.index) == {"r1", "r2"}
    assert "New York" in told["r1"] and "Houston" in told["r2"]


def test_e1_looks_at_every_received_row_whatever_its_dates_and_outcome():
    wrong = {**UNLISTED, "county_fips": "36033"}
    rows = numbered(
        request(**wrong),
        request(**wrong, outcome="pending", outcome_recorded_at=""),
        request(**wrong, issued_at="2010-01-01", outcome_recorded_at="2010-02-01"),
    )
    figures = counts_of(rows).figures
    assert figures["held_back_requests"] == 3
    assert figures["issued_total"] == figures["declined_total"] == 0
    assert figures["outside_week_total"] == 0


def test_the_line_in_the_table_counts_rows_and_agencies():
    wrong = {**UNLISTED, "county_fips": "36033"}
    rows = numbered(request(**wrong), request(**wrong), request(state="TX"), request())
    line = run_checks(case_of(rows)).checks.loc[0]
    assert (line["effect"], line["status"]) == ("hold", "stopped")
    assert (line["rows"], line["agencies"]) == (3, 2)
