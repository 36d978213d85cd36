"""What the published files hold, without a browser: structure, links, words, and what they must
never hold."""

import csv
import gzip
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import PROJECT, SAMPLE_WEEKS
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ddor.archive.render import NBCONVERTS_PLACEHOLDER, render_article
from ddor.errors import NotebookFailed
from ddor.report.charts import stacked_bars

SYNTHETIC = "Synthetic data, not a report about any agency"
WEEK = "2017-03-04"


@pytest.fixture(scope="module")
def site(sample_archive) -> Path:
    return sample_archive / "site"


@pytest.fixture(scope="module")
def pages(site) -> dict[str, BeautifulSoup]:
    """Path below site/ -> page."""
    files = sorted(site.rglob("*.html"))
    agencies = len(list(site.glob("agencies/[A-Z]*/index.html")))
    lists = len(list(site.glob("agencies/**/index.html"))) - agencies
    # Home, overview, FAQs, fact sheet, methods, archive and its year, corrections, data, search.
    assert len(files) == 10 + 2 * len(SAMPLE_WEEKS) + agencies + lists
    assert agencies > 100 and lists > 30
    return {
        str(file.relative_to(site)): BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in files
    }


def notebook(*markdown: str):
    return new_notebook(cells=[new_markdown_cell(text) for text in ("# A title", *markdown)])


def test_the_placeholder_sentence_is_still_nbconverts_own():
    html, _ = HTMLExporter().from_notebook_node(notebook('<img src="a.svg">'))
    assert NBCONVERTS_PLACEHOLDER in html


@pytest.mark.parametrize("picture", ['<img src="a.svg">', "![](a.svg)", '<img alt="" src="a">'])
def test_a_page_with_a_picture_without_alternative_is_refused(picture):
    with pytest.raises(NotebookFailed, match="text alternative"):
        render_article(notebook(picture))
    assert 'alt="A line"' in render_article(notebook("![A line](a.svg)")).html


def test_a_page_without_a_title_or_with_two_is_refused():
    with pytest.raises(NotebookFailed, match="2 titles"):
        render_article(notebook("# Another"))


def test_no_picture_is_without_a_real_text_alternative(pages):
    images = [image for page in pages.values() for image in page.find_all("img")]
    assert len(images) == 2 * 5 * len(SAMPLE_WEEKS)
    for image in images:
        assert NBCONVERTS_PLACEHOLDER not in image["alt"]
        assert len(image["alt"]) > 60 and re.search(r": \d", image["alt"])


def test_each_page_has_one_title_and_its_heads_do_not_jump(pages):
    for path, page in pages.items():
        levels = [int(head.name[1]) for head in page.find_all(re.compile("^h[1-6]$"))]
        assert levels.count(1) == 1 and levels[0] == 1, path
        assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False)), path
        assert page.html["lang"] == "en-US"
    titles = [page.title.text for path, page in pages.items() if "/r1/" not in path]
    assert len(set(titles)) == len(titles)


def test_every_table_has_a_caption_and_every_head_its_scope(pages):
    tables = [table for page in pages.values() for table in page.find_all("table")]
    assert len(tables) > 50
    for table in tables:
        assert table.caption.get_text(strip=True)
        assert all(head.get("scope") in ("col", "row") for head in table.find_all("th"))
        assert all(row.find("th", scope="row") for row in table.tbody.find_all("tr"))


def test_every_link_and_anchor_leads_somewhere(pages, site):
    seen = 0
    for path, page in pages.items():
        links = [
            (tag, tag.get("href") or tag.get("src") or tag.get("srcset"))
            for tag in page.find_all(["a", "link", "img", "source"])
        ]
        for tag, link in links:
            target = urlsplit(urljoin(f"http://site/{path}", link))
            if tag.name == "a" and target.netloc != "site":
                continue  # a source that a reader may follow
            assert target.netloc == "site", (path, tag)
            file = site / target.path.lstrip("/")
            assert file.is_file(), (path, link)
            if target.fragment:
                assert pages[target.path.lstrip("/")].find(id=target.fragment), (path, link)
            seen += 1
    assert seen > 100


def test_no_page_is_over_200_kilobytes_or_45_compressed(site):
    assets = sum(f.stat().st_size for f in (site / "assets").iterdir())
    assert assets < 30_000
    for file in site.rglob("*.html"):
        assert file.stat().st_size < 200_000, file
        assert len(gzip.compress(file.read_bytes())) < 45_000, file


def test_the_contents_lead_to_every_section_part_and_check(pages):
    page = pages[f"weeks/{WEEK}/index.html"]
    links = [link["href"] for link in page.select("nav.contents a")]
    heads = [f"#{head['id']}" for head in page.article.find_all(["h2", "h3"])]
    checks = [f"#{row['id']}" for row in page.select("tr[id^=check-]")]
    assert len(checks) > 10 and "#check-E5" in checks and "#dispute" in heads
    assert {*links} == {*heads, *checks, "#cite"}


def test_no_head_stands_over_nothing(pages):
    heads = [
        head for page in pages.values() if page.article for head in page.article.find_all("h3")
    ]
    assert heads
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
    files = [
        f
        for f in site.rglob("*")
        if f.suffix in (".html", ".svg", ".csv") and f.parent.name != "assets"
    ]
    files += list(site.rglob("datapackage.json"))
    assert len([f for f in files if f.suffix == ".svg"]) == 5 * len(SAMPLE_WEEKS)
    assert len([f for f in files if f.suffix == ".csv"]) > 7 * 2 * 4
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
    for path in ("weeks/2017-01-28/index.html", "weeks/2017-01-28/r1/index.html"):
        banner = pages[path].find("aside").get_text(" ", strip=True)
        assert banner.startswith(SYNTHETIC) and "Re-enactment" in banner
        main = " ".join(pages[path].find("main").get_text(" ").split())
        assert "Re-enactment of the report of January 28, 2017, which was suspended" in main
    assert "re-enact" not in pages[f"weeks/{WEEK}/index.html"].get_text().lower()


def test_the_four_sections_stand_in_their_order_and_no_code_is_shown(pages):
    page = pages[f"weeks/{WEEK}/index.html"]
    heads = [head.get_text() for head in page.article.find_all("h2")]
    assert page.find_all("h2")[-1].get_text() == "Data and citation"
    assert [head.split(".")[0] for head in heads] == [
        "Key points",
        "Section I",
        "Section II",
        "Section III",
        "Section IV",
    ]
    assert 3 <= len(page.find("blockquote").find_all("li")) <= 5
    text = page.get_text()
    for code in ("import ", "report.", "%%narrative", "{{", "glue", "For the analyst", "papermill"):
        assert code not in text


def test_no_page_shows_what_a_program_says_for_nothing(pages):
    for path, page in pages.items():
        words = set(re.findall(r"[\w&#;]+", page.get_text()))
        assert not words & {"nan", "NaN", "NaT", "None", "null", "undefined", "Undefined"}, path
        assert "&#" not in page.get_text() and "\ue000" not in page.get_text(), path


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
