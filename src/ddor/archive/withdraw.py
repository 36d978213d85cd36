"""Withdrawal: a notice in place of page and data, at the same addresses, wherever they stood.

The notice has the date and the kind of reason, and nothing of the content. The files under `runs/`
are private and stay, for whoever has to answer for the withdrawal.
"""

from collections.abc import Iterable

from ddor.archive.around import Around
from ddor.archive.catalog import Catalog, Revision
from ddor.archive.chrome import chrome
from ddor.archive.downloads import json_file
from ddor.archive.pages import notice_page
from ddor.archive.publish import Archive
from ddor.archive.revision import (
    data_files_of,
    disputed_agencies,
    named_agencies,
    pages_around,
    touched_agencies,
)
from ddor.archive.workbook import notice_workbook
from ddor.calendar import Week
from ddor.errors import UsageError

REASONS = ("legal", "privacy", "error")


def withdraw(
    archive: Archive, catalog: Catalog, week: Week, number: int | None, reason: str, around: Around
) -> list[int]:
    """Withdraw revision `number` of the week, or all of them, and those that still show a table
    of it; the numbers withdrawn.

    The date printed is that of `around`. Raises UsageError where there is nothing to withdraw.
    """  # fmt: skip
    revisions = catalog.weeks.get(str(week), [])
    chosen = [r for r in revisions if number in (None, r.revision) and not r.withdrawn_on]
    if not chosen:
        named = f"revision {number} of the week" if number else "the week"
        raise UsageError(f"{named} of {week} is not published, or is withdrawn already")
    day = around.day.isoformat()
    numbers = sorted({r.revision for r in chosen} | _with_tables_of(chosen, revisions))
    disputed = disputed_agencies(catalog, week)
    catalog = catalog.with_revisions(
        week, [r.withdrawn(day, reason) if r.revision in numbers else r for r in revisions]
    )
    here = f"site/weeks/{week}"
    folders, pointers = {}, {}
    for revision in numbers:
        kept = data_files_of(archive.output / here / f"r{revision}")
        data = {f"data/{name}": file for name, file in notice_files(kept, day, reason).items()}
        page = notice_page(week, revision, catalog, around, current=False)
        folders[f"{here}/r{revision}"] = {"index.html": page, **data}
    # Their neighbors said why they were superseded, or what changed since.
    neighbors = {n for each in numbers for n in (each - 1, each + 1)} - set(numbers)
    pointers |= pages_around(archive, catalog, week, neighbors, around)
    before = data_files_of(archive.output / here)
    current = revisions[-1].revision
    if current in numbers:
        notices = notice_files(before, day, reason)
        pointers |= {f"{here}/data/{name}": file for name, file in notices.items()}
        pointers[f"{here}/index.html"] = notice_page(week, current, catalog, around, True)
    own = {r.revision: data_files_of(archive.output / here / f"r{r.revision}") for r in revisions}
    agencies = touched_agencies(week, before, *(own[number] for number in numbers)) | disputed
    after = {} if current in numbers else before
    named = named_agencies(archive, catalog)
    made = chrome(archive.site, catalog, week, agencies, named, after, around)
    archive.publish(folders, made.first | pointers | made.last, made.gone)
    return numbers


def _with_tables_of(chosen: list[Revision], revisions: list[Revision]) -> set[int]:
    """The revisions that still show a table of a chosen one, because too little had changed for
    another (disclosure control): its content stands there too."""
    dates = {revision.as_of for revision in chosen}
    first = min(revision.revision for revision in chosen)
    return {r.revision for r in revisions
            if r.revision > first and not r.withdrawn_on and dates & {*r.kept_tables}}  # fmt: skip


def notice_files(names: Iterable[str], day: str, reason: str) -> dict[str, bytes]:
    """For every data file of a revision a notice under its name."""
    text = f"Withdrawn on {day}; the kind of reason is: {reason}."
    notices = {
        "json": lambda: json_file({"withdrawn": text}),
        "csv": lambda: f"notice\n{text}\n".encode(),
        "xlsx": lambda: notice_workbook(text),
    }
    return {name: notices[name.rpartition(".")[2]]() for name in names}
