"""A report in the making, as one value: what it is made from, what was counted, what is published.

What differs between reports is prepared by functions (`Preparation`), one set for each kind of
report: those of weekly.py and quarterly.py. Everything else about a run is in report.py, and the
same for all.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.maintained.parameters import Parameters
from ddor.measures.disclosure import Told
from ddor.published.catalog import Catalog

REVIEW_LIST = "review.csv"


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line, for every report alike. `project`: the checkout;
    decisions: a review.csv, filled in; reason: why a report is corrected, or published under
    review."""

    project: Path
    params: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    force: bool = False
    decisions: Path | None = None
    accept_held: bool = False
    correct: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Prepared:
    """A report of one period, read, checked and counted; nothing of it is executed yet.

    parameters: the keys of parameters.IN_EFFECT as plain values. cohort, synthetic, as_of (in ISO
    form) and source: of the data. figures: name -> count, None for one that may not be told.
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
    # What is published as data: name -> text and whole numbers, with the meanings that its line in
    # ddor.reports names; and what summary.json has beside the figures.
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
    # As in archive.acts.Publication.
    bulk: Mapping[str, int] = field(default_factory=dict)
    # Name of an input -> why there is another revision when it changed; those of OF_ANY_REPORT
    # come after these.
    input_words: Mapping[str, str] = field(default_factory=dict)
    # What a person has to look at before it is published, whole and as a sentence each; and what
    # that person is told if the report waits. The list to fill in is the private REVIEW_LIST.
    review: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    # What whoever runs it is told, and nobody else.
    told: tuple[str, ...] = ()

    # What follows depends on the archive that it is prepared in.
    catalog: Catalog = field(default_factory=Catalog)
    # Why this revision is a correction, other than by --correct; none for a planned one.
    corrections: tuple[str, ...] = ()
    # Which parts of the report are others by now; none of one that has no parts.
    changed_parts: tuple[str, ...] = ()
    # Path below runs/ -> bytes, of private files that change with a publication; and, by the number
    # of the revision that stays, of what is kept there although nothing is published anew.
    beside: Mapping[str, bytes] = field(default_factory=dict)
    newer: Callable[[int], dict[str, bytes]] | None = None


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


def written_texts(period: Period, parameters: Mapping[str, Any], note: str) -> dict[str, str]:
    """Prepared.texts of every report."""
    named = {f"the parameter {key}": parameters[key] for key in ("publisher", "contact")}
    return {f"notes/{period}.md": note, **named}


def kept_tables(told: Told) -> tuple[str, ...]:
    """The as_of of the tables kept from earlier revisions."""
    return tuple(sorted({table.as_of for table in told.tables.values() if table.stands}))
