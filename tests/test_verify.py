"""`ddor verify`: an archived revision, run again from its private inputs, is what is served; and
whatever is not is named: an input, a file, or what has changed since."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import PROJECT, cases, each_line
from extract_factory import charge
from frames import extract_of
from small_archive import FIRST_ROWS, WEEK, SmallArchive, files_of
from test_publishing import times_of

from ddor.calendar import Week
from ddor.jobs import verify as verify_job
from ddor.jobs.weekly import load_week


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


def named(archive: SmallArchive) -> dict[str, list[str]]:
    """What -> the differences told of it, where verify ends with 5."""
    done = archive.ddor("verify", WEEK)
    assert done.code == 5 and done.stdout == "", done
    head, *lines = done.stderr.strip().splitlines()
    assert re.fullmatch(rf"{WEEK} r\d+ differs:", head)
    told: dict[str, list[str]] = {}
    for line in lines:
        name, _, what = line.partition(": ")
        told.setdefault(name, []).append(what)
    return told


def edit(file: Path, old: str, new: str) -> None:
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")


def test_a_kernel_of_its_own_gives_what_is_published(stage):
    """The stages are made without one: so this shows, too, that they are what a job publishes."""
    archive = stage("third")
    done = archive.ddor("verify", WEEK, kernel=True)
    assert done == (0, f"{WEEK} r3: matches what was published\n", "")


def test_disputes_and_their_marks_are_made_again_too(stage):
    done = stage("disputed").ddor("verify", WEEK, "--json")
    said = {"week": WEEK, "revision": 2, "reproduced": True, "withdrawn": False, "messages": []}
    assert done.code == 0 and json.loads(done.stdout) == said


def test_a_superseded_revision_is_still_what_it_was(stage):
    """Its banner was written anew; that is no part of what it keeps."""
    done = stage("third").ddor("verify", WEEK, "r1")
    assert (done.code, done.stdout) == (0, f"{WEEK} r1: matches what was published\n")


def test_verifying_writes_nothing_and_looks_at_no_newer_extract(third):
    """What was archived is run again, not what lies in its place now."""
    third.receive(FIRST_ROWS[:5])
    files, times = files_of(third.output), times_of(third.output)
    assert third.ddor("verify", WEEK).code == 0
    assert files_of(third.output) == files
    assert times_of(third.output) == times


@each_line("""
    name                        | old   | new
    data/declined_by_agency.csv | ,163, | ,162,
    data/summary.json           | 166   | 165
    data/datapackage.json       | [     | [[
    declined-by-agency.svg      | 163   | 162
    index.html                  | 163   | 162
""")
def test_one_byte_of_what_is_served_is_told_by_its_name(third, name, old, new):
    """At the revision's own address; and at that of the week, the copy that readers are sent to."""
    edit(third.week / "r3" / name, old, new)
    told = name.replace("index", "article")
    assert named(third) == {told: ["the archive holds a different file"]}
    shutil.copytree(third.week / "r3", third.week, dirs_exist_ok=True)
    where = "the week's own address holds a different file"
    if not name.endswith("svg"):
        assert where in named(third)[name]


def test_a_file_too_many_and_one_that_is_missing_are_told(third):
    (third.week / "r3" / "data" / "notes.txt").write_text("mine")
    (third.week / "r3" / "declined-by-agency.svg").unlink()
    told, what = named(third), "(the archive holds a different file)"
    assert told.pop("data/notes.txt") == [f"not in the manifest {what}"]
    assert told == {"declined-by-agency.svg": [f"missing {what}"]}


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("agencies.csv", "same_as\n", "same_as\nZZZZ0001,Other Jail,county,MN,,,,\n", "agencies"),
        ("policies.csv", "source\n", "source\nX,27,,law,2016-01,No,No,2017-01-01,x\n", "policies"),
        ("coverage.csv", "source\n", "source\nX,27,MN,few,2016-01,x\n", "coverage"),
        *cases("""
        week.json      | "disclosure_threshold": 5 | "disclosure_threshold": 6      | parameters
        week.json      | "as_of": "2017-05-19"     | "as_of": "2017-07-01"          | about
        week.json      | "note": ""                | "note": "A note."              | note
        week.json      | "week": "2017-02-11"      | "week": "2017-02-18"           | week
        template.ipynb | The unit is the           | The unit was the               | template
    """),
    ],
)
def test_a_changed_private_input_is_told_by_its_name(third, file, old, new, told):
    edit(third.runs / WEEK / "r3" / file, old, new)
    assert named(third) == {f"input {told}": ["not the one that was used"]}


def test_a_changed_row_or_charge_is_told_too(third):
    private = third.runs / WEEK / "r3"
    frame = pd.read_parquet(private / "extract.parquet")
    frame.loc[0, "citizenship"] = "GTM"
    frame.to_parquet(private / "extract.parquet", index=False)
    charges = extract_of([], [charge(request_id="q1")]).charges
    charges.to_parquet(private / "charges.parquet", index=False)
    changed = ["not the one that was used"]
    assert named(third) == {"input charges": changed, "input requests": changed}


def test_a_changed_record_is_told_as_an_input(copy_of):
    archive = copy_of("disputed")
    edit(archive.runs / WEEK / "r2" / "corrections.json", "still_here", "never_here")
    told = named(archive)
    assert told["input corrections"] == ["not the one that was used"]
    assert told["article.html"] == ["running it again produced a different file"]


def test_what_an_earlier_revision_told_is_an_input_too(copy_of):
    """earlier.json decides which tables about people may be shown."""
    archive = copy_of("first")
    earlier = archive.runs / WEEK / "r1" / "earlier.json"
    edit(earlier, '"gone": ""', '"gone": "a revision was lost"')
    assert "article.html" in named(archive)


@pytest.mark.parametrize("name", ["extract.parquet", "week.json", "manifest.json", "agencies.csv"])
def test_a_damaged_private_file_is_told_by_its_name_without_a_traceback(third, name):
    file = third.runs / WEEK / "r3" / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = third.ddor("verify", WEEK)
    assert done.code in (2, 5, 6) and done.stdout == ""
    assert name in done.stderr


def test_a_page_without_its_article_is_told_by_its_name(third):
    edit(third.week / "r3" / "index.html", "<article>", "<div>")
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


def test_another_version_of_a_package_is_a_note_beside_what_differs_or_where_nothing_does(third):
    """The manifest says that it was made with another version of pandas, and with a package that
    is not there any more."""
    manifest, pandas = third.runs / WEEK / "r3" / "manifest.json", f'"pandas": "{pd.__version__}"'
    edit(manifest, pandas, '"pandas": "0.1", "abacus": "2.0"')
    then = f"0.1 then, {pd.__version__} now"
    notes = [f"package pandas: {then}", "package abacus: 2.0 then, none now"]
    done = third.ddor("verify", WEEK)
    assert (done.code, done.stdout) == (0, f"{WEEK} r3: matches what was published\n")
    assert done.stderr.splitlines() == notes
    assert json.loads(third.ddor("verify", WEEK, "--json").stdout)["messages"] == notes
    (third.week / "r3" / "data" / "checks.csv").write_text("x")
    told = named(third)
    assert told["data/checks.csv"] == ["the archive holds a different file"]
    assert told["package pandas"] == [then] and "changed since the run:" in told


def test_a_template_that_was_edited_since_is_a_note(third, tmp_path):
    notebook = nbformat.read(PROJECT / "notebooks" / "weekly_report.ipynb", as_version=4)
    notebook.cells[3].source += "\nOne more sentence."
    nbformat.write(notebook, tmp_path / "edited.ipynb")
    template = tmp_path / "edited.ipynb"
    revision, notes = verify_job.verify(third.output, Week.parse(WEEK), None, template)
    assert (revision.revision, revision.withdrawn_on) == (3, "")
    assert notes == ["template: changed since this revision"]


@each_line("""
    arguments     | told
    2017-03-04    | 2017-03-04 is not published here
    2017-02-11 r4 | r4 is not among them
    2017-02-11 r0 | not a revision
    2017-02-11 3  | not a revision
    2017-02-30    | 2017-02-30
""")
def test_what_is_not_published_cannot_be_verified(stage, arguments, told):
    done = stage("third").ddor("verify", *arguments.split())
    assert done.code == 2 and done.stdout == ""
    assert told in done.stderr


def test_an_archive_that_is_not_there_is_not_made(tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    done = archive.ddor("verify", WEEK)
    assert done.code == 2 and "not published here" in done.stderr
    assert not archive.output.exists()
