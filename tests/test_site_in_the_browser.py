"""The site as readers meet it: every kind of page of the large archive, in Debian's Chromium.

Every kind is loaded once for each screen of SCREENS, and all about a first view is gathered then
(`seen`); once from its file (`from_file`); and once without JavaScript.
"""

import csv
import functools
import io
import json
import re
import subprocess
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from conftest import need, serving, until
from in_the_browser import (
    MOST_BYTES,
    MOST_REQUESTS,
    NARROW,
    NEVER_MISSING,
    SCREENS,
    TWO_FRAMES,
    WIDE,
    first_view,
    listened,
    tab_to,
)
from large_archive import ACCENT, FORMULA, FRANKLIN, MARKUP

from ddor.archive.site import NOT_FOUND

# kind -> its address, and words that only this kind has
KINDS = {
    "home": ("index.html", "Read the latest report"),
    "overview": ("overview/index.html", "Overview"),
    "faqs": ("faqs/index.html", "Frequently asked questions"),
    "fact sheet": ("fact-sheet/index.html", "Last reviewed"),
    "archive": ("archive/index.html", "Coming releases"),
    "archive of a year": ("archive/2017/index.html", "Archived reports of 2017"),
    "agencies by state": ("agencies/index.html", "Agencies by state"),
    "agencies, a to z": ("agencies/a-z/index.html", "Agencies from A to Z"),
    "agencies of a state": ("agencies/by-state/oh/index.html", "Ohio"),
    "agency with laws": ("agencies/IL9SYN001/index.html", "Illinois"),
    "agency with a dispute": ("agencies/{accent}/index.html", "Disputes and corrections"),
    "agency of a name of many": ("agencies/{franklin}/index.html", "the same name"),
    "agency with markup": ("agencies/{markup}/index.html", MARKUP),
    "latest week": ("weeks/{large.latest}/index.html", "Published after review."),
    "disputed week": ("weeks/{large.disputed}/index.html", "disputed"),
    "superseded revision": ("weeks/{large.revised}/r1/index.html", "Superseded."),
    "corrected week": ("weeks/{large.corrected}/index.html", "Correction."),
    "withdrawn week": ("weeks/{large.withdrawn}/index.html", "Withdrawn"),
    "methods": ("methods/index.html", "What is published about people"),
    "corrections": ("corrections/index.html", "Feed of all entries"),
    "data": ("data/index.html", "What the columns mean"),
    "search": ("search/index.html?q=franklin", "Search"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
# On the narrow and dark screen one of each template; all of them in the storms.
NARROW_TOO = ("home", "faqs", "methods", "archive", "agency with laws", "latest week", "search")
every_view = pytest.mark.parametrize(
    "kind, screen",
    [(kind, WIDE) for kind in KINDS]
    + [
        pytest.param(kind, NARROW, marks=[] if kind in NARROW_TOO else pytest.mark.storm)
        for kind in KINDS
    ],
)


@pytest.fixture(scope="module")
def served(large):
    with serving(large.site) as address:
        yield address


@pytest.fixture(scope="module")
def address(large):
    names = {"accent": ACCENT, "franklin": FRANKLIN, "markup": MARKUP}
    ids = {key: large.agency(name) for key, name in names.items()}
    return lambda kind: KINDS[kind][0].format(large=large, **ids)


@pytest.fixture
def show(browser, served, address):
    """show("home", java_script_enabled=False) -> a page of that kind from the server."""
    contexts = []

    def opened(kind, fragment="", **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(served + address(kind) + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def seen(browser, served, address):
    @functools.cache
    def view(kind, screen):
        return first_view(browser, served + address(kind), screen, folded=kind == "faqs")

    return view


@pytest.fixture(scope="module")
def from_file(browser, large, address):
    page = browser.new_page()
    heard = listened(page)

    @functools.cache
    def view(kind):
        for each in heard.values():
            each.clear()
        page.goto((large.site / address(kind).partition("?")[0]).as_uri())
        found = SimpleNamespace(said=[*heard["said"]])
        found.skip = page.evaluate("getComputedStyle(document.querySelector('.skip')).position")
        found.links = page.evaluate("[...document.querySelectorAll('a')].map(e => e.href)")
        if kind == "faqs":
            page.get_by_role("button", name="Expand all").click()
            page.evaluate("document.querySelector('p.all').remove()")
        page.evaluate("document.querySelectorAll('p.filter').forEach(e => e.remove())")
        found.text = page.locator("main").inner_text()
        return found

    return view


@pytest.fixture(scope="module")
def without_javascript(browser, served, address):
    page = browser.new_context(java_script_enabled=False).new_page()

    def opened(kind):
        page.goto(served + address(kind))
        return page

    return opened


@every_view
def test_axe_finds_nothing_on_any_kind_of_page(seen, kind, screen):
    found = seen(kind, screen)
    assert NEVER_MISSING <= found.ran
    assert found.axe == []


@every_view
def test_a_page_neither_complains_nor_asks_another_host_nor_for_much(
    seen, served, large, kind, screen
):
    found = seen(kind, screen)
    assert found.said == []
    assert [url for url in found.asked if not url.startswith(served)] == []
    assert len(found.loaded) == 3  # a style sheet, a script and the icon, which may come later
    assert len({*found.at_first, *found.loaded}) <= MOST_REQUESTS
    files = [large.site / urlsplit(url).path.lstrip("/") for url in (found.url, *found.loaded)]
    assert sum(file.stat().st_size for file in files if file.suffix != ".svg") < MOST_BYTES


@every_kind
def test_no_page_scrolls_sideways_on_a_phone(seen, kind):
    widths = seen(kind, WIDE).widths
    assert {width: found for width, found in widths.items() if found > width} == {}
    assert len(widths) == 2


def test_the_search_is_large_enough_for_a_finger(show):
    page = show("home", **SCREENS[NARROW], has_touch=True)
    for field in page.locator("form.search input, form.search button").all():
        box = field.bounding_box()
        assert box["height"] >= 24 and box["width"] >= 24
    page.locator("#q").tap()
    page.keyboard.type("franklin")
    page.locator(".answers a").first.wait_for()
    boxes = [link.bounding_box() for link in page.locator(".answers a").all()]
    for box, following in zip(boxes, boxes[1:], strict=False):
        assert following["y"] - box["y"] >= 24
    page.locator(".answers a").first.tap()
    page.wait_for_url("**/agencies/*/index.html")


@every_kind
def test_without_javascript_a_page_reads_the_same(without_javascript, from_file, kind):
    text = without_javascript(kind).locator("main").inner_text()
    assert KINDS[kind][1] in text
    assert text == from_file(kind).text


def test_without_javascript_the_search_page_leads_to_plain_lists(without_javascript):
    page = without_javascript("search")
    assert "lists" in page.locator("#plain").inner_text()
    assert NOT_FOUND in page.locator("main").inner_text()
    links = page.evaluate("[...document.querySelectorAll('main li a')].map(e => e.href)")
    pages = [page.request.get(link) for link in links]
    assert all(each.status == 200 for each in pages)
    assert [FRANKLIN in each.text() for each in pages] == [True, True, False, False, False]


@every_kind
def test_from_a_file_a_page_has_its_style_and_its_links_lead_to_files(from_file, large, kind):
    found = from_file(kind)
    assert found.skip == "absolute" and found.said == []
    links = [urlsplit(link) for link in found.links]
    local = {unquote(link.path) for link in links if link.scheme == "file"}
    assert len(local) >= 8
    assert [path for path in local if not path.startswith(f"{large.site}/")] == []
    assert [path for path in local if not (large.site / path).is_file()] == []


def test_from_a_file_a_question_typed_does_no_harm(browser, large):
    page = browser.new_context().new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((large.site / "index.html").as_uri())
    page.locator("#q").press_sequentially("franklin")
    until(page, "document.querySelector('.answers').innerText.includes('cannot be read here')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=franklin")
    assert "opened as a file" in page.locator("main").inner_text()
    assert errors == []
    page.context.close()


# A reader's way to a number


def cell(page, table, row, head: str) -> int:
    """The number in the row under that head, of the table of this locator."""
    heads = [each.strip() for each in table.locator("thead th").all_inner_texts()]
    at = table.locator("tbody tr").filter(has=page.locator(row))
    assert at.count() == 1
    return int(at.locator("th, td").nth(heads.index(head)).inner_text())


@pytest.mark.parametrize(
    "words, name, code",
    [("dona ana", ACCENT, "NM9SYN001"), ("franklin oh municipal", FRANKLIN, "OH9SYN002")],
)
def test_a_reader_finds_an_agency_and_the_same_number_in_four_places(
    show, large, words, name, code
):
    page = show("data")
    type_in(page, words)
    answer = page.locator(".answers li").first
    assert name in answer.inner_text() and code in answer.inner_text()
    answer.locator("a").click()
    page.wait_for_url(f"**/agencies/{code}/index.html")
    assert page.locator("h1").inner_text() == name

    text = (large.site / "agencies" / code / "weeks.csv").read_text("utf-8")
    weeks = {line["week"]: int(line["declined"]) for line in csv.DictReader(io.StringIO(text))}
    whole = (large.latest, large.disputed, large.revised, large.corrected, large.upheld)
    week = next(week for week in whole if weeks.get(week, 0) > 0)
    link = f"a[href='../../weeks/{week}/index.html']"
    caption = page.get_by_text("Requests declined, and honored beside them").and_(
        page.locator("caption span")
    )
    table = page.locator("table", has=caption).filter(has=page.locator(link)).first
    fold = table.locator("xpath=ancestor::details/summary")
    if fold.count():  # of many weeks
        fold.click()
    numbers = [weeks[week], cell(page, table, link, "Declined")]

    table.locator(link).click()
    page.wait_for_url(f"**/weeks/{week}/index.html")
    caption = page.get_by_text("Requests recorded as declined, by agency", exact=True)
    table = page.locator("table", has=caption)
    numbers.append(cell(page, table, f"a[href$='/{code}/index.html']", "Declined"))

    with page.expect_download() as download:
        page.locator("a[href='data/declined_by_agency.csv']").first.click()
    text = download.value.path().read_text("utf-8")
    lines = [line for line in csv.DictReader(io.StringIO(text)) if line["agency_id"] == code]
    numbers += [int(line["declined"]) for line in lines]
    assert len(numbers) == 4 and set(numbers) == {weeks[week]}


# The questions


def opened(page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('.questions > details')].filter(e => e.open).map(e => e.id)"
    )


def test_the_questions_open_by_keyboard_alone(show):
    page = show("faqs")
    count = page.locator(".questions > details").count()
    assert count > 10 and opened(page) == []
    tab_to(page, "e.innerText === 'Expand all'")
    page.keyboard.press("Enter")
    assert len(opened(page)) == count
    tab_to(page, "e.innerText === 'Collapse all'")
    page.keyboard.press("Enter")
    assert opened(page) == []
    tab_to(page, "e.matches('summary')")
    page.keyboard.press("Tab")  # to the second
    page.keyboard.press("Enter")
    second = page.locator(".questions > details").nth(1).get_attribute("id")
    assert opened(page) == [second]
    tab_to(page, "e.matches('.own a')")
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#{second}")


def test_the_address_of_a_question_opens_it_alone(show):
    page = show("faqs", "#why-48-hours")
    assert opened(page) == ["why-48-hours"]
    assert page.locator("#why-48-hours").evaluate("e => e.getBoundingClientRect().top") < 400
    page.evaluate("location.hash = 'what-is-held-back'")
    until(page, "document.getElementById('what-is-held-back').open")


@pytest.mark.parametrize("fragment", ["#no-such-question", "#50%"])
def test_an_address_of_no_question_does_no_harm(show, fragment):
    page = show("faqs", fragment)
    assert opened(page) == []
    page.evaluate("location.hash = 'why-48-hours'")
    until(page, "document.getElementById('why-48-hours').open")


def test_on_paper_every_answer_is_there(show, tmp_path):
    need("pdftotext")
    page = show("faqs", "#why-48-hours")
    page.pdf(path=tmp_path / "faqs.pdf", format="Letter")
    done = subprocess.run(["pdftotext", tmp_path / "faqs.pdf", "-"], capture_output=True, text=True)
    printed = re.sub(r"[\s-]", "", done.stdout)  # pdftotext drops the hyphen at a line's end
    said = page.evaluate(
        "[...document.querySelectorAll('.questions summary, .questions p:not(.own)')]"
        ".map(e => e.textContent)"
    )
    assert len(said) > 40
    assert [words for words in said if re.sub(r"[\s-]", "", words) not in printed] == []
    assert opened(page) == ["why-48-hours"]


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_fact_sheet_is_one_page_of_paper(show, paper):
    pdf = show("fact sheet").pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


# The search


def type_in(page, words: str) -> tuple[str, list[str]]:
    """-> what the status says and the names of the answers, once they are there."""
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially(words)
    status = page.locator("form.search [role=status]")
    status.filter(has_text="ound").wait_for(state="attached")
    page.evaluate(TWO_FRAMES)
    return status.inner_text(), page.locator(".answers a").all_inner_texts()


def test_the_answers_are_reached_and_left_by_keyboard(show):
    page = show("home")
    status, names = type_in(page, "franklin")
    assert names[:5] == [FRANKLIN] * 5
    tab_to(page, "e.closest('.answers') && e.innerText.startsWith('Franklin')")
    page.keyboard.press("Escape")
    assert not page.locator(".answers").is_visible()
    assert page.evaluate("document.activeElement.id") == "q"
    type_in(page, "franklin")
    tab_to(page, "e.closest('main')")
    assert not page.locator(".answers").is_visible()


def test_a_screen_reader_is_told_how_many_are_found(show):
    """By one element that is there from the start: what comes with its words is not read out."""
    page = show("home")
    status = page.locator("form.search [role=status]")
    assert status.count() == 1
    there = status.element_handle()
    assert there.evaluate("e => e.checkVisibility()") and there.inner_text() == ""
    for words, told in (("zzzz", "Nothing found"), ("franklin oh municipal", "1 found")):
        assert told in type_in(page, words)[0]
        assert there.evaluate("e => e.isConnected && e.checkVisibility()")
        assert told in there.inner_text()


def test_enter_leads_to_the_same_answers_and_to_more(show, large):
    page = show("home")
    status, names = type_in(page, "franklin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=franklin")
    page.locator("#found li").first.wait_for()
    assert page.locator("#q").input_value() == "franklin"
    more = page.locator("#found a").all_inner_texts()
    assert more[: len(names)] == names
    index = json.loads((large.site / "search" / "index.json").read_text("utf-8"))
    count = sum("franklin" in " ".join(line[1:]).lower() for line in index["lines"])
    assert len(names) == min(count, 8) and len(more) == count
    assert f"{count} found" in status and f"{count} found" in page.locator("#found").inner_text()


@pytest.mark.parametrize("words, name", [("bold co", MARKUP), ("cmd calc", FORMULA)])
def test_an_awkward_name_is_shown_as_it_is(show, words, name):
    page = show("home")
    assert name in type_in(page, words)[1]
    assert page.locator(".answers b").count() == 0
    page.locator(".answers a", has_text=name).click()
    page.wait_for_url("**/agencies/*/index.html")
    assert page.locator("h1").inner_text() == name


def test_nothing_found_says_so_here_and_on_the_search_page(show):
    page = show("home")
    assert type_in(page, "zzzz") == ("Nothing found.", ["More"])
    assert NOT_FOUND in page.locator(".answers").inner_text()
    assert type_in(page, "franklin")[1] and NOT_FOUND not in page.locator(".answers").inner_text()
    type_in(page, "zzzz")
    page.keyboard.press("Enter")
    page.locator("#found").get_by_text("Nothing found.").wait_for()
