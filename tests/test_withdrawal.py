"""A withdrawn report: a notice at every address where it stood, and nothing of it anywhere else.

The archive has two revisions of one week, the second a correction, and the week after it.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import openpyxl
import pytest
from conftest import PROJECT
from small_archive import (
    BRACKENHOLT,
    FIRST_FINAL_DAY,
    MISTAKE,
    NEXT_WEEK,
    ONLY_FIRST,
    ONLY_SECOND,
    OSPREYMOOR,
    QUILLFEATHER,
    SOURCES,
    THIRD_ROWS,
    WEEK,
    SmallArchive,
    broken_links,
    files_of,
    found_in,
    numbered,
    words_of,
)

from ddor.calendar import Week
from ddor.published.history import read_history

BOTH = ("QUILLFEATHER", "BRACKENHOLT")
CORRECTION = ("zephyr",)
DAY, LONG_DAY = "2017-06-20", "June 20, 2017"
# What is withdrawn -> (numbers, words of its content that stand nowhere else).
WITHDRAWN = {
    "r2": ([2], (*ONLY_SECOND, *CORRECTION)),
    "r1": ([1], ONLY_FIRST),
    "": ([1, 2], (*ONLY_FIRST, *ONLY_SECOND, *CORRECTION, *BOTH)),
}
which = pytest.mark.parametrize("revision", WITHDRAWN, ids=["current", "older", "all"])


def withdraw(archive: SmallArchive, revision: str = "", reason="privacy", day=DAY) -> SmallArchive:
    done = archive.ddor("withdraw", WEEK, *filter(None, [revision]), "--reason", reason, day=day)
    assert done.code == 0, done
    return archive


def places(numbers: list[int]) -> list[str]:
    """The folders below site/ in which a withdrawal of these, of r1 and r2, leaves notices."""
    own = [f"weeks/{WEEK}/r{n}/" for n in numbers]
    return [*own, f"weeks/{WEEK}/"] if 2 in numbers else own


def in_place(files: dict[str, bytes], place: str) -> dict[str, bytes]:
    """Name -> bytes of the files of a folder, without the folders of revisions in it."""
    found = {
        path.removeprefix(place): data for path, data in files.items() if path.startswith(place)
    }
    return {name: data for name, data in found.items() if not re.match(r"r\d", name)}


def weeks_listed(archive: SmallArchive, path: str) -> dict[str, list[str]]:
    """First day -> cells, of a page's lists of weeks."""
    rows = [
        row for table in archive.page(path).find_all("table") for row in table.tbody.find_all("tr")
    ]
    return {
        row.a["href"].split("/")[-2]: [words_of(cell) for cell in row.find_all("td")]
        for row in rows
        if row.a
    }


@which
def test_nothing_of_the_content_is_left_under_site(copy_of, revision):
    archive = copy_of("corrected")
    numbers, words = WITHDRAWN[revision]
    assert {word for _, word in found_in(archive.files(), words)} == set(words)
    withdraw(archive, revision)
    assert found_in(archive.files(), words) == set()
    for number in numbers:
        folder = archive.week / f"r{number}"
        assert not [file for file in folder.rglob("*") if file.suffix in (".svg", ".png")]
        assert f"r{number}/".encode() not in (archive.week / "index.html").read_bytes()


@which
def test_every_address_but_those_of_pictures_answers_with_the_notice(copy_of, revision):
    archive = copy_of("corrected")
    before = archive.files()
    withdraw(archive, revision)
    after = archive.files()
    told = f"Withdrawn on {DAY}; the kind of reason is: privacy."
    gone = {name for name in before if name not in after}
    numbers = WITHDRAWN[revision][0]
    agencies = {"r2": {"WREN00005"}, "r1": {"THIS00004"}}.get(
        revision, {"WREN00005", "THIS00004", "QUIL00001", "BRAC00002"}
    )
    assert {name.split("/")[1] for name in gone if name.startswith("agencies/")} - {"a-z"} == (
        agencies
    )
    gone = {name for name in gone if not name.startswith("agencies/")}
    assert gone == {
        name
        for name in before
        for n in numbers
        if re.fullmatch(rf"weeks/{WEEK}/r{n}/[^/]+\.(svg|png|csv)", name)
    }
    assert after.keys() <= before.keys() and len(gone) >= 4 * len(numbers)
    for place in places(numbers):
        files = in_place(after, place)
        page = words_of(archive.page(f"{place}index.html").main)
        assert page.startswith("Withdrawn: week of February 11 to 17, 2017, revision ")
        assert f"withdrawn on {LONG_DAY}. The kind of reason is: privacy ." in page
        for name in ("summary.json", "datapackage.json"):
            assert json.loads(files.pop(f"data/{name}")) == {"withdrawn": told}
        files.pop("index.html")
        book = openpyxl.load_workbook(io.BytesIO(files.pop(f"data/ddor-{WEEK}.xlsx")))
        assert [told in [cell.value for cell in sheet["A"]] for sheet in book] == [True]
        assert len(files) == 7
        for data in files.values():
            assert list(csv.reader(io.StringIO(data.decode()))) == [["notice"], [told]]


@which
def test_all_links_still_lead_somewhere(copy_of, revision):
    assert broken_links(withdraw(copy_of("corrected"), revision).site) == []


@which
def test_the_other_week_and_the_lists_are_right(copy_of, revision):
    archive = copy_of("corrected")
    other = files_of(archive.site / "weeks" / NEXT_WEEK)
    withdraw(archive, revision)
    assert files_of(archive.site / "weeks" / NEXT_WEEK) == other
    home, listed = (weeks_listed(archive, path) for path in ("index.html", "archive/index.html"))
    assert listed.keys() == {WEEK, NEXT_WEEK}
    latest = archive.page("index.html").find("a", class_="action")
    assert latest["href"] == f"weeks/{NEXT_WEEK}/index.html"
    if 2 in WITHDRAWN[revision][0]:
        assert home.keys() == {NEXT_WEEK}
        assert listed[WEEK][:5] == ["withdrawn", "", "", "", ""]
    else:
        assert home[WEEK][:2] == ["final, corrected", "395"]


@which
def test_the_pages_of_agencies_have_the_week_no_more(copy_of, revision):
    archive = withdraw(copy_of("corrected"), revision)
    weeks = {
        file.parent.name: [line["week"] for line in csv.DictReader(io.StringIO(file.read_text()))]
        for file in archive.site.glob("agencies/*/weeks.csv")
    }
    kept = [WEEK] if revision == "r1" else []
    assert weeks["OSPR00003"] == [NEXT_WEEK, *kept]
    # Only in the two revisions of this week: without both of them its address says too much.
    assert weeks.get("QUIL00001") == (None if revision == "" else kept)
    if revision == "r2":
        page = words_of(archive.page("agencies/QUIL00001/index.html").main)
        assert "No published week has a figure of this agency." in page


@which
def test_a_history_has_the_week_only_while_its_current_revision_stands(copy_of, revision):
    archive = copy_of("corrected")
    week = Week.parse("2017-02-25")
    assert read_history(archive.site, week).weeks == (WEEK, NEXT_WEEK)
    withdraw(archive, revision)
    history = read_history(archive.site, week)
    assert history.weeks == ((WEEK, NEXT_WEEK) if revision == "r1" else (NEXT_WEEK,))
    assert ("QUIL00001" in set(history.counts["agency_id"])) == (revision == "r1")


@which
def test_log_and_feed_have_the_withdrawal_in_place_of_the_revision(copy_of, revision):
    archive = copy_of("corrected")
    before = {entry["id"] for entry in archive.feed()}
    withdraw(archive, revision, reason="legal")
    numbers = WITHDRAWN[revision][0]
    kinds = {
        entry["title"].split("revision ")[-1]: entry
        for entry in archive.feed()
        if "February 11" in entry["title"]
    }
    assert len(kinds) == 2
    for number in numbers:
        entry = kinds[f"{number}: withdrawn"]
        assert entry["category"] == "withdrawal" and entry["updated"] == f"{DAY}T00:00:00Z"
        assert entry["summary"] == "This revision was withdrawn. The kind of reason is: legal."
        assert entry["link"] == f"weeks/{WEEK}/r{number}/index.html" and entry["id"] not in before
    log = [entry for entry in archive.log() if "withdrawn" in entry]
    assert len(log) == len(numbers)
    assert all(f"Withdrawal , {LONG_DAY}." in entry for entry in log)


def test_the_revision_before_and_the_one_after_say_what_became_of_it(copy_of):
    archive = withdraw(copy_of("third"), "r2")
    before = archive.status(f"weeks/{WEEK}/r1/index.html")
    assert "Superseded." in before and "Revision 2 was withdrawn." in before
    assert "because of" not in before
    for path in (f"weeks/{WEEK}/index.html", f"weeks/{WEEK}/r3/index.html"):
        changes = words_of(archive.page(path).find("section", class_="changes"))
        assert changes == (
            "What changed since revision 2 That revision was withdrawn, so "
            "nothing is compared with it."
        )
        assert f"Correction. An earlier revision had a mistake: {MISTAKE}." in archive.status(path)
    assert found_in(archive.files(), (SOURCES[2],)) == set()
    assert broken_links(archive.site) == []


def test_one_after_the_other_leaves_what_all_at_once_leaves(stage, tmp_path):
    once, twice = (stage("corrected").copied_to(tmp_path / name) for name in ("once", "twice"))
    withdraw(once)
    for revision in ("r1", "r2"):
        withdraw(twice, revision)
    assert twice.files() == once.files()


def test_the_order_of_two_withdrawals_makes_no_difference(stage, tmp_path):
    one, other = (stage("third").copied_to(tmp_path / name) for name in ("one", "other"))
    for archive, order in ((one, ("r1", "r3")), (other, ("r3", "r1"))):
        for revision in order:
            withdraw(archive, revision)
    assert one.files() == other.files()


def test_a_table_that_a_later_revision_kept_from_the_withdrawn_one_goes_too(tmp_path):
    """r1's tables about people stand in r2, which has one request more and so may not tell new
    ones. Once r1 is withdrawn they may stand nowhere."""

    def rows(more: int) -> list[dict]:
        found = numbered("x", more, QUILLFEATHER, citizenship="CHN")
        for name, agency in enumerate((QUILLFEATHER, BRACKENHOLT, OSPREYMOOR)):
            found += numbered(f"m{name}", 17, agency, citizenship="MEX")
            found += numbered(f"c{name}", 7, agency, citizenship="CHN")
        return found

    archive = SmallArchive(tmp_path / "archive")
    for more, as_of in ((2, "2017-05-18"), (3, FIRST_FINAL_DAY)):
        archive.receive(rows(more), as_of)
        archive.published()
    told = archive.page(f"weeks/{WEEK}/index.html").article.get_text()
    assert "as of May 18, 2017" in told and "Data as of May 18" not in told
    attributes = archive.week / "data" / "attributes.csv"

    def of_asia() -> list[bytes]:
        """The lines with the 23 of r1, of the region and of its one country. By itself, r2 would
        have 24."""
        lines = attributes.read_bytes().splitlines()
        return [line for line in lines if b",Asia," in line and b",all,23" in line]

    assert len(of_asia()) == 2

    done = archive.ddor("withdraw", WEEK, "r1", "--reason", "privacy")
    assert done.code == 0 and f"{WEEK} r1, r2: withdrawn" in done.stdout
    assert "r2 showed a table of r1 too" in done.stderr
    assert archive.page(f"weeks/{WEEK}/index.html").article is None
    assert of_asia() == []


def test_disputes_of_a_withdrawn_revision_go_with_it(copy_of):
    archive = copy_of("disputed")
    words = ("by fax", "no call", "quill-still-here", "not_upheld", "disputed")
    assert {word for _, word in found_in(archive.files(), words)} == set(words)
    withdraw(archive, "r2")
    left = {(path, word) for path, word in found_in(archive.files(), words) if word != "disputed"}
    assert left == set()
    assert not [entry for entry in archive.feed() if entry["category"] == "dispute"]
    for agency_id in ("QUIL00001", "BRAC00002", "OSPR00003"):
        page = archive.site / "agencies" / agency_id / "index.html"
        assert not page.exists() or "Disputes and corrections" not in page.read_text()
    assert broken_links(archive.site) == []


def test_the_same_inputs_again_are_unchanged_and_others_are_the_next_revision(copy_of):
    archive = withdraw(copy_of("corrected"))
    before = files_of(archive.output)
    again = archive.run()
    assert again.code == 0 and " unchanged r2: " in again.stdout
    assert f"revision 2 of this week was withdrawn on {DAY} (privacy)" in again.stderr
    assert files_of(archive.output) == before

    archive.receive(THIRD_ROWS, FIRST_FINAL_DAY, SOURCES[3])
    assert archive.published(day="2017-06-25") == 3
    for path in (f"weeks/{WEEK}/index.html", f"weeks/{WEEK}/r3/index.html"):
        page = archive.page(path)
        changes = words_of(page.find("section", class_="changes"))
        assert changes == (
            "What changed since revision 2 That revision was withdrawn, so "
            "nothing is compared with it."
        )
        assert page.find("section", class_="changes").table is None
        assert "163" in words_of(page.article)
    assert found_in(archive.files(), (*ONLY_FIRST, "151", "154", SOURCES[2], "zephyr")) == set()
    withdrawn = words_of(archive.page(f"weeks/{WEEK}/r2/index.html").main)
    assert withdrawn.startswith("Withdrawn: ") and "Address of the week" in withdrawn
    assert weeks_listed(archive, "archive/index.html")[WEEK][0] == "final, revised"
    assert read_history(archive.site, Week.parse("2017-02-25")).weeks == (WEEK, NEXT_WEEK)
    assert broken_links(archive.site) == []
    done = archive.ddor("verify", WEEK)
    assert done.code == 0 and f"{WEEK} r3: matches what was published" in done.stdout


def test_a_draft_after_a_withdrawal_compares_with_nothing(copy_of):
    archive = withdraw(copy_of("corrected"))
    before = archive.files()
    done = archive.run("--draft")
    assert done.code == 0 and "the published revision of this week was withdrawn" in done.stderr
    assert "137" not in done.stderr and "151" not in done.stderr
    assert archive.files() == before


def test_withdrawing_again_is_refused_and_changes_nothing(copy_of):
    archive = withdraw(copy_of("corrected"), "r1")
    before = files_of(archive.output)
    again = archive.ddor("withdraw", WEEK, "r1", "--reason", "legal")
    assert again.code == 2 and "withdrawn already" in again.stderr
    assert files_of(archive.output) == before
    withdraw(archive)  # what is left of the week
    before = files_of(archive.output)
    assert archive.ddor("withdraw", WEEK, "--reason", "legal").code == 2
    assert files_of(archive.output) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["r0", "--reason", "legal"],
        ["2", "--reason", "legal"],
        ["r3", "--reason", "legal"],
        ["R1", "--reason", "legal"],
        ["r1 ", "--reason", "legal"],
        ["r-1", "--reason", "legal"],
        ["r1"],
        ["r1", "--reason", "shame"],
        ["r1", "--reason", ""],
    ],
)
def test_what_cannot_be_withdrawn_is_refused_and_nothing_changes(stage, arguments):
    archive = stage("corrected")
    before = files_of(archive.output)
    done = archive.ddor("withdraw", WEEK, *arguments)
    assert done.code == 2 and done.stdout == ""
    assert done.stderr.strip()
    assert files_of(archive.output) == before


def test_where_nothing_is_published_nothing_is_written(tmp_path, stage):
    empty = SmallArchive(tmp_path / "archive")
    done = empty.ddor("withdraw", WEEK, "--reason", "legal")
    assert done.code == 2 and "nothing is published" in done.stderr
    assert not empty.output.exists()
    archive = stage("corrected")
    before = files_of(archive.output)
    other = archive.ddor("withdraw", "2017-03-04", "--reason", "legal")
    assert other.code == 2 and "2017-03-04" in other.stderr
    assert files_of(archive.output) == before


def test_json_says_what_was_withdrawn(copy_of):
    done = copy_of("corrected").ddor("withdraw", WEEK, "--reason", "error", "--json")
    assert json.loads(done.stdout) == {"week": WEEK, "withdrawn": [1, 2], "reason": "error"}


def test_the_private_run_stays_for_whoever_has_to_answer(copy_of):
    archive = copy_of("corrected")
    before = files_of(archive.runs)
    assert len(before) > 20
    withdraw(archive)
    assert files_of(archive.runs) == before


def test_verify_knows_a_withdrawn_revision(copy_of):
    archive = withdraw(copy_of("corrected"))
    for revision in ("r1", "r2"):
        done = archive.ddor("verify", WEEK, revision)
        assert done.code == 0 and f"{WEEK} {revision}: withdrawn" in done.stdout


def test_verify_names_every_file_that_came_back_after_a_withdrawal(copy_of, stage):
    """As a restored backup, or a copy to a server that deletes nothing, would bring them back."""
    archive = withdraw(copy_of("corrected"))
    folder = stage("corrected").week / "r2"
    shutil.copytree(folder, archive.week / "r2", dirs_exist_ok=True)
    done = archive.ddor("verify", WEEK, "r2")
    assert done.code == 5
    assert [name for name in files_of(folder) if f"{name}: " not in done.stderr] == []


@pytest.mark.parametrize("name", ["data/declined_by_agency.csv", "index.html"])
def test_verify_names_what_came_back_at_the_address_of_the_week(copy_of, stage, name):
    archive = withdraw(copy_of("corrected"))
    shutil.copy(stage("corrected").week / name, archive.week / name)
    done = archive.ddor("verify", WEEK)
    assert done.code == 5 and name in done.stderr


def test_the_rows_of_a_withdrawn_report_are_told_or_refused_without_a_traceback(copy_of):
    archive = withdraw(copy_of("corrected"))
    done = archive.ddor("rows", WEEK, "--figure", "declined_total")
    assert done.code in (0, 2)
    assert done.code == 0 or "withdrawn" in done.stderr


# A withdrawal that is killed, of the archive in root/0: forks one process that dies before the n-th
# change on disk, for every `step`th n, and one that runs the next command. Arguments root, step.
DEATHS = textwrap.dedent("""
    import contextlib, io, json, os, pathlib, shutil, sys
    from ddor.cli import ddor

    root, step = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    os.fsync = lambda file: None  # the machine does not die, and the disk is slow
    CHANGES = ("replace", "unlink", "rmdir", "mkdir", "fsync")

    def command(archive, *words):
        given = ["--params", str(archive / "weekly.yaml"), "--set", "published_on=2017-06-20"]
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            try:
                ddor(["withdraw", *words, *given])
            except SystemExit as ended:
                return ended.code

    def forked(run):
        child = os.fork()
        if not child:
            try:
                os._exit(run())
            finally:
                os._exit(99)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def dying(archive, last):
        changes = 0
        def counted(change):
            def wrapper(*args, **kwargs):
                nonlocal changes
                changes += 1
                if changes == last:
                    os._exit(77)
                return change(*args, **kwargs)
            return wrapper
        for name in CHANGES:
            setattr(os, name, counted(getattr(os, name)))
        return command(archive, "2017-02-11", "r2", "--reason", "privacy")

    def files(archive):
        site = archive / "outputs" / "site"
        return {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()}

    old = files(root / "0")
    whole = shutil.copytree(root / "0", root / "whole")
    assert command(whole, "2017-02-11", "r2", "--reason", "privacy") == 0
    new, n, killed, seen = files(whole), 1 - step, True, []
    while killed:
        n += step
        archive = shutil.copytree(root / "0", root / "n")
        killed = forked(lambda: dying(archive, n)) == 77
        begun = files(archive) != old
        code = forked(lambda: command(archive, "2017-03-04", "--reason", "error"))
        runs = archive / "outputs" / "runs"
        left = [name for name in (".journal.json", ".staging") if (runs / name).exists()]
        after = files(archive)
        state = "old" if after == old else "new" if after == new else "neither"
        seen.append([begun, code, state, left])
        shutil.rmtree(archive)
    print(json.dumps(seen))
    """)


@pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.storm)])
def test_a_withdrawal_killed_anywhere_is_finished_or_dropped_by_the_next_command(
    stage, tmp_path, step
):
    shutil.copytree(stage("corrected").root, tmp_path / "0")
    shutil.rmtree(tmp_path / "0" / "outputs" / "runs" / WEEK)  # what it has no need of
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src")}
    command = [sys.executable, "-c", DEATHS, str(tmp_path), str(step)]
    ended = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    assert len(seen) > 100 / step
    # The next command is about a week that is not published: it ends with 2, and mends first.
    assert {(code, tuple(left)) for _, code, _, left in seen} == {(2, ())}
    states = [state for _, _, state, _ in seen]
    assert set(states) == {"old", "new"}
    assert states == sorted(states, reverse=True), "once announced, it is always finished"
    assert all(state == "new" for begun, _, state, _ in seen if begun)
    assert any(begun for begun, *_ in seen[:-1]), "it was killed in the middle too"


def test_verify_after_a_withdrawal_that_was_killed_names_no_difference(copy_of, monkeypatch):
    """The journal says what is to be done: nobody is told to restore what is withdrawn."""
    archive = copy_of("corrected")
    replace, calls = os.replace, []

    def counted(*paths):
        calls.append(Path(paths[1]).name)
        if len(calls) > 2:  # the journal, and the revision's folder
            raise KeyboardInterrupt
        replace(*paths)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", counted)
        with pytest.raises(KeyboardInterrupt):
            archive.ddor("withdraw", WEEK, "r2", "--reason", "legal")
    assert calls[:2] == [".journal.json", "r2"]
    done = archive.ddor("verify", WEEK, "r2")
    assert done.code in (0, 6), done.stderr
    assert "restore it" not in done.stderr and "differs" not in done.stderr
