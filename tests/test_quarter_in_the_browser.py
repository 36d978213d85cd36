"""The quarterly report as readers meet it: with a chart, weeks without a report, what is known
after release, two cases, and a week that was revised since; and a withdrawn one."""

import functools
import re
import subprocess
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import need, serving, until
from followed_archive import followed_at
from html_checker import told_of
from in_the_browser import (
    A4_CONTENT,
    MOST_BYTES,
    MOST_REQUESTS,
    NARROW,
    NEVER_MISSING,
    SCREENS,
    WIDE,
    all_seen,
    first_view,
    listened,
    open_folds,
    too_wide_for_a4,
)
from small_archive import broken_links, words_of

PAGES = {
    "quarter": "quarters/2017Q1/index.html",
    "revision": "quarters/2017Q1/r1/index.html",
    "withdrawn": "quarters/2017Q2/index.html",
    "withdrawn revision": "quarters/2017Q2/r1/index.html",
    "archive": "archive/index.html",
    "data": "data/index.html",
}
# What a scheme and a width do to a report is seen on the quarter itself.
VIEWS = [
    *(("quarter", screen) for screen in SCREENS),
    *(("withdrawn", screen) for screen in (WIDE, NARROW)),
    ("revision", WIDE),
    ("withdrawn revision", NARROW),
    ("archive", NARROW),
    ("data", WIDE),
]
every_page = pytest.mark.parametrize("kind", PAGES)
every_view = pytest.mark.parametrize("kind, screen", VIEWS)


@pytest.fixture(scope="module")
def archive(tmp_path_factory, worker_id):
    root = tmp_path_factory.getbasetemp()
    return followed_at(root if worker_id == "master" else root.parent)


@pytest.fixture(scope="module")
def served(archive):
    with serving(archive.site) as address:
        yield address


@pytest.fixture(scope="module")
def seen(browser, served):
    return functools.cache(lambda kind, screen: first_view(browser, served + PAGES[kind], screen))


@pytest.fixture
def show(browser, archive):
    """show("quarter", color_scheme="dark") -> that page, from its file."""
    contexts = []

    def opened(kind, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto((archive.site / PAGES[kind]).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def article(archive) -> BeautifulSoup:
    return archive.page(PAGES["quarter"]).article


# As every page


@every_view
def test_axe_finds_nothing(seen, kind, screen):
    found = seen(kind, screen)
    assert NEVER_MISSING <= found.ran
    assert found.axe == []


@every_view
def test_it_neither_complains_nor_asks_for_much_nor_scrolls_sideways(
    seen, served, archive, kind, screen
):
    found = seen(kind, screen)
    assert found.said == []
    assert [url for url in found.asked if not url.startswith(served)] == []
    assert len({*found.at_first, *found.loaded}) <= MOST_REQUESTS
    files = [archive.site / urlsplit(url).path.lstrip("/") for url in (found.url, *found.loaded)]
    assert sum(file.stat().st_size for file in files if file.suffix != ".svg") < MOST_BYTES
    assert {width: of for width, of in found.widths.items() if of > width} == {}


def test_the_checker_of_html_and_css_finds_nothing(archive):
    assert told_of(*(archive.site / path for path in PAGES.values())) == {}


def test_every_link_and_every_anchor_leads_somewhere(archive):
    assert broken_links(archive.site) == []


@every_page
def test_without_javascript_it_reads_the_same(show, kind):
    with_it, without = show(kind), show(kind, java_script_enabled=False)
    # The filter by state is the script's own.
    with_it.evaluate("document.querySelectorAll('p.filter').forEach(e => e.remove())")
    assert without.locator("main").inner_text() == with_it.locator("main").inner_text()


@every_page
def test_from_a_file_it_has_its_style_and_its_links_lead_to_files(browser, archive, kind):
    page = browser.new_context().new_page()
    heard = listened(page)
    page.goto((archive.site / PAGES[kind]).as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    links = page.evaluate("[...document.querySelectorAll('a')].map(e => e.href)")
    local = [unquote(urlsplit(link).path) for link in links if link.startswith("file:")]
    assert len(local) >= 8
    assert [path for path in local if not (archive.site / path).is_file()] == []
    assert heard["said"] == []
    page.context.close()


@every_page
def test_it_has_one_title_and_its_heads_do_not_jump(archive, kind):
    page = archive.page(PAGES[kind])
    levels = [int(head.name[1]) for head in page.find_all(re.compile("^h[1-6]$"))]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))


def test_every_table_has_a_caption_and_every_head_its_scope(article):
    tables = article.find_all("table")
    assert len(tables) == 11  # the charts of people have theirs too
    for table in tables:
        assert table.caption.get_text(strip=True)
        assert all(head.get("scope") in ("col", "row") for head in table.find_all("th"))
        assert all(row.find("th", scope="row") for row in table.tbody.find_all("tr"))


# By keyboard, and on paper


def test_every_table_that_scrolls_is_reached_and_scrolled_by_keyboard(show):
    page = show("quarter", viewport={"width": 360, "height": 640})
    open_folds(page)
    scrolling = page.evaluate(
        "[...document.querySelectorAll('.table')].filter(e => e.scrollWidth > e.clientWidth)"
        ".map(e => e.getAttribute('aria-label'))"
    )
    assert len(scrolling) >= 3
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if label in scrolling and label not in reached:
            reached.add(label)
            page.keyboard.press("ArrowRight")
            until(page, "document.activeElement.scrollLeft > 0")
    assert reached == {*scrolling}


@pytest.mark.parametrize("kind", ["quarter", "withdrawn"])
def test_it_fits_paper(show, kind):
    page = show(kind, viewport={"width": A4_CONTENT, "height": 1000})
    assert too_wide_for_a4(page) == []


def test_on_paper_every_sentence_is_there_and_the_chart_is_the_light_one(show, tmp_path):
    need("pdftotext")
    page = show("quarter", color_scheme="dark")
    all_seen(page)
    page.emulate_media(media="print", color_scheme="dark")
    chart = page.locator("figure.chart img").first.evaluate("e => e.currentSrc")
    assert chart.endswith("/declined-by-week.svg")
    page.pdf(path=tmp_path / "quarter.pdf", format="A4")
    done = subprocess.run(
        ["pdftotext", tmp_path / "quarter.pdf", "-"], capture_output=True, text=True
    )
    printed = re.sub(r"[\s-]", "", done.stdout)  # pdftotext drops the hyphen at a line's end
    said = page.evaluate(
        "[...document.querySelectorAll('article p, article li, article dd')]"
        ".filter(e => !e.closest('.take, .filter')).map(e => e.textContent)"
    )
    assert len(said) > 25
    assert [words for words in said if re.sub(r"[\s-]", "", words) not in printed] == []


# What it says


@pytest.mark.parametrize("kind", ["quarter", "revision"])
def test_its_head_says_which_week_is_another_by_now(archive, kind):
    status = archive.status(PAGES[kind])
    assert status.startswith("Provisional, based on a superseded revision. Revision 1, published")
    assert "from 4 weekly reports with data as of December 31, 2017 or later" in status
    assert "Week of March 4 to 10, 2017 : revision 2 (new data); this has revision 1" in status


def test_the_chart_is_drawn_and_named_and_a_week_without_a_report_has_words_for_a_bar(show):
    page = show("quarter")
    all_seen(page)
    chart, *of_people = page.locator("figure.chart img").all()
    assert all(each.evaluate("e => e.naturalWidth") > 200 for each in of_people)
    assert chart.evaluate("e => e.naturalWidth") > 200
    told = chart.get_attribute("alt")
    assert "December 31 to January 6: 42 (" in told and "January 7 to 13: no report" in told
    open_folds(page)
    rows = page.locator("figure.chart").first.locator("tbody tr").all_inner_texts()
    assert len(rows) == 13 and rows[1].split("\t")[0] == "January 7 to 13 (no report)"


def test_what_is_known_after_release_is_told_with_equal_weight(article):
    words = words_of(article)
    known = re.search(
        r"For (\d+) of them the data shows .*?No later arrest or conviction that "
        r"counts is known for (\d+), and one is known for (\d+)",
        words,
    )
    of_known, no_arrest, met = map(int, known.groups())
    assert met >= 30 and no_arrest + met == of_known
    table = next(t for t in article.find_all("table") if "After release" in t.caption.get_text())
    cells = {words_of(row.th): row.td for row in table.tbody.find_all("tr")}
    assert "n" in table["class"]  # every cell is a number
    assert words_of(cells["Later arrest or conviction that counts, of the known"]) == str(met)
    assert words_of(cells["Cases chosen for this revision"]) == "2"
    captions = [words_of(each) for each in article.find_all("caption")]
    assert "Later charges that count, by category and offense group" in captions
    assert "Days from release to the first arrest or charge that counts" in captions


def test_a_case_has_its_agency_its_groups_and_its_source_and_no_label(article):
    cases = article.find_all("section", class_="case")
    assert len(cases) == 2
    for case in cases:
        facts = {words_of(each.dt): words_of(each.dd) for each in case.find_all("div")}
        assert [*facts] == [
            "Agency asked",
            "Charges before release",
            "After release",
            "Status",
            "Source",
            "Approved",
        ]
        assert facts["Source"].startswith("court record: ")
        assert case.find("a", attrs={"data-agency": True})
        assert "C-" not in case.get_text()


@pytest.mark.parametrize("kind", ["withdrawn", "withdrawn revision"])
def test_a_withdrawn_quarter_says_so_and_nothing_else(archive, kind):
    page = archive.page(PAGES[kind])
    assert words_of(page.h1) == "Withdrawn: quarter of April to June 2017, revision 1"
    assert page.article is None and page.find("table") is None
    assert "The kind of reason is: legal" in words_of(page.find("main"))
