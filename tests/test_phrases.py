"""What the sentences of a week and of a quarter say, case by case: many requests and one, none, one
agency with half, a table that is not told, and one that stands from before. By what they mean, not
word for word: test_quarter_words and test_previous_week have what the others say."""

import datetime as dt
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from conftest import cases
from extract_factory import charge, request
from frames import case_of, extract_of, inputs_of

from ddor.jobs.weekly import week_report
from ddor.measures.disclosure import NATION
from ddor.measures.people import CHARGES, CITIZENSHIP, DAYS
from ddor.narrative import Words
from ddor.published.history import ATTRIBUTES, NOTHING_EARLIER
from ddor.report.sentences import sentence
from ddor.report.week import WeeklyReport

# of sentences
PARTS = ("declined_by_agencies", "some_declined_by_agencies", "by_agencies", "base_of_share")
FIRST_DAY, LATER_DAY = "2017-03-01", "2017-03-15"


def rows(**agencies: int) -> list[dict[str, str]]:
    """So many declined requests of each agency, which is named after its letter."""
    return [
        request(
            request_id=f"{name}{at}",
            agency_id=f"{name.upper()}AAA0001",
            agency_name=f"{name.capitalize()} County Jail",
            county_fips="",
            area="",
            outcome_recorded_at=f"2017-02-{15 + at % 3}",
        )
        for name, count in agencies.items()
        for at in range(count)
    ]


def charges_of(requests: list[dict[str, str]]) -> list[dict[str, str]]:
    """In turn: a conviction for assault, a charge of drugs, one dismissed, none."""
    kinds = ("1399", "convicted"), ("3599", "charged"), ("2399", "dismissed")
    return [
        charge(request_id=row["request_id"], ncic_code=code, disposition=disposition)
        for at, (code, disposition) in enumerate(kinds)
        for row in requests[at::4]
    ]


def report_of(requests, charges=None, earlier=(), gone="", as_of=LATER_DAY) -> WeeklyReport:
    """`earlier`: the reports of the revisions before, all of which stand."""
    charges = charges_of(requests) if charges is None else charges
    case = replace(case_of([]), extract=extract_of(requests, charges, as_of))
    kept = [
        json.loads(week_report(each.inputs, each.counts).private_files[ATTRIBUTES])["tables"]
        for each in earlier
    ]
    last = kept[-1] if kept else []
    told = NOTHING_EARLIER | {"tables": sum(kept, []), "last": last, "gone": gone}
    return WeeklyReport(replace(inputs_of(case), earlier=told))


def said(report: WeeklyReport) -> dict[str, str]:
    phrases = vars(report.phrases())
    return {name: str(words) for name, words in phrases.items() if name not in PARTS}


def text_of(part) -> str:
    return " ".join(re.sub("<[^>]*>", " ", part._repr_html_()).split()) if part else ""


def assert_well_said(sentences: dict[str, str]) -> None:
    """Whatever the numbers are."""
    for name, text in sentences.items():
        assert not re.search(
            r"(?<![\d,])1 (requests|agencies|states|weeks|people|cases)\b", text
        ), name
        assert not re.search(r"(?<![\d,])1 (were|have|concern|repeat)\b", text), name
        assert not re.search(r"\b0 concern|[ (]None\b|\bnan\b|[{}]|  |\.\.|,,|, \.| ,", text), name
        assert not text or text.endswith((".", "*")), name


# A week


LARGE = {"a": 30, "b": 25, "c": 25}
HONORED = {"outcome": "honored", "decline_reason": ""}
WEEKS = {
    "large": rows(**LARGE),
    "one declined": rows(a=1),
    "none declined": [request(**HONORED)],
    "one honored": rows(**LARGE) + [request(request_id="h", **HONORED)],
}
# A week, a sentence of it, and words that are in it; without words it is empty.
SAID = cases("""
    large         | key_declined   | February 11 to 17, 2017
    large         | key_categories | include 20 for crimes against persons and 20 for drug offenses
    large         | key_categories | One request can be in several
    large         | about_charges  | 20 requests with only charges that were dismissed
    one declined  | key_charges    | charges of this week
    one declined  | key_charges    | fewer than 20 requests
    one declined  | key_categories |
    one declined  | about_charges  |
    none declined | key_charges    |
    none declined | key_categories |
    none declined | about_charges  |
    none declined | about_days     |
    none declined | law            |
    one honored   | recorded       | 1 request was recorded as honored
""")
NEVER = cases("""
    large         | one agency
    one declined  | conviction on record
    one declined  | crimes against persons
    one declined  | half
    none declined | conviction
    none declined | categor
    none declined | A release date is on record
""")


@pytest.mark.parametrize("name", WEEKS)
def test_the_sentences_of_a_week_have_its_figures(name):
    sentences = said(report_of(WEEKS[name]))
    for phrase, words in [each[1:] for each in SAID if each[0] == name]:
        assert words in sentences[phrase].replace("*", ""), (phrase, sentences[phrase])
        assert bool(sentences[phrase]) is bool(words), (phrase, sentences[phrase])
    whole = " ".join(sentences.values())
    assert not [words for week, words in NEVER if week == name and words in whole]
    assert_well_said(sentences)


def test_a_standing_of_one_is_a_person_and_of_none_is_left_out():
    requests = rows(**LARGE)
    only = [
        charge(request_id="a0", ncic_code="3599", disposition="convicted"),
        charge(request_id="a1", ncic_code="0399", disposition="charged"),
    ]
    sentences = said(report_of(requests, only))
    assert_well_said(sentences)
    told = sentences["key_charges"]
    assert "1 concerns a person with a conviction" in told and "dismissed" not in told
    assert "1 a person with charges and no conviction and 78 a person without" in told
    assert "include 1 for drug offenses and 1 for immigration" in sentences["key_categories"]


# A table that is not told


FEW = rows(a=7, b=6, c=6)
LOST = "the private record of the tables published before is missing"


def withheld(name: str) -> tuple[WeeklyReport, str]:
    """-> a week whose charges are not told, and words of the reason."""
    if name == "few":
        return report_of(FEW), "fewer than 20 requests"
    if name == "lost":
        return report_of(rows(**LARGE), gone=LOST), LOST
    first = report_of(rows(**LARGE), as_of=FIRST_DAY)
    # The last revision told nothing, and what an earlier one told would show four requests.
    nothing = report_of(FEW, earlier=[first], gone=LOST)
    more = report_of(rows(**LARGE | {"a": 34}), earlier=[first, nothing])
    return more, "compared with the other tables that are or were published"


@pytest.mark.parametrize("name", ["few", "lost", "one rule"])
def test_charges_that_are_not_told_give_the_reason_and_no_figure(name):
    report, reason = withheld(name)
    total = report.counts.figures["declined_total"]
    why = report.counts.published.withheld[CHARGES, NATION]
    assert reason in why
    sentences = said(report)
    assert_well_said(sentences)
    assert "charges of this week" in sentences["key_charges"] and why in sentences["key_charges"]
    assert re.findall(r"\d+", sentences["key_charges"]) == re.findall(r"\d+", why)
    assert sentences["key_categories"] == sentences["about_charges"] == ""
    for attribute, shown in (
        (CHARGES, report.charges_table()),
        (DAYS, report.timing_chart()),
        (CITIZENSHIP, report.citizenship_chart()),
    ):
        text = text_of(shown)
        assert report.counts.published.withheld[attribute, NATION] in text
        assert "quarterly report" in text
        assert not re.search(rf"\b{total}\b", text.replace(why, ""))
    assert report.charges_chart() is None


def test_a_week_without_charges_supplied_says_so_and_not_that_they_are_withheld():
    report = report_of(rows(**LARGE), charges=())
    assert (report.charges_table(), report.place_tables()) == (None, None)
    sentences = said(report)
    assert_well_said(sentences)
    assert "No charge data was supplied for the 80 requests declined" in sentences["key_charges"]
    assert sentences["about_charges"] == "No charge data was supplied with this extract."
    assert "does not show" not in " ".join(sentences.values())


# A table that stands from an earlier revision


@pytest.mark.parametrize(
    ("gone", "words"),
    [(1, "1 request in it no longer counts"), (2, "2 of the requests in it no longer count")],
)
def test_a_table_that_stands_says_from_when_it_is_and_what_no_longer_counts(gone, words):
    """The key points have the base of the table, and its date, not those of today."""
    first = report_of(rows(**LARGE), as_of=FIRST_DAY)
    now = rows(**LARGE | {"a": 30 - gone})
    changed = [
        each | {"ncic_code": "0399"} if each["request_id"] == "b2" else each
        for each in charges_of(rows(**LARGE))
    ]
    kept = {row["request_id"] for row in now}
    report = report_of(now, [each for each in changed if each["request_id"] in kept], [first])
    assert report.counts.published.table(CHARGES).retained
    sentences = said(report)
    assert_well_said(sentences)
    assert f"{80 - gone} requests" in sentences["key_declined"]
    for phrase in ("key_charges", "key_categories"):
        assert "80" in sentences[phrase] and "as of March 1, 2017" in sentences[phrase]
        assert str(80 - gone) not in sentences[phrase]
    assert "immigration" not in sentences["key_categories"]
    note = text_of(report.charges_table())
    assert "as of March 1, 2017" in note and words in note
    assert "data as of March 1, 2017" in text_of(report.charges_chart())


def test_a_table_of_today_has_no_note():
    report = report_of(rows(**LARGE))
    assert "no longer" not in text_of(report.charges_table())
    assert "as of" not in said(report)["key_charges"]


# A quarter


def of(**values) -> SimpleNamespace:
    return SimpleNamespace(**values)


def after(*numbers: int, retained=False) -> dict:
    """`after` with these numbers, of which one request no longer counts where it is retained."""
    names = "declined confirmed known no_arrest met arrested convicted no_contact not_observed"
    values = dict(zip(names.split(), numbers, strict=True))
    as_of = dt.date(2017, 7, 1)
    return {"after": of(**values, days=90, why="", retained=retained, as_of=as_of, gone=1)}


MAY, AUGUST = dt.date(2017, 5, 1), dt.date(2017, 8, 1)
WEEK_13, WEEK_14 = "January 7 to 13, 2017", "January 14 to 20, 2017"
GAPS = {"total": 13, "published": 11, "missing": 1, "withdrawn": 1}
GIVEN = {
    "whole": {"weeks": of(total=13, published=13, missing=0, withdrawn=0)},
    "gaps": {"weeks": of(**GAPS, names_missing=WEEK_13, names_withdrawn=WEEK_14)},
    "a week": {"weeks": of(total=1, published=1)},
    "no week": {"weeks": of(total=13, published=0)},
    "span": {"extract": of(by_issue=False, as_of=MAY, latest=AUGUST)},
    "a day": {"extract": of(by_issue=False, as_of=MAY, latest=MAY)},
    "many": {
        "declined": of(total=1_392),
        "issued": of(total=4_180, honored=1_420, declined=500, other=530, pending=1_730),
    },
    "after": after(120, 90, 40, 30, 10, 8, 4, 25, 3),
    "after one": after(1, 1, 1, 0, 1, 1, 0, 1, 1, retained=True),
    "after none": after(*[0] * 9),
}
SPAN = "May 1, 2017 to August 1, 2017"


def say(name: str, given: str) -> Words:
    """This sentence of 2017; `given`: names of GIVEN, and numbers such as cases.shown=1."""
    names = {"period": "2017"}
    for each in given.split(", "):
        path, _, number = each.partition("=")
        owner, _, value = path.partition(".")
        names |= {owner: of(**{value: int(number)})} if number else GIVEN[each]
    return sentence("quarter", name, **names)


@pytest.mark.parametrize(
    ("name", "given", "words"),
    cases(f"""
    made_from | whole, span | Made from 13 of 13 weekly reports, with data as of {SPAN}.
    made_from | a week, a day | Made from 1 of 1 weekly report, with data as of May 1, 2017.
    made_from | no week, span | None of the 13 weekly reports is
    recorded_as_declined | whole, span, many | In 2017, ICE recorded 1,392 requests as declined
    outcomes_of_issued | span, many | 4,180 requests
    weeks_without_report | whole | All 13 weeks have a report.
    weeks_without_report | gaps | 1 week has no report
    weeks_without_report | gaps | 1 week was withdrawn, and the figures leave it out: January
    counted_twice | declined.repeated=0 |
    after_in_brief | after one | Of the 1 request declined, 1 release is confirmed.
    after_date | after |
    after_date | after one | as of July 1, 2017; 1 of their requests no longer counts.
    arrests_and_convictions | after one | Of the 1, 1 was arrested and 0 were convicted
    arrests_and_convictions | after none |
    no_later_contact | after, span | For 25 ICE knew of no later contact as of {SPAN}.
    no_later_contact | after one, span | no later contact as of July 1, 2017.
    not_observed_yet | after | 3 requests cannot be included yet
    not_observed_yet | after one | 1 request cannot be included yet
    not_observed_yet | after none |
    cases_chosen | cases.shown=0 | No case was chosen
    cases_withdrawn | cases.withdrawn=2 | 2 cases described before have been taken down
    cases_withdrawn | cases.withdrawn=0 |
    """),
)
def test_the_sentences_of_a_quarter_have_its_figures(name, given, words):
    phrase = say(name, given)
    text = str(phrase).replace("*", "")
    assert words in text and bool(words) is bool(text)
    # What stands within a sentence of the notebook has no full stop of its own.
    assert_well_said({"it": text if not text or text.endswith(".") else f"{text}."})
    assert isinstance(phrase, Words)
