"""Bad input: refused with every problem named at once, and nothing written.

What each rule says is tested with the rules (test_extract_*.py, test_parameters, test_directory);
here it is the job that is asked, by its command line: the exit code, the list, and what is on disk
afterwards.
"""

import shutil
from pathlib import Path

import pytest
from conftest import PROJECT, each_line
from extract_factory import WEEK, charge, request, write_csv_extract
from weekly_runs import files_of

from ddor.cli import ddor, run_week

NAMES = ("GARCIA LOPEZ, JUAN", "PEREZ, ANA MARIA", "SMITH, JOHN", "NGUYEN, THI LAN", "DOE, JANE")


@pytest.fixture
def refused(tmp_path, capsys):
    """refused(code, words, extract) -> what the job said, having ended with this code and said each
    of these words, and nothing on stdout. It wrote nothing: not into the archive that `output` is,
    else not even the folder."""

    def refused(code, words, extract=None, more=(), week=WEEK, output=None) -> str:
        extract = extract or write_csv_extract(tmp_path / "extract", [request()])
        place = output or tmp_path / "outputs"
        before = files_of(place)
        arguments = [week, "--extract", str(extract), "--output", str(place), *more]
        assert run_week(arguments, PROJECT) == code
        said = capsys.readouterr()
        assert said.out == "" and [each for each in words if each not in said.err] == []
        assert files_of(place) == before
        assert place.exists() == bool(output)
        return said.err

    return refused


@pytest.fixture
def filled(sample_archive, tmp_path) -> Path:
    """An archive of synthetic weeks."""
    return shutil.copytree(sample_archive, tmp_path / "filled")


def several_faults(folder: Path) -> Path:
    faults = {"A-number": "A012345678"}
    rows = [
        request(county_fips="1001", state="AL", area=""),
        request(request_id="r2", released_at="0002-06-14"),
        request(request_id="r2", issued_at="2/12/2017 9:15"),
        *(request(request_id=f"n{at}", agency_name=name) for at, name in enumerate(NAMES)),
    ]
    rows = [{name: row[name] for name in row if name != "citizenship"} | faults for row in rows]
    return write_csv_extract(folder, rows, [charge(request_id="r9"), charge(ncic_code="Jan-17")])


def truncated_zip(folder: Path) -> Path:
    write_csv_extract(folder, [request()])
    path = Path(shutil.make_archive(str(folder), "zip", folder))
    path.write_bytes(path.read_bytes()[:-40])
    return path


FAULTS = {
    several_faults: (
        'county_fips: seen "1001"; leading zero; 0002-06-14; request_id: seen "r2"; citizenship; '
        'A-number; "r9"; Jan-17; day and month can be confused; requests.csv rows; person\'s name'
    ),
    truncated_zip: "zip; damaged",
}


@pytest.mark.parametrize("make", FAULTS, ids=lambda make: make.__name__)
def test_a_bad_extract_ends_with_3_and_all_its_problems_and_ddor_check_prints_the_same_list(
    make, tmp_path, capsys, refused
):
    extract = make(tmp_path / "extract")
    told = refused(3, ["is invalid, ", *FAULTS[make].split("; ")], extract)
    assert not any(name in told for name in (*NAMES, "A012345678"))
    heading, *list_of_the_job = told.splitlines()
    assert heading == f"{WEEK} failed:"
    assert checked(extract) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == list_of_the_job
    assert len(list_of_the_job) > 1


def checked(extract: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        ddor(["check", str(extract), "--week", WEEK])
    return ended.value.code


def test_the_same_extract_without_its_fault_passes(tmp_path, capsys):
    folder = write_csv_extract(tmp_path / "extract", [request()], [charge()])
    assert checked(folder) == 0
    assert capsys.readouterr().out == f"{folder}: valid, 1 requests and 1 charges\n"


def test_an_archive_that_is_there_keeps_every_byte(filled, tmp_path, refused):
    """A bad extract, none; a real week among synthetic ones, there already or not; and another
    cohort in one site."""
    given = {"week": "2017-02-18", "output": filled}
    assert len(files_of(filled)) > 100
    refused(3, [], several_faults(tmp_path / "faults"), **given)
    refused(2, [], tmp_path / "nowhere", **given)
    for week in (WEEK, "2017-02-18"):
        refused(2, ["synthetic", "--output"], **given | {"week": week})
    sample, more = PROJECT / "samples" / "2017-02-18", ["--set", "cohort=issued"]
    refused(2, ["cohort recorded", "issued"], sample, more, **given)


@each_line("""
        week                   | arguments                  | named
        2017-02-30             |                            | "2017-02-30" is not a date
        2017-02-11 | --extract {nowhere}                    | cannot be reached (nothing is there)
        2017-03-04..2017-02-18 |                            | ends before it starts
        2017-02-18..soon       |                            | "soon" is not a date
        2017-02-11 | --set publishr=Office                  | --set, publishr; `publisher`
        2017-02-11 | --set cohort                           | KEY=VALUE
        2017-02-11 | --params nowhere.yaml                  | nowhere.yaml; no such file
        2017-02-11 | --set agencies=nowhere.csv             | nowhere.csv; no such file
        2017-02-11 | --set cohort=weekly --set release_lag_days=soon | cohort; release_lag_days
""")
def test_a_week_or_an_extract_that_is_none_and_wrong_parameters_end_with_2_and_are_named(
    refused, tmp_path, week, arguments, named
):
    arguments = arguments.format(nowhere=tmp_path / "nowhere").split()
    refused(2, named.split("; "), more=arguments, week=week)


def test_an_unknown_option_ends_with_2(capsys):
    with pytest.raises(SystemExit) as ended:
        run_week(["--shiny"], PROJECT)
    assert ended.value.code == 2
    assert "--shiny" in capsys.readouterr().err


def test_every_row_of_a_damaged_directory_is_named(tmp_path, refused):
    agencies = tmp_path / "agencies.csv"
    header = "agency_id,name,level,state,county_fips,area,weekly_requests,same_as\n"
    agencies.write_text(
        header + "AL0010000,AUTAUGA,county,AL,1001,,,\nMN1,HENNEPIN,shire,MN,27053,St. Paul,,\n"
    )
    words = [f"agencies.csv row {each}" for each in ("2, county_fips", "3, agency_id", "3, level")]
    refused(2, words, more=["--set", f"agencies={agencies}"])
