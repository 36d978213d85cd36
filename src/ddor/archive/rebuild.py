"""Rebuild: everything around what revisions keep, made again from what they keep.

For a new style sheet, a changed text, policy or publisher, or a version of the program with other
pages. No revision is made; articles, pictures and data stay as they are, byte for byte.
"""

from ddor.archive.agency_index import index_line
from ddor.archive.agency_pages import agency_lines, newest_first, records_by_agency
from ddor.archive.around import Around
from ddor.archive.catalog import Catalog
from ddor.archive.chrome import agency_files, left_over, list_files
from ddor.archive.page import static_files
from ddor.archive.publish import Archive
from ddor.archive.revision import data_files_of, pages_around
from ddor.archive.text_pages import latest_of
from ddor.archive.years import files_of_year, tables_of, week_lines
from ddor.calendar import Week


def rebuild(archive: Archive, catalog: Catalog, around: Around) -> int:
    """All or nothing, as a publication; the number of files that changed or went."""
    site = archive.site
    named = site.glob("agencies/[A-Z0-9]*/index.html")
    agencies: dict[str, list[dict]] = {page.parent.name: [] for page in named}
    years: dict[int, dict[str, list[dict]]] = {}
    files = static_files()
    for day, revisions in catalog.weeks.items():
        week = Week.parse(day)
        pages = pages_around(archive, catalog, week, range(1, len(revisions) + 1), around)
        files |= {path.removeprefix("site/"): page for path, page in pages.items()}
        if revisions[-1].withdrawn_on:
            continue
        data = data_files_of(site / "weeks" / day)
        for agency_id, line in agency_lines(week, data).items():
            agencies.setdefault(agency_id, []).append(line)
        of_year = years.setdefault(week.first_day.year, {})
        for table, lines in week_lines(week, revisions[-1], data).items():
            of_year.setdefault(table, []).extend(lines)
    agencies = {agency_id: newest_first(lines) for agency_id, lines in agencies.items()}
    listed = {agency_id for agency_id, lines in agencies.items() if lines}
    listed |= records_by_agency(catalog).keys()
    index = {each: index_line(each, agencies.get(each, [])) for each in sorted(listed)}
    by_year: dict[str, bytes] = {}
    for year, lines in years.items():
        by_year |= files_of_year(year, lines, catalog)
    files |= by_year | agency_files(site, index, agencies, catalog, around)
    latest = latest_of(site, catalog, None, {})
    files |= list_files(index, catalog, around, latest, tables_of(by_year), None)
    removed = left_over(site, files)
    removed += [path for file in [*site.glob("assets/*"), *site.glob("data/*/*")]
                if (path := file.relative_to(site).as_posix()) not in files]  # fmt: skip
    return archive.publish(
        {}, {f"site/{path}": file for path, file in files.items()},
        [f"site/{path}" for path in removed],
    )  # fmt: skip
