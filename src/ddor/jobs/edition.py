"""An edition: one report of one period in the making, from its inputs to what is published of it.

What differs between reports is in here; everything else about a run is in report.py. A report of
another kind is a subclass of Edition and a line in `ddor.reports`.
"""

import datetime as dt
import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

import pandas as pd

from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.maintained.directory import Directory
from ddor.maintained.parameters import Parameters
from ddor.published.catalog import CORRECTED, FIRST, REVISED, Catalog
from ddor.reports import report_of

P = TypeVar("P", bound=Period)


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line, for every report alike. `project`: the checkout;
    decisions: a review.csv, filled in; reason: why a report is corrected, or published under
    review."""

    project: Path
    params_file: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    force: bool = False
    decisions: Path | None = None
    accept_held: bool = False
    correct: bool = False
    reason: str = ""


class Edition(ABC, Generic[P]):
    """files: what `save` writes, which is kept privately and runs the report again.

    inputs: what it is made from, with `parameters`, the keys of parameters.IN_EFFECT as plain
    values, and `note`; counts: what was counted of them, with `figures`, name -> count, None for
    one that may not be told. directory: the tables in effect. cohort, synthetic, as_of and source:
    of the data. history: the earlier reports that it was made with, in words.
    """

    files: ClassVar[tuple[str, ...]]
    period: P
    inputs: Any
    counts: Any
    directory: Directory
    cohort: str
    synthetic: bool
    as_of: dt.date
    source: str
    history: list[str]
    # Words for the names of `input_texts`, most telling first: why there is another revision.
    input_words: ClassVar[Mapping[str, str]]
    # What a person has to look at before the report is published, whole and as a sentence each.
    review: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    # What whoever runs it is told, and nobody else.
    told: tuple[str, ...] = ()
    # As in catalog.Revision.
    records: tuple[dict, ...] = ()
    based_on: Mapping[str, int] = {}
    # As in archive.revision.Publication.
    bulk: Mapping[str, int] = {}

    @property
    def kept_tables(self) -> tuple[str, ...]:
        """The as_of of the tables kept from earlier revisions."""
        told = getattr(self.counts, "told", None)
        tables = told.tables.values() if told else ()
        return tuple(sorted({table.as_of for table in tables if table.stands}))

    @classmethod
    @abstractmethod
    def gathered(cls, period: P, parameters: Parameters) -> Self:
        """With what the parameters name, read and checked; nothing is counted yet. Raises
        DdorError."""

    @abstractmethod
    def in_archive(self, archive: Archive, order: Order, day: dt.date) -> Self:
        """With what the archive, locked by now, holds for it; counted. `day`: that of printing."""

    @classmethod
    @abstractmethod
    def loaded(cls, folder: Path) -> Self:
        """What `save` wrote, counted."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write `files`; equal inputs give equal bytes."""

    @abstractmethod
    def input_texts(self) -> dict[str, str]:
        """Name of an input -> its canonical text: what makes another revision."""

    @abstractmethod
    def tables(self) -> dict[str, pd.DataFrame]:
        """What is published as data: name -> text and whole numbers, with the meanings that its
        line in ddor.reports names."""

    @abstractmethod
    def summary(self) -> dict:
        """What summary.json has beside the figures."""

    @abstractmethod
    def request_ids(self) -> Iterable[str]:
        """The keys that must not stand in what persons wrote."""

    @abstractmethod
    def private_files(self) -> dict[str, bytes]:
        """What is kept beside the notebook and the inputs, for whoever answers for the report."""

    def texts(self) -> dict[str, str]:
        """What people wrote for it and is published: the place -> Markdown or plain text."""
        parameters = self.inputs.parameters
        named = {f"the parameter {key}": parameters[key] for key in ("publisher", "contact")}
        return {f"notes/{self.period}.md": self.inputs.note, **named}

    def news(self, catalog: Catalog) -> list[str]:
        """Why this revision is a correction, other than by --correct; none for a planned one."""
        return []

    def waiting(self, folder: Path) -> tuple[list[str], dict[str, bytes]]:
        """Of a report under review: what to tell, and the files to fill in, name -> bytes, which
        will lie in `folder`."""
        return [], {}

    def newer(self, archive: Archive, revision: int) -> dict[str, bytes]:
        """Path below outputs/ -> bytes, of what is kept privately although nothing is published
        anew: `revision` is the one that stays."""
        return {}

    def beside(self) -> dict[str, bytes]:
        """Path below runs/ -> bytes, of private files that change with a publication."""
        return {}

    def kind_and_reason(
        self, catalog: Catalog, changed: list[str] | None, correction: str
    ) -> tuple[str, str]:
        """-> catalog.Revision.kind and .because. `changed`: names of the inputs that differ from
        the revision before, None if that is not on record; `correction`: the reason of --correct,
        or ""."""
        if not catalog.of(self.period):
            return FIRST, ""
        if correction:
            return CORRECTED, correction
        if news := self.news(catalog):
            return CORRECTED, "; ".join(news)
        return REVISED, self.planned(catalog, changed)

    def planned(self, catalog: Catalog, changed: list[str] | None) -> str:
        """Why a revision that corrects no mistake is made, in words."""
        if changed is None:
            return "there is no record of what changed"
        words = [words for name, words in self.input_words.items() if name in changed]
        if self.as_of.isoformat() < catalog.of(self.period)[-1].as_of:
            words = [each.replace("new data", "data of an earlier date") for each in words]
        return ", ".join(dict.fromkeys(words)) or "a new run on the same inputs"


def edition_of(period: P) -> type[Edition[P]]:
    module, _, name = report_of(period).edition.partition(":")
    return getattr(importlib.import_module(module), name)
