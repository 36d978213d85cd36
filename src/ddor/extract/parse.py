"""From text to types. What cannot be read as its type is told, never guessed.

The seam to `schema.py`: this module only reads forms of writing (is it a date at all?); every rule
about the value (is the date too early, the code on the list?) is the schema's.
"""

import numpy as np
import pandas as pd

from ddor.extract.columns import KINDS, TABLES
from ddor.extract.table import Table
from ddor.reference.areas import AREAS, area_named

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)?"
_EXPECTED_TIME = "a date and time such as 2017-01-28T09:15, without offset, or a date alone"
_EXPECTED_DATE = "a date such as 2017-01-28"
_LOOK_UP = "look it up at the source"


def typed(table: Table) -> pd.DataFrame:
    """The columns of the contract that the table has, typed as `model.py` lists them, except that
    charge_no is Int64; missing where empty or told. Same positions as `table.text`."""
    columns = {}
    for column in TABLES[table.name]:
        if column not in table.text:
            continue
        text, kind = table.text[column], KINDS[column]
        if kind in ("time", "date"):
            columns[column] = _times(table, column)
        elif kind == "number":
            columns[column] = _numbers(table, column)
        elif column == "area":
            columns[column] = _areas(table)
        else:
            columns[column] = text.mask(text == "")
    return pd.DataFrame(columns)


def parse_times(text: pd.Series) -> pd.Series:
    """ISO 8601 wall-clock times as datetime64[s], a date alone as 00:00; NaT for all else."""
    written = text.where(text.str.fullmatch(_TIME))
    times = pd.to_datetime(written, format="ISO8601", errors="coerce")
    return times.astype("datetime64[s]")


def _times(table: Table, column: str) -> pd.Series:
    text = table.text[column]
    times = parse_times(text)
    unread = (times.isna() & (text != "")).to_numpy()
    if KINDS[column] == "date":
        with_time = (times.notna() & (times != times.dt.normalize())).to_numpy()
        table.tell(column, with_time, _EXPECTED_DATE, "remove the time of day")
        table.tell(column, unread, _EXPECTED_DATE, _LOOK_UP)
        return times.mask(with_time)
    table.tell(column, unread, _EXPECTED_TIME, _LOOK_UP)
    return times


def _numbers(table: Table, column: str) -> pd.Series:
    text = table.text[column]
    whole = text.str.fullmatch(r"[0-9]{1,9}").to_numpy(dtype=bool)
    mend = "number the charges of a request 1, 2, 3 …"
    table.tell(column, ~whole & (text != "").to_numpy(), "a whole number, 1 or more", mend)
    return pd.to_numeric(text.where(whole), errors="coerce").astype("Int64")


def _areas(table: Table) -> pd.Series:
    text = table.text["area"]
    names = {value: area_named(value) for value in text.unique() if value}
    unknown = text.isin([value for value, name in names.items() if name is None])
    expected = f"the name of an ERO area, such as {', '.join(list(AREAS)[:3])}"
    table.tell("area", unknown.to_numpy(dtype=bool), expected, "docs/extract.md lists the areas")
    canonical = text.map({value: name for value, name in names.items() if name})
    return canonical.astype("str").where(canonical.notna(), np.nan)
