"""E5, a volume the agency could not have: are there far more requests than it ever had?

In 2017 Franklin County (New York), which "never had nine in one week", was listed with nine, and
Kern County with 65 in a week against 25 in a month.
"""

from collections import defaultdict

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, listed_agencies, stopped_agencies
from ddor.extract.model import would_count_as_declined
from ddor.variation import poisson_tail

TIMES, PLUS = 3, 3
ONE_WEEK_IN = 1_000_000


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Counts requests issued to, and declines by, each agency as received, before any row is held
    back, and compares both with its highest of the published weeks looked at. Those weeks are
    counted as received too, and a week without the agency counts as 0. With too few published
    weeks, a Poisson distribution at the directory's weekly_requests says how likely so many
    requests issued are; an agency without that is then not assessed."""
    issued = case.week.holds(rows["issued_at"])
    if not case.history.is_long_enough():
        weekly = listed_agencies(rows, case)["weekly_requests"].where(issued)
        known = rows.assign(weekly_requests=weekly)[weekly.notna()]
        counts = known.groupby(["agency_id", "weekly_requests"]).size().reset_index(name="count")
        unlikely = {
            agency["agency_id"]: reasons["unlikely"].format_map(agency)
            for agency in counts.to_dict("records")
            if poisson_tail(agency["count"], float(agency["weekly_requests"])) < 1 / ONE_WEEK_IN
        }
        return Finding(len(known), stopped_agencies(known, unlikely))
    declined = would_count_as_declined(rows, case.week, case.cohort)
    highest = case.history.highest()
    sentences: dict[str, list[str]] = defaultdict(list)
    too_many = pd.Series(False, rows.index)
    for what, mask in {"issued": issued, "declined": declined}.items():
        for agency_id, count in rows.loc[mask, "agency_id"].value_counts().items():
            most = highest[what].get(agency_id, 0)
            if count > TIMES * most + PLUS:
                too_many |= mask & (rows["agency_id"] == agency_id)
                fields = {"agency_id": agency_id, "count": count, "most": most}
                sentences[agency_id].append(reasons[what].format_map(fields))
    why = {agency_id: " ".join(theirs) for agency_id, theirs in sentences.items()}
    return Finding(int((issued | declined).sum()), stopped_agencies(rows[too_many], why))
