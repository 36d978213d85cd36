"""E12, a law or a court is named: as the agency's reason, or on record for its place?

Federal courts ruled that a detainer binds no agency to hold a person (Galarza) and that holding
on a detainer alone can make a county liable (Clackamas County, Oregon). Such a decline counts, and
is shown apart.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_because
from ddor.reference.places import STATES

KINDS = ("law", "court")


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Looks at decline_reason law_or_court; and for a policy of kind law or court, enacted in or
    before the month of the week's last day, whose place_code is the agency's id, county or state:
    those of the directory, else of the row. A stale policy (E9) is looked at too: it may be old
    and still bind."""
    in_force = list(laws_in_force(case).itertuples())
    listed = case.directory.agencies.set_index("agency_id")[["state", "county_fips"]]
    places = listed.to_dict("index")
    reasons: dict[str, str] = {}
    for row in rows.itertuples():
        why = []
        if row.decline_reason == "law_or_court":
            why.append("The record names a law or a court as the reason.")
        place = places.get(row.agency_id, {"state": row.state, "county_fips": ""})
        county = place["county_fips"] or row.county_fips
        codes = {row.agency_id, county, STATES[place["state"]].fips}
        why += [f"{law.jurisdiction}: {law.policy}." for law in in_force if law.place_code in codes]
        if why:
            reasons[row.request_id] = " ".join(why)
    return Finding(len(rows), stopped_because(reasons))


def laws_in_force(case: Case) -> pd.DataFrame:
    """The policies of kind law or court that are not younger than the week."""
    policies = case.directory.policies
    month = f"{case.week.last_day:%Y-%m}"
    return policies[policies["kind"].isin(KINDS) & (policies["enacted"] <= month)]
