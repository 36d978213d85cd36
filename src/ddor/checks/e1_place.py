"""E1, same name, other place: do code, state, county and area name one place?

In 2017 Franklin County (Iowa, New York, Pennsylvania) and Montgomery County (Iowa) were given the
requests of same-named places elsewhere. A name is no key: *Franklin* stands in 26 states. So the
name is not looked at; the state of the county code, the states of the ICE area and the directory's
row for the agency's code have to agree with the row.
"""

from collections.abc import Callable

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_because
from ddor.reference.areas import AREAS
from ddor.reference.places import STATES, state_of_fips


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Compares, where both sides are given: county_fips with state; area with state; and state,
    county_fips and area with the directory. A row with none of the pairs is not assessed."""
    listed = case.directory.agencies.set_index("agency_id").reindex(rows["agency_id"])
    listed = listed.set_axis(rows.index).replace("", None)
    reasons: dict[str, list[str]] = {}
    compared = pd.Series(False, index=rows.index)

    def compare(both: pd.Series, differ: pd.Series, sentence: Callable[..., str]) -> None:
        """Note the rows in which both sides are given, and say why of those that differ."""
        nonlocal compared
        compared |= both
        for index in rows.index[both & differ]:
            row = rows.loc[index]
            reasons.setdefault(row["request_id"], []).append(sentence(row, listed.loc[index]))

    fips_state = rows["county_fips"].map(state_of_fips, na_action="ignore")
    compare(
        fips_state.notna(),
        fips_state != rows["state"],
        lambda row, _: (
            f"County code {row['county_fips']} lies in "
            f"{STATES[fips_state[row.name]].name}, "
            f"the request names {STATES[row['state']].name}."
        ),
    )
    pairs = zip(rows["area"], rows["state"], strict=True)
    outside = [area in AREAS and state not in AREAS[area] for area, state in pairs]
    compare(
        rows["area"].notna(),
        pd.Series(outside, rows.index, dtype=bool),
        lambda row, _: f"The ICE area {row['area']} does not cover {STATES[row['state']].name}.",
    )
    for column, words in (("state", "state"), ("county_fips", "county code"), ("area", "ICE area")):
        compare(
            rows[column].notna() & listed[column].notna(),
            rows[column] != listed[column],
            lambda row, there, column=column, words=words: (
                "The directory has "
                f"{there[column]} as the {words} of agency {row['agency_id']}, "
                f"the request has {row[column]}."
            ),
        )
    sentences = {request_id: " ".join(why) for request_id, why in reasons.items()}
    return Finding(int(compared.sum()), stopped_because(sentences))
