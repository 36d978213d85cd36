"""An agency's page: its published weeks, what was disputed of them, the law in force there.

    site/agencies/<agency_id>/weeks.csv     one line for each published week that names it
    site/agencies/<agency_id>/index.html    made from that file, the catalog and the policies

A publication rewrites the pages of the agencies that its week names, now or in the revision before
it; the file beside a page keeps the other weeks, so that none of them has to be opened.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ddor.archive.agency_index import PLACE, named, place_of
from ddor.archive.around import Around
from ddor.archive.downloads import lines_in
from ddor.archive.page import page
from ddor.archive.recent import recent_weeks
from ddor.archive.trend import agency_points, trend_of
from ddor.archive.trend_chart import chart_of
from ddor.calendar import Week
from ddor.checks.e9_stale_policy import VERIFIED_WITHIN
from ddor.extract.csv_files import csv_lines
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.maintained.corrections import FIGURES, GROUNDS, STATUSES
from ddor.published.catalog import Catalog
from ddor.reference.places import STATES

WEEKS_SHOWN, FEWEST_DRAWN = 53, 13
LONG = 13  # a table of more weeks is folded
# Column of a table by agency -> column of weeks.csv. Each cohort has an `honored` of its own.
TABLES = {
    "issued_by_agency.csv": {
        "issued": "issued",
        **{name: f"issued_{name}" for name in ("honored", "declined", "other", "pending")},
    },
    "declined_by_agency.csv": {
        name: name
        for name in (
            "declined",
            "insufficient_notice",
            "no_notice",
            "not_held",
            "unclassified",
            "release_not_confirmed",
            "law_or_court",
            "short_custody",
            "honored",
        )
    },
    "held_back_by_agency.csv": {
        name: name for name in ("held_back_requests", "held_back_outcomes")
    },
}
COUNTS = tuple(column for columns in TABLES.values() for column in columns.values())
COLUMNS = ("week", "agency_id", *PLACE, *COUNTS, "flags")

ISSUED_HEADS = {
    "issued": "Issued",
    "issued_honored": "Honored",
    "issued_declined": "Declined",
    "issued_other": "Other outcome",
    "issued_pending": "Pending",
}
DECLINED_HEADS = {
    "declined": "Declined",
    "insufficient_notice": "Insufficient notice",
    "no_notice": "No notice on record",
    "not_held": "Not held",
    "unclassified": "Unclassified",
    "honored": "Honored",
}
HELD_HEADS = {"held_back_requests": "Request in doubt", "held_back_outcomes": "Outcome in doubt"}
Weeks = list[tuple[Week, dict[str, int]]]


@dataclass(frozen=True)
class CohortTable:
    """A table of the page, of one cohort. heads: those of the counts. recent: the last WEEKS_SHOWN
    weeks as (week, counts), newest first; years: all weeks added up as (year, number of weeks,
    counts), none where no week is older than that."""

    heads: list[str]
    recent: list[tuple[Week, list[int]]]
    years: list[tuple[int, int, list[int]]]

    @property
    def axis_start(self) -> dt.date:
        """Where the chart begins: a few weeks are not to look like many."""
        newest, oldest = self.recent[0][0].first_day, self.recent[-1][0].first_day
        return min(oldest, newest - dt.timedelta(weeks=FEWEST_DRAWN - 1))


def agency_lines(week: Week, data: dict[str, bytes]) -> dict[str, dict[str, str]]:
    """agency_id -> its line of COLUMNS as text, of a revision's data files; none without them, or
    where notices of a withdrawal stand in their place."""
    if not data or "figures" not in json.loads(data["summary.json"]):
        return {}
    lines: dict[str, dict[str, str]] = {}
    for table, columns in TABLES.items():
        for row in csv_lines(data[table]):
            if not row["agency_id"]:
                continue
            empty = dict.fromkeys(COLUMNS, "") | dict.fromkeys(COUNTS, "0")
            line = lines.setdefault(row["agency_id"], empty | {"week": str(week)})
            known = {name: row[name] for name in ("agency_id", *PLACE) if row[name]}
            line |= known if row["state"] or not line["state"] else {}
            line |= {ours: row[theirs] for theirs, ours in columns.items()}
            flags = "; ".join((line["flags"], row.get("flags", ""))).split("; ")
            line["flags"] = "; ".join(dict.fromkeys(filter(None, flags)))
    return lines


def weeks_of(site: Path, agency_id: str) -> list[dict[str, str]]:
    """The agency's weeks as they are published, newest first."""
    return lines_in(site / "agencies" / agency_id / "weeks.csv")


def with_line(site: Path, agency_id: str, week: Week, line: dict[str, str] | None) -> list[dict]:
    """The agency's weeks, newest first, with this one replaced, or without it."""
    kept = [each for each in weeks_of(site, agency_id) if each["week"] != str(week)]
    return newest_first([*kept, *([line] if line else [])])


def newest_first(lines: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(lines, key=lambda line: line["week"], reverse=True)


def records_by_agency(catalog: Catalog) -> dict[str, list[tuple[Week, dict]]]:
    """agency_id -> its disputes and corrections in the current revisions, newest week first."""
    found: dict[str, list[tuple[Week, dict]]] = {}
    for week, revision in catalog.newest_first():
        for record in revision.records:
            found.setdefault(record["agency_id"], []).append((week, record))
    return found


def counted(lines: list[dict[str, str]]) -> Weeks:
    """The counts of an agency's lines, newest week first."""
    return [
        (Week.parse(line["week"]), {name: int(line[name]) for name in COUNTS}) for line in lines
    ]


def table_of(heads: dict[str, str], weeks: Weeks) -> CohortTable:
    """`heads`: column of `counted` -> its head."""
    oldest = weeks[0][0].first_day - dt.timedelta(weeks=WEEKS_SHOWN)
    rows = [(week, [counts[name] for name in heads]) for week, counts in weeks]
    recent = [row for row in rows if row[0].first_day > oldest]
    by_year: dict[int, list[list[int]]] = {}
    for week, cells in rows:
        by_year.setdefault(week.first_day.year, []).append(cells)
    years = [
        (year, len(cells), [sum(column) for column in zip(*cells, strict=True)])
        for year, cells in by_year.items()
    ]
    return CohortTable([*heads.values()], recent, years if len(recent) < len(rows) else [])


def laws_of(line: dict[str, str], around: Around) -> tuple[list[dict], list[dict]]:
    """The policies of the agency, its county and its state, newest first, and apart those that were
    last looked at over 180 days before the day of printing (as E9 has it for a week)."""
    found = _in_place(around.policies, line)
    oldest = (around.day - VERIFIED_WITHIN).isoformat()
    return (
        [law for law in found if law["verified_on"] >= oldest],
        [law for law in found if law["verified_on"] < oldest],
    )


def _in_place(table: Iterable[dict[str, str]], line: dict[str, str]) -> list[dict[str, str]]:
    state = STATES[line["state"]].fips if line["state"] in STATES else ""
    codes = {line["agency_id"], line["county_fips"], state} - {""}
    return [law for law in table if law["place_code"] in codes]


def agency_page(
    line: dict[str, str],
    weeks: list[dict],
    others: list[dict],
    records: list[tuple[Week, dict]],
    catalog: Catalog,
    around: Around,
) -> bytes:
    """`line`: the agency's in the index; `weeks`: its lines, newest first; `others`: the index
    lines of the other agencies with its name."""
    laws, stale = laws_of(line, around)
    counts = counted(weeks)
    any_held = any(of_week[name] for _, of_week in counts for name in HELD_HEADS)
    current = [catalog.weeks[each["week"]][-1].published_on for each in weeks]
    told = [record["answered_on"] or record["received_on"] for _, record in records]
    points = agency_points(weeks, catalog)
    trend = trend_of(points, catalog.cohort)
    return page(
        "agency.html.j2",
        f"agencies/{line['agency_id']}/index.html",
        " · ".join(filter(None, (line["agency"], place_of(line)))),
        around,
        catalog,
        agency=line,
        name=named(line),
        place=place_of(line),
        others=[(named(other), place_of(other), other["agency_id"]) for other in others],
        declined=table_of(DECLINED_HEADS, counts) if counts else None,
        issued=table_of(ISSUED_HEADS, counts) if counts else None,
        held=table_of(HELD_HEADS, counts) if any_held else None,
        recent=recent_weeks(points, dict(counts)),
        long=LONG,
        trend=trend,
        chart=chart_of(trend),
        remarks={
            each["week"]: remark
            for each in weeks
            if (remark := each["flags"].replace(SYNTHETIC_NOTICE, "").strip("; "))
        },
        records=records,
        laws=laws,
        stale=stale,
        verified_within=VERIFIED_WITHIN.days,
        limits=_in_place(around.coverage, line),
        statement=around.statements.get(line["agency_id"]),
        updated=max([*current, *told], default=""),
        figures=FIGURES,
        grounds=GROUNDS,
        statuses=STATUSES,
    )
