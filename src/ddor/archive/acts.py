"""The acts on an archive: publish a revision, look at a draft, withdraw a report, rebuild the site;
and the registry of a site's files, by which they all go.

Each entry of the registry (AGENCY_AND_YEAR_FILES, SITE_PAGES) is a generator of (path below site/,
file) from a `Site`, in the order in which files are moved. A publication hands on what its report
changed (`site_after`), `rebuild` all there is; both give the same bytes for the same archive. What
is left over is what is there less what was made.

A publication touches the files of the new revision, and those that point to it:

    site/weeks/<week>/rN/      for good: its page, pictures and data
    site/weeks/<week>/         the current revision's page and a copy of its data
    site/weeks/<week>/rN-1/    its page only, which now says what it is superseded by, and why
    site/quarters/<quarter>/   the page of a report made from this one, which now says so
    site/agencies/<id>/        of the agencies that this or the revision before names
    site/agencies/, archive/, corrections/, data/, search/, overview/ …   lists (the registry)
    site/                      home, feed.xml, sitemap.xml, data/catalog.json
    runs/<week>/rN/            private: the executed notebook, the inputs, counts, the manifest

A report of another period lies in the folder of that (`Period.path`). Of the agencies it touches
only those that no week names: they get a page, for its own leads to it.

A withdrawal leaves a notice in place of page and data, at the same addresses, wherever they stood.
The notice has the date and the kind of reason, and nothing of the content. The files under `runs/`
are private and stay, for whoever has to answer for the withdrawal.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ddor.archive import agencies as agency_files
from ddor.archive import lists
from ddor.archive.downloads import json_file, week_lines, year_files, year_lines
from ddor.archive.kept import Article, DataFiles, data_files_of, split_cases
from ddor.archive.publish import Archive, Files, Folders
from ddor.archive.report_pages import ReportPages, contents_of, disputed_agencies
from ddor.archive.site import Line, Site, address_of, fill, page, static_files
from ddor.archive.text_pages import latest_of, text_pages
from ddor.archive.workbook import notice_workbook
from ddor.calendar import Period, Week
from ddor.errors import UsageError
from ddor.published.catalog import CATALOG, Catalog, Revision

# The registry: what pages of reports point to, and the lists that point to them.
AGENCY_AND_YEAR_FILES = (agency_files.agency_pages, year_files)
SITE_PAGES = (
    agency_files.index_file,
    text_pages,
    lists.archive_pages,
    lists.agency_lists,
    lists.data_page,
    lists.log_pages,
    lists.search_files,
    lists.home_page,
)
# What every act makes whole: a group, a year or an address of the site that is gone leaves files.
MADE_WHOLE = ("site/sitemap.xml", "site/agencies/*-*/*/*", "site/corrections/*/*")
# All that is made beside the reports.
EVERYTHING = ["site/assets/*", "site/data/*/*", "site/agencies/[A-Z0-9]*/*"]


class Around(NamedTuple):
    """The files around the reports of a site, path below site/ -> file: those that reports point
    to, and those that point to reports."""

    site: Site
    pointed_to: dict[str, bytes]
    written: dict[str, bytes]


@dataclass(frozen=True)
class Publication:
    """site: as it is so far. revision: its line in the catalog, but for the cases, which its
    article has. article and data are what it keeps for good. private: what goes into
    runs/<period>/rN/; beside: path -> bytes of other private files below runs/ that change with it;
    old: what an earlier run left in runs/<period>/ and a publication makes old."""

    site: Site
    period: Period
    revision: Revision
    article: Article
    data: DataFiles
    private: Files = field(default_factory=dict)
    beside: Files = field(default_factory=dict)
    old: Iterable[str] = ()
    around: Around | None = None


def publish_revisions(archive: Archive, publications: Sequence[Publication]) -> None:
    """Publish each as the next revision of its period, in this order, all of them or none. What is
    published of one is the same as if it were published by itself; the files that they have in
    common are made once. `site` of the first: as the archive is."""
    site, old = publications[0].site, list[str]()
    folders, pages, beside = dict[str, Files](), dict[str, bytes](), dict[str, bytes]()
    for each in publications:
        site, own_folders, own_pages = files_of(replace(site, context=each.site.context), each)
        folders |= own_folders
        pages |= own_pages
        beside |= {f"runs/{name}": file for name, file in each.beside.items()}
        old += [f"runs/{each.period}/{name}" for name in each.old]
    made = publications[-1].around
    if made is None or made.site is not site:
        made = around(site)
    publish_site(archive, made, folders, pages, beside, old)


def ahead_of(publication: Publication) -> Around:
    """The files around a report whose article is not there yet, and seldom changes them."""
    site = publication.site
    return around(_with_records(site, _with_line(site, publication, ""), publication))


def around(site: Site) -> Around:
    pointed_to = {path: file for files in AGENCY_AND_YEAR_FILES for path, file in files(site)}
    written = {path: file for files in SITE_PAGES for path, file in files(site)}
    return Around(site, pointed_to, written)


def files_of(
    site: Site, publication: Publication
) -> tuple[Site, dict[str, Files], dict[str, bytes]]:
    """-> `site` with this publication, its folders (path below outputs/ -> files), and the pages of
    reports that change with it (path below site/ -> page)."""
    period, article, data = publication.period, publication.article, publication.data
    kept, cases = split_cases(article.html)
    before, site = site, _with_line(site, publication, cases)
    number, report = publication.revision.revision, ReportPages(site, period, (kept, data))
    pages = report.pages([number - 1, number])
    here = f"{period.path}/r{number}"
    files = {f"data/{name}": file for name, file in data.items()}
    public = {"index.html": pages.pop(f"{here}/index.html"), **article.pictures, **files}
    pages |= {f"{period.path}/{name}": file for name, file in files.items()}
    pages |= pages_made_from(site, period)
    folders = {f"runs/{period}/r{number}": publication.private, f"site/{here}": public}
    ahead = publication.around
    if ahead and ahead.site.catalog == site.catalog:
        return ahead.site, folders, pages
    return _with_records(before, site, publication), folders, pages


def _with_line(site: Site, publication: Publication, cases: str) -> Site:
    """With the line of the publication in its catalog."""
    period = publication.period
    earlier = [replace(revision, cases="") for revision in site.catalog.of(period)]
    revisions = [*earlier, replace(publication.revision, cases=cases)]
    return replace(site, catalog=site.catalog.with_revisions(period, revisions))


def _with_records(site: Site, after: Site, publication: Publication) -> Site:
    """`after`, which has the publication's line, with the records that it changes."""
    period, data = publication.period, publication.data
    before = data_files_of(site.folder / period.path)
    disputed = (disputed_agencies(each.catalog, period) for each in (site, after))
    agencies = before.agencies.union(data.agencies, *disputed)
    after = replace(after, linked=agencies.union(site.linked))
    return site_after(after, period, agencies, before, data)


def draft_files(draft: Publication) -> dict[str, bytes]:
    """A page for the analyst, with its pictures, data and assets beside it."""
    article, title = draft.article.html, f"Draft: {draft.period.title}"
    names = {"article": article, "contents": contents_of(article)}
    files = dict([page(draft.site, "draft.html.j2", "index.html", title, names)])
    files |= draft.article.pictures | static_files()
    return files | {f"data/{name}": file for name, file in draft.data.items()}


def withdraw(
    archive: Archive, site: Site, period: Period, number: int | None, reason: str
) -> list[tuple[Period, int]]:
    """Withdraw revision `number` of the period's report, or all of them, those that still show a
    table of it, and those of reports made from it; what was withdrawn.

    `site`: as it is so far; its context has the date that is printed. Raises as `going_with`.
    """
    catalog, day = site.catalog, site.context.day.isoformat()
    revisions, gone = catalog.of(period), going_with(catalog, period, number)
    before = data_files_of(archive.site / period.path)
    agencies = before.agencies | disputed_agencies(catalog, period)
    for each, numbers in gone.items():
        kept = [r.withdrawn(day, reason) if r.revision in numbers else r for r in catalog.of(each)]
        catalog = catalog.with_revisions(each, kept)
    site = replace(site, catalog=catalog)
    folders: dict[str, dict[str, bytes]] = {}
    pages: dict[str, bytes] = {}
    for each, numbers in gone.items():
        report = ReportPages(site, each)
        # The neighbors said why they were superseded, or what changed since.
        pages |= report.pages(n + step for n in numbers for step in (-1, 0, 1))
        for n in sorted(numbers):
            here, data = f"{each.path}/r{n}", report.data(n)
            agencies |= data.agencies if each == period else set()
            files = notice_files(data, day, reason)
            notices = {f"data/{name}": notice for name, notice in files.items()}
            folders[f"site/{here}"] = {"index.html": pages.pop(f"{here}/index.html"), **notices}
            if n == report.last:
                pages |= {f"{each.path}/{name}": notice for name, notice in notices.items()}
    pages |= pages_made_from(site, period)
    # The agencies to which the page of any report leads that is not withdrawn.
    linked = set().union(*(ReportPages(site, each).linked() for each, _ in catalog.everything()))
    site = replace(site, linked=linked)
    after = DataFiles() if revisions[-1].revision in gone[period] else before
    site = site_after(site, period, agencies, before, after)
    publish_site(archive, around(site), folders, pages, {}, [])
    return [(each, number) for each, numbers in gone.items() for number in sorted(numbers)]


def going_with(catalog: Catalog, period: Period, number: int | None) -> dict[Period, set[int]]:
    """What `withdraw` takes down: numbers of revisions, by their period. Raises UsageError where
    there is nothing to withdraw."""
    revisions = catalog.of(period)
    chosen = [r for r in revisions if number in (None, r.revision) and not r.withdrawn_on]
    if not chosen:
        label = f"revision {number} of the {period.label}" if number else f"the {period.label}"
        raise UsageError(f"{label} of {period} is not published, or is withdrawn already")
    gone = {period: _with_tables_of(chosen, revisions)}
    for other, theirs in catalog.everything():
        # What is withdrawn is printed in them, or is what they have beyond the other weeks.
        if made := [r for r in theirs if r.based_on.get(str(period)) in gone[period]]:
            gone[other] = _with_tables_of(made, theirs)
    return gone


def _with_tables_of(chosen: list[Revision], revisions: list[Revision]) -> set[int]:
    """The chosen revisions, and those that still show a table of one, because too little had
    changed for another (measures/disclosure.py): its content stands there too."""
    dates, first = {revision.as_of for revision in chosen}, chosen[0].revision
    later = [r for r in revisions if r.revision > first and not r.withdrawn_on]
    return {r.revision for r in chosen} | {r.revision for r in later if dates & {*r.kept_tables}}


def notice_files(names: Iterable[str], day: str, reason: str) -> dict[str, bytes]:
    """For every data file of a revision a notice under its name."""
    text = f"Withdrawn on {day}; the kind of reason is: {reason}."
    notices = {
        "json": json_file({"withdrawn": text}),
        "csv": f"notice\n{text}\n".encode(),
        "xlsx": notice_workbook(text),
    }
    return {name: notices[name.rpartition(".")[2]] for name in names}


def rebuild(archive: Archive, site: Site) -> int:
    """Everything around what revisions keep, made again from what they keep: for a new style sheet,
    a changed text, policy or publisher, or a version of the program with other pages. No revision
    is made; articles, pictures and data stay as they are, byte for byte. All or nothing, as a
    publication; the number of files that changed or went."""
    linked: set[str] = set()
    weeks: dict[str, list[Line]] = defaultdict(list)
    years: dict[int, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    reports: dict[str, bytes] = {}
    for period, revisions in site.catalog.everything():
        report = ReportPages(site, period)
        reports |= report.pages(range(1, report.last + 1))
        linked |= report.linked()
        # The copy at the period's address too, in case it was lost.
        data = report.data(report.last)
        reports |= {f"{period.path}/data/{name}": file for name, file in data.items()}
        if isinstance(period, Week):
            for agency_id, line in agency_files.agency_lines(period, data).items():
                weeks[agency_id].append(line)
            of_year = years[period.first_day.year]
            for table, lines in week_lines(period, revisions[-1], data).items():
                of_year[table] += lines
    agencies = {each: agency_files.weeks_file(weeks[each]) for each in sorted({*weeks, *linked})}
    index, latest = agency_files.indexed(site, agencies), latest_of(site)
    site = replace(site, index=index, agencies=agencies, linked=linked, years=years, latest=latest)
    return publish_site(archive, around(site), {}, reports, {}, EVERYTHING)


# The files of a site


def site_after(
    site: Site, period: Period, agencies: set[str], before: DataFiles, after: DataFiles
) -> Site:
    """With the records that a new or withdrawn report changes. `site`: with those of its agencies
    to which a report still leads; `agencies`: those that it names, or did; `before` and `after`:
    its current data. Only a week's report has figures on agencies' pages and in files by year."""
    index, weeks = agency_files.records_after(site, period, agencies, before, after)
    years = dict(site.years)
    if isinstance(period, Week):
        of_week = week_lines(period, site.catalog.of(period)[-1], after)
        years[period.first_day.year] = year_lines(site, period, of_week)
    latest = latest_of(site, period, after)
    return replace(site, index=index, agencies=weeks, years=years, latest=latest)


def publish_site(
    archive: Archive, made: Around, folders: Folders, reports: Files, private: Files, old: list[str]
) -> int:
    """All or nothing; the number of files that changed or went. `folders`: as in Archive.publish;
    `reports`: path below site/ -> file, of reports; `private`: path below outputs/ -> file.
    `old`: patterns below outputs/ of what goes unless it is made."""
    site, pointed_to, written = made
    # In this order no page that readers can reach leads to one that is not there yet: new pages of
    # agencies before the reports that name them, those that lead to the report after it.
    new = {path: file for path, file in pointed_to.items() if not (site.folder / path).exists()}
    public = {**static_files(), **new, **reports, **pointed_to, **written}
    if base := site.context.base:
        pages = ["index.html", *(path for path in written if path.endswith("/index.html"))]
        pages += [address_of(p) for p, r in site.catalog.newest_reports() if not r.withdrawn_on]
        pages += [f"agencies/{each}/index.html" for each in site.index]
        addresses = [base + path for path in pages if path != lists.SEARCH]
        public["sitemap.xml"] = fill(site, "sitemap.xml.j2", {"addresses": addresses})
    public[CATALOG] = site.catalog.file()
    pointers = {f"site/{path}": file for path, file in public.items()} | {**private}
    mine = [f"site/agencies/{each}/*" for each in site.agencies]
    mine += [f"site/data/{year}/*" for year in site.years]
    left_over = {
        path
        for pattern in (*MADE_WHOLE, *mine, *old)
        for file in archive.output.glob(pattern)
        if (path := file.relative_to(archive.output).as_posix()) not in pointers
    }
    return archive.publish(folders, pointers, sorted(left_over))


def pages_made_from(site: Site, period: Period) -> dict[str, bytes]:
    """Path below site/ -> page, of the reports made from that of a week: they say which of their
    weeks is another by now."""
    reports = [ReportPages(site, each) for each in site.catalog.made_from(period)]
    return {path: page for each in reports for path, page in each.pages([each.last]).items()}
