"""Cells that have a type of their own, as those of Parquet files and workbooks: what each is as
text, and whether that loses nothing.

A date in a date column is exact and welcome; a number in a column of codes has lost its leading
zeros and is refused.
"""

import datetime as dt

from ddor.extract.model import COLUMNS

# Type of a column -> the type of a cell that may stand for its text.
_NATIVE = {"time": dt.date, "date": dt.date, "tristate": bool, "number": int}


def as_text(value) -> str:
    """A cell as text; a date in ISO 8601, alone at midnight; a whole number without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def fits(value, head: str) -> bool:
    """Whether the type of a cell loses nothing of what its column holds; in a column that the
    contract does not have, anything may be."""
    if value is None or isinstance(value, str) or head not in COLUMNS:
        return True
    native = _NATIVE.get(COLUMNS[head]["type"], str)
    if isinstance(value, bool):
        return native is bool
    return isinstance(value, native) and not getattr(value, "tzinfo", None)
