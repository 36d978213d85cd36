"""The registry of a site's files: what makes each of them, and in which order they are moved.

Each entry of POINTED_TO and LISTS is a generator of (path below site/, file) from a `Site`. A
publication hands on what its report changed (`site_after`), `ddor rebuild` all there is (acts.py);
both give the same bytes for the same archive. What is left over is what is there less what was
made.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from ddor.archive import lists
from ddor.archive.agencies import INDEX, INDEX_COLUMNS, agency_pages, read_index, records_after
from ddor.archive.downloads import week_lines, year_files, year_lines
from ddor.archive.kept import DataFiles
from ddor.archive.publish import Archive
from ddor.archive.report_pages import ReportPages
from ddor.archive.site import Site, address_of, static_files
from ddor.archive.text_pages import latest_of, text_pages
from ddor.calendar import Period, Week
from ddor.extract.csv_files import csv_file
from ddor.published.catalog import CATALOG

# What pages of reports point to, and the lists that point to them.
POINTED_TO = (agency_pages, year_files)
LISTS = (
    text_pages,
    lists.archive_pages,
    lists.agency_lists,
    lists.data_page,
    lists.log_pages,
    lists.search_files,
    lists.home_page,
)
# What every act makes whole: a group, a year or an address of the site that is gone leaves files.
MADE_WHOLE = ("sitemap.xml", "agencies/by-state/*/*", "agencies/a-z/*/*", "corrections/*/*")


def site_after(
    site: Site,
    period: Period,
    agencies: set[str],
    named: Collection[str],
    before: DataFiles,
    after: DataFiles,
) -> Site:
    """With the records that a new or withdrawn report changes. `agencies`: those that it names, or
    did; `named`: those of them to which a report still leads; `before` and `after`: its current
    data. Only a week's report has figures on agencies' pages and in files by year."""
    if not isinstance(period, Week):
        # An agency that no week names has a page as long as such a report leads to it.
        index = read_index(site.folder)
        unnamed: dict[str, list] = {each: [] for each in agencies - index.keys()}
        return replace(site, index=index, agencies=unnamed, named=named, latest=latest_of(site))
    index, weeks = records_after(site, period, agencies, before, after)
    of_week = week_lines(period, site.catalog.of(period)[-1], after)
    return replace(
        site,
        index=index,
        agencies=weeks,
        named=named,
        years={period.first_day.year: year_lines(site.folder, period, of_week)},
        latest=latest_of(site, period, after),
    )


def publish_site(
    archive: Archive,
    site: Site,
    folders: Mapping[str, Mapping[str, bytes]],
    reports: Mapping[str, bytes],
    private: Mapping[str, bytes] | None = None,
    made_whole: Iterable[str] = (),
    removed: Iterable[str] = (),
) -> int:
    """All or nothing; the number of files that changed or went. `folders`: as in Archive.publish;
    `reports`: path below site/ -> file, of reports; `private`: path below outputs/ -> file.
    `made_whole`: patterns below site/ of what goes unless it is made; `removed`: paths below
    outputs/ of what goes beside it."""
    made = static_files()
    for files in POINTED_TO:
        made |= files(site)
    made |= reports
    made |= _lists(site)
    mine = [f"agencies/{each}/*" for each in site.agencies]
    mine += [f"data/{year}/*" for year in site.years]
    left_over = [
        f"site/{path}"
        for pattern in (*MADE_WHOLE, *mine, *made_whole)
        for file in sorted(site.folder.glob(pattern))
        if (path := file.relative_to(site.folder).as_posix()) not in made
    ]
    pointers = {f"site/{path}": file for path, file in made.items()} | {**(private or {})}
    return archive.publish(folders, pointers, [*dict.fromkeys(left_over), *removed])


def pages_made_from(site: Site, period: Period) -> dict[str, bytes]:
    """Path below site/ -> page, of the reports made from that of a week: they say which of their
    weeks is another by now."""
    pages: dict[str, bytes] = {}
    for each in site.catalog.made_from(period):
        report = ReportPages(site, each)
        pages |= report.pages([report.last])
    return pages


def _lists(site: Site) -> Iterator[tuple[str, bytes]]:
    """The catalog last of all."""
    yield INDEX, csv_file(INDEX_COLUMNS, site.index.values())
    pages = []
    for files in LISTS:
        for path, file in files(site):
            yield path, file
            pages += [path] if path.endswith("/index.html") and path != lists.SEARCH else []
    reports = [address_of(p) for p, r in site.catalog.newest_reports() if not r.withdrawn_on]
    agencies = [f"agencies/{each}/index.html" for each in site.index]
    yield from lists.sitemap(site, ["index.html", *pages, *reports, *agencies])
    yield CATALOG, site.catalog.file()
