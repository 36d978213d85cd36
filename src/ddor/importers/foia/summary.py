"""The account that an import closes with: what was read, kept, set aside, and wants a look."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import jinja2
import pandas as pd

from ddor.calendar import Week
from ddor.maintained.directory import COLUMNS

TEMPLATE = Path(__file__).with_name("summary.txt.j2")


class Written(NamedTuple):
    """One extract folder, with the number of its requests and charges."""

    week: Week
    folder: Path
    requests: int
    charges: int


@dataclass(frozen=True)
class ImportSummary:
    """Counts of rows: read == kept + outside + the sum of set_aside. str() is the closing text.

    kept: rows of the weeks asked for; outside: of other weeks; set_aside: by rule; cells: cells
    cleaned in the whole file, by rule; notes: rules used on kept rows; facilities and twins: of
    kept rows, as facilities.py makes them.
    """

    source: str
    tables: tuple[str, ...]
    unread: tuple[str, ...]
    as_of: dt.date
    as_of_from: str
    duplicates: str
    read: int
    kept: int
    outside: int
    set_aside: Counter
    cells: dict[str, int]
    notes: dict[str, int]
    facilities: pd.DataFrame
    twins: list[tuple]
    written: list[Written]
    weeks_without_rows: list[Week]

    def __str__(self) -> str:
        template = jinja2.Environment(
            trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        ).from_string(TEMPLATE.read_text(encoding="utf-8"))
        lacking = self.facilities[~self.facilities["known"]]
        columns = list(COLUMNS["agencies"])
        rows = lacking.rename(columns={"code": "agency_id"}).reindex(columns=columns, fill_value="")
        return template.render(
            vars(self),
            federal=self.facilities[self.facilities["level"] == "federal"],
            lacking=lacking,
            columns=columns,
            proposed=rows.to_csv(index=False, header=False, lineterminator="\n"),
        ).rstrip("\n")
