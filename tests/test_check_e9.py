"""E9, stale policy: verified within 180 days of the week's last day, February 17, 2017."""

import pytest
from cases import case, finding, line, status
from extract_factory import request
from frames import policy

from ddor.checks.e9_stale_policy import assess
from ddor.checks.registry import run_checks
from ddor.maintained.directory import POLICY_KINDS

EXACTLY_180_DAYS, DAYS_181 = "2016-08-21", "2016-08-20"
STALE = policy(verified_on=DAYS_181)


def stale(*verified_on: str) -> list[int]:
    """The places of the stale ones among policies verified on these days."""
    policies = [policy(verified_on=day) for day in verified_on]
    return sorted(finding(assess, request(), policies=policies).stopped.index)


def test_a_policy_verified_exactly_180_days_before_the_last_day_is_not_stale():
    assert stale(EXACTLY_180_DAYS) == []


def test_a_policy_verified_181_days_before_the_last_day_is_stale_and_told_since_when():
    found = finding(assess, request(), policies=[STALE])
    assert found.stopped.to_dict() == {0: f"Not verified since {DAYS_181}."}


@pytest.mark.parametrize("day", ["2017-02-17", "2017-02-18", "2017-08-16"])
def test_a_policy_verified_on_the_last_day_or_after_the_week_is_not_stale(day):
    assert stale(day) == []


def test_only_the_stale_ones_are_named_by_their_place_in_the_table():
    assert stale("2017-02-01", "2014-04-11", EXACTLY_180_DAYS, DAYS_181) == [1, 3]


@pytest.mark.parametrize("kind", POLICY_KINDS)
def test_a_policy_of_every_kind_can_be_stale(kind):
    found = finding(assess, request(), policies=[STALE | {"kind": kind}])
    assert len(found.stopped) == 1


def test_when_a_policy_was_enacted_is_not_looked_at():
    assert status("E9", request(), policies=[policy(enacted="1990-01")]) == "ok"


def test_without_any_policy_it_is_not_assessed():
    assert status("E9", request()) == "not assessed"


def test_policies_are_assessed_in_a_week_without_a_decline():
    row = request(outcome="pending", outcome_recorded_at="")
    assert status("E9", row, policies=[policy()]) == "ok"


def test_it_holds_nothing_and_asks_for_no_review():
    results = run_checks(case(request(), policies=[STALE]))
    assert (len(results.held), len(results.review)) == (0, 0)


def test_its_line_counts_the_policies_shown():
    told = line("E9", request(), policies=[STALE, policy(), STALE])
    assert (told["effect"], told["status"], told["rows"]) == ("show", "shown", 2)
