"""The registry of a site's files: what makes each of them, and in which order they are moved.

Each entry of POINTED_TO and LISTS is a generator of (path below site/, file) from a `Site`. A
publication hands on what its report changed (`site_after`), `ddor rebuild` all there is
(`rebuild`); both give the same bytes for the same archive. What is left over is what is there less
what was made.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ddor.archive.agency_index import INDEX, INDEX_COLUMNS, plain_name, read_index
from ddor.archive.agency_pages import agency_lines, agency_pages, indexed, newest_first, weeks_of
from ddor.archive.data_files import DataFiles
from ddor.archive.latest import latest_of
from ddor.archive.lists import agency_lists, archive_pages, data_page, home_page, log_pages, sitemap
from ddor.archive.page import address_of, static_files
from ddor.archive.publish import Archive
from ddor.archive.report_pages import ReportPages
from ddor.archive.search import SEARCH, search_files
from ddor.archive.site import Line, Site, SiteContext
from ddor.archive.text_pages import text_pages
from ddor.archive.years import week_lines, year_files, year_lines
from ddor.calendar import Period, Week
from ddor.extract.csv_files import csv_file
from ddor.published.catalog import CATALOG, Catalog

# What pages of reports point to, and the lists that point to them.
POINTED_TO = (agency_pages, year_files)
LISTS = (text_pages, archive_pages, agency_lists, data_page, log_pages, search_files, home_page)
# What every act makes whole: a group, a year or an address of the site that is gone leaves files.
MADE_WHOLE = ("sitemap.xml", "agencies/by-state/*/*", "agencies/a-z/*/*", "corrections/*/*")

# All that is made beside the reports.
EVERYTHING = ("assets/*", "data/*/*", "agencies/[A-Z0-9]*/*")


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
    known = read_index(site.folder)
    if not isinstance(period, Week):
        # An agency that no week names has a page as long as such a report leads to it.
        unnamed: dict[str, list[Line]] = {each: [] for each in agencies - known.keys()}
        return replace(site, index=known, agencies=unnamed, named=named, latest=latest_of(site))
    lines, day = agency_lines(period, after), str(period)
    own: dict[str, list[Line]] = {}
    for each in agencies:
        others = [line for line in weeks_of(site.folder, each) if line["week"] != day]
        own[each] = newest_first([*others, *filter(None, [lines.get(each)])])
    index = {each: line for each, line in known.items() if each not in own} | indexed(site, own)
    # A page points to those with the agency's name: to what they were called before, too.
    names = {plain_name(each[a]) for each in (known, index) for a in own if a in each}
    # A gap of other agencies' trends closes, or opens: its report comes late, or is withdrawn.
    gap = before.published != after.published
    touched = {
        each
        for each, line in index.items()
        if plain_name(line) in names or (gap and line["first_week"] < day < line["last_week"])
    }
    own = {each: weeks_of(site.folder, each) for each in touched} | own
    revision = site.catalog.of(period)[-1]
    of_year = year_lines(site.folder, period, week_lines(period, revision, after))
    return replace(
        site,
        index=dict(sorted(index.items())),
        agencies=own,
        named=named,
        years={period.first_day.year: of_year},
        latest=latest_of(site, period, after),
    )


def pages_made_from(site: Site, period: Period) -> dict[str, bytes]:
    """Path below site/ -> page, of the reports made from that of a week: they say which of their
    weeks is another by now."""
    pages: dict[str, bytes] = {}
    for each in site.catalog.made_from(period) if isinstance(period, Week) else ():
        report = ReportPages(site, each)
        pages |= report.pages([report.last])
    return pages


def publish_site(
    archive: Archive,
    site: Site,
    folders: dict[str, dict[str, bytes]],
    reports: dict[str, bytes],
    private: dict[str, bytes] | None = None,
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
    pointers = {f"site/{path}": file for path, file in made.items()} | (private or {})
    return archive.publish(folders, pointers, [*dict.fromkeys(left_over), *removed])


def _lists(site: Site) -> Iterator[tuple[str, bytes]]:
    """The catalog last of all."""
    yield INDEX, csv_file(INDEX_COLUMNS, site.index.values())
    pages = []
    for files in LISTS:
        for path, file in files(site):
            yield path, file
            pages += [path] if path.endswith("/index.html") and path != SEARCH else []
    reports = [address_of(p) for p, r in site.catalog.newest_reports() if not r.withdrawn_on]
    agencies = [f"agencies/{each}/index.html" for each in site.index]
    yield from sitemap(site, ["index.html", *pages, *reports, *agencies])
    yield CATALOG, site.catalog.file()


def rebuild(archive: Archive, catalog: Catalog, context: SiteContext) -> int:
    """Everything around what revisions keep, made again from what they keep: for a new style sheet,
    a changed text, policy or publisher, or a version of the program with other pages. No revision
    is made; articles, pictures and data stay as they are, byte for byte. All or nothing, as a
    publication; the number of files that changed or went."""
    site = Site(archive.site, catalog, context)
    named: set[str] = set()
    agencies: dict[str, list[Line]] = {}
    years: dict[int, dict[str, list[Line]]] = {}
    reports: dict[str, bytes] = {}
    for period, revisions in catalog.everything():
        report = ReportPages(site, period)
        reports |= report.pages(range(1, report.last + 1))
        named |= report.named()
        # The copy at the period's address too, in case it was lost.
        data = report.data(report.last)
        reports |= {f"{period.path}/data/{name}": file for name, file in data.items()}
        if isinstance(period, Week):
            for agency_id, line in agency_lines(period, data).items():
                agencies.setdefault(agency_id, []).append(line)
            of_year = years.setdefault(period.first_day.year, {})
            for table, lines in week_lines(period, revisions[-1], data).items():
                of_year.setdefault(table, []).extend(lines)
    agencies = {each: newest_first(agencies.get(each, [])) for each in sorted({*agencies, *named})}
    index, latest = indexed(site, agencies), latest_of(site)
    site = replace(site, index=index, agencies=agencies, named=named, years=years, latest=latest)
    return publish_site(archive, site, {}, reports, made_whole=EVERYTHING)
