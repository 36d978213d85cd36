"""about.yaml (or the sheet `about`): when the extract was taken, where from, whether it is real.

Read as text and typed here, because YAML would make a date, a number or a boolean of anything.
"""

import datetime as dt
import re
from dataclasses import dataclass, field

import pandas as pd
import yaml

from ddor.errors import Problem
from ddor.extract.advice import nearest
from ddor.extract.model import About
from ddor.extract.table import shown

KEYS = ("as_of", "source", "synthetic")
# The dates that tell what had happened by then; the others may lie in the future or be old.
HAPPENED = (
    ("requests", "issued_at"),
    ("requests", "outcome_recorded_at"),
    ("requests", "notice_at"),
    ("requests", "released_at"),
    ("requests", "ice_custody_at"),
    ("requests", "follow_up_on"),
    ("charges", "charged_on"),
)


@dataclass
class Told:
    """What the extract says of itself, typed; None where it says nothing."""

    label: str
    as_of: dt.date | None = None
    source: str | None = None
    synthetic: bool | None = None
    problems: list[Problem] = field(default_factory=list)

    def tell(self, key: str, seen: str, expected: str, mend: str) -> None:
        self.problems.append(Problem(self.label, (), key, seen, expected, mend))


def told_by_yaml(data: bytes) -> Told:
    """What an about.yaml says; its problems are in the answer."""
    told = Told("about.yaml")
    try:
        node = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        seen = f"text that cannot be read (line {where.line + 1})" if where else "damaged text"
        told.tell("", seen, "YAML in UTF-8 with one `key: value` per line", "correct the file")
        return told
    if node is None:
        return told
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    if not pairs or not all(isinstance(part, yaml.ScalarNode) for pair in pairs for part in pair):
        told.tell("", "no keys, or nested keys", "one `key: value` per line", "correct the file")
        return told
    return _typed(told, [(key.value, value.value) for key, value in pairs])


def told_by_pairs(pairs: list[tuple[str, str]], label: str, problems: list[Problem]) -> Told:
    """What the rows of a sheet `about` say; `problems` are those of the sheet itself."""
    return _typed(Told(label, problems=problems), pairs)


def settle(told: Told, frames: dict[str, pd.DataFrame], cohort: str) -> About | None:
    """The About of the extract; what is not said follows from the typed tables: as_of is the
    latest date among HAPPENED. None, with a problem told, where that cannot be."""
    if told.as_of is None and cohort == "issued":
        mend = f"add the line `as_of: YYYY-MM-DD` to {told.label}"
        told.tell("as_of", "no as_of", "the date of extraction (needed by cohort: issued)", mend)
    latest = [
        frames[table][column].max()
        for table, column in HAPPENED
        if column in frames[table] and frames[table][column].notna().any()
    ]
    as_of = told.as_of or (max(latest).date() if latest else None)
    return as_of and About(as_of, told.source or "not stated", bool(told.synthetic))


def _typed(told: Told, pairs: list[tuple[str, str]]) -> Told:
    seen: set[str] = set()
    for key, value in pairs:
        if key not in KEYS:
            found = nearest(key, KEYS)
            mend = f'write "{found}" if you meant that' if found else "remove it"
            told.tell("", f"an unknown key {shown([key])}", ", ".join(KEYS), mend)
        elif key in seen:
            told.tell(key, "the key twice", "each key once", "remove one")
        seen.add(key)
        if not value.strip():
            continue
        if key == "as_of":
            told.as_of = _date(told, value)
        elif key == "source":
            told.source = value
        elif key == "synthetic":
            told.synthetic = value.lower() == "true"  # True is YAML's own spelling
            if value.lower() not in ("true", "false"):
                told.tell(key, shown([value]), "true or false", "write true or false")
    return told


def _date(told: Told, value: str) -> dt.date | None:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            day = dt.date.fromisoformat(value)
            if day.year >= 1990:
                return day
    except ValueError:
        pass
    expected = "a date such as 2017-02-18, from 1990 on"
    told.tell("as_of", shown([value]), expected, "write the date of extraction as YYYY-MM-DD")
    return None
