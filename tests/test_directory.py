"""The tables under params/: read as text, every problem at once, an agency found by its id."""

import pandas as pd
import pytest
from frames import agency, coverage, policy

from ddor.errors import NeedsCorrection
from ddor.maintained.directory import COLUMNS, read_agencies, read_directory

ROWS = {"agencies": agency, "policies": policy, "coverage": coverage}


@pytest.fixture
def read(tmp_path):
    """read(agencies=…, policies=…, coverage=…): rows (dicts) or the text of the file."""

    def read(**tables):
        paths = []
        for name, row in ROWS.items():
            content = tables.get(name, [row()])
            if not isinstance(content, str):
                frame = pd.DataFrame(content, columns=list(COLUMNS[name]))
                content = frame.to_csv(index=False)
            paths.append(tmp_path / f"{name}.csv")
            paths[-1].write_text(content, encoding="utf-8")
        return read_directory(*paths)

    return read


@pytest.fixture
def problems(read):
    def problems(**tables):
        with pytest.raises(NeedsCorrection) as error:
            read(**tables)
        assert error.value.exit_code == 2
        assert all(str(problem) in str(error.value) for problem in error.value.problems)
        return error.value.problems

    return problems


def test_a_valid_directory_is_text_with_empty_fields_empty(read):
    directory = read(agencies=[agency(county_fips="", area="")])
    assert directory.agencies.to_dict("records") == [agency(county_fips="", area="")]
    assert directory.policies.to_dict("records") == [policy()]
    assert directory.coverage.to_dict("records") == [coverage()]


def test_leading_zeros_are_kept(read):
    directory = read(
        agencies=[agency(agency_id="0010", state="AL", county_fips="01001")],
        policies=[policy(place_code="01")],
        coverage=[coverage(place_code="01001", since="2017-01")],
    )
    assert directory.agencies.loc[0, "county_fips"] == "01001"
    assert directory.agencies.loc[0, "agency_id"] == "0010"
    assert directory.policies.loc[0, "place_code"] == "01"
    assert directory.coverage.loc[0, "since"] == "2017-01"


@pytest.mark.parametrize("text", ["NULL", "NONE", "TRUE"])
def test_an_id_that_looks_like_a_missing_value_stays_text(read, text):
    assert read(agencies=[agency(agency_id=text)]).agencies.loc[0, "agency_id"] == text


def test_empty_tables_with_their_header_are_valid(read):
    directory = read(agencies=[], policies=[], coverage=[])
    assert [len(getattr(directory, name)) for name in COLUMNS] == [0, 0, 0]
    assert list(directory.agencies) == list(COLUMNS["agencies"])


def test_agencies_come_by_id_and_policies_newest_first(read):
    directory = read(
        agencies=[agency(agency_id="MN0270001"), agency(agency_id="MN0270000")],
        policies=[policy(enacted="2014-03"), policy(jurisdiction="B"), policy(jurisdiction="A")],
    )
    assert directory.agencies["agency_id"].tolist() == ["MN0270000", "MN0270001"]
    assert directory.policies["jurisdiction"].tolist() == ["A", "B", "Travis County, Texas"]


def test_columns_may_stand_in_any_order(read):
    columns = list(reversed(COLUMNS["coverage"]))
    text = pd.DataFrame([coverage()], columns=columns).to_csv(index=False)
    assert list(read(coverage=text).coverage) == list(COLUMNS["coverage"])


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("agencies", "agency_id", "mn0270000"),
        ("agencies", "agency_id", "MN1"),
        ("agencies", "agency_id", ""),
        ("agencies", "agency_id", "MN02700000000"),
        ("agencies", "name", ""),
        ("agencies", "name", "Jail "),
        ("agencies", "level", "City"),
        ("agencies", "level", ""),
        ("agencies", "state", "Minnesota"),
        ("agencies", "state", "XX"),
        ("agencies", "county_fips", "1001"),
        ("agencies", "county_fips", "03001"),
        ("agencies", "area", "Saint Paul"),
        ("agencies", "area", "Nowhere"),
        ("agencies", "weekly_requests", "many"),
        ("agencies", "weekly_requests", "-1"),
        ("agencies", "same_as", "here"),
        ("policies", "jurisdiction", ""),
        ("policies", "place_code", "Travis"),
        ("policies", "place_code", "99"),
        ("policies", "place_code", "4845"),
        ("policies", "kind", "statute"),
        ("policies", "enacted", "Jan-17"),
        ("policies", "enacted", "2017-13"),
        ("policies", "enacted", "2017-01-05"),
        ("policies", "enacted", ""),
        ("policies", "policy", ""),
        ("policies", "verified_on", "2017-02-30"),
        ("policies", "verified_on", "2017-02"),
        ("policies", "verified_on", "2017-W05-2"),
        ("policies", "verified_on", ""),
        ("policies", "source", ""),
        ("coverage", "state", "ZZ"),
        ("coverage", "limit", ""),
        ("coverage", "since", "2017"),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_row_column_and_value(
    problems, table, column, value
):
    valid = agency(agency_id="A001") if table == "agencies" else ROWS[table]()
    (problem,) = problems(**{table: [valid, {**ROWS[table](), column: value}]})
    assert (problem.table, problem.rows, problem.column) == (f"{table}.csv", (3,), column)
    assert problem.seen == f'"{value}"'
    assert problem.expected and problem.mend


@pytest.mark.parametrize("code", ["48", "48453", "TX2270000", "NYNYPD"])
def test_a_policy_is_placed_by_state_county_or_agency(read, code):
    assert read(policies=[policy(place_code=code)]).policies.loc[0, "place_code"] == code


@pytest.mark.parametrize("value", ["1001", "Jan-17"])
def test_what_excel_has_damaged_is_called_that(problems, value):
    table, column = ("agencies", "county_fips") if value == "1001" else ("policies", "enacted")
    (problem,) = problems(**{table: [{**ROWS[table](), column: value}]})
    assert "Excel" in problem.mend


def test_an_agency_listed_twice_is_refused_and_the_second_row_named(problems):
    (problem,) = problems(agencies=[agency(), agency(agency_id="A001"), agency(name="Another")])
    assert (problem.rows, problem.column, problem.seen) == ((4,), "agency_id", '"MN0270000"')


def test_all_problems_of_all_three_tables_come_at_once(problems):
    found = problems(
        agencies=[agency(level="City", state="XX")],
        policies=[policy(kind="statute")],
        coverage=[coverage(limit="")],
    )
    assert [(each.table, each.column) for each in found] == [
        ("agencies.csv", "level"),
        ("agencies.csv", "state"),
        ("policies.csv", "kind"),
        ("coverage.csv", "limit"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "agency_id,name",
        ",".join([*COLUMNS["agencies"], "sheriff"]),
        ",".join([*COLUMNS["agencies"], "name"]),
    ],
)
def test_a_header_with_other_columns_is_refused_and_both_are_listed(problems, header):
    (problem,) = problems(agencies=header + "\n")
    assert problem.rows == (1,)
    assert "same_as" in problem.expected


def test_a_table_that_excel_saved_with_semicolons_is_refused_as_such(problems):
    (problem,) = problems(agencies=";".join(COLUMNS["agencies"]) + "\n")
    assert (problem.rows, problem.seen, problem.expected) == (
        (1,),
        "semicolons between the columns",
        "commas",
    )


@pytest.mark.parametrize(
    "rows",
    [
        "Cook,17031,IL,none,2014-01,A report, p. 3",  # an unquoted comma: a field too many
        "Cook,17031,IL,none,2014-01,A report\nCook,17031,IL,none,2014-01,A report, p. 3",
        "Cook,17031,IL,none,2014-01,A report, p. 3\nCook,17031,IL,none,2014-01,A report",
        "Cook,17031,IL,none,2014-01",
    ],
)
def test_a_row_with_too_many_or_too_few_fields_is_refused_and_nothing_is_cut_off(problems, rows):
    header = ",".join(COLUMNS["coverage"])
    assert {each.table for each in problems(coverage=f"{header}\n{rows}\n")} == {"coverage.csv"}


def test_rows_are_numbered_as_a_spreadsheet_shows_them_also_after_an_empty_row(problems):
    header = ",".join(COLUMNS["coverage"])
    text = f"{header}\nA,17031,IL,none,,B\n\nA,17031,XX,none,,B\n"
    assert any(4 in each.rows for each in problems(coverage=text))


def test_a_table_that_is_missing_or_no_csv_is_refused_with_the_others(tmp_path):
    (tmp_path / "policies.csv").write_bytes("jurisdicción".encode("cp1252"))
    (tmp_path / "coverage.csv").write_bytes(b"")
    with pytest.raises(NeedsCorrection) as error:
        read_directory(*(tmp_path / f"{name}.csv" for name in COLUMNS))
    named = dict.fromkeys(each.table for each in error.value.problems)
    assert list(named) == [f"{name}.csv" for name in COLUMNS]


def test_the_agencies_alone_are_read_by_the_same_rules(tmp_path):
    file = tmp_path / "agencies.csv"
    pd.DataFrame([agency()]).to_csv(file, index=False)
    assert read_agencies(file).to_dict("records") == [agency()]
    pd.DataFrame([agency(state="XX")]).to_csv(file, index=False)
    with pytest.raises(NeedsCorrection, match="XX"):
        read_agencies(file)
