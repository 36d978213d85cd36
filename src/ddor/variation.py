"""What chance and ordinary unevenness make of a weekly count, and when a change is more than that.

A count of events that come one by one varies by chance alone: `poisson_interval` says how far.
Weeks are more uneven than that (holidays, backlogs, who is on duty), so that *rose* and *fell* are
only said of a count beyond all of the 13 published weeks before it, and beyond what those weeks
lead one to expect of one more (`movement`). The sentence is `narrative.movement`; it takes the
count together with its range, so that nobody can write the one without the other.
"""

from dataclasses import dataclass
from functools import cache
from math import sqrt
from statistics import fmean, variance

TAIL = 0.025  # on each side of an interval
WEEKS_COMPARED = 13
# Two-sided 97.5 % quantile of Student's t with 12 degrees of freedom. With 95 %, flat series of
# large and uneven counts (negative binomial, k of 3 and less) rose or fell in over 5 % of weeks.
T_12 = 2.560033
ROSE, FELL, STAYED = "rose", "fell", "stayed within the range"


@dataclass(frozen=True)
class Compared:
    """A count with what it may be compared with: `before`, the counts of the published weeks before
    it that were counted in the same way, oldest first. Requests recorded in bulk are in neither;
    bulk and bulk_before: how many were left out, of the week and of the last 13. early: whether
    later data of the same week will still add to the count, so that nothing can be said of it."""

    count: int
    before: tuple[int, ...] = ()
    bulk: int = 0
    bulk_before: int = 0
    early: bool = False


@cache
def poisson_interval(count: int) -> tuple[float, float]:
    """The exact 95 % interval of the mean of a Poisson count (F. Garwood, Biometrika 28, 1936):
    each mean in it gives such a count, or one further from it, with probability TAIL or more.
    """
    from scipy.special import gammaincinv  # it costs time, and few runs need it

    low = float(gammaincinv(count, TAIL)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - TAIL))


def poisson_tail(count: int, mean: float) -> float:
    """P(X >= count) for a Poisson X with this mean."""
    from scipy.special import gammainc

    return float(gammainc(count, mean)) if count > 0 else 1.0


def expected_range(before: list[int]) -> tuple[float, float]:
    """The 97.5 % prediction interval for one week more after these 13. Its variance is the largest
    of theirs, their mean (chance), and 1: after weeks of nothing one request is no rise."""
    mean = fmean(before)
    spread = max(variance(before), mean, 1)
    reach = T_12 * sqrt(spread * (1 + 1 / len(before)))
    return mean - reach, mean + reach


def movement(count: int, before: list[int]) -> str | None:
    """ROSE, FELL, or STAYED against the last 13 of `before` (oldest first); None with fewer than
    13. ROSE and FELL: outside their lowest and highest, and outside `expected_range`."""
    if len(before) < WEEKS_COMPARED:
        return None
    last = before[-WEEKS_COMPARED:]
    low, high = expected_range(last)
    if count > max(*last, high):
        return ROSE
    if count < min(*last, low):
        return FELL
    return STAYED
