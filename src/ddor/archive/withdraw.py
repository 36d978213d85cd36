"""Withdrawal: a notice in place of page and data, at the same addresses, wherever they stood.

The notice has the date and the kind of reason, and nothing of the content. The files under `runs/`
are private and stay, for whoever has to answer for the withdrawal.
"""

import json
from collections.abc import Iterable

from ddor.archive.catalog import Catalog
from ddor.archive.pages import Publisher, notice_page
from ddor.archive.publish import Archive
from ddor.archive.revision import chrome, data_files_of, pages_around, touched_agencies
from ddor.calendar import Week
from ddor.errors import UsageError

REASONS = ("legal", "privacy", "error")


def withdraw(
    archive: Archive, catalog: Catalog, week: Week, number: int | None, reason: str, day: str,
    publisher: Publisher,
) -> list[int]:
    """Withdraw revision `number` of the week, or all of them; the numbers withdrawn.

    `day`: the date printed. Raises UsageError where there is nothing to withdraw.
    """  # fmt: skip
    revisions = catalog.weeks.get(str(week), [])
    chosen = [r for r in revisions if number in (None, r.revision) and not r.withdrawn_on]
    if not chosen:
        named = f"revision {number} of the week" if number else "the week"
        raise UsageError(f"{named} of {week} is not published, or is withdrawn already")
    numbers = [revision.revision for revision in chosen]
    catalog = catalog.with_revisions(
        week, [r.withdrawn(day, reason) if r.revision in numbers else r for r in revisions]
    )
    here = f"site/weeks/{week}"
    folders, pointers = {}, {}
    for revision in numbers:
        data = _notices(data_files_of(archive.output / here / f"r{revision}"), day, reason)
        page = notice_page(week, revision, catalog, publisher, current=False)
        folders[f"{here}/r{revision}"] = {"index.html": page, **data}
    # Their neighbors said why they were superseded, or what changed since.
    around = {n for each in numbers for n in (each - 1, each + 1)} - set(numbers)
    pointers |= pages_around(archive, catalog, week, around, publisher)
    before = data_files_of(archive.output / here)
    current = revisions[-1].revision
    if current in numbers:
        notices = _notices(before, day, reason)
        pointers |= {f"{here}/{name}": file for name, file in notices.items()}
        pointers[f"{here}/index.html"] = notice_page(week, current, catalog, publisher, True)
    agencies = touched_agencies(week, before)
    after = {} if current in numbers else before
    pointers |= chrome(archive, catalog, week, agencies, after, publisher, day)
    archive.publish(folders, pointers)
    return numbers


def _notices(names: Iterable[str], day: str, reason: str) -> dict[str, bytes]:
    """For every data file of a revision a notice under its name."""
    text = f"Withdrawn on {day}; the kind of reason is: {reason}."
    return {
        f"data/{name}": (json.dumps({"withdrawn": text}) + "\n").encode()
        if name.endswith(".json") else f"notice\n{text}\n".encode()
        for name in names
    }  # fmt: skip
