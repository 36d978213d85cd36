"""What a reader does on the site of the large archive, in Debian's Chromium: searches, opens
questions, reads charts, sorts, prints. What every page has to stand is in test_every_page.py."""

import csv
import io
import json
import re

import pytest
from conftest import serving, until
from in_the_browser import TWO_FRAMES, all_seen, not_printed, tab_to
from large_archive import ACCENT, FORMULA, FRANKLIN, MARKUP

NOT_FOUND = (
    "An agency that is not found was not named in any published week. That does not mean that none "
    "of its requests was declined."
)


@pytest.fixture(scope="module")
def served(large):
    with serving(large.site) as address:
        yield address


@pytest.fixture
def show(visit, served):
    """show("faqs", java_script_enabled=False) -> that page from the server."""
    return lambda folder=".", fragment="", **options: visit(
        f"{served}{folder}/index.html{fragment}", **options
    )


# The search on a phone, without a script, and from a file


def test_the_search_is_large_enough_for_a_finger(show):
    page = show(viewport={"width": 360, "height": 640}, has_touch=True)
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


def test_without_javascript_the_search_page_leads_to_plain_lists(show):
    page = show("search", java_script_enabled=False)
    assert "lists" in page.locator("#plain").inner_text()
    assert NOT_FOUND in page.locator("main").inner_text()
    links = page.evaluate("[...document.querySelectorAll('main li a')].map(e => e.href)")
    pages = [page.request.get(link) for link in links]
    assert all(each.status == 200 for each in pages)
    assert [FRANKLIN in each.text() for each in pages] == [True, True, False, False, False]


def test_from_a_file_a_question_typed_does_no_harm(visit, large):
    page = visit((large.site / "index.html").as_uri())
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.locator("#q").press_sequentially("franklin")
    until(page, "document.querySelector('.answers').innerText.includes('cannot be read here')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=franklin")
    assert "opened as a file" in page.locator("main").inner_text()
    assert errors == []


# A reader's way to a number


def cell(page, table, row, head: str) -> int:
    """The number in the row under that head, of the table of this locator."""
    heads = [each.strip() for each in table.locator("thead th").all_inner_texts()]
    at = table.locator("tbody tr").filter(has=page.locator(row))
    assert at.count() == 1
    return int(at.locator("th, td").nth(heads.index(head)).inner_text())


@pytest.mark.parametrize(
    "words, name, code",
    [("dona ana", ACCENT, "NM9AWK001"), ("franklin oh municipal", FRANKLIN, "OH9AWK002")],
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
    whole = (large.latest, large.disputed)  # these have the tables of a notebook
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
    until(page, f"location.hash === '#{second}'")


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
    page = show("faqs", "#why-48-hours")
    said = ".questions summary, .questions p:not(.own)"
    assert not_printed(page, said, 40, tmp_path / "faqs.pdf", "Letter") == []
    assert opened(page) == ["why-48-hours"]


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_fact_sheet_is_one_page_of_paper(show, paper):
    pdf = show("fact-sheet").pdf(format=paper)
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
    page = show()
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
    page = show()
    status = page.locator("form.search [role=status]")
    assert status.count() == 1
    there = status.element_handle()
    assert there.evaluate("e => e.checkVisibility()") and there.inner_text() == ""
    for words, told in (("zzzz", "Nothing found"), ("franklin oh municipal", "1 found")):
        assert told in type_in(page, words)[0]
        assert there.evaluate("e => e.isConnected && e.checkVisibility()")
        assert told in there.inner_text()


def test_enter_leads_to_the_same_answers_and_to_more(show, large):
    page = show()
    status, names = type_in(page, "franklin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=franklin")
    page.locator("#found li").first.wait_for()
    assert page.locator("#q").input_value() == "franklin"
    more = page.locator("#found a").all_inner_texts()
    assert more[: len(names)] == names
    index = json.loads((large.site / "search" / "index.json").read_text("utf-8"))
    count = sum("franklin" in " ".join(line[1:]).lower() for line in index["lines"])
    assert len(names) == 8 < count == len(more)
    assert f"8 of {count} found" in status
    assert f"{count} found" in page.locator("#found").inner_text()


@pytest.mark.parametrize("words, name", [("bold co", MARKUP), ("cmd calc", FORMULA)])
def test_an_awkward_name_is_shown_as_it_is(show, words, name):
    page = show()
    assert name in type_in(page, words)[1]
    assert page.locator(".answers b").count() == 0
    page.locator(".answers a", has_text=name).click()
    page.wait_for_url("**/agencies/*/index.html")
    assert page.locator("h1").inner_text() == name


def test_nothing_found_says_so_here_and_on_the_search_page(show):
    page = show()
    assert type_in(page, "zzzz") == ("Nothing found.", ["More"])
    assert NOT_FOUND in page.locator(".answers").inner_text()
    assert type_in(page, "franklin")[1] and NOT_FOUND not in page.locator(".answers").inner_text()
    type_in(page, "zzzz")
    page.keyboard.press("Enter")
    page.locator("#found").get_by_text("Nothing found.").wait_for()


# A report


def test_every_chart_is_drawn_and_named_by_its_figures(show, large):
    page = show(f"weeks/{large.latest}")
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


def test_a_fold_opens_and_the_skip_link_works_by_keyboard_alone(show, large):
    page = show(f"weeks/{large.latest}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")
    tab_to(page, "e.matches('figure summary')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True


def test_on_a_phone_the_contents_are_a_fold_and_the_first_column_stays_in_sight(show, large):
    page = show(f"weeks/{large.latest}", viewport={"width": 360, "height": 640})
    assert not page.locator(".contents > details").evaluate("e => e.open")
    table = page.locator(".table[data-sorts]").first
    table.evaluate("e => { e.scrollLeft = 300 }")
    name = table.locator("tbody th").first
    assert table.evaluate("e => e.scrollLeft") > 100
    assert name.evaluate("e => e.getBoundingClientRect().left") >= 0
