"""All that lists what is published, around the pages of the weeks: agencies, years, lists, search.

A publication remakes what its week touches (`chrome`); `ddor rebuild` remakes all of it
(rebuild.py). Both give the same bytes for the same archive.
"""

from collections.abc import Iterable
from pathlib import Path

from ddor.archive.agency_index import (
    index_file,
    index_line,
    plain_name,
    read_index,
    sort_key,
)
from ddor.archive.agency_pages import (
    agency_lines,
    agency_page,
    records_by_agency,
    weeks_file,
    weeks_of,
    with_line,
)
from ddor.archive.around import Around
from ddor.archive.catalog import CATALOG, Catalog
from ddor.archive.lists import (
    SITEMAP,
    agency_lists,
    archive_pages,
    data_page,
    home_page,
    log_pages,
    sitemap,
)
from ddor.archive.page import address_of, static_files
from ddor.archive.search import search_files
from ddor.archive.text_pages import latest_of, text_pages
from ddor.archive.years import tables_of, year_files
from ddor.calendar import Week

# Folders with a page for each group or year; one whose group is empty goes.
GROUPS = ("agencies/by-state", "agencies/a-z", "corrections")


def chrome(
    site: Path,
    catalog: Catalog,
    week: Week,
    agencies: Iterable[str],
    kept: Iterable[str],
    data: dict[str, bytes],
    around: Around,
) -> tuple[dict[str, bytes], list[str]]:
    """-> path below outputs/ -> file, agency pages first, the catalog last; and the paths that go.

    `agencies`: those that the week names, or did; `kept`: those of them whose page stays although
    no published week has a figure of them. `data`: the week's data now, none if it is withdrawn.
    """
    lines = agency_lines(week, data)
    weeks = {each: with_line(site, each, week, lines.get(each)) for each in sorted(agencies)}
    index, gone = _listed(read_index(site), weeks, catalog, set(kept))
    files = static_files()
    files |= agency_files(site, index, {a: own for a, own in weeks.items() if a not in gone},
                          catalog, around)  # fmt: skip
    of_year = year_files(site, catalog, week, data)
    files |= of_year
    year = week.first_day.year
    latest = latest_of(site, catalog, week, data)
    known = {file.relative_to(site).as_posix() for file in site.glob("data/*/*.csv")}
    tables = tables_of([path for path in known if f"data/{year}/" not in path] + [*of_year])
    files |= list_files(index, catalog, around, latest, tables, [year])
    removed = [f"agencies/{each}" for each in gone]
    removed += left_over(site, files)
    removed += [f"data/{year}/{file.name}" for file in site.glob(f"data/{year}/*")
                if f"data/{year}/{file.name}" not in of_year]  # fmt: skip
    return ({f"site/{path}": file for path, file in files.items()},
            [f"site/{path}" for path in removed])  # fmt: skip


def _listed(
    index: dict[str, dict], weeks: dict[str, list[dict]], catalog: Catalog, kept: set[str]
) -> tuple[dict[str, dict], list[str]]:
    """The index with these agencies' lines as they are now, and those whose page goes: one that
    nothing names any more would be told by the address of its page."""
    records, gone = records_by_agency(catalog), []
    for agency_id, own in weeks.items():
        if own or agency_id in records:
            index[agency_id] = index_line(agency_id, own)
            continue
        index.pop(agency_id, None)
        if agency_id not in kept:
            gone.append(agency_id)
    return dict(sorted(index.items())), gone


def agency_files(
    site: Path, index: dict[str, dict], weeks: dict[str, list[dict]], catalog: Catalog,
    around: Around,
) -> dict[str, bytes]:
    """Path below site/ -> file, of these agencies (agency_id -> lines, newest first), and of those
    with one of their names, whose pages point to them."""
    names: dict[str, list[dict]] = {}
    for line in sorted(index.values(), key=sort_key):
        names.setdefault(plain_name(line), []).append(line)
    listed = [index[each] for each in weeks if each in index]
    named_alike = {line["agency_id"] for own in listed for line in names[plain_name(own)]}
    before = [line for line in read_index(site).values() if line["agency_id"] in weeks]
    named_alike |= {line["agency_id"] for own in before for line in names.get(plain_name(own), ())}
    weeks = weeks | {each: weeks_of(site, each) for each in named_alike - weeks.keys()}
    records = records_by_agency(catalog)
    files = {}
    for agency_id, own in sorted(weeks.items()):
        line = index.get(agency_id) or index_line(agency_id, own)
        others = [each for each in names.get(plain_name(line), ()) if each is not line]
        files[f"agencies/{agency_id}/weeks.csv"] = weeks_file(own)
        files[f"agencies/{agency_id}/index.html"] = agency_page(
            line, own, others, records.get(agency_id, []), catalog, around
        )
    return files


def list_files(
    index: dict[str, dict], catalog: Catalog, around: Around, latest: dict | None,
    tables: dict[int, list[str]], years: Iterable[int] | None,
) -> dict[str, bytes]:
    """Path below site/ -> file, of all lists; `tables`: those that have files, by year. Of the
    archive's pages by year those of `years`, or all."""
    lists = agency_lists(index, catalog, around)
    archive = archive_pages(catalog, around, years)
    logs = log_pages(catalog, around)
    texts = text_pages(catalog, around, latest)
    data = data_page(catalog, around, tables)
    pages = ["index.html", *texts, *archive, *lists, *data, *(p for p in logs if p != "feed.xml")]
    all_years = {f"archive/{int(day[:4])}/index.html" for day in catalog.weeks}
    weeks = [address_of(week) for week, r in catalog.newest_first() if not r.withdrawn_on]
    agencies = [f"agencies/{each}/index.html" for each in index]
    addresses = [*dict.fromkeys([*pages, *sorted(all_years)]), *weeks, *agencies]
    return {
        "data/agencies.csv": index_file(index),
        **lists,
        **texts,
        **data,
        **search_files(index, catalog, around, latest),
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
