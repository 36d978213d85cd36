"""Whether one agency, or one day, makes up half or more of the declined requests: one rule for
the key points of a week and of a quarter, and for the home page."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ddor.measures.disclosure import ENOUGH

FEWEST = 10  # half of a few requests is no finding


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
    return Concentration(
        len(agencies), largest, of_agency, day, 0 if day is None else int(by_day[day])
    )


def half_or_more(counts: pd.Series) -> Any:
    """The label of the one with half or more of the sum of `counts` (whole numbers, labels once
    each). None where the sum is under FEWEST, where none has half, or where two have half each."""
    total = counts.sum()
    found = counts.index[2 * counts >= total]
    return found[0] if total >= FEWEST and len(found) == 1 else None
