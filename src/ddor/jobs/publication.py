"""What a prepared report becomes: its downloads, why it is new, and what its texts may not hold."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from itertools import chain

import pandas as pd

from ddor.archive.downloads import descriptor, dictionary_of, json_file, table_files, with_notice
from ddor.archive.publish import Archive
from ddor.archive.workbook import Cover, workbook_file
from ddor.calendar import long_date
from ddor.errors import UsageError
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.extract.request_keys import RequestKeys
from ddor.jobs.identity import identity_of
from ddor.jobs.prepared import Order, Prepared
from ddor.publishable import UNFILLED, as_read
from ddor.published.catalog import CORRECTED, FIRST, REVISED, Revision
from ddor.reports import report_of

TEMPLATE = "template.ipynb"
# Why there is another revision, by the name of the input that changed.
OF_ANY_REPORT = {
    "parameters": "changed parameters",
    "note": "a changed note",
    "template": "a changed text of the report",
    "history": "changes in the weeks before",
    "code_lists": "changed code lists",
    "method": "changed rules of counting",
}


def data_files(report: Prepared) -> dict[str, bytes]:
    """The downloads: file name -> bytes."""
    period, tables, kind = report.period, report.tables, report_of(report.period)
    dictionary, title = dictionary_of(kind), f"{kind.name}, {period.named}"
    notice = SYNTHETIC_NOTICE if report.synthetic else ""
    source, as_of = report.source or "not named", long_date(report.as_of)
    publisher = report.parameters["publisher"]
    cover = Cover(
        title=title,
        period=period.named,
        source=source,
        as_of=as_of,
        citation=f"{publisher}{'. ' if publisher else ''}{title}, data as of {as_of}. "
        f"The page of the {period.noun} has its revision.",
        publisher=publisher or "not named",
        contact=report.parameters["contact"],
        notice=notice,
    )
    # For the workbook, without what may not be told.
    told = {name: value for name, value in report.figures.items() if value is not None}
    lines = [(name, value, dictionary.figures[name]) for name, value in told.items()]
    figures = pd.DataFrame(lines, columns=["figure", "value", "meaning"])
    book = workbook_file({"figures": figures} | tables, dictionary.of_columns, cover)
    package = {
        "name": f"ddor-{period}".lower(),  # Frictionless wants small letters
        "title": title,
        "description": f"{notice}{'. ' if notice else ''}Counts of requests, data as of "
        f"{report.as_of}. The figures of the {period.noun} and what was withheld are in "
        "summary.json.",
        "sources": [{"title": source}],
    }
    summary = {
        **({"notice": notice} if notice else {}),
        period.noun: str(period),
        "last_day": period.last_day.isoformat(),
        "cohort": report.cohort,
        "as_of": report.as_of,
        "source": report.source,
        "synthetic": report.synthetic,
        "figures": report.figures,
        **report.summary,
    }
    if notice:
        tables = with_notice(tables)
    return {
        f"ddor-{period}.xlsx": book,
        "summary.json": json_file(summary),
        "datapackage.json": descriptor(package, tables, dictionary),
        **table_files(tables),
    }


def revision_line(
    archive: Archive, report: Prepared, order: Order, hashes: dict[str, str], day: dt.date
) -> Revision:
    """Its line in the catalog, but for what its article and data add to that. `hashes`: of the
    inputs by name; `day`: that of printing."""
    period, last = report.period, report.catalog.current(report.period)
    file = archive.runs / str(period) / f"r{last.revision if last else 0}" / "manifest.json"
    # Empty where the last revision's private run is not at hand.
    manifest = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kind, because = _kind_and_reason(report, order, hashes, manifest)
    listed = {name: report.figures.get(name) for name in report_of(period).listed}
    return Revision(
        revision=archive.next_revision(period),
        identity=identity_of(hashes),
        published_on=day.isoformat(),
        as_of=report.as_of,
        source=report.source,
        figures={name: count for name, count in listed.items() if count is not None},
        kind=kind,
        because=because,
        accepted=_accepted_because(report, order, last, manifest),
        records=list(report.records),
        kept_tables=list(report.kept_tables),
        based_on=dict(report.based_on),
    )


def _kind_and_reason(
    report: Prepared, order: Order, hashes: dict[str, str], manifest: Mapping
) -> tuple[str, str]:
    """-> catalog.Revision.kind and .because. `manifest`: of the last revision."""
    last = report.catalog.current(report.period)
    if last is None:
        return FIRST, ""
    if order.correct:
        return CORRECTED, order.reason
    if report.corrections:
        return CORRECTED, "; ".join(report.corrections)
    used = manifest.get("inputs", {})
    changed = [name for name in hashes if used and used.get(name) != hashes[name]]
    of_inputs = {**report.input_words, **OF_ANY_REPORT}
    if report.changed_parts:
        others = [name for name in changed if name in ("cases", "parameters", "note")]
        return REVISED, "; ".join([*report.changed_parts, *(of_inputs[name] for name in others)])
    if not manifest:
        return REVISED, "there is no record of what changed"
    words = [words for name, words in of_inputs.items() if name in changed]
    if report.as_of < last.as_of:
        words = [each.replace("new data", "data of an earlier date") for each in words]
    return REVISED, ", ".join(dict.fromkeys(words)) or "a new run on the same inputs"


def _accepted_because(
    report: Prepared, order: Order, last: Revision | None, manifest: Mapping
) -> str:
    """Why a report under review is published; "" if it is not under review, or waits. A reason
    given for the last revision, whose `manifest` this is, stands as long as there is the same to
    look at: an agency's dispute must not wait for it to be given again."""
    if not report.review:
        return ""
    if order.accept_held:
        return order.reason
    return last.accepted if last and manifest.get("review") == list(report.review) else ""


def keys_of(archive: Archive, request_ids: Iterable[str] = (), weeks: int = 0) -> RequestKeys:
    """The keys that no text may hold: `request_ids`, and those of every revision of the newest
    `weeks` that were published, of all weeks if 0: a text may speak of what was."""
    folders = sorted(archive.runs.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"))[-weeks:]
    kept = chain(*(folder.glob("r[0-9]*/extract.parquet") for folder in folders))
    tables = [pd.read_parquet(file, columns=["request_id"]) for file in kept]
    return RequestKeys(chain(request_ids, *(table["request_id"] for table in tables)))


def refuse_unfit(texts: Mapping[str, str], keys: RequestKeys) -> None:
    """`texts`: a place -> what a person wrote there. Raises UsageError with every place where it
    holds the key of a request, which is not shown, or a `{{` or `{%`: outside the written pages
    and the notebook nothing fills them."""
    problems = []
    for place, text in texts.items():
        read = as_read(text)
        if keys.in_text(read):
            problems.append(f"{place}: it holds the key of a request (not shown); take it out")
        if found := UNFILLED.search(read):
            lines = enumerate(text.splitlines(), start=1)
            line = next((n for n, each in lines if UNFILLED.search(as_read(each))), 1)
            problems.append(
                f'{place}, line {line}: "{found[0]}" is filled in the notebook and in '
                "the written pages only; write the words themselves"
            )
    if problems:
        raise UsageError("\n".join(["a text would be published that may not be:", *problems]))
