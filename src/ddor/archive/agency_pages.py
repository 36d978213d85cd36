"""An agency's page: its published weeks, what was disputed of them, the law in force there.

    site/agencies/<agency_id>/weeks.csv     one line for each published week that names it
    site/agencies/<agency_id>/index.html    made from that file, the catalog and the policies

A publication rewrites the pages of the agencies that its week names, now or in the revision before
it; the file beside a page keeps the other weeks, so that none of them has to be opened.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from ddor.archive.agency_index import PLACE, index_line, named, place_of, plain_name, sort_key
from ddor.archive.data_files import DataFiles
from ddor.archive.downloads import lines_in
from ddor.archive.page import page
from ddor.archive.site import Line, Site
from ddor.archive.trend import agency_points, trend_of
from ddor.archive.trend_chart import chart_of, recent_weeks
from ddor.calendar import Week
from ddor.checks.e9_stale_policy import VERIFIED_WITHIN
from ddor.extract.csv_files import csv_file
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Catalog
from ddor.reference.places import STATES

WEEKS_SHOWN, FEWEST_DRAWN = dt.timedelta(weeks=53), dt.timedelta(weeks=12)
# Table by agency -> its columns in weeks.csv. Each cohort has an `honored` of its own.
TABLES = {
    "issued_by_agency": "issued issued_honored issued_declined issued_other issued_pending",
    "declined_by_agency": "declined insufficient_notice no_notice not_held unclassified "
    "release_not_confirmed law_or_court short_custody honored",
    "held_back_by_agency": "held_back_requests held_back_outcomes",
}
COUNTS = tuple(" ".join(TABLES.values()).split())
COLUMNS = ("week", "agency_id", *PLACE, *COUNTS, "flags")


def agency_lines(week: Week, data: DataFiles) -> dict[str, Line]:
    """agency_id -> its line of COLUMNS as text, of a revision's data files; none without them, or
    where notices of a withdrawal stand in their place."""
    lines: dict[str, Line] = {}
    empty = dict.fromkeys(COLUMNS, "") | dict.fromkeys(COUNTS, "0") | {"week": str(week)}
    for table, columns in TABLES.items() if data.published else ():
        for agency_id, row in data.by_agency(table).items():
            line = lines.setdefault(agency_id, dict(empty))
            if row["state"] or not line["state"]:
                line |= {name: row[name] for name in ("agency_id", *PLACE) if row[name]}
            for column in columns.split():
                own = column if column in row else column.removeprefix("issued_")
                line[column] = row[own]
            flags = "; ".join((line["flags"], row.get("flags", ""))).split("; ")
            line["flags"] = "; ".join(dict.fromkeys(filter(None, flags)))
    return lines


def weeks_of(site: Path, agency_id: str) -> list[Line]:
    """The agency's weeks as they are published, newest first."""
    return lines_in(site / "agencies" / agency_id / "weeks.csv")


def newest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line["week"], reverse=True)


def records_by_agency(catalog: Catalog) -> dict[str, list[tuple[Week, dict]]]:
    """agency_id -> its disputes and corrections in the current revisions, newest week first."""
    found: dict[str, list[tuple[Week, dict]]] = {}
    for week, revision in catalog.newest_first():
        for record in revision.records:
            found.setdefault(record["agency_id"], []).append((week, record))
    return found


def indexed(site: Site, agencies: dict[str, list[Line]]) -> dict[str, Line]:
    """agency_id -> its line in the index, of those with a published week or a dispute."""
    records = records_by_agency(site.catalog)
    return {
        each: index_line(each, lines, site.context.agencies)
        for each, lines in agencies.items()
        if lines or each in records
    }


def agency_pages(site: Site) -> Iterator[tuple[str, bytes]]:
    """Of `site.agencies`, but for those that nothing names any more: the address of a page would
    name them."""
    by_name: dict[str, list[Line]] = {}
    for line in sorted(site.index.values(), key=sort_key):
        by_name.setdefault(plain_name(line), []).append(line)
    records = records_by_agency(site.catalog)
    for agency_id, weeks in sorted(site.agencies.items()):
        if agency_id not in site.index and agency_id not in site.named:
            continue
        line = site.index.get(agency_id) or index_line(agency_id, weeks, site.context.agencies)
        others = [each for each in by_name.get(plain_name(line), ()) if each is not line]
        yield f"agencies/{agency_id}/weeks.csv", csv_file(COLUMNS, weeks)
        yield _page(site, line, weeks, others, records.get(agency_id, []))


def _page(
    site: Site, line: Line, weeks: list[Line], others: list[Line], records: list[tuple[Week, dict]]
) -> tuple[str, bytes]:
    """`line`: the agency's in the index; `weeks`: its lines, newest first; `others`: the index
    lines of the other agencies with its name."""
    counted = [
        (Week.parse(each["week"]), {name: int(each[name]) for name in COUNTS}) for each in weeks
    ]
    days = [week.first_day for week, _ in counted]
    shown = [each for each in counted if each[0].first_day > days[0] - WEEKS_SHOWN]
    laws = _in_place(site.context.policies, line)
    # Those last looked at over 180 days before the day of printing are apart, as E9 has it.
    oldest = (site.context.day - VERIFIED_WITHIN).isoformat()
    current = [site.catalog.weeks[each["week"]][-1].published_on for each in weeks]
    told = [record["answered_on"] or record["received_on"] for _, record in records]
    points = agency_points(weeks, site.catalog)
    trend = trend_of(points, site.catalog.cohort)
    path = f"agencies/{line['agency_id']}/index.html"
    title = " · ".join(filter(None, (line["agency"], place_of(line))))
    names = {
        "weeks": counted,
        "shown": shown,
        # A few weeks are not to look like many.
        "axis_start": min(days[len(shown) - 1], days[0] - FEWEST_DRAWN) if days else None,
        "agency": line,
        "name": named(line),
        "others": others,
        "recent": recent_weeks(points, dict(counted)),
        "trend": trend,
        "chart": chart_of(trend),
        "remarks": {
            each["week"]: remark
            for each in weeks
            if (remark := each["flags"].replace(SYNTHETIC_NOTICE, "").strip("; "))
        },
        "records": records,
        "laws": [law for law in laws if law["verified_on"] >= oldest],
        "stale": [law for law in laws if law["verified_on"] < oldest],
        "verified_within": VERIFIED_WITHIN.days,
        "limits": _in_place(site.context.coverage, line),
        "statement": site.context.statements.get(line["agency_id"]),
        "updated": max([*current, *told], default=""),
    }
    return page(site, "agency.html.j2", path, title, names)


def _in_place(table: Iterable[Line], line: Line) -> list[Line]:
    """Of the policies or limits those of the agency, its county and its state."""
    state = STATES[line["state"]].fips if line["state"] in STATES else ""
    codes = {line["agency_id"], line["county_fips"], state} - {""}
    return [law for law in table if law["place_code"] in codes]
