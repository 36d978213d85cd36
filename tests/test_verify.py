"""`ddor verify`: an archived revision, run again from its private inputs, is what is served; and
whatever is not is named: an input, a file, or what has changed since."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import PROJECT
from small_archive import FIRST_ROWS, WEEK, SmallArchive, files_of
from test_publishing import times_of

from ddor.calendar import Week
from ddor.jobs import verify as verify_job
from ddor.jobs.weekly import load_week

TEMPLATE = PROJECT / "notebooks" / "weekly_report.ipynb"


@pytest.fixture(scope="module")
def run_once(stage):
    """What the current revision of the stage "third" gives when it is run again, for the tests in
    which what is served or kept is changed, and not what is run."""
    archive = stage("third")
    prepared = load_week(archive.runs / WEEK / "r3")
    template = archive.runs / WEEK / "r3" / "template.ipynb"
    with archive.in_project(kernel=False):
        return verify_job._run_again(prepared, template)


@pytest.fixture
def third(copy_of, run_once, monkeypatch) -> SmallArchive:
    """A copy of that stage; to verify it costs no run."""
    monkeypatch.setattr(verify_job, "_run_again", lambda *_: dict(run_once))
    return copy_of("third")


def named(archive: SmallArchive, *arguments) -> dict[str, list[str]]:
    """What -> the differences told of it, where verify ends with 5."""
    done = archive.ddor("verify", WEEK, *arguments)
    assert done.code == 5 and done.stdout == "", done
    head, *lines = done.stderr.strip().splitlines()
    assert re.fullmatch(rf"{WEEK} r\d+ differs:", head)
    told: dict[str, list[str]] = {}
    for line in lines:
        name, _, what = line.partition(": ")
        told.setdefault(name, []).append(what)
    return told


def edit(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def edit_json(file: Path, change: Callable[[dict], object]) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def test_a_kernel_of_its_own_gives_what_is_published(stage):
    """The stages are made without one: so this shows, too, that they are what a job publishes."""
    archive = stage("third")
    done = archive.ddor("verify", WEEK, kernel=True)
    assert (done.code, done.stdout, done.stderr) == (
        0,
        f"{WEEK} r3: matches what was published\n",
        "",
    )


def test_disputes_and_their_marks_are_made_again_too(stage):
    done = stage("disputed").ddor("verify", WEEK, "--json")
    assert done.code == 0 and json.loads(done.stdout) == {
        "week": WEEK,
        "revision": 2,
        "reproduced": True,
        "withdrawn": False,
        "messages": [],
    }


def test_a_superseded_revision_is_still_what_it_was(stage):
    """Its banner was written anew; that is no part of what it keeps."""
    done = stage("third").ddor("verify", WEEK, "r1")
    assert (done.code, done.stdout) == (0, f"{WEEK} r1: matches what was published\n")


def test_verifying_writes_nothing(third):
    files, times = files_of(third.output), times_of(third.output)
    assert third.ddor("verify", WEEK).code == 0
    assert files_of(third.output) == files
    assert times_of(third.output) == times


def test_the_manifest_names_all_that_the_revision_keeps(stage):
    archive = stage("third")
    manifest = json.loads((archive.runs / WEEK / "r3" / "manifest.json").read_bytes())
    served = files_of(archive.week / "r3")
    assert manifest["outputs"].keys() == {*served} - {"index.html"} | {"article.html"}
    for name, digest in manifest["outputs"].items():
        if name in served:
            assert hashlib.sha256(served[name]).hexdigest() == digest


@pytest.mark.parametrize(
    "name, change, told",
    [
        ("data/declined_by_agency.csv", lambda text: text.replace(",163,", ",162,", 1), None),
        ("data/summary.json", lambda text: text.replace("166", "165", 1), None),
        ("data/datapackage.json", lambda text: text + " ", None),
        ("declined-by-agency.svg", lambda text: text.replace("163", "162", 1), None),
        ("index.html", lambda text: text.replace("163", "162"), "article.html"),
    ],
)
def test_one_byte_of_what_is_served_is_told_by_its_name(third, name, change, told):
    edit(third.week / "r3" / name, change)
    assert named(third) == {told or name: ["the archive holds a different file"]}


def test_a_file_too_many_and_one_that_is_missing_are_told(third):
    (third.week / "r3" / "data" / "notes.txt").write_text("mine")
    (third.week / "r3" / "declined-by-agency.svg").unlink()
    assert named(third) == {
        "data/notes.txt": ["not in the manifest (the archive holds a different file)"],
        "declined-by-agency.svg": ["missing (the archive holds a different file)"],
    }


@pytest.mark.parametrize("name", ["data/declined_by_agency.csv", "data/summary.json", "index.html"])
def test_the_copy_that_readers_are_sent_to_is_compared_too(third, name):
    """weeks/WEEK/ has the current revision's page and a copy of its data."""
    edit(third.week / name, lambda text: text.replace("163", "162").replace("166", "165"))
    done = third.ddor("verify", WEEK)
    assert done.code == 5 and name in done.stderr


def another_row(file: Path) -> None:
    frame = pd.read_parquet(file)
    frame.loc[0, "citizenship"] = "GTM"
    frame.to_parquet(file, index=False)


def another_charge(file: Path) -> None:
    frame = pd.read_parquet(file)
    assert frame.empty
    text = {name: "" for name in frame} | {
        "request_id": "q1",
        "ncic_code": "1399",
        "disposition": "charged",
        "timing": "before_release",
    }
    row = pd.DataFrame([text | {"charge_no": 1, "charged_on": pd.NaT}])[list(frame)]
    row.astype(frame.dtypes).to_parquet(file, index=False)


def more(line: str) -> Callable[[Path], None]:
    return lambda file: edit(file, lambda text: text + line)


def key(name: str, value) -> Callable[[Path], None]:
    return lambda file: edit_json(file, lambda content: content.update({name: value}))


def another_parameter(file: Path) -> None:
    edit_json(file, lambda content: content["parameters"].update(disclosure_threshold=6))


def another_date(file: Path) -> None:
    edit_json(file, lambda content: content["about"].update(as_of="2017-07-01"))


def another_sentence(file: Path) -> None:
    edit(file, lambda text: text.replace("The unit is the", "The unit was the"))


@pytest.mark.parametrize(
    "file, change, told",
    [
        ("extract.parquet", another_row, "requests"),
        ("charges.parquet", another_charge, "charges"),
        ("agencies.csv", more("ZZZZ0001,Other Jail,county,MN,,,,\n"), "agencies"),
        ("policies.csv", more("Elsewhere,27,,law,2016-01,None,None,2017-01-01,x\n"), "policies"),
        ("coverage.csv", more("Elsewhere,27,MN,few,2016-01,x\n"), "coverage"),
        ("week.json", another_parameter, "parameters"),
        ("week.json", another_date, "about"),
        ("week.json", key("note", "A note."), "note"),
        ("week.json", key("week", "2017-02-18"), "week"),
        ("template.ipynb", another_sentence, "template"),
    ],
)
def test_a_changed_private_input_is_told_by_its_name(third, file, change, told):
    change(third.runs / WEEK / "r3" / file)
    assert named(third) == {f"input {told}": ["not the one that was used"]}


def test_a_changed_record_is_told_as_an_input(copy_of):
    archive = copy_of("disputed")
    private = archive.runs / WEEK / "r2"
    edit(private / "corrections.json", lambda text: text.replace("still_here", "never_here"))
    told = named(archive)
    assert told["input corrections"] == ["not the one that was used"]
    assert told["article.html"] == ["running it again produced a different file"]


def test_what_an_earlier_revision_told_is_an_input_too(copy_of):
    """earlier.json decides which tables about people may be shown."""
    archive = copy_of("first")
    edit_json(
        archive.runs / WEEK / "r1" / "earlier.json",
        lambda content: content.update(gone="a revision was lost"),
    )
    assert "article.html" in named(archive)


@pytest.mark.parametrize(
    "name", ["extract.parquet", "corrections.json", "week.json", "manifest.json", "agencies.csv"]
)
def test_a_damaged_private_file_is_told_by_its_name_without_a_traceback(third, name):
    file = third.runs / WEEK / "r3" / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = third.ddor("verify", WEEK)
    assert done.code in (2, 5, 6) and done.stdout == ""
    assert name in done.stderr


def test_a_page_without_its_article_is_told_by_its_name(third):
    edit(third.week / "r3" / "index.html", lambda text: text.replace("<article>", "<div>"))
    done = third.ddor("verify", WEEK)
    assert done.code in (5, 6) and "r3/index.html" in done.stderr


def test_without_the_private_run_nothing_can_be_verified(third):
    before = third.files()
    shutil.move(third.runs / WEEK / "r3" / "earlier.json", third.root / "elsewhere.json")
    done = third.ddor("verify", WEEK)
    assert done.code == 2 and "r3 lacks earlier.json" in done.stderr
    shutil.rmtree(third.runs)
    done = third.ddor("verify", WEEK)
    assert done.code == 2 and "lacks manifest.json, template.ipynb" in done.stderr
    assert "ddor verify needs the private run" in done.stderr
    assert third.files() == before and not third.runs.exists()


def older_pandas(archive: SmallArchive) -> None:
    """The manifest of r3 says that it was made with another version of pandas, and with a package
    that is not there any more."""
    edit_json(
        archive.runs / WEEK / "r3" / "manifest.json",
        lambda content: content["packages"].update(pandas="0.1", abacus="2.0"),
    )


def test_another_version_of_a_package_is_a_note_where_nothing_differs(third):
    older_pandas(third)
    notes = [
        f"package pandas: 0.1 then, {pd.__version__} now",
        "package abacus: 2.0 then, none now",
    ]
    done = third.ddor("verify", WEEK)
    assert (done.code, done.stdout) == (0, f"{WEEK} r3: matches what was published\n")
    assert done.stderr.splitlines() == notes
    assert json.loads(third.ddor("verify", WEEK, "--json").stdout)["messages"] == notes


def test_another_version_of_a_package_is_named_beside_what_differs(third):
    older_pandas(third)
    edit(third.week / "r3" / "data" / "checks.csv", lambda text: text + " ")
    told = named(third)
    assert told["data/checks.csv"] == ["the archive holds a different file"]
    assert told["package pandas"] == [f"0.1 then, {pd.__version__} now"]
    assert "changed since the run:" in told


def test_a_template_that_was_edited_since_is_a_note(third, tmp_path):
    notebook = nbformat.read(TEMPLATE, as_version=4)
    notebook.cells[3].source += "\nOne more sentence."
    nbformat.write(notebook, tmp_path / "edited.ipynb")
    done = verify_job.verify(third.output, Week.parse(WEEK), None, tmp_path / "edited.ipynb")
    assert (done.revision, done.withdrawn) == (3, False)
    assert done.notes == ("template: changed since this revision",)


def test_a_newer_extract_in_its_place_makes_no_difference(third):
    """What was archived is run again, not what lies there now."""
    third.receive(FIRST_ROWS[:5])
    assert third.ddor("verify", WEEK).code == 0


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["2017-03-04"], "2017-03-04 is not published here"),
        ([WEEK, "r4"], "r4 is not among them"),
        ([WEEK, "r0"], "not a revision"),
        ([WEEK, "3"], "not a revision"),
        (["2017-02-30"], "2017-02-30"),
    ],
)
def test_what_is_not_published_cannot_be_verified(third, arguments, told):
    done = third.ddor("verify", *arguments)
    assert done.code == 2 and done.stdout == ""
    assert told in done.stderr


def test_an_archive_that_is_not_there_is_not_made(tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    done = archive.ddor("verify", WEEK)
    assert done.code == 2 and "not published here" in done.stderr
    assert not archive.output.exists()
