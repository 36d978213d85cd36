"""Withdrawal: a notice in place of page and data, at the same addresses, wherever they stood.

The notice has the date and the kind of reason, and nothing of the content. The files under `runs/`
are private and stay, for whoever has to answer for the withdrawal.
"""

import json
from collections.abc import Iterable

from ddor.archive.agency_pages import lists_anything, records_of
from ddor.archive.catalog import Catalog, Revision
from ddor.archive.pages import Publisher, notice_page
from ddor.archive.publish import Archive
from ddor.archive.revision import (
    chrome,
    data_files_of,
    disputed_agencies,
    pages_around,
    touched_agencies,
)
from ddor.calendar import Week
from ddor.errors import UsageError

REASONS = ("legal", "privacy", "error")


def withdraw(
    archive: Archive, catalog: Catalog, week: Week, number: int | None, reason: str, day: str,
    publisher: Publisher,
) -> list[int]:
    """Withdraw revision `number` of the week, or all of them, and those that still show a table
    of it; the numbers withdrawn.

    `day`: the date printed. Raises UsageError where there is nothing to withdraw.
    """  # fmt: skip
    revisions = catalog.weeks.get(str(week), [])
    chosen = [r for r in revisions if number in (None, r.revision) and not r.withdrawn_on]
    if not chosen:
        named = f"revision {number} of the week" if number else "the week"
        raise UsageError(f"{named} of {week} is not published, or is withdrawn already")
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
        page = notice_page(week, revision, catalog, publisher, current=False)
        folders[f"{here}/r{revision}"] = {"index.html": page, **data}
    # Their neighbors said why they were superseded, or what changed since.
    around = {n for each in numbers for n in (each - 1, each + 1)} - set(numbers)
    pointers |= pages_around(archive, catalog, week, around, publisher)
    before = data_files_of(archive.output / here)
    current = revisions[-1].revision
    if current in numbers:
        notices = notice_files(before, day, reason)
        pointers |= {f"{here}/data/{name}": file for name, file in notices.items()}
        pointers[f"{here}/index.html"] = notice_page(week, current, catalog, publisher, True)
    own = {r.revision: data_files_of(archive.output / here / f"r{r.revision}") for r in revisions}
    agencies = touched_agencies(week, before, *(own[number] for number in numbers)) | disputed
    left = [r.revision for r in catalog.weeks[str(week)] if not r.withdrawn_on]
    named = touched_agencies(week, *(own[number] for number in left))
    after = {} if current in numbers else before
    pointers |= chrome(archive, catalog, week, agencies, after, publisher, day)
    # An agency that nothing names any more would be told by the address of its page.
    gone = {f"site/agencies/{each}" for each in agencies - named
            if not lists_anything(pointers[f"site/agencies/{each}/weeks.csv"])
            and not records_of(each, catalog)}  # fmt: skip
    pointers = {path: file for path, file in pointers.items() if path.rsplit("/", 1)[0] not in gone}
    archive.publish(folders, pointers, sorted(gone))
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
    return {
        name: (json.dumps({"withdrawn": text}) + "\n").encode()
        if name.endswith(".json") else f"notice\n{text}\n".encode()
        for name in names
    }  # fmt: skip
