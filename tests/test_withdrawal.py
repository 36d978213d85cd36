"""A withdrawn report: a notice at every address where it stood, and nothing of it anywhere else.

The archive has two revisions of one week, the second a correction, and the week after it.
"""

import csv
import functools
import io
import json
import re
import shutil

import openpyxl
import pytest
from large_archive import brief_articles
from small_archive import (
    BRACKENHOLT,
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
from weekly_runs import Killed, die_after_replacing

PAGE = f"weeks/{WEEK}/index.html"
DAY, LONG_DAY = "2017-06-20", "June 20, 2017"
NOT_COMPARED = "That revision was withdrawn, so nothing is compared with it."
FOUR = {"WREN00005", "THIS00004", "QUIL00001", "BRAC00002"}
# What is withdrawn -> (numbers, words of its content that stand nowhere else, agencies that nothing
# else names).
WITHDRAWN = {
    "r2": ([2], (*ONLY_SECOND, "zephyr"), {"WREN00005"}),
    "r1": ([1], ONLY_FIRST, {"THIS00004"}),
    "": ([1, 2], (*ONLY_FIRST, *ONLY_SECOND, "zephyr", "QUILLFEATHER", "BRACKENHOLT"), FOUR),
}
which = pytest.mark.parametrize("revision", WITHDRAWN, ids=["current", "older", "all"])


def withdraw(archive: SmallArchive, revision: str = "", reason="privacy", day=DAY) -> SmallArchive:
    archive.withdraw(WEEK, *filter(None, [revision]), reason=reason, day=day)
    return archive


@pytest.fixture(scope="module")
def gone(stage, tmp_path_factory):
    """revision -> the stage "corrected" after that withdrawal: read it, never write into it."""

    @functools.cache
    def gone(revision: str) -> SmallArchive:
        folder = tmp_path_factory.mktemp("gone") / "archive"
        return withdraw(stage("corrected").copied_to(folder), revision)

    return gone


@pytest.fixture
def copy_of_gone(gone, tmp_path):
    """revision -> a copy of that, to write into."""
    return lambda revision="": gone(revision).copied_to(tmp_path / "archive")


def in_place(files: dict[str, bytes], place: str) -> dict[str, bytes]:
    """Name -> bytes of the files of a folder, without the folders of revisions in it."""
    names = [path for path in files if re.match(rf"{place}(?!r\d)", path)]
    return {path.removeprefix(place): files[path] for path in names}


def weeks_listed(archive: SmallArchive, path: str) -> dict[str, list[str]]:
    """First day -> cells, of a page's lists of weeks."""
    rows = [row for row in archive.page(path).select("tbody tr") if row.a]
    first_days = [row.a["href"].split("/")[-2] for row in rows]
    cells = [[words_of(cell) for cell in row.find_all("td")] for row in rows]
    return dict(zip(first_days, cells, strict=True))


@which
def test_nothing_of_the_content_is_left_under_site(stage, gone, revision):
    archive, (numbers, words, _) = gone(revision), WITHDRAWN[revision]
    assert {word for _, word in found_in(stage("corrected").files(), words)} == set(words)
    assert found_in(archive.files(), words) == set()
    for number in numbers:
        assert f"r{number}/".encode() not in (archive.week / "index.html").read_bytes()


@which
def test_every_address_but_those_of_pictures_answers_with_the_notice(stage, gone, revision):
    archive, before = gone(revision), stage("corrected").files()
    after, (numbers, _, agencies) = archive.files(), WITHDRAWN[revision]
    told = f"Withdrawn on {DAY}; the kind of reason is: privacy."
    lost = before.keys() - after.keys()
    of_agencies = {name for name in lost if name.startswith("agencies/")}
    assert {name.split("/")[1] for name in of_agencies} - {"a-z"} == agencies
    pictures = re.compile(rf"weeks/{WEEK}/r({'|'.join(map(str, numbers))})/[^/]+\.(svg|png|csv)")
    assert lost - of_agencies == set(filter(pictures.fullmatch, before))
    assert after.keys() <= before.keys() and len(lost - of_agencies) >= 4 * len(numbers)
    places = [f"weeks/{WEEK}/r{n}/" for n in numbers]
    for place in [*places, f"weeks/{WEEK}/"] if 2 in numbers else places:
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
def test_the_other_week_the_lists_and_all_links_are_right(stage, gone, revision):
    archive = gone(revision)
    assert broken_links(archive.site) == []
    before = files_of(stage("corrected").site / "weeks" / NEXT_WEEK)
    assert files_of(archive.site / "weeks" / NEXT_WEEK) == before
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
def test_the_pages_of_agencies_have_the_week_no_more(gone, revision):
    archive = gone(revision)
    files = archive.site.glob("agencies/*/weeks.csv")
    lines = {file.parent.name: csv.DictReader(io.StringIO(file.read_text())) for file in files}
    weeks = {agency_id: [line["week"] for line in each] for agency_id, each in lines.items()}
    kept = [WEEK] if revision == "r1" else []
    assert weeks["OSPR00003"] == [NEXT_WEEK, *kept]
    # Only in the two revisions of this week: without both of them its address says too much.
    assert weeks.get("QUIL00001") == (None if revision == "" else kept)
    if revision == "r2":
        page = words_of(archive.page("agencies/QUIL00001/index.html").main)
        assert "No published week has a figure of this agency." in page


@which
def test_log_and_feed_have_the_withdrawal_in_place_of_the_revision(stage, gone, revision):
    archive, numbers = gone(revision), WITHDRAWN[revision][0]
    before = {entry["id"] for entry in stage("corrected").feed()}
    of_week = [entry for entry in archive.feed() if "February 11" in entry["title"]]
    kinds = {entry["title"].split("revision ")[-1]: entry for entry in of_week}
    assert len(kinds) == 2
    for number in numbers:
        entry = kinds[f"{number}: withdrawn"]
        assert entry["category"] == "withdrawal" and entry["updated"].startswith(f"{DAY}T")
        assert entry["summary"] == "This revision was withdrawn. The kind of reason is: privacy."
        assert entry["link"] == f"weeks/{WEEK}/r{number}/index.html" and entry["id"] not in before
    log = [entry for entry in archive.log() if "withdrawn" in entry]
    assert len(log) == len(numbers)
    assert all(f"Withdrawal , {LONG_DAY}." in entry for entry in log)


def test_the_revision_before_and_the_one_after_say_what_became_of_it(copy_of):
    archive = withdraw(copy_of("third"), "r2")
    before = archive.status(f"weeks/{WEEK}/r1/index.html")
    assert "Superseded." in before and "Revision 2 was withdrawn." in before
    assert "because of" not in before
    for path in (PAGE, f"weeks/{WEEK}/r3/index.html"):
        changes = words_of(archive.page(path).find("section", class_="changes"))
        assert changes == f"What changed since revision 2 {NOT_COMPARED}"
        assert f"Correction. An earlier revision had a mistake: {MISTAKE}." in archive.status(path)
    assert found_in(archive.files(), (SOURCES[2],)) == set()
    assert broken_links(archive.site) == []


def test_one_after_the_other_in_any_order_leaves_what_all_at_once_leaves(gone, tmp_path):
    for first, second in (("r1", "r2"), ("r2", "r1")):
        archive = withdraw(gone(first).copied_to(tmp_path / first), second)
        assert archive.files() == gone("").files()


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
    archive.receive(rows(2), "2017-05-18")
    with brief_articles():
        archive.published()
    archive.receive(rows(3), "2017-05-19")
    archive.published()
    told = archive.page(PAGE).article.get_text()
    assert "as of May 18, 2017" in told and "Data as of May 18" not in told
    attributes = archive.week / "data" / "attributes.csv"

    def of_asia() -> list[bytes]:
        """The lines with the 23 of r1, of the region and of its one country. By itself, r2 would
        have 24."""
        lines = attributes.read_bytes().splitlines()
        return [line for line in lines if b",Asia," in line and b",all,23" in line]

    assert len(of_asia()) == 2
    done = archive.withdraw(WEEK, "r1")
    assert f"{WEEK} r1, r2: withdrawn" in done.stdout
    assert "r2 showed a table of r1 too" in done.stderr
    assert archive.page(PAGE).article is None
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


def test_the_same_inputs_again_are_unchanged_and_others_are_the_next_revision(copy_of_gone):
    archive = copy_of_gone()
    before = files_of(archive.output)
    again = archive.run()
    assert again.code == 0 and " unchanged r2: " in again.stdout
    assert f"revision 2 of this week was withdrawn on {DAY} (privacy)" in again.stderr
    assert files_of(archive.output) == before

    archive.receive(THIRD_ROWS)
    assert archive.published(day="2017-06-25") == 3
    for path in (PAGE, f"weeks/{WEEK}/r3/index.html"):
        page = archive.page(path)
        changes = page.find("section", class_="changes")
        assert words_of(changes) == f"What changed since revision 2 {NOT_COMPARED}"
        assert changes.table is None
        assert "163" in words_of(page.article)
    assert found_in(archive.files(), (*ONLY_FIRST, "151", "154", SOURCES[2], "zephyr")) == set()
    withdrawn = words_of(archive.page(f"weeks/{WEEK}/r2/index.html").main)
    assert withdrawn.startswith("Withdrawn: ") and "Address of the week" in withdrawn
    assert weeks_listed(archive, "archive/index.html")[WEEK][0] == "final, revised"
    assert broken_links(archive.site) == []
    done = archive.ddor("verify", WEEK)
    assert done.code == 0 and f"{WEEK} r3: matches what was published" in done.stdout


def test_a_draft_after_a_withdrawal_compares_with_nothing_and_rows_are_refused(copy_of_gone):
    archive = copy_of_gone()
    before = archive.files()
    done = archive.run("--draft")
    assert done.code == 0 and "the published revision of this week was withdrawn" in done.stderr
    assert "137" not in done.stderr and "151" not in done.stderr
    done = archive.ddor("rows", WEEK, "--figure", "declined_total")
    assert done.code == 2 and "was withdrawn: it has no figures" in done.stderr
    assert archive.files() == before


def test_withdrawing_again_is_refused_and_changes_nothing(copy_of_gone):
    archive = copy_of_gone("r1")
    before = files_of(archive.output)
    again = archive.ddor("withdraw", WEEK, "r1", "--reason", "legal", "--yes")
    assert again.code == 2 and "withdrawn already" in again.stderr
    assert files_of(archive.output) == before
    rest = archive.ddor("withdraw", WEEK, "--reason", "error", "--yes", "--json")
    assert json.loads(rest.stdout) == {"week": WEEK, "withdrawn": [2], "reason": "error"}
    before = files_of(archive.output)
    assert archive.ddor("withdraw", WEEK, "--reason", "legal", "--yes").code == 2
    assert files_of(archive.output) == before


def test_what_cannot_be_withdrawn_is_refused_and_nothing_changes(stage, tmp_path):
    archive = stage("corrected")
    before = files_of(archive.output)
    wrong = [[revision, "--reason", "legal"] for revision in ("r0", "2", "r3", "R1", "r1 ", "r-1")]
    for arguments in (*wrong, ["r1"], ["r1", "--reason", "shame"], ["r1", "--reason", ""]):
        done = archive.ddor("withdraw", WEEK, *arguments, "--yes")
        assert done.code == 2 and done.stdout == "" and done.stderr.strip(), arguments
    other = archive.ddor("withdraw", "2017-03-04", "--reason", "legal", "--yes")
    assert other.code == 2 and "2017-03-04" in other.stderr
    assert files_of(archive.output) == before
    empty = SmallArchive(tmp_path / "archive")
    done = empty.ddor("withdraw", WEEK, "--reason", "legal", "--yes")
    assert done.code == 2 and "nothing is published" in done.stderr
    assert not empty.output.exists()


def test_the_private_run_stays_for_whoever_has_to_answer_and_verify_knows_it(stage, gone):
    before = files_of(stage("corrected").runs)
    assert len(before) > 20 and files_of(gone("").runs) == before
    done = gone("").ddor("verify", WEEK, "r1")
    assert done.code == 0 and f"{WEEK} r1: withdrawn" in done.stdout


def test_verify_names_every_file_that_came_back_after_a_withdrawal(copy_of_gone, stage):
    """As a restored backup, or a copy to a server that deletes nothing, would bring them back: of
    the revision, and at the address of the week."""
    archive, before = copy_of_gone(), stage("corrected").week
    shutil.copytree(before / "r2", archive.week / "r2", dirs_exist_ok=True)
    back = [f"r2/{name}" for name in files_of(before / "r2")]
    for name in ("data/declined_by_agency.csv", "index.html"):
        shutil.copy(before / name, archive.week / name)
        back.append(name)
    done = archive.ddor("verify", WEEK)
    assert done.code == 5
    assert [name for name in back if f"weeks/{WEEK}/{name}: " not in done.stderr] == []


# Killed between two moves; test_crash.py kills a publication before each change on disk.


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_a_withdrawal_killed_anywhere_is_finished_or_dropped_by_the_next_command(
    stage, gone, tmp_path, monkeypatch, step
):
    """That is `verify`, which then names no difference: the journal says what is to be done, and
    nobody is told to restore what is withdrawn."""
    old, new = stage("corrected").files(), gone("r2").files()
    number, killed, begun = 0, True, []
    while killed:
        archive = stage("corrected").copied_to(tmp_path / str(number))
        with monkeypatch.context() as patch:
            die_after_replacing(number, patch)
            try:
                withdraw(archive, "r2")
                killed = False
            except Killed:
                begun.append(archive.files() != old)
        done = archive.ddor("verify", WEEK, "r2")
        said = "withdrawn" if number else "matches"
        assert done.code == 0 and f"{WEEK} r2: {said}" in done.stdout, done
        assert "restore it" not in done.stderr and "differs" not in done.stderr
        assert archive.files() == (new if number else old), "once announced, it is finished"
        assert not {".staging", ".journal.json"} & {
            each.name for each in (archive.output / "runs").iterdir()
        }
        number += 1 if number < 2 else step
    assert not begun[0] and all(begun[1:]) and len(begun) > 4, "it was killed in the middle too"
