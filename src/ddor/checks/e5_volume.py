"""E5, a volume the agency could not have: are there far more requests than it ever had?

In 2017 Franklin County (New York), which "never had nine in one week", was listed with nine, and
Kern County with 65 in a week against 25 in a month.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_because
from ddor.extract.cohort import issued_this_week, would_count_as_declined
from ddor.variation import poisson_tail

TIMES, PLUS = 3, 3
IMPROBABLE = 1e-6
WORDS = {"issued": "requests issued to", "declined": "declines by"}


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Counts requests issued to, and declines by, each agency as received, before any row is held
    back. Above 3 times its highest of the last 26 published weeks, plus 3, is too many. Those weeks
    are counted as received too, and a week without the agency counts as 0. With fewer than 8
    published weeks: so many requests issued that a Poisson distribution at the directory's
    weekly_requests gives as many or more in fewer than one of a million weeks; an agency without
    that is then not assessed."""
    of_week = {
        "issued": rows[issued_this_week(rows, case.week)],
        "declined": rows[would_count_as_declined(rows, case.week, case.cohort)],
    }
    if case.history.is_long_enough():
        return _against_history(of_week, case)
    return _against_directory(of_week["issued"], case)


def _against_history(of_week: dict[str, pd.DataFrame], case: Case) -> Finding:
    highest = case.history.highest()
    sentences: dict[str, list[str]] = {}
    named: dict[str, list[str]] = {}
    for column, rows in of_week.items():
        for agency_id, theirs in rows.groupby("agency_id"):
            most = int(highest[column].get(agency_id, 0))
            if len(theirs) > TIMES * most + PLUS:
                sentences.setdefault(agency_id, []).append(
                    f"{len(theirs)} {WORDS[column]} agency {agency_id} this week; its most in a "
                    f"published week is {most}."
                )
                named.setdefault(agency_id, []).extend(theirs["request_id"])
    looked_at = set(of_week["issued"]["request_id"]) | set(of_week["declined"]["request_id"])
    reasons = {
        request_id: " ".join(sentences[agency_id])
        for agency_id, request_ids in named.items()
        for request_id in request_ids
    }
    return Finding(len(looked_at), stopped_because(reasons))


def _against_directory(issued: pd.DataFrame, case: Case) -> Finding:
    listed = case.directory.agencies.set_index("agency_id")["weekly_requests"]
    expected = pd.to_numeric(listed[listed != ""])
    reasons: dict[str, str] = {}
    assessed = 0
    for agency_id, theirs in issued.groupby("agency_id"):
        if agency_id not in expected.index:
            continue
        assessed += len(theirs)
        if poisson_tail(len(theirs), expected[agency_id]) < IMPROBABLE:
            why = (
                f"{len(theirs)} requests issued to agency {agency_id} this week; the directory "
                f"has {listed[agency_id]} a week."
            )
            reasons |= {request_id: why for request_id in theirs["request_id"]}
    return Finding(assessed, stopped_because(reasons))
