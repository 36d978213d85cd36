"""Words that the weekly report uses for classes and disputes."""

from markupsafe import Markup

from ddor.calendar import long_date
from ddor.maintained.corrections.records import FIGURES, GROUNDS, STATUSES, Record
from ddor.measures.status import DECLINED_CLASSES

CLASS_HEADS = {
    name: FIGURES[name].removeprefix("declined: ").capitalize() for name in DECLINED_CLASSES
}
CLASS_WORDS = {
    "held_back": "Held back by a check",
    "declined": "Recorded this week as declined",
    "honored": "Recorded this week as honored",
    "withdrawn": "Recorded this week as withdrawn by ICE",
    "superseded": "Recorded this week as superseded by another request",
    "left_custody": "Recorded this week as having left custody",
    "issued_pending": "Issued this week, outcome pending",
    "issued_outcome_another_week": "Issued this week, outcome recorded in another week",
    "outside_week": "Outside the week",
}
CLASS_WORDS_ISSUED = {
    name: words.replace("Recorded this week as", "Issued this week, and since")
    for name, words in CLASS_WORDS.items()
}


def dispute_words(record: Record) -> Markup:
    """One record in words. Everything in it was written by an analyst, and is escaped."""
    agency = Markup('<span data-agency="{0}">{0}</span>').format(record.agency_id)
    notice = f" ({record.notice})" if record.notice else ""
    answered = f" ({long_date(record.answered_on)})" if record.answered_on else ""
    rows = len(record.action.rows) if record.action else 0
    corrected = f" {rows} {'request' if rows == 1 else 'requests'} corrected." if rows else ""
    return Markup("Agency {}, {}: received {}. The agency says: {}{}. {}{}.{} {}").format(
        agency,
        FIGURES[record.figure],
        long_date(record.received_on),
        GROUNDS[record.ground],
        notice,
        STATUSES[record.status].capitalize(),
        answered,
        corrected,
        record.answer,
    )
