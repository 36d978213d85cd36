"""E4, another agency in the same county: is the agency of the level that the directory gives?

In 2017 fourteen of "Travis County" were requests to a state jail, and Kern County's 65 included
state and federal prisons. Federal agencies are out of the report's scope. Two agencies of one
county are never added up: an agency is its code.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, listed_agencies, stopped_where

FEDERAL = "Agency {agency_id} is federal; the report covers agencies that are not."
OTHER_LEVEL = "The directory has agency {agency_id} as {listed}, the request as {agency_level}."


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """agency_level is never empty, so every row is assessed; one whose agency is in the directory
    is compared with it too."""
    listed = listed_agencies(rows, case)["level"]
    federal = rows["agency_level"] == "federal"
    differs = ~federal & listed.notna() & (listed != rows["agency_level"])
    stopped = stopped_where(rows.assign(listed=listed), (federal, FEDERAL), (differs, OTHER_LEVEL))
    return Finding(len(rows), stopped)
