"""An agency's page: its published weeks, and what was disputed of them.

    site/agencies/<agency_id>/weeks.csv     one line for each published week that names it
    site/agencies/<agency_id>/index.html    made from that file and the catalog

A publication rewrites the pages of the agencies that its week names, now or in the revision before
it; the file beside a page keeps the other weeks, so that none of them has to be opened.
"""

import csv
import io
import json
from pathlib import Path

from ddor.archive.catalog import Catalog
from ddor.calendar import Week

PLACE = ("agency", "level", "state", "county_fips", "area")
ISSUED = ("issued",)
RECORDED = (
    "declined", "insufficient_notice", "no_notice", "not_held", "unclassified",
    "release_not_confirmed", "law_or_court", "short_custody", "honored",
)  # fmt: skip
COUNTS = ISSUED + RECORDED
COLUMNS = ("week", "agency_id", *PLACE, *COUNTS, "flags")
TABLES = {"issued_by_agency.csv": ISSUED, "declined_by_agency.csv": RECORDED}


def agency_lines(week: Week, data: dict[str, bytes]) -> dict[str, dict[str, str]]:
    """agency_id -> its line of COLUMNS as text, of a revision's data files; none without them, or
    where notices of a withdrawal stand in their place."""
    if not data or "figures" not in json.loads(data["summary.json"]):
        return {}
    lines: dict[str, dict[str, str]] = {}
    for table, columns in TABLES.items():
        for row in csv.DictReader(io.StringIO(data[table].decode())):
            if not row["agency_id"]:
                continue
            empty = dict.fromkeys(COLUMNS, "") | dict.fromkeys(COUNTS, "0")
            line = lines.setdefault(row["agency_id"], empty | {"week": str(week)})
            line |= {name: row[name] for name in ("agency_id", *PLACE, *columns)}
            flags = "; ".join((line["flags"], row.get("flags", ""))).split("; ")
            line["flags"] = "; ".join(dict.fromkeys(filter(None, flags)))
    return lines


def with_line(site: Path, agency_id: str, week: Week, line: dict[str, str] | None) -> list[dict]:
    """The agency's weeks, newest first, with this one replaced, or without it."""
    file = site / "agencies" / agency_id / "weeks.csv"
    known = []
    if file.exists():
        known = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    kept = [each for each in known if each["week"] != str(week)]
    return sorted([*kept, *([line] if line else [])], key=lambda each: each["week"], reverse=True)


def weeks_file(lines: list[dict]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def records_of(agency_id: str, catalog: Catalog) -> list[tuple[Week, dict]]:
    """The agency's disputes and corrections in the current revisions, newest week first."""
    return [
        (week, record)
        for week, revision in catalog.newest_first()
        for record in revision.records
        if record["agency_id"] == agency_id
    ]


def lists_anything(weeks_csv: bytes) -> bool:
    """Whether a weeks.csv has a line below its header."""
    return weeks_csv.count(b"\n") > 1
