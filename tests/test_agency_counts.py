"""Sections I and II by agency: who is a line, what it is called, and what adds up to what."""

from dataclasses import replace

import pandas as pd
import pytest
from extract_factory import request
from frames import agency, case_of, counted, counts_of, numbered

from ddor.reference.figures import DECLINED_COLUMNS, IDENTITY, ISSUED_COLUMNS, OF_CHARGES

EARLIER = "2017-01-05T08:00"
TRAVIS = {
    "agency_id": "TX2270000",
    "agency_name": "TRAVIS CO JAIL",
    "state": "TX",
    "county_fips": "48453",
    "area": "San Antonio",
}
ADA = {
    "agency_id": "ID0010000",
    "agency_name": "ADA COUNTY",
    "state": "ID",
    "county_fips": "16001",
    "area": "Salt Lake City",
}
PENDING = {"outcome": "pending", "outcome_recorded_at": ""}


def line(frame: pd.DataFrame, agency_id: str) -> dict:
    return frame.set_index("agency_id").loc[agency_id].to_dict()


def identity(*rows, agencies=()) -> dict:
    """Agency, level and place of the one agency that these requests were issued to."""
    frame = counts_of(numbered(*rows), agencies=agencies).issued_by_agency
    assert len(frame) == 1
    return frame.loc[0, list(IDENTITY)].to_dict()


def test_the_columns_are_those_of_the_contract():
    place = ["agency_id", "agency", "level", "state", "county_fips", "area"]
    kinds = ["detainers", "notifications", "transfers"]
    assert list(ISSUED_COLUMNS) == [
        *place,
        *kinds,
        "issued",
        "honored",
        "declined",
        "other",
        "pending",
    ]
    assert list(DECLINED_COLUMNS) == [
        *place,
        *kinds,
        "declined",
        "insufficient_notice",
        "no_notice",
        "not_held",
        "unclassified",
        "release_not_confirmed",
        "law_or_court",
        "short_custody",
        "honored",
    ]
    counts = counts_of([request()])
    assert list(counts.issued_by_agency) == list(ISSUED_COLUMNS)
    assert list(counts.declined_by_agency) == list(DECLINED_COLUMNS)


def test_section_one_counts_the_issued_by_kind_and_by_what_became_of_them():
    rows = numbered(
        request(form="I-247D"),
        request(form="I-247N", outcome="honored"),
        request(form="I-247X", outcome="withdrawn"),
        request(form="I-247A", outcome="superseded"),
        request(form="I-247G", outcome="left_custody"),
        request(form="I-247", **PENDING),
        request(issued_at=EARLIER),
    )
    found = line(counts_of(rows).issued_by_agency, "MN0270000")
    assert (found["detainers"], found["notifications"], found["transfers"]) == (3, 2, 1)
    assert found["issued"] == 6
    assert (found["honored"], found["declined"], found["other"], found["pending"]) == (1, 1, 3, 1)


def test_section_two_counts_the_recorded_by_class_and_honored_beside_them():
    rows = numbered(
        request(issued_at=EARLIER, form="I-247N"),
        request(released_at=""),
        request(decline_reason="law_or_court"),
        request(outcome="honored", form="I-247X", issued_at=EARLIER),
        request(**PENDING),
        request(outcome_recorded_at="2017-02-18"),
    )
    found = line(counts_of(rows).declined_by_agency, "MN0270000")
    assert (found["detainers"], found["notifications"], found["transfers"]) == (2, 1, 0)
    assert (found["declined"], found["honored"]) == (3, 1)
    assert (found["no_notice"], found["unclassified"]) == (2, 1)
    assert (found["release_not_confirmed"], found["law_or_court"]) == (1, 1)
    assert found["short_custody"] == 1  # issued on the 12th, released on the 14th at 00:00


def test_an_agency_that_only_honored_is_listed_and_does_not_count_as_declining():
    counts = counts_of(numbered(request(), request(**TRAVIS, outcome="honored")))
    found = line(counts.declined_by_agency, "TX2270000")
    assert (found["declined"], found["honored"]) == (0, 1)
    assert counts.figures["agencies_declining"] == 1
    assert counts.figures["states_declining"] == 1


def test_an_agency_without_any_figure_is_not_listed():
    rows = numbered(request(), request(**TRAVIS, issued_at=EARLIER, **PENDING))
    counts = counts_of(rows, agencies=[agency(), agency(agency_id="MN9990000", name="Unasked")])
    assert list(counts.issued_by_agency["agency_id"]) == ["MN0270000"]
    assert list(counts.declined_by_agency["agency_id"]) == ["MN0270000"]


def test_an_agency_whose_only_row_is_held_back_is_not_listed():
    counts = counts_of(numbered(request(), request(**{**TRAVIS, "state": "MN"})))
    assert list(counts.issued_by_agency["agency_id"]) == ["MN0270000"]
    assert list(counts.declined_by_agency["agency_id"]) == ["MN0270000"]


def test_a_week_without_a_decline_has_empty_tables_with_their_columns():
    counts = counts_of([request(issued_at=EARLIER, **PENDING)])
    for frame, columns in (
        (counts.issued_by_agency, ISSUED_COLUMNS),
        (counts.declined_by_agency, DECLINED_COLUMNS),
    ):
        assert (list(frame), len(frame)) == (list(columns), 0)
    assert counts.figures["received_total"] == counts.figures["outside_week_total"] == 1
    assert set(counts.figures.values()) == {0, 1, None}  # nothing is told of people


def test_one_agency_written_in_three_ways_is_one_line_with_the_directorys_name():
    rows = numbered(*(request(agency_name=name) for name in ("HENNEPIN", "Hennepin Co", "ADC")))
    assert identity(*rows, agencies=[agency()]) == {
        "agency_id": "MN0270000",
        "agency": "Hennepin County Jail",
        "level": "county",
        "state": "MN",
        "county_fips": "27053",
        "area": "St. Paul",
    }


def test_two_agencies_of_one_county_and_one_name_stay_two_lines():
    rows = numbered(request(), request(agency_id="MN0270099", agency_level="municipal"))
    counts = counts_of(rows)
    assert list(counts.issued_by_agency["issued"]) == [1, 1]
    assert list(counts.issued_by_agency["level"]) == ["county", "municipal"]


def test_an_agency_outside_the_directory_is_called_as_its_latest_row_calls_it():
    rows = [
        request(agency_name="NEW NAME", issued_at="2017-02-15T10:00"),
        request(agency_name="OLD NAME", issued_at="2017-02-12T10:00"),
    ]
    assert identity(*rows)["agency"] == "NEW NAME"
    assert identity(*reversed(rows))["agency"] == "NEW NAME"


def test_of_rows_issued_at_one_moment_the_last_by_request_id_names_the_agency():
    case = case_of(numbered(request(agency_name="A"), request(agency_name="B")))
    backwards = case.extract.requests.iloc[::-1].reset_index(drop=True)
    for requests in (case.extract.requests, backwards):
        frame = counted(replace(case, extract=replace(case.extract, requests=requests)))
        assert frame.issued_by_agency.loc[0, "agency"] == "B"


def test_an_unknown_county_or_area_is_empty_text():
    row = identity(request(county_fips="", area=""))
    assert (row["county_fips"], row["area"]) == ("", "")


def test_the_directory_fills_in_a_place_that_the_extract_leaves_out():
    row = identity(request(county_fips="", area=""), agencies=[agency()])
    assert (row["county_fips"], row["area"]) == ("27053", "St. Paul")


def test_a_leading_zero_of_a_county_is_kept():
    alabama = {
        "agency_id": "AL0010000",
        "state": "AL",
        "county_fips": "01001",
        "area": "New Orleans",
    }
    assert identity(request(**alabama))["county_fips"] == "01001"


def test_tables_sort_by_state_and_then_by_the_name_of_the_agency():
    rows = numbered(
        request(agency_id="MI0010000", agency_name="B", state="MI", county_fips="", area=""),
        request(agency_id="MI0020000", agency_name="A", state="MI", county_fips="", area=""),
        request(agency_id="MN0010000", agency_name="C"),
        request(agency_id="MS0010000", agency_name="A", state="MS", county_fips="", area=""),
        request(agency_id="MO0010000", agency_name="A", state="MO", county_fips="", area=""),
        request(**ADA),
    )
    counts = counts_of(rows)
    # By the column that the table shows: MO before MS, though Mississippi is before Missouri.
    expected = ["ID0010000", "MI0020000", "MI0010000", "MN0010000", "MO0010000", "MS0010000"]
    assert list(counts.issued_by_agency["agency_id"]) == expected
    assert list(counts.declined_by_agency["agency_id"]) == expected


def test_agencies_and_states_that_declined_are_counted_once_each():
    rows = numbered(request(), request(), request(agency_id="MN0270099"), request(**TRAVIS))
    figures = counts_of(rows).figures
    assert (figures["agencies_declining"], figures["states_declining"]) == (3, 2)


@pytest.mark.parametrize("form", ["I-247D", "I-247N", "I-247X"])
def test_the_figures_are_the_sums_of_the_columns(form):
    rows = numbered(request(form=form), request(**TRAVIS, form=form), request(**TRAVIS, **PENDING))
    counts = counts_of(rows)
    for column in (
        "detainers",
        "notifications",
        "transfers",
        "honored",
        "declined",
        "other",
        "pending",
    ):
        assert counts.figures[f"issued_{column}"] == counts.issued_by_agency[column].sum()
    for column in DECLINED_COLUMNS[len(IDENTITY) : -1]:
        name = "declined_total" if column == "declined" else f"declined_{column}"
        assert counts.figures[name] == counts.declined_by_agency[column].sum()
    assert counts.figures["declined_total"] == 2
    assert all(
        type(value) is int for name, value in counts.figures.items() if name not in OF_CHARGES
    )


def test_a_request_that_e1_holds_does_not_lend_its_agency_a_name_or_a_place():
    good = request(agency_id="QQQQ", agency_name="Right", issued_at="2017-02-11")
    held = request(agency_id="QQQQ", agency_name="Wrong", state="WI", issued_at="2017-02-12")
    counts = counts_of(numbered(good, held))
    assert counts.figures["held_back_requests"] == 1
    (row,) = counts.declined_by_agency.to_dict("records")
    assert (row["agency"], row["state"], row["declined"]) == ("Right", "MN", 1)
