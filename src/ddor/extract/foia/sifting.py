"""Which rows of a FOIA file cannot become a request, and the first rule that says so.

Nothing is dropped uncounted: a row is kept, outside the weeks asked for, or set aside by exactly
one of these rules, in their order.
"""

import datetime as dt

import pandas as pd

NO_DATE = "the prepare date is empty, unreadable or before 1990"
LATER_THAN_RELEASE = "the prepare date is later than the release"
NO_CODE = "the facility code is empty or not 4 to 12 capital letters and digits"
TEST_FACILITY = "a test facility"
NO_STATE = "the facility state is empty"
NO_TYPE = "the detainer type is empty"
FLAGGED = "flagged as a likely duplicate by the republisher"
REPEATED = "the same person at the same facility again within 24 hours: the latest is kept"
RULES = (
    NO_DATE, LATER_THAN_RELEASE, NO_CODE, TEST_FACILITY, NO_STATE, NO_TYPE, FLAGGED, REPEATED,
)  # fmt: skip

_FIRST_ISSUED = pd.Timestamp(1990, 1, 1)
_A_DAY = pd.Timedelta(hours=24)


def set_aside(
    rows: pd.DataFrame, prepared: pd.Series, as_of: dt.date, fields: frozenset[str]
) -> pd.Series:
    """The rule that sets each row aside, missing where none does (`str`, the rows' index).

    rows: cleaned; prepared: their prepare dates; fields: those that the file really has.
    """
    code, facility = rows["detention_facility_code"], rows["detention_facility"]
    tests = {
        NO_DATE: ~(prepared >= _FIRST_ISSUED),
        LATER_THAN_RELEASE: prepared >= pd.Timestamp(as_of) + _A_DAY,
        NO_CODE: ~code.fillna("").str.fullmatch("[A-Z0-9]{4,12}"),
        TEST_FACILITY: facility.fillna("").str.upper().str.contains("TEST FACILITY", regex=False),
        NO_STATE: rows["facility_state"].isna(),
        NO_TYPE: rows["detainer_type"].isna(),
    }
    rule = pd.Series(pd.NA, index=rows.index, dtype="str")
    for name, fails in tests.items():
        rule = rule.mask(rule.isna() & fails, name)
    if "duplicate_likely" in fields:
        flagged = rows["duplicate_likely"].str.casefold() == "true"
        return rule.mask(rule.isna() & flagged, FLAGGED)
    if "person" in fields:
        stays = rule.isna()
        repeated = _followed_within_a_day(rows[stays], prepared[stays])
        return rule.mask(repeated.reindex(rows.index, fill_value=False), REPEATED)
    return rule


def duplicates_found_by(fields: frozenset[str]) -> str:
    """How duplicates were looked for, in a sentence for the summary."""
    if "duplicate_likely" in fields:
        return "by the republisher's flag"
    if "person" in fields:
        return "by person, facility and 24 hours"
    return "not looked for: the file has neither a flag nor an identifier for the person"


def _followed_within_a_day(rows: pd.DataFrame, prepared: pd.Series) -> pd.Series:
    """Whether a later row has the same person and facility, up to 24 hours on. In a chain of such
    rows only the last is not followed. Rows without an identifier are never taken as repeated."""
    known = rows[["person", "detention_facility_code"]].assign(at=prepared)
    known = known[known["person"].notna()].sort_values("at", kind="stable")
    following = known.groupby(["person", "detention_facility_code"], sort=False)["at"].shift(-1)
    return (following - known["at"]) <= _A_DAY
