"""What an extract is once it has been validated: docs/extract.md as types.

`data/columns.csv` is the one table of its columns, `data/types.csv` of their types; everything
that depends on a column follows from them. `requests` one row per request (the unit of every
count), sorted by request_id; columns REQUEST_COLUMNS in this order. `charges` sorted by request_id
and charge_no; columns CHARGE_COLUMNS in this order. Both have a fresh RangeIndex. Text columns have
pandas' `str` dtype, an empty field is a missing value; DATETIMES are `datetime64[s]`, NaT where
empty; charge_no is int64. `area` is a name of reference.places.AREAS, whatever alias the
source used.

Which requests belong to a week is said here too: the two cohorts, which never mix.
*Issued*: issued_at in the week. *Recorded*: outcome_recorded_at in the week, whenever issued.
A source without recording dates (`cohort: issued`) has one cohort only: what is *recorded this
week* then reads *issued this week, and since recorded*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddor.calendar import Week, long_date
from ddor.reference.codes import rows

if TYPE_CHECKING:  # importing it takes longer than what most commands do
    import pandas as pd

DATA = Path(__file__).parent / "data"


# By name; request_id, the one that both tables have, has the same rules in both.
COLUMNS = {row["name"]: row for row in rows("columns", DATA)}
TYPES = {row["type"]: row for row in rows("types", DATA)}
# Column -> what a message calls the cells that stand for its text.
NATIVE = {name: TYPES[column["type"]]["native"] for name, column in COLUMNS.items()}
TABLES = {
    table: tuple(row["name"] for row in rows("columns", DATA) if row["table"] == table)
    for table in ("requests", "charges")
}
REQUEST_COLUMNS, CHARGE_COLUMNS = TABLES.values()
DATES_ONLY = tuple(name for name, column in COLUMNS.items() if column["type"] == "date")
DATETIMES = tuple(name for name, column in COLUMNS.items() if column["type"] in ("time", "date"))
# Column -> the words that it may hold.
WORDS = {
    name: tuple(column["allowed"].split())
    for name, column in COLUMNS.items()
    if column["type"] in ("words", "tristate")
}
LEVELS = WORDS["agency_level"]

# How the source of an imported FOIA file begins: the page says what such a file cannot tell.
FOIA_SOURCE = "ICE detainer records released under FOIA"


# The keys of about.yaml that it always has, and those that are days.
ALWAYS_SAID = ("as_of", "source", "synthetic")
_DAYS = ("as_of", "covers_from", "covers_to", "pending_on")


@dataclass(frozen=True)
class About:
    """as_of: the day the extract was taken; source: where from; synthetic: made, not real.
    covers_from, covers_to: the first and last day that the source holds, where they lie within the
    week. newly_declined: the requests that an earlier release has as pending, with spaces between,
    and pending_on: its day."""

    as_of: dt.date
    source: str
    synthetic: bool
    covers_from: dt.date | None = None
    covers_to: dt.date | None = None
    pending_on: dt.date | None = None
    newly_declined: str = ""

    @property
    def part_of_week(self) -> str:
        """Which part of the week its source holds, in words; "" for all of it."""
        days = [("from", self.covers_from), ("to", self.covers_to)]
        return " ".join(f"{word} {long_date(day)}" for word, day in days if day)

    def keys(self) -> dict[str, Any]:
        """As about.yaml has them; what need not be said only where it is."""
        return {key: value for key, value in asdict(self).items() if value or key in ALWAYS_SAID}

    @classmethod
    def of(cls, keys: Mapping[str, Any]) -> About:
        """Of `keys`, with the dates as text."""
        days = {key: dt.date.fromisoformat(keys[key]) for key in _DAYS if key in keys}
        return cls(**{**keys, **days})


@dataclass(frozen=True)
class Extract:
    requests: pd.DataFrame
    charges: pd.DataFrame
    about: About


def extract_of(requests: pd.DataFrame, charges: pd.DataFrame, about: About) -> Extract:
    """The extract of two tables that an importer has made: a column that a table lacks is empty, ""
    is missing, all other columns are left out."""
    tables = []
    for columns, frame in zip(TABLES.values(), (requests, charges), strict=True):
        types = {name: "datetime64[s]" if name in DATETIMES else "str" for name in columns}
        types.pop("charge_no", None)
        table = frame.reindex(columns=list(columns)).astype(types).replace("", None)
        key = [column for column in ("request_id", "charge_no") if column in columns]
        tables.append(table.sort_values(key, ignore_index=True))
    return Extract(tables[0], tables[1], about)


# Stands on every page, chart and download made from an extract with `synthetic: true`.
SYNTHETIC_NOTICE = "Synthetic data, not a report about any agency"

RECORDED, ISSUED = "recorded", "issued"
# Cohort -> the date by which a week counts a request with an outcome.
DATE_COLUMN = {RECORDED: "outcome_recorded_at", ISSUED: "issued_at"}


def recorded_this_week(requests: pd.DataFrame, week: Week, cohort: str) -> pd.Series:
    """Bool, on the index of `requests`: has an outcome that this week's report counts."""
    return week.holds(requests[DATE_COLUMN[cohort]]) & (requests["outcome"] != "pending")


def would_count_as_declined(requests: pd.DataFrame, week: Week, cohort: str) -> pd.Series:
    """Bool: declined in this week's recorded cohort, before any check holds it back."""
    return recorded_this_week(requests, week, cohort) & (requests["outcome"] == "declined")
