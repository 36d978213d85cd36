"""A week in which 320 agencies declined, from its extract to what a reader finds in Chromium."""

import gzip
from collections import Counter

import pytest
from conftest import serving
from extract_factory import charge
from in_the_browser import all_seen, listened
from small_archive import WEEK, SmallArchive, numbered, words_of

from ddor.importers.samples.agencies import invented_agencies

AGENCIES = 320
MOST_BYTES, MOST_COMPRESSED = 200_000, 45_000
PAGE = f"weeks/{WEEK}/index.html"
TABLE = "Requests recorded as declined, by agency"
# What is shown once a state is chosen: rows of the table, and agencies listed beneath it, each with
# its state.
SHOWN = """([title]) => [...document.querySelectorAll('article table')]
    .filter(e => e.caption.innerText.trim() === title).flatMap(e => [...e.tBodies[0].rows])
    .concat([...document.querySelectorAll('ul.short li[data-state]')]).filter(e => !e.hidden)
    .map(e => [e.dataset.state, e.querySelector('th a')?.textContent ?? e.textContent])"""


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
    charges = [
        charge(request_id=row["request_id"], ncic_code=codes[at % 3]) for at, row in enumerate(rows)
    ]
    archive.receive(rows, charges=charges)
    archive.published()
    return archive


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
    listed = Counter(words_of(each) for each in beneath.find_all("li"))
    named = Counter(
        f"{line['name']}, {line['state']} {line['declined']}"
        for line in agencies
        if line["agency_id"] not in rows
    )
    declined = {line["agency_id"]: line["declined"] for line in agencies}
    assert rows == {agency_id: declined[agency_id] for agency_id in rows} != {}
    assert listed == named and len(rows) + listed.total() == AGENCIES
    assert min(rows.values()) >= max(int(text.rpartition(" ")[2]) for text in listed)


def test_the_page_weighs_what_a_page_may(archive):
    for path in (PAGE, f"weeks/{WEEK}/r1/index.html"):
        data = (archive.site / path).read_bytes()
        assert MOST_BYTES / 4 < len(data) <= MOST_BYTES, path
        assert len(gzip.compress(data)) <= MOST_COMPRESSED, path


def test_a_reader_sorts_finds_every_state_and_sees_all_its_agencies_and_none_of_another(
    browser, archive, agencies
):
    page = browser.new_page()
    heard = listened(page)
    with serving(archive.site) as address:
        page.goto(address + PAGE)
        all_seen(page)
    assert page.locator("figure.chart img").count() >= 3
    table = page.locator(".table[data-sorts]", has=page.get_by_text(TABLE, exact=True))
    names, numbers = (f"tbody tr:not(.rest) {cell}" for cell in ("th a", "td:nth-child(2)"))
    before = table.locator(names).all_inner_texts()
    for head, order in (("Agency", "ascending"), ("Declined", "descending")):
        table.get_by_role("button", name=head, exact=True).focus()
        page.keyboard.press("Enter")
        assert table.locator("th[aria-sort]").get_attribute("aria-sort") == order
        told = table.locator(names).all_inner_texts()
        if head == "Agency":
            assert told == sorted(told) != before and Counter(told) == Counter(before)
    told = [int(each) for each in table.locator(numbers).all_inner_texts()]
    assert told == sorted(told, reverse=True) and len(set(told)) > 1
    assert table.locator("tbody tr").last.get_attribute("class") == "rest"

    choice = table.locator("xpath=preceding-sibling::p[@class='filter'][1]").locator("select")
    states = choice.locator("option").all_inner_texts()
    assert {*states} == {"All", *(line["state"] for line in agencies)} and len(states) > 20
    for state in states[1:]:
        choice.select_option(state)
        seen = page.evaluate(SHOWN, [TABLE])
        assert {of for of, _ in seen} == {state}
        found = Counter(text.strip().rpartition(",")[0] or text for _, text in seen)
        own = Counter(line["name"] for line in agencies if line["state"] == state)
        assert found == own, state
    choice.select_option("")
    assert table.locator("tbody tr:not([hidden])").count() == table.locator("tbody tr").count()
    assert heard["said"] == []
    page.close()
