"""Bad input: refused with every problem named at once, and nothing written.

What each rule says is tested with the rules (test_extract_*.py); here it is the job that is asked,
by its command line: the exit code, the list, and what is on disk afterwards.
"""

import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from conftest import PROJECT
from extract_factory import WEEK, charge, request, write_csv_extract

from ddor.cli import ddor, run_week

NAMES = ("GARCIA LOPEZ, JUAN", "PEREZ, ANA MARIA", "SMITH, JOHN", "NGUYEN, THI LAN", "DOE, JANE")


def files_of(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file, but for the lock."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def without(row: dict[str, str], column: str) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != column}


def replaced(folder: Path, file: str, old: bytes, new: bytes) -> Path:
    content = (folder / file).read_bytes()
    assert old in content
    (folder / file).write_bytes(content.replace(old, new))
    return folder


def missing_column(folder: Path) -> Path:
    return write_csv_extract(folder, [without(request(), "state")])


def short_fips(folder: Path) -> Path:
    return write_csv_extract(folder, [request(agency_id="AL0010000", county_fips="1001")])


def duplicate_id(folder: Path) -> Path:
    return write_csv_extract(folder, [request(), request(form="I-247N")])


def year_two(folder: Path) -> Path:
    return write_csv_extract(folder, [request(released_at="0002-06-14T15:10")])


def orphan_charge(folder: Path) -> Path:
    return write_csv_extract(folder, [request()], [charge(request_id="r9")])


def no_requests_table(folder: Path) -> Path:
    (write_csv_extract(folder, [request()]) / "requests.csv").unlink()
    return folder


def empty_requests_table(folder: Path) -> Path:
    return write_csv_extract(folder, [])


def zero_bytes(folder: Path) -> Path:
    (write_csv_extract(folder, [request()]) / "requests.csv").write_bytes(b"")
    return folder


def truncated_zip(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(write_csv_extract(folder, [request()]).iterdir()):
            archive.write(file, file.name)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def merged_cells(folder: Path) -> Path:
    path = folder.with_suffix(".xlsx")
    book = openpyxl.Workbook()
    book.remove(book.active)
    tables = {"requests": [request(), request(request_id="r2")], "charges": [charge()]}
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([value or None for value in row.values()])
    book["requests"].merge_cells("E2:E3")
    book.save(path)
    return path


def name_column(folder: Path) -> Path:
    return write_csv_extract(folder, [request() | {"Last Name": ""}])


def names_under_another_head(folder: Path) -> Path:
    rows = [request(request_id=f"r{i}", agency_name=name) for i, name in enumerate(NAMES)]
    return write_csv_extract(folder, rows)


def excel_fips(folder: Path) -> Path:
    return write_csv_extract(folder, [request(county_fips="1001", state="AL", area="")])


def excel_code(folder: Path) -> Path:
    return write_csv_extract(folder, [request()], [charge(ncic_code="Jan-17")])


def excel_date(folder: Path) -> Path:
    return write_csv_extract(folder, [request(issued_at="2/12/2017 9:15")])


def excel_semicolons(folder: Path) -> Path:
    return replaced(write_csv_extract(folder, [request()]), "requests.csv", b",", b";")


def excel_windows_1252(folder: Path) -> Path:
    write_csv_extract(folder, [request(agency_name="DONA ANA COUNTY")])
    return replaced(folder, "requests.csv", b"DONA", "DOÑA".encode("cp1252"))


CASES = {
    missing_column: ("requests.csv", "state"),
    short_fips: ("requests.csv row 2", "county_fips", "1001", "leading zero"),
    duplicate_id: ("requests.csv rows 2-3", "request_id", '"r1"'),
    year_two: ("requests.csv row 2", "released_at", "0002-06-14"),
    orphan_charge: ("charges.csv row 2", "request_id", '"r9"'),
    no_requests_table: ("requests", "no such file"),
    empty_requests_table: ("requests.csv", "no rows"),
    zero_bytes: ("requests.csv", "an empty file"),
    truncated_zip: ("zip", "damaged"),
    merged_cells: ("requests", "merged", "E2:E3"),
    name_column: ("requests.csv", "Last Name", "identifier"),
    names_under_another_head: ("requests.csv rows 2-6", "agency_name", "person's name"),
    excel_fips: ("county_fips", "1001", "Excel"),
    excel_code: ("charges.csv row 2", "ncic_code", "Jan-17", "Excel"),
    excel_date: ("issued_at", "2/12/2017 9:15", "day and month can be confused"),
    excel_semicolons: ("requests.csv", "semicolons"),
    excel_windows_1252: ("requests.csv row 2", "Windows-1252"),
}


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_a_bad_extract_ends_with_3_and_its_problem_and_nothing_is_written(make, tmp_path, capsys):
    code, told = refused(make(tmp_path / "extract"), tmp_path / "outputs", capsys)
    assert code == 3
    assert "is invalid, " in told
    for words in CASES[make]:
        assert words in told
    assert not any(name in told for name in NAMES)
    assert not (tmp_path / "outputs").exists()


def test_the_same_extract_without_its_fault_passes_the_door(tmp_path, capsys):
    folder = write_csv_extract(tmp_path / "extract", [request()], [charge()])
    assert checked(folder) == 0
    assert capsys.readouterr().out == f"{folder}: valid, 1 requests and 1 charges\n"


def several_faults(folder: Path) -> Path:
    rows = [
        request(county_fips="1001", state="AL", area=""),
        request(request_id="r2", released_at="0002-06-14"),
        request(request_id="r2"),
    ]
    rows = [without(row, "citizenship") | {"A-number": "A012345678"} for row in rows]
    return write_csv_extract(folder, rows, [charge(request_id="r9"), charge(ncic_code="Jan-17")])


def test_all_problems_of_one_extract_come_in_one_go(tmp_path, capsys):
    code, told = refused(several_faults(tmp_path / "extract"), tmp_path / "outputs", capsys)
    assert code == 3
    for words in (
        "county_fips",
        "0002-06-14",
        'request_id: seen "r2"',
        "citizenship",
        "A-number",
        '"r9"',
        "Jan-17",
    ):
        assert words in told
    assert "A012345678" not in told
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("make", [several_faults, *CASES], ids=lambda make: make.__name__)
def test_ddor_check_prints_the_same_list(make, tmp_path, capsys):
    extract = make(tmp_path / "extract")
    _, told = refused(extract, tmp_path / "outputs", capsys)
    heading, *list_of_the_job = told.splitlines()
    assert heading == f"{WEEK} failed:"
    assert checked(extract) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == list_of_the_job
    assert len(list_of_the_job) > 1


def test_an_archive_that_is_there_keeps_every_byte(sample_archive, tmp_path, capsys):
    output = tmp_path / "outputs"
    shutil.copytree(sample_archive, output)
    before = files_of(output)
    assert len(before) > 100
    week = ["2017-02-18"]
    assert refused(several_faults(tmp_path / "extract"), output, capsys, week=week)[0] == 3
    assert refused(tmp_path / "nowhere", output, capsys, week=week)[0] == 2
    assert files_of(output) == before


def test_a_path_that_does_not_exist_ends_with_2(tmp_path, capsys):
    code, told = refused(tmp_path / "nowhere", tmp_path / "outputs", capsys)
    assert code == 2
    assert "nowhere cannot be reached (nothing is there)" in told
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--set", "cohort=weekly"], ("--set, cohort", "one of recorded, issued")),
        (["--set", "publishr=Office"], ("--set, publishr", "`publisher`, the nearest")),
        (["--set", "disclosure_threshold=none"], ("disclosure_threshold", "whole number")),
        (["--set", "max_held_back_share=25"], ("max_held_back_share", "1")),
        (["--set", "published_on=1 May 2017"], ("published_on", "date")),
        (["--set", "cohort"], ("KEY=VALUE",)),
        (["--params", "nowhere.yaml"], ("nowhere.yaml", "no such file")),
        (["--set", "agencies=nowhere.csv"], ("nowhere.csv", "no such file")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_parameters_end_with_2_and_are_named(tmp_path, capsys, arguments, named):
    folder = write_csv_extract(tmp_path / "extract", [request()])
    code, told = refused(folder, tmp_path / "outputs", capsys, more=arguments)
    assert code == 2
    for words in named:
        assert words in told
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    "week, named",
    [
        ("2017-02-30", '"2017-02-30" is not a date'),
        ("2017-03-04..2017-02-18", "ends before it starts"),
        ("2017-02-18..soon", '"soon" is not a date'),
    ],
)
def test_a_week_that_is_none_ends_with_2(tmp_path, capsys, week, named):
    folder = write_csv_extract(tmp_path / "extract", [request()])
    code, told = refused(folder, tmp_path / "outputs", capsys, week=[week])
    assert code == 2
    assert named in told
    assert not (tmp_path / "outputs").exists()


def test_an_unknown_option_ends_with_2(capsys):
    with pytest.raises(SystemExit) as ended:
        run_week(["--shiny"], PROJECT)
    assert ended.value.code == 2
    assert "--shiny" in capsys.readouterr().err


def test_all_wrong_parameters_come_in_one_go(tmp_path, capsys):
    params = tmp_path / "weekly.yaml"
    params.write_text("cohort: weekly\nextrakt: here\n")
    folder = write_csv_extract(tmp_path / "extract", [request()])
    more = ["--params", str(params), "--set", "release_lag_days=soon"]
    code, told = refused(folder, tmp_path / "outputs", capsys, more=more)
    assert code == 2
    for words in ("weekly.yaml, cohort", "weekly.yaml, extrakt", "--set, release_lag_days"):
        assert words in told


def test_a_damaged_directory_ends_with_2_and_names_every_row(tmp_path, capsys):
    agencies = tmp_path / "agencies.csv"
    header = "agency_id,name,level,state,county_fips,area,weekly_requests,same_as\n"
    agencies.write_text(
        header + "AL0010000,AUTAUGA,county,AL,1001,,,\nMN1,HENNEPIN,shire,MN,27053,St. Paul,,\n"
    )
    folder = write_csv_extract(tmp_path / "extract", [request()])
    more = ["--set", f"agencies={agencies}"]
    code, told = refused(folder, tmp_path / "outputs", capsys, more=more)
    assert code == 2
    for words in (
        "agencies.csv row 2, county_fips",
        "agencies.csv row 3, agency_id",
        "agencies.csv row 3, level",
    ):
        assert words in told
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("first_day", [WEEK, "2017-02-18"])
def test_a_real_week_among_synthetic_ones_ends_with_2(sample_archive, tmp_path, capsys, first_day):
    output = tmp_path / "outputs"
    shutil.copytree(sample_archive, output)
    before = files_of(output)
    folder = write_csv_extract(tmp_path / "extract", [request()])
    code, told = refused(folder, output, capsys, week=[first_day])
    assert code == 2
    assert "synthetic" in told and "--output" in told
    assert files_of(output) == before


def test_another_cohort_in_one_site_ends_with_2(sample_archive, tmp_path, capsys):
    output = tmp_path / "outputs"
    shutil.copytree(sample_archive, output)
    before = files_of(output)
    folder = PROJECT / "samples" / "2017-02-18"
    more = ["--set", "cohort=issued"]
    code, told = refused(folder, output, capsys, week=["2017-02-18"], more=more)
    assert code == 2
    assert "cohort recorded" in told and "issued" in told
    assert files_of(output) == before


def refused(extract: Path, output: Path, capsys, week=(WEEK,), more=()) -> tuple[int, str]:
    """The job's exit code and what it said on stderr; it says nothing on stdout."""
    capsys.readouterr()
    arguments = [*week, "--extract", str(extract), "--output", str(output), *more]
    code = run_week(arguments, PROJECT)
    said = capsys.readouterr()
    assert said.out == ""
    return code, said.err


def checked(extract: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        ddor(["check", str(extract), "--week", WEEK])
    return ended.value.code
