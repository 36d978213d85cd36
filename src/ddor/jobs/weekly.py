"""The weekly report: what it is made from, what a person decides of it, and what it publishes.

The run itself is in report.py. A week's extract is read, corrected, checked and counted; a request
that a check holds back, and a week that a check wants a person to look at, is on review.csv, and
what was decided of it in the ledger.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path

import pandas as pd

from ddor import inputs as week_inputs
from ddor.archive.publish import Archive
from ddor.archive.trend import kept_of
from ddor.extract.model import ALWAYS_SAID
from ddor.inputs import Inputs, save_counted, save_inputs
from ddor.jobs.order import REVIEW_LIST, Order
from ddor.jobs.prepared import Preparation, Prepared, attribute_record, written_texts
from ddor.jobs.review import flags_of, read_decisions, review_lines, review_list
from ddor.maintained import corrections as disputes
from ddor.maintained.directory import COLUMNS
from ddor.measures.disclosure import disclosure_lines, flag_of
from ddor.measures.figures import Counts, bulk_recorded, count_inputs
from ddor.measures.people import CHARGES, attribute_lines, charge_group_lines
from ddor.published import ledger as ledgers
from ddor.published.catalog import Catalog, read_catalog
from ddor.reference.figures import BY_AGENCY

INPUT_WORDS = dict.fromkeys(("requests", "charges", "about"), "new data") | {
    "decisions": "decisions on requests held back",
    "corrections": "a dispute or its answer",
    "agencies": "changes in the directory of agencies",
    "policies": "changes in the policies",
    "coverage": "changes in the coverage",
}
ANOTHER_WEEK = "is this the extract of another one?"
# What makes a record of a dispute another one.
STATE = itemgetter("name", "status", "action")


def prepare_week(inputs: Inputs, archive: Archive, order: Order, day: dt.date) -> Prepared:
    """`inputs`: what was read of the week, without the archive; another run may have published
    since. The ledger gets this week's flags, and the decisions of a filled-in list at once, so that
    none is lost if the week cannot be published; a draft records nothing."""
    about, week = inputs.extract.about, inputs.week
    catalog = read_catalog(archive.site, inputs.parameters["cohort"], about.synthetic)
    inputs = week_inputs.with_archive(inputs, archive.output)
    counts = count_inputs(inputs)
    flags = flags_of(counts, week)
    ledger = ledgers.with_flags(ledgers.read_ledger(archive.runs), flags)
    if order.decisions:
        decisions = read_decisions(order.decisions, flags, inputs.ledger)
        ledger = ledgers.with_decisions(ledger, decisions, day.isoformat())
        if not order.draft:
            archive.publish({}, {f"runs/{ledgers.LEDGER}": _csv(ledger).encode()})
        lines = ledgers.lines_of(ledger, week, inputs.extract.requests["request_id"])
        inputs = replace(inputs, ledger=lines)
        counts = count_inputs(inputs)
        ledger = ledgers.with_flags(ledger, flags_of(counts, week))
    report = week_report(inputs, counts, ledger)
    return replace(
        report,
        waiting=partial(review_lines, counts),
        catalog=catalog,
        corrections=tuple(_upheld_since(report, catalog)),
        beside={ledgers.LEDGER: _csv(ledger).encode()},
        newer=partial(week_inputs.newer_flags, inputs),
    )


def load_week(folder: Path) -> Prepared:
    inputs = week_inputs.load_inputs(folder)
    return week_report(inputs, count_inputs(inputs))


def week_report(inputs: Inputs, counts: Counts, ledger: pd.DataFrame | None = None) -> Prepared:
    """`ledger`: the whole private one, with this week's flags; none where nothing is published."""
    about, published = inputs.extract.about, counts.published
    # The week's disputes and corrections, without the labels of rows.
    records = tuple(
        record | {"action": {"rows": len(record["action"]["rows"])} if record["action"] else None}
        for record in disputes.RECORDS.dump_python(inputs.corrections, mode="json")
    )
    attributes, flags = attribute_lines(published), flags_of(counts, inputs.week)
    ledger = ledgers.no_ledger() if ledger is None else ledger
    shown = attribute_record(published)
    shown["private_files"][REVIEW_LIST] = review_list(counts, flags, ledger)
    return Prepared(
        period=inputs.week,
        parameters=inputs.parameters,
        cohort=inputs.parameters["cohort"],
        synthetic=about.synthetic,
        as_of=about.as_of.isoformat(),
        source=about.source,
        figures=counts.figures,
        save=partial(save_counted, save_inputs, inputs, counts),
        input_texts=week_texts(inputs, counts),
        tables={
            **{name: _flagged(getattr(counts, name), inputs) for name in BY_AGENCY},
            "charges_by_group": charge_group_lines(
                counts.nation(CHARGES), flag_of(published.table(CHARGES))
            ),
            "attributes": attributes,
            "checks": counts.checks,
            "reconciliation": counts.reconciliation,
        },
        summary={"disclosure": disclosure_lines(published), "disputes": list(records)},
        texts=_texts(inputs),
        request_ids=inputs.extract.requests["request_id"],
        history=inputs.history.weeks,
        records=records,
        trend=kept_of(attributes, bulk_recorded(counts)),
        input_words=INPUT_WORDS,
        review=tuple(" ".join(map(str, line)) for line in counts.review.to_numpy()),
        reasons=tuple(counts.review["reason"]),
        messages=tuple(_doubts(counts)),
        **shown,
    )


def _doubts(counts: Counts) -> Iterator[str]:
    """Whether it looks like the extract of another week, for whoever runs it."""
    outside, received = (counts.known[f"{name}_total"] for name in ("outside_week", "received"))
    if not counts.known["issued_total"]:
        yield f"no request was issued in the week: {ANOTHER_WEEK}"
    elif 2 * outside > received:
        yield f"{outside:,} of the {received:,} requests are not of the week: {ANOTHER_WEEK}"


def week_texts(inputs: Inputs, counts: Counts) -> dict[str, str]:
    """Name of an input of a week -> its canonical text. Of the history and the ledger only what
    this week's report is made with: an older week published later, or a decision on a request
    that is not in it, makes no new revision of it. What earlier revisions published about people
    is no input here: it says which tables may be shown, and follows from the revisions themselves.
    `counts`: what was counted of the inputs."""
    about, cleared = inputs.extract.about, counts.cleared.to_numpy().tolist()
    beside = [f"{key} {value}" for key, value in about.keys().items() if key not in ALWAYS_SAID]
    tables = {name: getattr(inputs.directory, name) for name in COLUMNS}
    # E5 compares with the highest week of each agency asked; with a short history it does not.
    # Section II names the last published week with its total, and no other.
    history, used = inputs.history, ""
    if history.is_long_enough():
        asked = sorted(inputs.extract.requests["agency_id"].unique())
        used = history.highest().reindex(asked, fill_value=0).to_csv(lineterminator="\n")
    if history.last_declined is not None:
        used += f"{history.weeks[-1]} {history.last_declined}\n"
    return {
        # No published byte depends on the flag; what is newer is kept privately.
        "requests": _csv(inputs.extract.requests.drop(columns="protected")),
        "charges": _csv(inputs.extract.charges),
        "about": " ".join([f"{about.as_of} {about.synthetic} {about.source}", *beside]),
        "week": str(inputs.week),
        "parameters": json.dumps(inputs.parameters, sort_keys=True),
        **{name: _csv(table) for name, table in tables.items()},
        "note": inputs.note,
        "corrections": disputes.canonical(inputs.corrections),
        "history": used,
        # The flags that would stand without a decision.
        "decisions": json.dumps(cleared) if cleared else "",
        "waiting": str(counts.long_held or ""),
    }


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


WEEKLY = Preparation(week_inputs.read_inputs, prepare_week, load_week, week_inputs.INPUT_FILES)


def _texts(inputs: Inputs) -> dict[str, str]:
    names = inputs.extract.requests["agency_name"].unique()
    return {
        **written_texts(inputs.week, inputs.parameters, inputs.note),
        "about.yaml, source": inputs.extract.about.source,
        "requests, agency_name": "\n".join(names),
        **{
            f"corrections/{record.name}.yaml, {key}": getattr(record, key)
            for record in inputs.corrections
            for key in ("answer", "notice")
        },
        # Together, since a name may be what has to be taken out.
        "corrections/, the name of a file": " ".join(r.name for r in inputs.corrections),
    }


def _flagged(table: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """With a last column `flags` where a figure of the table is disputed."""
    flags = disputes.flags_for(inputs.corrections, table.columns)
    return disputes.flagged(table, flags) if flags else table


def _upheld_since(report: Prepared, catalog: Catalog) -> Iterator[str]:
    """The disputes that were upheld since the last revision, in words: each is a correction."""
    before = catalog.last_retained(report.period)
    known = [STATE(each) for each in before.records] if before else []
    for each in report.records if before else ():
        if each["status"] in disputes.UPHELD and STATE(each) not in known:
            ground, status = disputes.GROUNDS[each["ground"]], disputes.STATUSES[each["status"]]
            yield f"agency {each['agency_id']} disputed a figure ({ground}), {status}"
