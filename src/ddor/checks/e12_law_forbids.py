"""E12, a law or a court is named: as the agency's reason, or on record for its place?

Federal courts ruled that a detainer binds no agency to hold a person (Galarza) and that holding
on a detainer alone can make a county liable (Clackamas County, Oregon). Such a decline counts, and
is shown apart.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, listed_agencies, stopped_where
from ddor.reference.places import STATES

KINDS = ("law", "court")


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Looks at decline_reason law_or_court; and for a policy of kind law or court, enacted in or
    before the month of the week's last day, whose place_code is the agency's id, county or state:
    those of the directory, else of the row. A stale policy (E9) is looked at too: it may be old
    and still bind."""
    listed = listed_agencies(rows, case)
    county = listed["county_fips"].fillna(rows["county_fips"])
    state = listed["state"].fillna(rows["state"])
    state_fips = state.map({usps: place.fips for usps, place in STATES.items()})
    codes = pd.concat([rows["agency_id"], county, state_fips], axis=1)
    reasons = {**reasons}
    doubts = {"named": rows["decline_reason"] == "law_or_court"}
    policies = case.directory.policies
    month = f"{case.week.last_day:%Y-%m}"
    in_force = policies[policies["kind"].isin(KINDS) & (policies["enacted"] <= month)]
    for index, law in in_force.iterrows():
        # Braces in the words of a policy name no field of the row.
        words = f"{law['jurisdiction']}: {law['policy']}."
        reasons[f"law {index}"] = words.replace("{", "{{").replace("}", "}}")
        doubts[f"law {index}"] = codes.eq(law["place_code"]).any(axis=1)
    return Finding(len(rows), stopped_where(rows, reasons, doubts))
