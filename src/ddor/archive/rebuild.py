"""Rebuild: everything around what revisions keep, made again from what they keep.

For a new style sheet, a changed text, policy or publisher, or a version of the program with other
pages. No revision is made; articles, pictures and data stay as they are, byte for byte.
"""

from ddor.archive.agency_index import index_line
from ddor.archive.agency_pages import agency_lines, newest_first, records_by_agency
from ddor.archive.around import Around
from ddor.archive.chrome import agency_files, below_site, left_over, list_files
from ddor.archive.latest import latest_of
from ddor.archive.page import static_files
from ddor.archive.publish import Archive
from ddor.archive.revision import data_files_of, named_agencies, pages_around
from ddor.archive.years import files_of_year, tables_of, week_lines
from ddor.calendar import Week
from ddor.published.catalog import Catalog


def rebuild(archive: Archive, catalog: Catalog, around: Around) -> int:
    """All or nothing, as a publication; the number of files that changed or went."""
    site = archive.site
    agencies: dict[str, list[dict]] = {each: [] for each in named_agencies(archive, catalog)}
    records = records_by_agency(catalog)
    agencies |= {each: [] for each in records}
    by_year: dict[int, dict[str, list[dict]]] = {}
    report_pages: dict[str, bytes] = {}
    for period, revisions in catalog.everything():
        numbers = range(1, len(revisions) + 1)
        report_pages |= pages_around(archive, catalog, period, numbers, around)
        # The copy at the period's address too, in case it was lost.
        data = data_files_of(site / period.path / f"r{len(revisions)}")
        report_pages |= {f"site/{period.path}/data/{name}": file for name, file in data.items()}
        if revisions[-1].withdrawn_on or not isinstance(period, Week):
            continue
        for agency_id, line in agency_lines(period, data).items():
            agencies[agency_id].append(line)
        of_year = by_year.setdefault(period.first_day.year, {})
        for table, lines in week_lines(period, revisions[-1], data).items():
            of_year.setdefault(table, []).extend(lines)
    agencies = {agency_id: newest_first(lines) for agency_id, lines in agencies.items()}
    index = {
        each: index_line(each, lines, around.agencies)
        for each, lines in sorted(agencies.items())
        if lines or each in records
    }
    years: dict[str, bytes] = {}
    for year, tables in by_year.items():
        years |= files_of_year(year, tables, catalog)
    latest = latest_of(site, catalog, None, {})
    first = static_files() | agency_files(site, index, agencies, set(), catalog, around) | years
    last = list_files(index, catalog, around, latest, tables_of(years))
    known = [*site.glob("assets/*"), *site.glob("data/*/*"), *site.glob("agencies/[A-Z0-9]*/*")]
    gone = [path for file in known if (path := file.relative_to(site).as_posix()) not in first]
    return archive.publish(
        {},
        below_site(first) | report_pages | below_site(last),
        [f"site/{path}" for path in gone + left_over(site, last)],
    )
