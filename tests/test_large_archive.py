"""The large archive is what it says: that its weeks, agencies and aftermath are all there."""

import json

import pytest
from large_archive import ACCENT, FORMULA, FRANKLIN, LONG, MARKUP


@pytest.fixture
def revisions(large) -> dict[str, list[dict]]:
    return json.loads((large.site / "data" / "catalog.json").read_bytes())["weeks"]


def test_the_weeks_are_of_two_years_with_a_gap(large, revisions, request):
    assert list(revisions) == large.weeks
    assert len(revisions) == int(request.node.callspec.id.split("-")[0])
    assert {week[:4] for week in revisions} == {"2017", "2018"}
    assert not {"2017-12-30", "2018-01-06"} & revisions.keys()


def test_what_became_of_weeks_after_they_were_published(large, revisions):
    kinds = {week: [each["kind"] for each in found] for week, found in revisions.items()}
    later = {large.revised: "revision", large.disputed: "revision"}
    later |= {large.corrected: "correction", large.upheld: "correction"}
    assert kinds == {week: ["first", *filter(None, [later.get(week)])] for week in large.weeks}
    gone = [week for week, found in revisions.items() if found[-1]["withdrawn_on"]]
    assert gone == [large.withdrawn]
    records = [each for found in revisions.values() for each in found[-1]["records"]]
    assert sorted(each["status"] for each in records) == ["not_upheld", "open", "upheld"]
    assert revisions[large.latest][-1]["accepted"]


def test_the_agencies_have_pages_under_their_own_ids(large):
    pages = {page.parent.name for page in large.site.glob("agencies/[A-Z]*/index.html")}
    assert len(pages) > 190
    named = [large.agency(FRANKLIN, state) for state in ("IA", "NY", "PA", "OH")]
    named += [large.agency(name) for name in (FORMULA, MARKUP, ACCENT, LONG)]
    assert len(set(named)) == 8 and set(named) <= pages
    assert len(LONG) == 90


def test_the_week_has_every_chart_and_a_table_of_one_agency(large):
    page = large.page(f"weeks/{large.latest}/index.html")
    charts = {each["data-name"] for each in page.find_all("figure", class_="chart")}
    expected = "outcomes-of-issued declined-by-agency charges-by-category citizenship "
    assert charts == {*expected.split(), "days-to-recording"}
    captions = " ".join(each.get_text(" ") for each in page.find_all("caption"))
    words = "TX9SYN001|Not verified since|What a person had to look at|Where few requests exist"
    assert all(each in captions for each in [*words.split("|"), "where a law or a court is named"])
    lines = (large.week / "data" / "checks.csv").read_text("utf-8").splitlines()
    assert len({line.split(",")[0] for line in lines if ",stopped," in line}) >= 3
