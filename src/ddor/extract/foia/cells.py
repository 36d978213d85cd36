"""What a cell of a FOIA file says, once its known dirt is off: text, dates, whole numbers.

Every function works on the distinct values of a column, so that a file of several hundred
thousand rows takes seconds.
"""

import datetime as dt
import re
from collections import Counter

import pandas as pd

SPACES = "cells with outer or doubled spaces: one space kept"
NA_TEXT = "cells that say NA: read as empty"
NOT_APPLICABLE = "cells that say Not Applicable: read as empty"
REDACTED = "cells with a redaction mark such as b(6), b(7)c: read as empty"

_NA_TEXTS = {"na", "n/a", "null", "none"}
_REDACTION = re.compile(r"(\(?b\)?\s*\(\d\)\s*(\(?[a-f]\)?)?[\s,;]*)+", re.IGNORECASE)
_DATE_FORMATS = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y")


def clean_cells(rows: pd.DataFrame, fields: list[str]) -> tuple[pd.DataFrame, Counter]:
    """The rows with these text fields cleaned, and how many cells each rule met."""
    met: Counter = Counter()
    cleaned = {}
    for field in fields:
        new = {}
        for text, times in rows[field].value_counts().items():
            new[text], rules = _clean(text)
            met.update(dict.fromkeys(rules, times))
        cleaned[field] = rows[field].map(new)
    return rows.assign(**cleaned).astype(dict.fromkeys(fields, "str")), met


def dates(texts: pd.Series) -> pd.Series:
    """datetime64[s]; NaT where the text is empty or no date."""
    read = {text: _date(text) for text in texts.dropna().unique()}
    return texts.map(read).astype("datetime64[s]")


def whole_numbers(texts: pd.Series) -> pd.Series:
    """Int64; missing where the text is empty or no whole number from 0 to 99999."""
    numbers = pd.to_numeric(texts, errors="coerce")
    fits = (numbers >= 0) & (numbers <= 99_999) & (numbers % 1 == 0)
    return numbers.where(fits).astype("Int64")


def _clean(text: str) -> tuple[str | None, list[str]]:
    tidy = " ".join(text.split())
    rules = [SPACES] if tidy != text else []
    if not tidy:
        return None, rules
    if tidy.casefold() in _NA_TEXTS:
        return None, [*rules, NA_TEXT]
    if tidy.casefold() == "not applicable":
        return None, [*rules, NOT_APPLICABLE]
    if _REDACTION.fullmatch(tidy):
        return None, [*rules, REDACTED]
    return tidy, rules


def _date(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
    except ValueError:
        pass
    for form in _DATE_FORMATS:
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    return None
