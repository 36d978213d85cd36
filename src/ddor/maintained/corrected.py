"""Applies the actions of records to an extract, each with its guard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from typing import Any

import pandas as pd

from ddor.errors import NeedsCorrection, Problems
from ddor.extract.model import DATES_ONLY, Extract
from ddor.extract.table import shown
from ddor.extract.validation import check_outcome_dates, typed
from ddor.maintained.corrections import Action, Record, row_of

WRONG = "these corrections do not fit the extract"
_STALE = "the source may have been corrected: remove the action from the record, or check it again"


@dataclass(frozen=True)
class _Target:
    """A row that a record corrects: its position, what a message calls it, and what to do."""

    at: int
    place: str
    agency_id: str
    action: Action
    file: Problems


def corrected(
    extract: Extract,
    records: Iterable[Record],
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
    received = extract.requests
    positions = {key: at for at, key in received["request_id"].items()}
    secret = {*positions, *request_ids.values()}
    files: list[Problems] = []
    targets: list[_Target] = []
    for record in sorted(records, key=attrgetter("name")):
        files.append(Problems(f"{record.name}.yaml"))
        for number, label in enumerate(record.action.rows if record.action else (), start=1):
            place = f"action.rows[{number}]" if label in secret else label
            at = positions.get(request_ids.get(label))
            if label not in request_ids:
                seen, mend = "a label that is not in the ledger", "correct the label, or remove it"
                files[-1].report(place, seen, "a label of the ledger", f"{mend} from the record")
            elif at is None:
                files[-1].report(place, "no such row", "a row of the extract", _STALE)
            elif record.action:
                targets.append(_Target(at, place, record.agency_id, record.action, files[-1]))
                _report_stale(targets[-1], received.loc[at])
    first: dict[tuple[int, str], _Target] = {}
    for target in targets:
        for column in target.action.set:
            other = first.setdefault((target.at, column), target)
            if other is not target:
                seen = f"a cell that {other.file.label} ({other.place}) sets too"
                expected, mend = "one correction of a cell", "remove it from one of the two"
                target.file.report(f"{target.place} {column}", seen, expected, mend)
    NeedsCorrection.raise_if(WRONG, [*chain(*files)])
    requests = received.copy()
    for target in targets:
        for column, text in target.action.set.items():
            requests.loc[target.at, column] = _typed(column, text)
    for target in targets:
        _report_outcome_date(target, requests, cohort)
    NeedsCorrection.raise_if(WRONG, [*chain(*files)])
    return replace(extract, requests=requests)


def _report_stale(target: _Target, row: pd.Series) -> None:
    expect, report = target.action.expect, target.file.report
    if row["agency_id"] != target.agency_id and "agency_id" not in expect:
        expected = f"one to {target.agency_id}, or agency_id in expect"
        place = f"{target.place} agency_id"
        report(place, "a request to another agency", expected, "correct the label")
    for column, text in expect.items():
        if (seen := _as_text(column, row[column])) != _canonical(column, text):
            report(f"{target.place} {column}", shown([seen]), shown([text]), _STALE)
    values = target.action.set.items()
    if all(_as_text(key, row[key]) == _canonical(key, text) for key, text in values):
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
        mend = "set both columns so that they agree"
        target.file.report(place, seen, problem.expected, mend)


def _typed(column: str, text: str) -> Any:
    return typed(row_of({column: text})).loc[0, column]


def _canonical(column: str, text: str) -> str:
    """The text of a record as `_as_text` writes such a value."""
    return _as_text(column, _typed(column, text))


def _as_text(column: str, value: Any) -> str:
    """The value as a record writes it."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if column in DATES_ONLY else value.isoformat()
    return value
