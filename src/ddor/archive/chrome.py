"""All that lists what is published, around the pages of the weeks: agencies, years, lists, search.

A publication remakes what its week touches (`chrome`); `ddor rebuild` remakes all of it
(rebuild.py). Both give the same bytes for the same archive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ddor.archive.agency_index import (
    INDEX,
    INDEX_COLUMNS,
    index_line,
    plain_name,
    read_index,
    sort_key,
)
from ddor.archive.agency_pages import (
    COLUMNS,
    agency_lines,
    agency_page,
    records_by_agency,
    weeks_of,
    with_line,
)
from ddor.archive.around import Around
from ddor.archive.latest import latest_of
from ddor.archive.lists import (
    SITEMAP,
    agency_lists,
    archive_pages,
    data_page,
    home_page,
    log_pages,
    sitemap,
)
from ddor.archive.methods import methods_page
from ddor.archive.page import address_of, static_files
from ddor.archive.search import search_files
from ddor.archive.text_pages import text_pages, written_pages
from ddor.archive.years import tables_of, year_files
from ddor.calendar import Period, Week
from ddor.extract.csv_files import csv_file
from ddor.published.catalog import CATALOG, Catalog
from ddor.published.history import is_withdrawn

# Folders with a page for each group or year; one whose group is empty goes.
GROUPS = ("agencies/by-state", "agencies/a-z", "corrections")


@dataclass(frozen=True)
class Chrome:
    """Path below outputs/ -> file. first: what pages of weeks point to (style, agencies, files of
    the year); last: the lists that point to them, the catalog last of all. gone: paths that go."""

    first: dict[str, bytes]
    last: dict[str, bytes]
    gone: list[str]


def chrome(
    site: Path,
    catalog: Catalog,
    period: Period,
    agencies: Iterable[str],
    kept: Iterable[str],
    data: dict[str, bytes],
    around: Around,
) -> Chrome:
    """`agencies`: those that the report names, or did; `kept`: those of them whose page stays
    although no published week has a figure of them. `data`: its data now, none if it is withdrawn.
    Only a week's report has figures on agencies' pages and in files by year."""
    if isinstance(period, Week):
        return _around_week(site, catalog, period, agencies, kept, data, around)
    return _around_other(site, catalog, agencies, kept, around)


def _around_other(
    site: Path, catalog: Catalog, agencies: Iterable[str], kept: Iterable[str], around: Around
) -> Chrome:
    """An agency that no week names has a page as long as such a report leads to it."""
    index = read_index(site)
    unnamed = {*agencies} - index.keys()
    new: dict[str, list] = {
        each: []
        for each in sorted(unnamed & {*kept})
        if not (site / "agencies" / each / "index.html").exists()
    }
    first = static_files() | agency_files(site, index, new, set(), catalog, around)
    tables = tables_of(file.relative_to(site).as_posix() for file in site.glob("data/*/*.csv"))
    last = list_files(index, catalog, around, latest_of(site, catalog, None, {}), tables)
    gone = [f"agencies/{each}" for each in sorted(unnamed - {*kept})] + left_over(site, last)
    return Chrome(below_site(first), below_site(last), [f"site/{path}" for path in gone])


def _around_week(
    site: Path,
    catalog: Catalog,
    week: Week,
    agencies: Iterable[str],
    kept: Iterable[str],
    data: dict[str, bytes],
    around: Around,
) -> Chrome:
    lines = agency_lines(week, data)
    weeks = {each: with_line(site, each, week, lines.get(each)) for each in sorted(agencies)}
    before = read_index(site)
    index, gone = _listed(before, weeks, catalog, set(kept), around)
    # A page points to those with the agency's name: to what they were called before, too.
    names = {plain_name(each[a]) for each in (before, index) for a in weeks if a in each}
    standing = {a: own for a, own in weeks.items() if a not in gone}
    standing |= {a: weeks_of(site, a) for a in _spanning(site, catalog, week, index) - {*weeks}}
    of_year = year_files(site, catalog, week, data)
    first = static_files() | agency_files(site, index, standing, names, catalog, around) | of_year
    year = week.first_day.year
    known = {file.relative_to(site).as_posix() for file in site.glob("data/*/*.csv")}
    tables = tables_of([path for path in known if f"data/{year}/" not in path] + [*of_year])
    last = list_files(index, catalog, around, latest_of(site, catalog, week, data), tables)
    removed = [f"agencies/{each}" for each in gone] + left_over(site, last)
    removed += [
        f"data/{year}/{file.name}"
        for file in site.glob(f"data/{year}/*")
        if f"data/{year}/{file.name}" not in of_year
    ]
    return Chrome(below_site(first), below_site(last), [f"site/{path}" for path in removed])


def below_site(files: dict[str, bytes]) -> dict[str, bytes]:
    """Path below site/ -> file, as path below outputs/ -> file."""
    return {f"site/{path}": file for path, file in files.items()}


def _listed(
    before: dict[str, dict],
    weeks: dict[str, list[dict]],
    catalog: Catalog,
    kept: set[str],
    around: Around,
) -> tuple[dict[str, dict], list[str]]:
    """The index with these agencies' lines as they are now, and those whose page goes: one that
    nothing names any more would be told by the address of its page."""
    records, gone, index = records_by_agency(catalog), [], dict(before)
    for agency_id, own in weeks.items():
        if own or agency_id in records:
            index[agency_id] = index_line(agency_id, own, around.agencies)
            continue
        index.pop(agency_id, None)
        if agency_id not in kept:
            gone.append(agency_id)
    return dict(sorted(index.items())), gone


def _spanning(site: Path, catalog: Catalog, week: Week, index: dict[str, dict]) -> set[str]:
    """The agencies whose trend has the week as a gap and now has not, or the other way round: its
    report comes late, or is withdrawn."""
    summary = site / "weeks" / str(week) / "data" / "summary.json"
    stood = summary.exists() and not is_withdrawn(summary)
    if stood == (not catalog.weeks[str(week)][-1].withdrawn_on):
        return set()
    return {
        agency_id
        for agency_id, line in index.items()
        if line["first_week"] < str(week) < line["last_week"]
    }


def agency_files(
    site: Path,
    index: dict[str, dict],
    weeks: dict[str, list[dict]],
    names: set[str],
    catalog: Catalog,
    around: Around,
) -> dict[str, bytes]:
    """Path below site/ -> file, of these agencies (agency_id -> lines, newest first), and of all
    with one of these names, whose pages point to them."""
    by_name: dict[str, list[dict]] = {}
    for line in sorted(index.values(), key=sort_key):
        by_name.setdefault(plain_name(line), []).append(line)
    alike = {line["agency_id"] for name in names for line in by_name.get(name, ())}
    weeks = weeks | {each: weeks_of(site, each) for each in alike - weeks.keys()}
    records = records_by_agency(catalog)
    files = {}
    for agency_id, own in sorted(weeks.items()):
        line = index.get(agency_id) or index_line(agency_id, own, around.agencies)
        others = [each for each in by_name.get(plain_name(line), ()) if each is not line]
        files[f"agencies/{agency_id}/weeks.csv"] = csv_file(COLUMNS, own)
        files[f"agencies/{agency_id}/index.html"] = agency_page(
            line, own, others, records.get(agency_id, []), catalog, around
        )
    return files


def list_files(
    index: dict[str, dict],
    catalog: Catalog,
    around: Around,
    latest: dict | None,
    tables: dict[int, list[str]],
) -> dict[str, bytes]:
    """Path below site/ -> file, of all lists; `tables`: those that have files, by year."""
    lists = agency_lists(index, catalog, around)
    archive = archive_pages(catalog, around)
    logs = log_pages(catalog, around)
    written = written_pages(catalog, around, latest)
    texts = text_pages(written, catalog, around, latest)
    data = data_page(catalog, around, tables)
    methods = methods_page(catalog, around)
    pages = [
        "index.html",
        *texts,
        *methods,
        *archive,
        *lists,
        *data,
        *(p for p in logs if p != "feed.xml"),
    ]
    reports = [address_of(period) for period, r in catalog.newest_reports() if not r.withdrawn_on]
    agencies = [f"agencies/{each}/index.html" for each in index]
    addresses = [*pages, *reports, *agencies]
    return {
        INDEX: csv_file(INDEX_COLUMNS, [index[each] for each in sorted(index)]),
        **lists,
        **texts,
        **data,
        **methods,
        **search_files(index, written, catalog, around),
        **archive,
        **logs,
        **sitemap(addresses, around),
        "index.html": home_page(catalog, around, latest),
        CATALOG: catalog.file(),
    }


def left_over(site: Path, files: dict[str, bytes]) -> list[str]:
    """The folders of groups that have no page any more, and a sitemap of a site whose address is
    not given any more."""
    sitemap = [SITEMAP] if (site / SITEMAP).exists() and SITEMAP not in files else []
    return sitemap + [
        f"{group}/{folder.name}"
        for group in GROUPS
        for folder in sorted((site / group).glob("*/"))
        if f"{group}/{folder.name}/index.html" not in files
    ]
