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
error. `corrected` applies the actions to an extract.

Left out on purpose: no row can be dropped. A correction changes fields, and the checks judge the
row again, so that it stays in the reconciliation. One cell has one correction, since a second would
make the order of files matter. No person is named: text that looks like it is refused, unshown.
"""

import dataclasses
import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import yaml
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, TypeAdapter, ValidationInfo
from pydantic.dataclasses import dataclass

from ddor.calendar import Week
from ddor.errors import NeedsCorrection, Problems
from ddor.extract import key_files
from ddor.extract.identifiers import identifier
from ddor.extract.key_files import Finding, one_of, unknown_key
from ddor.extract.model import DATES_ONLY, REQUEST_COLUMNS, Extract
from ddor.extract.table import RawTable, shown, worded
from ddor.extract.validation import check_identifiers, check_outcome_dates, typed
from ddor.maintained.directory import AgencyId
from ddor.reference.figures import DISPUTABLE as FIGURES

_WORDS = yaml.safe_load(Path(__file__).with_name("disputes.yaml").read_text(encoding="utf-8"))
GROUNDS, STATUSES = _WORDS["grounds"], _WORDS["statuses"]
UPHELD = ("upheld", "partly_upheld")
ANSWER_WITHIN = dt.timedelta(days=30)  # of a dispute, from the day on which it was received
# What an action may expect and set.
COLUMNS = tuple(column for column in REQUEST_COLUMNS if column != "request_id")
_LABEL = re.compile("[A-Z][A-Za-z0-9]*-[A-Za-z0-9]+")
UNUSABLE = "these correction records cannot be used"
MISFITS = "these corrections do not fit the extract"
_STALE = "the source may have been corrected: remove the action from the record, or check it again"


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

    @property
    def answer_due_on(self) -> dt.date:
        return self.received_on + ANSWER_WITHIN

    @classmethod
    def contradictions(cls, key: str, value: Any, before: Mapping[str, Any]) -> Iterator[Finding]:
        """answered_on and answer stand with every status but open, notice with the ground
        notice_given alone."""
        week, received = before.get("week"), before.get("received_on")
        if key == "received_on" and week and value < week.first_day:
            yield Finding(*worded("received_early", value=value, week=week))
        if key == "answered_on" and value and received and value < received:
            yield Finding(*worded("answered_early", value=value, received=received))
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
    NeedsCorrection.raise_if(UNUSABLE, problems)
    return tuple(records)


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
        yield Finding(*worded("action_not_upheld", status=status, upheld=" or ".join(UPHELD)))


def _of_rows(given: Any) -> Iterator[Finding]:
    """Of the labels. None is shown that does not fit: it may be a request_id."""
    if not isinstance(given, list) or not given:
        yield Finding("no list", "a list of labels, such as [F3-12]", "write a list", ".rows")
        return
    for number, label in enumerate(given, start=1):
        place = f".rows[{number}]"
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            yield Finding(*worded("no_label"), place)
        elif (first := given.index(label) + 1) < number:
            yield Finding(*worded("label_twice", first=first), place)


def _of_values(part: str, given: Any, week: Week | None) -> Iterator[Finding]:
    """Of expect or set. Both are validated: what an extract refuses, it cannot hold."""
    if not isinstance(given, dict) or not given:
        yield Finding(*worded("no_values"), f".{part}")
        return
    for column, text in given.items():
        key = f".{part}.{column}"
        if column not in COLUMNS:
            yield unknown_key(column, COLUMNS, f".{part}.")
        elif not isinstance(text, str) or identifier(text):
            yield Finding(*worded("unfit_text", seen=key_files.quoted(str(text))), key)
        else:
            cell = row_of({column: text})
            check_identifiers(cell, week.last_day if week else dt.date.max)
            typed(cell, week.last_day if week else None)
            for each in cell.problems:
                yield Finding(each.seen, each.expected, each.mend, key)


def row_of(values: Mapping[str, str]) -> RawTable:
    """A table of requests that is one row of these values."""
    text = pd.DataFrame([values], dtype="str")
    return RawTable("requests", Problems(""), text, pd.DataFrame(False, text.index, text.columns))


def canonical(records: Iterable[Record]) -> str:
    """JSON text to hash: the same for the same records, in whatever order files, keys and rows
    were written."""
    plain = RECORDS.dump_python(tuple(records), mode="json")
    for action in [each["action"] for each in plain if each["action"]]:
        action["rows"].sort()
    return json.dumps(sorted(plain, key=itemgetter("name")), sort_keys=True)


def flags_for(records: Iterable[Record], columns: Iterable[str]) -> dict[str, str]:
    """agency_id -> what a reader of its line has to know: the disputes of figures in `columns`."""
    flags = defaultdict(list)
    for record in sorted(records, key=attrgetter("name")):
        if record.figure in columns:
            said = f"disputed: {FIGURES[record.figure]}, received {record.received_on}"
            flags[record.agency_id].append(f"{said}, {STATUSES[record.status]}")
    return {agency_id: "; ".join(texts) for agency_id, texts in flags.items()}


def flagged(table: pd.DataFrame, flags: Mapping[str, str]) -> pd.DataFrame:
    """`table`, which has agency_id, with a last column `flags`: text, "" where there is none."""
    return table.assign(flags=table["agency_id"].map(flags.get).fillna("").astype("str"))


# Applying the actions to an extract, each with its guard


@dataclasses.dataclass(frozen=True)
class _Target:
    """A row that a record corrects: its position, what a message calls it, and what to do."""

    at: int
    place: str
    agency_id: str
    action: Action
    file: Problems


def corrected(
    extract: Extract,
    records: Collection[Record],
    request_ids: Mapping[str, str],
    cohort: str = "recorded",
) -> Extract:
    """The extract with the actions of the records applied; the one given is left as it is.

    `request_ids`: label of the private ledger -> request_id; `cohort` as in read_extract. `expect`
    is compared with the extract as it was received, never with what another record sets. Raises
    NeedsCorrection with every row that is not there, holds something else or holds already what is
    set, every cell that is set twice, and every outcome that lacks its date or has one too many.
    No message holds a request_id.
    """
    actions = [(each.name, each.agency_id, each.action) for each in records if each.action]
    if not actions:
        return extract
    received = extract.requests
    positions = {key: at for at, key in received["request_id"].items()}
    secret = {*positions, *request_ids.values()}
    files: list[Problems] = []
    targets: list[_Target] = []
    first: dict[tuple[int, str], _Target] = {}
    for name, agency_id, action in sorted(actions, key=itemgetter(0)):
        file = Problems(f"{name}.yaml")
        files.append(file)
        for number, label in enumerate(action.rows, start=1):
            place = f"action.rows[{number}]" if label in secret else label
            at = positions.get(request_ids.get(label))
            if label not in request_ids:
                file.report(place, *worded("unknown_label"))
            elif at is None:
                file.report(place, "no such row", "a row of the extract", _STALE)
            else:
                target = _Target(at, place, agency_id, action, file)
                targets.append(target)
                _report_stale(target, received.loc[at])
                for column in action.set:
                    other = first.setdefault((at, column), target)
                    if other is not target:
                        words = worded("cell_twice", file=other.file.label, place=other.place)
                        file.report(f"{place} {column}", *words)
    NeedsCorrection.raise_if(MISFITS, [*chain(*files)])
    requests = received.copy()
    for target in targets:
        for column, value in _values_of(target.action.set).items():
            requests.loc[target.at, column] = value
    for target in targets:
        _report_outcome_date(target, requests, cohort)
    NeedsCorrection.raise_if(MISFITS, [*chain(*files)])
    return dataclasses.replace(extract, requests=requests)


def _report_stale(target: _Target, row: pd.Series) -> None:
    expect, report = target.action.expect, target.file.report
    if row["agency_id"] != target.agency_id and "agency_id" not in expect:
        report(f"{target.place} agency_id", *worded("other_agency", agency=target.agency_id))
    expected, values = _values_of(expect), _values_of(target.action.set)
    for column, text in expect.items():
        if (seen := _as_text(column, row[column])) != _as_text(column, expected[column]):
            report(f"{target.place} {column}", shown([seen]), shown([text]), _STALE)
    if all(_as_text(key, row[key]) == _as_text(key, value) for key, value in values.items()):
        place = f"{target.place} {', '.join(target.action.set)}"
        report(place, "what the record sets", "something to correct", _STALE)


def _report_outcome_date(target: _Target, requests: pd.DataFrame, cohort: str) -> None:
    """The extract's rule between outcome and outcome_recorded_at, where a record sets either."""
    columns = ["outcome", "outcome_recorded_at"]
    if target.action.set.keys().isdisjoint(columns):
        return
    row = requests.loc[[target.at], columns].reset_index(drop=True)
    table = row_of({column: _as_text(column, row.at[0, column]) for column in columns})
    check_outcome_dates(table, row, cohort)
    for problem in table.problems:
        place, seen = f"{target.place} {problem.column}", f"after the correction {problem.seen}"
        target.file.report(place, seen, problem.expected, "set both columns so that they agree")


def _values_of(texts: Mapping[str, str]) -> dict[str, Any]:
    """Column -> the value that a record writes so."""
    return typed(row_of(texts)).iloc[0].to_dict()


def _as_text(column: str, value: Any) -> str:
    """The value as a record writes it."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if column in DATES_ONLY else value.isoformat()
    return value
