"""The quarterly report as readers meet it: with a chart, weeks without a report, what is known
after release, two cases, and a week that was revised since; and a withdrawn one."""

import re

import pytest
from bs4 import BeautifulSoup
from conftest import until
from in_the_browser import all_seen, not_printed, open_folds
from small_archive import words_of

HERE = "quarters/2017Q1"


@pytest.fixture
def show(visit, followed):
    """show(color_scheme="dark") -> the quarter's page, from its file."""
    return lambda **options: visit((followed.site / HERE / "index.html").as_uri(), **options)


@pytest.fixture(scope="module")
def article(followed) -> BeautifulSoup:
    return followed.page(f"{HERE}/index.html").article


# By keyboard, and on paper


def test_every_table_that_scrolls_is_reached_and_scrolled_by_keyboard(show):
    page = show(viewport={"width": 360, "height": 640})
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


def test_on_paper_every_sentence_is_there_and_the_chart_is_the_light_one(show, tmp_path):
    page = show(color_scheme="dark")
    all_seen(page)
    page.emulate_media(media="print", color_scheme="dark")
    chart = page.locator("figure.chart img").first.evaluate("e => e.currentSrc")
    assert chart.endswith("/declined-by-week.svg")
    said = ":is(article p, article li, article dd):not(:is(.take, .filter, .take *, .filter *))"
    assert not_printed(page, said, 25, tmp_path / "quarter.pdf", "A4") == []


# What it says


@pytest.mark.parametrize("page", ["index.html", "r1/index.html"])
def test_its_head_says_which_week_is_another_by_now(followed, page):
    status = followed.status(f"{HERE}/{page}")
    assert status.startswith("Provisional, based on a superseded revision. Revision 1, published")
    assert "from 4 weekly reports with data as of December 31, 2017 or later" in status
    assert "Week of March 4 to 10, 2017 : revision 2 (new data); this has revision 1" in status


def test_the_chart_is_drawn_and_named_and_a_week_without_a_report_has_words_for_a_bar(show):
    page = show()
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
        heads = "Agency asked|Charges before release|After release|Status|Source|Approved"
        assert [*facts] == heads.split("|")
        assert facts["Source"].startswith("court record: ")
        assert case.find("a", attrs={"data-agency": True})
        assert "C-" not in case.get_text()


@pytest.mark.parametrize("page", ["index.html", "r1/index.html"])
def test_a_withdrawn_quarter_says_so_and_nothing_else(followed, page):
    page = followed.page(f"quarters/2017Q2/{page}")
    assert words_of(page.h1) == "Withdrawn: quarter of April to June 2017, revision 1"
    assert page.article is None and page.find("table") is None
    assert "The kind of reason is: legal" in words_of(page.find("main"))
