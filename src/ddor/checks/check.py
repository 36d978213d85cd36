"""What a check is given, what it returns, and what it is.

To write one: a module here with a function `assess(rows, case, reasons) -> Finding`, and beside it
a file of the same name with its words (`e5_volume.py`, `e5_volume.yaml`), of which it is given the
reasons. The registry finds it there, and makes the notebook's Section IV, checks.csv, the page of
methods and docs/checks.md from both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ddor.calendar import Week, long_date
from ddor.extract.model import Extract
from ddor.maintained.directory import Directory
from ddor.published.history import History


@dataclass(frozen=True)
class CheckedWeek:
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
    assess: Callable[[pd.DataFrame, CheckedWeek], Finding]


def stopped_where(
    rows: pd.DataFrame, reasons: dict[str, str], doubts: dict[str, pd.Series]
) -> pd.Series:
    """The rows that some doubt holds of, as Finding.stopped has them. doubts: the name of a reason
    -> a mask of `rows`. A reason has the row's fields in braces, a time as "February 3, 2017,
    13:40": "Agency {agency_id} was asked." A row with several doubts has their reasons one after
    the other."""
    masks = pd.DataFrame(doubts, index=rows.index)
    doubted = rows[masks.any(axis=1)]
    held = (masks.columns[mask] for mask in masks.loc[doubted.index].to_numpy())
    why = []
    for names, row in zip(held, doubted.to_dict("records"), strict=True):
        for field_name, value in row.items():
            if isinstance(value, pd.Timestamp):
                # A midnight may be a date alone.
                hour = "" if value == value.normalize() else f", {value:%H:%M}"
                row[field_name] = long_date(value) + hour
        why.append(" ".join(reasons[name] for name in names).format_map(row))
    return pd.Series(why, index=list(doubted["request_id"]), dtype="str")


def stopped_agencies(rows: pd.DataFrame, why: dict[str, str]) -> pd.Series:
    """All of `rows` whose agency has a reason, as Finding.stopped has them."""
    return rows["agency_id"].map(why).astype("str").set_axis(list(rows["request_id"])).dropna()


def listed_agencies(rows: pd.DataFrame, case: CheckedWeek) -> pd.DataFrame:
    """For each of `rows` (on its index) what the directory has of its agency; missing where the
    field is empty or the agency is not listed."""
    listed = case.directory.agencies.set_index("agency_id").replace("", None)
    return listed.reindex(rows["agency_id"]).set_axis(rows.index)
