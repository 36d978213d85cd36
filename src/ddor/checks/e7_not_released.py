"""E7, never released: is the person still serving a sentence?

In 2017 people were listed as released who were still held, some with long sentences to serve. In
2026 the public records hold 21 declines at one state prison, of people with years left.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, stopped_where


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Compares sentence_ends_on, where given, with outcome_recorded_at, or where that is empty
    with the date of the extract. A row with released_at passes."""
    assessed = rows["sentence_ends_on"].notna()
    known = rows["outcome_recorded_at"].fillna(pd.Timestamp(case.extract.about.as_of))
    still_held = assessed & rows["released_at"].isna() & (rows["sentence_ends_on"] > known)
    return Finding(int(assessed.sum()), stopped_where(rows, reasons, {"still_held": still_held}))
