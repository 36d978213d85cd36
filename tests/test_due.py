"""The bare command catches up, `ddor status` tells what to do, and agencies are asked first."""

import json
import os
import shutil

import openpyxl
import pytest
from conftest import PROJECT, made_once
from extract_factory import request
from small_archive import (
    ASKED_NEXT,
    FIRST_FINAL_DAY,
    FIRST_ROWS,
    NEXT_WEEK,
    NEXT_WEEK_ROWS,
    QUILLFEATHER,
    WEEK,
    SmallArchive,
    numbered,
)
from test_public_words import BULK
from weekly_runs import no_kernel, ran

from ddor import cli
from ddor.jobs.seen import SEEN

AS_OF = "2017-04-05"
LATER = "2017-02-25"  # the week after; due on April 17, 2017


def received(folder) -> SmallArchive:
    """With the extracts of two weeks, neither of them published."""
    archive = SmallArchive(folder)
    archive.receive(FIRST_ROWS, AS_OF)
    archive.receive(NEXT_WEEK_ROWS, AS_OF, week=NEXT_WEEK)
    return archive


@pytest.fixture
def archive(tmp_path, monkeypatch) -> SmallArchive:
    no_kernel(monkeypatch)
    return received(tmp_path / "archive")


@pytest.fixture
def one_week(archive) -> SmallArchive:
    """The extract of NEXT_WEEK alone."""
    shutil.rmtree(archive.root / "extracts" / WEEK)
    return archive


@pytest.fixture
def published(shared, tmp_path, monkeypatch) -> SmallArchive:
    """Both weeks are published already."""

    def make(folder) -> None:
        assert bare(received(folder))[0] == 0

    no_kernel(monkeypatch)
    return SmallArchive(made_once(shared / "due", make)).copied_to(tmp_path / "archive")


def bare(archive: SmallArchive, *words: str, day="2017-04-10"):
    """`run_week.py`, without a week; its code, and of each week what became of it."""
    given = [
        "--params",
        str(archive.root / "weekly.yaml"),
        "--set",
        f"published_on={day}",
        "--json",
    ]
    done = ran(lambda: cli.run_week([*given, *words], PROJECT))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.code, [(each["week"], each["status"]) for each in lines], done


def status(archive: SmallArchive, day="2017-04-10"):
    done = archive.ddor("status", "--json", day=day)
    content = json.loads(done.stdout)
    assert content["exit_code"] == done.code
    return done.code, [(each["what"], each["period"]) for each in content["items"]]


def test_every_week_that_needs_it_is_run_oldest_first_and_then_there_is_nothing_to_do(archive):
    assert status(archive) == (0, [("new", WEEK), ("new", NEXT_WEEK)])
    assert bare(archive)[:2] == (0, [(WEEK, "published"), (NEXT_WEEK, "published")])
    before = archive.files()
    code, lines, done = bare(archive)
    assert (code, lines) == (0, []) and "nothing to do" in done.stderr
    assert bare(archive, "--quiet")[2].stderr == "" and archive.files() == before
    assert status(archive) == (0, [])


@pytest.mark.parametrize("what", ["extract", "note", "corrections"])
def test_a_week_is_run_again_when_something_of_it_changed_and_only_then(published, what):
    if what == "extract":
        published.receive(FIRST_ROWS[:-1], AS_OF)
    elif what == "note":
        (published.root / "notes").mkdir()
        (published.root / "notes" / f"{WEEK}.md").write_text("A note.")
    else:
        published.record("quill")
    disputed = [("dispute", WEEK)] if what == "corrections" else []
    assert status(published) == (0, [*disputed, ("changed", WEEK)])
    assert bare(published)[:2] == (0, [(WEEK, "published")])
    assert bare(published)[:2] == (0, [])


def test_a_week_that_is_due_and_has_no_extract_is_named_and_stops_no_other(published):
    archive = published
    archive.receive(FIRST_ROWS[:-1], AS_OF)
    assert bare(archive, day="2017-04-18")[:2] == (7, [(WEEK, "published"), (LATER, "missing")])
    code, lines, done = bare(archive, "--quiet", day="2017-04-18")
    assert (code, lines) == (7, [(LATER, "missing")])
    assert done.stderr.count("\n") == 1 and "it was due on 2017-04-17" in done.stderr
    assert status(archive, "2017-04-18") == (7, [("missing", LATER)])
    assert archive.run(week=LATER).code == 7, "named, it is the same"
    gone = archive.run("--extract", str(archive.root / "nowhere"), week=LATER)
    assert gone.code == 2, "an address that was typed is a mistake"


def test_a_final_week_that_changed_waits_and_a_withdrawn_one_is_run_only_by_name(published):
    archive = published
    archive.receive(FIRST_ROWS, FIRST_FINAL_DAY)
    bare(archive)
    archive.withdraw(NEXT_WEEK)
    archive.receive(NEXT_WEEK_ROWS[:-1], week=NEXT_WEEK)
    archive.receive(FIRST_ROWS[:-1], FIRST_FINAL_DAY)
    for _ in range(2):
        code, lines, done = bare(archive)
        assert (code, lines) == (4, [(WEEK, "held")]) and "extract changed" in done.stderr
    assert status(archive) == (4, [("final", WEEK)])
    assert archive.run().code == archive.run(week=NEXT_WEEK).code == 0
    assert bare(archive)[:2] == (0, [])


def test_what_failed_is_tried_again_and_what_is_held_waits_for_a_person(published):
    published.receive([request(agency_level="town")], AS_OF, week=NEXT_WEEK)
    for _ in range(2):
        assert bare(published)[:2] == (3, [(NEXT_WEEK, "failed")])
    assert status(published) == (3, [("invalid", NEXT_WEEK)])
    published.receive(NEXT_WEEK_ROWS, AS_OF, week=NEXT_WEEK)
    published.receive([*FIRST_ROWS, *BULK], AS_OF)
    assert bare(published)[:2] == (4, [(WEEK, "held")]), "the other week is as it was"
    assert bare(published)[:2] == (0, []), "it is not run again each night"
    assert status(published) == (4, [("review", WEEK)])
    published.receive(FIRST_ROWS, AS_OF)
    assert bare(published)[:2] == (0, [(WEEK, "unchanged")])
    assert status(published) == (0, [])


def test_a_week_that_waits_is_not_run_again_until_something_changes(archive):
    archive.receive([*FIRST_ROWS, *BULK], AS_OF)
    assert bare(archive)[1] == [(WEEK, "held"), (NEXT_WEEK, "published")]
    listed = archive.runs / WEEK / "review.csv"
    listed.write_text(listed.read_text() + "\n")
    edited = listed.read_text()
    code, lines, done = bare(archive)
    assert (code, lines) == (4, [(WEEK, "held")]) and "nothing has changed" in done.stderr
    assert listed.read_text() == edited, "a list that is being filled in stays"
    assert status(archive) == (4, [("review", WEEK)])
    archive.receive(FIRST_ROWS, AS_OF)
    assert bare(archive)[:2] == (0, [(WEEK, "published")])


def test_a_notebook_that_failed_is_forgotten_once_the_week_is_as_it_was(published):
    failed = published.runs / WEEK / "failed"
    failed.mkdir()
    (failed / "report.ipynb").write_text("{}")
    assert status(published) == (5, [("failed", WEEK)])
    assert published.run().code == 0 and not failed.exists() and status(published) == (0, [])


def test_decisions_of_one_week_make_another_due_that_has_the_request_too(published):
    kept = published.runs / WEEK / SEEN
    told = json.loads(kept.read_text())["week"]
    assert set(told) == {"extract", "note", "corrections", "decisions"}
    assert os.stat(kept).st_mode & 0o777 == 0o600
    kept.write_text(json.dumps({"week": told | {"decisions": "others"}}))
    assert bare(published)[:2] == (0, [(WEEK, "unchanged")])


def test_a_week_whose_own_parameters_name_its_extract_is_found_too(one_week):
    archive = one_week
    (archive.root / "weeks").mkdir()
    moved = archive.root / "elsewhere"
    (archive.root / "extracts" / NEXT_WEEK).rename(moved)
    (archive.root / "weeks" / f"{NEXT_WEEK}.yaml").write_text(f"extract: {moved}\n")
    assert bare(archive)[1] == [(NEXT_WEEK, "published")]
    assert bare(archive)[:2] == (0, [])


def test_a_folder_of_any_name_may_hold_the_extracts(one_week):
    place = one_week.root / "data [old]"
    (one_week.root / "extracts").rename(place)
    (one_week.root / "weekly.yaml").write_text(
        (one_week.root / "weekly.yaml").read_text().replace("extracts/", "data [old]/")
    )
    assert bare(one_week)[1] == [(NEXT_WEEK, "published")]


def test_a_lost_record_of_what_was_seen_is_made_again(published):
    """That several jobs leave the record too is in test_batch.py."""
    for content in (None, "", "[]", "{"):
        kept = published.runs / NEXT_WEEK / SEEN
        kept.unlink() if content is None else kept.write_text(content)
        assert bare(published)[:2] == (0, [(NEXT_WEEK, "unchanged")])
        assert bare(published)[:2] == (0, [])


def test_what_cannot_be_looked_at_stops_its_own_week_alone(published):
    (published.root / "notes").mkdir()
    (published.root / "notes" / f"{WEEK}.md").write_text("# A title")
    published.receive(NEXT_WEEK_ROWS[:-1], AS_OF, week=NEXT_WEEK)
    assert bare(published)[:2] == (2, [(WEEK, "failed"), (NEXT_WEEK, "published")])
    assert status(published) == (2, [("invalid", WEEK)])


def test_a_dispute_of_a_week_whose_extract_is_gone_is_named(published):
    (published.root / "extracts" / WEEK).rename(published.root / "away")
    assert bare(published)[:2] == (0, [])
    published.record("quill")
    code, lines, done = bare(published)
    assert (code, lines) == (
        7,
        [(WEEK, "missing")],
    ) and "its extract is no longer there" in done.stderr
    assert status(published) == (7, [("dispute", WEEK), ("missing", WEEK)])


def test_where_the_site_is_lost_nothing_is_published_anew(published):
    published.withdraw(NEXT_WEEK)
    published.site.rename(published.root / "mounted elsewhere")
    code, lines, done = bare(published)
    assert code == 6 and {status for _, status in lines} == {"failed"}
    assert "restore site/" in done.stderr and not (published.site / "weeks").exists()


def test_where_the_catalog_or_the_private_runs_are_lost_no_week_is_published_as_a_first(published):
    (published.site / "data" / "catalog.json").rename(published.root / "catalog.json")
    code, _, done = bare(published)
    assert code == 6 and "catalog.json lacks 2017-02-11: restore it" in done.stderr
    (published.root / "catalog.json").rename(published.site / "data" / "catalog.json")
    published.runs.rename(published.root / "runs")
    published.receive(FIRST_ROWS[:-1], AS_OF)
    code, lines, done = bare(published)
    assert (code, lines) == (0, [(WEEK, "published"), (NEXT_WEEK, "unchanged")]), done.stderr
    assert json.loads((published.site / "data" / "catalog.json").read_bytes())["weeks"][WEEK][1]


def test_what_goes_with_weeks_that_are_named_is_refused_without_one(archive):
    for words in (["--force"], ["--accept-held", "--reason", "x"], ["--decisions", "a.csv"]):
        code, lines, done = bare(archive, *words)
        assert (code, lines) == (2, []) and "WEEK" in done.stderr


def test_without_any_extract_it_is_said_that_there_is_none_yet(tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    assert bare(archive)[:2] == (7, [])
    assert not archive.output.exists()


def test_an_agency_is_asked_its_answer_is_recorded_and_the_page_says_so(archive):
    done = archive.ddor("notices", WEEK, "--json")
    assert done.code == 0, done
    notices = json.loads(done.stdout)["notices"]
    first = notices[0]
    asked = [row for row in FIRST_ROWS if row["agency_id"] == first["agency_id"]]
    assert first["rows"] == len(asked) and {each["agency_id"] for each in notices} == {
        row["agency_id"] for row in FIRST_ROWS if row["outcome"] == "declined"
    }
    with open(first["letter"], encoding="utf-8") as letter:
        text = letter.read()
    assert os.path.basename(first["workbook"]) in text and "{{" not in text
    sheet = openpyxl.load_workbook(first["workbook"])["rows"]
    heads = [cell.value for cell in sheet[1]]
    assert (
        "protected" not in heads and "request_id" not in heads and sheet.max_row == 1 + len(asked)
    )
    assert os.stat(first["workbook"]).st_mode & 0o777 == 0o600
    labels = (archive.runs / "labels.csv").read_text()
    assert str(sheet["A2"].value) in labels

    for asked in ((first["agency_id"], "shame"), ("XX9999999", "moved")):
        words = ("--answer", asked[0], "--ground", asked[1], "--received-on", "2017-04-01")
        assert archive.ddor("notices", WEEK, *words).code == 2
    before = archive.files()
    for forgotten in (words[:4], words[2:]):
        assert archive.ddor("notices", WEEK, *forgotten).code == 2 and archive.files() == before
    later = ("--ground", "moved", "--received-on", "2099-01-01")
    wrong = archive.ddor("notices", WEEK, "--answer", first["agency_id"], *later)
    assert wrong.code == 2 and not [*(archive.root / "corrections").glob("*.yaml")]
    answered = archive.ddor(
        "notices", WEEK, "--answer", first["agency_id"], "--ground", "moved",
        "--received-on", "2017-04-01",
    )  # fmt: skip
    assert answered.code == 0, answered
    again = archive.ddor("notices", WEEK, "--answer", first["agency_id"], *words[2:])
    assert again.code == 2 and "records that dispute already" in again.stderr
    assert archive.published(day="2017-04-10") == 1
    assert (
        "disputed" in archive.status().lower()
        or "disputes" in archive.files()[f"site/weeks/{WEEK}/index.html"].decode().lower()
    )
    for day, code in (("2017-04-20", 0), ("2017-05-10", 4)):
        told = json.loads(archive.ddor("status", "--json", day=day).stdout)["items"]
        (dispute,) = [each for each in told if each["what"] == "dispute"]
        assert (dispute["period"], dispute["exit_code"]) == (WEEK, code)
        assert dispute["since"] == "2017-04-01" and "answered by 2017-05-01" in dispute["said"]


def test_many_weeks_in_a_row_without_an_extract_are_one_line(published):
    archive = published
    code, lines, done = bare(archive, "--quiet", day="2018-02-01")
    missing = [week for week, status in lines if status == "missing"]
    assert code == 7 and len(missing) > 30, "of each week an object"
    said = f"nor for any week up to {missing[-1]} ({len(missing)} weeks)"
    assert done.stderr.count("\n") == 1 and said in done.stderr
    assert status(archive, "2018-02-01") == (7, [("missing", missing[0])])


def test_a_name_that_no_period_has_is_said_by_the_job_and_by_status(published):
    archive = published
    archive.receive(FIRST_ROWS, week="2017-02-20")
    (archive.root / "notes").mkdir()
    (archive.root / "quarters").mkdir()
    (archive.root / "quarters" / "2017Q1.yaml").write_text("publisher: Another\n")
    for name in (f"{WEEK}.md.txt", "2017-03-06.md", f"{WEEK}.md", "2017Q1.md", "README.md"):
        (archive.root / "notes" / name).write_text("A note.")
    named = (
        "2017-03-06.md: did you mean 2017-03-04.md?",
        f"{WEEK}.md.txt: did you mean {WEEK}.md?",
    )
    named += ("2017-02-20: did you mean 2017-02-18?",)
    (archive.root / "extracts" / "2017-2-18 (copy)").mkdir()
    done = bare(archive)[2]
    assert all(each in done.stderr for each in named) and done.stderr.count("did you mean") == 3
    assert "2017-2-18 (copy): expected a name such as 2017-02-18" in done.stderr
    assert archive.run().stderr.count("did you mean") == 3, "so does a run of a named week"
    code, items = status(archive)
    assert code == 2 and [what for what, _ in items].count("misnamed") == 4


def test_an_extract_of_another_week_is_told_by_the_run_and_by_check(archive):
    place = archive.root / "extracts" / WEEK
    done = archive.run("--extract", str(place), week="2016-02-20")
    assert done.code == 0 and "is this the extract of another one?" in done.stderr
    # As it is where a few of its requests are of the week.
    rows = numbered("o", 3, QUILLFEATHER) + numbered("n", 1, QUILLFEATHER, **ASKED_NEXT)
    archive.receive(rows, week="other")
    done = archive.run("--extract", str(archive.root / "extracts" / "other"), week=NEXT_WEEK)
    assert done.code == 0 and "3 of the 4 requests are not of the week" in done.stderr
    checked = json.loads(archive.ddor("check", place, "--week", "2016-02-20", "--json").stdout)
    assert checked["outside_the_week"] == checked["requests"] == len(FIRST_ROWS)
    assert archive.run().stderr == ""
