"""The account that an import closes with: what was read, kept, set aside, and wants a look."""

import csv
import datetime as dt
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ddor.calendar import Week
from ddor.importers.foia.facilities import Facility
from ddor.maintained.directory import COLUMNS


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
    mended in the whole file, by rule; notes: rules used on kept rows; facilities and twins: of
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
    cells: Counter
    notes: Counter
    facilities: list[Facility]
    twins: list[tuple[Facility, Facility]]
    written: list[Written]
    weeks_without_rows: list[Week]

    def __str__(self) -> str:
        unread = f"; no header in {', '.join(self.unread)}" if self.unread else ""
        federal = [each.requests for each in self.facilities if each.level == "federal"]
        lacking = [each for each in self.facilities if not each.known]
        blocks = {
            f"{self.source}: read {', '.join(self.tables)}{unread}": [
                f"as of {self.as_of} ({self.as_of_from})",
                f"duplicates {self.duplicates}",
                f"{self.read} rows read = {self.kept} kept + {self.outside} outside the weeks "
                f"asked for + {self.set_aside.total()} set aside",
            ],
            "Rows set aside, by the first rule that fits:": _counts(self.set_aside),
            "Cells cleaned in the whole file:": _counts(self.cells),
            "Rules used on the rows kept:": _counts(self.notes),
            "Federal by the directory or by name (E4 holds what the directory lists as federal):": [
                f"  requests kept: {sum(federal)} (facilities: {len(federal)})"
            ]
            if federal
            else [],
            "Nearly identical names in one state, not merged; one may be misspelled:": [
                f"  {one.state}: {one.name} ({one.code}) / {other.name} ({other.code})"
                for one, other in self.twins
            ],
            "Requests at facilities missing from the directory (level other in the extract):": [
                f"  {row.requests}: {row.name} ({row.code}), level guessed: {row.level}"
                for row in lacking
            ],
            # Not indented, so that they can be pasted as they are.
            "Proposed rows for agencies.csv, guessed from the name: look each one up, add its "
            f"county, then paste ({','.join(COLUMNS['agencies'])}):": _proposed(lacking),
            "Written:": [
                *(
                    f"  {week}: requests {requests}, charges {charges}, in {folder}"
                    for week, folder, requests, charges in self.written
                ),
                *(f"  {week}: no rows, nothing written" for week in self.weeks_without_rows),
            ],
        }
        return "\n\n".join("\n".join([title, *lines]) for title, lines in blocks.items() if lines)


def _counts(counts: Counter) -> list[str]:
    return [f"  {number}: {rule}" for rule, number in counts.items()]


def _proposed(lacking: list[Facility]) -> list[str]:
    rows = io.StringIO()
    csv.writer(rows, lineterminator="\n").writerows(
        (row.code, row.name, row.level, row.state, "", row.area, "", "") for row in lacking
    )
    return rows.getvalue().splitlines()
