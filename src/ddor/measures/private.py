"""Counts for the analyst, kept under runs/ and never published: they are of single attributes of
people, told by no rule of disclosure.py."""

import pandas as pd

from ddor.calendar import Week
from ddor.cohort import issued_this_week, would_count_as_declined


def private_counts(status: pd.DataFrame, week: Week, cohort: str) -> dict:
    """Cohort -> column -> value -> requests, largest first. Cohorts as received, before any check
    holds a row: received, issued, declined."""
    cohorts = {
        "received": status,
        "issued": status[issued_this_week(status, week)],
        "declined": status[would_count_as_declined(status, week, cohort)],
    }
    columns = ("citizenship", "form", "outcome", "agency_level", "agency_id", "protected",
               "custody_confirmed", "decline_reason")  # fmt: skip
    return {
        name: {"requests": len(rows)} | {column: _counts(rows[column]) for column in columns}
        for name, rows in cohorts.items()
    }


def _counts(values: pd.Series) -> dict[str, int]:
    counts = values.fillna("").value_counts().rename_axis("value").reset_index()
    counts = counts.sort_values(["count", "value"], ascending=[False, True])
    return {value: int(count) for value, count in counts.to_numpy()}
