"""The tables under params/: read as text, every problem at once, an agency found by its id."""

import pandas as pd
import pytest
from conftest import each_line
from frames import agency, coverage, policy

from ddor.errors import NeedsCorrection
from ddor.maintained.directory import COLUMNS, read_agencies, read_directory

ROWS = {"agencies": agency, "policies": policy, "coverage": coverage}


def read(folder, **tables):
    """agencies, policies, coverage: rows (dicts) or the text of the file; one valid row else."""
    for name, row in ROWS.items():
        content = tables.get(name, [row()])
        if not isinstance(content, str):
            frame = pd.DataFrame(content, columns=list(COLUMNS[name]))
            content = frame.to_csv(index=False)
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return read_directory(*(folder / f"{name}.csv" for name in ROWS))


def problems(folder, **tables):
    with pytest.raises(NeedsCorrection) as error:
        read(folder, **tables)
    assert error.value.exit_code == 2
    assert all(str(problem) in str(error.value) for problem in error.value.problems)
    return error.value.problems


def test_a_valid_directory_is_text_as_it_was_written(tmp_path):
    """Empty fields stay empty, leading zeros are kept, and an id may look like a missing value."""
    agencies = [
        agency(agency_id="0010", state="AL", county_fips="01001"),
        agency(county_fips="", area=""),
        agency(agency_id="NULL"),
    ]
    covered = coverage(place_code="01001", since="2017-01")
    text = pd.DataFrame([covered], columns=list(reversed(COLUMNS["coverage"]))).to_csv(index=False)
    directory = read(tmp_path, agencies=agencies, policies=[policy(place_code="01")], coverage=text)
    assert directory.agencies.to_dict("records") == agencies
    assert directory.policies.to_dict("records") == [policy(place_code="01")]
    assert directory.coverage.to_dict("records") == [covered]
    assert list(directory.coverage) == list(COLUMNS["coverage"])


def test_empty_tables_with_their_header_are_valid(tmp_path):
    directory = read(tmp_path, agencies=[], policies=[], coverage=[])
    assert [len(getattr(directory, name)) for name in COLUMNS] == [0, 0, 0]
    assert list(directory.agencies) == list(COLUMNS["agencies"])


def test_agencies_come_by_id_and_policies_newest_first(tmp_path):
    directory = read(
        tmp_path,
        agencies=[agency(agency_id="MN0270001"), agency(agency_id="MN0270000")],
        policies=[
            policy(jurisdiction="C", enacted="2014-03", place_code="48"),
            policy(jurisdiction="B", place_code="48453"),
            policy(jurisdiction="A", place_code="NYNYPD"),
        ],
    )
    assert directory.agencies["agency_id"].tolist() == ["MN0270000", "MN0270001"]
    assert directory.policies["jurisdiction"].tolist() == ["A", "B", "C"]
    assert directory.policies["place_code"].tolist() == ["NYNYPD", "48453", "48"]


@each_line("""
    table    | column          | values
    agencies | agency_id       | MN1, , MN02700000000
    agencies | name            |
    agencies | level           | City
    agencies | state           | Minnesota
    agencies | county_fips     | 1001, 03001
    agencies | area            | Nowhere
    agencies | weekly_requests | -1, many
    agencies | same_as         | here
    policies | jurisdiction    |
    policies | place_code      | Travis, 4845, 99
    policies | kind            | statute
    policies | enacted         | , Jan-17, 2017-13, 2017-01-05
    policies | policy          |
    policies | verified_on     | 2017-02, 2017-W05-2
    policies | source          |
    coverage | state           | ZZ
    coverage | limit           |
    coverage | since           | 2017
""")
def test_a_field_that_does_not_fit_is_named_with_row_and_value(tmp_path, table, column, values):
    """What looks as if Excel had changed it is called that."""
    excel = ("1001", "4845", "2017", "Jan-17")
    valid = agency(agency_id="A001") if table == "agencies" else ROWS[table]()
    for value in map(str.strip, values.split(",")):
        (problem,) = problems(tmp_path, **{table: [valid, {**ROWS[table](), column: value}]})
        assert (problem.table, problem.rows, problem.column) == (f"{table}.csv", (3,), column)
        assert problem.seen == f'"{value}"' and problem.expected and problem.mend
        assert ("Excel" in problem.mend) == (value in excel)


def test_a_name_with_a_space_at_its_end_is_refused(tmp_path):
    (problem,) = problems(tmp_path, agencies=[agency(name="Jail ")])
    assert (problem.column, problem.seen) == ("name", '"Jail "')


def test_an_agency_listed_twice_is_refused_and_the_second_row_named(tmp_path):
    twice = [agency(), agency(agency_id="A001"), agency(name="Another")]
    (problem,) = problems(tmp_path, agencies=twice)
    assert (problem.rows, problem.column, problem.seen) == ((4,), "agency_id", '"MN0270000"')


def test_all_problems_of_all_tables_come_at_once(tmp_path):
    wrong = {"agencies": [agency(level="City", state="XX")], "policies": [policy(kind="statute")]}
    found = problems(tmp_path, **wrong, coverage=[coverage(limit="")])
    agencies = [("agencies.csv", "level"), ("agencies.csv", "state")]
    told = [*agencies, ("policies.csv", "kind"), ("coverage.csv", "limit")]
    assert [(each.table, each.column) for each in found] == told


def test_a_header_with_other_columns_is_refused_and_both_are_listed(tmp_path):
    columns = list(COLUMNS["agencies"])
    for header in (["agency_id", "name"], [*columns, "sheriff"]):
        (problem,) = problems(tmp_path, agencies=",".join(header) + "\n")
        assert problem.rows == (1,)
        assert problem.seen == ", ".join(header) and "same_as" in problem.expected
    (problem,) = problems(tmp_path, agencies=",".join([*columns, "name"]) + "\n")
    assert (problem.rows, problem.seen) == ((1,), 'more than one column "name"')


def test_a_table_that_excel_saved_with_semicolons_is_refused_as_such(tmp_path):
    (problem,) = problems(tmp_path, agencies=";".join(COLUMNS["agencies"]) + "\n")
    seen = (problem.rows, problem.seen, problem.expected)
    assert seen == ((1,), "semicolons between the columns", "commas")


def test_a_row_with_too_many_or_too_few_fields_is_refused_with_its_number(tmp_path):
    """As a spreadsheet shows it: an empty row counts. An unquoted comma is a field too many."""
    row = "Cook,17031,IL,none,2014-01,A report"
    rows = [f"{row}, p. 3", "", row.replace("IL", "XX"), row, row.removesuffix(",A report")]
    found = problems(tmp_path, coverage="\n".join([",".join(COLUMNS["coverage"]), *rows, ""]))
    assert {row for each in found for row in each.rows} == {2, 3, 4, 6}


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
