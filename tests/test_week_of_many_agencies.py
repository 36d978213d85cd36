"""A week in which 320 agencies declined, from its extract to what a reader finds in Chromium."""

import gzip
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from conftest import serving
from extract_factory import charge
from in_the_browser import TWO_FRAMES, all_seen, listened
from small_archive import WEEK, SmallArchive, numbered, words_of

from ddor.importers.samples.agencies import invented_agencies

AGENCIES = 320
MOST_BYTES, MOST_COMPRESSED = 200_000, 45_000
PAGE = f"weeks/{WEEK}/index.html"
TABLE = "Requests recorded as declined, by agency"


@pytest.fixture(scope="module")
def agencies() -> list[dict[str, str]]:
    """Each with `declined`: most have one request, some two, a few up to five."""
    found = invented_agencies(AGENCIES + 5).query("level != 'federal'").head(AGENCIES)
    return [
        line | {"declined": 1 + (at % 4 == 0) + 3 * (at % 25 == 0)}
        for at, line in enumerate(found.to_dict("records"))
    ]


@pytest.fixture(scope="module")
def archive(agencies, tmp_path_factory) -> SmallArchive:
    archive = SmallArchive(tmp_path_factory.mktemp("many") / "archive")
    rows = []
    for at, line in enumerate(agencies):
        place = {name: line[name] for name in ("agency_id", "state", "county_fips", "area")}
        place |= {"agency_name": line["name"], "agency_level": line["level"]}
        rows += numbered(f"a{at}-", line["declined"], place)
    codes = ("3599", "1399", "5404")
    archive.receive(
        rows,
        charges=[
            charge(request_id=row["request_id"], ncic_code=codes[at % 3])
            for at, row in enumerate(rows)
        ],
    )
    archive.published()
    return archive


@pytest.fixture
def page(browser, archive):
    context = browser.new_context()
    with serving(archive.site) as address:
        page = context.new_page()
        heard = listened(page)
        page.goto(address + PAGE)
        yield page
        assert heard["said"] == []
    context.close()


def declined_table(page):
    return page.locator(".table[data-sorts]", has=page.get_by_text(TABLE, exact=True))


def test_every_agency_is_on_the_page_once_with_its_number(archive, agencies):
    """The smallest of them in a list beneath the table, the others in a row."""
    place = next(
        each
        for each in archive.page(PAGE).select(".table[data-sorts]")
        if words_of(each.caption) == TABLE
    )
    rows = {
        words_of(row.th.small).rpartition(" · ")[2]: int(row.td.text)
        for row in place.select("tbody tr:not(.rest)")
    }
    beneath = place.find_next_sibling("ul", class_="short")
    listed = Counter(words_of(each) for each in beneath.find_all("li")) if beneath else Counter()
    named = Counter(
        f"{line['name']}, {line['state']} {line['declined']}"
        for line in agencies
        if line["agency_id"] not in rows
    )
    assert rows == {
        line["agency_id"]: line["declined"] for line in agencies if line["agency_id"] in rows
    }
    assert listed == named and len(rows) + listed.total() == AGENCIES
    assert not rows or min(rows.values()) >= max(
        (int(text.rpartition(" ")[2]) for text in listed), default=0
    )


def test_the_page_weighs_what_a_page_may(archive):
    for path in (PAGE, f"weeks/{WEEK}/r1/index.html"):
        data = (archive.site / path).read_bytes()
        assert MOST_BYTES / 4 < len(data) <= MOST_BYTES, path
        assert len(gzip.compress(data)) <= MOST_COMPRESSED, path


def choice_of_state(page):
    bar = declined_table(page).locator("xpath=preceding-sibling::p[@class='filter'][1]")
    return bar.locator("select")


def test_every_state_with_an_agency_that_declined_can_be_chosen(page, agencies):
    states = {line["state"] for line in agencies}
    assert {*choice_of_state(page).locator("option").all_inner_texts()} == {"All", *states}


def test_a_reader_who_chooses_a_state_sees_all_its_agencies_and_no_row_of_another(page, agencies):
    choice, table = choice_of_state(page), declined_table(page)
    states = choice.locator("option").all_inner_texts()[1:]
    assert len(states) > 20
    for state in states:
        choice.select_option(state)
        seen = BeautifulSoup(page.locator("article").inner_html(), "html.parser")
        shown = [row for row in seen.select("tr[data-state]") if not row.has_attr("hidden")]
        shown = [row for row in shown if words_of(row.find_parent("table").caption) == TABLE]
        assert {row["data-state"] for row in shown} <= {state}
        names = {words_of(row.th.a) for row in shown}
        names |= {words_of(each).rpartition(",")[0] for each in seen.select("ul.short li")}
        assert {line["name"] for line in agencies if line["state"] == state} <= names
        listed = [
            each
            for each in seen.select("ul.short li[data-state]")
            if not each.has_attr("hidden") and each.find_parent("details") is None
        ]
        assert {each["data-state"] for each in listed} <= {state}
    choice.select_option("")
    assert table.locator("tbody tr:not([hidden])").count() == table.locator("tbody tr").count()


def test_the_table_is_sorted_by_name_and_by_number(page):
    table = declined_table(page)
    names = table.locator("tbody tr:not(.rest) th a")
    before = names.all_inner_texts()
    table.get_by_role("button", name="Agency", exact=True).click()
    by_name = names.all_inner_texts()
    assert by_name == sorted(by_name) != before and Counter(by_name) == Counter(before)
    table.get_by_role("button", name="Declined", exact=True).click()
    numbers = table.locator("tbody tr:not(.rest) td:nth-child(2)").all_inner_texts()
    assert [int(each) for each in numbers] == sorted(map(int, numbers), reverse=True)
    last = table.locator("tbody tr").last
    assert "other agenc" in last.inner_text() or len(before) == AGENCIES


def test_the_search_finds_the_last_agency_as_the_first(page, agencies):
    for line in (agencies[0], agencies[-1]):
        page.locator("#q").fill("")
        page.locator("#q").press_sequentially(f"{line['name']} {line['state']}".lower())
        page.locator(".answers a", has_text=line["name"]).first.wait_for()
        page.evaluate(TWO_FRAMES)
        answers = page.locator(".answers li").all_inner_texts()
        assert any(line["agency_id"] in each for each in answers)


def test_every_chart_is_drawn(page):
    all_seen(page)
    assert page.locator("figure.chart img").count() >= 3
