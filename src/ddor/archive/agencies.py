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
from collections.abc import Iterator, Mapping
from itertools import chain, groupby, takewhile

from ddor.archive.kept import DataFiles
from ddor.archive.site import Line, Site, agency_name, page, place_of
from ddor.archive.trend import agency_points, chart_of, first_compared, recent_weeks, trend_of
from ddor.calendar import Week
from ddor.extract.csv_files import Rows, plain_cell
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


def index_line(agency_id: str, weeks: Rows, directory: Mapping[str, Line]) -> Line:
    """`weeks`: the agency's lines, newest first. The place is that of the latest week that knows
    one, else the directory's; a week with doubted requests alone knows none."""
    unknown = dict.fromkeys(PLACE, "")
    listed, latest = directory.get(agency_id, unknown), next(weeks.lines(), unknown)
    place = next((each for each in chain(weeks.lines(), [listed]) if each["state"]), latest)
    others = {*map(plain_cell, {*weeks.column("agency")})} - {place["agency"], ""}
    days = weeks.column("week") or [""]
    return {
        "agency_id": agency_id,
        **{name: place[name] for name in PLACE},
        "also_named": "; ".join(sorted(others)),
        "first_week": days[-1],
        "last_week": days[0],
        "weeks": str(len(weeks.rows)),
        "flags": SYNTHETIC_NOTICE if SYNTHETIC_NOTICE in latest.get("flags", "") else "",
    }


def indexed(site: Site, agencies: Mapping[str, Rows]) -> dict[str, Line]:
    """agency_id -> its line in the index, of those with a published week or a dispute."""
    records = records_by_agency(site.catalog)
    return {
        each: index_line(each, weeks, site.context.agencies)
        for each, weeks in agencies.items()
        if weeks.rows or each in records
    }


def records_after(
    site: Site, week: Week, agencies: set[str], before: DataFiles, after: DataFiles
) -> tuple[dict[str, Line], dict[str, Rows]]:
    """-> the index, and the weeks of each agency whose page is made again: agency_id -> lines,
    newest first. `site`: with the index before; `agencies`: those that the week names, or did;
    `before` and `after`: its data."""
    known, new, day = site.index, agency_lines(week, after), str(week)
    own = {}
    for each in agencies:
        named = Rows.of_lines(COLUMNS, [new[each]] if each in new else [])
        others = [row for row in weeks_of(site, each).rows if row[0] != day]
        own[each] = Rows(COLUMNS, sorted([*others, *named.rows], reverse=True))
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
    return dict(sorted(index.items())), touched | own


def weeks_of(site: Site, agency_id: str) -> Rows:
    """As they are published; none where none is."""
    file = site.folder / WEEKS.format(agency_id)
    return Rows.of_file(file.read_bytes()) if file.exists() else Rows(COLUMNS, [])


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
        yield WEEKS.format(agency_id), weeks.file()
        yield _page(site, line, weeks, others, records.get(agency_id, []))


def by_year(weeks: Rows) -> list[tuple[str, int, dict[str, int]]]:
    """Newest first: the year, the number of its weeks, and the sum of each of COUNTS."""
    found = []
    for year, rows in groupby(weeks.rows, key=lambda row: row[0][:4]):
        columns = dict(zip(weeks.head, zip(*rows, strict=True), strict=True))
        sums = {name: sum(map(int, columns[name])) for name in COUNTS}
        found.append((year, len(columns["week"]), sums))
    return found


def _page(
    site: Site, line: Line, weeks: Rows, others: list[Line], records: list[tuple[Week, dict]]
) -> tuple[str, bytes]:
    """`line`: the agency's in the index; `weeks`: its lines, newest first; `others`: the index
    lines of the other agencies with its name."""
    context, catalog = site.context, site.catalog
    published = weeks.column("week")
    since = max(published[-1], first_compared(catalog, published[0])) if published else ""
    recent = [*takewhile(lambda each: each["week"] >= since, weeks.lines())]
    counted = {Week.parse(each["week"]): {n: int(each[n]) for n in COUNTS} for each in recent}
    days = [week.first_day for week in counted]
    shown = [each for each in counted.items() if each[0].first_day > days[0] - WEEKS_SHOWN]
    # The agency, its county and its state, as policies and limits name a place.
    state = STATES[line["state"]].fips if line["state"] in STATES else ""
    codes = {line["agency_id"], line["county_fips"], state} - {""}
    laws = [law for law in context.policies if law["place_code"] in codes]
    # Those last looked at too long before the day of printing are apart, as E9 has it.
    verified_within = context.rules["verified_within"]
    oldest = (context.day - verified_within).isoformat()
    of_weeks = catalog.weeks
    changed = [of_weeks[day][-1].published_on for day in published]
    changed += [record["answered_on"] or record["received_on"] for _, record in records]
    points = agency_points(recent, catalog, since)
    trend = trend_of(points, catalog.cohort)
    flags = weeks.column("flags")
    words = {each: plain_cell(each).replace(SYNTHETIC_NOTICE, "").strip("; ") for each in {*flags}}
    names = {
        "published": len(published),
        "by_year": by_year(weeks),
        "shown": shown,
        # A few weeks are not to look like many.
        "axis_start": min(days[len(shown) - 1], days[0] - FEWEST_DRAWN) if days else None,
        "agency": line,
        "name": agency_name(line),
        "others": others,
        "recent": recent_weeks(points, counted),
        "trend": trend,
        "chart": chart_of(trend),
        "remarks": {w: words[f] for w, f in zip(published, flags, strict=True) if words[f]},
        "records": records,
        "laws": [law for law in laws if law["verified_on"] >= oldest],
        "stale": [law for law in laws if law["verified_on"] < oldest],
        "verified_within": verified_within.days,
        "limits": [limit for limit in context.coverage if limit["place_code"] in codes],
        "statement": context.statements.get(line["agency_id"]),
        "updated": max(changed, default=""),
    }
    title = " · ".join(filter(None, (line["agency"], place_of(line))))
    return page(site, "agency.html.j2", f"agencies/{line['agency_id']}/index.html", title, names)
