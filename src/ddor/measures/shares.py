"""Shares with a named base, as ranges: held rows counted as none, and as all, declined.

A hold only ever takes declines away, so a single share would understate; the range contains the
value that the truth about the held rows would give, whatever it is. No share on a base under 30.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import recorded_this_week, would_count_as_declined

SMALLEST_BASE = 30
HELD_SHARE_BASE = 20


@dataclass(frozen=True)
class ShareRange:
    """low and high as fractions, or None where the base is under 30. base: the requests recorded
    as declined or honored, or held back as declined; held_honored: those held back as honored,
    which are in the base of `low` beside them."""

    low: float | None
    high: float | None
    base: int
    held_honored: int = 0


def held_declines(status: pd.DataFrame, week: Week, cohort: str) -> int:
    """Rows that would count as declined this week and that any check holds back."""
    return int((would_count_as_declined(status, week, cohort) & status["held_by"].notna()).sum())


def declined_share(status: pd.DataFrame, week: Week, cohort: str) -> ShareRange:
    """Of the requests recorded this week as declined or honored, the share declined. Lowest where
    no held decline was one and every held honored request was; highest the other way round, when
    the held honored requests are not in the base."""
    held = held_declines(status, week, cohort)
    recorded = recorded_this_week(status, week, cohort) & status["held_by"].notna()
    held_honored = int((recorded & (status["outcome"] == "honored")).sum())
    declined = int(status["declined"].sum())
    base = declined + int(status["honored"].sum()) + held
    if base < SMALLEST_BASE:
        return ShareRange(None, None, base, held_honored)
    low, high = declined / (base + held_honored), (declined + held) / base
    return ShareRange(low, high, base, held_honored)


def held_share_reason(status: pd.DataFrame, week: Week, cohort: str, most: float) -> str:
    """Why a person has to look at the week: of the requests recorded as declined, the share that
    checks hold back is above `most`, on a base of 20 or more. "" if it is not (DESIGN 3)."""
    held = held_declines(status, week, cohort)
    base = held + int(status["declined"].sum())
    if base < HELD_SHARE_BASE or held / base <= most:
        return ""
    share = f"{held / base:.1%}, more than {most:.1%}".replace("%", " %")
    return f"{held} of {base} requests recorded as declined are held back by a check: {share}."
