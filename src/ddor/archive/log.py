"""The corrections log and the feed: what became known of a report after it was first published.

Both are made from the catalog alone. An entry's id is made from what it is about, never from when
it was written, so that it never changes.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from ddor.calendar import Period, long_date
from ddor.maintained.corrections import FIGURES, GROUNDS, STATUSES
from ddor.published.catalog import CORRECTED, FIRST, REVISED, Catalog, Revision

# Any fixed UUID will do; this one stands for ddor's entries.
ENTRIES = uuid.UUID("6f0d2c0e-9a57-5b1e-8a1c-2470a2470a24")
FEED_LENGTH = 50
DISPUTE, WITHDRAWAL = "dispute", "withdrawal"


@dataclass(frozen=True)
class Entry:
    """kind: first, revision, correction, dispute, withdrawal. date: when it was published as it is,
    first: when it was first. page: path below site/. waiting: days that a dispute has been without
    an answer, None for all else."""

    id: str
    kind: str
    first: str
    date: str
    period: Period
    title: str
    text: str
    page: str
    waiting: int | None = None
    agency_id: str = ""


def entries(catalog: Catalog, today: dt.date) -> list[Entry]:
    """Every entry of the feed, newest first; `today`: the day from which a dispute's age counts."""
    found = []
    for period, revisions in catalog.everything():
        for revision in revisions:
            found += _of_revision(period, revision)
        found += [_dispute(period, record, revisions, today) for record in revisions[-1].records]
    return sorted(found, key=lambda entry: (entry.date, str(entry.period), entry.id), reverse=True)


def _of_revision(period: Period, revision: Revision) -> list[Entry]:
    number = revision.revision
    page = f"{period.path}/r{number}/index.html"
    name = f"{period.named[:1].upper()}{period.named[1:]}, revision {number}"
    if revision.withdrawn_on:
        text = f"This revision was withdrawn. The kind of reason is: {revision.withdrawn_for}."
        day = revision.withdrawn_on
        return [
            Entry(
                _id(period, f"r{number}", WITHDRAWAL),
                WITHDRAWAL,
                day,
                day,
                period,
                f"{name}: withdrawn",
                text,
                page,
            )
        ]
    words = {FIRST: "first published", REVISED: "a revision", CORRECTED: "a correction"}
    text = {
        FIRST: f"The first report of this {period.noun}.",
        REVISED: f"The reason for it: {revision.because.rstrip('.')}.",
        CORRECTED: f"Corrected: {revision.because.rstrip('.')}.",
    }[revision.kind]
    day = revision.published_on
    return [
        Entry(
            _id(period, f"r{number}"),
            revision.kind,
            day,
            day,
            period,
            f"{name}: {words[revision.kind]}",
            text,
            page,
        )
    ]


def _dispute(period: Period, record: dict, revisions: list[Revision], today: dt.date) -> Entry:
    answered = record["status"] != "open"
    received = dt.date.fromisoformat(record["received_on"])
    # A reader of the feed learns of it when a revision shows it, not when a letter came.
    shown = [
        (revision.published_on, each)
        for revision in revisions
        for each in revision.records
        if each["name"] == record["name"]
    ]
    answer = record["status"], record["answer"]
    told = [day for day, each in shown if (each["status"], each["answer"]) == answer]
    said = f"Received {long_date(received)}. The agency says: {GROUNDS[record['ground']]}"
    text = f"{said} ({record['notice']})." if record["notice"] else f"{said}."
    text += f" {STATUSES[record['status']].capitalize()}"
    if answered:
        text += f" ({long_date(record['answered_on'])})"
    text += f". {record['answer']}".rstrip()
    return Entry(
        id=_id(period, record["name"], DISPUTE),
        kind=DISPUTE,
        first=record["shown_on"],
        date=told[0],
        period=period,
        title=f"{FIGURES[record['figure']].capitalize()} of agency {record['agency_id']}, "
        f"{period.named}: disputed",
        text=text,
        page=f"{period.path}/index.html#disputes",
        waiting=None if answered else max((today - received).days, 0),
        agency_id=record["agency_id"],
    )


def _id(period: Period, *parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(ENTRIES, '/'.join((str(period), *parts)))}"
