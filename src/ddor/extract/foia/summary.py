"""The account that an import closes with: what was read, kept, set aside, and wants a look."""

import csv
import datetime as dt
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ddor.calendar import Week
from ddor.directory import COLUMNS
from ddor.extract.foia.facilities import Facility


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
    mended in the whole file, by rule; notes: rules used on kept rows; facilities: of kept rows.
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
        blocks = [
            self._head(),
            _counts("Rows set aside, by the first rule that fits", self.set_aside),
            _counts("Cells mended in the whole file", self.cells),
            _counts("Rules used on the rows kept", self.notes),
            self._federal(),
            self._twins(),
            self._missing(),
            self._written(),
        ]
        return "\n\n".join(block for block in blocks if block)

    def _head(self) -> str:
        return "\n".join([
            f"{self.source}: read {', '.join(self.tables)}"
            + (f"; no header in {', '.join(self.unread)}" if self.unread else ""),
            f"as of {self.as_of} ({self.as_of_from})",
            f"duplicates {self.duplicates}",
            f"{self.read} rows read = {self.kept} kept + {self.outside} outside the weeks asked "
            f"for + {self.set_aside.total()} set aside",
        ])  # fmt: skip

    def _federal(self) -> str:
        federal = [facility for facility in self.facilities if facility.level == "federal"]
        requests = sum(facility.requests for facility in federal)
        return "" if not federal else (
            f"Federal by the directory or by name, requests kept: {requests} (facilities: "
            f"{len(federal)}); the checks hold what the directory lists as federal (E4)."
        )

    def _twins(self) -> str:
        return "" if not self.twins else "\n".join([
            "Names nearly the same in one state, not merged; one may be the other misspelt:",
            *(f"  {one.state}: {one.name} ({one.code}) / {other.name} ({other.code})"
              for one, other in self.twins),
        ])  # fmt: skip

    def _missing(self) -> str:
        """The rows stand alone at the end, so that they can be pasted as they are."""
        missing = [facility for facility in self.facilities if not facility.known]
        if not missing:
            return ""
        lines = [f"  {f.requests}: {f.name} ({f.code}), level guessed: {f.level}" for f in missing]
        rows = io.StringIO()
        csv.writer(rows, lineterminator="\n").writerows(
            (f.code, f.name, f.level, f.state, "", f.area, "", "") for f in missing
        )
        return "\n".join([
            f"Requests at facilities that the directory lacks ({len(missing)}, level other in the "
            "extract):",
            *lines,
            "Proposed rows for agencies.csv, guessed from the name: look each one up, add its "
            f"county, then paste ({','.join(COLUMNS['agencies'])}):",
            rows.getvalue().rstrip("\n"),
        ])  # fmt: skip

    def _written(self) -> str:
        return "\n".join([
            *(f"{w.week}: requests {w.requests}, charges {w.charges}, written to {w.folder}"
              for w in self.written),
            *(f"{week}: no rows, nothing written" for week in self.weeks_without_rows),
        ])  # fmt: skip


def _counts(title: str, counts: Counter) -> str:
    lines = [f"  {number}: {rule}" for rule, number in counts.items()]
    return "\n".join([f"{title}:", *lines]) if lines else ""
