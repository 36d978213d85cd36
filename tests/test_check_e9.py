"""E9, stale policy: verified within 180 days of the week's last day, February 17, 2017."""

from cases import assess_of, case, finding, line, status
from extract_factory import request
from frames import policy

from ddor.checks.registry import run_checks
from ddor.maintained.directory import POLICY_KINDS

assess = assess_of("E9")

EXACTLY_180_DAYS, DAYS_181 = "2016-08-21", "2016-08-20"
STALE = policy(verified_on=DAYS_181)


def test_policies_verified_over_180_days_before_the_last_day_are_named_by_their_place():
    days = (EXACTLY_180_DAYS, DAYS_181, "2014-04-11", "2017-02-17", "2017-02-18", "2017-08-16")
    found = finding(assess, request(), policies=[policy(verified_on=day) for day in days])
    assert found.stopped.to_dict() == {
        1: f"Not verified since {DAYS_181}.",
        2: "Not verified since 2014-04-11.",
    }


def test_a_policy_of_every_kind_can_be_stale_and_when_it_was_enacted_is_not_looked_at():
    policies = [STALE | {"kind": kind} for kind in POLICY_KINDS]
    assert len(finding(assess, request(), policies=policies).stopped) == len(POLICY_KINDS) > 2
    assert status("E9", request(), policies=[policy(enacted="1990-01")]) == "ok"


def test_without_any_policy_it_is_not_assessed_and_without_a_decline_it_is():
    assert status("E9", request()) == "not assessed"
    row = request(outcome="pending", outcome_recorded_at="")
    assert status("E9", row, policies=[policy()]) == "ok"


def test_its_line_counts_the_policies_shown_and_it_holds_nothing_and_asks_for_no_review():
    given = {"policies": [STALE, policy(), STALE]}
    told = line("E9", request(), **given)
    assert (told["effect"], told["status"], told["rows"]) == ("show", "shown", 2)
    results = run_checks(case(request(), **given))
    assert (len(results.held), len(results.review)) == (0, 0)
