"""E4, another agency in the same county: is the agency of the level that the directory gives?

In 2017 fourteen of "Travis County" were requests to a state jail, and Kern County's 65 included
state and federal prisons. Federal agencies are out of the report's scope. Two agencies of one
county are never added up: an agency is its code.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_because


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """agency_level is never empty, so every row is assessed; one whose agency is in the directory
    is compared with it too."""
    listed = rows["agency_id"].map(case.directory.agencies.set_index("agency_id")["level"])
    federal = rows["agency_level"] == "federal"
    differs = listed.notna() & (listed != rows["agency_level"])
    reasons = {
        row.request_id: _why(row, listed[row.Index]) for row in rows[federal | differs].itertuples()
    }
    return Finding(len(rows), stopped_because(reasons))


def _why(row, listed: str) -> str:
    if row.agency_level == "federal":
        return f"Agency {row.agency_id} is federal; the report covers agencies that are not."
    return (
        f"The directory has agency {row.agency_id} as {listed}, the request as {row.agency_level}."
    )
