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
from operator import itemgetter

from ddor.archive.kept import DataFiles
from ddor.archive.site import Line, Site, agency_name, lines_in, page, place_of
from ddor.archive.trend import agency_points, chart_of, recent_weeks, trend_of
from ddor.calendar import Week
from ddor.extract.csv_files import csv_file
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


def index_line(agency_id: str, weeks: list[Line], directory: Mapping[str, Line]) -> Line:
    """`weeks`: the agency's lines, newest first. The place is that of the latest week that knows
    one, else the directory's; a week with doubted requests alone knows none."""
    unknown = dict.fromkeys(PLACE, "")
    known = [line for line in (*weeks, directory.get(agency_id, unknown)) if line["state"]]
    place = (known or weeks or [unknown])[0]
    others = {line["agency"] for line in weeks} - {place["agency"], ""}
    return {
        "agency_id": agency_id,
        **{name: place[name] for name in PLACE},
        "also_named": "; ".join(sorted(others)),
        "first_week": weeks[-1]["week"] if weeks else "",
        "last_week": weeks[0]["week"] if weeks else "",
        "weeks": str(len(weeks)),
        "flags": SYNTHETIC_NOTICE if weeks and SYNTHETIC_NOTICE in weeks[0]["flags"] else "",
    }


def indexed(site: Site, agencies: dict[str, list[Line]]) -> dict[str, Line]:
    """agency_id -> its line in the index, of those with a published week or a dispute."""
    records = records_by_agency(site.catalog)
    return {
        each: index_line(each, lines, site.context.agencies)
        for each, lines in agencies.items()
        if lines or each in records
    }


def records_after(
    site: Site, week: Week, agencies: set[str], before: DataFiles, after: DataFiles
) -> tuple[dict[str, Line], dict[str, list[Line]]]:
    """-> the index, and the weeks of each agency whose page is made again: agency_id -> lines,
    newest first. `site`: with the index before; `agencies`: those that the week names, or did;
    `before` and `after`: its data."""
    known, new, day = site.index, agency_lines(week, after), str(week)
    own = {}
    for each in agencies:
        lines = [line for line in _weeks_of(site, each) if line["week"] != day]
        lines += [new[each]] if each in new else []
        own[each] = sorted(lines, key=itemgetter("week"), reverse=True)
    index = {each: line for each, line in known.items() if each not in own} | indexed(site, own)
    # A page points to those with the agency's name: to what they were called before, too.
    names = {plain_name(each[a]) for each in (known, index) for a in own if a in each}
    # A gap of other agencies' trends closes, or opens: its report comes late, or is withdrawn.
    gap = before.published != after.published
    touched = {
        each: _weeks_of(site, each)
        for each, line in index.items()
        if plain_name(line) in names or (gap and line["first_week"] < day < line["last_week"])
    }
    return dict(sorted(index.items())), {**site.agencies, **touched, **own}


def _weeks_of(site: Site, agency_id: str) -> list[Line]:
    """Its lines as they are published, or are going to be."""
    if agency_id in site.agencies:
        return site.agencies[agency_id]
    return lines_in(site.folder / WEEKS.format(agency_id))


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
        yield WEEKS.format(agency_id), csv_file(COLUMNS, weeks)
        yield _page(site, line, weeks, others, records.get(agency_id, []))


def _page(
    site: Site, line: Line, weeks: list[Line], others: list[Line], records: list[tuple[Week, dict]]
) -> tuple[str, bytes]:
    """`line`: the agency's in the index; `weeks`: its lines, newest first; `others`: the index
    lines of the other agencies with its name."""
    context, catalog = site.context, site.catalog
    counted = {Week.parse(each["week"]): {n: int(each[n]) for n in COUNTS} for each in weeks}
    days = [week.first_day for week in counted]
    shown = [each for each in counted.items() if each[0].first_day > days[0] - WEEKS_SHOWN]
    # The agency, its county and its state, as policies and limits name a place.
    state = STATES[line["state"]].fips if line["state"] in STATES else ""
    codes = {line["agency_id"], line["county_fips"], state} - {""}
    laws = [law for law in context.policies if law["place_code"] in codes]
    # Those last looked at too long before the day of printing are apart, as E9 has it.
    verified_within = context.rules["verified_within"]
    oldest = (context.day - verified_within).isoformat()
    changed = [catalog.weeks[each["week"]][-1].published_on for each in weeks]
    changed += [record["answered_on"] or record["received_on"] for _, record in records]
    points = agency_points(weeks, catalog)
    trend = trend_of(points, catalog.cohort)
    remarks = {each["week"]: each["flags"].replace(SYNTHETIC_NOTICE, "") for each in weeks}
    names = {
        "weeks": list(counted.items()),
        "shown": shown,
        # A few weeks are not to look like many.
        "axis_start": min(days[len(shown) - 1], days[0] - FEWEST_DRAWN) if days else None,
        "agency": line,
        "name": agency_name(line),
        "others": others,
        "recent": recent_weeks(points, counted),
        "trend": trend,
        "chart": chart_of(trend),
        "remarks": {week: text.strip("; ") for week, text in remarks.items() if text.strip("; ")},
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
