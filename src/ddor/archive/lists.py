"""The pages that list what is published: home, archive and calendar, corrections and their feed,
agencies, data, and the search.

All are made from the catalog and the index of agencies, without opening a week or an agency; the
archive's page of a year that nothing changes stays as it lies.

    site/feed.xml, site/corrections/    what became known of a report after it was first published;
                                        `entries.j2` has the words
    site/search/index.json    lines: [address below site/, what is found, what stands beside it,
                              what else it is found by: the state's code, an agency's other names]
    site/search/index.html    the page that shows what was found, and plain lists without JavaScript

A name is found if it contains each word of the question, at any place; `static/site.js` does that.
A library for it would be ten times the size of the script, for a few thousand short lines.
"""

import datetime as dt
import json
import operator
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase

from markupsafe import Markup

from ddor.archive.agencies import plain_name, sort_key
from ddor.archive.downloads import WEEKLY as DICTIONARY
from ddor.archive.downloads import dataset, further, tables_by_year
from ddor.archive.site import NAME, Line, Site, address_of, agency_name, fill, page, place_of
from ddor.archive.text_pages import METHODS, written_pages
from ddor.archive.trend import first_to_final, national_points, trend_of
from ddor.calendar import FINAL_AFTER, Period, Week
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import FIRST, REVISED, Catalog, Revision, status_of
from ddor.reference.places import STATES
from ddor.reports import REPORTS, WEEKLY, Report, report_of

Files = Iterator[tuple[str, bytes]]
LATEST, COMING, YEARS_IN_FULL, LOGGED_IN_FULL, FEED_LENGTH = 8, 8, 2, 50, 50
# A list with more agencies names its groups alone, which have pages of their own: 100 KB a page.
MOST_AGENCIES = 400
# Any fixed UUID will do; this one stands for ddor's entries.
ENTRIES = uuid.UUID("6f0d2c0e-9a57-5b1e-8a1c-2470a2470a24")
SEARCH = "search/index.html"
# Groups of agencies: address -> heading.
STATE_HEADS = {
    state.usps.lower(): state.name for state in sorted(STATES.values(), key=lambda each: each.name)
} | {"no-state": "State not known"}
LETTER_HEADS = {letter: letter.upper() for letter in ascii_lowercase} | {"other": "Other"}


def other_reports(catalog: Catalog) -> list[tuple[Report, list[tuple[Period, Revision]]]]:
    """Each report that is no weekly one, in the order of ddor.reports, with its periods and their
    current revisions, newest first."""
    others = catalog.newest_beside_weeks()
    of_each = [(report, [e for e in others if report_of(e[0]) is report]) for report in REPORTS]
    return [(report, lines) for report, lines in of_each if lines]


def releases(site: Site) -> tuple[list[Week], list[Week]]:
    """The weeks after the last published one, by the date announced for the first report of each:
    those whose date is not after the day of printing, and the next COMING ones."""
    late: list[Week] = []
    coming: list[Week] = []
    week = Week.parse(max(site.catalog.weeks)).next if site.catalog.weeks else None
    while week and len(coming) < COMING:
        (coming if site.context.release_of(week) > site.context.day else late).append(week)
        week = week.next
    return late, coming


def updated(reports: Iterable[tuple[Period, list[Revision]]]) -> str:
    """The last date on which a revision of these was published or withdrawn; "" if none was."""
    days = [each.withdrawn_on or each.published_on for _, all_ in reports for each in all_]
    return max(days, default="")


def home_page(site: Site) -> Files:
    catalog = site.catalog
    lines = [(week, each) for week, each in catalog.newest_first() if not each.withdrawn_on]
    names = {
        "latest": site.latest,
        "trend": trend_of(national_points(catalog), catalog.cohort),
        "lines": lines[:LATEST],
        "weekly": WEEKLY,
        "others": other_reports(catalog),
        "updated": updated(catalog.everything()),
    }
    yield page(site, "home.html.j2", "index.html", NAME, names)


def archive_pages(site: Site) -> Files:
    """The index with the calendar, and a page for each year. That of a year that has reports, and
    is none of `site.years`, stays as it lies, unless a year is new: each page lists all years."""
    catalog = site.catalog
    points = national_points(catalog)
    years = sorted({point.week.first_day.year for point in points}, reverse=True)
    (late, coming), others = releases(site), other_reports(catalog)
    files = {year: f"archive/{year}/index.html" for year in years}
    with_reports = {Week.parse(day).first_day.year for day in catalog.weeks}
    all_there = all((site.folder / path).exists() for path in files.values())
    stay = with_reports - site.years.keys() if all_there else set()
    for year in (None, *years):
        if year in stay:
            yield files[year], (site.folder / files[year]).read_bytes()
            continue
        own = [point for point in points if year in (None, point.week.first_day.year)]
        # Every week from the first to the last published, newest first.
        lines = [(each.week, catalog.current(each.week)) for each in reversed(own)]
        of_year = [(week, catalog.of(week)) for week, _ in lines]
        names = {
            "year": year,
            "all_years": years,
            "lines": lines,
            "years_in_full": YEARS_IN_FULL,
            "weekly": WEEKLY,
            "coming": [] if year else coming,
            "late": late,
            "final_after": FINAL_AFTER,
            "others": [] if year else others,
            "trend": trend_of(own, catalog.cohort),
            "moved": [] if year else first_to_final(catalog),
            "updated": updated(of_year if year else catalog.everything()),
        }
        path = files[year] if year else "archive/index.html"
        title = f"Archived reports of {year}" if year else "Archived reports"
        yield page(site, "archive.html.j2", path, title, names)


@dataclass(frozen=True)
class Entry:
    """kind: first, revision, correction, dispute, withdrawal. date: when it was published as it is,
    first: when it was first. page: path below site/. about: the revision, or the record of the
    dispute. waiting: days that a dispute has been without an answer, None for all else. id: made
    from what it is about, never from when it was written, so that it never changes."""

    id: str
    kind: str
    first: str
    date: str
    period: Period
    page: str
    about: Revision | dict
    # Among those of one report and day, which come in the order of its revisions: a number of
    # seconds, for a feed has no order but that of its times.
    order: int
    waiting: int | None = None

    @property
    def updated(self) -> str:
        return f"{self.date}T{dt.timedelta(seconds=self.order)!s:0>8}Z"


def entries(catalog: Catalog, today: dt.date) -> list[Entry]:
    """Every entry of the feed, newest first; `today`: the day from which a dispute's age counts."""
    found, answer_of = [], operator.itemgetter("name", "status", "answer")
    for period, revisions in catalog.everything():
        for revision in revisions:
            page, own = address_of(period, revision.revision), f"{period}/r{revision.revision}"
            kind, day, order = revision.kind, revision.published_on, 3 * revision.revision
            if revision.withdrawn_on:
                kind, day, own = "withdrawal", revision.withdrawn_on, f"{own}/withdrawal"
                order += 2
            urn = uuid.uuid5(ENTRIES, own).urn
            found.append(Entry(urn, kind, day, day, period, page, revision, order))
        for record in revisions[-1].records:
            # A reader of the feed learns of it when a revision shows it, not when a letter came.
            told = next(r for r in revisions if answer_of(record) in map(answer_of, r.records))
            received = dt.date.fromisoformat(record["received_on"])
            waiting = max((today - received).days, 0) if record["status"] == "open" else None
            urn = uuid.uuid5(ENTRIES, f"{period}/{record['name']}/dispute").urn
            page, order = f"{address_of(period)}#disputes", 3 * told.revision + 1
            dates = record["shown_on"], told.published_on
            found.append(Entry(urn, "dispute", *dates, period, page, record, order, waiting))
    key = operator.attrgetter("updated", "period.path", "id")
    return sorted(found, key=key, reverse=True)


def log_pages(site: Site) -> Files:
    """The corrections log, in full by the year of the report's period, and the feed."""
    found = entries(site.catalog, site.context.day)
    corrections = [entry for entry in found if entry.kind not in (FIRST, REVISED)]
    years = sorted({entry.period.first_day.year for entry in corrections}, reverse=True)
    for year in (None, *years):
        of_year = [e for e in corrections if year in (None, e.period.first_day.year)]
        path = f"corrections/{year}/index.html" if year else "corrections/index.html"
        own = {
            "year": year,
            "entries": of_year if year else of_year[:LOGGED_IN_FULL],
            "all_years": years,
            "updated": max((entry.date for entry in of_year), default=""),
        }
        title = f"Corrections to reports of {year}" if year else "Corrections"
        yield page(site, "corrections.html.j2", path, title, own)
    names = {"entries": found[:FEED_LENGTH], "site_id": ENTRIES}
    yield "feed.xml", fill(site, "feed.xml.j2", names)


def agency_lists(site: Site) -> Files:
    """By state and from A to Z: one page with all groups, and one for each group."""
    lines = sorted(site.index.values(), key=sort_key)
    by_state = [(line["state"].lower(), line) for line in lines]
    by_letter = [(plain_name(line)[:1], line) for line in lines]
    for shelf, at, title, heads, keyed in (
        ("by-state", "agencies", "Agencies by state", STATE_HEADS, by_state),
        ("a-z", "agencies/a-z", "Agencies from A to Z", LETTER_HEADS, by_letter),
    ):
        # Key -> agencies, in the order of `heads`; the last has what is of no other.
        groups: dict[str, list[Line]] = {key: [] for key in heads}
        for key, line in keyed:
            groups[key if key in heads else [*heads][-1]].append(line)
        groups = {key: theirs for key, theirs in groups.items() if theirs}
        pages = [(at, title, groups, len(lines) <= MOST_AGENCIES)]
        for key, theirs in groups.items():
            address, own = f"agencies/{shelf}/{key}", {key: theirs}
            pages.append((address, f"Agencies: {heads[key]}", own, True))
        about = {"shelf": shelf, "total": len(lines), "heads": heads, "all_groups": groups}
        for address, heading, shown, whole in pages:
            names = {"groups": shown, "whole": whole, "heading": heading}
            yield page(site, "agencies.html.j2", f"{address}/index.html", heading, about | names)


def data_page(site: Site) -> Files:
    tables, changed = tables_by_year(site), updated(site.catalog.everything())
    path = "data/index.html"
    words = {"weekly": DICTIONARY, "further": further()}
    words |= {"tables": tables, "updated": changed, "dataset": None}
    if tables:
        names = [f"{year}/{name}" for year, own in tables.items() for name in own]
        files = [f"{name}.{ending}" for name in names for ending in ("csv", "parquet")]
        what = f"All published weeks in files by year. {'. '.join(DICTIONARY.titles.values())}."
        first, last = min(site.catalog.weeks), Week.parse(max(site.catalog.weeks))
        coverage = {"temporalCoverage": f"{first}/{last.last_day}", "dateModified": changed}
        words["dataset"] = dataset(site, path, NAME, what, files) | coverage
    yield page(site, "data.html.j2", path, "Data", words)


def search_files(site: Site) -> Files:
    notice = json.dumps(SYNTHETIC_NOTICE if site.catalog.synthetic else "")
    found = []
    for line in sorted(site.index.values(), key=sort_key):
        also = f"{line['state']} {line['also_named']}".strip()
        address = f"agencies/{line['agency_id']}/index.html"
        found.append((address, agency_name(line), place_of(line), also))
    for period, revision in site.catalog.newest_reports():
        name = period.named[:1].upper() + period.named[1:]
        status = status_of(period, revision, site.catalog)
        found.append((address_of(period), name, f"{period} · {status}", ""))
    written = written_pages(site)
    titles = {f"{name}/index.html": site.context.texts[name].title for name in written}
    found += [(path, title, "page", "") for path, title in (titles | {METHODS: "Methods"}).items()]
    for check in site.context.rules["checks"]:
        found.append((f"{METHODS}#check-{check.id}", f"{check.id} {check.title}", "check", ""))
    for each in written["faqs"][1] if "faqs" in written else []:
        found.append(
            (f"faqs/index.html#{each.id}", Markup(each.heading).striptags(), "question", "")
        )
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in found)
    yield page(site, "search.html.j2", SEARCH, "Search", {})
    yield "search/index.json", f'{{"notice": {notice}, "lines": [\n{lines}\n]}}\n'.encode()
