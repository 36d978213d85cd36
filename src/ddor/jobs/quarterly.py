"""The quarterly report: made from the current revisions of its weeks, with cases that analysts
describe. Nothing in it knows that its period is a quarter: any period with `weeks()` will do.

The run itself is in report.py.
"""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

import pandas as pd

from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.compiled.counts import CompiledCounts, count_compiled
from ddor.compiled.inputs import (
    FILES,
    MISSING,
    WITHDRAWN,
    CompiledInputs,
    as_of,
    gather_compiled,
    load_compiled,
    save_compiled,
)
from ddor.compiled.people import WEEKS
from ddor.errors import UsageError
from ddor.extract.csv_files import csv_file
from ddor.jobs.edition import Edition, Order
from ddor.maintained.cases import CASES, candidate_label
from ddor.maintained.directory import read_directory
from ddor.maintained.parameters import Parameters
from ddor.measures.followed import AFTER_RELEASE, after_release_lines
from ddor.measures.judged_cases import may_be_cases
from ddor.measures.people import CHARGES
from ddor.measures.published import charge_group_lines, disclosure_lines, flag_of, line_frame
from ddor.measures.record import plain_tables
from ddor.published.catalog import CORRECTED, Catalog, Superseded, open_catalog, superseded_parts
from ddor.published.history import ATTRIBUTES
from ddor.reference.figures import WEEKLY_FIGURES

CANDIDATES = "candidates.csv"
CANDIDATE_COLUMNS = (
    "row",
    "week",
    "agency_id",
    "released",
    "arrested",
    "convicted",
    "days",
    "request_id",
)


class CompiledEdition(Edition[Period]):
    """parameters: those of the period, kept until the archive is locked and can be read."""

    parameters: Parameters
    inputs: CompiledInputs
    counts: CompiledCounts
    files: ClassVar[tuple[str, ...]] = FILES
    input_words: ClassVar[Mapping[str, str]] = {
        "weeks": "changes in its weeks",
        "issued_by_agency": "changes in its weeks",
        "declined_by_agency": "changes in its weeks",
        "declined": "changes in its weeks",
        "charges": "changes in its weeks",
        "about": "changes in its weeks",
        "people": "changes in its weeks",
        "cases": "changes in the cases described",
        "parameters": "changed parameters",
        "note": "a changed note",
        "template": "a changed text of the report",
        "code_lists": "changed code lists",
        "method": "changed rules of counting",
    }

    def __init__(
        self, period: Period, cohort: str, synthetic: bool, inputs: CompiledInputs | None = None
    ):
        self.period, self.cohort, self.synthetic = period, cohort, synthetic
        if inputs is not None:
            self.inputs, self.counts = inputs, count_compiled(inputs)
            self.as_of, self.source = as_of(inputs), "; ".join(inputs.sources)
            self.told = tuple(
                f"the case {name} is withdrawn: {why}" for name, why in self.counts.cases.withdrawn
            )
            weeks, revisions = inputs.published["week"], inputs.published["revision"]
            self.based_on = dict(zip(weeks, revisions.astype("int64").tolist(), strict=True))
            self.history = [f"{week} r{revision}" for week, revision in self.based_on.items()]

    @classmethod
    def gathered(cls, period: Period, parameters: Parameters) -> Self:
        directory = read_directory(parameters.agencies, parameters.policies, parameters.coverage)
        catalog = open_catalog(parameters.output / "site")
        if catalog is None:
            raise UsageError(
                f"nothing is published in {parameters.output}; a report of the {period.noun} is "
                "made from the reports of its weeks"
            )
        edition = cls(period, catalog.cohort, catalog.synthetic)
        edition.parameters, edition.directory = parameters, directory
        return edition

    @classmethod
    def loaded(cls, folder: Path) -> Self:
        inputs = load_compiled(folder)
        return cls(inputs.period, inputs.cohort, inputs.synthetic, inputs)

    def in_archive(self, archive: Archive, order: Order, day: dt.date) -> Self:
        inputs = gather_compiled(self.period, self.parameters)
        if inputs.published.empty:
            weeks = self.period.weeks()
            raise UsageError(
                f"no week of {self.period} is published; it has the weeks from {weeks[0]} to "
                f"{weeks[-1]}"
            )
        return type(self)(self.period, self.cohort, self.synthetic, inputs)

    def save(self, folder: Path) -> None:
        save_compiled(self.inputs, folder)

    def input_texts(self) -> dict[str, str]:
        inputs = self.inputs
        tables = ("weeks", "issued_by_agency", "declined_by_agency", "declined", "charges")
        about = [
            str(inputs.period),
            inputs.cohort,
            inputs.synthetic,
            inputs.sources,
            inputs.with_charges,
            inputs.repeated,
            sorted(inputs.states.items()),
        ]
        return {
            **{
                name: getattr(inputs, name).to_csv(index=False, lineterminator="\n")
                for name in tables
            },
            "about": json.dumps(about),
            "people": WEEKS.dump_json(inputs.people).decode(),
            "parameters": json.dumps(inputs.parameters, sort_keys=True),
            "note": inputs.note,
            "cases": json.dumps(CASES.dump_python(inputs.cases, mode="json"), sort_keys=True),
        }

    def request_ids(self) -> frozenset[str]:
        return self.inputs.request_ids

    def texts(self) -> dict[str, str]:
        cases = {
            f"cases/{self.period}/{case.name}.md, {key}": getattr(case, key)
            for case in self.inputs.cases
            for key in ("body", "source", "approved_by")
        }
        return super().texts() | {"about.yaml of a week, source": self.source} | cases

    def news(self, catalog: Catalog) -> list[str]:
        """A week that was corrected since corrects this report too, where it had the week. Of a
        correction that another revision followed there are no words: withdrawn, it would leave
        them here, for this report is not made from it."""
        told = {}
        for part in self._changed(catalog):
            for revision in catalog.of(part.week)[part.used :] if part.used else ():
                if revision.kind == CORRECTED and not revision.withdrawn_on:
                    why = f": {revision.because.rstrip('.')}" if revision == part.now else ""
                    told[part.week] = f"the {part.week.named} was corrected{why}"
        return list(told.values())

    def planned(self, catalog: Catalog, changed: list[str] | None) -> str:
        told = [_told(part) for part in self._changed(catalog)]
        if not told:
            return super().planned(catalog, changed)
        others = [name for name in changed or () if name in ("cases", "parameters", "note")]
        return "; ".join([*told, *(self.input_words[name] for name in others)])

    def _changed(self, catalog: Catalog) -> list[Superseded]:
        last = catalog.last_standing(self.period) or catalog.of(self.period)[-1]
        return superseded_parts(self.period, last, catalog)

    def tables(self) -> dict[str, pd.DataFrame]:
        inputs = self.inputs
        weeks = inputs.weeks.assign(**inputs.known(WEEKLY_FIGURES))
        people, after = self.counts.people, self.counts.after_release
        later = after_release_lines(after)
        of_later = [flag_of(after.table(AFTER_RELEASE))] * len(later)
        return {
            "weeks_used": weeks.rename(columns={"status": "report"}),
            "issued_by_agency": _without_empty_flags(inputs.issued_by_agency),
            "declined_by_agency": _without_empty_flags(inputs.declined_by_agency),
            "charges_by_group": charge_group_lines(people.nation[CHARGES]),
            "attributes": line_frame(people.lines(), people.flags()),
            "after_release": line_frame(later, of_later).drop(columns="place"),
        }

    def summary(self) -> dict:
        weeks = self.inputs.weeks.set_index("week")["status"]
        return {
            "weeks": dict(self.based_on),
            "follow_up_as_of": self.counts.followed.as_of,
            "weeks_missing": list(weeks.index[weeks == MISSING]),
            "weeks_withdrawn": list(weeks.index[weeks == WITHDRAWN]),
            "disclosure": disclosure_lines(self.counts.told),
        }

    def private_files(self) -> dict[str, bytes]:
        described = {case.row for case in self.counts.cases.shown}
        described |= {*self.inputs.earlier["cases"]}
        told = {
            "tables": plain_tables(self.counts.told.tables.values()),
            "cases": sorted(described),
        }
        return {
            ATTRIBUTES: (json.dumps(told) + "\n").encode(),
            CANDIDATES: csv_file(CANDIDATE_COLUMNS, self._candidates()),
        }

    def _candidates(self) -> list[dict[str, str]]:
        """The requests that may be described, for an analyst who looks for public sources."""
        rows = may_be_cases(self.counts.rows, self.inputs.charges)
        return [
            {
                "row": candidate_label(str(self.period), row.request_id),
                "week": row.week,
                "agency_id": row.agency_id,
                "released": f"{row.released_at:%Y-%m}",
                "arrested": str(row.arrested).lower(),
                "convicted": str(row.convicted).lower(),
                "days": str(row.days),
                "request_id": row.request_id,
            }
            for row in rows.itertuples()
        ]


def _told(part: Superseded) -> str:
    """Why a report made from this week is made again."""
    if part.now.withdrawn_on:
        return f"the {part.week.named} was withdrawn"
    if part.used is None:
        return f"the {part.week.named} was published"
    return f"the {part.week.named} is in revision {part.now.revision} ({part.now.because})"


def _without_empty_flags(table: pd.DataFrame) -> pd.DataFrame:
    return table if table["flags"].any() else table.drop(columns="flags")
