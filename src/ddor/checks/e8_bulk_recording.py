"""E8, bulk re-recording: were old requests recorded as declined in one go?

In 2017 nearly all declines of Travis County carried February 1, the first day of a county policy,
and 73 % of them were older than the year. In 2026 most declines of one state prison carry one date.
"""

import pandas as pd

from ddor.calendar import long_date
from ddor.checks.check import Case, Finding, stopped_because
from ddor.extract.cohort import ISSUED, date_column, would_count_as_declined

FEWEST = 10
ONE_DATE = 0.8
OLD, OLD_SHARE = pd.Timedelta(days=30), 2 / 3


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Looks at each agency's declines of the week, as received: 10 or more, 80 % or more of them
    recorded on one date, and two thirds or more of all of them issued over 30 days before that
    date. Without recording dates (cohort *issued*): 80 % or more issued on one date."""
    declined = rows[would_count_as_declined(rows, case.week, case.cohort)]
    by_issue = case.cohort == ISSUED
    dates = declined[date_column(case.cohort)].dt.normalize()
    reasons: dict[str, str] = {}
    for agency_id, theirs in declined.groupby("agency_id"):
        if len(theirs) < FEWEST:
            continue
        counts = dates[theirs.index].value_counts()
        date, most = counts.index[0], int(counts.iloc[0])
        old = int((date - theirs["issued_at"] > OLD).sum())
        if most < ONE_DATE * len(theirs) or not (by_issue or old >= OLD_SHARE * len(theirs)):
            continue
        why = f"{most} of {len(theirs)} declines of agency {agency_id} were "
        why += f"{'issued' if by_issue else 'recorded'} on {long_date(date)}"
        why += "." if by_issue else f", and {old} of the {len(theirs)} issued over 30 days before."
        reasons |= {request_id: why for request_id in theirs["request_id"]}
    return Finding(int(dates.notna().sum()), stopped_because(reasons))
