"""The quarterly report: made from the current revisions of its weeks, with cases that analysts
describe. Nothing in it knows that its period is a quarter: any period with `weeks()` will do.

The run itself is in report.py.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.compiled import inputs as compiled
from ddor.compiled.cases import may_be_cases
from ddor.compiled.counts import CompiledCounts, count_compiled
from ddor.compiled.inputs import CompiledInputs
from ddor.compiled.people import WEEKS
from ddor.errors import UsageError
from ddor.extract.csv_files import csv_file
from ddor.inputs import save_counted
from ddor.jobs.prepared import Order, Preparation, Prepared, attribute_record, written_texts
from ddor.maintained.cases import CASES, candidate_label
from ddor.maintained.parameters import Parameters
from ddor.measures.after_release import AFTER_RELEASE, after_release_lines
from ddor.measures.disclosure import disclosure_lines, flag_of
from ddor.measures.people import CHARGES, charge_group_lines, line_frame
from ddor.published.catalog import CORRECTED, Catalog, Superseded, open_catalog, superseded_parts
from ddor.reference.figures import WEEKLY_FIGURES

CANDIDATES = "candidates.csv"
CANDIDATE_COLUMNS = "row week agency_id released arrested convicted days request_id".split()
TABLES = "weeks issued_by_agency declined_by_agency declined charges".split()
INPUT_WORDS = dict.fromkeys([*TABLES, "about", "people"], "changes in its weeks") | {
    "cases": "changes in the cases described"
}


def gather_quarter(period: Period, parameters: Parameters) -> tuple[Period, Parameters]:
    """Nothing yet: what it is made from can only be read from the locked archive. Raises UsageError
    where nothing is published."""
    if open_catalog(parameters.output / "site") is None:
        raise UsageError(
            f"nothing is published in {parameters.output}; a report of the {period.label} is "
            "made from the reports of its weeks"
        )
    return period, parameters


def prepare_quarter(
    gathered: tuple[Period, Parameters], archive: Archive, order: Order, day: dt.date
) -> Prepared:
    """`gathered`: from gather_quarter."""
    period, parameters = gathered
    inputs = compiled.gather_compiled(period, parameters)
    if inputs.published.empty:
        weeks = period.weeks()
        raise UsageError(
            f"no week of {period} is published; it has the weeks from {weeks[0]} to {weeks[-1]}"
        )
    catalog = open_catalog(archive.site) or Catalog()
    last = catalog.last_retained(period)
    parts = superseded_parts(period, last, catalog) if last else []
    corrections, changed = tuple(_corrected_since(parts, catalog)), tuple(map(_change, parts))
    report = quarter_report(inputs)
    return replace(report, catalog=catalog, corrections=corrections, changed_parts=changed)


def load_quarter(folder: Path) -> Prepared:
    return quarter_report(compiled.load_compiled(folder))


def quarter_report(inputs: CompiledInputs) -> Prepared:
    counts = count_compiled(inputs)
    source, published = "; ".join(inputs.sources), inputs.published
    revisions = published["revision"].astype("int64").tolist()
    based_on = dict(zip(published["week"], revisions, strict=True))
    status = inputs.weeks.set_index("week")["status"]
    messages = tuple(f"the case {name} is withdrawn: {why}" for name, why in counts.cases.withdrawn)
    described = {case.row for case in counts.cases.shown} | {*inputs.earlier["cases"]}
    shown = attribute_record(counts.published, cases=sorted(described))
    shown["private_files"][CANDIDATES] = _candidates(inputs, counts)
    return Prepared(
        period=inputs.period,
        parameters=inputs.parameters,
        cohort=inputs.cohort,
        synthetic=inputs.synthetic,
        as_of=published["as_of"].min(),  # all of the weeks' extracts reach as far at least
        source=source,
        figures=counts.figures,
        save=partial(save_counted, compiled.save_compiled, inputs, counts),
        input_texts=_input_texts(inputs),
        tables=_tables(inputs, counts),
        summary={
            "weeks": based_on,
            "follow_up_as_of": counts.followed.as_of,
            "weeks_missing": list(status.index[status == compiled.MISSING]),
            "weeks_withdrawn": list(status.index[status == compiled.WITHDRAWN]),
            "disclosure": disclosure_lines(counts.published),
        },
        texts={
            **written_texts(inputs.period, inputs.parameters, inputs.note),
            "about.yaml of a week, source": source,
            **{
                f"cases/{inputs.period}/{case.name}.md, {key}": getattr(case, key)
                for case in inputs.cases
                for key in ("body", "source", "approved_by")
            },
        },
        request_ids=inputs.request_ids,
        history=tuple(f"{week} r{revision}" for week, revision in based_on.items()),
        based_on=based_on,
        input_words=INPUT_WORDS,
        messages=messages,
        **shown,
    )


COMPILED = Preparation(gather_quarter, prepare_quarter, load_quarter, compiled.FILES)


def _input_texts(inputs: CompiledInputs) -> dict[str, str]:
    about = [str(inputs.period), inputs.cohort, inputs.synthetic, inputs.sources]
    about += [inputs.with_charges, inputs.repeated, sorted(inputs.states.items())]
    return {
        **{name: getattr(inputs, name).to_csv(index=False, lineterminator="\n") for name in TABLES},
        "about": json.dumps(about),
        "people": WEEKS.dump_json(inputs.people).decode(),
        "parameters": json.dumps(inputs.parameters, sort_keys=True),
        "note": inputs.note,
        "cases": json.dumps(CASES.dump_python(inputs.cases, mode="json"), sort_keys=True),
    }


def _tables(inputs: CompiledInputs, counts: CompiledCounts) -> dict[str, pd.DataFrame]:
    weeks = inputs.weeks.assign(**inputs.known(WEEKLY_FIGURES))
    people, shown = counts.people, counts.published
    later = after_release_lines(shown)
    of_later = [flag_of(shown.table(AFTER_RELEASE))] * len(later)
    return {
        "weeks_used": weeks.rename(columns={"status": "report"}),
        **{name: _without_empty_flags(getattr(inputs, name)) for name in compiled.TABLES},
        "charges_by_group": charge_group_lines(people.nation[CHARGES]),
        "attributes": line_frame(people.lines(), people.flags()),
        "after_release": line_frame(later, of_later).drop(columns="place"),
    }


def _without_empty_flags(table: pd.DataFrame) -> pd.DataFrame:
    return table if table["flags"].any() else table.drop(columns="flags")


def _candidates(inputs: CompiledInputs, counts: CompiledCounts) -> bytes:
    """CANDIDATES: the requests that may be described, for an analyst who looks for public
    sources."""
    rows = may_be_cases(counts.rows, inputs.charges)
    rows = rows.assign(
        row=[candidate_label(str(inputs.period), key) for key in rows["request_id"]],
        released=rows["released_at"].dt.strftime("%Y-%m"),
        **{name: rows[name].astype("str").str.lower() for name in ("arrested", "convicted")},
    )
    return csv_file(CANDIDATE_COLUMNS, rows[CANDIDATE_COLUMNS].to_dict("records"))


def _corrected_since(parts: list[Superseded], catalog: Catalog) -> Iterator[str]:
    """A week that was corrected since corrects this report too, where it had the week. Of a
    correction that another revision followed there are no words: withdrawn, it would leave them
    here, for this report is not made from it."""
    for part in parts:
        since = catalog.of(part.week)[part.used :] if part.used else []
        corrected = [r for r in since if r.kind == CORRECTED and not r.withdrawn_on]
        if corrected:
            why = f": {part.now.because.rstrip('.')}" if corrected[-1] == part.now else ""
            yield f"the {part.week.named} was corrected{why}"


def _change(part: Superseded) -> str:
    """Why a report made from this week is made again."""
    if part.now.withdrawn_on:
        return f"the {part.week.named} was withdrawn"
    if part.used is None:
        return f"the {part.week.named} was published"
    return f"the {part.week.named} is in revision {part.now.revision} ({part.now.because})"
