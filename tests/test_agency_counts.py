"""Sections I and II by agency: who is a line, what it is called, and what adds up to what."""

from dataclasses import replace

import pandas as pd
from extract_factory import request
from frames import agency, case_of, counted, counts_of, numbered

from ddor.reference.figures import IDENTITY, OF_CHARGES

EARLIER = "2017-01-05T08:00"


def placed(agency_id: str, state: str, county_fips="", area="") -> dict[str, str]:
    return {"agency_id": agency_id, "state": state, "county_fips": county_fips, "area": area}


TRAVIS = placed("TX2270000", "TX", "48453", "San Antonio")
ALABAMA = placed("AL0010000", "AL", "01001", "New Orleans")
PENDING = {"outcome": "pending", "outcome_recorded_at": ""}


def identity(*rows, agencies=()) -> dict:
    """Agency, level and place of the one agency that these requests were issued to."""
    frame = counts_of(numbered(*rows), agencies=agencies).issued_by_agency
    assert len(frame) == 1
    return frame.loc[0, list(IDENTITY)].to_dict()


def test_the_columns_are_those_of_the_contract_also_in_a_week_without_a_decline():
    place = "agency_id agency level state county_fips area".split()
    kinds = "detainers notifications transfers".split()
    issued = [*place, *kinds, *"issued honored declined other pending".split()]
    classes = "insufficient_notice no_notice not_held unclassified".split()
    marks = "release_not_confirmed law_or_court short_custody".split()
    declined = [*place, *kinds, "declined", *classes, *marks, "honored"]
    without = counts_of([request(issued_at=EARLIER, **PENDING)])
    for counts, lines in ((counts_of([request()]), 1), (without, 0)):
        for frame, columns in (
            (counts.issued_by_agency, issued),
            (counts.declined_by_agency, declined),
        ):
            assert (list(frame), len(frame)) == (columns, lines)
    assert without.figures["received_total"] == without.figures["outside_week_total"] == 1
    assert set(without.figures.values()) == {0, 1, None}  # nothing is told of people


def checked(frame: pd.DataFrame, agency_id: str, expected: str) -> None:
    """`expected`: column=number of each column that the agency's line has more than 0 in."""
    found = frame.set_index("agency_id").loc[agency_id].drop([*IDENTITY[1:]])
    told = " ".join(f"{name}={number}" for name, number in found.items() if number)
    assert told == expected


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
    expected = "detainers=3 notifications=2 transfers=1 issued=6 honored=1 declined=1 other=3"
    checked(counts_of(rows).issued_by_agency, "MN0270000", f"{expected} pending=1")


def test_section_two_counts_the_recorded_by_class_and_honored_beside_them():
    rows = numbered(
        request(issued_at=EARLIER, form="I-247N"),
        request(released_at=""),
        request(decline_reason="law_or_court"),
        request(outcome="honored", form="I-247X", issued_at=EARLIER),
        request(**PENDING),
        request(outcome_recorded_at="2017-02-18"),
    )
    # Short custody: issued on the 12th, released on the 14th at 00:00.
    expected = (
        "detainers=2 notifications=1 declined=3 no_notice=2 unclassified=1 "
        "release_not_confirmed=1 law_or_court=1 short_custody=1 honored=1"
    )
    checked(counts_of(rows).declined_by_agency, "MN0270000", expected)


def test_an_agency_that_only_honored_is_listed_and_does_not_count_as_declining():
    counts = counts_of(numbered(request(), request(**TRAVIS, outcome="honored")))
    checked(counts.declined_by_agency, "TX2270000", "honored=1")
    assert counts.figures["agencies_declining"] == 1
    assert counts.figures["states_declining"] == 1


def test_an_agency_without_any_figure_or_whose_only_row_is_held_back_is_not_listed():
    rows = numbered(
        request(),
        request(**TRAVIS, issued_at=EARLIER, **PENDING),
        request(**ALABAMA | {"state": "MN"}),
    )
    counts = counts_of(rows, agencies=[agency(), agency(agency_id="MN9990000", name="Unasked")])
    for frame in (counts.issued_by_agency, counts.declined_by_agency):
        assert list(frame["agency_id"]) == ["MN0270000"]


def test_one_agency_written_in_three_ways_is_one_line_with_the_directorys_name():
    rows = numbered(*(request(agency_name=name) for name in ("HENNEPIN", "Hennepin Co", "ADC")))
    name = {"agency": "Hennepin County Jail"}
    in_directory = {key: value for key, value in agency().items() if key in IDENTITY}
    assert identity(*rows, agencies=[agency()]) == in_directory | name


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


def test_a_place_is_the_directorys_else_the_rows_with_its_zeros_else_empty():
    nowhere = request(county_fips="", area="")
    for row, agencies, place in (
        (nowhere, [], ("", "")),
        (nowhere, [agency()], ("27053", "St. Paul")),
        (request(**ALABAMA), [], ("01001", "New Orleans")),
    ):
        found = identity(row, agencies=agencies)
        assert (found["county_fips"], found["area"]) == place


def test_tables_sort_by_state_and_then_by_the_name_of_the_agency():
    rows = numbered(
        request(**placed("MI0010000", "MI"), agency_name="B"),
        request(**placed("MI0020000", "MI"), agency_name="A"),
        request(**placed("MN0010000", "MN"), agency_name="C"),
        request(**placed("MS0010000", "MS"), agency_name="A"),
        request(**placed("MO0010000", "MO"), agency_name="A"),
        request(**placed("ID0010000", "ID")),
    )
    counts = counts_of(rows)
    # By the column that the table shows: MO before MS, though Mississippi is before Missouri.
    expected = ["ID0010000", "MI0020000", "MI0010000", "MN0010000", "MO0010000", "MS0010000"]
    assert list(counts.issued_by_agency["agency_id"]) == expected
    assert list(counts.declined_by_agency["agency_id"]) == expected


def test_agencies_and_states_that_declined_are_counted_once_each_and_every_figure_is_a_whole_one():
    rows = numbered(request(), request(), request(agency_id="MN0270099"), request(**TRAVIS))
    figures = counts_of(rows).figures
    assert (figures["agencies_declining"], figures["states_declining"]) == (3, 2)
    numbers = [number for name, number in figures.items() if name not in OF_CHARGES]
    assert {type(number) for number in numbers} == {int}


def test_a_request_that_e1_holds_does_not_lend_its_agency_a_name_or_a_place():
    good = request(agency_id="QQQQ", agency_name="Right", issued_at="2017-02-11")
    held = request(agency_id="QQQQ", agency_name="Wrong", state="WI", issued_at="2017-02-12")
    counts = counts_of(numbered(good, held))
    assert counts.figures["held_back_requests"] == 1
    (row,) = counts.declined_by_agency.to_dict("records")
    assert (row["agency"], row["state"], row["declined"]) == ("Right", "MN", 1)
