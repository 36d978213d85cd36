"""A second revision, and why: what changed since the first, from -> to; new data and mistakes told
apart wherever a reader looks; and a first revision that stays as it was."""

import csv
import io
import json
import re
import shutil

import pytest
from small_archive import (
    DAY_BEFORE_FINAL,
    FIRST_FINAL_DAY,
    FIRST_ROWS,
    HONORED,
    MISTAKE,
    QUILLFEATHER,
    SECOND_ROWS,
    SOURCES,
    THISTLEDOWN,
    WEEK,
    SmallArchive,
    broken_links,
    files_of,
    numbered,
    words_of,
)

from ddor.archive.kept import DataFiles, kept_article
from ddor.archive.report_pages import changes_between
from ddor.calendar import Week
from ddor.published.catalog import Catalog, Revision, status_of

PLACE = {"agency_id", "agency", "level", "state", "county_fips", "area", "flags"}
SECTIONS = {"issued_by_agency": "Section I", "declined_by_agency": "Section II"}


def told(archive: SmallArchive, path: str) -> set[tuple[str, str, int, int]]:
    """(agency_id or "", figure, from, to) of each line of a page's tables of changes."""
    section = archive.page(path).find("section", class_="changes")
    lines = set()
    for row in section.select("tbody tr"):
        of, figure, before, after = (words_of(cell) for cell in row.find_all(["th", "td"]))
        agency_id = "" if of == "The whole week" else of.split(" · ")[-1]
        lines.add((agency_id, figure, *(int(n.replace(",", "")) for n in (before, after))))
    return lines


def differences(archive: SmallArchive, before: str, after: str) -> set[tuple[str, str, int, int]]:
    """The same, worked out from what the two revisions offer for download."""
    found = set()
    old, new = (
        json.loads((archive.week / each / "data" / "summary.json").read_bytes())["figures"]
        for each in (before, after)
    )
    for name in new:
        found.add(("", name.capitalize().replace("_", " "), old[name], new[name]))
    for table, section in SECTIONS.items():
        old, new = archive.table(table, before), archive.table(table, after)
        for agency_id in old.keys() | new.keys():
            lines = [each.get(agency_id, {}) for each in (old, new)]
            for column in {*lines[0], *lines[1]} - PLACE:
                numbers = (int(line.get(column, 0)) for line in lines)
                figure = f"{column.capitalize().replace('_', ' ')} ({section})"
                found.add((agency_id, figure, *numbers))
    return {line for line in found if line[2] != line[3]}


def listed_status(archive: SmallArchive) -> set[str]:
    """How the week's status is told on the home page and in the archive's list."""
    found = set()
    for path in ("index.html", "archive/index.html"):
        link = archive.page(path).find("th", scope="row").a
        assert WEEK in link["href"]
        found.add(words_of(link.find_parent("tr").td))
    return found


def feed_kinds(archive: SmallArchive) -> dict[str, str]:
    """Last part of the title -> category, of the entries about revisions of the week."""
    return {
        entry["title"].split(", ")[-1]: entry["category"]
        for entry in archive.feed()
        if "revision " in entry["title"]
    }


@pytest.mark.parametrize("name, before, after", [("second", "r1", "r2"), ("third", "r2", "r3")])
def test_what_changed_is_what_the_downloads_of_both_revisions_differ_in(stage, name, before, after):
    archive = stage(name)
    expected = differences(archive, before, after)
    assert len(expected) >= 6
    for path in (f"weeks/{WEEK}/index.html", f"weeks/{WEEK}/{after}/index.html"):
        assert told(archive, path) == expected


def test_an_agency_that_came_and_one_that_went_are_among_the_changes(stage):
    lines = told(stage("second"), f"weeks/{WEEK}/index.html")
    assert ("", "Declined total", 138, 154) in lines
    assert ("QUIL00001", "Declined (Section II)", 137, 151) in lines
    assert ("WREN00005", "Declined (Section II)", 0, 2) in lines
    assert ("THIS00004", "Pending (Section I)", 3, 0) in lines
    assert not [line for line in lines if line[0] == "OSPR00003"]


def test_an_agency_with_a_new_name_is_still_the_same_agency():
    """agency_id is the key; the name is shown, never joined on."""

    def files(name: str, declined: int) -> DataFiles:
        head = "agency_id,agency,level,state,county_fips,area,declined\n"
        line = f"QUIL00001,{name},county,MN,,,{declined}\n"
        tables = dict.fromkeys(["issued_by_agency.csv", "declined_by_agency.csv"], head.encode())
        tables["declined_by_agency.csv"] += line.encode()
        return DataFiles(tables | {"summary.json": json.dumps({"figures": {}}).encode()})

    renamed = changes_between(files("QUILLFEATHER JAIL", 37), files("Quillfeather Jail", 37))
    assert renamed == []
    (change,) = changes_between(files("QUILLFEATHER JAIL", 37), files("Quillfeather Jail", 53))
    assert (change.before, change.after) == (37, 53)


def test_new_data_is_told_as_a_revision_everywhere(stage):
    archive = stage("second")
    for path in (f"weeks/{WEEK}/index.html", f"weeks/{WEEK}/r2/index.html"):
        banner = archive.status(path)
        assert "Revision. Because of: new data." in banner and "Correction" not in banner
        changed = words_of(archive.page(path).find("section", class_="changes"))
        assert "Changed because of: new data." in changed and "Corrected" not in changed
    assert listed_status(archive) == {"final, revised"}
    assert feed_kinds(archive) == {
        "revision 1: first published": "first",
        "revision 2: a revision": "revision",
    }
    assert archive.log() == []
    assert (
        "No figure has been disputed or corrected"
        in archive.page("corrections/index.html").get_text()
    )
    assert broken_links(archive.site) == []


def test_a_mistake_is_told_as_a_correction_everywhere(stage):
    archive = stage("third")
    for path in (f"weeks/{WEEK}/index.html", f"weeks/{WEEK}/r3/index.html"):
        banner = archive.status(path)
        assert f"Correction. An earlier revision had a mistake: {MISTAKE}." in banner
        assert "Revision. Because of" not in banner
        changed = words_of(archive.page(path).find("section", class_="changes"))
        assert f"Corrected because of: {MISTAKE}." in changed
    assert listed_status(archive) == {"final, corrected"}
    assert feed_kinds(archive) == {
        "revision 1: first published": "first",
        "revision 2: a revision": "revision",
        "revision 3: a correction": "correction",
    }
    (entry,) = archive.log()
    assert "revision 3: a correction" in entry and f"Corrected: {MISTAKE}." in entry
    assert broken_links(archive.site) == []


def test_a_reason_is_text_and_nothing_else(stage):
    pages = {path: data for path, data in stage("third").files().items() if b"zephyr" in data}
    assert {"corrections/index.html", "feed.xml", f"weeks/{WEEK}/r2/index.html"} <= pages.keys()
    for path, data in pages.items():
        assert b"<b>was" not in data or path.endswith(".json"), path


def test_an_earlier_revision_says_by_what_it_is_superseded_and_why(stage):
    archive = stage("third")
    first, second = (archive.status(f"weeks/{WEEK}/r{n}/index.html") for n in (1, 2))
    assert "Superseded. This is revision 1 of the week, published May 20, 2017" in first
    assert "superseded by revision 2 (revision) because of: new data." in first
    assert f"superseded by revision 3 (correction) because of: {MISTAKE}." in second
    for banner in (first, second):
        assert "Read the current revision" in banner and "Provisional" not in banner


def test_of_a_superseded_revision_nothing_but_the_banner_has_changed(stage):
    before, after = (files_of(stage(name).week / "r1") for name in ("first", "second"))
    assert len(before) > 10
    assert {name for name in before if before[name] != after.get(name)} == {"index.html"}
    assert before.keys() == after.keys()
    page = stage("first").week / "r1" / "index.html"
    assert kept_article(page) == kept_article(stage("second").week / "r1" / "index.html")
    aside = re.compile(rb'<aside class="status".*?</aside>', re.DOTALL)
    assert aside.sub(b"", before["index.html"]) == aside.sub(b"", after["index.html"])


def test_a_third_revision_does_not_touch_the_first(stage):
    before, after = (files_of(stage(name).output) for name in ("second", "third"))
    kept = {path for path in before if re.search(rf"{WEEK}/r1/", path)}
    assert len(kept) > 25
    assert {path for path in kept if before[path] != after[path]} == set()
    second = {path for path in before if re.search(rf"{WEEK}/r2/", path)}
    assert {path for path in second if before[path] != after[path]} == {
        f"site/weeks/{WEEK}/r2/index.html"
    }


def test_the_pages_of_agencies_have_the_current_figures_only(stage):
    archive = stage("second")
    (line,) = csv.DictReader(
        io.StringIO(
            (archive.site / "agencies" / QUILLFEATHER["agency_id"] / "weeks.csv").read_text()
        )
    )
    assert (line["week"], line["issued"], line["declined"]) == (WEEK, "151", "151")
    gone = words_of(archive.page(f"agencies/{THISTLEDOWN['agency_id']}/index.html").main)
    assert "No published week has a figure of this agency." in gone


def moved(archive: SmallArchive, label: str, *labels: str) -> None:
    """A record that corrects these rows of Quillfeather: released by another jail."""
    archive.record(
        "quill-moved",
        ground="moved",
        status="upheld",
        answered_on="2017-06-05",
        answer="The person was released by another jail.",
        action={
            "rows": [label, *labels],
            "expect": {"releasing_agency_id": ""},
            "set": {"releasing_agency_id": "ELSE00009"},
        },
    )


def corrected_by_a_record(archive: SmallArchive) -> SmallArchive:
    """r2: the agency asked which rows are meant, and was right about one of them."""
    made = archive.ddor("rows", WEEK, "--figure", "declined_total", "--agency", "QUIL00001")
    assert made.code == 0 and "137 rows" in made.stdout
    moved(archive, "F1-1")
    assert archive.published(day="2017-06-10") == 2
    return archive


def test_a_record_that_corrects_rows_is_a_correction(copy_of):
    archive = corrected_by_a_record(copy_of("first"))
    because = (
        "agency QUIL00001 disputed a figure (the person was moved to another jail), "
        "answered: the figure was wrong"
    )
    assert f"Correction. An earlier revision had a mistake: {because}." in archive.status()
    assert ("QUIL00001", "Declined (Section II)", 137, 136) in told(
        archive, f"weeks/{WEEK}/index.html"
    )
    assert listed_status(archive) == {"provisional, corrected"}
    assert [entry for entry in archive.log() if f"Corrected: {because}." in entry]
    assert f"(correction) because of: {because}." in archive.status(f"weeks/{WEEK}/r1/index.html")
    assert broken_links(archive.site) == []


def test_a_record_that_corrects_one_more_row_is_a_correction_again(copy_of):
    archive = corrected_by_a_record(copy_of("first"))
    moved(archive, "F1-1", "F1-2")
    assert archive.published(day="2017-06-11") == 3
    assert archive.table("declined_by_agency")["QUIL00001"]["declined"] == "135"
    assert "agency QUIL00001 disputed a figure" in archive.status()
    assert feed_kinds(archive).get("revision 3: a correction") == "correction"


def test_a_dispute_is_told_as_a_revision_and_changes_no_figure(stage):
    archive = stage("disputed")
    assert "Revision. Because of: a dispute or its answer." in archive.status()
    assert "Correction" not in archive.status()
    changed = words_of(archive.page(f"weeks/{WEEK}/index.html").find("section", class_="changes"))
    assert "No figure changed, of the week or of an agency." in changed
    assert listed_status(archive) == {"provisional, revised"}
    assert feed_kinds(archive)["revision 2: a revision"] == "revision"


def test_without_the_private_runs_nothing_is_said_that_is_not_known(copy_of):
    """What runs/ would have told is why; that the inputs are others is known without it."""
    archive = copy_of("first")
    shutil.rmtree(archive.runs)
    archive.receive(SECOND_ROWS, FIRST_FINAL_DAY, SOURCES[2])
    assert archive.published() == 2
    assert "same inputs" not in archive.status()


def test_a_week_is_provisional_until_its_data_is_of_13_weeks_after_its_end(stage):
    for name, word in (("first", "Provisional"), ("second", "Final")):
        assert stage(name).status().startswith(f"{word}")
    first = stage("first").status()
    assert "from an extract as of May 18, 2017" in first and "Final" not in first
    week = Week.parse(WEEK)

    def status(as_of: str, kind: str = "first") -> str:
        catalog = Catalog("recorded", False)
        return status_of(week, Revision(1, "", "2020-01-01", as_of, "", {}, kind), catalog)

    assert status(DAY_BEFORE_FINAL) == "provisional"
    assert status(FIRST_FINAL_DAY) == "final"
    assert status("2017-02-18", "revision") == "provisional, revised"
    assert status("2019-01-01", "correction") == "final, corrected"


def test_there_is_nothing_to_correct_in_a_week_that_is_not_published(tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS)
    done = archive.run("--correct", "--reason", MISTAKE)
    assert done.code == 2 and done.stdout == ""
    assert f"{WEEK} is not published" in done.stderr
    assert not archive.site.exists()


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["--reason", MISTAKE], "--reason can only be used with --correct or --accept-held"),
        (["--correct"], "--correct needs --reason"),
        (["--correct", "--reason", " \n "], "--correct needs --reason"),
        (["--correct", "--reason", "Maria Garcia"], "looks like a person's name"),
        (["--correct", "--reason", "GARCIA, MARIA"], "looks like a person's name"),
        (["--correct", "--reason", "The row of Maria Garcia stood twice."], "a person's name"),
        (["--correct", "--reason", "A 123 456 789 was counted twice"], "looks like an A-number"),
    ],
)
def test_a_reason_that_does_not_fit_or_names_a_person_is_refused(stage, arguments, expected):
    archive = stage("first")
    # A draft, so that the shared stage stays as it is where a reason is taken that should not be.
    done = archive.run("--draft", "--extract", archive.root / "nowhere", *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert expected in done.stderr
    assert "Garcia" not in done.stderr and "123 456" not in done.stderr


def test_an_agency_that_a_person_looked_at_is_named_without_markup_or_a_dead_link(copy_of):
    """E5 names it for its volume; all its requests are held back, so no table by agency does."""
    archive = copy_of("first")
    with open(archive.root / "agencies.csv", "a", encoding="utf-8") as agencies:
        agencies.write("MOOR00006,Moorhen Jail,county,MN,,St. Paul,1,\n")
    moorhen = {"agency_id": "MOOR00006", "agency_name": "MOORHEN JAIL", "county_fips": ""}
    held = numbered("m", 40, moorhen, custody_confirmed="false", **HONORED)
    archive.receive([*FIRST_ROWS, *held], FIRST_FINAL_DAY)
    assert archive.run().code == 4
    assert archive.published("--accept-held", "--reason", "the desk called the jail") == 2
    assert "Published after review." in archive.status()
    assert "The reason for publishing it: the desk called the jail." in archive.status()
    article = words_of(archive.page(f"weeks/{WEEK}/index.html").article)
    assert "E5 A volume the agency could not have" in article and "Moorhen Jail" in article
    # As received, before any protection: how many requests it was is for the reviewer alone.
    assert "40 requests issued to agency MOOR00006" not in article
    assert "data-agency" not in article and "<br>" not in article, "markup is shown as text"
    assert broken_links(archive.site) == []
