"""Publishing a week: the same inputs give the same bytes, again is unchanged, and what --force,
--draft, --json and several weeks in one call do."""

import csv
import json
import random
import re
import shutil
from pathlib import Path

import pytest
from conftest import ACCEPTED, PROJECT, PUBLISHED_ON, SAMPLE_WEEKS, json_lines
from conftest import run_week as run_week_process
from extract_factory import request, write_csv_extract

from ddor.cli import run_week

WEEK = "2017-03-04"
FIGURES = (
    "received_total issued_total issued_detainers issued_notifications issued_transfers "
    "issued_pending issued_honored issued_declined issued_other declined_total declined_detainers "
    "declined_notifications declined_transfers declined_insufficient_notice declined_no_notice "
    "declined_not_held declined_unclassified declined_release_not_confirmed declined_law_or_court "
    "declined_short_custody declined_with_charges declined_with_conviction honored_total "
    "agencies_declining states_declining held_back_requests held_back_outcomes held_back_total "
    "outside_week_total"
).split()


def files_of(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file, but for the lock."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def times_of(folder: Path) -> dict[str, int]:
    """Path -> time of the last change, of every file and folder, but for the lock and for runs/
    itself, in which the empty staging folder comes and goes."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in sorted(folder.rglob("*"))
        if path.name != ".lock" and path != folder / "runs"
    }


@pytest.fixture
def published(sample_archive, tmp_path) -> Path:
    """outputs/ with the four sample weeks, to write into."""
    return shutil.copytree(sample_archive, tmp_path / "outputs")


def job(output: Path, *arguments, week=(WEEK,)) -> int:
    words = [*week, "--output", output, "--set", f"published_on={PUBLISHED_ON}", *arguments]
    return run_week([str(word) for word in words], PROJECT)


def rewritten(folder: Path, change) -> Path:
    """A copy of the sample of WEEK with change(table name, rows) in place of its rows."""
    shutil.copytree(PROJECT / "samples" / WEEK, folder)
    for name in ("requests", "charges"):
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            rows = change(name, list(csv.DictReader(file)))
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.mark.storm  # in small it is in test_what_is_touched.py
def test_weeks_one_by_one_into_another_folder_give_the_same_bytes(sample_archive, tmp_path):
    """The session's archive was made by one call, in another process, and another folder."""
    output = tmp_path / "elsewhere" / "out"
    for week in SAMPLE_WEEKS:
        assert job(output, "--sample", "--quiet", *ACCEPTED, week=[week]) == 0
    expected, given = files_of(sample_archive), files_of(output)
    assert len(expected) > 100
    assert list(given) == list(expected)
    assert [name for name in expected if given[name] != expected[name]] == []


def test_a_week_again_is_unchanged_and_nothing_is_touched(published, capsys):
    files, times = files_of(published), times_of(published)
    assert job(published, "--sample", "--json") == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["week"], line["status"], line["revision"]) == (WEEK, "unchanged", 1)
    assert line["page"] == str(published / "site" / "weeks" / WEEK / "index.html")
    assert files_of(published) == files
    assert times_of(published) == times


def test_another_date_of_publication_is_no_change(published, capsys):
    files = files_of(published)
    assert job(published, "--sample", "--set", "published_on=2020-01-01") == 0
    assert " unchanged r1: " in capsys.readouterr().out
    assert files_of(published) == files


def test_permuted_rows_and_columns_are_unchanged(published, tmp_path, capsys):
    shuffled = random.Random(1)

    def change(_, rows):
        columns = list(rows[0])
        shuffled.shuffle(columns)
        shuffled.shuffle(rows)
        return [{column: row[column] for column in columns} for row in rows]

    files = files_of(published)
    folder = rewritten(tmp_path / "extract", change)
    original = PROJECT / "samples" / WEEK / "requests.csv"
    assert (folder / "requests.csv").read_bytes() != original.read_bytes()
    assert job(published, "--extract", folder) == 0
    assert " unchanged r1: " in capsys.readouterr().out
    assert files_of(published) == files


def test_without_a_week_the_latest_sample_is_run(published, capsys):
    assert job(published, "--sample", week=[]) == 0
    assert capsys.readouterr().out.startswith(f"{max(SAMPLE_WEEKS)} unchanged r1: ")


def article_of(page: Path) -> str:
    return re.search(r"<article>.*</article>", page.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_force_makes_a_second_revision_and_the_first_stays_for_good(published, capsys):
    week, before = published / "site" / "weeks" / WEEK, files_of(published)
    assert job(published, "--sample", "--force", "--set", "published_on=2017-06-01") == 0
    assert capsys.readouterr().out == f"{WEEK} published r2: {week / 'index.html'}\n"
    after = files_of(published)
    first = {name: data for name, data in before.items() if f"{WEEK}/r1/" in name}
    assert len(first) > 15
    changed = {name for name in before if before[name] != after.get(name)}
    agencies = {name for name in changed if name.startswith("site/agencies/")}
    year = {name for name in changed if name.startswith("site/data/2017/")}
    assert len([name for name in agencies if "9SYN" in name]) > 80
    assert {name.rpartition("/")[2] for name in agencies} == {"index.html"}  # the date, no figure
    assert {Path(name).stem for name in year} > {"weeks", "checks", "issued_by_agency"}
    assert changed - agencies - year == {
        f"site/weeks/{WEEK}/r1/index.html",
        f"site/weeks/{WEEK}/index.html",
        "site/index.html",
        "site/archive/index.html",
        "site/archive/2017/index.html",
        "site/data/catalog.json",
        "site/data/index.html",
        "site/feed.xml",
        "site/fact-sheet/index.html",
        "site/overview/index.html",
        "site/faqs/index.html",
        "site/search/index.json",
    }

    superseded = (week / "r1" / "index.html").read_text(encoding="utf-8")
    assert "<strong>Superseded.</strong> This is revision 1" in superseded
    assert 'href="../index.html">Read the current revision</a>' in superseded
    page = f"site/weeks/{WEEK}/r1/index.html"
    assert article_of(week / "r1" / "index.html").encode() in before[page]
    assert b"Superseded" not in before[page]

    for current in (week / "index.html", week / "r2" / "index.html"):
        assert "Revision 2, published June 1, 2017" in current.read_text(encoding="utf-8")
    again = {name.replace("/r2/", "/r1/"): data for name, data in after.items() if "/r2/" in name}
    same = {name for name in again if again[name] == first.get(name)}
    assert again.keys() == first.keys()
    private = {f"runs/{WEEK}/r1/{name}" for name in ("manifest.json", "earlier.json", "ledger.csv")}
    assert again.keys() - same == {page} | private


def test_a_draft_publishes_nothing_and_tells_what_differs(published, tmp_path, capsys):
    def change(table, rows):
        if table == "requests":
            in_week = (r for r in rows if "2017-03-04" <= r["outcome_recorded_at"] < "2017-03-11")
            honored = next(row for row in in_week if row["outcome"] == "honored")
            honored |= {"outcome": "declined", "decline_reason": "policy", "ice_custody_at": ""}
        return rows

    before = files_of(published)
    figures = json.loads(before[f"site/weeks/{WEEK}/data/summary.json"])["figures"]
    declined, honored = figures["declined_total"], figures["honored_total"]
    folder = rewritten(tmp_path / "extract", change)
    assert job(published, "--extract", folder, "--draft", "--json") == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["status"], line["revision"]) == ("draft", None)
    assert f"declined_total: {declined} -> {declined + 1}" in line["messages"]
    assert f"honored_total: {honored} -> {honored - 1}" in line["messages"]
    assert not [m for m in line["messages"] if m.startswith("received_total")]
    gone, new = ([m for m in line["messages"] if m.startswith(sign)] for sign in ("- ", "+ "))
    assert any(f"ICE recorded {declined} requests as declined" in m for m in gone)
    assert any(f"ICE recorded {declined + 1} requests as declined" in m for m in new)

    draft = published / "runs" / WEEK / "draft"
    assert line["page"] == str(draft / "index.html")
    page = " ".join((draft / "index.html").read_text(encoding="utf-8").split())
    assert "Draft, not published." in page and f"recorded {declined + 1} requests" in page
    for source in re.findall(r'(?:src|srcset|href)="([^"#:]+)"', page):
        if "index.html" not in source:
            assert (draft / source).is_file(), f"the draft's page names {source}"
    after = files_of(published)
    assert {name: data for name, data in after.items() if "/draft/" not in name} == before


def test_several_weeks_one_of_them_bad(tmp_path):
    """2017-02-11 is invalid (3), 2017-02-18 is good, 2017-02-25 has no extract (2)."""
    output = tmp_path / "outputs"
    write_csv_extract(tmp_path / "2017-02-11", [request(), request()])
    shutil.copytree(PROJECT / "samples" / "2017-02-18", tmp_path / "2017-02-18")
    ran = run_week_process(
        "2017-02-25",
        "2017-02-11..2017-02-18",
        "--extract",
        tmp_path / "{week}",
        "--output",
        output,
        "--json",
        "--set",
        f"published_on={PUBLISHED_ON}",
    )
    assert ran.code == 3
    lines = json_lines(ran)
    assert [(line["week"], line["status"]) for line in lines] == [
        ("2017-02-11", "failed"),
        ("2017-02-18", "published"),
        ("2017-02-25", "failed"),
    ]
    for line in lines:
        assert list(line) == ["week", "status", "revision", "page", "figures", "messages"]
    bad, good, missing = lines
    assert (bad["revision"], bad["page"], bad["figures"]) == (None, "", {})
    assert any("request_id" in message and '"r1"' in message for message in bad["messages"])
    assert (good["revision"], good["messages"]) == (1, [])
    assert Path(good["page"]) == output / "site" / "weeks" / "2017-02-18" / "index.html"
    assert Path(good["page"]).is_file()
    assert set(good["figures"]) == set(FIGURES)
    assert good["figures"]["received_total"] == 600
    assert any("cannot be reached" in message for message in missing["messages"])
    assert sorted(folder.name for folder in (output / "site" / "weeks").iterdir()) == ["2017-02-18"]
    for week in ("2017-02-11", "2017-02-25"):
        assert f"{week} failed:" in ran.stderr


@pytest.mark.parametrize(
    "option, named",
    [(["--jobs", "2"], "--jobs"), (["--scheduler", "tcp://localhost:8786"], "--scheduler")],
)
def test_an_option_of_a_later_issue_says_so(tmp_path, capsys, option, named):
    assert job(tmp_path / "outputs", "--sample", *option) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"{named} is not available yet (")
    assert not (tmp_path / "outputs").exists()


def test_quiet_says_nothing_on_stderr_and_the_page_on_stdout(published, capsys):
    assert job(published, "--sample", "--quiet") == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out == f"{WEEK} unchanged r1: {published}/site/weeks/{WEEK}/index.html\n"
