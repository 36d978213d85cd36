"""What publishing a quarter does to the files of the site, what is in its downloads, and how it is
verified."""

import json
import re

import openpyxl
import pytest
from quarter_archive import QUARTER, Quarters
from small_archive import changed, files_of, words_of

from ddor.archive.downloads import COMPILED
from ddor.jobs import verify as verify_job
from ddor.jobs.quarterly import load_quarter
from ddor.jobs.verify import _run_again as run_again

PICTURES = {
    f"{name}.{kind}"
    for name in ("declined-by-week", "citizenship", "days-to-recording")
    for kind in ("svg", "png", "csv")
}
TABLES = ("weeks_used", "issued_by_agency", "declined_by_agency", "after_release")
DATA = {f"data/{name}.csv" for name in (*TABLES, "attributes", "charges_by_group")}
DATA |= {"data/summary.json", "data/datapackage.json", f"data/ddor-{QUARTER}.xlsx"}
OWN = {"index.html", *PICTURES, *DATA}
HERE = f"quarters/{QUARTER}"
LISTS = {"index.html", "archive/index.html", "feed.xml", "search/index.json"}
LISTS |= {"data/catalog.json", "data/index.html"}


def test_a_quarter_touches_its_own_files_and_the_lists_and_nothing_else(quarters):
    stages = [quarters(name) for name in ("weeks", "quarter")]
    before, after = (archive.files() for archive in stages)
    own = {f"{HERE}/r1/{name}" for name in OWN} | {f"{HERE}/{name}" for name in OWN - PICTURES}
    assert changed(before, after) == own | LISTS and before.keys() <= after.keys()
    before, after = (files_of(archive.runs) for archive in stages)
    private = {path for path in after if path.startswith(f"{QUARTER}/r1/")}
    assert changed(before, after) == private and len(private) > 8


def test_a_sitemap_has_the_quarter_once(quarters, tmp_path):
    archive = quarters("weeks").copied_to(tmp_path / "archive")
    done = archive.quarter("--set", "site_url=https://example.org/", brief=True)
    assert done.code == 0
    addresses = re.findall("<loc>([^<]*)</loc>", (archive.site / "sitemap.xml").read_text())
    page = f"https://example.org/quarters/{QUARTER}/index.html"
    assert addresses.count(page) == 1
    assert [each for each in addresses if QUARTER in each] == [page]
    feed = [entry for entry in archive.feed() if QUARTER in entry["link"]]
    assert len(feed) == 1 and feed[0]["link"].startswith("https://example.org/quarters/")


# Downloads


def test_the_workbook_has_the_tables_as_they_are_published(quarters):
    archive = quarters("quarter")
    book = openpyxl.load_workbook(archive.site / HERE / "data" / f"ddor-{QUARTER}.xlsx")
    cells = {
        sheet.title: [[str(cell) for cell in row if cell is not None] for row in sheet.values]
        for sheet in book
    }
    for table in TABLES:
        sheet = next(title for title in cells if title.lower().replace(" ", "_")[:20] == table[:20])
        lines = archive.lines(QUARTER, table)
        assert len(lines) > 5 or table == "after_release"
        for line in lines:
            assert [cell for cell in line.values() if cell] in cells[sheet], (table, line)
    figures = {row[0]: row[1] for rows in cells.values() for row in rows if len(row) == 3}
    for name, value in archive.summary(QUARTER)["figures"].items():
        assert figures.get(name) == (None if value is None else str(value)), name


def test_every_column_and_figure_is_described(quarters):
    archive = quarters("quarter")
    package = json.loads((archive.site / HERE / "data" / "datapackage.json").read_bytes())
    for resource in package["resources"]:
        lines = archive.lines(QUARTER, resource["path"].removesuffix(".csv"))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(lines[0])
        for field in fields:
            assert field["description"] == COMPILED.of_columns[field["name"]]
            assert ("unit" in field) is (field["type"] == "integer")
    assert archive.summary(QUARTER)["figures"].keys() == COMPILED.figures.keys()
    # What a quarter's table of requests issued has is not of one week alone.
    issued = next(r for r in package["resources"] if r["name"] == "issued-by-agency")
    (column,) = (f for f in issued["schema"]["fields"] if f["name"] == "issued")
    assert not re.search(r"in the week\b", f"{column['description']}, {issued['title']}")
    after = next(r for r in package["resources"] if r["name"] == "after-release")
    (attribute,) = (f for f in after["schema"]["fields"] if f["name"] == "attribute")
    named = {line["attribute"] for line in archive.lines(QUARTER, "after_release")}
    assert named >= {"follow_up", "met_by"}
    names = {*named, "later_charges", "days_to_arrest"}
    assert all(name in attribute["description"] for name in names)


@pytest.mark.parametrize("path", ["index.html", "r1/index.html"])
def test_the_page_tells_machines_its_own_figures(quarters, path):
    archive = quarters("quarter")
    page = archive.page(f"{HERE}/{path}")
    dataset = json.loads(page.find("script", type="application/ld+json").string)
    figures = {each["name"]: each["value"] for each in dataset["variableMeasured"]}
    told = archive.summary(QUARTER)["figures"]
    assert figures == {name: value for name, value in told.items() if value is not None}
    assert f"Of the {figures['declined_total']} requests declined" in words_of(page.article)
    assert f"and one is known for {figures['met_rule']}." in words_of(page.article)
    assert dataset["name"].startswith("Quarterly Declined Detainer Report, quarter of January")
    assert {each["contentUrl"] for each in dataset["distribution"]} == DATA


# Verified


def test_verify_makes_the_same_again(quarters):
    before = files_of(quarters("quarter").output)
    done = quarters("quarter").ddor("verify", "FY2017Q2")
    assert (done.code, done.stdout) == (0, f"{QUARTER} r1: matches what was published\n"), done
    assert files_of(quarters("quarter").output) == before


@pytest.mark.parametrize(
    ("file", "figure", "told"),
    [
        (f"site/{HERE}/r1/index.html", "46", "article.html: the archive holds a different file"),
        (f"site/{HERE}/data/summary.json", "46", "quarter's own address holds a different file"),
        (f"runs/{QUARTER}/r1/weeks.csv", "23", "input weeks: not the one that was used"),
        (f"runs/{QUARTER}/r1/candidates.csv", "2017-01", "candidates.csv: the private file was"),
    ],
)
def test_verify_names_what_was_changed_by_hand(quarters, tmp_path, monkeypatch, file, figure, told):
    archive = quarters("quarter").copied_to(tmp_path / "archive")
    monkeypatch.setattr(verify_job, "_run_again", _once(quarters("quarter")))
    changed = archive.output / file
    text = changed.read_text("utf-8")
    other = text.replace(figure, f"{figure}7")
    assert other != text
    changed.write_text(other, "utf-8")
    done = archive.ddor("verify", QUARTER)
    assert done.code == 5 and told in done.stderr, done


_AGAIN = {}


def _once(archive: Quarters):
    """Running it again, which gives what is kept: once for all of these tests."""

    def again(prepared, template):
        if not _AGAIN:
            with archive.in_project(kernel=False):
                own = load_quarter(archive.runs / QUARTER / "r1")
                _AGAIN.update(run_again(own, archive.runs / QUARTER / "r1" / "template.ipynb"))
        return dict(_AGAIN)

    return again
