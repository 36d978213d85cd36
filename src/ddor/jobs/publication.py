"""What a counted and executed report becomes: its downloads, and why it is new."""

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import pandas as pd

from ddor.archive.data_dictionary import DataDictionary, dictionary_of
from ddor.archive.downloads import descriptor, json_file, table_files, with_notice
from ddor.archive.publish import Archive
from ddor.archive.workbook import Cover, workbook_file
from ddor.calendar import Period, long_date
from ddor.errors import UsageError
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.extract.request_keys import RequestKeys
from ddor.jobs.edition import Edition, Order
from ddor.publishable import UNFILLED, as_read
from ddor.published.catalog import Revision
from ddor.reports import report_of

TEMPLATE = "template.ipynb"


def data_files(edition: Edition, figures: dict[str, int | None]) -> dict[str, bytes]:
    """The downloads: file name -> bytes."""
    notice = SYNTHETIC_NOTICE if edition.synthetic else ""
    tables, dictionary = edition.tables(), dictionary_of(report_of(edition.period))
    summary = {
        edition.period.noun: str(edition.period),
        "last_day": edition.period.last_day.isoformat(),
        "cohort": edition.cohort,
        "as_of": edition.as_of.isoformat(),
        "source": edition.source,
        "synthetic": edition.synthetic,
        "figures": figures,
    } | edition.summary()
    cover = _cover(edition, notice)
    figure_table = _figure_table(figures, dictionary)
    book = workbook_file({"figures": figure_table} | tables, dictionary.of_columns, cover)
    if notice:
        summary = {"notice": notice} | summary
        tables = with_notice(tables)
    return {
        f"ddor-{edition.period}.xlsx": book,
        "summary.json": json_file(summary),
        "datapackage.json": descriptor(_package(edition), tables, dictionary),
        **table_files(tables),
    }


def _title(period: Period) -> str:
    return f"{report_of(period).name}, {period.named}"


def _cover(edition: Edition, notice: str) -> Cover:
    """The first sheet of the workbook."""
    period, parameters = edition.period, edition.inputs.parameters
    publisher, as_of = parameters["publisher"], long_date(edition.as_of)
    named = f"{publisher}. " if publisher else ""
    return Cover(
        title=_title(period),
        period=period.named,
        source=edition.source or "not named",
        as_of=as_of,
        citation=f"{named}{_title(period)}, data as of {as_of}. The page of the {period.noun} has "
        "its revision.",
        publisher=publisher or "not named",
        contact=parameters["contact"],
        notice=notice,
    )


def _figure_table(figures: dict[str, int | None], dictionary: DataDictionary) -> pd.DataFrame:
    """summary.json's figures as a table, for the workbook; what may not be told is not in it."""
    lines = [
        (name, value, dictionary.figures[name])
        for name, value in figures.items()
        if value is not None
    ]
    return pd.DataFrame(lines, columns=["figure", "value", "meaning"])


def _package(edition: Edition) -> dict:
    """What the description of the data says of it as a whole."""
    notice = f"{SYNTHETIC_NOTICE}. " if edition.synthetic else ""
    noun = edition.period.noun
    return {
        # Frictionless wants small letters.
        "name": f"ddor-{edition.period}".lower(),
        "title": _title(edition.period),
        "description": f"{notice}Counts of requests, data as of {edition.as_of}. "
        f"The figures of the {noun} and what was withheld are in summary.json.",
        "sources": [{"title": edition.source or "not named"}],
    }


def changed_inputs(hashes: dict[str, str], manifest: Path) -> list[str] | None:
    """The inputs whose hash differs from those in the manifest of an earlier revision, None
    without it."""
    if not manifest.exists():
        return None
    before = json.loads(manifest.read_text(encoding="utf-8"))["inputs"]
    return [name for name, digest in hashes.items() if before.get(name) != digest]


def accepted_because(
    order: Order, review: tuple[str, ...], last: Revision | None, manifest: Path
) -> str:
    """Why a report under review is published; "" if it is not under review, or waits. A reason
    given for the last revision stands as long as there is the same to look at: an agency's dispute
    must not wait for it to be given again."""
    if not review:
        return ""
    if order.accept_held:
        return order.reason
    if last is None or not last.accepted or not manifest.exists():
        return ""
    before = json.loads(manifest.read_text(encoding="utf-8")).get("review")
    return last.accepted if before == list(review) else ""


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
