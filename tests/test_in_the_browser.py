"""What a reader sees: every kind of page in Debian's Chromium, from files and from a server."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import serving
from in_the_browser import A4_CONTENT, RULES, all_seen, listened, open_folds, too_wide_for_a4

PAGES = {
    "home": "index.html",
    "archive": "archive/index.html",
    "week": "weeks/2017-03-04/index.html",
    "revision": "weeks/2017-03-04/r1/index.html",
    "re-enactment": "weeks/2017-01-28/index.html",
    "agency": "agencies/TX9SYN001/index.html",
    "corrections": "corrections/index.html",
}


@pytest.fixture(scope="module")
def served(sample_archive):
    with serving(sample_archive / "site") as address:
        yield address


@pytest.fixture
def show(browser, sample_archive):
    """Opens a page by its kind, from its file: show("week", color_scheme="dark") -> page."""
    contexts = []

    def opened(kind, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.goto((sample_archive / "site" / PAGES[kind]).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_no_page_asks_another_host_or_complains(browser, served, kind, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    heard = listened(page)
    page.goto(served + PAGES[kind], wait_until="networkidle")
    asked = heard["asked"]
    assert len(asked) >= 2  # the page and its style sheet at least
    assert [url for url in asked if not url.startswith((served, "data:"))] == []
    assert heard["said"] == []
    context.close()


@pytest.mark.storm  # test_site_in_the_browser.py looks at the same kinds of page
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(show, kind, scheme):
    page = show(kind, color_scheme=scheme)
    open_folds(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    told = [f"{v['id']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]
    assert len(found["passes"]) > 10
    assert told == []


@pytest.mark.parametrize(
    "width", [320, *(pytest.param(width, marks=pytest.mark.storm) for width in (360, 640))]
)
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_fits_a_narrow_screen(show, kind, width):
    page = show(kind, viewport={"width": width, "height": 800})
    open_folds(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_fits_a4_paper(show, kind):
    page = show(kind, viewport={"width": A4_CONTENT, "height": 1000})
    assert too_wide_for_a4(page) == []


def test_every_chart_is_drawn_and_named_by_its_figures(show):
    page = show("week")
    all_seen(page)
    charts = page.evaluate(
        """[...document.querySelectorAll('img')].map(i =>
            ({alt: i.alt, wide: i.naturalWidth, cells: [...i.closest('figure')
              .querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.innerText))}))"""
    )
    assert len(charts) == 5
    for chart in charts:
        assert chart["wide"] > 200
        label, *values = chart["cells"][0]
        assert f"{label}: {values[-1]}" in chart["alt"]


def test_a_fold_opens_and_the_skip_link_works_by_keyboard_alone(show):
    page = show("week")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('figure summary')"):
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True


def test_without_javascript_the_page_reads_the_same(show):
    with_it, without = show("week"), show("week", java_script_enabled=False)
    with_it.evaluate("document.querySelectorAll('p.filter').forEach(e => e.remove())")
    assert without.locator("main").inner_text() == with_it.locator("main").inner_text()


def test_a_reader_gets_from_the_home_page_to_the_same_figure_in_a_download(show, sample_archive):
    page = show("home")
    page.click("text=Read the latest report")
    assert "39 requests as declined" in page.locator("blockquote").inner_text()
    address = page.get_attribute("a[href='data/declined_by_agency.csv']", "href")
    csv = (sample_archive / "site" / "weeks" / "2017-03-04" / address).read_text().splitlines()
    declined = csv[0].split(",").index("declined")
    assert sum(int(line.split(",")[declined]) for line in csv[1:]) == 39


def test_a_table_sorts_and_filters_by_state_by_keyboard(show):
    page = show("week")
    table = page.locator(".table[data-sorts]").last
    head = table.get_by_role("button", name="Honored")
    head.focus()
    page.keyboard.press("Enter")
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    numbers = [
        int(text) for text in table.locator("tr[data-state] td:last-child").all_inner_texts()
    ]
    assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) > 1
    assert table.locator("tbody tr").last.get_attribute("class") == "rest"
    choice = page.locator("p.filter select").last
    choice.select_option("TX")
    shown = table.locator("tbody tr:not([hidden])")
    assert {row.get_attribute("data-state") for row in shown.all()} == {"TX"}
    choice.select_option("")
    assert shown.count() == len(numbers) + 1


def test_on_a_phone_the_contents_are_a_fold_and_the_first_column_stays_in_sight(show):
    page = show("week", viewport={"width": 360, "height": 640})
    assert not page.locator(".contents > details").evaluate("e => e.open")
    table = page.locator(".table[data-sorts]").last
    table.evaluate("e => { e.scrollLeft = 300 }")
    name = table.locator("tbody th").first
    assert table.evaluate("e => e.scrollLeft") > 100
    assert name.evaluate("e => e.getBoundingClientRect().left") >= 0
