"""E1, same name, other place: do code, state, county and area name one place?

In 2017 Franklin County (Iowa, New York, Pennsylvania) and Montgomery County (Iowa) were given the
requests of same-named places elsewhere. A name is no key: *Franklin* stands in 26 states. So the
name is not looked at; the state of the county code, the states of the ICE area and the directory's
row for the agency's code have to agree with the row.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, listed_agencies, stopped_where
from ddor.reference.areas import AREAS
from ddor.reference.places import STATES, state_of_fips

COUNTY_OF_OTHER_STATE = (
    "County code {county_fips} lies in {county_state}, the request names {state_name}."
)
AREA_OF_OTHER_STATES = "The ICE area {area} does not cover {state_name}."
IN_DIRECTORY = {"state": "state", "county_fips": "county code", "area": "ICE area"}
OTHER_THAN_LISTED = (
    "The directory has {FIELD_listed} as the LABEL of agency {agency_id}, the request has {FIELD}."
)


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Compares, where both sides are given: county_fips with state; area with state; and state,
    county_fips and area with the directory. A row with none of the pairs is not assessed."""
    listed = listed_agencies(rows, case)
    fips_state = rows["county_fips"].map(state_of_fips, na_action="ignore")
    names = {usps: state.name for usps, state in STATES.items()}
    pairs = zip(rows["area"], rows["state"], strict=True)
    outside = [area in AREAS and state not in AREAS[area] for area, state in pairs]
    # Whether both sides are given, whether they differ, and the sentence that says so.
    compared = [
        (fips_state.notna(), fips_state != rows["state"], COUNTY_OF_OTHER_STATE),
        (rows["area"].notna(), pd.Series(outside, rows.index, dtype=bool), AREA_OF_OTHER_STATES),
    ]
    for column, label in IN_DIRECTORY.items():
        both = rows[column].notna() & listed[column].notna()
        sentence = OTHER_THAN_LISTED.replace("FIELD", column).replace("LABEL", label)
        compared.append((both, rows[column] != listed[column], sentence))
    named = rows.join(listed.add_suffix("_listed")).assign(
        state_name=rows["state"].map(names), county_state=fips_state.map(names)
    )
    assessed = pd.concat([both for both, _, _ in compared], axis=1).any(axis=1)
    doubts = [(both & differ, sentence) for both, differ, sentence in compared]
    return Finding(int(assessed.sum()), stopped_where(named, *doubts))
