"""E6, into ICE custody: was the person handed over after all?

In 2017 both rows of Hennepin County were of people who had gone into ICE custody on February 3.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, stopped_where

BEFORE_RELEASE = pd.Timedelta(hours=24)
AFTER = pd.Timedelta(hours=48)


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Compares ice_custody_at, where given, with released_at; without released_at, with the time
    from issued_at to outcome_recorded_at. Bounds are inclusive."""
    released = rows["released_at"].notna()
    start = (rows["released_at"] - BEFORE_RELEASE).where(released, rows["issued_at"])
    end = (rows["released_at"] + AFTER).where(released, rows["outcome_recorded_at"] + AFTER)
    booked = rows["ice_custody_at"]
    assessed = booked.notna() & start.notna() & end.notna()
    near = assessed & booked.between(start, end)
    doubts = {"at_release": near & released, "at_decline": near & ~released}
    return Finding(int(assessed.sum()), stopped_where(rows, reasons, doubts))
