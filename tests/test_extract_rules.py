"""Each rule of the extract's contract (DESIGN 2), by the row that breaks it."""

import datetime as dt
from functools import partial

import pandas as pd
import pytest
from conftest import cases
from extract_factory import charge, dealt, refused, request, write_csv_extract
from frames import numbered

from ddor.calendar import Week
from ddor.errors import Problem
from ddor.extract.model import CHARGE_COLUMNS, DATETIMES, REQUEST_COLUMNS, About, Extract
from ddor.extract.read import read_extract

WEEK = Week.parse("2017-02-11")


def read(tmp_path, requests=None, charges=(), about=None, by=read_extract, **options) -> Extract:
    requests = [request()] if requests is None else requests
    folder = write_csv_extract(tmp_path / "extract", requests, charges, about)
    return by(str(folder), **({"week": WEEK} | options))


problems = partial(read, by=refused)


def only(tmp_path, *args, **options) -> Problem:
    found = problems(tmp_path, *args, **options)
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


def values(text: str) -> list[tuple[str, str]]:
    """The lines of a table, `column | value; value`, as a pair for each value."""
    return [(column, value) for column, of_it in cases(text) for value in of_it.split("; ")]


OUTSIDE = values("""
    form                | I-247B; I247A
    agency_id           | MN1; mn0270000; MN02700001234
    agency_level        | City
    state               | XX; mn
    county_fips         | 1001; 27-53; 99001
    area                | Springfield
    citizenship         | MEXICO; MX
    custody_confirmed   | yes
    outcome             | accepted
    releasing_agency_id | Hennepin
    decline_reason      | other
    protected           | 1
    follow_up_status    | gone
    issued_at           | 2017-02-30; 2017-02-12T24:00; 0002-06-14; 1989-12-31; 20170212; 2017-2-12
    issued_at           | 2017-02-12T09:15Z; 2017-02-12T09:15-06:00; 2017-02-12T09:15:00.5
    notice_at           | 1899-12-31
    released_at         | 2019-02-18
    release_due_at      | soon
    ice_custody_at      | 9999-12-31
    sentence_ends_on    | 2019-01-01T09:15
    follow_up_on        | 02/12/2017
    charge_no           | 0; -1; one
    ncic_code           | 399; 13999; 13-9
    disposition         | guilty
    charged_on          | 1899-12-31; 2017-02-12T10:00
    timing              | during
""")


@pytest.mark.parametrize("wrong", dealt([*OUTSIDE, ("ncic_code", "1399\n")]))
def test_a_value_outside_the_contract_is_named_with_its_row_and_column(tmp_path, wrong):
    """Each in a row of its own, and nothing else is said."""
    requests, charges, places = [request()], [charge()], []
    for at, (column, value) in enumerate(wrong.items(), 2):
        of_charge = column in CHARGE_COLUMNS
        rows = charges if of_charge else requests
        row = charge(charge_no=f"{at}") if of_charge else request(request_id=f"r{at}")
        rows.append(row | {column: value})
        places.append(("charges.csv" if of_charge else "requests.csv", (len(rows) + 1,), column))
    found = problems(tmp_path, requests, charges)
    assert sorted((each.table, each.rows, each.column) for each in found) == sorted(places)
    for problem in found:
        assert f'"{wrong[problem.column]}"' in problem.seen.replace(r"\n", "\n")
        assert problem.expected and problem.mend


def test_values_inside_the_contract_pass(tmp_path):
    inside = values("""
    issued_at           | 1990-01-01; 2019-02-17T23:59; 2017-02-12 09:15:00.000
    sentence_ends_on    | 9999-12-31; 2040-01-01T00:00
    releasing_agency_id | MNCFSTC
    citizenship         | UNK
    county_fips         | 01001
    custody_confirmed   | unknown
    outcome_recorded_at | 2016-01-01
    agency_name         | Doña Ana County, “Annex”
    """)
    rows = numbered(*(request(**{column: value}) for column, value in inside))
    rows.append(request(request_id="012345678", county_fips=""))
    assert len(read(tmp_path, rows).requests) == len(inside) + 1 == 12


def test_the_wall_clock_time_is_kept_and_a_date_alone_is_midnight(tmp_path):
    row = read(tmp_path, [request(issued_at="2017-02-12 09:15:30")]).requests.iloc[0]
    assert row.issued_at == pd.Timestamp("2017-02-12 09:15:30")
    assert row.released_at == pd.Timestamp("2017-02-14 00:00")


MAY_BE_EMPTY = (
    "county_fips area notice_at release_due_at released_at releasing_agency_id sentence_ends_on "
    "ice_custody_at decline_reason follow_up_status follow_up_on description charged_on"
).split()


def test_the_columns_of_the_contract_that_may_be_empty_may_all_be(tmp_path):
    of_request = {column: "" for column in REQUEST_COLUMNS if column in MAY_BE_EMPTY}
    of_charge = {column: "" for column in CHARGE_COLUMNS if column in MAY_BE_EMPTY}
    assert len(of_request) + len(of_charge) == len(MAY_BE_EMPTY)
    extract = read(tmp_path, [request(**of_request)], [charge(**of_charge)])
    assert extract.requests[[*of_request]].isna().all(axis=None)
    assert extract.charges[[*of_charge]].isna().all(axis=None)


def test_no_other_column_of_the_contract_may_be_empty(tmp_path):
    requests = [column for column in REQUEST_COLUMNS if column not in MAY_BE_EMPTY]
    charges = [column for column in CHARGE_COLUMNS if column not in MAY_BE_EMPTY]
    rows = [request(request_id=f"r{column}") | {column: ""} for column in requests]
    of_charge = [charge(charge_no=f"{at}") | {column: ""} for at, column in enumerate(charges, 5)]
    found = problems(tmp_path, [request(), *rows], of_charge)
    empty = {(p.table, p.column): p.rows for p in found if p.seen == "an empty cell"}
    tables = {"requests.csv": enumerate(requests, 3), "charges.csv": enumerate(charges, 2)}
    assert empty == {(name, column): (at,) for name, rows in tables.items() for at, column in rows}
    assert len(found) == len(empty)


def test_a_pending_request_has_no_recording_date(tmp_path):
    problem = only(tmp_path, [request(outcome="pending")])
    assert problem.column == "outcome_recorded_at" and "pending" in problem.expected
    read(tmp_path / "b", [request(outcome="pending", outcome_recorded_at="")])


def test_a_recording_date_may_be_missing_under_cohort_issued_only(tmp_path):
    rows, about = [request(outcome_recorded_at="")], {"as_of": "2017-03-01"}
    assert only(tmp_path / "a", rows).column == "outcome_recorded_at"
    extract = read(tmp_path / "b", rows, about=about, cohort="issued")
    assert extract.requests.outcome_recorded_at.isna().all()


def test_a_repeated_key_names_all_its_rows_and_a_charge_without_a_request_its_own(tmp_path):
    problem = only(tmp_path / "a", [request(), request(request_id="r2"), request()])
    assert (problem.rows, problem.column) == ((2, 4), "request_id")
    charges = [charge(), charge(charge_no="2"), charge(charge_no="01")]
    problem = only(tmp_path / "b", charges=charges)
    assert problem.rows == (2, 4) and '"r1 1"' in problem.seen
    problem = only(tmp_path / "c", charges=[charge(), charge(request_id="r9")])
    assert (problem.table, problem.rows) == ("charges.csv", (3,)) and '"r9"' in problem.seen


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
    assert found[0].seen == "no such column"
    assert {(problem.table, problem.column) for problem in found} == {
        ("requests.csv", "citizenship"),
        ("requests.csv", "issued_at"),
        ("requests.csv", "form"),
        ("requests.csv", "state"),
        ("charges.csv", "ncic_code"),
        ("charges.csv", "request_id"),
        ("about.yaml", "as_off"),
    }


def test_a_header_without_rows_is_a_table_of_charges_and_none_of_requests(tmp_path):
    charges = read(tmp_path, charges=[]).charges
    assert len(charges) == 0
    assert str(charges.charge_no.dtype) == "int64"
    assert str(charges.charged_on.dtype) == "datetime64[s]"
    assert only(tmp_path, []).seen == "no rows"


NAMED = {"as_of": "2017-03-04", "source": "'Field office: week 7'", "synthetic": "true"}


@pytest.mark.parametrize(
    ("about", "read_as"),
    [
        (None, About(dt.date(2017, 2, 20), "not stated", False)),
        (NAMED, About(dt.date(2017, 3, 4), "Field office: week 7", True)),
        # Before the latest date: counted on the page and not refused.
        ({"as_of": "2017-02-01"}, About(dt.date(2017, 2, 1), "not stated", False)),
    ],
)
def test_about_is_read_as_written_and_what_it_does_not_say_follows_from_the_extract(
    tmp_path, about, read_as
):
    rows = [request(released_at="2017-02-20", sentence_ends_on="2030-01-01")]
    assert read(tmp_path, rows, about=about).about == read_as


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


def test_an_extract_taken_before_its_week_is_refused_and_one_within_it_is_part_of_it(tmp_path):
    early = [request(issued_at="2017-02-13", outcome="pending", outcome_recorded_at="")]
    early[0] |= dict.fromkeys(("released_at", "notice_at", "decline_reason"), "")
    about = read(tmp_path, early, about={"as_of": "2017-02-14"}).about
    assert about.covers_to == dt.date(2017, 2, 14)
    assert read(tmp_path, early, about={"as_of": "2017-02-17"}).about.covers_to is None
    early[0]["issued_at"] = "2017-02-01"
    told = only(tmp_path, early, about={"as_of": "2017-02-05"})
    assert told.seen == "data as of 2017-02-05, before the week"
    (tmp_path / "extract" / "about.yaml").unlink()
    assert read(tmp_path, early), "what does not say when it was taken may be of a quiet week"
