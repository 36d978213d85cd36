"""One value of one column of requests, as the door of the extract sees it."""

import datetime as dt

import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import DATES_ONLY, REQUEST_COLUMNS
from ddor.extract.table import Table
from ddor.extract.validation import check_identifiers, latest_allowed, typed
from ddor.maintained.corrections.told import Told

COLUMNS = tuple(column for column in REQUEST_COLUMNS if column != "request_id")


def ask_the_door(key: str, column: str, text: str, week: Week | None, told: Told) -> None:
    """Every rule of the extract for one value of one column of requests."""
    cell = cell_of(column, text)
    check_identifiers(cell, week.last_day if week else dt.date.max)
    typed(cell, latest_allowed(week.last_day) if week else None)
    for problem in cell.problems:
        told.tell(key, problem.seen, problem.expected, problem.mend)


def cell_of(column: str, text: str) -> Table:
    return Table("requests", "", pd.DataFrame({column: [text]}, dtype="str"))


def typed_value(column: str, text: str):
    return typed(cell_of(column, text)).loc[0, column]


def same(one, other) -> bool:
    return bool(pd.isna(one) and pd.isna(other)) or bool(one == other)


def as_text(column: str, value) -> str:
    """The value as a record writes it."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if column in DATES_ONLY else value.isoformat()
    return value
