"""`ddor quarter` on the command line: what it says, its exit codes, and that nothing is published
where anything is wrong with what the quarter would be made from."""

import contextlib
import hashlib
import json
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from conftest import PROJECT, json_lines
from quarter_archive import FIRST, LATE, QUARTER, SECOND, Quarters, person, several
from small_archive import words_of
from test_crash import HOLD
from weekly_runs import executed_notebook

import ddor.archive.publish
import ddor.cli
from ddor.compiled.inputs import load_compiled

PAGE = f"quarters/{QUARTER}/index.html"


@pytest.fixture
def made(quarters_copy) -> Quarters:
    return quarters_copy("quarter")


@pytest.fixture
def weeks(quarters_copy) -> Quarters:
    """Two weeks, and no quarter yet."""
    return quarters_copy("weeks")


def refused(archive: Quarters, *words, code=2) -> str:
    """What is told where nothing is published, and nothing under site/ changes."""
    before = archive.files()
    done = archive.quarter(*words)
    assert done.code == code and done.stdout == "", done
    assert "Traceback" not in done.stderr
    assert archive.files() == before
    return done.stderr


def test_the_same_again_is_unchanged_and_force_makes_another(made):
    before = made.files()
    done = made.quarter("FY2017Q2", "2017Q1", "fy2017q2", day="2018-09-01")
    assert done.code == 0 and done.stdout.startswith(f"{QUARTER} unchanged r1: "), done
    assert done.stdout.count("\n") == 1 and made.files() == before
    assert made.made("--force", brief=True) == 2
    assert "a new run on the same inputs" in made.status(PAGE)


def test_nothing_to_correct_is_said_and_a_correction_needs_a_reason(made):
    done = made.quarter("--correct", "--reason", "a reason")
    assert done.code == 0 and "nothing was corrected" in done.stderr
    assert "needs --reason" in refused(made, "--correct")
    assert "looks like" in refused(made, "--correct", "--reason", "Maria Garcia complained")


def test_there_is_nothing_to_correct_where_no_quarter_is_published(weeks):
    assert "nothing to correct" in refused(weeks, "--correct", "--reason", "a reason")


def test_a_correction_has_its_reason(made):
    words = ("--force", "--correct", "--reason", "a sentence was wrong")
    assert made.made(*words, brief=True) == 2
    assert "An earlier revision had a mistake: a sentence was wrong." in made.status(PAGE)


def test_a_draft_publishes_nothing_and_lists_what_would_differ(made):
    made.people(FIRST, *several(FIRST, met=1, large=2))
    assert made.weeks(FIRST).code == 0
    before = made.files()
    declined = made.summary(QUARTER)["figures"]["declined_total"]
    done = made.quarter("--draft", brief=True)
    assert done.code == 0 and made.files() == before
    left = made.summary(SECOND)["figures"]["declined_total"]
    assert f"declined_total: {declined} -> {left + 3}\n" in done.stderr
    assert f"\nno_later_contact: {2 * 17} -> " in done.stderr
    assert "\nweeks_total: " not in done.stderr
    assert (made.runs / QUARTER / "draft" / "index.html").exists()
    assert not (made.runs / QUARTER / "r2").exists()


def test_json_is_one_object_and_nothing_else(weeks):
    done = weeks.quarter("--json", brief=True)
    (line,) = json_lines(done)
    assert done.code == 0 and next(iter(line)) == "quarter" and line["quarter"] == QUARTER
    assert (line["status"], line["revision"]) == ("published", 1)
    assert line["figures"] == weeks.summary(QUARTER)["figures"] and line["messages"] == []
    failing = weeks.quarter("2017Q2", "--json")
    (line,) = json_lines(failing)
    assert failing.code == 2 and (line["status"], line["revision"]) == ("failed", None)
    assert "no week of 2017Q2 is published" in " ".join(line["messages"])


def test_several_quarters_are_made_in_order_and_one_that_fails_stops_no_other(weeks):
    done = weeks.quarter("2017Q2", "FY2017Q2", brief=True)
    assert done.code == 2 and done.stdout.startswith(f"{QUARTER} published r1: ")
    assert (
        "2017Q2 failed:\nno week of 2017Q2 is published; it has the weeks from 2017-04-01 to "
        "2017-06-24\n"
    ) in done.stderr


@pytest.mark.parametrize("name", ["2017Q5", "2017-01-28", "q1", "FY1990Q1", "2017Q0", "17Q1", "Q"])
def test_a_wrong_name_is_one_clear_message(weeks, name):
    before = weeks.files()
    done = weeks.ddor("quarter", name)
    assert (done.code, done.stdout) == (2, "") and weeks.files() == before
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f'"{name}" is not a quarter: expected ')
    assert "such as 2017Q1" in done.stderr


def test_where_nothing_is_published_there_is_no_quarter(tmp_path):
    archive = Quarters(tmp_path / "archive")
    done = archive.quarter()
    assert done.code == 2 and "nothing is published" in done.stderr and "weeks" in done.stderr
    assert not archive.site.exists()


def test_a_week_without_its_private_run_ends_with_2_and_doing_what_is_told_mends_it(weeks):
    (weeks.runs / FIRST / "r1" / "extract.parquet").unlink()
    told = refused(weeks)
    assert f"{FIRST}/r1 lacks extract.parquet" in told
    assert "restore it, or run the week again with --force" in told
    assert weeks.weeks(FIRST, words=("--force",)).code == 0
    assert weeks.made(brief=True) == 1


def changed_scrap(archive: Quarters) -> None:
    run = archive.runs / FIRST / "r1"
    figures = archive.summary(FIRST)["figures"] | {"declined_total": 999}
    nbformat.write(executed_notebook(figures), run / "report.ipynb")


def changed_scrap_and_manifest(archive: Quarters) -> None:
    changed_scrap(archive)
    keep(archive, "report.ipynb")


def keep(archive: Quarters, name: str) -> None:
    """The manifest says that the file is as it was."""
    run = archive.runs / FIRST / "r1"
    manifest = json.loads((run / "manifest.json").read_bytes())
    manifest["private"][name] = hashlib.sha256((run / name).read_bytes()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(manifest))


def changed_summary(archive: Quarters) -> None:
    file = archive.site / "weeks" / FIRST / "r1" / "data" / "summary.json"
    summary = json.loads(file.read_bytes())
    summary["figures"]["declined_total"] = 998
    file.write_text(json.dumps(summary))


def changed_follow_up(archive: Quarters) -> None:
    """No figure of the week tells of it: it is known after release alone."""
    file = archive.runs / FIRST / "r1" / "extract.parquet"
    rows = pd.read_parquet(file)
    rows["follow_up_status"] = rows["follow_up_status"].replace("rearrested", "at_large")
    rows.to_parquet(file, index=False)


def unended(archive: Quarters) -> None:
    run = archive.runs / FIRST / "r1"
    notebook = executed_notebook(archive.summary(FIRST)["figures"])
    notebook.cells.pop()
    nbformat.write(notebook, run / "report.ipynb")
    keep(archive, "report.ipynb")


def written(path: str, text: str):
    return lambda archive: (archive.output / path).write_text(text)


RUN, DATA = f"runs/{FIRST}/r1", f"site/weeks/{FIRST}/r1/data"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed_scrap, "report.ipynb changed since the run"),
        (
            changed_scrap_and_manifest,
            "notebook differ from those published: declined_total 999 and 23",
        ),
        (changed_summary, "notebook differ from those published: declined_total 23 and 998"),
        (changed_follow_up, "extract.parquet changed since the run"),
        (unended, "did not run to its end"),
        (written(f"{RUN}/report.ipynb", "{"), "report.ipynb changed since the run"),
        (written(f"{RUN}/week.json", "{"), "week.json changed since the run"),
        (written(f"{RUN}/manifest.json", "{"), "manifest.json cannot be read"),
        (written(f"{DATA}/summary.json", "{"), "summary.json cannot be read"),
        (written(f"{DATA}/summary.json", "[]"), "summary.json cannot be read"),
    ],
)
def test_what_was_changed_by_hand_is_told_and_nothing_is_published(weeks, change, told):
    change(weeks)
    message = refused(weeks)
    assert told in message and FIRST in message and "run the week again with --force" in message


@contextlib.contextmanager
def template(tmp_path, monkeypatch, change):
    """A checkout whose quarterly notebook was changed."""
    project = tmp_path / "project"
    (project / "notebooks").mkdir(parents=True)
    (project / "params").symlink_to(PROJECT / "params")
    notebook = nbformat.read(PROJECT / "notebooks" / "quarterly_report.ipynb", as_version=4)
    change(notebook)
    nbformat.write(notebook, project / "notebooks" / "quarterly_report.ipynb")
    with monkeypatch.context() as patch:
        patch.setattr(ddor.cli, "find_project", lambda: project)
        yield


def test_a_template_that_fails_ends_with_5_and_is_kept_for_the_analyst(
    weeks, tmp_path, monkeypatch
):
    def fail(notebook):
        notebook.cells[3].source = "%%narrative\n# {{ nobody.knows }}"

    with template(tmp_path, monkeypatch, fail):
        told = refused(weeks, code=5)
    assert "nobody" in told and not (weeks.runs / QUARTER / "r1").exists()


def test_a_template_without_its_parameters_cell_ends_with_5(weeks, tmp_path, monkeypatch):
    with template(tmp_path, monkeypatch, lambda notebook: notebook.cells.pop(1)):
        told = refused(weeks, code=5)
    assert "quarterly_report.ipynb cannot be run" in told and "parameters" in told


def test_an_archive_that_another_run_holds_ends_with_6(weeks, monkeypatch):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(weeks.runs / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        monkeypatch.setattr(ddor.archive.publish, "WAIT_SECONDS", 0.1)
        assert "is busy: another run holds it" in refused(weeks, code=6)
    finally:
        holder.communicate(b"\n")


def test_a_key_of_any_request_is_refused_in_a_note(weeks):
    """Also of one that was not declined: the note is published as it stands."""
    declined = person("key-declined-7", SECOND, 1)
    honored = person("key-honored-7", SECOND, 1, outcome="honored", decline_reason="")
    weeks.people(SECOND, declined, honored)
    assert weeks.weeks(SECOND).code == 0
    notes = weeks.root / "notes"
    notes.mkdir()
    for key in ("key-declined-7", "key-honored-7"):
        (notes / f"{QUARTER}.md").write_text(f"See {key}.\n")
        done = weeks.quarter(brief=True)
        assert done.code == 2 and "the key of a request" in done.stderr, done
        assert key not in done.stderr and not (weeks.site / "quarters").exists()


def test_a_note_and_parameters_of_the_quarter_are_its_own(weeks):
    for folder in ("notes", "quarters"):
        (weeks.root / folder).mkdir()
    (weeks.root / "notes" / f"{QUARTER}.md").write_text("Of *the quarter* alone.\n")
    (weeks.root / "quarters" / f"{QUARTER}.yaml").write_text("contact: the quarter's desk\n")
    assert weeks.made() == 1
    article = weeks.page(PAGE).article
    assert "Of the quarter alone." in words_of(article) and "<em>the quarter</em>" in str(article)
    assert "Write to the quarter’s desk." in words_of(article).replace("'", "’")
    (weeks.root / "quarters" / f"{QUARTER}.yaml").write_text("kontakt: x\n")
    assert f"{QUARTER}.yaml, kontakt: seen an unknown key" in refused(weeks)


def test_a_week_without_a_declined_request_is_one_of_the_quarter_with_none(weeks):
    """It ended with an error of the program: assigning to no rows made one for every request."""
    undone = {"outcome": "honored", "decline_reason": "", "released_at": ""}
    weeks.people(LATE, person("key-honored", LATE, 0, "") | undone)
    assert weeks.weeks(LATE).code == 0
    assert weeks.made(brief=True) == 1
    lines = {line["week"]: line for line in weeks.lines(QUARTER, "weeks_used")}
    assert (lines[LATE]["report"], lines[LATE]["declined_total"]) == ("published", "0")
    counts = [int(lines[week]["declined_total"]) for week in (FIRST, SECOND, LATE)]
    assert weeks.summary(QUARTER)["figures"]["declined_total"] == sum(counts) > 0
    declined = load_compiled(weeks.runs / QUARTER / "r1").declined
    assert declined["agency_id"].notna().all() and len(declined) == sum(counts)
