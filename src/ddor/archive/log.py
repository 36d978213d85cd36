"""The corrections log and the feed: what became known of a report after it was first published.

Both are made from the catalog alone; `entries.j2` has their words. An entry's id is made from what
it is about, never from when it was written, so that it never changes.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from ddor.archive.page import address_of
from ddor.calendar import Period
from ddor.published.catalog import Catalog, Revision

# Any fixed UUID will do; this one stands for ddor's entries.
ENTRIES = uuid.UUID("6f0d2c0e-9a57-5b1e-8a1c-2470a2470a24")
DISPUTE, WITHDRAWAL = "dispute", "withdrawal"


@dataclass(frozen=True)
class Entry:
    """kind: first, revision, correction, dispute, withdrawal. date: when it was published as it is,
    first: when it was first. page: path below site/. about: the revision, or the record of the
    dispute. waiting: days that a dispute has been without an answer, None for all else."""

    id: str
    kind: str
    first: str
    date: str
    period: Period
    page: str
    about: Revision | dict
    waiting: int | None = None


def entries(catalog: Catalog, today: dt.date) -> list[Entry]:
    """Every entry of the feed, newest first; `today`: the day from which a dispute's age counts."""
    found = []
    for period, revisions in catalog.everything():
        for revision in revisions:
            page, own = address_of(period, revision.revision), f"r{revision.revision}"
            kind, id, day = revision.kind, _id(period, own), revision.published_on
            if revision.withdrawn_on:
                kind, id, day = WITHDRAWAL, _id(period, own, WITHDRAWAL), revision.withdrawn_on
            found.append(Entry(id, kind, day, day, period, page, revision))
        found += [_dispute(period, record, revisions, today) for record in revisions[-1].records]
    return sorted(found, key=lambda entry: (entry.date, str(entry.period), entry.id), reverse=True)


def _dispute(period: Period, record: dict, revisions: list[Revision], today: dt.date) -> Entry:
    # A reader of the feed learns of it when a revision shows it, not when a letter came.
    answer = record["name"], record["status"], record["answer"]
    date = next(
        revision.published_on
        for revision in revisions
        for each in revision.records
        if (each["name"], each["status"], each["answer"]) == answer
    )
    id, page = _id(period, record["name"], DISPUTE), f"{address_of(period)}#disputes"
    waiting = None
    if record["status"] == "open":
        waiting = max((today - dt.date.fromisoformat(record["received_on"])).days, 0)
    return Entry(id, DISPUTE, record["shown_on"], date, period, page, record, waiting)


def _id(period: Period, *parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(ENTRIES, '/'.join((str(period), *parts)))}"
