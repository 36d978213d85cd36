"""A dispute of a published figure: marked at once wherever the figure stands, its answer beside it;
and records that do not fit, which publish nothing."""

import json
import re

from conftest import PROJECT
from small_archive import (
    BRACKENHOLT,
    NEXT_WEEK,
    OSPREYMOOR,
    QUILLFEATHER,
    THISTLEDOWN,
    WEEK,
    SmallArchive,
    broken_links,
    files_of,
    words_of,
)

from ddor.archive.agencies import COUNTS, PLACE, agency_lines
from ddor.archive.kept import DataFiles
from ddor.calendar import Week
from ddor.maintained.corrections import read_corrections

PAGE = f"weeks/{WEEK}/index.html"


def lines(archive: SmallArchive, begins: str, path: str = PAGE) -> dict[str, tuple[str, ...]]:
    """First cell -> the others, of the page's table by agency whose caption begins so."""
    caption = re.compile(f"{begins}.*, by agency")
    tables = archive.page(path).article.find_all("table")
    (table,) = [each for each in tables if caption.fullmatch(words_of(each.caption))]
    rows = [row.find_all(["th", "td"]) for row in table.tbody.find_all("tr")]
    return {words_of(head): tuple(map(words_of, cells)) for head, *cells in rows}


def dispute_of(archive: SmallArchive, agency: dict) -> dict[str, str]:
    """The feed's one entry about a dispute of this agency."""
    disputes = [entry for entry in archive.feed() if entry["category"] == "dispute"]
    (entry,) = [entry for entry in disputes if agency["agency_id"] in entry["title"]]
    return entry


def logged(archive: SmallArchive, agency: dict) -> str:
    disputed = [entry for entry in archive.log() if ": disputed " in entry]
    (entry,) = [entry for entry in disputed if agency["agency_id"] in entry]
    return entry


def test_a_disputed_figure_is_marked_in_each_table_that_has_it(stage):
    archive = stage("disputed")
    issued = lines(archive, "Requests issued")
    declined = lines(archive, "Requests recorded as declined")

    # declined and honored are columns of both tables, no_notice of Section II alone.
    def marked(heads) -> set[str]:
        ends = [head.split(" · ")[-1] for head in heads if "disputed: " in head]
        return {end.split(" disputed: ")[0] for end in ends}

    assert marked(issued) == {"BRAC00002", "QUIL00001"}
    assert marked(declined) == {"BRAC00002", "OSPR00003", "QUIL00001"}
    assert any("disputed: requests declined, received " in head for head in issued)
    first = stage("first").page(PAGE).article.get_text()
    assert "BRAC00002" in first and "disputed: " not in first


def test_an_agency_among_the_others_gets_a_line_of_its_own_when_it_disputes(stage):
    before = lines(stage("first"), "Requests recorded as declined")
    assert before["1 other agency"][-1] == "253"
    after = lines(stage("disputed"), "Requests recorded as declined")
    assert "1 other agency" not in after
    (head,) = [head for head in after if "BRACKENHOLT JAIL" in head]
    assert after[head] == before["1 other agency"]


def test_every_mark_leads_to_what_is_said_of_it(stage):
    archive = stage("disputed")
    for path in (PAGE, f"weeks/{WEEK}/r2/index.html"):
        page = archive.page(path)
        marks = [link for link in page.article.find_all("a", string=re.compile("^disputed: "))]
        assert len(marks) == 5 and {mark["href"] for mark in marks} == {"#disputes"}
        assert "3 figures of this week are or were disputed" in archive.status(path)
        items = [words_of(item) for item in page.find(id="disputes").find_next("ul").find_all("li")]
        assert len(items) == 3
        said = "The agency says: the person is still here. Not yet answered."
        begins = "Agency QUIL00001 , requests declined: received June 1, 2017. "
        assert items[-1] == begins + said
    assert broken_links(archive.site) == []


def test_the_pages_of_the_agencies_say_it_too(stage):
    archive = stage("disputed")
    said = words_of(archive.page(f"agencies/{BRACKENHOLT['agency_id']}/index.html").main)
    begins = "requests honored: received June 1, 2017. The agency says: notice was given (by fax "
    answered = "Answered: the figure stands (June 5, 2017). No fax & <i>no call</i> is on record."
    assert f"{begins}<b>twice</b>). {answered}" in said
    other = words_of(archive.page(f"agencies/{THISTLEDOWN['agency_id']}/index.html").main)
    assert "Disputes and corrections" not in other
    assert "disputed" not in other.split("To dispute")[0]


def test_the_downloads_have_it_as_a_flag_and_say_what_a_flag_is(stage):
    archive = stage("disputed")
    two, three = {"QUIL00001", "BRAC00002"}, {"QUIL00001", "BRAC00002", "OSPR00003"}
    for name, agencies in (("issued_by_agency", two), ("declined_by_agency", three)):
        table = archive.table(name)
        assert {key for key, line in table.items() if line["flags"]} == agencies
        assert list(table["QUIL00001"])[-1] == "flags"
        said = "disputed: requests declined, received 2017-06-01, not yet answered"
        assert table["QUIL00001"]["flags"] == said
        package = json.loads((archive.week / "data" / "datapackage.json").read_bytes())
        (resource,) = [each for each in package["resources"] if each["path"] == f"{name}.csv"]
        last = resource["schema"]["fields"][-1]
        assert (last["name"], last["type"]) == ("flags", "string") and len(last["description"]) > 10
    assert "flags" not in stage("first").table("issued_by_agency")["QUIL00001"]


def test_an_agency_page_has_each_flag_once():
    """The tables of both sections carry some of them."""
    both, one = "disputed: requests declined", "disputed: requests issued"
    columns = ["agency_id", *PLACE, *COUNTS, "other", "pending", "flags"]

    def table(flags: str) -> bytes:
        line = [*["7"] * (len(columns) - 1), flags]
        return f"{','.join(columns)}\n{','.join(line)}".encode()

    files = {
        "summary.json": b'{"figures": {}}',
        "issued_by_agency.csv": table(f"{both}; {one}"),
        "declined_by_agency.csv": table(both),
        "held_back_by_agency.csv": b"agency_id\n",
    }
    assert agency_lines(Week.parse(WEEK), DataFiles(files))["7"]["flags"] == f"{both}; {one}"


def test_the_log_has_the_age_of_what_is_not_answered_on_the_day_of_publication(stage):
    archive = stage("disputed")
    for agency, days in ((QUILLFEATHER, 9), (OSPREYMOOR, 2)):
        said = f"Waiting for an answer for {days} days , as of June 10, 2017."
        assert said in logged(archive, agency)
    answered = logged(archive, BRACKENHOLT)
    assert "Waiting for an answer" not in answered
    assert "Dispute , June 10, 2017. Received June 1, 2017." in answered
    assert "the figure stands (June 5, 2017)." in answered


def test_the_feed_has_an_entry_for_each_dispute_with_an_id_of_its_own(stage):
    archive = stage("disputed")
    ids = [entry["id"] for entry in archive.feed()]
    assert len(set(ids)) == len(ids) == 5
    entry = dispute_of(archive, QUILLFEATHER)
    # The day on which a reader could learn of it.
    assert entry["published"] == "2017-06-10T00:00:00Z"
    assert entry["updated"] == "2017-06-10T00:00:07Z"  # after the entry of revision 2, in second 6
    assert entry["link"] == f"{PAGE}#disputes"
    assert "The agency says: the person is still here. Not yet answered." in entry["summary"]


def test_an_answer_changes_the_text_of_an_entry_and_never_its_id(copy_of):
    archive = copy_of("disputed")
    asked = dispute_of(archive, QUILLFEATHER)
    answer = {"answered_on": "2017-06-11", "answer": "One of them is."}
    archive.record("quill-still-here", status="partly_upheld", **answer)
    assert archive.published(day="2017-06-12") == 3

    answered = dispute_of(archive, QUILLFEATHER)
    assert (answered["id"], answered["link"]) == (asked["id"], asked["link"])
    assert answered["published"] == asked["published"]
    assert answered["updated"].startswith("2017-06-12T")
    assert "partly wrong (June 11, 2017). One of them is." in answered["summary"]
    assert "Waiting for an answer" not in logged(archive, QUILLFEATHER)
    assert "Waiting for an answer for 4 days , as of June 12" in logged(archive, OSPREYMOOR)
    said = words_of(archive.page(f"agencies/{QUILLFEATHER['agency_id']}/index.html").main)
    assert "partly wrong (June 11, 2017). One of them is." in said
    because = "superseded by revision 3 (correction) because of: agency QUIL00001 disputed a figure"
    assert because in archive.status(f"weeks/{WEEK}/r2/index.html")
    assert "One of them" not in archive.page(f"weeks/{WEEK}/r2/index.html").get_text()
    assert broken_links(archive.site) == []


def test_what_an_analyst_wrote_is_text_and_nothing_else(stage):
    found = 0
    for path, data in stage("disputed").files().items():
        if path.endswith((".html", ".xml")):
            found += b"no call" in data
            for markup in (b"<b>twice", b"<i>no call", b"& <i", b"fax & "):
                assert markup not in data, path
    assert found == 6  # the week's page at both addresses, the agency's, the log twice, the feed


def test_an_agency_that_no_table_names_can_dispute_if_an_earlier_revision_did(copy_of):
    """A mistyped code is refused; else a page of the agency says it: no link leads nowhere."""
    archive = copy_of("second")
    archive.record("some-agency", agency_id="NOWHERE99", ground="not_our_jail")
    before = archive.files()
    done = archive.run()
    assert done.code == 2 and "some-agency.yaml, agency_id: seen NOWHERE99" in done.stderr
    assert archive.files() == before
    archive.record("some-agency", agency_id=THISTLEDOWN["agency_id"], ground="not_our_jail")
    assert archive.published() == 3
    assert THISTLEDOWN["agency_id"] in logged(archive, THISTLEDOWN)
    assert broken_links(archive.site) == []
    said = words_of(archive.page(f"agencies/{THISTLEDOWN['agency_id']}/index.html").main)
    assert "The agency says: not our jail. Not yet answered." in said


def test_a_record_that_cannot_be_read_is_refused_with_its_places(copy_of):
    archive = copy_of("first")
    archive.record("letter", figure="declines", answer="We told Maria Garcia so.", recieved="x")
    before = files_of(archive.output)
    done = archive.run()
    assert (done.code, done.stdout) == (2, "") and "Garcia" not in done.stderr
    for key in ("figure", "answer", "recieved"):
        assert f"letter.yaml, {key}: " in done.stderr
    assert files_of(archive.output) == before


def test_a_record_of_another_week_marks_nothing_in_this_one(copy_of):
    archive = copy_of("first")
    archive.record("quill-other-week", week=NEXT_WEEK)
    before = archive.files()
    done = archive.run()
    assert done.code == 0 and " unchanged r1: " in done.stdout
    assert archive.files() == before


def test_the_records_of_the_project_can_be_read():
    assert (PROJECT / "params" / "corrections").is_dir()
    read_corrections(PROJECT / "params" / "corrections")
