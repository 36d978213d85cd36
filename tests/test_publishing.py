"""Publishing a week: the same inputs give the same bytes, again is unchanged, and what --force,
--draft, --json and several weeks in one call do."""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import ACCEPTED, PROJECT, PUBLISHED_ON, SAMPLE_WEEKS
from extract_factory import request
from large_archive import brief_articles
from small_archive import (
    FIRST_FINAL_DAY,
    NEXT_WEEK,
    NEXT_WEEK_ROWS,
    SECOND_ROWS,
    WEEK,
    SmallArchive,
)
from weekly_runs import files_of

from ddor.cli import run_week

FIGURES = (
    "received_total issued_total issued_detainers issued_notifications issued_transfers "
    "issued_pending issued_honored issued_declined issued_other declined_total declined_detainers "
    "declined_notifications declined_transfers declined_insufficient_notice declined_no_notice "
    "declined_not_held declined_unclassified declined_release_not_confirmed declined_law_or_court "
    "declined_short_custody declined_with_charges declined_with_conviction honored_total "
    "agencies_declining states_declining held_back_requests held_back_outcomes held_back_total "
    "outside_week_total"
).split()


def times_of(folder: Path) -> dict[str, int]:
    """Path -> time of the last change, of every file and folder, but for the lock and for runs/
    itself, in which the empty staging folder comes and goes."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in sorted(folder.rglob("*"))
        if path.name != ".lock" and path != folder / "runs"
    }


@pytest.fixture
def archive(copy_of) -> SmallArchive:
    return copy_of("first")


def job(output: Path, *arguments) -> int:
    """The job on samples."""
    words = ["--sample", "--output", output, "--set", f"published_on={PUBLISHED_ON}", *arguments]
    return run_week([str(word) for word in words], PROJECT)


@pytest.mark.slow  # in small it is in test_what_is_touched.py
def test_weeks_one_by_one_into_another_folder_give_the_same_bytes(sample_archive, tmp_path):
    """The session's archive was made by one call, in another process, and another folder."""
    output = tmp_path / "elsewhere" / "out"
    for week in SAMPLE_WEEKS:
        assert job(output, week, "--quiet", *ACCEPTED) == 0
    expected, given = (
        {name: data for name, data in files_of(folder).items() if "/logs/" not in name}
        for folder in (sample_archive, output)
    )
    assert len(expected) > 100
    assert list(given) == list(expected)
    assert [name for name in expected if given[name] != expected[name]] == []


def test_a_week_again_is_unchanged_and_nothing_is_touched_also_at_another_date(archive):
    files, times = files_of(archive.output), times_of(archive.output)
    line = json.loads(archive.run("--json", day="2020-01-01").stdout)
    assert (line["week"], line["status"], line["revision"]) == (WEEK, "unchanged", 1)
    assert line["page"] == str(archive.week / "index.html")
    assert files_of(archive.output) == files
    assert times_of(archive.output) == times


def test_without_a_week_the_latest_sample_is_run_and_quiet_is_quiet(
    sample_archive, tmp_path, capsys
):
    output = shutil.copytree(sample_archive, tmp_path / "outputs")
    assert job(output) == 0
    told, week = capsys.readouterr(), max(SAMPLE_WEEKS)
    assert told.err == ""
    assert told.out == f"{week} unchanged r1: {output}/site/weeks/{week}/index.html\n"
    assert job(output, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_force_makes_a_second_revision_and_the_first_stays_for_good(archive):
    before = files_of(archive.output)
    done = archive.run("--force", day="2017-06-01")
    why = "a new run on the same inputs, no figure differs"
    assert done.stdout == f"{WEEK} published r2: {why}: {archive.week / 'index.html'}\n"
    after = files_of(archive.output)
    first = {name: data for name, data in before.items() if f"{WEEK}/r1/" in name}
    page = f"site/weeks/{WEEK}/r1/index.html"
    assert len(first) > 15
    assert [name for name in first if after[name] != first[name]] == [page]

    for current in ("index.html", "r2/index.html"):
        assert b"Revision 2, published June 1, 2017" in after[f"site/weeks/{WEEK}/{current}"]

    again = {name.replace("/r2/", "/r1/"): data for name, data in after.items() if "/r2/" in name}
    others = {name for name in again if again[name] != first.get(name)}
    assert again.keys() == first.keys() and others == {page, f"runs/{WEEK}/r1/manifest.json"}


def test_a_draft_publishes_nothing_and_tells_what_differs(archive):
    before = files_of(archive.output)
    archive.receive(SECOND_ROWS, FIRST_FINAL_DAY)
    line = json.loads(archive.run("--draft", "--json").stdout)
    assert (line["status"], line["revision"]) == ("draft", None)
    assert "declined_total: 138 -> 154" in line["messages"]
    assert "honored_total: 253 -> 241" in line["messages"]
    assert not [m for m in line["messages"] if m.startswith("held_back_total")]
    gone, new = ([m for m in line["messages"] if m.startswith(sign)] for sign in ("- ", "+ "))
    assert any("ICE recorded 138 requests as declined" in m for m in gone)
    assert any("ICE recorded 154 requests as declined" in m for m in new)

    draft = archive.runs / WEEK / "draft"
    assert line["page"] == str(draft / "index.html")
    page = " ".join((draft / "index.html").read_text(encoding="utf-8").split())
    assert "Draft, not published." in page and "recorded 154 requests" in page
    for source in re.findall(r'(?:src|srcset|href)="([^"#:]+)"', page):
        if "index.html" not in source:
            assert (draft / source).is_file(), f"the draft's page names {source}"
    after = files_of(archive.output)
    assert {name: data for name, data in after.items() if "/draft/" not in name} == before


def test_several_weeks_one_of_them_bad(tmp_path):
    """The first is invalid (3), the next is good, the one after has no extract yet (7)."""
    archive, missing = SmallArchive(tmp_path / "archive"), "2017-02-25"
    archive.receive([request(), request()])
    archive.receive(NEXT_WEEK_ROWS, week=NEXT_WEEK)
    with brief_articles():
        done = archive.run(f"{WEEK}..{NEXT_WEEK}", "--json", week=missing)
    assert done.code == 3
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        assert list(line) == ["week", "status", "revision", "page", "figures", "messages"]
    told = [(line["week"], line["status"], line["revision"]) for line in lines]
    failed, yet = (WEEK, "failed", None), (missing, "missing", None)
    assert told == [failed, (NEXT_WEEK, "published", 1), yet]
    bad, good, gone = lines
    assert (bad["page"], bad["figures"], good["messages"]) == ("", {}, [])
    assert any("request_id" in message and '"r1"' in message for message in bad["messages"])
    assert any("no extract yet" in message for message in gone["messages"])
    assert Path(good["page"]) == archive.site / "weeks" / NEXT_WEEK / "index.html"
    assert Path(good["page"]).is_file()
    assert set(good["figures"]) == set(FIGURES)
    assert good["figures"]["received_total"] == len(NEXT_WEEK_ROWS)
    assert [folder.name for folder in (archive.site / "weeks").iterdir()] == [NEXT_WEEK]
    assert f"{WEEK} failed:" in done.stderr and f"{missing} missing:" in done.stderr
