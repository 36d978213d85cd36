"""E1, same name, other place: do code, state, county and area name one place?

In 2017 Franklin County (Iowa, New York, Pennsylvania) and Montgomery County (Iowa) were given the
requests of same-named places elsewhere. A name is no key: *Franklin* stands in 26 states. So the
name is not looked at; the state of the county code, the states of the ICE area and the directory's
row for the agency's code have to agree with the row.
"""

import pandas as pd

from ddor.checks.check import Case, Finding
from ddor.reference.areas import AREAS
from ddor.reference.places import STATES, state_of_fips


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Compares, where both sides are given: county_fips with state; area with state; and state,
    county_fips and area with the directory. A row with none of the pairs is not assessed."""
    listed = case.directory.agencies.set_index("agency_id").reindex(rows["agency_id"])
    listed = listed.set_axis(rows.index)
    reasons = pd.Series("", index=rows.index, dtype="str")
    compared = pd.Series(False, index=rows.index)

    fips_state = rows["county_fips"].map(state_of_fips, na_action="ignore")
    compared |= fips_state.notna()
    wrong = fips_state.notna() & (fips_state != rows["state"])
    reasons[wrong] += [
        f"County code {fips} lies in {STATES[there].name}, the request names {STATES[here].name}. "
        for fips, there, here in zip(rows["county_fips"][wrong], fips_state[wrong],
                                     rows["state"][wrong], strict=True)
    ]  # fmt: skip

    pairs = rows.loc[rows["area"].notna(), ["area", "state"]]
    outside = {
        pair for pair in set(pairs.itertuples(index=False, name=None))
        if pair[1] not in AREAS[pair[0]].states
    }  # fmt: skip
    compared |= rows["area"].notna()
    wrong = pd.Series(list(zip(rows["area"], rows["state"], strict=True)), rows.index).isin(outside)
    reasons[wrong] += [
        f"The ICE area {area} does not cover {STATES[state].name}. "
        for area, state in zip(rows["area"][wrong], rows["state"][wrong], strict=True)
    ]

    for column, words in (("state", "state"), ("county_fips", "county code"), ("area", "ICE area")):
        both = rows[column].notna() & listed[column].notna() & (listed[column] != "")
        compared |= both
        wrong = both & (rows[column] != listed[column])
        reasons[wrong] += [
            f"The directory has {there} as the {words} of agency {agency}, the request has {here}. "
            for there, agency, here in zip(listed[column][wrong], rows["agency_id"][wrong],
                                           rows[column][wrong], strict=True)
        ]  # fmt: skip

    stopped = reasons != ""
    sentences = reasons[stopped].str.strip().set_axis(rows["request_id"][stopped])
    return Finding(assessed=int(compared.sum()), stopped=sentences)
