"""E1, same name, other place: do code, state, county and area name one place?

In 2017 Franklin County (Iowa, New York, Pennsylvania) and Montgomery County (Iowa) were given the
requests of same-named places elsewhere. A name is no key: *Franklin* stands in 26 states. So the
name is not looked at; the state of the county code, the states of the ICE area and the directory's
row for the agency's code have to agree with the row.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, listed_agencies, stopped_where
from ddor.reference.places import AREAS, STATES, state_of_fips


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Compares, where both sides are given: county_fips with state; area with state; and state,
    county_fips and area with the directory. A row with none of the pairs is not assessed."""
    listed = listed_agencies(rows, case)
    fips_state = rows["county_fips"].map(state_of_fips, na_action="ignore")
    names = {usps: state.name for usps, state in STATES.items()}
    pairs = zip(rows["area"].to_numpy(), rows["state"].to_numpy(), strict=True)
    outside = [area in AREAS and state not in AREAS[area] for area, state in pairs]
    # Whether both sides are given, and whether they differ.
    compared = {
        "county_state": (fips_state.notna(), fips_state != rows["state"]),
        "area": (rows["area"].notna(), pd.Series(outside, rows.index, dtype=bool)),
    }
    for column in ("state", "county_fips", "area"):
        both = rows[column].notna() & listed[column].notna()
        compared[f"listed_{column}"] = both, rows[column] != listed[column]
    named = rows.join(listed.add_suffix("_listed")).assign(
        state_name=rows["state"].map(names), county_state=fips_state.map(names)
    )
    assessed = pd.DataFrame({name: both for name, (both, _) in compared.items()}).any(axis=1)
    doubts = {name: both & differ for name, (both, differ) in compared.items()}
    return Finding(int(assessed.sum()), stopped_where(named, reasons, doubts))
