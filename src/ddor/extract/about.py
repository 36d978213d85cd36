"""about.yaml (or the sheet `about`): when the extract was taken, where from, whether it is real."""

from dataclasses import dataclass, field
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator
from pydantic.dataclasses import dataclass as model

from ddor.errors import Problem
from ddor.extract.model import DATETIMES, About
from ddor.extract.records import (
    Day,
    FileProblems,
    decoded,
    keys_of,
    one_of,
    read_keys,
    report_twice,
    typed,
)

# The dates that tell what had happened by then; the others may lie in the future or be old.
HAPPENED = [name for name in DATETIMES if name not in ("release_due_at", "sentence_ends_on")]


@model
class Said:
    """What the extract says of itself; None where it says nothing."""

    as_of: Day | None = None
    source: str | None = None
    # True is YAML's own spelling.
    synthetic: Annotated[str, AfterValidator(str.lower), one_of(("true", "false"))] = "false"


KEYS = keys_of(Said)


@dataclass
class Told(FileProblems):
    """What the extract says of itself, and what is wrong with that."""

    said: Said = field(default_factory=Said)


def told_by_yaml(data: bytes) -> Told:
    """What an about.yaml says."""
    told = Told("about.yaml", "docs/extract.md")
    return _typed(told, read_keys(decoded(data, told), told))


def told_by_pairs(pairs: list[tuple[str, str]], label: str, problems: list[Problem]) -> Told:
    """What the rows of a sheet `about` say; `problems` are those of the sheet itself."""
    told = Told(label, "docs/extract.md", problems)
    report_twice([key for key, _ in pairs], told)
    return _typed(told, dict(pairs))


def _typed(told: Told, given: dict[str, str] | None) -> Told:
    told.said = typed(Said, given or {}, told) or told.said
    return told


def settle(told: Told, frames: dict[str, pd.DataFrame], cohort: str) -> About | None:
    """The About of the extract; what is not said follows from the typed tables: as_of is the
    latest date among HAPPENED. None, with a problem reported, where that cannot be."""
    said = told.said
    if said.as_of is None and cohort == "issued" and not told.problems:
        mend = f"add the line `as_of: YYYY-MM-DD` to {told.label}"
        told.report("as_of", "no as_of", "the date of extraction (needed by cohort: issued)", mend)
    latest = [frame[name].max() for frame in frames.values() for name in frame if name in HAPPENED]
    last = pd.Series(latest, dtype="datetime64[s]").max()
    as_of = said.as_of or (None if pd.isna(last) else last.date())
    return as_of and About(as_of, said.source or "not stated", said.synthetic == "true")
