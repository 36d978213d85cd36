"""A third report goes through the same mechanism as the two that the project makes: of a year, by a
period, a notebook and one line; and of a day, which is not made from weeks,
by functions of its own too."""

import json

import openpyxl
import pytest
import small_archive
from followed_archive import brief_weeks
from frictionless import validate
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
    numbered,
    words_of,
)
from third_reports import DAILY, YEARLY, Day, Year, project_at, registered

from ddor.archive.downloads import dictionary_of
from ddor.errors import UsageError
from ddor.jobs.prepared import Order
from ddor.jobs.report import Result, attempt
from ddor.published.catalog import open_catalog
from ddor.reports import QUARTERLY, REPORTS, refuse_shared_key

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
    rebuilt(archive)
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


def rebuilt(archive: SmallArchive, day=DAY) -> int:
    """How many files a rebuild changes."""
    done = archive.ddor("rebuild", "--json", day=day)
    assert done.code == 0, done
    return json.loads(done.stdout)["changed"]


def titles(archive: SmallArchive, of: str) -> list[str]:
    return [entry["title"] for entry in archive.feed() if entry["title"].startswith(of)]


def correct_the_week(archive: SmallArchive, day=DAY) -> None:
    archive.receive(THIRD_ROWS, FIRST_FINAL_DAY)
    words = ("--correct", "--reason", "one page of the log was read twice")
    with brief_weeks():
        assert archive.published(*words, day=day) == 3


# A year


def test_a_year_has_its_page_at_both_addresses_with_the_figures_of_its_weeks(published):
    weeks = [
        json.loads((published.site / "weeks" / week / "data" / "summary.json").read_bytes())
        for week in (WEEK, NEXT_WEEK)
    ]
    for folder in ("years/2017", "years/2017/r1"):
        page = published.page(f"{folder}/index.html")
        assert words_of(page.h1) == "Annual Declined Detainer Report: 2017"
        assert "quarter" not in words_of(page.find("main")).lower()
        summary = json.loads((published.site / folder / "data" / "summary.json").read_bytes())
        assert list(summary)[0] == "year" and summary["year"] == "2017"
        assert summary["weeks"] == {WEEK: 2, NEXT_WEEK: 1}
        for name in ("issued_total", "declined_total", "honored_total"):
            assert summary["figures"][name] == sum(each["figures"][name] for each in weeks) > 0
    assert summary["figures"]["weeks_total"] == 52


def test_weeks_of_a_year_without_a_report_are_named_as_spans(published):
    words = words_of(published.page("years/2017/index.html").article)
    assert "50 weeks have no report" in words
    assert "December 31, 2016 to February 10, 2017 (6 weeks)" in words
    assert "February 25, 2017 to December 29, 2017 (44 weeks)" in words


def test_a_year_is_listed_wherever_reports_are(published):
    words = {path: main_of(published, f"{path}index.html") for path in ("", "archive/", "data/")}
    assert "Annual reports 2017 provisional" in words[""]
    assert "Annual reports These reports add up the weekly reports" in words["archive/"]
    heads = "Year Status Issued Declined Honored Agencies declining Revision Published"
    assert f"{heads} 2017 provisional" in words["archive/"]
    assert "Quarterly reports, Annual reports: further figures and columns" in words["data/"]
    search = json.loads((published.site / "search" / "index.json").read_bytes())["lines"]
    assert ["years/2017/index.html", "Year 2017", "2017 · provisional", ""] in search
    assert titles(published, "Year") == ["Year 2017, revision 1: first published"]
    assert f"{SITE_URL}/years/2017/index.html" in (published.site / "sitemap.xml").read_text()


def test_every_link_of_the_archive_leads_somewhere(published):
    broken = [each for each in broken_links(published.site) if SITE_URL not in each]  # the feed's
    assert broken == []


def test_the_catalog_is_read_as_it_was_written(published):
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
    figures = json.loads((data / "summary.json").read_bytes())["figures"]
    told = {name for name, value in figures.items() if value is not None}
    assert told and all(meanings[name] for name in told)


def test_a_column_of_a_quarter_means_what_it_holds(published):
    data = published.site / "quarters/2017Q1/data"
    package = json.loads((data / "datapackage.json").read_bytes())
    words = {
        (each["name"], field["name"]): field["description"]
        for each in package["resources"]
        for field in each["schema"]["fields"]
    }
    assert words["issued-by-agency", "issued"] == "number of requests issued in its weeks"
    assert words["weeks-used", "issued_total"] == "number of requests issued in the week"
    assert "after release: follow_up, met_by, " in words["after-release", "attribute"]


def test_the_same_year_again_is_unchanged_and_touches_nothing(archive, make):
    before = archive.files()
    result = make(archive, YEAR, day="2017-07-01")
    assert (result.status, result.revision) == ("unchanged", 1)
    assert archive.files() == before


@pytest.mark.storm
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


@pytest.mark.storm
def test_its_note_and_its_own_parameters_are_those_of_the_year(archive, make):
    for name, text in (
        ("notes/2017.md", "A note of the year."),
        ("years/2017.yaml", "publisher: The annual desk\n"),
    ):
        (archive.root / name).parent.mkdir(exist_ok=True)
        (archive.root / name).write_text(text, "utf-8")
    draft = make(archive, YEAR, draft=True)
    assert draft.status == "draft" and "+ A note of the year." in draft.messages
    assert "Published by The annual desk" in " ".join(draft.messages)
    assert make(archive, QUARTER).status == "unchanged"


def test_what_happens_to_a_week_happens_to_its_year(archive, make):
    """A correction, the year's own, the withdrawal of a revision, and of another week."""
    assert rebuilt(archive) == 0

    correct_the_week(archive)
    assert rebuilt(archive) == 0
    for folder in ("years/2017", "years/2017/r1", "quarters/2017Q1"):
        status = archive.status(f"{folder}/index.html")
        assert "Based on a superseded revision" in status
        assert "revision 3 (correction: one page of the log was read twice)" in status
    assert f"2017 provisional, {SUPERSEDED}" in main_of(archive, "archive/index.html")
    assert f"2017 provisional, {SUPERSEDED}" in main_of(archive, "index.html")
    search = json.loads((archive.site / "search" / "index.json").read_bytes())["lines"]
    assert f"2017 · provisional, {SUPERSEDED}" in [line[2] for line in search]

    result = make(archive, YEAR, day="2017-06-25")
    assert (result.status, result.revision) == ("published", 2), result.messages
    assert rebuilt(archive, "2017-06-25") == 0
    status = archive.status("years/2017/index.html")
    assert "Correction. An earlier revision had a mistake: the week of February 11 to 17" in status
    assert SUPERSEDED not in status.lower()
    assert "What changed since revision 1" in main_of(archive, "years/2017/index.html")
    assert "The whole year Issued total" in main_of(archive, "years/2017/index.html")
    assert "superseded by revision 2 (correction)" in archive.status("years/2017/r1/index.html")
    assert [entry for entry in archive.log() if entry.startswith("Year 2017, revision 2")]
    assert SUPERSEDED in archive.status("quarters/2017Q1/index.html").lower()
    assert make(archive, YEAR).status == "unchanged"

    done = archive.ddor("withdraw", "2017", "r1", "--reason", "error", day="2017-06-26")
    assert (done.code, done.stdout) == (0, "2017 r1: withdrawn (error)\n")
    assert rebuilt(archive, "2017-06-26") == 0
    assert "Withdrawn: year 2017, revision 1" in main_of(archive, "years/2017/r1/index.html")
    assert words_of(archive.page("years/2017/index.html").h1).startswith("Annual")

    done = archive.ddor("withdraw", NEXT_WEEK, "--reason", "privacy", day="2017-06-27")
    assert done.code == 0
    gone = {line.split(" was made")[0] for line in done.stderr.splitlines()}
    assert gone == {"2017 r2", "2017Q1 r1"}  # the day is made from an extract, not from the week
    assert rebuilt(archive, "2017-06-27") == 0
    for folder in ("years/2017", "years/2017/r2"):
        assert main_of(archive, f"{folder}/index.html").startswith("Withdrawn: year 2017")
        notice = json.loads((archive.site / folder / "data" / "summary.json").read_bytes())
        assert list(notice) == ["withdrawn"]
    assert archive.ddor("verify", "2017").stdout == (
        "2017 r2: withdrawn; its notices are in place\n"
    )
    assert "years/2017" not in (archive.site / "sitemap.xml").read_text()
    assert [each for each in broken_links(archive.site) if SITE_URL not in each] == []


@pytest.mark.storm
def test_all_three_are_made_again_after_a_withdrawal(archive, make):
    assert archive.ddor("withdraw", NEXT_WEEK, "--reason", "privacy", day="2017-06-27").code == 0
    result = make(archive, YEAR, day="2017-06-28")
    assert (result.status, result.revision) == ("published", 2), result.messages
    assert result.figures["weeks_withdrawn"] == 1
    assert rebuilt(archive, "2017-06-28") == 0
    assert make(archive, QUARTER, day="2017-06-28").revision == 2
    assert archive.published("--force", day="2017-06-28") == 3
    assert rebuilt(archive, "2017-06-28") == 0
    assert make(archive, QUARTER, day="2017-06-29").revision == 3
    for period in (WEEK, "2017Q1", "2017", VALENTINE):
        done = archive.ddor("verify", period)
        assert done.code == 0 and "matches what was published" in done.stdout, done


def test_a_year_without_a_week_and_a_key_of_another_report_publish_nothing(archive, make):
    before = archive.files()
    result = make(archive, Year(2016))
    assert (result.status, result.exit_code) == ("failed", 2)
    assert result.messages == (
        "no week of 2016 is published; it has the weeks from 2015-12-26 to 2016-12-24",
    )
    assert archive.files() == before


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.period.noun)
def test_a_period_of_every_report_has_a_key_of_its_own(project, report):
    refuse_shared_key(report.period.parse({"week": WEEK, "quarter": "2017Q1"}[report.period.noun]))


def test_a_period_whose_key_names_a_week_is_refused(project):
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
    assert "asked_total" in main_of(published, "data/index.html")
    asked = main_of(published, "data/index.html").split(
        "Daily counts: further figures and columns"
    )[1]
    assert "asked requests issued on the day" in asked and "declined_total" not in asked


def test_a_week_changes_nothing_of_a_day(archive, make):
    before = files_of_day(archive)
    correct_the_week(archive)
    assert files_of_day(archive) == before
    result = make(archive, VALENTINE, day="2017-06-25")
    assert (result.status, result.revision) == ("published", 2)
    assert "Revision. Because of: new data." in archive.status(f"days/{VALENTINE}/index.html")
    assert "The whole day Asked total 395 407" in main_of(archive, f"days/{VALENTINE}/index.html")
    assert not [entry for entry in archive.log() if "Day of" in entry]
    assert rebuilt(archive, "2017-06-25") == 0


def files_of_day(archive: SmallArchive) -> dict[str, bytes]:
    return {path: data for path, data in archive.files().items() if path.startswith("days/")}


@pytest.fixture
def alone(project, tmp_path, make) -> SmallArchive:
    """An archive of a day and nothing else."""
    archive = SmallArchive(tmp_path / "alone")
    archive.receive([*numbered("b", 3, BRACKENHOLT), *numbered("t", 2, THISTLEDOWN)])
    result = make(archive, VALENTINE)
    assert (result.status, result.revision) == ("published", 1), result.messages
    return archive


def test_a_day_may_be_what_an_archive_begins_with(alone):
    assert rebuilt(alone) == 0
    assert broken_links(alone.site) == []
    assert "No weekly report has been published yet." in main_of(alone, "index.html")
    assert "No weekly report has been published yet." in main_of(alone, "archive/index.html")
    assert "Daily counts" in main_of(alone, "archive/index.html")
    agencies = {BRACKENHOLT["agency_id"], THISTLEDOWN["agency_id"]}
    assert {page.parent.name for page in alone.site.glob("agencies/[A-Z]*/index.html")} == agencies
    link = alone.page(f"days/{VALENTINE}/index.html").find("a", attrs={"data-agency": True})
    assert link["href"] in {f"../../agencies/{each}/index.html" for each in agencies}


def test_an_agency_that_only_a_day_names_has_a_page_as_long_as_the_day_stands(alone, make):
    alone.receive([*numbered("b", 3, BRACKENHOLT), *numbered("w", 2, WRENFALL)])
    with brief_weeks():
        assert alone.published(day="2017-06-21") == 1
    assert make(alone, VALENTINE, day="2017-06-22").revision == 2
    assert rebuilt(alone, "2017-06-22") == 0 and broken_links(alone.site) == []
    pages = {
        agency["agency_id"]: alone.site / "agencies" / agency["agency_id"] / "index.html"
        for agency in (BRACKENHOLT, THISTLEDOWN, WRENFALL)
    }
    assert all(page.exists() for page in pages.values())
    for number, standing in ((1, (BRACKENHOLT, WRENFALL)), (2, (BRACKENHOLT, WRENFALL))):
        done = alone.ddor("withdraw", VALENTINE, f"r{number}", "--reason", "legal")
        assert done.code == 0, done
        assert {key for key, page in pages.items() if page.exists()} == {
            each["agency_id"] for each in standing
        }
        assert rebuilt(alone) == 0 and broken_links(alone.site) == []


def test_a_template_that_does_not_know_the_period_is_refused(published, make, project):
    template = project / "notebooks" / DAILY.template
    text = template.read_text("utf-8")
    try:
        template.write_text(text.replace('day = \\"D2017-02-14\\"', 'date = \\"D2017-02-14\\"'))
        result = make(published, VALENTINE)
        assert (result.status, result.exit_code) == ("failed", 5)
        assert "does not set `day`" in " ".join(result.messages)
    finally:
        template.write_text(text, "utf-8")


def test_a_figure_without_a_meaning_is_a_mistake_of_the_report(project):
    meanings = dictionary_of(DAILY)
    assert {"flags", "figure", "value", "meaning"} <= meanings.of_columns.keys()
    with pytest.raises(KeyError):
        _ = meanings.figures["declined_total"]
