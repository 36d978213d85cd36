"""The pages that list what is published: home, archive and calendar, corrections, agencies, data.

All are made from the catalog and the index of agencies, without opening a week or an agency.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ddor.archive.agency_index import by_letter, by_state, named, place_of
from ddor.archive.around import Around
from ddor.archive.data_dictionary import WEEKLY as DICTIONARY
from ddor.archive.data_dictionary import further
from ddor.archive.linked_data import archive_dataset
from ddor.archive.log import ENTRIES, FEED_LENGTH, entries
from ddor.archive.page import NAME, fill, page
from ddor.archive.trend import first_to_final, national_points, trend_of
from ddor.archive.trend_chart import chart_of
from ddor.calendar import FINAL_AFTER, Period, Week, weeks_between
from ddor.published.catalog import FIRST, REVISED, Catalog, Revision, status_of
from ddor.reports import REPORTS, WEEKLY, Report

NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
SITEMAP = "sitemap.xml"
LATEST, COMING, YEARS_IN_FULL, LOGGED_IN_FULL = 8, 8, 2, 50
# A list with more agencies names its groups alone, which have pages of their own: 100 KB a page.
MOST_AGENCIES = 400
FINAL_WEEKS = FINAL_AFTER.days // 7


@dataclass(frozen=True)
class Line:
    """A period in a list: `revision` is None where no report was published."""

    period: Period
    revision: Revision | None
    status: str


def lines_by_year(catalog: Catalog) -> dict[int, list[Line]]:
    """Year of the first day -> every week from the first to the last published, newest first."""
    years: dict[int, list[Line]] = {}
    if not catalog.weeks:
        return years
    first, last = Week.parse(min(catalog.weeks)), Week.parse(max(catalog.weeks))
    for week in weeks_between(first, last):
        revision = catalog.current(week)
        status = status_of(week, revision, catalog) if revision else "no report"
        years.setdefault(week.first_day.year, []).insert(0, Line(week, revision, status))
    return dict(sorted(years.items(), reverse=True))


def coming_releases(catalog: Catalog, around: Around) -> list[tuple[Week, dt.date, dt.date]]:
    """The next weeks to be released after the day of printing: the date announced for the first
    report of each, and that from which its final one can be made. None before the first week."""
    if not catalog.weeks:
        return []
    found: list[tuple[Week, dt.date, dt.date]] = []
    week = Week.parse(max(catalog.weeks)).next
    while len(found) < COMING:
        if around.release_of(week) > around.day:
            found.append((week, around.release_of(week), week.last_day + FINAL_AFTER))
        week = week.next
    return found


def late_weeks(catalog: Catalog, around: Around) -> tuple[Week, Week] | None:
    """The first and the last of the weeks after the last published one whose announced date is not
    after the day of printing; none if no week is late."""
    if not catalog.weeks:
        return None
    first = last = Week.parse(max(catalog.weeks)).next
    if around.release_of(first) > around.day:
        return None
    while around.release_of(last.next) <= around.day:
        last = last.next
    return first, last


@dataclass(frozen=True)
class OtherReports:
    """The list of a report that is no weekly one: its lines, newest first."""

    report: Report
    lines: list[Line]

    @property
    def heads(self) -> dict[str, str]:
        return heads_of(self.report, self.lines)

    @property
    def from_weeks(self) -> bool:
        return any(line.revision and line.revision.based_on for line in self.lines)


def other_reports(catalog: Catalog) -> list[OtherReports]:
    """In the order of ddor.reports."""
    found: dict[str, list[Line]] = {}
    for period, revision in catalog.newest_beside_weeks():
        line = Line(period, revision, status_of(period, revision, catalog))
        found.setdefault(period.shelf, []).append(line)
    return [
        OtherReports(report, found[report.period.shelf])
        for report in REPORTS
        if report.period.shelf in found
    ]


def heads_of(report: Report, lines: Iterable[Line]) -> dict[str, str]:
    """The listed figures that any of these has -> their heads; all where none has any."""
    known = {name for line in lines if line.revision for name in line.revision.figures}
    return {name: head for name, head in report.listed.items() if name in known or not known}


def updated(revisions: Iterable[Revision]) -> str:
    """The last date on which one of these was published or withdrawn."""
    return max(r.withdrawn_on or r.published_on for r in revisions)


def everything(catalog: Catalog) -> list[Revision]:
    return [revision for _, revisions in catalog.everything() for revision in revisions]


def home_page(catalog: Catalog, around: Around, latest: dict | None) -> bytes:
    lines = [
        line
        for lines in lines_by_year(catalog).values()
        for line in lines
        if line.revision and not line.revision.withdrawn_on
    ]
    trend = trend_of(national_points(catalog), catalog.cohort)
    return page(
        "home.html.j2",
        "index.html",
        NAME,
        around,
        catalog,
        latest=latest,
        trend=trend,
        chart=chart_of(trend),
        lines=lines[:LATEST],
        heads=WEEKLY.listed,
        others=other_reports(catalog),
        updated=updated(everything(catalog)),
    )


def archive_pages(catalog: Catalog, around: Around) -> dict[str, bytes]:
    """The index with the calendar, and a page for each year."""
    years = lines_by_year(catalog)
    points = national_points(catalog)
    trend = trend_of(points, catalog.cohort)
    path = "archive/index.html"
    pages = {
        path: page(
            "archive.html.j2",
            path,
            "Archived reports",
            around,
            catalog,
            year=None,
            final_weeks=FINAL_WEEKS,
            heads=WEEKLY.listed,
            years=dict(list(years.items())[:YEARS_IN_FULL]),
            all_years=list(years),
            coming=coming_releases(catalog, around),
            late=late_weeks(catalog, around),
            others=other_reports(catalog),
            trend=trend,
            chart=chart_of(trend),
            moved=first_to_final(catalog),
            updated=updated(everything(catalog)),
        )
    }
    for year, lines in years.items():
        path = f"archive/{year}/index.html"
        of_year = [r for line in lines for r in catalog.of(line.period)]
        own = [point for point in points if point.week.first_day.year == year]
        pages[path] = page(
            "archive.html.j2",
            path,
            f"Archived reports of {year}",
            around,
            catalog,
            year=year,
            final_weeks=FINAL_WEEKS,
            heads=WEEKLY.listed,
            years={year: lines},
            all_years=list(years),
            coming=[],
            late=None,
            others=[],
            chart=chart_of(trend_of(own, catalog.cohort)),
            updated=updated(of_year) if of_year else "",
        )
    return pages


def log_pages(catalog: Catalog, around: Around) -> dict[str, bytes]:
    """The corrections log, in full by the year of the report's period, and the feed."""
    found = entries(catalog, around.day)
    corrections = [entry for entry in found if entry.kind not in (FIRST, REVISED)]
    years = sorted({entry.period.first_day.year for entry in corrections}, reverse=True)
    pages = {}
    for year in (None, *years):
        of_year = [e for e in corrections if year in (None, e.period.first_day.year)]
        path = f"corrections/{year}/index.html" if year else "corrections/index.html"
        title = f"Corrections to reports of {year}" if year else "Corrections"
        pages[path] = page(
            "corrections.html.j2",
            path,
            title,
            around,
            catalog,
            year=year,
            entries=of_year if year else of_year[:LOGGED_IN_FULL],
            all_years=years,
            updated=max((entry.date for entry in of_year), default=""),
        )
    feed = fill(
        "feed.xml.j2",
        entries=found[:FEED_LENGTH],
        site_id=ENTRIES,
        catalog=catalog,
        publisher=around.publisher,
    )
    return pages | {"feed.xml": NOT_XML.sub(b"", feed)}


def agency_lists(index: dict[str, dict], catalog: Catalog, around: Around) -> dict[str, bytes]:
    """The agencies by state and from A to Z: one page with all groups, one for each group."""
    shelves = {
        "by-state": (by_state(index), "Agencies by state", "agencies/index.html"),
        "a-z": (by_letter(index), "Agencies from A to Z", "agencies/a-z/index.html"),
    }
    pages = {}
    for shelf, (groups, title, path) in shelves.items():
        names: dict[str, Any] = {
            "shelf": shelf,
            "all_groups": {key: head for key, (head, _) in groups.items()},
            "total": len(index),
        }
        shown = {
            key: (head, [(line["agency_id"], named(line), place_of(line)) for line in lines])
            for key, (head, lines) in groups.items()
        }
        pages[path] = page(
            "agencies.html.j2",
            path,
            title,
            around,
            catalog,
            groups=shown,
            whole=len(index) <= MOST_AGENCIES,
            heading=title,
            **names,
        )
        for key, (head, lines) in shown.items():
            own = f"agencies/{shelf}/{key}/index.html"
            pages[own] = page(
                "agencies.html.j2",
                own,
                f"Agencies: {head}",
                around,
                catalog,
                groups={key: (head, lines)},
                whole=True,
                heading=f"Agencies: {head}",
                **names,
            )
    return pages


def data_page(catalog: Catalog, around: Around, tables: dict[int, list[str]]) -> dict[str, bytes]:
    """`tables`: year -> names of the tables that have files of it, newest year first."""
    path = "data/index.html"
    files = [
        f"{year}/{name}.{ending}"
        for year, names in tables.items()
        for name in names
        for ending in ("csv", "parquet")
    ]
    changed = updated(everything(catalog))
    return {
        path: page(
            "data.html.j2",
            path,
            "Data",
            around,
            catalog,
            tables=tables,
            titles=DICTIONARY.titles,
            columns=DICTIONARY.columns,
            figures=DICTIONARY.figures,
            further=further(),
            updated=changed,
            dataset=archive_dataset(catalog, around, path, files, changed) if tables else None,
        )
    }


def sitemap(paths: Iterable[str], around: Around) -> dict[str, bytes]:
    """Of the pages at these paths below site/; none where it is not known where that is served."""
    base = around.publisher.base
    if not base:
        return {}
    return {SITEMAP: fill("sitemap.xml.j2", addresses=[base + path for path in paths])}
