"""The agencies: the index of every one that ever appeared, and each one's page.

    site/data/agencies.csv                  INDEX_COLUMNS, one line for each agency
    site/agencies/<agency_id>/weeks.csv     COLUMNS, one line for each published week that names it
    site/agencies/<agency_id>/index.html    made from that file, the catalog and the policies

The lists of agencies, the search and the pages of same-named agencies are made from the index,
without opening any agency's own files. Name, level and place in it are those of the latest
published week that knows them, else the directory's; also_named: the names in other weeks.

A publication rewrites the pages of the agencies that its week names, now or in the revision before
it; the file beside a page keeps the other weeks, so that none of them has to be opened.
"""

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, takewhile
from operator import itemgetter

import pyarrow as pa
from pyarrow import csv as pa_csv

from ddor.archive.kept import DataFiles
from ddor.archive.site import Line, Site, agency_name, lines_in, page, place_of
from ddor.archive.trend import WEEKS_DRAWN, agency_points, recent_weeks, trend_of
from ddor.calendar import Period, Week
from ddor.extract.csv_files import csv_file, csv_lines, plain_cell
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Catalog
from ddor.reference.figures import IDENTITY
from ddor.reference.places import STATES

INDEX, WEEKS = "data/agencies.csv", "agencies/{}/weeks.csv"
PLACE = IDENTITY[1:]
INDEX_COLUMNS = (*IDENTITY, "also_named", "first_week", "last_week", "weeks", "flags")
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


def plain_name(line: Line) -> str:
    """The name as it is sorted and looked for: no accents, no capitals."""
    decomposed = unicodedata.normalize("NFKD", agency_name(line).casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).strip()


def sort_key(line: Line) -> tuple[str, str, str]:
    return plain_name(line), line["state"], line["agency_id"]


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


def index_line(agency_id: str, weeks: bytes, directory: Mapping[str, Line]) -> Line:
    """`weeks`: the agency's weeks.csv. The place is that of the latest week that knows one, else
    the directory's; a week with doubted requests alone knows none."""
    unknown = dict.fromkeys(PLACE, "")
    listed, latest = directory.get(agency_id, unknown), next(csv_lines(weeks), unknown)
    place = next((each for each in chain(csv_lines(weeks), [listed]) if each["state"]), latest)
    names, days = columns_of(weeks, "agency", "week")
    others = {*map(plain_cell, {*names})} - {place["agency"], ""}
    return {
        "agency_id": agency_id,
        **{name: place[name] for name in PLACE},
        "also_named": "; ".join(sorted(others)),
        "first_week": days[-1] if days else "",
        "last_week": days[0] if days else "",
        "weeks": str(len(days)),
        "flags": SYNTHETIC_NOTICE if SYNTHETIC_NOTICE in latest.get("flags", "") else "",
    }


def indexed(site: Site, agencies: Mapping[str, bytes]) -> dict[str, Line]:
    """agency_id -> its line in the index, of those with a published week or a dispute."""
    records = records_by_agency(site.catalog)
    return {
        each: index_line(each, weeks, site.context.agencies)
        for each, weeks in agencies.items()
        if each in records or next(csv_lines(weeks), None)
    }


def records_after(
    site: Site, period: Period, agencies: set[str], before: DataFiles, after: DataFiles
) -> tuple[Mapping[str, Line], dict[str, bytes]]:
    """-> the index, and weeks.csv of each agency whose page is made again. `agencies`: those that
    the period's report names, or did; `before` and `after`: its data."""
    known = site.index or {line["agency_id"]: line for line in lines_in(site.folder / INDEX)}
    if not isinstance(period, Week):
        # An agency that no week names has a page as long as such a report leads to it.
        return known, {each: weeks_file([]) for each in agencies - known.keys()}
    new, day = agency_lines(period, after), str(period)
    own = {
        each: with_week(weeks_of(site, each), day, [new[each]] if each in new else [])
        for each in agencies
    }
    index = {each: line for each, line in known.items() if each not in own} | indexed(site, own)
    # A page points to those with the agency's name: to what they were called before, too.
    names = {plain_name(each[a]) for each in (known, index) for a in own if a in each}
    # A gap of other agencies' trends closes, or opens: its report comes late, or is withdrawn.
    gap = before.published != after.published
    touched = {
        each: weeks_of(site, each)
        for each, line in index.items()
        if each not in own
        and (plain_name(line) in names or (gap and line["first_week"] < day < line["last_week"]))
    }
    return dict(sorted(index.items())), {**site.agencies, **touched, **own}


def weeks_of(site: Site, agency_id: str) -> bytes:
    """weeks.csv as it is published, or is going to be."""
    if agency_id in site.agencies:
        return site.agencies[agency_id]
    file = site.folder / WEEKS.format(agency_id)
    return file.read_bytes() if file.exists() else weeks_file([])


def with_week(weeks: bytes, day: str, new: list[Line]) -> bytes:
    """weeks.csv with `new` in place of the line of the week. Before a newer one all other lines
    stay as they lie there: there may be hundreds, and of hundreds of agencies."""
    latest = next(csv_lines(weeks), {"week": ""})
    if latest["week"] < day and weeks.startswith(weeks_file([])):
        return weeks_file(new) + weeks.partition(b"\n")[2]
    return weeks_file([*new, *(line for line in csv_lines(weeks) if line["week"] != day)])


def weeks_file(lines: list[Line]) -> bytes:
    return csv_file(COLUMNS, sorted(lines, key=itemgetter("week"), reverse=True))


def index_file(site: Site) -> Iterator[tuple[str, bytes]]:
    yield INDEX, csv_file(INDEX_COLUMNS, site.index.values())


def columns_of(weeks: bytes, *names: str) -> list[list]:
    """Of all lines of weeks.csv: counts, and texts as they lie there."""
    types = {name: pa.int64() if name in COUNTS else pa.string() for name in names}
    options = pa_csv.ConvertOptions(column_types=types, include_columns=names)
    parsing = pa_csv.ParseOptions(newlines_in_values=True)
    table = pa_csv.read_csv(pa.py_buffer(weeks), parse_options=parsing, convert_options=options)
    return [column.to_pylist() for column in table]


def records_by_agency(catalog: Catalog) -> dict[str, list[tuple[Week, dict]]]:
    """agency_id -> its disputes and corrections in the current revisions, newest week first."""
    found: dict[str, list[tuple[Week, dict]]] = {}
    for week, revision in catalog.newest_first():
        for record in revision.records:
            found.setdefault(record["agency_id"], []).append((week, record))
    return found


def agency_pages(site: Site) -> Iterator[tuple[str, bytes]]:
    """Of `site.agencies`, but for those that nothing names any more: the address of a page would
    name them."""
    by_name: dict[str, list[Line]] = {}
    for line in sorted(site.index.values(), key=sort_key):
        by_name.setdefault(plain_name(line), []).append(line)
    records = records_by_agency(site.catalog)
    for agency_id, weeks in sorted(site.agencies.items()):
        if agency_id not in site.index and agency_id not in site.linked:
            continue
        line = site.index.get(agency_id) or index_line(agency_id, weeks, site.context.agencies)
        others = [each for each in by_name.get(plain_name(line), ()) if each is not line]
        yield WEEKS.format(agency_id), weeks
        yield _page(site, line, weeks, others, records.get(agency_id, []))


def by_year(days: list[str], columns: list[list]) -> list[tuple[str, int, dict[str, int]]]:
    """Newest first: the year, the number of its weeks, and the sum of each of COUNTS, which are
    the `columns`."""
    found, start = [], 0
    for year, count in Counter(day[:4] for day in days).items():
        sums = [sum(column[start : start + count]) for column in columns]
        found.append((year, count, dict(zip(COUNTS, sums, strict=True))))
        start += count
    return found


def _page(
    site: Site, line: Line, weeks: bytes, others: list[Line], records: list[tuple[Week, dict]]
) -> tuple[str, bytes]:
    """`line`: the agency's in the index; `weeks`: its weeks.csv; `others`: the index lines of the
    other agencies with its name."""
    context, catalog, reports = site.context, site.catalog, site.catalog.weeks
    published, flags, *counts = columns_of(weeks, "week", "flags", *COUNTS)
    # As many published weeks as are drawn; fewer are compared.
    named = line["first_week"], line["last_week"]
    within = (day for day in reports if named[0] <= day <= named[1])
    since = [day for day in within if not reports[day][-1].withdrawn_on][-WEEKS_DRAWN:][:1]
    recent = [*takewhile(lambda each: each["week"] >= since[0], csv_lines(weeks))]
    counted = {Week.parse(each["week"]): {n: int(each[n]) for n in COUNTS} for each in recent}
    days = [week.first_day for week in counted]
    shown = [each for each in counted.items() if each[0].first_day > days[0] - WEEKS_SHOWN]
    # The agency, its county and its state, as policies and limits name a place.
    state = STATES[line["state"]].fips if line["state"] in STATES else ""
    codes = {line["agency_id"], line["county_fips"], state} - {""}
    changed = [reports[day][-1].published_on for day in published]
    changed += [record["answered_on"] or record["received_on"] for _, record in records]
    points = agency_points(recent, catalog, *since)
    words = {each: plain_cell(each).replace(SYNTHETIC_NOTICE, "").strip("; ") for each in {*flags}}
    names = {
        "published": len(published),
        "by_year": by_year(published, counts),
        "shown": shown,
        # A few weeks are not to look like many.
        "axis_start": min(days[len(shown) - 1], days[0] - FEWEST_DRAWN) if days else None,
        "agency": line,
        "others": others,
        "recent": recent_weeks(points, counted),
        "trend": trend_of(points, catalog.cohort),
        "remarks": {w: words[f] for w, f in zip(published, flags, strict=True) if words[f]},
        "records": records,
        "laws": [law for law in context.policies if law["place_code"] in codes],
        "limits": [limit for limit in context.coverage if limit["place_code"] in codes],
        "updated": max(changed, default=""),
    }
    title = " · ".join(filter(None, (line["agency"], place_of(line))))
    return page(site, "agency.html.j2", f"agencies/{line['agency_id']}/index.html", title, names)
