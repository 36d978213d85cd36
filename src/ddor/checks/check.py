"""What a check is given, what it returns, and what it is.

To write one: a module here with a function `assess(rows, case) -> Finding`, and an entry in
registry.py. The registry makes the notebook's Section IV, checks.csv and docs/checks.md from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import Extract
from ddor.maintained.directory import Directory
from ddor.published.history import History


@dataclass(frozen=True)
class Case:
    """The week as a check sees it."""

    extract: Extract
    week: Week
    directory: Directory
    history: History
    cohort: str


@dataclass(frozen=True)
class Finding:
    """assessed: how many rows in scope had all the fields that the check compares. An empty field
    never fails a check; with no row assessed the check says *not assessed*, never *ok*.

    stopped: value the sentence that says why; empty where nothing is stopped. Index request_id;
    for a check of policies, the index of the policy.
    """

    assessed: int
    stopped: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))


Effect = Literal["hold", "review", "show"]
Doubts = Literal["request", "outcome", "volume", "policy", "nothing"]


@dataclass(frozen=True)
class Check:
    """effect: *hold* the row, the week waits for a *review*, or *show* on the page.

    doubts: *request* looks at every received row; *outcome* only at the rows that would count as
    declined this week and that no earlier check stopped; *volume* counts rows as received, and
    stops all rows of an agency with one sentence; *policy* looks at the table of policies;
    *nothing* looks at what counts as declined, and says something of it.
    thresholds: what stops a row, in numbers, from the constants of the check's module; limits: what
    the check cannot see; both said on the page of methods. printed: what the original report did.
    """

    id: str
    title: str
    effect: Effect
    doubts: Doubts
    question: str
    thresholds: str
    limits: str
    printed: str
    assess: Callable[[pd.DataFrame, Case], Finding]


def stopped_because(reasons: dict[str, str]) -> pd.Series:
    """request_id -> sentence, as Finding.stopped has it."""
    return pd.Series(reasons, dtype="str")


def long_times(time: pd.Timestamp) -> str:
    """ "February 3, 2017, 13:40"; a midnight, which may be a date alone, as the date."""
    day = f"{time:%B} {time.day}, {time.year}"
    return day if time == time.normalize() else f"{day}, {time:%H:%M}"
