"""What the pages around the reports say: the home page's key points, an agency's opening sentence,
the search's word on a place that is not found, and every rule on the page of methods."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import cases
from small_archive import BRACKENHOLT, OSPREYMOOR, QUILLFEATHER, THISTLEDOWN, WEEK, words_of
from test_trend import catalog_of, day, flat, line, revision, withdrawn

from ddor.archive.kept import DataFiles
from ddor.archive.lists import home_page
from ddor.archive.site import Site, SiteContext
from ddor.archive.text_pages import charges_of, largest_of, text_pages, why_withheld
from ddor.archive.trend import agency_points, recent_weeks
from ddor.calendar import Week
from ddor.checks import e5_volume, e6_ice_custody, e9_stale_policy
from ddor.checks import e8_bulk_recording as e8
from ddor.checks.registry import CHECKS
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.jobs.report import RULES
from ddor.maintained.parameters import Parameters
from ddor.measures import disclosure, people
from ddor.measures.figures import NO_CHARGES, half_or_more
from ddor.published.catalog import Catalog
from ddor.published.history import WEEKS_LOOKED_BACK, WEEKS_NEEDED
from ddor.reference.figures import CHANGES, METHOD, WEEKLY_FIGURES

CONTEXT = SiteContext(
    Parameters.model_construct(contact="the county desk"), dt.date(2017, 6, 1), rules=RULES
)
EFFECTS = {
    "hold": "Hold: the request is not counted as declined.",
    "review": "Review: nothing is published until a person has looked at the week.",
    "show": "Show: nothing is taken out of a count; the page says it beside the figures.",
}
HEADER = "category,group_code,offense_group,convicted,charged_only,requests,flags\n"
CHARGES = f"""{HEADER}drugs,,Drugs,,,7,
drugs,35,Dangerous drugs,,,7,
persons,,Crimes against persons,5,1206,1211,
persons,13,Assault,3,5,8,
immigration,,Immigration,0,0,0,
traffic,,Traffic,3,6,9,
"""
DECLINED = "agency_id,agency,level,state,county_fips,area,declined\n"
COUNTED = dict.fromkeys(WEEKLY_FIGURES, 0)
COUNTED |= {"issued_total": 418, "issued_honored": 142, "issued_declined": 50, "issued_other": 53}
COUNTED |= {"issued_pending": 173, "declined_total": 1392, "honored_total": 121}
COUNTED |= {"agencies_declining": 1, "states_declining": 2}
COUNTED |= {"declined_with_charges": 1250, "declined_with_conviction": 10}


def data_of(charges=CHARGES, declined=DECLINED) -> DataFiles:
    """Every declined request has a charge or none: so many the table of charges is of."""
    standings = "attribute,place,branch,requests\ncharges,,,1250\ncharges,,,142\ncharges,,drugs,7\n"
    tables = {"charges_by_group": charges, "declined_by_agency": declined, "attributes": standings}
    return DataFiles({f"{name}.csv": table.encode() for name, table in tables.items()})


def home(data: DataFiles, cohort="recorded", why="", **figures) -> BeautifulSoup:
    catalog = flat(30, 40, cohort=cohort)
    week, as_of = Week.parse(day(1)), dt.date(2017, 4, 24)
    latest = {"week": week, "as_of": as_of, "published_on": as_of, "revision": 1}
    latest |= {"status": "provisional", "figures": COUNTED | figures}
    latest |= {"charges": charges_of(data), "largest": largest_of(data, half_or_more)}
    latest |= {"why": why, "adds_up": why != NO_CHARGES}
    (page,) = dict(home_page(Site(Path(), catalog, CONTEXT, latest=latest))).values()
    return BeautifulSoup(page, "html.parser")


def points(page: BeautifulSoup) -> list[str]:
    return [words_of(each) for each in page.select("ul.points li")]


# The home page


def test_the_key_points_tell_recorded_from_issued_and_name_the_charges():
    recorded, issued, charges, compared = points(home(data_of()))
    assert recorded == (
        "Recorded. In the week of February 18 to 24, 2017, ICE recorded 1,392 requests as declined "
        "by 1 agency in 2 states, and 121 as honored, whenever it had issued them."
    )
    assert "ICE issued 418 new requests. By April 24, 2017, 142 of these had been honored" in issued
    assert "50 declined, and 53 had another outcome; 173 had no outcome on record" in issued
    assert "another set of requests" in issued
    assert charges == (
        "Charges. 1,250 of the 1,392 declined requests concern a person with a charge on record "
        "from before the release, and 10 a person with a conviction. The most frequent categories "
        "are crimes against persons (1,211 requests, 5 with a conviction); traffic (9 requests, 3 "
        "with a conviction); and drugs (7 requests). A request can be in several categories."
    )
    assert compared.startswith("Compared. The number of requests recorded as declined was 40.")


def test_by_week_of_issue_the_key_points_speak_of_one_set_of_requests():
    declined, others, *_ = points(home(data_of(), cohort="issued"))
    assert "Of the 418 requests that ICE issued in the week of February 18 to 24, 2017" in declined
    assert "1,392 had been recorded as declined by April 24, 2017" in declined
    assert "173 had none on record" in others


def test_categories_are_drawn_largest_first_and_a_split_only_where_it_is_told():
    table = home(data_of()).select_one("table.categories")
    rows = [words_of(row) for row in table.select("tbody tr")]
    assert rows == ["Crimes against persons 1,211 5 1,206", "Traffic 9 3 6", "Drugs 7 – –"]
    kinds = [[rect["class"][0] for rect in row.select("rect")] for row in table.select("tbody tr")]
    assert kinds == [["convicted", "charged"], ["convicted", "charged"], ["undivided"]]
    assert table.select("tbody tr")[0].select("rect")[1]["width"] == "99.6%"
    assert "Crimes against persons: 1,211 of 1,392 declined requests" in words_of(table.caption)


@pytest.mark.parametrize("charges", [HEADER, f'{HEADER},,,0,0,0,"{SYNTHETIC_NOTICE}; no rows"\n'])
@pytest.mark.parametrize("why, leads_on", [("fewer than 3 agencies", True), (NO_CHARGES, False)])
def test_withheld_charges_are_told_and_lead_on_where_any_were_supplied(charges, why, leads_on):
    page = home(data_of(charges), why=why, declined_with_charges=None)
    assert page.select_one("table.categories") is None
    assert not any(each.startswith("Charges.") for each in points(page))
    (sentence,) = [p for p in page.select("main p") if "not shown" in p.text]
    expected = f"The charges of this week are not shown: {why}"
    assert words_of(sentence).startswith(expected)
    assert [link["href"] for link in sentence("a")] == ["archive/index.html"] * leads_on
    assert leads_on or words_of(sentence) == f"{expected}."


def test_the_reason_is_that_of_the_national_table():
    national = {"attribute": "charges", "place": "", "why": "fewer than 20 requests", "told": False}
    tables = [national | {"place": "TX1", "why": "a reason of one agency"}, national]
    assert why_withheld({"disclosure": tables}) == "fewer than 20 requests"
    stands = national | {"told": True}  # an earlier table, with the reason why no newer one is
    assert why_withheld({"disclosure": [stands]}) == ""


@pytest.mark.parametrize("cohort", ["recorded", "issued"])
def test_a_week_without_requests_has_no_zeros(cohort):
    page = home(data_of(HEADER), cohort, "fewer than 20 requests", **dict.fromkeys(COUNTED, 0))
    told = " ".join(each for each in points(page) if not each.startswith("Compared."))
    assert "The data holds no request that ICE issued in this week." in told
    assert not re.search(r"\b0\b", told) and "not shown" not in words_of(page.main)


def test_a_table_of_an_earlier_revision_says_so():
    flags = f"{SYNTHETIC_NOTICE}; as of 2017-04-01; 3 of its requests no longer count"
    charges = HEADER + f'drugs,,Drugs,3,4,7,"{flags}"\n'
    note = words_of(home(data_of(charges)).select_one("table.categories").find_next("p"))
    assert "an earlier revision, as of April 1, 2017; 3 of its requests no longer count." in note


HALVES = {(5, 3, 2): "5 of the 10 requests", (10,): "All 10 requests"}


@pytest.mark.parametrize("counts", [*HALVES, (5, 3, 1), (5, 5), (4, 3, 3)])
def test_an_agency_with_half_of_the_declines_is_named(counts):
    lines = [f"{'ABC'[at]},Jail {at},county,TX,,,{n}\n" for at, n in enumerate(counts)]
    page = home(data_of(declined=DECLINED + "".join(lines)), declined_total=10)
    named = [each for each in points(page) if each.startswith("One agency.")]
    told = f"One agency. {HALVES.get(counts)} were declined by one agency, Jail 0 (TX)."
    assert named == ([told] if counts in HALVES else [])


# Agencies


def counts(declined=0, honored=0, pending=0, held=0) -> dict[str, int]:
    names = ("declined", "honored", "issued_pending", "held_back_outcomes")
    return dict(zip(names, (declined, honored, pending, held), strict=True))


def recent(catalog: Catalog, named: dict[int, dict[str, int]]):
    lines = [line(at, each["declined"]) for at, each in sorted(named.items(), reverse=True)]
    weeks = {Week.parse(day(at)): each for at, each in named.items()}
    return recent_weeks(agency_points(lines, catalog), weeks)


def test_the_last_thirteen_published_weeks_count_and_gaps_between_them_do_not():
    weeks = {at: [revision(at, 50)] for at in range(20) if at != 10} | {12: [withdrawn(12)]}
    found = recent(catalog_of(weeks), {0: counts(90), 4: counts(7), 5: counts(2), 19: counts(3, 4)})
    assert len(found.counts) == 13 and len(found.weeks) == 15
    assert str(found.weeks[0].week) == day(5) and str(found.weeks[-1].week) == day(19)
    assert found.totals == {"declined": 5, "honored": 4, "issued_pending": 0}
    gaps = [each.gap for each in found.weeks if each.gap]
    assert sorted(gaps) == ["no report was published", "withdrawn"]


def test_all_three_pictures_have_the_scale_of_the_largest_and_one_week_is_no_picture():
    assert recent(flat(9, 9), {0: counts(2, 5), 1: counts(1, 0, 30)}).top == 40
    assert len(recent(flat(9, 9), {1: counts(4)}).counts) == 1 and recent(flat(9), {}) is None


def test_an_agency_page_opens_with_a_sentence_and_has_the_pictures_with_a_table(stage):
    archive = stage("corrected")
    page = archive.page(f"agencies/{OSPREYMOOR['agency_id']}/index.html")
    assert words_of(page.select_one("p.place").find_next("p")) == (
        "In the week of February 18 to 24, 2017, ICE recorded 7 requests to this agency as "
        "declined and none as honored. Over the 2 published weeks since the first that names it, "
        "8 requests were recorded as declined and none as honored."
    )
    names = [words_of(each) for each in page.select(".multiples figcaption")]
    expected = "Recorded as declined|Recorded as honored|Issued in the week, still pending"
    assert names == expected.split("|")
    assert {words_of(scale) for scale in page.select(".multiples .scale")} == {"8 4 0"}
    heights = [bar["height"] for bar in page.select(".multiples g.declined rect")]
    assert heights == ["12.5%", "87.5%"] and not page.select(".multiples g.honored rect")
    table = page.select_one(".multiples").find_next("table")
    rows = [words_of(row) for row in table.select("tbody tr")]
    assert rows == ["February 18 to 24, 2017 7 0 0", "February 11 to 17, 2017 1 0 0"]
    told = [figure["aria-label"] for figure in page.select(".multiples svg.plot")]
    assert told and all("February 18" not in each and "Bar chart" in each for each in told)


def test_an_agency_of_one_week_or_of_none_any_more_has_one_sentence(stage):
    for agency, opening in (
        (BRACKENHOLT, "ICE recorded no requests to this agency as declined and 241 as honored."),
        (QUILLFEATHER, "ICE recorded 151 requests to this agency as declined and none as honored."),
        (THISTLEDOWN, "does not mean that none of its requests was declined"),
    ):
        page = stage("corrected").page(f"agencies/{agency['agency_id']}/index.html")
        words = words_of(page.select_one("p.lead"))
        assert words.endswith(opening) or (agency == THISTLEDOWN and opening in words)
        assert page.select_one(".multiples") is None


def test_an_agency_is_told_that_it_may_ask_for_its_rows_and_how(stage):
    page = stage("corrected").page(f"agencies/{OSPREYMOOR['agency_id']}/index.html")
    link = next(a for a in page.select("main p a") if a["href"] == "#dispute")
    assert "may ask for the rows behind" in words_of(link.parent)
    how = words_of(page.find(id="dispute").find_next("p"))
    assert "the county desk" in how and OSPREYMOOR["agency_id"] in how
    assert "go to the agency alone" in how and "No name of a person is needed" in how


# Search


def test_the_search_says_what_it_means_that_a_place_is_not_found(stage):
    page = stage("corrected").page("search/index.html")
    words = words_of(page.find(id="not-found").find_next("p"))
    meaning = page.select_one("form.search")["data-meaning"]
    assert words.startswith(meaning)
    assert "not mean that none" in meaning and "not named in any published week" in meaning


def test_checks_and_methods_are_found_by_the_search(stage):
    index = json.loads((stage("corrected").site / "search" / "index.json").read_text("utf-8"))
    found = {path: name for path, name, *_ in index["lines"] if path.startswith("methods/")}
    assert found.pop("methods/index.html") == "Methods"
    assert found == {f"methods/index.html#check-{c.id}": f"{c.id} {c.title}" for c in CHECKS}


# Methods


def methods(context=CONTEXT, cohort="recorded") -> BeautifulSoup:
    (page,) = dict(text_pages(Site(Path(), Catalog(cohort, False), context))).values()
    return BeautifulSoup(page, "html.parser")


def test_every_check_has_its_question_threshold_effect_and_limits_under_its_anchor():
    page = methods()
    for check in CHECKS:
        words = words_of(page.find(id=f"check-{check.id}").find_parent("section"))
        told = (check.title, check.question, check.thresholds, EFFECTS[check.effect], check.limits)
        assert all(part and part in words for part in told), check.id


NUMBERS = {
    "E5": (e5_volume.TIMES, e5_volume.PLUS, WEEKS_LOOKED_BACK, WEEKS_NEEDED, "1,000,000"),
    "E6": ("24 hours", "48 hours"),
    "E8": (e8.FEWEST, "80 %", e8.OLD.days, "or more of all of them"),
    "E9": (e9_stale_policy.VERIFIED_WITHIN.days,),
    "E11": ("48 hours",),
}


@pytest.mark.parametrize("check_id", NUMBERS)
def test_a_threshold_is_told_in_the_numbers_of_its_module(check_id):
    told = next(check.thresholds for check in CHECKS if check.id == check_id)
    assert e6_ice_custody.BEFORE_RELEASE.total_seconds() == 24 * 3600
    found = [n for n in NUMBERS[check_id] if re.search(rf"(?<![\d,]){n}(?![\d,]\d)", told)]
    assert found == [*NUMBERS[check_id]]


OF_PEOPLE = """
ENOUGH          | 31   | 31 requests or more, of 7 agencies or more
FEWEST_AGENCIES | 7    | 31 requests or more, of 7 agencies or more
LARGEST_SHARE   | 0.63 | over 63 % of them
ENOUGH_CHANGED  | 17   | a difference of 17 requests or more
NO_LONGER_COUNT | 0.41 | If over 41 % of them
"""


def test_the_rules_of_people_are_told_in_the_numbers_that_the_code_goes_by(monkeypatch):
    for name, number, _ in cases(OF_PEOPLE):
        assert hasattr(disclosure, name)
        monkeypatch.setattr(disclosure, name, float(number) if "." in number else int(number))
    given = Parameters.model_construct(disclosure_threshold=9, max_held_back_share=0.37)
    text = words_of(methods(SiteContext(given, dt.date(2017, 6, 1), rules=RULES)).main)
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    told = [words for *_, words in cases(OF_PEOPLE)]
    told += ["categories with 9 requests or more", "more than 37 % of"]
    told += [f"countries with {people.NAMED} requests or more"]
    assert [words for words in told if words not in text] == []


def test_holds_are_told_by_what_they_doubt_and_the_method_has_its_number_and_its_history():
    page = methods()
    text = words_of(page.find(id="held-back").find_next("ul"))
    assert "Checks E1, E3, E4 doubt that the request belongs" in text
    assert "Checks E2, E6, E7, E11 then doubt the outcome" in text
    section = words_of(page.main).partition("The method and its history")[2]
    assert f"number {METHOD}" in section
    assert all(f"Method {number}: {changed}" in section for number, changed in CHANGES.items())


def test_from_a_report_to_the_rule_the_check_and_the_correction_in_three_clicks(stage):
    archive = stage("corrected")
    report = archive.page(f"weeks/{WEEK}/index.html")
    links = {a["href"] for a in report.select("header a, footer a")}
    assert {"../../methods/index.html", "../../corrections/index.html"} <= links
    page = archive.page("methods/index.html")
    anchors = {a["href"] for a in page.select("main a")}
    assert {f"#check-{check.id}" for check in CHECKS} <= anchors
    assert "../corrections/index.html" in anchors
