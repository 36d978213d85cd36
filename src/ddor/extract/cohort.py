"""Which requests belong to the week. The two cohorts of DESIGN 3, which never mix.

*Issued*: issued_at in the week. *Recorded*: outcome_recorded_at in the week, whenever issued.
A source without recording dates (`cohort: issued`) has one cohort only: what is *recorded this
week* then reads *issued this week, and since recorded*.
"""

import pandas as pd

from ddor.calendar import Week

RECORDED, ISSUED = "recorded", "issued"


def date_column(cohort: str) -> str:
    """The date by which a week counts a request with an outcome."""
    return "outcome_recorded_at" if cohort == RECORDED else "issued_at"


def issued_this_week(requests: pd.DataFrame, week: Week) -> pd.Series:
    """Bool, on the index of `requests`."""
    return week.holds(requests["issued_at"])


def recorded_this_week(requests: pd.DataFrame, week: Week, cohort: str) -> pd.Series:
    """Bool, on the index of `requests`: has an outcome that this week's report counts."""
    return week.holds(requests[date_column(cohort)]) & (requests["outcome"] != "pending")


def would_count_as_declined(requests: pd.DataFrame, week: Week, cohort: str) -> pd.Series:
    """Bool: declined in this week's recorded cohort, before any check holds it back."""
    return recorded_this_week(requests, week, cohort) & (requests["outcome"] == "declined")
