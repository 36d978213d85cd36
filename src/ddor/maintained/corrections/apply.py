"""Applies the actions of records to an extract, each with its guard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from ddor.errors import Problem, UsageError
from ddor.extract.model import Extract
from ddor.extract.table import Table, shown
from ddor.extract.validation import check_outcome_dates
from ddor.maintained.corrections.cell import COLUMNS, as_text, same, typed_value
from ddor.maintained.corrections.records import Action, Record
from ddor.maintained.corrections.told import Told

_STALE = "the source may have been corrected: remove the action from the record, or check it again"


class CorrectionStale(UsageError):
    """The extract is not what the records say it is, or they contradict each other; all of it."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(
            "\n".join(["these corrections do not fit the extract:", *map(str, problems)])
        )


def corrected(
    extract: Extract,
    records: Iterable[Record],
    request_ids: Mapping[str, str],
    cohort: str = "recorded",
) -> Extract:
    """The extract with the actions of the records applied; the one given is left as it is.

    `request_ids`: label of the private ledger -> request_id; `cohort` as in read_extract. `expect`
    is compared with the extract as it was received, never with what another record sets. Raises
    CorrectionStale with every row that is not there, holds something else or holds already what is
    set, every cell that is set twice, and every outcome that lacks its date or has one too many.
    No message holds a request_id.
    """
    targets = _targets(records, request_ids, extract.requests["request_id"])
    for target in targets:
        _tell_stale(target, extract.requests)
    _tell_set_twice(targets)
    _raise_told(targets)
    requests = extract.requests.copy()
    for target in targets:
        for column, text in target.action.set.items():
            requests.loc[target.at, column] = typed_value(column, text)
    for target in targets:
        _tell_outcome_date(target, requests, cohort)
    _raise_told(targets)
    return replace(extract, requests=requests)


@dataclass(frozen=True)
class _Target:
    """A row that a record corrects: its position, what a message calls it, and what to do."""

    at: int | None
    place: str
    agency_id: str
    action: Action
    told: Told


def _targets(records, request_ids: Mapping[str, str], received: pd.Series) -> list[_Target]:
    positions = {key: at for at, key in received.items()}
    secret = {*positions, *request_ids.values()}
    targets = []
    for record in sorted(records, key=lambda record: record.name):
        for number, label in enumerate(record.action.rows if record.action else (), start=1):
            place = f"action.rows[{number}]" if label in secret else label
            told = Told(f"{record.name}.yaml")
            at = positions.get(request_ids.get(label))
            if label not in request_ids:
                told.tell(
                    place,
                    "a label that is not in the ledger",
                    "a label of the ledger",
                    "correct the label, or remove it from the record",
                )
            elif at is None:
                told.tell(place, "no such row", "a row of the extract", _STALE)
            targets.append(_Target(at, place, record.agency_id, record.action, told))
    return targets


def _tell_stale(target: _Target, requests: pd.DataFrame) -> None:
    if target.at is None:
        return
    row, action = {column: requests.at[target.at, column] for column in COLUMNS}, target.action
    if row["agency_id"] != target.agency_id and "agency_id" not in action.expect:
        target.told.tell(
            f"{target.place} agency_id",
            "a request to another agency",
            f"one to {target.agency_id}, or agency_id in expect",
            "correct the label",
        )
    for column, text in action.expect.items():
        if not same(row[column], typed_value(column, text)):
            target.told.tell(
                f"{target.place} {column}",
                shown([as_text(column, row[column])]),
                shown([text]),
                _STALE,
            )
    if all(same(row[column], typed_value(column, text)) for column, text in action.set.items()):
        target.told.tell(
            f"{target.place} {', '.join(action.set)}",
            "what the record sets",
            "something to correct",
            _STALE,
        )


def _tell_set_twice(targets: list[_Target]) -> None:
    first: dict[tuple[int | None, str], _Target] = {}
    for target in [target for target in targets if target.at is not None]:
        for column in target.action.set:
            other = first.setdefault((target.at, column), target)
            if other is not target:
                target.told.tell(
                    f"{target.place} {column}",
                    f"a cell that {other.told.label} ({other.place}) sets too",
                    "one correction of a cell",
                    "remove it from one of the two",
                )


def _tell_outcome_date(target: _Target, requests: pd.DataFrame, cohort: str) -> None:
    """The door's rule between outcome and outcome_recorded_at, where a record sets one of them."""
    columns = ["outcome", "outcome_recorded_at"]
    if target.action.set.keys().isdisjoint(columns):
        return
    row = requests.loc[[target.at], columns].reset_index(drop=True)
    text = {column: [as_text(column, row.at[0, column])] for column in columns}
    table = Table("requests", "", pd.DataFrame(text, dtype="str"))
    check_outcome_dates(table, row, cohort)
    for problem in table.problems:
        target.told.tell(
            f"{target.place} {problem.column}",
            f"after the correction {problem.seen}",
            problem.expected,
            "set both columns so that they agree",
        )


def _raise_told(targets: list[_Target]) -> None:
    if problems := [problem for target in targets for problem in target.told.problems]:
        raise CorrectionStale(problems)
