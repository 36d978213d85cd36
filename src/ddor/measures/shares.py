"""Shares with a named base, as ranges: held rows counted as none, and as all, declined.

A hold only ever takes declines away, so a single share would understate; the range contains the
value that the truth about the held rows would give. No share on a base under 30.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.calendar import Week
from ddor.cohort import would_count_as_declined

SMALLEST_BASE = 30
HELD_SHARE_BASE = 20


@dataclass(frozen=True)
class ShareRange:
    """low and high as fractions of `base` requests, or None where the base is under 30."""

    low: float | None
    high: float | None
    base: int


def held_declines(status: pd.DataFrame, week: Week, cohort: str) -> int:
    """Rows that would count as declined this week and that any check holds back."""
    return int((would_count_as_declined(status, week, cohort) & status["held_by"].notna()).sum())


def declined_share(status: pd.DataFrame, week: Week, cohort: str) -> ShareRange:
    """Of the requests recorded this week as declined or honored, and those held back as declines:
    the share declined."""
    held = held_declines(status, week, cohort)
    declined = int(status["declined"].sum())
    base = declined + int(status["honored"].sum()) + held
    if base < SMALLEST_BASE:
        return ShareRange(None, None, base)
    return ShareRange(declined / base, (declined + held) / base, base)


def held_share_reason(status: pd.DataFrame, week: Week, cohort: str, most: float) -> str:
    """Why a person has to look at the week: of the requests recorded as declined, the share that
    checks hold back is above `most`, on a base of 20 or more. "" if it is not (DESIGN 3)."""
    held = held_declines(status, week, cohort)
    base = held + int(status["declined"].sum())
    if base < HELD_SHARE_BASE or held / base <= most:
        return ""
    return (
        f"{held} of {base} requests recorded as declined are held back by a check: "
        f"{held / base:.1%}, more than {most:.1%}".replace("%", " %") + "."
    )
