"""What the sentences of a quarter say where little is known, read as a sheriff would and as the
person concerned would; and the cases that it describes."""

import datetime as dt
import itertools
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from after_release_rows import arrested as arrested_row
from after_release_rows import frames_of, later, numbered_charges, released
from conftest import PROJECT, cases
from quarter_archive import AGENCIES, FIRST, QUARTER, QUARTERS_ON, Quarters
from small_archive import found_in, words_of

from ddor.compiled.inputs import load_compiled
from ddor.compiled.people import WeeksOfSum
from ddor.measures.figures import concentration
from ddor.narrative import Words, render_narrative
from ddor.report.quarter import CompiledReport
from ddor.report.sentences import sentence

NAMES = "quarter weeks issued declined charges after cases extract phrases".split()
PAGE = f"quarters/{QUARTER}/index.html"
KEY = f"key-m{FIRST[5:]}-0"  # of several(FIRST): arrested ten days later, at the first agency


def sentences(report: CompiledReport) -> list[str]:
    """The text of each cell of sentences, with the names of this quarter."""
    notebook = json.loads((PROJECT / "notebooks" / "quarterly_report.ipynb").read_text("utf-8"))
    names = dict(zip(NAMES, report.for_sentences(), strict=True))
    cells = ("".join(cell["source"]).partition("\n") for cell in notebook["cells"])
    shown = [render_narrative(text, names) for head, _, text in cells if head == "%%narrative"]
    return [" ".join(re.sub("<[^>]*>", "", html).split()) for html in shown]


@pytest.fixture(scope="module")
def inputs(quarters):
    return load_compiled(quarters("quarter").runs / QUARTER / "r1")


def told(inputs, people, charges=(), agencies=6) -> SimpleNamespace:
    """Of a quarter of these declined requests: the texts of part two, and the page's numbers."""
    rows = [
        {**row, "request_id": f"r{at}", "agency_id": f"AG{at % agencies:02d}"}
        for at, row in enumerate(people)
    ]
    declined, of = frames_of(rows, numbered_charges(*charges), "2018-01-31")
    declined = declined.reset_index(drop=True)
    report = CompiledReport(replace(inputs, declined=declined, charges=of, repeated=0))
    texts = sentences(report)
    known = next(text for text in texts if text.startswith("Of the"))
    at = next(at for at, text in enumerate(texts) if text.startswith("The rule."))
    rule = " ".join(texts[at : at + 2])
    numbers = dict(report.five_numbers().frame.itertuples(index=False))
    return SimpleNamespace(known=known, rule=rule, texts=texts, numbers=numbers)


def test_of_nobody_whose_follow_up_is_known_nothing_is_said_of_arrests(inputs):
    """ "0 had no later arrest" would read as if all had one."""
    for people in ([released("unknown")] * 12, [released("unknown", released_at="")] * 12):
        quarter = told(inputs, people)
        assert "For none of them does the data show what ICE learned" in quarter.known
        assert "later arrest or conviction" not in quarter.known
        assert "no later contact" not in quarter.rule
        assert "arrested and" not in quarter.rule


def test_without_a_declined_request_the_sentences_still_stand(inputs):
    quarter = told(inputs, [])
    assert quarter.known.startswith("Of the 0 requests declined, 0 releases are confirmed.")
    assert "later arrest or conviction" not in quarter.known


@pytest.mark.parametrize("person", [arrested_row(), released("at_large"), released("removed")])
def test_what_became_of_one_person_is_not_told(inputs, person):
    one = told(inputs, [person, *[released("unknown")] * 20])
    why = "the follow-up is known is not shown: there are fewer than 20 requests with a known"
    assert why in one.known
    assert {each for name, each in one.numbers.items() if "known" in name} == {"withheld"}
    assert not re.search(r"\b1\b", one.known) and "later contact" not in one.rule
    other = told(inputs, [released("at_large"), *[released("unknown")] * 20])
    assert other.known == one.known


def test_arrests_convictions_and_none_are_told_with_equal_weight(inputs):
    """Three were arrested, four arrested and convicted, eight convicted alone; 30 nothing."""
    people = [arrested_row()] * 7 + [released("removed")] * 8 + [released("at_large")] * 30
    charges = [later(10, "1399", "convicted", request_id=f"r{at}") for at in range(3, 15)]
    quarter = told(inputs, people + [released("unknown")] * 9, charges)
    both = "No later arrest or conviction that counts is known for 30, and one is known for 15."
    assert both in quarter.known and "%" not in " ".join(quarter.texts)
    assert "Of the 15, 7 were arrested and 12 were convicted of a charge filed" in quarter.rule
    for name, number in (("Later", 15), ("No later", 30)):
        assert quarter.numbers[f"{name} arrest or conviction that counts, of the known"] == number


def test_one_of_a_thing_is_said_as_one(inputs):
    first = (inputs.weeks["week"] == FIRST).astype("int64")
    one = inputs.weeks.assign(declined_total=first, issued_total=first, honored_total=first)
    issued = CompiledReport(replace(inputs, weeks=one, cohort="issued", repeated=1))
    text = " ".join(sentences(issued))
    assert "1 request issued in the 2 of 13 weeks with a report from January to March" in text
    assert "1 of the declines repeats a request that another week counts too" in text
    recorded = " ".join(sentences(CompiledReport(replace(inputs, weeks=one, repeated=2))))
    assert "ICE recorded 1 request as declined, whenever it had issued it, by" in recorded
    assert "2 of the declines repeat requests that another week counts too" in recorded
    assert re.search(r"The \d+ are counted by the week of issue, the 1 by the week in", recorded)
    assert "counted by the week of issue" not in text


# Charges before release, and other phrases


def charged(**changes) -> SimpleNamespace:
    """The weeks: of WeeksOfSum."""
    given = dict(told=True, why="", of=40, with_charges=30, with_conviction=12)
    given |= {"by_category": Words("21 for drugs and 4 for traffic"), "why_left_out": "too few"}
    weeks = WeeksOfSum(told=11, dated=0, pooled=0, left_out=0, without=0)
    weeks = weeks._replace(**changes.get("weeks", {}))
    return SimpleNamespace(**given | changes | {"weeks": weeks})


DECLINED = SimpleNamespace(total=40)


def say(name: str, charges: SimpleNamespace) -> Words:
    return sentence("quarter", name, charges=charges, declined=DECLINED)


def test_charges_are_said_by_category_and_of_which_weeks():
    assert say("charges_in_brief", charged()) == (
        "By category of the charges before release, the 40 requests declined include 21 for drugs "
        "and 4 for traffic. One request can be in several categories."
    )
    words = say("weeks_with_charges", charged(weeks={"dated": 2, "pooled": 2, "left_out": 1}))
    assert "add up 11 weeks as the weekly reports show them, so a request that moved" in words
    assert "For 2 of them the weekly report shows the charges as an earlier extract had" in words
    assert "2 further weeks have no tables of their own and are added as one group." in words
    assert "1 week is left out: too few." in words
    together = say("weeks_with_charges", charged(weeks={"told": 0, "pooled": 11}))
    assert together == "11 weeks have no tables of their own and are added as one group."
    assert "further" not in (alone := say("weeks_with_charges", charged())) and "left" not in alone


@pytest.mark.parametrize("changes", [{"of": 38}, {"weeks": {"dated": 1}}, {"of": 41}])
@pytest.mark.parametrize("phrase", ["charges_in_brief", "charges_and_convictions"])
def test_a_sum_of_other_requests_than_those_counted_says_so(phrase, changes):
    words = f"the {changes.get('of', 40)} requests whose charges are shown (part one counts 40 as"
    assert words in say(phrase, charged(**changes))


def test_charges_that_are_not_told_say_why_and_no_number():
    untold = charged(told=False, why="there are few", with_charges=None, by_category="")
    for phrase in ("charges_in_brief", "charges_and_convictions"):
        assert say(phrase, untold) == "Charges before release are not shown: there are few."
    assert say("weeks_with_charges", untold) == ""


def test_dates_of_few_of_one_agency_are_not_told_and_two_with_half_each_are_no_finding():
    for agencies, days, found in (
        ("A" * 12 + "B", "1" * 10 + "222", ("A", None, 0)),
        ("A" * 24 + "B", "1" * 20 + "22222", ("A", dt.date(2017, 3, 1), 20)),
        ("A" * 6 + "B" * 6, "12" * 6, (None, None, 0)),
    ):
        days = pd.Series(pd.to_datetime([f"2017-03-0{day} 10:00" for day in days]))
        told = concentration(pd.Series([*agencies]), days)
        assert (told.agency_id, told.day, told.on_day) == found


# Cases


@pytest.fixture(scope="module")
def described(quarters, tmp_path_factory) -> Quarters:
    """One case is described, and the quarter made again with it."""
    archive = quarters("quarter").copied_to(tmp_path_factory.mktemp("cases") / "archive")
    archive.describe("hazelmoor", KEY)
    assert archive.made() == 2
    return archive


def test_a_described_case_has_its_agency_groups_and_source_and_no_label(described):
    case = words_of(described.page(PAGE).find("section", class_="case"))
    told = """Released in January 2017 | ALDERWICK JAIL | none on record | charged: Assault (13)
        open, as of June 30, 2017 | An arrest within the month followed.
        court record: Hazelmoor County, 4th District Court, 2017-CR-0417"""
    for words in (AGENCIES[0]["agency_id"], *itertools.chain(*cases(told))):
        assert words in case, words
    assert "1 case was chosen for this revision" in words_of(described.page(PAGE).article)
    assert described.summary(QUARTER)["figures"]["cases_shown"] == 1
    label = described.candidates()[KEY]["row"].encode()
    public = described.files()
    assert not [path for path, data in public.items() if label in data or KEY.encode() in data]
    assert "changes in the cases described" in described.status(PAGE)


def test_a_case_without_an_approval_is_refused_with_file_and_key(described, tmp_path):
    archive = described.copied_to(tmp_path / "archive")
    archive.describe("other", KEY.removesuffix("0") + "1", approved_by=None)
    before = archive.files()
    done = archive.quarter()
    assert done.code == 2 and "other.md" in done.stderr and "approved_by" in done.stderr, done
    assert "hazelmoor.md" not in done.stderr and KEY not in done.stderr
    assert archive.files() == before and not (archive.runs / QUARTER / "r3").exists()


def test_a_case_that_ended_without_a_conviction_is_withdrawn_and_counted(described, tmp_path):
    archive = described.copied_to(tmp_path / "archive")
    archive.describe(
        "hazelmoor", KEY, status="dismissed", status_on="2017-09-30", approved_on="2017-10-02"
    )
    done = archive.quarter()
    assert done.code == 0 and "the case hazelmoor is withdrawn" in done.stderr, done
    page = archive.page(PAGE)
    assert page.find("section", class_="case") is None
    text = words_of(page.article)
    assert "No case was chosen for this revision." in text
    assert "1 case described before has been taken down" in text
    figures = archive.summary(QUARTER)["figures"]
    assert (figures["cases_shown"], figures["cases_withdrawn"]) == (0, 1)
    told = ("Hazelmoor", "An arrest within the month", "4th District Court")
    assert found_in(archive.files(), told) == set()
    before = words_of(archive.page(f"quarters/{QUARTER}/r2/index.html").article)
    assert "1 case was chosen for this revision. Cases are shown only on the page of the" in before
    again = archive.ddor("rebuild", "--json", day=QUARTERS_ON)
    assert json.loads(again.stdout)["changed"] == 0
    done = archive.ddor("verify", QUARTER, "r2")
    assert done.code == 0, done


def test_a_word_changed_by_hand_in_a_case_is_found_by_verify(described, tmp_path):
    archive = described.copied_to(tmp_path / "archive")
    for page in ("index.html", "r2/index.html"):
        file = archive.site / "quarters" / QUARTER / page
        text = file.read_text("utf-8")
        file.write_text(text.replace("An arrest within the month", "A flight within the month"))
    done = archive.ddor("verify", QUARTER)
    assert done.code == 5, done
    for where in ("the archive holds", "the quarter's own address holds"):
        assert f"cases.html: {where} a different file" in done.stderr


def test_a_case_stands_at_both_addresses_of_the_current_revision_and_in_its_draft(described):
    for page in (PAGE, f"quarters/{QUARTER}/r2/index.html"):
        assert described.page(page).find("section", class_="case"), page
    assert not described.page(f"quarters/{QUARTER}/r1/index.html").find("section", class_="case")
    before = described.files()
    assert described.quarter("--draft").code == 0 and described.files() == before
    draft = (described.runs / QUARTER / "draft" / "index.html").read_text("utf-8")
    assert draft.count('<section class="case">') == 1
