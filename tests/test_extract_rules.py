"""Each rule of the extract's contract (DESIGN 2), by the row that breaks it."""

import datetime as dt

import pandas as pd
import pytest
from extract_factory import charge, request, write_csv_extract

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, Problem
from ddor.extract.model import CHARGE_COLUMNS, DATETIMES, REQUEST_COLUMNS, Extract
from ddor.extract.read import read_extract

WEEK = Week.parse("2017-02-11")


def read(tmp_path, requests=None, charges=(), about=None, **options) -> Extract:
    requests = [request()] if requests is None else requests
    folder = write_csv_extract(tmp_path / "extract", requests, charges, about)
    return read_extract(str(folder), **({"week": WEEK} | options))


def problems(tmp_path, *args, **kwargs) -> list[Problem]:
    with pytest.raises(ExtractInvalid) as error:
        read(tmp_path, *args, **kwargs)
    return error.value.problems


def only(tmp_path, *args, **kwargs) -> Problem:
    found = problems(tmp_path, *args, **kwargs)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_a_valid_extract_has_the_columns_types_and_order_of_the_model(tmp_path):
    rows = [request(request_id="r2"), request(request_id="r1", area="", released_at="")]
    charges = [charge(charge_no="10"), charge(charge_no="9"), charge(charge_no="2")]
    extract = read(tmp_path, rows, charges)
    assert tuple(extract.requests) == REQUEST_COLUMNS
    assert tuple(extract.charges) == CHARGE_COLUMNS
    assert list(extract.requests.request_id) == ["r1", "r2"]
    assert list(extract.charges.charge_no) == [2, 9, 10]
    for frame in (extract.requests, extract.charges):
        for column, dtype in frame.dtypes.items():
            expected = "datetime64[s]" if column in DATETIMES else "str"
            assert str(dtype) == ("int64" if column == "charge_no" else expected), column
    assert extract.requests.area.isna().tolist() == [True, False]
    assert extract.requests.released_at.isna().tolist() == [True, False]
    assert extract.requests.county_fips[0] == "27053"


def test_a_permuted_extract_is_the_same_extract(tmp_path):
    rows = [request(request_id=f"r{n}") for n in range(3)]
    turned = [dict(reversed(row.items())) for row in reversed(rows)]
    charges = [charge(request_id=f"r{n}") for n in range(3)]
    a, b = read(tmp_path / "a", rows, charges), read(tmp_path / "b", turned, charges[::-1])
    pd.testing.assert_frame_equal(a.requests, b.requests)
    pd.testing.assert_frame_equal(a.charges, b.charges)


def test_an_area_gets_its_canonical_name(tmp_path):
    rows = [
        request(request_id="r1", area="St. Paul Area of Responsibility"),
        request(request_id="r2", area="Saint Paul"),
    ]
    assert set(read(tmp_path, rows).requests.area) == {"St. Paul"}


def test_a_header_of_charges_alone_is_valid(tmp_path):
    charges = read(tmp_path, charges=[]).charges
    assert len(charges) == 0
    assert str(charges.charge_no.dtype) == "int64"
    assert str(charges.charged_on.dtype) == "datetime64[s]"


@pytest.mark.parametrize(
    "column, value",
    [
        ("form", "I-247B"),
        ("form", "I247A"),
        ("agency_id", "MN1"),
        ("agency_id", "mn0270000"),
        ("agency_id", "MN02700001234"),
        ("agency_level", "City"),
        ("state", "XX"),
        ("state", "mn"),
        ("county_fips", "1001"),
        ("county_fips", "27-53"),
        ("county_fips", "99001"),
        ("area", "Springfield"),
        ("citizenship", "MEXICO"),
        ("citizenship", "MX"),
        ("custody_confirmed", "yes"),
        ("outcome", "accepted"),
        ("releasing_agency_id", "Hennepin"),
        ("decline_reason", "other"),
        ("protected", "1"),
        ("follow_up_status", "gone"),
        ("issued_at", "2017-02-30"),
        ("issued_at", "2017-02-12T24:00"),
        ("issued_at", "0002-06-14"),
        ("issued_at", "1989-12-31"),
        ("issued_at", "2017-02-12T09:15Z"),
        ("issued_at", "2017-02-12T09:15-06:00"),
        ("issued_at", "2017-02-12T09:15:00.5"),
        ("issued_at", "20170212"),
        ("issued_at", "2017-2-12"),
        ("notice_at", "1899-12-31"),
        ("released_at", "2019-02-18"),
        ("release_due_at", "soon"),
        ("ice_custody_at", "9999-12-31"),
        ("sentence_ends_on", "2019-01-01T09:15"),
        ("follow_up_on", "02/12/2017"),
    ],
)
def test_a_value_outside_the_contract_is_named_with_its_row_and_column(tmp_path, column, value):
    rows = [request(request_id="r1"), request(request_id="r2", **{column: value})]
    problem = only(tmp_path, rows)
    assert (problem.table, problem.rows, problem.column) == ("requests.csv", (3,), column)
    assert f'"{value}"' in problem.seen and problem.expected and problem.mend


@pytest.mark.parametrize(
    "column, value",
    [
        ("charge_no", "0"),
        ("charge_no", "-1"),
        ("charge_no", "one"),
        ("ncic_code", "399"),
        ("ncic_code", "13999"),
        ("ncic_code", "13-9"),
        ("ncic_code", "1399\n"),
        ("disposition", "guilty"),
        ("charged_on", "1899-12-31"),
        ("charged_on", "2017-02-12T10:00"),
        ("timing", "during"),
    ],
)
def test_a_charge_outside_the_contract_is_named(tmp_path, column, value):
    problem = only(tmp_path, charges=[charge(**{column: value})])
    assert (problem.table, problem.rows, problem.column) == ("charges.csv", (2,), column)


@pytest.mark.parametrize(
    "column, value",
    [
        ("issued_at", "1990-01-01"),
        ("issued_at", "2019-02-17T23:59"),
        ("issued_at", "2017-02-12 09:15:00.000"),
        ("sentence_ends_on", "9999-12-31"),
        ("sentence_ends_on", "2040-01-01T00:00"),
        ("releasing_agency_id", "MNCFSTC"),
        ("citizenship", "UNK"),
        ("county_fips", "01001"),
        ("county_fips", ""),
        ("custody_confirmed", "unknown"),
        ("outcome_recorded_at", "2016-01-01"),
        ("request_id", "012345678"),
        ("agency_name", "Doña Ana County, “Annex”"),
    ],
)
def test_a_value_inside_the_contract_passes(tmp_path, column, value):
    assert len(read(tmp_path, [request(**{column: value})]).requests) == 1


def test_the_wall_clock_time_is_kept_and_a_date_alone_is_midnight(tmp_path):
    row = read(tmp_path, [request(issued_at="2017-02-12 09:15:30")]).requests.iloc[0]
    assert row.issued_at == pd.Timestamp("2017-02-12 09:15:30")
    assert row.released_at == pd.Timestamp("2017-02-14 00:00")


@pytest.mark.parametrize("column", sorted(set(REQUEST_COLUMNS)))
def test_only_the_columns_of_the_contract_may_be_empty(tmp_path, column):
    may = (
        "county_fips area notice_at release_due_at released_at releasing_agency_id "
        "sentence_ends_on ice_custody_at decline_reason follow_up_status follow_up_on"
    ).split()
    rows = [request(request_id="r0"), request(**{column: ""})]
    if column in may:
        assert len(read(tmp_path, rows).requests) == 2
    else:
        problem = only(tmp_path, rows)
        assert (problem.rows, problem.column, problem.seen) == ((3,), column, "an empty cell")


@pytest.mark.parametrize("column", CHARGE_COLUMNS)
def test_of_a_charge_only_description_and_date_may_be_empty(tmp_path, column):
    if column in ("description", "charged_on"):
        assert len(read(tmp_path, charges=[charge(**{column: ""})]).charges) == 1
    else:
        assert only(tmp_path, charges=[charge(**{column: ""})]).column == column


def test_a_pending_request_has_no_recording_date(tmp_path):
    problem = only(tmp_path, [request(outcome="pending")])
    assert problem.column == "outcome_recorded_at" and "pending" in problem.expected
    read(tmp_path / "b", [request(outcome="pending", outcome_recorded_at="")])


def test_a_recording_date_may_be_missing_under_cohort_issued_only(tmp_path):
    rows, about = [request(outcome_recorded_at="")], {"as_of": "2017-03-01"}
    assert only(tmp_path / "a", rows).column == "outcome_recorded_at"
    extract = read(tmp_path / "b", rows, about=about, cohort="issued")
    assert extract.requests.outcome_recorded_at.isna().all()


def test_a_repeated_request_id_names_all_its_rows(tmp_path):
    rows = [request(), request(request_id="r2"), request()]
    problem = only(tmp_path, rows)
    assert (problem.rows, problem.column) == ((2, 4), "request_id")


def test_a_repeated_charge_number_is_named(tmp_path):
    problem = only(tmp_path, charges=[charge(), charge(charge_no="2"), charge(charge_no="01")])
    assert problem.rows == (2, 4) and '"r1 1"' in problem.seen


def test_a_charge_without_a_request_is_named(tmp_path):
    problem = only(tmp_path, charges=[charge(), charge(request_id="r9")])
    assert (problem.table, problem.rows) == ("charges.csv", (3,)) and '"r9"' in problem.seen


def test_a_missing_column_is_named(tmp_path):
    row = request()
    del row["outcome"]
    problem = only(tmp_path, [row])
    assert problem.column == "outcome" and problem.seen == "no such column"


def test_an_unknown_column_is_refused_with_the_nearest_unless_ignored(tmp_path):
    row = request(Issued_At="x") | {"remark": "x"}
    unlike, alike = sorted(problems(tmp_path, [row]), key=lambda problem: "Issued" in problem.seen)
    assert '"remark"' in unlike.seen and "ignored_columns" in unlike.mend
    assert '"Issued_At"' in alike.seen and '"issued_at"' in alike.mend
    read(tmp_path, [row], ignored_columns=("remark", "Issued_At"))


def test_the_dates_are_bounded_by_as_of_where_no_week_is_given(tmp_path):
    rows, about = [request(follow_up_on="2022-01-01")], {"as_of": "2020-06-01"}
    read(tmp_path / "a", rows, about=about, week=None)
    assert only(tmp_path / "b", rows, week=None).column == "follow_up_on"


def test_many_rows_of_one_cause_are_one_problem_with_three_values(tmp_path):
    rows = [request(request_id=f"r{n}", agency_level=f"kind{n}") for n in range(5)]
    problem = only(tmp_path, rows)
    assert problem.rows == (2, 3, 4, 5, 6)
    assert problem.seen == '"kind0", "kind1", "kind2" and 2 more values'


def test_all_problems_of_all_tables_come_at_once(tmp_path):
    row = request(state="XX", form="?", issued_at="never")
    del row["citizenship"]
    found = problems(
        tmp_path, [row], [charge(ncic_code="1"), charge(request_id="q")], {"as_off": "2017-01-01"}
    )
    assert {(problem.table, problem.column) for problem in found} == {
        ("requests.csv", "citizenship"),
        ("requests.csv", "issued_at"),
        ("requests.csv", "form"),
        ("requests.csv", "state"),
        ("charges.csv", "ncic_code"),
        ("charges.csv", "request_id"),
        ("about.yaml", "as_off"),
    }


def test_a_header_without_rows_is_no_requests_table(tmp_path):
    assert only(tmp_path, []).seen == "no rows"


def test_what_about_does_not_say_follows_from_the_extract(tmp_path):
    rows = [request(released_at="2017-02-20", sentence_ends_on="2030-01-01")]
    about = read(tmp_path, rows).about
    assert (about.as_of, about.source, about.synthetic) == (
        dt.date(2017, 2, 20),
        "not stated",
        False,
    )


def test_about_is_read_as_written(tmp_path):
    about = {"as_of": "2017-03-04", "source": "Field office: week 7", "synthetic": "true"}
    about["source"] = f"'{about['source']}'"
    told = read(tmp_path, about=about).about
    assert (told.as_of, told.source, told.synthetic) == (
        dt.date(2017, 3, 4),
        "Field office: week 7",
        True,
    )


@pytest.mark.parametrize(
    "about, column",
    [
        ({"as_of": "March 4"}, "as_of"),
        ({"as_of": "2017-02-31"}, "as_of"),
        ({"as_of": "0002-06-14"}, "as_of"),
        ({"synthetic": "yes"}, "synthetic"),
        ({"sorce": "x"}, "sorce"),
        ({"source": "[a, b]"}, "source"),
        ({"source": "'never closed"}, ""),
    ],
)
def test_an_about_that_does_not_fit_is_named(tmp_path, about, column):
    problem = only(tmp_path, about=about)
    assert (problem.table, problem.column) == ("about.yaml", column)


def test_cohort_issued_needs_the_date_of_extraction(tmp_path):
    assert only(tmp_path, cohort="issued").column == "as_of"


def test_an_as_of_before_the_latest_date_is_counted_on_the_page_and_not_refused(tmp_path):
    write_csv_extract(tmp_path, [request()], about={"as_of": "2017-02-01"})
    assert read_extract(str(tmp_path)).about.as_of == dt.date(2017, 2, 1)
