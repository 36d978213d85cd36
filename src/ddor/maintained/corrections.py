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
judged as the extract's own validation judges that column. All problems of all files come in one
error. corrected.py applies the actions to an extract.

Left out on purpose: no row can be dropped. A correction changes fields, and the checks judge the
row again, so that it stays in the reconciliation. One cell has one correction, since a second would
make the order of files matter. No person is named: text that looks like it is refused, unshown.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import yaml
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, TypeAdapter, ValidationInfo
from pydantic.dataclasses import dataclass

from ddor.calendar import Week
from ddor.errors import NeedsCorrection, Problem
from ddor.extract import key_files
from ddor.extract.identifiers import identifier
from ddor.extract.key_files import Finding, one_of, unknown_key
from ddor.extract.model import REQUEST_COLUMNS
from ddor.extract.table import Table
from ddor.extract.validation import check_identifiers, typed
from ddor.maintained.directory import AgencyId
from ddor.reference.figures import DISPUTABLE as FIGURES

_WORDS = yaml.safe_load(Path(__file__).with_name("disputes.yaml").read_text(encoding="utf-8"))
GROUNDS, STATUSES = _WORDS["grounds"], _WORDS["statuses"]
UPHELD = ("upheld", "partly_upheld")
# What an action may expect and set.
COLUMNS = tuple(column for column in REQUEST_COLUMNS if column != "request_id")
_LABEL = re.compile("[A-Z][A-Za-z0-9]*-[A-Za-z0-9]+")


def _as_week(value: Any) -> Any:
    return Week.containing(key_files.as_day(value)) if isinstance(value, str) else value


def _judged(value: Any, info: ValidationInfo) -> Any:
    if info.context and value is not None:
        key_files.refuse_for(_of_action(value, info.data.get("week"), info.data.get("status")))
    return value


@dataclass(frozen=True)
class Action:
    """rows: labels of the private ledger; expect, set: column -> value as text, "" for empty."""

    rows: tuple[str, ...]
    expect: dict[str, str]
    set: dict[str, str]


@dataclass(frozen=True, config=ConfigDict(arbitrary_types_allowed=True, validate_default=True))
class Record(key_files.Written):
    """One dispute or correction. An open one has no answered_on and an empty answer; notice is
    empty but for the ground notice_given. Text is on one line."""

    name: str
    week: Annotated[Week, BeforeValidator(_as_week), PlainSerializer(str)]
    agency_id: AgencyId
    figure: Annotated[str, one_of(FIGURES)]
    ground: Annotated[str, one_of(GROUNDS)]
    received_on: key_files.Day
    status: Annotated[str, one_of(STATUSES)]
    answered_on: key_files.Day | None = None
    answer: key_files.OneLine = ""
    notice: key_files.OneLine = ""
    action: Annotated[Action | None, BeforeValidator(_judged)] = None

    @classmethod
    def contradictions(cls, key: str, value: Any, before: Mapping[str, Any]) -> Iterator[Finding]:
        """answered_on and answer stand with every status but open, notice with the ground
        notice_given alone."""
        week, received = before.get("week"), before.get("received_on")
        if key == "received_on" and week and value < week.first_day:
            expected = f"{week} or later, when the week begins"
            yield Finding(str(value), expected, "correct this date or the week")
        if key == "answered_on" and value and received and value < received:
            expected = f"{received} or later, when it was received"
            yield Finding(str(value), expected, "correct one of the two dates")
        says = "ground" if key == "notice" else "status"
        if key not in ("answered_on", "answer", "notice") or says not in before:
            return
        because = f"since {says} is {before[says]}"
        belongs = before[says] == "notice_given" if key == "notice" else before[says] != "open"
        if belongs and not value:
            yield Finding("nothing", f"a line `{key}: …`, {because}", "add it")
        elif value and not belongs:
            yield Finding("a value", f"none, {because}", f"remove it, or correct the {says}")


RECORDS = TypeAdapter(tuple[Record, ...])


def read_corrections(folder: Path) -> tuple[Record, ...]:
    """The records by name; none where the folder does not exist. Raises NeedsCorrection."""
    named, guide = "small letters, digits and hyphens before .yaml", "docs/corrections.md"
    records, problems = key_files.read_folder(folder, Record, r"[a-z0-9-]+\.yaml", named, guide)
    NeedsCorrection.raise_if("these correction records cannot be used", problems)
    return tuple(records)


def check_agencies(records: Iterable[Record], known: set[str]) -> None:
    """Raises NeedsCorrection with every record of an agency that is not in `known`: a mistyped
    code would be published as a dispute by an agency that does not exist."""
    expected = "an agency of the directory, of the week's extract or of a published week"
    mend = "correct the code, or add the agency to agencies.csv"
    problems = [
        Problem(f"{record.name}.yaml", (), "agency_id", record.agency_id, expected, mend)
        for record in records
        if record.agency_id not in known
    ]
    NeedsCorrection.raise_if("these correction records cannot be used", problems)


def _of_action(given: Any, week: Week | None, status: str | None) -> Iterator[Finding]:
    if not isinstance(given, dict):
        yield Finding("no keys", "the keys rows, expect and set below it", "add them")
        return
    known = ("rows", "expect", "set")
    for key in [key for key in given if key not in known]:
        yield unknown_key(key, known, ".")
    yield from _of_rows(given.get("rows"))
    for part in ("expect", "set"):
        yield from _of_values(part, given.get(part), week)
    if status and status not in UPHELD:
        seen = f"rows to correct, since status is {status}"
        expected = f"an action only with status {' or '.join(UPHELD)}"
        yield Finding(seen, expected, "answer the dispute first, or remove the action")


def _of_rows(given: Any) -> Iterator[Finding]:
    """Of the labels. None is shown that does not fit: it may be a request_id."""
    if not isinstance(given, list) or not given:
        yield Finding("no list", "a list of labels, such as [F3-12]", "write a list", ".rows")
        return
    for number, label in enumerate(given, start=1):
        place = f".rows[{number}]"
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            expected = "a label of the private ledger, such as F3-12"
            mend = "look it up in the ledger; never write a request_id here"
            yield Finding("something else (not shown)", expected, mend, place)
        elif (first := given.index(label) + 1) < number:
            seen = f"the label of rows[{first}]"
            yield Finding(seen, "each row once", "remove one of the two", place)


def _of_values(part: str, given: Any, week: Week | None) -> Iterator[Finding]:
    """Of expect or set. Both are validated: what an extract refuses, it cannot hold."""
    if not isinstance(given, dict) or not given:
        expected = "at least one column with its value, such as {outcome: declined}"
        yield Finding("nothing", expected, "add them", f".{part}")
        return
    for column, text in given.items():
        key = f".{part}.{column}"
        if column not in COLUMNS:
            yield unknown_key(column, COLUMNS, f".{part}.")
        elif not isinstance(text, str) or identifier(text):
            expected = "text without a direct identifier"
            yield Finding(key_files.quoted(str(text)), expected, "correct the value", key)
        else:
            cell = row_of({column: text})
            check_identifiers(cell, week.last_day if week else dt.date.max)
            typed(cell, week.last_day if week else None)
            for each in cell.problems:
                yield Finding(each.seen, each.expected, each.mend, key)


def row_of(values: Mapping[str, str]) -> Table:
    """A table of requests that is one row of these values."""
    return Table("requests", "", pd.DataFrame([values], dtype="str"))


def canonical(records: Iterable[Record]) -> str:
    """JSON text to hash: the same for the same records, in whatever order files, keys and rows
    were written."""
    plain = RECORDS.dump_python(tuple(records), mode="json")
    for action in [each["action"] for each in plain if each["action"]]:
        action["rows"].sort()
    return json.dumps(sorted(plain, key=itemgetter("name")), sort_keys=True)


def flags_for(records: Iterable[Record], columns: Iterable[str]) -> dict[str, str]:
    """agency_id -> what a reader of its line has to know: the disputes of figures in `columns`."""
    flags: dict[str, list[str]] = {}
    for record in sorted(records, key=attrgetter("name")):
        if record.figure in columns:
            flags.setdefault(record.agency_id, []).append(
                f"disputed: {FIGURES[record.figure]}, received {record.received_on}, "
                f"{STATUSES[record.status]}"
            )
    return {agency_id: "; ".join(texts) for agency_id, texts in flags.items()}


def flagged(table: pd.DataFrame, flags: Mapping[str, str]) -> pd.DataFrame:
    """`table`, which has agency_id, with a last column `flags`: text, "" where there is none."""
    return table.assign(flags=table["agency_id"].map(flags.get).fillna("").astype("str"))
