"""E5, a volume the agency could not have: are there far more requests than it ever had?

In 2017 Franklin County (New York), which "never had nine in one week", was listed with nine, and
Kern County with 65 in a week against 25 in a month.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, listed_agencies, stopped_agencies
from ddor.extract.cohort import issued_this_week, would_count_as_declined
from ddor.variation import poisson_tail

TIMES, PLUS = 3, 3
ONE_WEEK_IN = 1_000_000
WORDS = {"issued": "requests issued to", "declined": "declines by"}


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Counts requests issued to, and declines by, each agency as received, before any row is held
    back. Above 3 times its highest of the last 26 published weeks, plus 3, is too many. Those weeks
    are counted as received too, and a week without the agency counts as 0. With fewer than 8
    published weeks: so many requests issued that a Poisson distribution at the directory's
    weekly_requests gives as many or more in fewer than one of a million weeks; an agency without
    that is then not assessed."""
    issued = issued_this_week(rows, case.week)
    if not case.history.is_long_enough():
        return _against_directory(rows[issued], case)
    declined = would_count_as_declined(rows, case.week, case.cohort)
    return _against_history(rows, {"issued": issued, "declined": declined}, case)


def _against_history(rows: pd.DataFrame, masks: dict[str, pd.Series], case: Case) -> Finding:
    highest = case.history.highest()
    sentences: dict[str, str] = {}
    too_many = pd.Series(False, rows.index)
    for column, mask in masks.items():
        counts = rows.loc[mask, "agency_id"].value_counts()
        most = highest[column].reindex(counts.index, fill_value=0)
        named = counts[counts > TIMES * most + PLUS]
        too_many |= mask & rows["agency_id"].isin(named.index)
        for agency_id, count in named.items():
            sentence = f"{count} {WORDS[column]} agency {agency_id} this week; its most in a "
            sentence += f"published week is {most[agency_id]}."
            sentences[agency_id] = f"{sentences.get(agency_id, '')} {sentence}".strip()
    looked_at = masks["issued"] | masks["declined"]
    return Finding(int(looked_at.sum()), stopped_agencies(rows[too_many], sentences))


def _against_directory(issued: pd.DataFrame, case: Case) -> Finding:
    listed = listed_agencies(issued, case)["weekly_requests"]
    known = issued.assign(listed=listed)[listed.notna()]
    sentences = {}
    for (agency_id, weekly), theirs in known.groupby(["agency_id", "listed"]):
        if poisson_tail(len(theirs), float(weekly)) < 1 / ONE_WEEK_IN:
            sentences[agency_id] = (
                f"{len(theirs)} requests issued to agency {agency_id} this week; the directory "
                f"has {weekly} a week."
            )
    return Finding(len(known), stopped_agencies(known, sentences))
