"""The corrections log and the feed: what became known of a report after it was first published.

Both are made from the catalog alone. An entry's id is made from what it is about, never from when
it was written, so that it never changes.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from ddor.calendar import Period, long_date
from ddor.maintained.corrections.records import FIGURES, GROUNDS, STATUSES
from ddor.published.catalog import CORRECTED, FIRST, REVISED, Catalog, Revision

# Any fixed UUID will do; this one stands for ddor's entries.
ENTRIES = uuid.UUID("6f0d2c0e-9a57-5b1e-8a1c-2470a2470a24")
DISPUTE, WITHDRAWAL = "dispute", "withdrawal"
# Kind -> what the title of an entry says, and its text of a period's noun and the reason.
WORDS = {
    FIRST: ("first published", "The first report of this {noun}."),
    REVISED: ("a revision", "The reason for it: {because}."),
    CORRECTED: ("a correction", "Corrected: {because}."),
    WITHDRAWAL: (
        "withdrawn",
        "This revision was withdrawn. The kind of reason is: {withdrawn_for}.",
    ),
}


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
        found += [_of_revision(period, revision) for revision in revisions]
        found += [_dispute(period, record, revisions, today) for record in revisions[-1].records]
    return sorted(found, key=lambda entry: (entry.date, str(entry.period), entry.id), reverse=True)


def _of_revision(period: Period, revision: Revision) -> Entry:
    own = f"r{revision.revision}"
    about = (own, WITHDRAWAL) if revision.withdrawn_on else (own,)
    kind = WITHDRAWAL if revision.withdrawn_on else revision.kind
    day = revision.withdrawn_on or revision.published_on
    words, text = WORDS[kind]
    text = text.format(
        noun=period.noun, because=revision.because.rstrip("."), withdrawn_for=revision.withdrawn_for
    )
    named = period.named[:1].upper() + period.named[1:]
    title = f"{named}, revision {revision.revision}: {words}"
    page = f"{period.path}/{own}/index.html"
    return Entry(_id(period, *about), kind, day, day, period, title, text, page)


def _dispute(period: Period, record: dict, revisions: list[Revision], today: dt.date) -> Entry:
    received = dt.date.fromisoformat(record["received_on"])
    # A reader of the feed learns of it when a revision shows it, not when a letter came.
    answer = record["name"], record["status"], record["answer"]
    date = next(
        revision.published_on
        for revision in revisions
        for each in revision.records
        if (each["name"], each["status"], each["answer"]) == answer
    )
    notice = f" ({record['notice']})" if record["notice"] else ""
    text = f"Received {long_date(received)}. The agency says: {GROUNDS[record['ground']]}{notice}."
    text += f" {STATUSES[record['status']].capitalize()}"
    waiting = None
    if record["status"] == "open":
        waiting = max((today - received).days, 0)
    else:
        text += f" ({long_date(record['answered_on'])})"
    figure, agency_id = FIGURES[record["figure"]].capitalize(), record["agency_id"]
    return Entry(
        _id(period, record["name"], DISPUTE),
        DISPUTE,
        record["shown_on"],
        date,
        period,
        f"{figure} of agency {agency_id}, {period.named}: disputed",
        f"{text}. {record['answer']}".rstrip(),
        f"{period.path}/index.html#disputes",
        waiting,
        agency_id,
    )


def _id(period: Period, *parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(ENTRIES, '/'.join((str(period), *parts)))}"
