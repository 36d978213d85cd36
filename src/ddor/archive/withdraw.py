"""Withdrawal: a notice in place of page and data, at the same addresses, wherever they stood.

The notice has the date and the kind of reason, and nothing of the content. The files under `runs/`
are private and stay, for whoever has to answer for the withdrawal.
"""

from collections.abc import Iterable

from ddor.archive.around import Around
from ddor.archive.chrome import chrome
from ddor.archive.downloads import json_file
from ddor.archive.pages import notice_page
from ddor.archive.publish import Archive
from ddor.archive.revision import (
    agencies_in,
    data_files_of,
    disputed_agencies,
    named_agencies,
    pages_around,
    pages_made_from,
)
from ddor.archive.workbook import notice_workbook
from ddor.calendar import Period
from ddor.errors import UsageError
from ddor.published.catalog import Catalog, Revision

REASONS = ("legal", "privacy", "error")


def withdraw(
    archive: Archive,
    catalog: Catalog,
    period: Period,
    number: int | None,
    reason: str,
    around: Around,
) -> list[tuple[Period, int]]:
    """Withdraw revision `number` of the period's report, or all of them, those that still show a
    table of it, and those of reports made from it; what was withdrawn.

    The date printed is that of `around`. Raises UsageError where there is nothing to withdraw.
    """
    revisions = catalog.of(period)
    chosen = [r for r in revisions if number in (None, r.revision) and not r.withdrawn_on]
    if not chosen:
        named = f"revision {number} of the {period.noun}" if number else f"the {period.noun}"
        raise UsageError(f"{named} of {period} is not published, or is withdrawn already")
    day = around.day.isoformat()
    gone = {period: {r.revision for r in chosen} | _with_tables_of(chosen, revisions)}
    gone |= _made_from(catalog, period, gone[period])
    disputed = disputed_agencies(catalog, period)
    for each, numbers in gone.items():
        kept = [r.withdrawn(day, reason) if r.revision in numbers else r for r in catalog.of(each)]
        catalog = catalog.with_revisions(each, kept)
    folders: dict[str, dict[str, bytes]] = {}
    pointers: dict[str, bytes] = {}
    for each, numbers in gone.items():
        own_folders, own_pointers = _notices(archive, catalog, each, numbers, around)
        folders |= own_folders
        pointers |= own_pointers
    pointers |= pages_made_from(archive, catalog, period, around)
    here = archive.site / period.path
    before = data_files_of(here)
    own = [data_files_of(here / f"r{each}") for each in sorted(gone[period])]
    agencies = agencies_in(before, *own) | disputed
    after = {} if revisions[-1].revision in gone[period] else before
    remaining = named_agencies(archive, catalog)
    made = chrome(archive.site, catalog, period, agencies, remaining, after, around)
    archive.publish(folders, made.first | pointers | made.last, made.gone)
    return [(each, number) for each, numbers in gone.items() for number in sorted(numbers)]


def _notices(
    archive: Archive, catalog: Catalog, period: Period, numbers: set[int], around: Around
) -> tuple[dict[str, dict[str, bytes]], dict[str, bytes]]:
    """What stands in place of these revisions of a period, as folders and pointers of
    Archive.publish. `catalog`: with them withdrawn."""
    here = f"site/{period.path}"
    revisions = catalog.of(period)
    folders = {}
    for number in sorted(numbers):
        this = revisions[number - 1]
        kept = data_files_of(archive.output / here / f"r{number}")
        notices = notice_files(kept, this.withdrawn_on, this.withdrawn_for)
        page = notice_page(period, number, catalog, around, current=False)
        data = {f"data/{name}": file for name, file in notices.items()}
        folders[f"{here}/r{number}"] = {"index.html": page, **data}
    # Their neighbors said why they were superseded, or what changed since.
    neighbors = {n for each in numbers for n in (each - 1, each + 1)} - set(numbers)
    pointers = pages_around(archive, catalog, period, neighbors, around)
    current = revisions[-1]
    if current.revision in numbers:
        before = data_files_of(archive.output / here)
        notices = notice_files(before, current.withdrawn_on, current.withdrawn_for)
        pointers |= {f"{here}/data/{name}": file for name, file in notices.items()}
        pointers[f"{here}/index.html"] = notice_page(
            period, current.revision, catalog, around, True
        )
    return folders, pointers


def _made_from(catalog: Catalog, period: Period, numbers: set[int]) -> dict[Period, set[int]]:
    """The revisions of other reports that were made from these: what is withdrawn is printed in
    them, or is what they have beyond the other weeks."""
    found = {}
    for other, revisions in catalog.everything():
        chosen = [
            r for r in revisions if not r.withdrawn_on and r.based_on.get(str(period)) in numbers
        ]
        if chosen:
            found[other] = {r.revision for r in chosen} | _with_tables_of(chosen, revisions)
    return found


def _with_tables_of(chosen: list[Revision], revisions: list[Revision]) -> set[int]:
    """The revisions that still show a table of a chosen one, because too little had changed for
    another (measures/disclosure.py): its content stands there too."""
    dates = {revision.as_of for revision in chosen}
    first = min(revision.revision for revision in chosen)
    return {
        r.revision
        for r in revisions
        if r.revision > first and not r.withdrawn_on and dates & {*r.kept_tables}
    }


def notice_files(names: Iterable[str], day: str, reason: str) -> dict[str, bytes]:
    """For every data file of a revision a notice under its name."""
    text = f"Withdrawn on {day}; the kind of reason is: {reason}."
    notices = {
        "json": lambda: json_file({"withdrawn": text}),
        "csv": lambda: f"notice\n{text}\n".encode(),
        "xlsx": lambda: notice_workbook(text),
    }
    return {name: notices[name.rpartition(".")[2]]() for name in names}
