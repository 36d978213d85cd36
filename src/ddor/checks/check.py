"""What a check is given, what it returns, and what it is.

To write one: a module here with a function `assess(rows, case) -> Finding`, and a line in
registry.py. The registry makes the notebook's Section IV, checks.csv and the counts from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ddor.calendar import Week
from ddor.directory import Directory
from ddor.extract.model import Extract
from ddor.history import History


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

    stopped: index request_id, value the sentence that says why; empty where nothing is stopped.
    """

    assessed: int
    stopped: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))


Effect = Literal["hold", "review", "show"]
Doubts = Literal["request", "outcome", "volume"]


@dataclass(frozen=True)
class Check:
    """effect: *hold* the row, the week waits for a *review*, or *show* on the page.

    doubts: *request* looks at every received row; *outcome* only at the rows that would count as
    declined this week and that no earlier check stopped; *volume* counts rows as received.
    limits: what the check cannot see, said on the page.
    """

    id: str
    title: str
    effect: Effect
    doubts: Doubts
    question: str
    limits: str
    assess: Callable[[pd.DataFrame, Case], Finding]
