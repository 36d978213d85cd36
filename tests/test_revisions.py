"""A second revision, and why: what changed since the first, from -> to; new data and mistakes told
apart wherever a reader looks; and a first revision that stays as it was."""

import re
import shutil

from conftest import cases, each_line
from large_archive import brief_articles
from small_archive import (
    FIRST_ROWS,
    HONORED,
    MISTAKE,
    SECOND_ROWS,
    WEEK,
    SmallArchive,
    broken_links,
    changed,
    files_of,
    numbered,
    words_of,
)

from ddor.archive.kept import DataFiles
from ddor.archive.report_pages import changes_between
from ddor.calendar import Week
from ddor.published.catalog import Catalog, Revision, status_of

PAGE = f"weeks/{WEEK}/index.html"
# Why a revision was made.
NEW_DATA = "Because of: new data."
DISPUTE = "Because of: a dispute or its answer."
WRONG, IT_WAS = f"An earlier revision had a mistake: {MISTAKE}.", f"because of: {MISTAKE}."


def told(archive: SmallArchive, path: str) -> set[tuple[str, str, int, int]]:
    """(agency_id or "", figure, from, to) of each line of a page's tables of changes."""
    section = archive.page(path).find("section", class_="changes")
    lines = set()
    for row in section.select("tbody tr"):
        of, figure, before, after = (words_of(cell) for cell in row.find_all(["th", "td"]))
        agency_id = "" if of == "The whole week" else of.split(" · ")[-1]
        lines.add((agency_id, figure, *(int(n.replace(",", "")) for n in (before, after))))
    return lines


def listed_status(archive: SmallArchive) -> set[str]:
    """How the week's status is told on the home page and in the archive's list."""
    pages = [archive.page(path) for path in ("index.html", "archive/index.html")]
    links = [page.find("th", scope="row").a for page in pages]
    assert all(WEEK in link["href"] for link in links)
    return {words_of(link.find_parent("tr").td) for link in links}


def feed_kinds(archive: SmallArchive) -> list[tuple[str, str]]:
    """(last part of the title, category) of the entries about revisions of the week."""
    entries = [entry for entry in archive.feed() if "revision " in entry["title"]]
    return sorted((entry["title"].split(", ")[-1], entry["category"]) for entry in entries)


def test_every_count_that_changed_is_told_and_nothing_else(stage):
    """Quillfeather declined 12 more."""
    lines = cases("""
                  | 154 | 166 | Declined detainers, Declined no notice, Declined short custody
                  | 154 | 166 | Declined total, Issued declined
                  | 395 | 407 | Issued detainers, Issued total, Received total
        QUIL00001 | 151 | 163 | Declined (Section I), Detainers (Section I), Issued (Section I)
        QUIL00001 | 151 | 163 | Declined (Section II), Detainers (Section II)
        QUIL00001 | 151 | 163 | No notice (Section II), Short custody (Section II)
    """)
    parted = [(name, line) for line in lines for name in line[3].split(", ")]
    expected = {(line[0], name, int(line[1]), int(line[2])) for name, line in parted}
    for path in (PAGE, f"weeks/{WEEK}/r3/index.html"):
        assert told(stage("third"), path) == expected


def test_an_agency_that_came_and_one_that_went_are_among_the_changes(stage):
    lines = told(stage("second"), PAGE)
    declined = "Declined (Section II)"
    assert lines >= {("QUIL00001", declined, 137, 151), ("WREN00005", declined, 0, 2)}
    assert ("THIS00004", "Pending (Section I)", 3, 0) in lines
    assert not [line for line in lines if line[0] == "OSPR00003"]


def test_an_agency_with_a_new_name_is_still_the_same_agency():
    """agency_id is the key; the name is shown, never joined on."""

    def files(name: str, declined: int) -> DataFiles:
        head = "agency_id,agency,level,state,county_fips,area,declined\n"
        texts = {"summary.json": '{"figures": {}}', "issued_by_agency.csv": head}
        texts["declined_by_agency.csv"] = f"{head}QUIL00001,{name},county,MN,,,{declined}\n"
        return DataFiles({path: text.encode() for path, text in texts.items()})

    assert changes_between(files("QUILLFEATHER JAIL", 37), files("Quillfeather Jail", 37)) == []
    (change,) = changes_between(files("QUILLFEATHER JAIL", 37), files("Quillfeather Jail", 53))
    assert (change.before, change.after) == (37, 53)


@each_line(f"""
    name     | number | banner                | section                      | listed
    second   | 2      | Revision. {NEW_DATA}  | Changed {NEW_DATA.lower()}   | final, revised
    third    | 3      | Correction. {WRONG}   | Corrected {IT_WAS}           | final, corrected
    disputed | 2      | Revision. {DISPUTE}   | No figure changed, of        | provisional, revised
""")
def test_why_a_revision_was_made_is_told_wherever_a_reader_looks(
    stage, name, number, banner, section, listed
):
    """Data, a mistake and a dispute apart."""
    archive = stage(name)
    for path in (PAGE, f"weeks/{WEEK}/r{number}/index.html"):
        status = archive.status(path)
        assert banner in status
        assert ("Correction" in status) == (name == "third") == ("Revision. Be" not in status)
        changes = words_of(archive.page(path).find("section", class_="changes"))
        assert section in changes and ("Corrected" in changes) == (name == "third")
    assert listed_status(archive) == {listed}
    assert broken_links(archive.site) == []


def test_log_and_feed_tell_a_revision_and_a_correction_apart(stage):
    kinds = [("revision 1: first published", "first"), ("revision 2: a revision", "revision")]
    assert feed_kinds(stage("second")) == feed_kinds(stage("disputed")) == kinds
    assert stage("second").log() == []
    nothing = "No figure has been disputed or corrected"
    assert nothing in stage("second").page("corrections/index.html").get_text()
    assert feed_kinds(stage("third")) == [*kinds, ("revision 3: a correction", "correction")]
    (entry,) = stage("third").log()
    assert "revision 3: a correction" in entry and f"Corrected: {MISTAKE}." in entry


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


def test_of_a_superseded_revision_nothing_but_the_banner_changes_and_that_once(stage):
    first, second, third = (files_of(stage(name).output) for name in ("first", "second", "third"))
    for before, after, superseded in ((first, second, "r1"), (second, third, "r2")):
        revisions = {path for path in before if re.search(rf"{WEEK}/r\d/", path)}
        page = f"site/weeks/{WEEK}/{superseded}/index.html"
        assert len(revisions) > 25 and changed(before, after) & revisions == {page}
        aside = re.compile(rb'<aside class="status".*?</aside>', re.DOTALL)
        assert aside.sub(b"", before[page]) == aside.sub(b"", after[page])


def moved(archive: SmallArchive, *labels: str) -> None:
    """A record that corrects these rows of Quillfeather: released by another jail."""
    column, elsewhere = "releasing_agency_id", "ELSE00009"
    action = {"rows": [*labels], "expect": {column: ""}, "set": {column: elsewhere}}
    answer = {"answered_on": "2017-06-05", "answer": "The person was released by another jail."}
    archive.record("quill-moved", ground="moved", status="upheld", **answer, action=action)


def test_a_record_that_corrects_rows_is_a_correction_until_the_source_has_mended_them(copy_of):
    """The agency asked which rows are meant, and was right about one of them."""
    archive = copy_of("first")
    made = archive.ddor("rows", WEEK, "--figure", "declined_total", "--agency", "QUIL00001")
    assert made.code == 0 and "137 rows" in made.stdout
    moved(archive, "F1-1")
    assert archive.published(day="2017-06-10") == 2
    reason = "the person was moved to another jail"
    because = f"agency QUIL00001 disputed a figure ({reason}), answered: the figure was wrong"
    assert f"Correction. An earlier revision had a mistake: {because}." in archive.status()
    assert ("QUIL00001", "Declined (Section II)", 137, 136) in told(archive, PAGE)
    assert listed_status(archive) == {"provisional, corrected"}
    assert [entry for entry in archive.log() if f"Corrected: {because}." in entry]
    assert f"(correction) because of: {because}." in archive.status(f"weeks/{WEEK}/r1/index.html")
    assert broken_links(archive.site) == []

    moved(archive, "F1-1", "F1-2")
    with brief_articles():
        assert archive.published(day="2017-06-11") == 3
    assert archive.table("declined_by_agency")["QUIL00001"]["declined"] == "135"
    assert "agency QUIL00001 disputed a figure" in archive.status()
    assert ("revision 3: a correction", "correction") in feed_kinds(archive)

    before, mended = files_of(archive.output), {"releasing_agency_id": "ELSE00009"}
    archive.receive([row | mended for row in FIRST_ROWS])
    done = archive.run()
    assert (done.code, done.stdout) == (2, "") and '"q1"' not in done.stderr
    assert 'quill-moved.yaml, F1-1 releasing_agency_id: seen "ELSE00009"' in done.stderr
    assert files_of(archive.output) == before


def test_without_the_private_runs_nothing_is_said_that_is_not_known(copy_of):
    """What runs/ would have told is why; that the inputs are others is known without it."""
    archive = copy_of("first")
    shutil.rmtree(archive.runs)
    archive.receive(SECOND_ROWS)
    with brief_articles():
        assert archive.published() == 2
    assert "same inputs" not in archive.status()


def test_a_week_is_provisional_until_its_data_is_of_13_weeks_after_its_end(stage):
    first = stage("first").status()
    assert first.startswith("Provisional") and stage("second").status().startswith("Final")
    assert "from an extract as of May 18, 2017" in first and "Final" not in first
    for as_of, kind, expected in cases("""
        2017-05-18 | first      | provisional
        2017-05-19 | first      | final
        2017-02-18 | revision   | provisional, revised
        2019-01-01 | correction | final, corrected
    """):
        revision = Revision(1, "", "2020-01-01", as_of, "", {}, kind)
        assert status_of(Week.parse(WEEK), revision, Catalog("recorded", False)) == expected


def test_there_is_nothing_to_correct_in_a_week_that_is_not_published(tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS[:3])
    done = archive.run("--correct", "--reason", MISTAKE)
    assert done.code == 2 and done.stdout == ""
    assert f"{WEEK} is not published" in done.stderr
    assert not archive.site.exists()


@each_line(f"""
    correct   | reason                | expected
              | {MISTAKE}             | --reason can only be used with --correct or --accept-held
    --correct |                       | --correct needs --reason
    --correct | GARCIA, MARIA said so | looks like a person's name
""")
def test_a_reason_that_does_not_fit_or_names_a_person_is_refused(stage, correct, reason, expected):
    archive = stage("first")
    words = (*filter(None, [correct]), "--reason", reason or " \n ")
    # A draft, so that the shared stage stays as it is where a reason is taken that should not be.
    done = archive.run("--draft", "--extract", archive.root / "nowhere", *words)
    assert (done.code, done.stdout) == (2, "")
    assert expected in done.stderr
    assert "garcia" not in done.stderr.lower()


def test_an_agency_that_a_person_looked_at_is_named_without_markup_or_a_dead_link(copy_of):
    """E5 names it for its volume; all its requests are held back, so no table by agency does."""
    archive = copy_of("first")
    with open(archive.root / "agencies.csv", "a", encoding="utf-8") as agencies:
        agencies.write("MOOR00006,Moorhen Jail,county,MN,,St. Paul,1,\n")
    moorhen = {"agency_id": "MOOR00006", "agency_name": "MOORHEN JAIL", "county_fips": ""}
    held = numbered("m", 40, moorhen, custody_confirmed="false", **HONORED)
    archive.receive([*FIRST_ROWS, *held])
    assert archive.published("--accept-held", "--reason", "the desk called the jail") == 2
    assert "Published after review." in archive.status()
    assert "The reason for publishing it: the desk called the jail." in archive.status()
    article = words_of(archive.page(PAGE).article)
    assert "E5 A volume the agency could not have" in article and "Moorhen Jail" in article
    # As received, before any protection: how many requests it was is for the reviewer alone.
    assert "40 requests issued to agency MOOR00006" not in article
    assert "data-agency" not in article and "<br>" not in article, "markup is shown as text"
    assert broken_links(archive.site) == []
