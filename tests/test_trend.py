"""The trend: from the catalog, or an agency's weeks, to points, a sentence, a chart and a table."""

import datetime as dt
import io
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from frames import copies, counts_of
from large_archive import brief_articles
from small_archive import FIRST_ROWS, WEEK, words_of
from test_public_words import BULK, REASON

from ddor.archive.lists import archive_pages
from ddor.archive.site import Site, SiteContext
from ddor.archive.trend import (
    BANDS,
    WEEKS_DRAWN,
    Trend,
    agency_points,
    first_to_final,
    kept_of,
    national_points,
    trend_of,
)
from ddor.calendar import Week
from ddor.maintained.parameters import Parameters
from ddor.measures.figures import bulk_recorded
from ddor.narrative import movement
from ddor.published.catalog import CORRECTED, FIRST, REVISED, Catalog, Revision, open_catalog
from ddor.reference import figures
from ddor.variation import Compared

FIRST_DAY = dt.date(2017, 2, 11)
TOLD = {"week": 5, "month": 6, "older": 0, "unknown": 7}


def day(at: int) -> str:
    """The first day of the week that is `at` weeks after the first."""
    return (FIRST_DAY + dt.timedelta(weeks=at)).isoformat()


def revision(at: int, declined: int, number=1, kind=FIRST, after=42, **trend) -> Revision:
    """Of the week `at`, as known so many days after its end."""
    as_of = (FIRST_DAY + dt.timedelta(weeks=at, days=6 + after)).isoformat()
    figures = dict.fromkeys(("issued_total", "honored_total", "agencies_declining"), 0)
    figures["declined_total"] = declined
    kept = {"method": 1, "age": {}, "bulk": {}} | trend
    return Revision(number, "", as_of, as_of, "", figures, kind, trend=kept)


def withdrawn(at: int) -> Revision:
    return revision(at, 9, age=TOLD, bulk={"A": 9}).withdrawn("2017-09-01", "error")


def catalog_of(weeks: dict[int, list[Revision]], cohort="recorded") -> Catalog:
    return Catalog(cohort, False, {"weeks": {day(at): each for at, each in weeks.items()}})


def flat(*declined: int, cohort="recorded", **given) -> Catalog:
    return catalog_of({at: [revision(at, n, **given)] for at, n in enumerate(declined)}, cohort)


def line(at: int, declined: int, agency_id="A") -> dict[str, str]:
    return {"week": day(at), "agency_id": agency_id, "declined": str(declined)}


def declined(points) -> list[int | None]:
    return [point.declined for point in points]


def trend(catalog: Catalog) -> Trend:
    return trend_of(national_points(catalog), catalog.cohort)


def figures_of(catalog: Catalog) -> BeautifulSoup:
    site = Site(Path(), catalog, SiteContext(Parameters.model_construct(), dt.date(2018, 6, 1)))
    return BeautifulSoup(dict(archive_pages(site))["archive/index.html"], "html.parser")


# The series


def test_the_current_revision_counts_and_is_marked_and_weeks_without_one_are_gaps():
    weeks = {0: [revision(0, 4), revision(0, 6, 2, REVISED)], 3: [withdrawn(3)]}
    weeks |= {1: [revision(1, 5), revision(1, 3, 2, CORRECTED)], 4: [revision(4, 2)]}
    points = national_points(catalog_of(weeks))
    assert declined(points) == [6, 3, None, None, 2]
    assert [point.mark for point in points] == ["revised", "corrected", "", "", ""]
    gaps = ["", "", "no report was published", "withdrawn", ""]
    assert [point.gap for point in points] == gaps
    assert points[3].age == {} and points[3].bulk == 0


def test_what_was_recorded_in_bulk_is_apart_and_in_no_interval():
    point = national_points(flat(152, bulk={"A": 100, "B": 42}))[0]
    assert (point.declined, point.bulk, point.single) == (152, 142, 10)
    assert point.interval == pytest.approx((4.80, 18.39), abs=0.01)


def test_the_last_53_weeks_are_drawn_and_older_ones_still_compared():
    assert WEEKS_DRAWN == 53
    found = trend(flat(*range(60)))
    assert declined(found.chart.points) == [*range(7, 60)]
    assert found.latest.before == (*range(59),)


# The sentence


def test_the_latest_standing_week_is_compared_with_those_before_it():
    weeks = {at: [revision(at, 10 + at)] for at in range(14)} | {14: [withdrawn(14)]}
    found = trend(catalog_of(weeks))
    assert (found.week, found.latest) == (Week.parse(day(13)), Compared(23, (*range(10, 23),)))


def test_bulk_is_taken_out_on_both_sides_and_said():
    weeks = {at: [revision(at, 10)] for at in range(13)}
    weeks[5] = [revision(5, 210, bulk={"A": 200})]
    weeks[13] = [revision(13, 152, bulk={"A": 142})]
    compared = trend(catalog_of(weeks)).latest
    assert compared == Compared(10, (10,) * 13, bulk=142, bulk_before=200)
    assert movement(compared).endswith("in bulk: 142 of this week and 200 of those before")


def test_weeks_before_a_change_of_method_are_not_compared():
    weeks = {at: [revision(at, 10, method=1 if at < 10 else 2)] for at in range(20)}
    assert trend(catalog_of(weeks)).latest.before == (10,) * 9
    assert "too few to say" in movement(trend(catalog_of(weeks)).latest)


def test_by_week_of_issue_only_final_weeks_are_compared():
    """A recent week has had less time for an outcome: it would seem to fall whenever looked at."""
    assert trend(flat(*[40] * 14, 9, cohort="issued")).latest.early
    weeks = {at: [revision(at, 40, after=100)] for at in range(20)}
    assert trend(catalog_of(weeks, "issued")).latest == Compared(40, (40,) * 19)
    weeks[15] = [revision(15, 12)]
    assert trend(catalog_of(weeks, "issued")).latest.before == (40,) * 3


def test_an_archive_of_withdrawn_weeks_says_nothing():
    assert trend(catalog_of({0: [withdrawn(0)]})) == (None, None, None)


# From first to final


def test_how_weeks_moved_from_their_first_report_to_their_final_one():
    weeks = {
        0: [revision(0, 40), revision(0, 42, 2, REVISED, after=91)],
        1: [revision(1, 40), revision(1, 90, 2), revision(1, 39, 3, REVISED, after=95)],
        2: [revision(2, 40), revision(2, 50, 2, REVISED, after=90)],  # not final yet
        # final from the start: nothing to compare with
        3: [revision(3, 40, after=100), revision(3, 80, 2, REVISED, after=110)],
        4: [withdrawn(4), revision(4, 7, 2, REVISED, after=100)],
        5: [revision(5, 10), revision(5, 20, 2, REVISED, after=91)],
    }
    assert first_to_final(catalog_of(weeks)) == [2, -1, 10]
    text = words_of(figures_of(catalog_of(weeks)).find("main"))
    assert "changed by +2 (the median of 3 weeks; from \N{MINUS SIGN}1 to +10)" in text
    assert first_to_final(flat(1, 2, 3)) == []
    assert "no week has both" in words_of(figures_of(flat(1, 2, 3)).find("main"))


# Agencies


def test_a_week_that_does_not_name_the_agency_is_zero_and_one_without_a_report_a_gap():
    weeks = {at: [revision(at, 50, method=2)] for at in (0, 1, 2, 5, 6)} | {3: [withdrawn(3)]}
    weeks[1] = [revision(1, 50), revision(1, 51, 2, REVISED)]
    lines = [line(5, 3), line(0, 2)]
    points = agency_points(lines, catalog_of(weeks))
    assert declined(points) == [2, 0, 0, None, None, 3]
    # Of a report that does not name it the page takes nothing but that it stands.
    assert [point.method for point in points] == [2, None, None, None, None, 2]
    assert {point.mark for point in points} == {""}
    assert agency_points([], catalog_of(weeks)) == []


def test_bulk_of_an_agency_is_its_own_and_ages_are_of_the_nation_only():
    catalog = flat(100, 100, bulk={"A": 12, "B": 80}, age=TOLD)
    points = agency_points([line(1, 20), line(0, 18)], catalog)
    assert [point.bulk for point in points] == [12, 12]
    assert [point.age for point in points] == [{}, {}]
    assert [point.age for point in national_points(catalog)] == [TOLD, TOLD]


# What the catalog keeps


ATTRIBUTES = """attribute,place,branch,leaf,standing,requests,flags
charges,,persons,,all,11,
days,,Same day or next day,,all,4,
days,,2 to 7 days,,all,2,
days,,8 to 30 days,,all,0,
days,,31 to 90 days,,all,9,
days,,More than a year,,all,3,
days,,Recorded before it was issued,,all,1,
days,,No recording date,,all,5,
charges,A0001,,,convicted,20,
days,A0001,8 to 30 days,,all,7,
"""


def test_ages_are_those_that_are_published_of_the_nation_and_none_where_they_are_withheld():
    told = pd.read_csv(io.StringIO(ATTRIBUTES), keep_default_na=False)
    kept = kept_of(told, {"A0001": 8})
    ages = {"week": 6, "month": 0, "older": 12, "unknown": 6}
    assert kept == {"method": figures.METHOD, "age": ages, "bulk": {"A0001": 8}}
    assert list(kept["age"]) == list(BANDS)
    assert kept_of(told[told["attribute"] != "days"], {})["age"] == {}


OLD = {"issued_at": "2016-06-01", "outcome_recorded_at": "2017-02-15"}


def test_bulk_is_the_published_line_of_an_agency_that_e8_names():
    counts = counts_of([*copies(12, "k", **OLD), *copies(4, "n", agency_id="MN0270099")])
    assert len(counts.shown["E8"]) == 12
    assert bulk_recorded(counts) == {"MN0270000": 12}


def test_a_publication_keeps_it_also_where_a_person_cleared_the_flag_until_it_is_withdrawn(
    copy_of, tmp_path
):
    archive = copy_of("first")
    archive.receive([*FIRST_ROWS, *BULK])
    with brief_articles():
        assert archive.run().code == 4
    flags = (archive.runs / WEEK / "review.csv").read_text("utf-8-sig").splitlines()
    flag = next(each for each in flags if each.startswith("E8-")).split(",")[0]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(f"flag,decision,reason,by\n{flag},count,{REASON},records officer\n")
    with brief_articles():
        assert archive.published("--decisions", decisions) == 2
    first, second = open_catalog(archive.site).weeks[WEEK]
    assert first.trend["bulk"] == {} and second.trend["bulk"] == {"WREN00005": 40}
    page = archive.page("agencies/WREN00005/index.html")
    assert "leaves out requests recorded in bulk: 40 of this week" in words_of(page.find("main"))
    assert archive.ddor("withdraw", WEEK, "r1", "--reason", "error", "--yes").code == 0
    first, second = open_catalog(archive.site).weeks[WEEK]
    assert first.trend == {} and second.trend["bulk"] == {"WREN00005": 40}


# The page


def test_the_chart_has_a_text_alternative_and_the_table_every_week():
    weeks = {at: [revision(at, 10 + at, age=TOLD)] for at in range(5)} | {6: [withdrawn(6)]}
    weeks[1] = [revision(1, 11), revision(1, 41, 2, REVISED, bulk={"A": 30}, age=TOLD)]
    page = figures_of(catalog_of(weeks))
    declines, ages = page.select("figure.trend svg.plot")
    alternative = declines["aria-label"]
    assert "between 10 and 41 a week" in alternative
    assert "2 of these 7 weeks without a report" in alternative
    assert len(declines.select("g.bulk rect")) == 1 and len(declines.select("g.single rect")) == 5
    assert len(declines.select("g.whisker line")) == 5
    assert len(page.select("svg.marks circle")) == 1
    assert {"week", "month", "unknown"} == {group["class"][0] for group in ages.select("g")}
    table = page.select_one("details table")
    assert {each["scope"] for each in table.find_all("th")} == {"row", "col"}
    rows = [words_of(row) for row in table.select("tbody tr")]
    assert len(rows) == 7 and rows[0].endswith("withdrawn")
    assert rows[1].endswith("no report was published")
    assert rows[5].endswith("41 30 5.5 to 19.7 5 6 7 revised")


def test_a_change_of_method_is_a_marked_break(monkeypatch):
    monkeypatch.setitem(figures.CHANGES, 2, "short custody is a class of its own")
    weeks = {at: [revision(at, 10, method=1 if at < 3 else 2)] for at in range(6)}
    page = figures_of(catalog_of(weeks))
    assert page.select_one("svg.plot text").text == "Method 2"
    note = words_of(page.select_one("figure.trend .note"))
    assert "March 4 to 10, 2017 on, requests are counted by method 2 : short custody is a" in note
    assert len(trend(catalog_of(weeks)).chart.breaks) == 1


def test_words_by_week_of_issue_do_not_speak_of_recording():
    page = figures_of(flat(*[40] * 14, cohort="issued"))
    text = " ".join(words_of(each) for each in page.select("main > p, figcaption"))
    assert "in the week in which the request was issued" in text
    assert "recorded as declined" not in text


def test_one_week_or_no_request_is_no_chart_and_few_weeks_do_not_look_like_many():
    assert [trend(flat(*counts)).chart for counts in [(5,), (0, 0, 0)]] == [None, None]
    first, second = figures_of(flat(1, 2)).select("figure.trend svg.plot g.single rect")
    assert (first["x"], second["x"], second["width"]) == ("0.9%", "8.6%", "5.8%"), "of 13 places"


def test_the_scale_begins_at_zero_and_holds_every_whisker():
    for declines in (1, 7, 40, 163, 999):
        chart = trend(flat(declines, declines)).chart
        high = national_points(flat(declines))[0].interval[1]
        assert high <= chart.top <= 2.5 * high and chart.top % 2 == 0
