"""Section II names the difference from the published week before, and nothing else of it."""

import dataclasses

import pytest
from conftest import each_line
from extract_factory import request
from frames import case_of, inputs_of, numbered
from small_archive import NEXT_WEEK, WEEK, words_of

from ddor.published.history import History, no_history
from ddor.report.week import WeeklyReport


def sentence(before: str = "", total: int | None = None, cohort="recorded") -> str:
    """What the report says of a week with three declines."""
    case = case_of(numbered(*[request(issued_at="2017-02-12")] * 3), cohort=cohort)
    inputs = inputs_of(case)
    if before:
        history = History((before,), no_history().counts, total)
        inputs = dataclasses.replace(inputs, history=history)
    return str(WeeklyReport(inputs).phrases().previous)


@each_line("""
    total | words
    1     | 2 more requests were recorded as declined than
    2     | 1 more request was recorded as declined than
    1205  | 1,202 fewer requests were recorded as declined than
    3     | As many requests were recorded as declined as
""")
def test_it_says_how_many_more_or_fewer(total, words):
    said = sentence("2017-02-04", int(total))
    assert said == f"{words} in the previous published week (February 4 to 10, 2017)."


@pytest.mark.parametrize(("before", "words"), [("2017-01-28", "1 week"), ("2017-01-07", "4 weeks")])
def test_weeks_between_the_two_without_a_report_are_named(before, words):
    assert f"2017; no report covers the {words} between)." in sentence(before, 3)


def test_by_week_of_issue_it_says_that_each_has_its_own_extract():
    said = sentence("2017-02-04", 3, cohort="issued")
    assert said.endswith("2017; each week is as of the date of its own extract).")


def test_without_a_published_week_before_it_says_nothing():
    assert sentence() == ""


def test_a_published_page_says_it_and_a_change_of_the_week_before_makes_a_new_revision(copy_of):
    archive, page = copy_of("corrected"), f"weeks/{NEXT_WEEK}/index.html"
    said = "147 fewer requests were recorded as declined than in the previous published week "
    assert said in words_of(archive.page(page).article)
    assert "unchanged" in archive.run(week=NEXT_WEEK, day="2017-06-02").stdout
    assert archive.ddor("withdraw", WEEK, "--reason", "error", "--yes", day="2017-06-03").code == 0
    assert archive.published(week=NEXT_WEEK, day="2017-06-04") == 2
    assert "previous published week" not in words_of(archive.page(page).article)
    assert "changes in the weeks before" in archive.status(page)
