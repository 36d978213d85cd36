"""E4, another agency in the same county: is the agency of the level that the directory gives?

In 2017 fourteen of "Travis County" were requests to a state jail, and Kern County's 65 included
state and federal prisons. Federal agencies are out of the report's scope. Two agencies of one
county are never added up: an agency is its code.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, listed_agencies, stopped_where


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """agency_level is never empty, so every row is assessed; one whose agency is in the directory
    is compared with it too."""
    listed = listed_agencies(rows, case)["level"]
    federal = rows["agency_level"] == "federal"
    other = ~federal & listed.notna() & (listed != rows["agency_level"])
    rows, doubts = rows.assign(level_listed=listed), {"federal": federal, "other_level": other}
    return Finding(len(rows), stopped_where(rows, reasons, doubts))
