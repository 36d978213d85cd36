"""The pages that list what is published: home, archive and calendar, corrections, agencies, data.

All are made from the catalog and the index of agencies, without opening a week or an agency.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ddor.archive.agency_index import by_letter, by_state
from ddor.archive.data_dictionary import WEEKLY as DICTIONARY
from ddor.archive.data_dictionary import further
from ddor.archive.linked_data import archive_dataset
from ddor.archive.log import ENTRIES, entries
from ddor.archive.page import NAME, fill, page
from ddor.archive.site import Site
from ddor.archive.trend import first_to_final, national_points, trend_of
from ddor.archive.trend_chart import chart_of
from ddor.archive.years import tables_by_year
from ddor.calendar import FINAL_AFTER, Period, Week
from ddor.published.catalog import FIRST, REVISED, Catalog, Revision, status_of
from ddor.reports import REPORTS, WEEKLY, Report

Files = Iterator[tuple[str, bytes]]
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LATEST, COMING, YEARS_IN_FULL, LOGGED_IN_FULL, FEED_LENGTH = 8, 8, 2, 50, 50
# A list with more agencies names its groups alone, which have pages of their own: 100 KB a page.
MOST_AGENCIES = 400


class Listed(NamedTuple):
    """A period in a list: `revision` is None where no report was published."""

    period: Period
    revision: Revision | None
    status: str


def weeks_by_year(catalog: Catalog) -> dict[int, list[Listed]]:
    """Year of the first day -> every week from the first to the last published, newest first."""
    years: dict[int, list[Listed]] = {}
    for point in reversed(national_points(catalog)):
        years.setdefault(point.week.first_day.year, []).append(listed(point.week, catalog))
    return years


def listed(period: Period, catalog: Catalog) -> Listed:
    revision = catalog.current(period)
    status = status_of(period, revision, catalog) if revision else "no report"
    return Listed(period, revision, status)


def other_reports(catalog: Catalog) -> list[tuple[Report, list[Listed]]]:
    """Each report that is no weekly one, in the order of ddor.reports, with its lines, newest
    first."""
    found = []
    for report in REPORTS:
        others = [each for each, _ in catalog.newest_beside_weeks()]
        lines = [listed(each, catalog) for each in others if each.shelf == report.period.shelf]
        found += [(report, lines)] if lines else []
    return found


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


def updated(periods: Iterable[tuple[Period, list[Revision]]]) -> str:
    """The last date on which a revision of these was published or withdrawn; "" if none was."""
    revisions = [revision for _, of_period in periods for revision in of_period]
    return max((r.withdrawn_on or r.published_on for r in revisions), default="")


def home_page(site: Site) -> Files:
    catalog = site.catalog
    weeks = [each for weeks in weeks_by_year(catalog).values() for each in weeks]
    trend = trend_of(national_points(catalog), catalog.cohort)
    names = {
        "latest": site.latest,
        "trend": trend,
        "chart": chart_of(trend),
        "lines": [e for e in weeks if e.revision and not e.revision.withdrawn_on][:LATEST],
        "weekly": WEEKLY,
        "others": other_reports(catalog),
        "updated": updated(catalog.everything()),
    }
    yield page(site, "home.html.j2", "index.html", NAME, names)


def archive_pages(site: Site) -> Files:
    """The index with the calendar, and a page for each year."""
    catalog = site.catalog
    years, points = weeks_by_year(catalog), national_points(catalog)
    (late, coming), others = releases(site), other_reports(catalog)
    for year in (None, *years):
        weeks = years[year] if year else []
        of_year = [(each.period, catalog.of(each.period)) for each in weeks]
        own = [point for point in points if year in (None, point.week.first_day.year)]
        trend = trend_of(own, catalog.cohort)
        names = {
            "year": year,
            "all_years": list(years),
            "years": {year: weeks} if year else dict(list(years.items())[:YEARS_IN_FULL]),
            "weekly": WEEKLY,
            "coming": [] if year else coming,
            "late": late,
            "final_after": FINAL_AFTER,
            "others": [] if year else others,
            "trend": trend,
            "chart": chart_of(trend),
            "moved": first_to_final(catalog),
            "updated": updated(of_year if year else catalog.everything()),
        }
        path = f"archive/{year}/index.html" if year else "archive/index.html"
        title = f"Archived reports of {year}" if year else "Archived reports"
        yield page(site, "archive.html.j2", path, title, names)


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
    feed = fill(site, "feed.xml.j2", {"entries": found[:FEED_LENGTH], "site_id": ENTRIES})
    yield "feed.xml", NOT_XML.sub(b"", feed)


def agency_lists(site: Site) -> Files:
    """The agencies by state and from A to Z: one page with all groups, one for each group."""
    for shelf, groups, title, path in (
        ("by-state", by_state(site.index), "Agencies by state", "agencies/index.html"),
        ("a-z", by_letter(site.index), "Agencies from A to Z", "agencies/a-z/index.html"),
    ):
        whole = len(site.index) <= MOST_AGENCIES
        pages = {path: (title, groups, whole)} | {
            f"agencies/{shelf}/{key}/index.html": (f"Agencies: {head}", {key: (head, lines)}, True)
            for key, (head, lines) in groups.items()
        }
        heads = {key: head for key, (head, _) in groups.items()}
        about = {"shelf": shelf, "all_groups": heads, "total": len(site.index)}
        for own, (heading, shown, full) in pages.items():
            names = {"groups": shown, "whole": full, "heading": heading}
            yield page(site, "agencies.html.j2", own, heading, about | names)


def data_page(site: Site) -> Files:
    tables, changed = tables_by_year(site), updated(site.catalog.everything())
    path = "data/index.html"
    files = [
        f"{year}/{name}.{ending}"
        for year, names in tables.items()
        for name in names
        for ending in ("csv", "parquet")
    ]
    dataset = archive_dataset(site.catalog, site.context, path, files, changed) if tables else None
    words = {name: getattr(DICTIONARY, name) for name in ("titles", "columns", "figures")}
    words |= {"tables": tables, "updated": changed, "dataset": dataset, "further": further()}
    yield page(site, "data.html.j2", path, "Data", words)


def sitemap(site: Site, pages: Iterable[str]) -> Files:
    """Of these pages below site/; none where it is not known where that is served."""
    if base := site.context.base:
        addresses = [base + path for path in pages]
        yield "sitemap.xml", fill(site, "sitemap.xml.j2", {"addresses": addresses})
