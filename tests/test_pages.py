"""What the files of the published samples hold and must never hold, and what a page is refused
for."""

import csv
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import PROJECT, SAMPLE_WEEKS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ddor.archive.render import PLACEHOLDER, render_article
from ddor.errors import NotebookFailed
from ddor.report.charts import stacked_bars

SYNTHETIC = "Synthetic data, not a report about any agency"
WEEK = "2017-03-04"


@pytest.fixture(scope="module")
def site(sample_archive) -> Path:
    return sample_archive / "site"


@pytest.fixture(scope="module")
def pages(site) -> dict[str, BeautifulSoup]:
    """Week and revision, or week alone -> page of the report."""
    return {
        file.parent.relative_to(site / "weeks").as_posix(): BeautifulSoup(
            file.read_text("utf-8"), "html.parser"
        )
        for file in site.glob("weeks/**/index.html")
    }


def notebook(*markdown: str):
    return new_notebook(cells=[new_markdown_cell(text) for text in ("# A title", *markdown)])


@pytest.mark.parametrize(
    "picture",
    ['<img src="a.svg">', "![](a.svg)", '<img alt="" src="a">', f"![{PLACEHOLDER}](a.svg)"],
)
def test_a_page_with_a_picture_without_alternative_is_refused(picture):
    with pytest.raises(NotebookFailed, match="text alternative"):
        render_article(notebook(picture))
    assert 'alt="A line"' in render_article(notebook("![A line](a.svg)")).html


def test_a_page_without_a_title_or_with_two_is_refused():
    with pytest.raises(NotebookFailed, match="2 titles"):
        render_article(notebook("# Another"))


def test_there_are_so_many_pages_and_no_more(site):
    agencies = len(list(site.glob("agencies/[A-Z]*/index.html")))
    lists = len(list(site.glob("agencies/**/index.html"))) - agencies
    assert agencies > 100 and lists > 30
    # Home, overview, FAQs, fact sheet, methods, archive and its year, corrections, data, search.
    assert len(list(site.rglob("*.html"))) == 10 + 2 * len(SAMPLE_WEEKS) + agencies + lists


def test_the_contents_lead_to_every_section_part_and_check(pages):
    page = pages[WEEK]
    links = [link["href"] for link in page.select("nav.contents a")]
    heads = [f"#{head['id']}" for head in page.article.find_all(["h2", "h3"])]
    checks = [f"#{row['id']}" for row in page.select("tr[id^=check-]")]
    assert len(checks) > 10 and "#check-E5" in checks and "#dispute" in heads
    assert {*links} == {*heads, *checks, "#cite"}


def test_no_head_stands_over_nothing(pages):
    heads = [head for page in pages.values() for head in page.article.find_all("h3")]
    assert len(heads) > len(pages) == 2 * len(SAMPLE_WEEKS)
    for head in heads:
        following = head.find_next_sibling()
        assert following is not None and following.name not in ("h2", "h3")


def test_nothing_public_holds_a_request_id(site):
    files = [
        f for f in site.rglob("*") if f.is_file() and f.suffix not in (".xlsx", ".parquet", ".png")
    ]
    text = {f: f.read_text("utf-8") for f in files}
    assert len(text) > 60
    for week in SAMPLE_WEEKS:
        with open(PROJECT / "samples" / week / "requests.csv", encoding="utf-8") as file:
            ids = {row["request_id"] for row in csv.DictReader(file)}
        pattern = re.compile(rf"\b({'|'.join(map(re.escape, sorted(ids)))})\b")
        for file, content in text.items():
            if f"weeks/{week}" in file.as_posix():
                assert not pattern.search(content), file


def test_every_page_chart_and_download_says_that_the_data_is_synthetic(site):
    found = {end: list(site.rglob(f"*{end}")) for end in (".html", ".svg", ".csv")}
    found[".svg"] = [file for file in found[".svg"] if file.parent.name != "assets"]
    assert len(found[".svg"]) == 5 * len(SAMPLE_WEEKS) and len(found[".csv"]) > 7 * 2 * 4
    files = [*sum(found.values(), []), *site.rglob("datapackage.json")]
    files += [site / "search" / "index.json", site / "feed.xml", site / "data" / "catalog.json"]
    for file in files:
        assert SYNTHETIC in file.read_text("utf-8"), file
    books, tables = list(site.rglob("*.xlsx")), list(site.rglob("*.parquet"))
    assert len(books) == 2 * 4 and len(tables) == 8
    for file in books:
        for sheet in openpyxl.load_workbook(file):
            assert any(SYNTHETIC in str(cell.value) for cell in sheet["A"]), (file, sheet.title)
    for file in tables:
        assert pd.read_parquet(file)["flags"].str.contains(SYNTHETIC).all(), file
    assert all('"synthetic": true' in f.read_text() for f in site.rglob("summary.json"))


def test_the_re_enactment_says_what_it_is_in_its_first_line(pages):
    for path in ("2017-01-28", "2017-01-28/r1"):
        banner = pages[path].find("aside").get_text(" ", strip=True)
        assert banner.startswith(SYNTHETIC) and "Re-enactment" in banner
        main = " ".join(pages[path].find("main").get_text(" ").split())
        assert "Re-enactment of the report of January 28, 2017, which was suspended" in main
    assert "re-enact" not in pages[WEEK].get_text().lower()


def test_the_four_sections_stand_in_their_order_and_no_code_is_shown(pages):
    page = pages[WEEK]
    heads = [head.get_text() for head in page.article.find_all("h2")]
    assert page.find_all("h2")[-1].get_text() == "Data and citation"
    sections = ["Key points", *(f"Section {number}" for number in ("I", "II", "III", "IV"))]
    assert [head.split(".")[0] for head in heads] == sections
    assert 3 <= len(page.find("blockquote").find_all("li")) <= 5
    text = page.get_text()
    for code in ("import ", "report.", "%%narrative", "{{", "glue", "For the analyst", "papermill"):
        assert code not in text


@pytest.mark.parametrize("name", ['"Q" Jail', "O'Neill's", '"both" and \'', "A & B <C>", "É 🙂"])
def test_an_agency_may_have_any_name_in_a_charts_alternative(name):
    frame = pd.DataFrame({"agency": [name], "n": [3]})
    chart = stacked_bars("a-chart", frame, "agency", {"n": "N"}, "A caption", False)
    page = notebook()
    output = new_output("display_data", {"text/html": chart._repr_html_()})
    page.cells.append(new_code_cell("chart", outputs=[output]))
    article = render_article(page)
    assert BeautifulSoup(article.html, "html.parser").img["alt"] == chart.alternative
    assert set(article.pictures) == {"a-chart.svg", "a-chart.png", "a-chart.csv"}
