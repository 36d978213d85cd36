"""What publishing a quarter does to the files of the site, what is in its downloads, and how it is
verified."""

import json

import openpyxl
import pytest
from conftest import cases
from quarter_archive import QUARTER
from small_archive import changed, files_of, words_of

from ddor.archive.downloads import COMPILED

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
    private = {path for path in after if path.startswith((f"{QUARTER}/r1/", f"logs/{QUARTER}."))}
    assert changed(before, after) == private and len(private) > 8


# Downloads


def test_the_workbook_has_the_tables_as_they_are_published(quarters):
    archive = quarters("quarter")
    book = openpyxl.load_workbook(archive.site / HERE / "data" / f"ddor-{QUARTER}.xlsx")
    cells = {
        sheet.title.lower().replace(" ", "_")[:20]: [
            [str(cell) for cell in row if cell is not None] for row in sheet.values
        ]
        for sheet in book
    }
    for table in TABLES:
        lines = archive.lines(QUARTER, table)
        assert len(lines) > 5 or table == "after_release"
        for line in lines:
            assert [cell for cell in line.values() if cell] in cells[table[:20]], (table, line)
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
    "changes",
    [
        """
        site/quarters/2017Q1/r1/index.html | 46 | article.html: the archive holds a different file
        site/quarters/2017Q1/data/summary.json | 46 | quarter's own address holds a different file
        runs/2017Q1/r1/candidates.csv | 2017-01 | candidates.csv: the private file was
        """,
        "runs/2017Q1/r1/weeks.csv | first | input weeks: not the one that was used",
    ],
)
def test_verify_names_what_was_changed_by_hand(quarters, tmp_path, changes):
    archive = quarters("quarter").copied_to(tmp_path / "archive")
    for file, figure, _ in cases(changes):
        text = (archive.output / file).read_text("utf-8")
        assert figure in text
        (archive.output / file).write_text(text.replace(figure, f"{figure}7"), "utf-8")
    done = archive.ddor("verify", QUARTER)
    assert done.code == 5, done
    for *_, told in cases(changes):
        assert told in done.stderr, done
