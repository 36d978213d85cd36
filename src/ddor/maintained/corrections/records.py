"""Disputes of published figures, and corrections of rows: `params/corrections/*.yaml`.

One file for each, read as text; its name, without the ending, names it in errors and on pages.

    week: 2017-02-18            # any date in the week
    agency_id: TX2270000
    figure: declined            # the figure in dispute, one of FIGURES
    ground: moved               # why, one of GROUNDS
    received_on: 2017-04-01     # not before the week
    status: open                # one of STATUSES
    answered_on: 2017-04-10     # with every status but open
    answer: The person was released by another jail; the row is corrected.     # likewise
    notice: by fax on 2017-02-14 at 09:30     # only and always with ground notice_given
    action:                     # optional: a correction of rows
      rows: [F3-12, F3-13]      # labels of the private ledger, never a request_id
      expect: {outcome: declined, releasing_agency_id: ""}
      set: {releasing_agency_id: TX2460000}

`expect` is what each row holds as it was received; where it no longer does, the correction is
stale and nothing is published: a correction must not outlive the fault that it mends. A value is
judged as the door of the extract judges that column. All problems of all files come in one error.

Left out on purpose: no row can be dropped. A correction changes fields, and the checks judge the
row again, so that it stays in the reconciliation. One cell has one correction, since a second would
make the order of files matter. No person is named: text that looks like it is refused, unshown.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from ddor.calendar import Week
from ddor.reference.figures import DISPUTABLE as FIGURES

GROUNDS = {
    "not_our_jail": "not our jail",
    "never_here": "the person was never here",
    "moved": "the person was moved to another jail",
    "still_here": "the person is still here",
    "ice_took_custody": "ICE took custody",
    "notice_given": "notice was given",
    "held_in_full": "held in full",
    "ice_did_not_come": "ICE did not come",
    "law_forbade": "the law forbade it",
}
STATUSES = {
    "open": "not yet answered",
    "upheld": "answered: the figure was wrong",
    "partly_upheld": "answered: the figure was partly wrong",
    "not_upheld": "answered: the figure stands",
    "taken_back": "taken back by the agency",
}


UPHELD = ("upheld", "partly_upheld")


@dataclass(frozen=True)
class Action:
    """rows: labels of the private ledger; expect, set: column -> value as text, "" for empty."""

    rows: tuple[str, ...]
    expect: dict[str, str]
    set: dict[str, str]


@dataclass(frozen=True)
class Record:
    """One dispute or correction. An open one has no answered_on and an empty answer; notice is
    empty but for the ground notice_given. Text is on one line."""

    name: str
    week: Week
    agency_id: str
    figure: str
    ground: str
    received_on: dt.date
    status: str
    answered_on: dt.date | None
    answer: str
    notice: str
    action: Action | None


def to_plain(records: Iterable[Record]) -> list[dict]:
    """The records as JSON can hold them: dates in ISO form, the week as its first day."""
    return [
        asdict(record)
        | {
            "week": str(record.week),
            "received_on": record.received_on.isoformat(),
            "answered_on": record.answered_on and record.answered_on.isoformat(),
            "action": record.action and asdict(record.action) | {"rows": list(record.action.rows)},
        }
        for record in records
    ]


def from_plain(plain: list[dict]) -> tuple[Record, ...]:
    """What to_plain was given, also after a round trip through JSON; judged no second time."""
    return tuple(
        Record(
            **each
            | {
                "week": Week.parse(each["week"]),
                "received_on": dt.date.fromisoformat(each["received_on"]),
                "answered_on": each["answered_on"] and dt.date.fromisoformat(each["answered_on"]),
                "action": each["action"]
                and Action(**each["action"] | {"rows": tuple(each["action"]["rows"])}),
            }
        )
        for each in plain
    )


def canonical(records: Iterable[Record]) -> str:
    """JSON text to hash: the same for the same records, in whatever order files, keys and rows
    were written."""
    plain = sorted(to_plain(records), key=lambda each: each["name"])
    for action in [each["action"] for each in plain if each["action"]]:
        action["rows"].sort()
    return json.dumps(plain, sort_keys=True)


def flags_for(records: Iterable[Record], columns: Iterable[str]) -> dict[str, str]:
    """agency_id -> what a reader of its line has to know: the disputes of figures in `columns`."""
    flags: dict[str, list[str]] = {}
    for record in sorted(records, key=lambda record: record.name):
        if record.figure in columns:
            flags.setdefault(record.agency_id, []).append(
                f"disputed: {FIGURES[record.figure]}, received {record.received_on}, "
                f"{STATUSES[record.status]}"
            )
    return {agency_id: "; ".join(texts) for agency_id, texts in flags.items()}


def flagged(table: pd.DataFrame, flags: Mapping[str, str]) -> pd.DataFrame:
    """`table`, which has agency_id, with a last column `flags`: text, "" where there is none."""
    told = [flags.get(agency_id, "") for agency_id in table["agency_id"]]
    return table.assign(flags=pd.Series(told, table.index, dtype="str"))
