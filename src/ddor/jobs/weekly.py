"""The weekly report: what it is made from, what a person decides of it, and what it publishes.

The run itself is in report.py. A week's extract is read, corrected, checked and counted; a request
that a check holds back, and a week that a check wants a person to look at, is on review.csv, and
what was decided of it in the ledger.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

import pandas as pd

from ddor.archive.identity import week_texts
from ddor.archive.publish import Archive
from ddor.calendar import Week
from ddor.inputs import (
    INPUT_FILES,
    NEWER_FLAGS,
    Inputs,
    gather_inputs,
    load_inputs,
    newest_flags,
    protected_flags,
    save_inputs,
    with_archive,
)
from ddor.jobs.edition import Edition, Order
from ddor.jobs.review import flags_of, read_decisions, review_lines, review_list
from ddor.maintained.corrections import GROUNDS, RECORDS, STATUSES, UPHELD, flagged, flags_for
from ddor.maintained.parameters import Parameters
from ddor.measures.bulk import bulk_recorded
from ddor.measures.figures import Counts, count_inputs
from ddor.measures.published import attribute_lines, disclosure_lines, national_charges
from ddor.measures.record import plain_tables
from ddor.published.catalog import Catalog
from ddor.published.history import ATTRIBUTES
from ddor.published.ledger import (
    LEDGER,
    ledger_file,
    lines_of,
    no_ledger,
    read_ledger,
    with_decisions,
    with_flags,
)


class WeekEdition(Edition[Week]):
    """ledger: the whole private ledger, with this week's flags once it is counted."""

    inputs: Inputs
    counts: Counts
    files: ClassVar[tuple[str, ...]] = INPUT_FILES
    input_words: ClassVar[Mapping[str, str]] = {
        "requests": "new data",
        "charges": "new data",
        "about": "new data",
        "decisions": "decisions on requests held back",
        "corrections": "a dispute or its answer",
        "agencies": "changes in the directory of agencies",
        "policies": "changes in the policies",
        "coverage": "changes in the coverage",
        "parameters": "changed parameters",
        "note": "a changed note",
        "template": "a changed text of the report",
        "history": "changes in the weeks before",
        "code_lists": "changed code lists",
        "method": "changed rules of counting",
    }

    def __init__(
        self, inputs: Inputs, counts: Counts | None = None, ledger: pd.DataFrame | None = None
    ):
        about = inputs.extract.about
        self.inputs, self.period, self.directory = inputs, inputs.week, inputs.directory
        self.cohort = inputs.parameters["cohort"]
        self.synthetic, self.as_of, self.source = about.synthetic, about.as_of, about.source
        self.history = list(inputs.history.weeks)
        # The week's disputes and corrections, without the labels of rows.
        self.records = tuple(
            record
            | {"action": {"rows": len(record["action"]["rows"])} if record["action"] else None}
            for record in RECORDS.dump_python(inputs.corrections, mode="json")
        )
        self.ledger = no_ledger() if ledger is None else ledger
        if counts is not None:
            self.counts, self.bulk = counts, bulk_recorded(counts)
            self.review = tuple(" ".join(map(str, line)) for line in counts.review.to_numpy())
            self.reasons = tuple(counts.review["reason"])

    @classmethod
    def gathered(cls, period: Week, parameters: Parameters) -> Self:
        return cls(gather_inputs(period, parameters))

    @classmethod
    def loaded(cls, folder: Path) -> Self:
        return cls.of(load_inputs(folder))

    @classmethod
    def of(cls, inputs: Inputs, ledger: pd.DataFrame | None = None) -> Self:
        return cls(inputs, count_inputs(inputs), ledger)

    def in_archive(self, archive: Archive, order: Order, day: dt.date) -> Self:
        # Another run may have published since the inputs were gathered.
        inputs = with_archive(self.inputs, archive.output)
        ledger = read_ledger(archive.runs)
        if order.decisions:
            inputs, ledger = decide(archive, inputs, ledger, order, order.decisions, day)
        counts = count_inputs(inputs)
        return type(self)(inputs, counts, with_flags(ledger, flags_of(counts, inputs.week)))

    def save(self, folder: Path) -> None:
        save_inputs(self.inputs, folder)

    @property
    def flags(self) -> pd.DataFrame:
        return flags_of(self.counts, self.period)

    def input_texts(self) -> dict[str, str]:
        return week_texts(self.inputs, self.counts)

    def request_ids(self) -> pd.Series:
        return self.inputs.extract.requests["request_id"]

    def texts(self) -> dict[str, str]:
        names = self.inputs.extract.requests["agency_name"].unique()
        records = {
            f"corrections/{record.name}.yaml, {key}": getattr(record, key)
            for record in self.inputs.corrections
            for key in ("answer", "notice")
        }
        extract = {"about.yaml, source": self.source, "requests, agency_name": "\n".join(names)}
        # Together, since a name may be what has to be taken out.
        files = {
            "corrections/, the name of a file": " ".join(r.name for r in self.inputs.corrections)
        }
        return super().texts() | extract | records | files

    def news(self, catalog: Catalog) -> list[str]:
        before = catalog.last_standing(self.period) or catalog.of(self.period)[-1]
        known = [(each["name"], each["status"], each["action"]) for each in before.records]
        new = [
            each
            for each in self.records
            if each["status"] in UPHELD
            and (each["name"], each["status"], each["action"]) not in known
        ]
        return [
            f"agency {each['agency_id']} disputed a figure ({GROUNDS[each['ground']]}), "
            f"{STATUSES[each['status']]}"
            for each in new
        ]

    def tables(self) -> dict[str, pd.DataFrame]:
        counts = self.counts
        return {
            "issued_by_agency": self._flagged(counts.issued_by_agency),
            "declined_by_agency": self._flagged(counts.declined_by_agency),
            "held_back_by_agency": self._flagged(counts.held_back_by_agency),
            "charges_by_group": national_charges(counts.told),
            "attributes": attribute_lines(counts.told),
            "checks": counts.checks,
            "reconciliation": counts.reconciliation,
        }

    def _flagged(self, table: pd.DataFrame) -> pd.DataFrame:
        """With a last column `flags` where a figure of the table is disputed."""
        flags = flags_for(self.inputs.corrections, table.columns)
        return flagged(table, flags) if flags else table

    def summary(self) -> dict:
        return {"disclosure": disclosure_lines(self.counts.told), "disputes": list(self.records)}

    def private_files(self) -> dict[str, bytes]:
        told = {"tables": plain_tables(self.counts.told.tables.values())}
        return {ATTRIBUTES: (json.dumps(told) + "\n").encode(), **self._lists()}

    def _lists(self) -> dict[str, bytes]:
        """The flags that a person decides on."""
        agencies = self.directory.agencies
        return {"review.csv": review_list(self.counts, agencies, self.flags, self.ledger)}

    def waiting(self, folder: Path) -> tuple[list[str], dict[str, bytes]]:
        return review_lines(self.counts, self.directory.agencies, folder), self._lists()

    def newer(self, archive: Archive, revision: int) -> dict[str, bytes]:
        """The flags `protected` of an extract that makes no new revision, where they differ from
        those kept: the quarter and its cases go by the newest."""
        own = protected_flags(self.inputs.extract.requests)
        folder = archive.runs / str(self.period)
        if own == newest_flags(folder, revision):
            return {}
        return {f"runs/{self.period}/{NEWER_FLAGS}": (json.dumps(own) + "\n").encode()}

    def beside(self) -> dict[str, bytes]:
        return {LEDGER: ledger_file(self.ledger)}


def decide(
    archive: Archive, inputs: Inputs, ledger: pd.DataFrame, order: Order, file: Path, day: dt.date
) -> tuple[Inputs, pd.DataFrame]:
    """The inputs and the ledger with the decisions of the file; recorded at once, so that none is
    lost if the week cannot be published. A draft records nothing. Raises DecisionsInvalid."""
    flags = flags_of(count_inputs(inputs), inputs.week)
    decisions = read_decisions(file, flags, inputs.ledger)
    ledger = with_decisions(with_flags(ledger, flags), decisions, day.isoformat())
    if not order.draft:
        archive.publish({}, {f"runs/{LEDGER}": ledger_file(ledger)})
    lines = lines_of(ledger, inputs.week, inputs.extract.requests["request_id"])
    return replace(inputs, ledger=lines), ledger
