"""What a counted and executed week becomes: its downloads, its private files, and why it is new."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ddor.archive.catalog import CORRECTED, FIRST, REVISED, Revision
from ddor.archive.downloads import descriptor, json_file, table_files, with_notice
from ddor.archive.meanings import COLUMNS, FIGURES
from ddor.archive.page import NAME
from ddor.archive.workbook import Cover, workbook_file
from ddor.calendar import long_date
from ddor.corrections import GROUNDS, STATUSES, UPHELD, flags_for, to_plain
from ddor.errors import UsageError
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.history import ATTRIBUTES
from ddor.inputs import INPUT_FILES, Inputs
from ddor.jobs.review import review_list
from ddor.measures.attributes import CHARGES, OTHER
from ddor.measures.disclosure import (
    NATIONAL,
    Earlier,
    Shown,
    last_shown,
    plain_shown,
    protected_listed,
)
from ddor.measures.figures import Counts
from ddor.measures.private import private_counts
from ddor.measures.published import attribute_lines, charge_group_lines

TEMPLATE, PRIVATE_COUNTS = "template.ipynb", "private_counts.json"
# What a changed input is called on a page, most telling first.
INPUT_WORDS = {
    "requests": "new data", "charges": "new data", "about": "new data",
    "decisions": "decisions on requests held back", "corrections": "a dispute or its answer",
    "agencies": "changes in the directory of agencies", "policies": "changes in the policies",
    "coverage": "changes in the coverage", "parameters": "changed parameters",
    "note": "a changed note", "template": "a changed text of the report",
    "history": "changes in the weeks before", "code_lists": "changed code lists",
}  # fmt: skip


def data_files(inputs: Inputs, counts: Counts, figures: dict[str, int]) -> dict[str, bytes]:
    """The downloads: file name -> bytes."""
    about = inputs.extract.about
    agency_tables = {
        "issued_by_agency": counts.issued_by_agency,
        "declined_by_agency": counts.declined_by_agency,
        "held_back_by_agency": counts.held_back_by_agency,
    }
    tables = {name: _flagged(table, inputs) for name, table in agency_tables.items()} | {
        "charges_by_group": charge_group_lines(counts.attributes[CHARGES]),
        "attributes": attribute_lines(counts.attributes),
        "checks": counts.checks,
        "reconciliation": counts.reconciliation,
    }
    summary = {
        "week": str(inputs.week),
        "last_day": inputs.week.last_day.isoformat(),
        "cohort": inputs.parameters["cohort"],
        "as_of": about.as_of.isoformat(),
        "source": about.source,
        "synthetic": about.synthetic,
        "figures": figures,
        "disclosure": _disclosure(counts.attributes),
        "disputes": public_records(inputs),
    }
    notice = SYNTHETIC_NOTICE if about.synthetic else ""
    cover = _cover(inputs, notice)
    book = workbook_file({"figures": _figure_table(figures)} | tables, COLUMNS, cover)
    if notice:
        summary = {"notice": notice} | summary
        tables = with_notice(tables)
    return {
        f"ddor-{inputs.week}.xlsx": book,
        "summary.json": json_file(summary),
        "datapackage.json": descriptor(_package(inputs), tables),
        **table_files(tables),
    }


def _cover(inputs: Inputs, notice: str) -> Cover:
    """The first sheet of the workbook."""
    title = f"{NAME}, week of {inputs.week.title}"
    publisher, as_of = inputs.parameters["publisher"], long_date(inputs.extract.about.as_of)
    named = f"{publisher}. " if publisher else ""
    return Cover(
        title=title,
        week=f"week of {inputs.week.title}",
        source=inputs.extract.about.source or "not named",
        as_of=as_of,
        citation=f"{named}{title}, data as of {as_of}. The page of the week has its revision.",
        publisher=publisher or "not named",
        contact=inputs.parameters["contact"],
        notice=notice,
    )


def _figure_table(figures: dict[str, int]) -> pd.DataFrame:
    """summary.json's figures as a table, for the workbook."""
    lines = [(name, value, FIGURES[name]) for name, value in figures.items()]
    return pd.DataFrame(lines, columns=["figure", "value", "meaning"])


def _package(inputs: Inputs) -> dict:
    """What the description of the data says of it as a whole."""
    about = inputs.extract.about
    notice = f"{SYNTHETIC_NOTICE}. " if about.synthetic else ""
    return {
        "name": f"ddor-{inputs.week}",
        "title": f"{NAME}, week of {inputs.week.title}",
        "description": f"{notice}Counts of requests, data as of {about.as_of}. "
        "The figures of the week and what was withheld are in summary.json.",
        "sources": [{"title": about.source or "not named"}],
    }


def _flagged(table: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """With a last column `flags` where a figure of the table is disputed."""
    flags = flags_for(inputs.corrections, table.columns)
    if not flags:
        return table
    return table.assign(flags=table["agency_id"].map(flags).fillna("").astype("str"))


def _disclosure(attributes: dict[str, Shown]) -> list[dict]:
    """What was added up, withheld or kept from an earlier revision, one entry for each table."""
    return [
        {
            "attribute": name,
            "agency_id": agency_id,
            "shown": agency_id in shown.tables,
            "added_up": agency_id in shown.tables and OTHER in shown.tables[agency_id].index,
            "withheld": shown.withheld.get(agency_id, ""),
            "as_of": shown.as_of,
        }
        for name, shown in attributes.items()
        for agency_id in sorted({NATIONAL, *shown.tables, *shown.withheld})
    ]


def kept_tables(attributes: dict[str, Shown]) -> tuple[str, ...]:
    """The as_of of the tables kept from earlier revisions."""
    return tuple(sorted({shown.as_of for shown in attributes.values() if shown.stands}))


def public_records(inputs: Inputs) -> list[dict]:
    """The week's disputes and corrections, without the labels of rows."""
    return [
        record | {"action": {"rows": len(record["action"]["rows"])} if record["action"] else None}
        for record in to_plain(inputs.corrections)
    ]


def private_files(
    executed: Path,
    template: Path,
    inputs: Inputs,
    counts: Counts,
    flags: pd.DataFrame,
    ledger: pd.DataFrame,
) -> dict[str, bytes]:
    """What an analyst needs to answer for the revision, and what runs it again."""
    folder = executed.parent / "inputs"
    earlier = Earlier.from_plain(inputs.earlier)
    told = {
        "attributes": plain_shown(last_shown(earlier, counts.attributes)),
        "listed": protected_listed(counts.status, earlier.listed),
    }
    return {
        "report.ipynb": executed.read_bytes(),
        TEMPLATE: template.read_bytes(),
        PRIVATE_COUNTS: private_counts_file(inputs, counts),
        ATTRIBUTES: (json.dumps(told) + "\n").encode(),
        "review.csv": review_list(counts, inputs.directory.agencies, flags, ledger),
        **{name: (folder / name).read_bytes() for name in INPUT_FILES},
    }


def private_counts_file(inputs: Inputs, counts: Counts) -> bytes:
    private = private_counts(counts.status, inputs.week, inputs.parameters["cohort"])
    return (json.dumps(private, indent=1) + "\n").encode()


def kind_and_reason(
    before: Revision | None,
    changed: list[str] | None,
    inputs: Inputs,
    correction: str,
) -> tuple[str, str]:
    """-> catalog.Revision.kind and .because. `changed`: names of the inputs that differ from the
    revision before, None if that is not on record; `correction`: the reason of --correct, or "".
    """
    if before is None:
        return FIRST, ""
    if correction:
        return CORRECTED, correction
    known = [(record["name"], record["status"], record["action"]) for record in before.records]
    new = [record for record in public_records(inputs) if record["status"] in UPHELD
           and (record["name"], record["status"], record["action"]) not in known]  # fmt: skip
    if new:
        told = [f"agency {record['agency_id']} disputed a figure ({GROUNDS[record['ground']]}), "
                f"{STATUSES[record['status']]}" for record in new]  # fmt: skip
        return CORRECTED, "; ".join(told)
    if changed is None:
        return REVISED, "what has changed is not on record"
    words = [words for name, words in INPUT_WORDS.items() if name in changed]
    return REVISED, ", ".join(dict.fromkeys(words)) or "a new run on the same inputs"


def changed_inputs(hashes: dict[str, str], manifest: Path) -> list[str] | None:
    """The inputs whose hash differs from those in the manifest of an earlier revision, None
    without it."""
    if not manifest.exists():
        return None
    before = json.loads(manifest.read_text(encoding="utf-8"))["inputs"]
    return [name for name, digest in hashes.items() if before.get(name) != digest]


def review_lines_of(counts: Counts) -> list[str]:
    """What a person has to look at, as text."""
    return [" ".join(map(str, line)) for line in counts.review.to_numpy()]


def accepted_because(order, counts: Counts, last: Revision | None, manifest: Path) -> str:
    """Why a week under review is published; "" if it is not under review, or waits. A reason given
    for the last revision stands as long as there is the same to look at: an agency's dispute must
    not wait for it to be given again. `order`: jobs.weekly.Order."""
    if not len(counts.review):
        return ""
    if order.accept_held:
        return order.reason
    if last is None or not last.accepted or not manifest.exists():
        return ""
    before = json.loads(manifest.read_text(encoding="utf-8")).get("review")
    return last.accepted if before == review_lines_of(counts) else ""


def record_texts(inputs: Inputs) -> list[str]:
    """What analysts wrote in the week's records, and is published."""
    return [text for record in inputs.corrections for text in (record.answer, record.notice)]


def refuse_request_ids(texts: Iterable[str], request_ids: Iterable[str]) -> None:
    """A request_id is never published, and review.csv lies before whoever writes a reason. Raises
    UsageError. A key that could be a word or a number of a sentence is not looked for."""
    keys = {each for each in request_ids if re.search("[0-9]", each) and re.search("[^0-9]", each)}
    keys |= {each for each in request_ids if len(each) > 6}
    for text in texts:
        if keys & set(re.findall(r"[\w./-]*\w", text)):
            raise UsageError("a reason, note, answer or notice holds the key of a request (not "
                             "shown); it would be published: take it out")  # fmt: skip
