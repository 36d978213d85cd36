"""The known dirt of the FOIA files: cells are mended and rows set aside, each counted by rule.

Only the distinct texts of a column are looked at, so a file of several hundred thousand rows
takes seconds.
"""

import datetime as dt
import re
from collections import Counter

import pandas as pd

from ddor.extract.validation import parse_times

_SPACES = "cells with outer or doubled spaces: one space kept"
_MEANS_EMPTY = {
    "cells that say NA: read as empty": r"na|n/a|null|none",
    "cells that say Not Applicable: read as empty": r"not applicable",
    "cells with a redaction mark such as b(6), b(7)c: read as empty": r"(\(?b\)?\s*\(\d\)\s*(\(?[a-f]\)?)?[\s,;]*)+",
}
_AMERICAN_TIMES = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y")
_FIRST_ISSUED = pd.Timestamp(1990, 1, 1)
_A_DAY = pd.Timedelta(hours=24)


def mended(rows: pd.DataFrame, fields: tuple[str, ...]) -> tuple[pd.DataFrame, Counter]:
    """The rows with these text fields cleaned, and how many cells each rule met."""
    met: Counter = Counter()
    columns = {}
    for field in fields:
        clean = {}
        for text, times in rows[field].value_counts().items():
            clean[text], rules = _mended(text)
            met.update(dict.fromkeys(rules, times))
        columns[field] = rows[field].map(clean).astype("str")
    return rows.assign(**columns), met


def _mended(text: str) -> tuple[str | None, list[str]]:
    tidy = " ".join(text.split())
    rules = [_SPACES] if tidy != text else []
    for rule, pattern in _MEANS_EMPTY.items():
        if re.fullmatch(pattern, tidy, re.IGNORECASE):
            return None, [*rules, rule]
    return tidy or None, rules


def dates(texts: pd.Series) -> pd.Series:
    """datetime64[s]; NaT where the text is empty or no date."""
    # R writes wall-clock times with a Z, so the zone says nothing.
    read = parse_times(texts.str.replace(r"(\.\d+)?Z?$", "", regex=True))
    for form in _AMERICAN_TIMES:
        american = pd.to_datetime(texts, format=form, errors="coerce")
        read = read.fillna(american.astype("datetime64[s]"))
    return read


def whole_numbers(texts: pd.Series) -> pd.Series:
    """Int64; missing where the text is empty or no whole number from 0 to 99999."""
    numbers = pd.to_numeric(texts, errors="coerce")
    fits = numbers.between(0, 99_999) & (numbers % 1 == 0)
    return numbers.where(fits).astype("Int64")


def set_aside(rows: pd.DataFrame, as_of: dt.date) -> tuple[pd.Series, str]:
    """The rule that sets each row aside, missing where none does (`str`, the rows' index), and how
    duplicates were looked for. rows: mended, with `issued_at`."""
    code, facility = rows["detention_facility_code"], rows["detention_facility"]
    flag = rows["duplicate_likely"]
    tests = {
        "the prepare date is empty, unreadable or before 1990": ~(
            rows["issued_at"] >= _FIRST_ISSUED
        ),
        "the prepare date is later than the release": rows["issued_at"]
        >= pd.Timestamp(as_of) + _A_DAY,
        "the facility code is empty or not 4 to 12 capital letters and digits": ~code.str.fullmatch(
            "[A-Z0-9]{4,12}"
        ),
        "a test facility": facility.str.upper().str.contains("TEST FACILITY", regex=False),
        "the facility state is empty": rows["facility_state"].isna(),
        "the detainer type is empty": rows["detainer_type"].isna(),
        "flagged as a likely duplicate by the republisher": flag.str.casefold() == "true",
    }
    rule = pd.Series(pd.NA, index=rows.index, dtype="str")
    for name, fails in tests.items():
        rule = rule.mask(rule.isna() & fails, name)
    if flag.notna().any():
        return rule, "by the republisher's flag"
    if rows["anonymized_identifier"].isna().all():
        return rule, "not looked for: the file has neither a flag nor an identifier for the person"
    repeated = _followed_within_a_day(rows[rule.isna()]).reindex(rows.index, fill_value=False)
    same = "the same person at the same facility again within 24 hours: the latest is kept"
    return rule.mask(repeated, same), "by person, facility and 24 hours"


def _followed_within_a_day(rows: pd.DataFrame) -> pd.Series:
    """Whether a later row has the same person and facility, up to 24 hours on: in a chain of such
    rows all but the last. Rows without an identifier belong to no group, so nothing follows."""
    in_order = rows.sort_values("issued_at", kind="stable")
    groups = in_order.groupby(["anonymized_identifier", "detention_facility_code"])
    return groups["issued_at"].shift(-1) - in_order["issued_at"] <= _A_DAY
