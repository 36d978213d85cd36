"""A third report goes through the same mechanism as the two that the project makes: of a year, by a
period, a notebook and one line; and of a day, which is not made from weeks,
by functions of its own too."""

import json

import openpyxl
import pytest
import small_archive
from frictionless import validate
from large_archive import brief_articles
from small_archive import (
    BRACKENHOLT,
    FIRST_FINAL_DAY,
    NEXT_WEEK,
    THIRD_ROWS,
    THISTLEDOWN,
    WEEK,
    WRENFALL,
    SmallArchive,
    broken_links,
    files_of,
    numbered,
    words_of,
)
from third_reports import DAILY, YEARLY, Day, Year, project_at, registered
from weekly_runs import without_kernel

from ddor.archive.downloads import dictionary_of
from ddor.errors import UsageError
from ddor.jobs.prepared import Order
from ddor.jobs.report import Result, attempt
from ddor.published.catalog import open_catalog
from ddor.reports import QUARTERLY, REPORTS, WEEKLY, refuse_shared_key

SITE_URL = "https://ddor.example.org/x"
DAY = "2017-06-20"
YEAR, QUARTER = Year(2017), QUARTERLY.period.parse("2017Q1")
VALENTINE = Day.parse("D2017-02-12")  # the day on which extract_factory's requests are issued
SUPERSEDED = "based on a superseded revision"


@pytest.fixture(scope="module")
def project(stage, tmp_path_factory):
    """A checkout with both reports, which the command lines of this file run in. The stage that
    others share is made before: its pages know of no such reports."""
    stage("corrected")
    folder = project_at(tmp_path_factory.mktemp("project") / "project")
    with registered(YEARLY, DAILY), pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_archive, "PROJECT", folder)
        yield folder


@pytest.fixture(scope="module")
def make(project):
    """make(archive, YEAR) -> the Result of that report, published on a day."""

    def made(archive: SmallArchive, period, day=DAY, **order) -> Result:
        settings = {"published_on": day}
        with archive.in_project(kernel=False):
            return attempt(period, Order(project, archive.root / "weekly.yaml", settings, **order))

    return made


@pytest.fixture(scope="module")
def published(project, make, stage, tmp_path_factory) -> SmallArchive:
    """Two weeks, their quarter, their year and a day: to be read."""
    archive = stage("corrected").copied_to(tmp_path_factory.mktemp("third") / "archive")
    with open(archive.root / "weekly.yaml", "a", encoding="utf-8") as keys:
        keys.write(f"site_url: {SITE_URL}\n")
    archive.rebuilt()
    for period in (QUARTER, YEAR, VALENTINE):
        result = make(archive, period)
        assert (result.status, result.revision) == ("published", 1), result.messages
    return archive


@pytest.fixture
def archive(published, tmp_path) -> SmallArchive:
    """The same, to write into."""
    return published.copied_to(tmp_path / "archive")


def main_of(archive: SmallArchive, path: str) -> str:
    return words_of(archive.page(path).find("main"))


def summary_of(archive: SmallArchive, folder: str) -> dict:
    return json.loads((archive.site / folder / "data" / "summary.json").read_bytes())


def broken(archive: SmallArchive) -> list[str]:
    return [each for each in broken_links(archive.site) if SITE_URL not in each]  # the feed's


def correct_the_week(archive: SmallArchive, day=DAY) -> None:
    archive.receive(THIRD_ROWS, FIRST_FINAL_DAY)
    words = ("--correct", "--reason", "one page of the log was read twice")
    with brief_articles():
        assert archive.published(*words, day=day) == 3


# A year


def test_a_year_has_its_page_at_both_addresses_with_the_figures_of_its_weeks(published):
    weeks = [summary_of(published, f"weeks/{week}") for week in (WEEK, NEXT_WEEK)]
    for folder in ("years/2017", "years/2017/r1"):
        page = published.page(f"{folder}/index.html")
        assert words_of(page.h1) == "Annual Declined Detainer Report: 2017"
        assert "quarter" not in words_of(page.find("main")).lower()
        summary = summary_of(published, folder)
        assert list(summary)[0] == "year" and summary["year"] == "2017"
        assert summary["weeks"] == {WEEK: 2, NEXT_WEEK: 1}
        for name in ("issued_total", "declined_total", "honored_total"):
            assert summary["figures"][name] == sum(each["figures"][name] for each in weeks) > 0
    assert summary["figures"]["weeks_total"] == 52

    words = words_of(published.page("years/2017/index.html").article)
    assert "50 weeks have no report" in words
    assert "December 31, 2016 to February 10, 2017 (6 weeks)" in words
    assert "February 25, 2017 to December 29, 2017 (44 weeks)" in words


def test_a_year_is_listed_wherever_reports_are_and_every_link_leads_somewhere(published):
    words = {path: main_of(published, f"{path}index.html") for path in ("", "archive/", "data/")}
    assert "Annual reports 2017 provisional" in words[""]
    assert "Annual reports These reports add up the weekly reports" in words["archive/"]
    heads = "Year Status Issued Declined Honored Agencies declining Revision Published"
    assert f"{heads} 2017 provisional" in words["archive/"]
    assert "Quarterly reports, Annual reports: further figures and columns" in words["data/"]
    found = json.loads((published.site / "search" / "index.json").read_bytes())["lines"]
    assert ["years/2017/index.html", "Year 2017", "2017 · provisional", ""] in found
    years = [each["title"] for each in published.feed() if each["title"].startswith("Year")]
    assert years == ["Year 2017, revision 1: first published"]
    assert f"{SITE_URL}/years/2017/index.html" in (published.site / "sitemap.xml").read_text()
    assert broken(published) == []
    catalog = open_catalog(published.site)
    assert catalog.file() == (published.site / "data" / "catalog.json").read_bytes()
    assert {*catalog.shelves} == {"weeks", "quarters", "years", "days"}
    assert catalog.current(YEAR).based_on == {WEEK: 2, NEXT_WEEK: 1}


@pytest.mark.parametrize("path", ["years/2017", "quarters/2017Q1", f"days/{VALENTINE}"])
def test_the_data_is_described_and_valid(published, path):
    data = published.site / path / "data"
    report = validate(str(data / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    package = json.loads((data / "datapackage.json").read_bytes())
    assert {each["path"] for each in package["resources"]} == {f.name for f in data.glob("*.csv")}
    (book,) = data.glob("*.xlsx")
    meanings = {row[0].value: row[2].value for row in openpyxl.load_workbook(book)["figures"]}
    figures = summary_of(published, path)["figures"]
    told = {name for name, value in figures.items() if value is not None}
    assert told and all(meanings[name] for name in told)


def test_a_column_of_a_quarter_means_what_it_holds():
    """That its package says so is in test_quarter_files.py."""
    words = dictionary_of(QUARTERLY).of_columns
    assert words["issued"] == "number of requests issued in its weeks"
    assert words["issued_total"] == "number of requests issued in the week"
    assert "after release: follow_up, met_by, " in words["attribute"]


@pytest.mark.slow
def test_the_command_lines_take_a_year(archive):
    done = archive.ddor("year", "2017", "--json")
    told = json.loads(done.stdout)
    assert done.code == 0 and (told["year"], told["status"]) == ("2017", "unchanged")
    done = archive.ddor("year", "2017Q1")
    assert done.code == 2 and "expected four digits, such as 2017" in done.stderr
    done = archive.ddor("verify", "17")
    assert done.code == 2 and '"17" is not a year' in done.stderr
    for period in ("2017", VALENTINE):
        done = archive.ddor("verify", period)
        assert (done.code, done.stdout) == (0, f"{period} r1: matches what was published\n"), done
    page = archive.site / "years/2017/r1/index.html"
    page.write_text(page.read_text("utf-8").replace("Not a census", "A census"), "utf-8")
    assert archive.ddor("verify", "2017").code == 5


@pytest.mark.slow
def test_its_note_and_its_own_parameters_are_those_of_the_year(archive, make):
    for folder in ("notes", "years"):
        (archive.root / folder).mkdir(exist_ok=True)
    (archive.root / "notes/2017.md").write_text("A note of the year.")
    (archive.root / "years/2017.yaml").write_text("publisher: The annual desk\n")
    draft = make(archive, YEAR, draft=True)
    assert draft.status == "draft" and "+ A note of the year." in draft.messages
    assert "Published by The annual desk" in " ".join(draft.messages)
    assert make(archive, QUARTER).status == "unchanged"


def test_what_happens_to_a_week_happens_to_its_year(archive, make):
    """The same again, a correction, the year's own, and the withdrawal of another week."""
    before = archive.files()
    result = make(archive, YEAR, day="2017-07-01")
    assert (result.status, result.revision) == ("unchanged", 1)
    assert archive.rebuilt() == 0 and archive.files() == before

    correct_the_week(archive)
    assert archive.rebuilt() == 0
    for folder in ("years/2017", "years/2017/r1", "quarters/2017Q1"):
        status = archive.status(f"{folder}/index.html")
        assert "Based on a superseded revision" in status
        assert "revision 3 (correction: one page of the log was read twice)" in status
    for page in ("archive/index.html", "index.html"):
        assert f"2017 provisional, {SUPERSEDED}" in main_of(archive, page)

    assert make(archive, YEAR, day="2017-06-25").revision == 2
    status = archive.status("years/2017/index.html")
    assert "Correction. An earlier revision had a mistake: the week of February 11 to 17" in status
    assert SUPERSEDED not in status.lower()
    year = main_of(archive, "years/2017/index.html")
    assert "What changed since revision 1" in year and "The whole year Issued total" in year
    assert "superseded by revision 2 (correction)" in archive.status("years/2017/r1/index.html")
    assert [entry for entry in archive.log() if entry.startswith("Year 2017, revision 2")]
    assert SUPERSEDED in archive.status("quarters/2017Q1/index.html").lower()

    done = archive.withdraw(NEXT_WEEK, day="2017-06-27")
    gone = {line.split(" was made")[0] for line in done.stderr.splitlines()}
    # The day is made from an extract, not from the week.
    assert gone == {"2017 r1", "2017 r2", "2017Q1 r1"}
    assert archive.rebuilt("2017-06-27") == 0 and broken(archive) == []
    for folder in ("years/2017", "years/2017/r2"):
        assert main_of(archive, f"{folder}/index.html").startswith("Withdrawn: year 2017")
    assert "2017 r2: withdrawn; its notices" in archive.ddor("verify", "2017").stdout
    assert "years/2017" not in (archive.site / "sitemap.xml").read_text()
    with brief_articles():
        result = make(archive, YEAR, day="2017-06-28")
    assert (result.revision, result.figures["weeks_withdrawn"]) == (3, 1)
    assert archive.rebuilt("2017-06-28") == 0


def test_a_period_whose_key_names_a_week_is_refused_and_none_of_the_reports_is(project):
    assert len(REPORTS) == 4
    for period in (WEEKLY.period.parse(WEEK), QUARTER, YEAR, VALENTINE):
        refuse_shared_key(period)

    class DayByDate(Day):
        def __str__(self):
            return self.day.isoformat()

    with pytest.raises(UsageError, match="2017-02-12 names both a week and a day"):
        refuse_shared_key(DayByDate(VALENTINE.day))


# A day


def test_a_day_has_its_page_its_own_words_and_its_own_heads(published):
    page = published.page(f"days/{VALENTINE}/index.html")
    assert words_of(page.h1) == "Daily Request Count: February 12, 2017"
    words = main_of(published, f"days/{VALENTINE}/index.html")
    assert "ICE issued 395 requests on February 12, 2017, to 4 agencies." in words
    assert "asked_by_agency.csv : requests issued on the day, by agency" in words
    assert "Daily Request Count, day of February 12, 2017, revision 1." in words
    assert "Final. Revision 1, published June 20, 2017, from an extract as of" in words
    archived = main_of(published, "archive/index.html")
    assert "By day, newest first Day Status Asked Agencies asked Revision Published" in archived
    data = main_of(published, "data/index.html")
    asked = data.split("Daily counts: further figures and columns")[1]
    assert "asked_total" in asked
    assert "asked requests issued on the day" in asked and "declined_total" not in asked


def test_a_week_changes_nothing_of_a_day(archive, make):
    before = files_of(archive.site / "days")
    correct_the_week(archive)
    assert files_of(archive.site / "days") == before
    with without_kernel():
        result = make(archive, VALENTINE, day="2017-06-25")
    assert (result.status, result.revision) == ("published", 2)
    assert "Revision. Because of: new data." in archive.status(f"days/{VALENTINE}/index.html")
    assert "The whole day Asked total 395 407" in main_of(archive, f"days/{VALENTINE}/index.html")
    assert not [entry for entry in archive.log() if "Day of" in entry]
    assert archive.rebuilt("2017-06-25") == 0


def test_a_day_may_be_what_an_archive_begins_with_and_its_agencies_stay_as_long_as_it_does(
    project, tmp_path, make
):
    alone = SmallArchive(tmp_path / "alone")
    alone.receive([*numbered("b", 3, BRACKENHOLT), *numbered("t", 2, THISTLEDOWN)])
    assert make(alone, VALENTINE).revision == 1
    assert alone.rebuilt() == 0 and broken(alone) == []
    assert "No weekly report has been published yet." in main_of(alone, "index.html")
    archived = main_of(alone, "archive/index.html")
    assert "No weekly report has been published yet." in archived and "Daily counts" in archived
    assert agencies_of(alone) == ids(BRACKENHOLT, THISTLEDOWN)
    link = alone.page(f"days/{VALENTINE}/index.html").find("a", attrs={"data-agency": True})
    assert link["href"] in {f"../../agencies/{each}/index.html" for each in agencies_of(alone)}

    alone.receive([*numbered("b", 3, BRACKENHOLT), *numbered("w", 2, WRENFALL)])
    with brief_articles():
        assert alone.published(day="2017-06-21") == 1
    with without_kernel():
        assert make(alone, VALENTINE, day="2017-06-22").revision == 2
    assert agencies_of(alone) == ids(BRACKENHOLT, THISTLEDOWN, WRENFALL)
    for number in (1, 2):
        alone.withdraw(VALENTINE, f"r{number}")
        assert agencies_of(alone) == ids(BRACKENHOLT, WRENFALL)
        assert alone.rebuilt() == 0 and broken(alone) == []


def agencies_of(archive: SmallArchive) -> set[str]:
    """Those with a page."""
    return {page.parent.name for page in archive.site.glob("agencies/[A-Z]*/index.html")}


def ids(*agencies: dict) -> set[str]:
    return {each["agency_id"] for each in agencies}


def test_a_figure_without_a_meaning_is_a_mistake_of_the_report(project):
    meanings = dictionary_of(DAILY)
    assert {"flags", "figure", "value", "meaning"} <= meanings.of_columns.keys()
    with pytest.raises(KeyError):
        _ = meanings.figures["declined_total"]
