"""E8, bulk re-recording: were old requests recorded as declined in one go?

In 2017 nearly all declines of Travis County carried February 1, the first day of a county policy,
and 73 % of them were older than the year. In 2026 most declines of one state prison carry one date.
"""

import pandas as pd

from ddor.calendar import long_date
from ddor.checks.check import CheckedWeek, Finding, stopped_agencies
from ddor.extract.model import DATE_COLUMN, ISSUED, would_count_as_declined

FEWEST = 10
ONE_DATE = 0.8
OLD, OLD_SHARE = pd.Timedelta(days=30), 2 / 3


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Looks at each agency's declines of the week, as received: how many of them were recorded on
    one date, and how many of all of them were issued long before that date. Without recording dates
    (cohort *issued*): how many were issued on one date."""
    declined = rows[would_count_as_declined(rows, case.week, case.cohort)]
    by_issue = case.cohort == ISSUED
    dates = declined[DATE_COLUMN[case.cohort]].dt.normalize()
    why = {}
    for agency_id, theirs in dates.groupby(declined["agency_id"]):
        counts, count = theirs.value_counts(), len(theirs)
        date, most = counts.index[0], counts.iloc[0]
        old = (date - declined.loc[theirs.index, "issued_at"] > OLD).sum()
        if count >= FEWEST and most >= ONE_DATE * count and (by_issue or old >= OLD_SHARE * count):
            fields = {"count": count, "most": most, "old": old, "old_days": OLD.days}
            reason = reasons["issued" if by_issue else "recorded"]
            why[agency_id] = reason.format(agency_id=agency_id, date=long_date(date), **fields)
    return Finding(int(dates.notna().sum()), stopped_agencies(declined, why))
