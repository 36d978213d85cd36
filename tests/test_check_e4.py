"""E4, another agency in the same county: the directory's level, and no federal agency."""

import pytest
from cases import finding, line, reason, status
from extract_factory import request
from frames import agency, counts_of, numbered

from ddor.checks.e4_level import assess
from ddor.extract.model import LEVELS

OTHERS = [level for level in LEVELS if level != "federal"]


@pytest.mark.parametrize("level", OTHERS)
def test_an_agency_that_the_directory_lacks_passes_with_any_level_but_federal(level):
    assert reason(assess, request(agency_level=level)) == ""


def test_a_federal_agency_that_the_directory_lacks_is_stopped_and_named():
    told = reason(assess, request(agency_level="federal"))
    assert "MN0270000" in told and "federal" in told


def test_a_federal_agency_is_out_of_scope_although_the_directory_agrees():
    row = request(agency_level="federal")
    assert "federal" in reason(assess, row, agencies=[agency(level="federal")])


@pytest.mark.parametrize("level", OTHERS)
def test_the_directorys_level_passes(level):
    assert reason(assess, request(agency_level=level), agencies=[agency(level=level)]) == ""


@pytest.mark.parametrize("level", [level for level in OTHERS if level != "county"])
def test_another_level_than_the_directorys_is_stopped_and_both_are_named(level):
    told = reason(assess, request(agency_level=level), agencies=[agency(level="county")])
    assert "MN0270000" in told and level in told and "county" in told


def test_a_row_that_hides_the_level_of_a_federal_agency_is_stopped():
    row = request(agency_level="county")
    assert "federal" in reason(assess, row, agencies=[agency(level="federal")])


def test_the_level_of_another_agency_of_the_county_is_not_compared():
    listed = [agency(agency_id="MN0270099", level="state")]
    assert reason(assess, request(agency_level="county"), agencies=listed) == ""


def test_two_agencies_of_one_county_are_two_lines_of_the_table_and_never_added_up():
    listed = [agency(), agency(agency_id="MN0270099", name="A state jail", level="state")]
    rows = numbered(request(), request(agency_id="MN0270099", agency_level="state"))
    table = counts_of(rows, agencies=listed).declined_by_agency
    assert dict(zip(table["agency_id"], table["declined"], strict=True)) == {
        "MN0270000": 1,
        "MN0270099": 1,
    }


def test_the_name_is_not_looked_at():
    row = request(agency_name="TRAVIS COUNTY STATE JAIL")
    assert reason(assess, row, agencies=[agency()]) == ""


def test_every_row_has_a_level_so_every_row_is_assessed():
    assert finding(assess, *numbered(request(), request())).assessed == 2
    assert status("E4", request()) == "ok"


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "pending", "outcome_recorded_at": ""},
        {"outcome": "honored"},
        {"issued_at": "2016-02-01", "outcome_recorded_at": "2016-03-01"},
    ],
)
def test_every_received_row_is_looked_at_whatever_its_dates_and_outcome(changed):
    assert line("E4", request(agency_level="federal") | changed)["rows"] == 1


def test_a_row_held_by_it_is_in_neither_section():
    figures = counts_of(numbered(request(agency_level="federal"), request())).figures
    assert (figures["issued_total"], figures["declined_total"]) == (1, 1)
    assert (figures["held_back_requests"], figures["held_back_outcomes"]) == (1, 0)


def test_its_line_counts_rows_and_agencies():
    rows = numbered(
        request(agency_level="state"),
        request(agency_level="federal"),
        request(agency_level="federal", agency_id="MN0270099"),
        request(),
    )
    told = line("E4", *rows, agencies=[agency()])
    assert (told["effect"], told["status"]) == ("hold", "stopped")
    assert (told["rows"], told["agencies"]) == (3, 2)
