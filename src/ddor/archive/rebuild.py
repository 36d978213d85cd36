"""Rebuild: everything around what revisions keep, made again from what they keep.

For a new style sheet, a changed text, policy or publisher, or a version of the program with other
pages. No revision is made; articles, pictures and data stay as they are, byte for byte.
"""

from dataclasses import replace

from ddor.archive.agency_index import index_line
from ddor.archive.agency_pages import agency_lines, newest_first, records_by_agency
from ddor.archive.latest import latest_of
from ddor.archive.publish import Archive
from ddor.archive.report_pages import ReportPages
from ddor.archive.site import Line, Site, SiteContext
from ddor.archive.site_pages import publish_site
from ddor.archive.years import week_lines
from ddor.calendar import Week
from ddor.published.catalog import Catalog

# All that is made beside the reports.
EVERYTHING = ("assets/*", "data/*/*", "agencies/[A-Z0-9]*/*")


def rebuild(archive: Archive, catalog: Catalog, context: SiteContext) -> int:
    """All or nothing, as a publication; the number of files that changed or went."""
    site = Site(archive.site, catalog, context)
    records = records_by_agency(catalog)
    named: set[str] = set()
    agencies: dict[str, list[Line]] = {each: [] for each in records}
    years: dict[int, dict[str, list[Line]]] = {}
    reports: dict[str, bytes] = {}
    for period, revisions in catalog.everything():
        report = ReportPages(site, period)
        reports |= report.pages(range(1, report.last + 1))
        named |= report.named()
        # The copy at the period's address too, in case it was lost.
        data = report.data(report.last)
        reports |= {f"{period.path}/data/{name}": file for name, file in data.items()}
        if not isinstance(period, Week):
            continue
        for agency_id, line in agency_lines(period, data).items():
            agencies.setdefault(agency_id, []).append(line)
        of_year = years.setdefault(period.first_day.year, {})
        for table, lines in week_lines(period, revisions[-1], data).items():
            of_year.setdefault(table, []).extend(lines)
    for each in named:
        agencies.setdefault(each, [])
    agencies = {each: newest_first(agencies[each]) for each in sorted(agencies)}
    index = {
        each: index_line(each, lines, context.agencies)
        for each, lines in agencies.items()
        if lines or each in records
    }
    latest = latest_of(site)
    site = replace(site, index=index, agencies=agencies, named=named, years=years, latest=latest)
    return publish_site(archive, site, {}, reports, made_whole=EVERYTHING)
