"""Shares with a named base: the share declined, as a range; and what has half or more of all.

The range is of held rows counted as none, and as all, declined. A hold only ever takes declines
away, so a single share would understate; the range contains the value that the truth about the held
rows would give, whatever it is. No share on a base under 30.

Whether one agency, or one day, makes up half or more of the declined requests is one rule for the
key points of a week and of a quarter, and for the home page.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import recorded_this_week
from ddor.measures.disclosure import ENOUGH

SMALLEST_BASE = 30
HELD_SHARE_BASE = 20
FEWEST = 10  # half of a few requests is no finding


@dataclass(frozen=True)
class ShareRange:
    """low and high as fractions, or None where the base is under 30. base: the requests recorded
    as declined or honored, or held back as declined; held_honored: those held back as honored,
    which are in the base of `low` beside them."""

    low: float | None
    high: float | None
    base: int
    held_honored: int = 0


@dataclass(frozen=True)
class Concentration:
    """What makes up half or more of `total` declined requests, None and 0 where nothing does.
    agency_id, with `of_agency` requests; day: one date of recording (of issue under the cohort
    *issued*), with `on_day` requests, of that agency if there is one (ENOUGH or more), else of
    all."""

    total: int
    agency_id: str | None = None
    of_agency: int = 0
    day: dt.date | None = None
    on_day: int = 0


def declined_share(status: pd.DataFrame, week: Week, cohort: str) -> ShareRange:
    """Of the requests recorded this week as declined or honored, the share declined. Lowest where
    no held decline was one and every held honored request was; highest the other way round, when
    the held honored requests are not in the base."""
    honored = recorded_this_week(status, week, cohort) & (status["outcome"] == "honored")
    held_honored = int((honored & status["held_by"].notna()).sum())
    names = ["declined", "honored", "held_back_declined"]
    declined, base = int(status["declined"].sum()), int(status[names].to_numpy().sum())
    if base < SMALLEST_BASE:
        return ShareRange(None, None, base, held_honored)
    held = int(status["held_back_declined"].sum())
    return ShareRange(
        declined / (base + held_honored), (declined + held) / base, base, held_honored
    )


def held_share_reason(status: pd.DataFrame, most: float) -> str:
    """Why a person has to look at the week: of the requests recorded as declined, the share that
    checks hold back is above `most`, on a base of 20 or more. "" if it is not (DESIGN 3)."""
    held, declined = (int(status[name].sum()) for name in ("held_back_declined", "declined"))
    base = held + declined
    if base < HELD_SHARE_BASE or held / base <= most:
        return ""
    share = f"{held / base:.1%}, more than {most:.1%}".replace("%", " %")
    return f"{held} of {base} requests recorded as declined are held back by a check: {share}."


def concentration(agencies: pd.Series, days: pd.Series) -> Concentration:
    """Of declined requests: the agency_id and the day (datetime64) of each, on one index."""
    largest = half_or_more(agencies.value_counts())
    if largest is not None:
        days = days[agencies == largest]
    by_day = days.dt.date.value_counts()
    day = half_or_more(by_day)
    if largest is not None and day is not None and by_day[day] < ENOUGH:
        day = None  # the dates of a few requests of one agency are not told
    of_agency = 0 if largest is None else len(days)
    on_day = 0 if day is None else int(by_day[day])
    return Concentration(len(agencies), largest, of_agency, day, on_day)


def half_or_more(counts: pd.Series) -> Any:
    """The label of the one with half or more of the sum of `counts` (whole numbers, labels once
    each). None where the sum is under FEWEST, where none has half, or where two have half each."""
    total = counts.sum()
    found = counts.index[2 * counts >= total]
    return found[0] if total >= FEWEST and len(found) == 1 else None
