"""Where the trend is drawn: its points as places in a picture, in percent of its width and height.

The picture has no coordinates of its own, so that it fits any width and its words are not
stretched; bars, whiskers and ages lie on one scale that begins at zero. trend.html.j2 writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ddor.archive.trend import BANDS, Point, Trend
from ddor.reference.method import CHANGES

FEWEST_SLOTS = 13  # a few weeks are not to look like many
_TOPS = (2, 4, 6, 8, 10, 12, 16)
BAR = 0.76  # of the width that a week has


class Axis:
    """The places of so many weeks, or of FEWEST_SLOTS. slot: the width of a week, bar: that of its
    bar; left, middle, inside: where each week begins, has its middle, and its bar begins."""

    def __init__(self, weeks: int):
        slots = max(weeks, FEWEST_SLOTS)
        self.slot, self.bar = percent(1 / slots), percent(BAR / slots)
        self.left = [percent(at / slots) for at in range(slots)]
        self.middle = [percent((at + 0.5) / slots) for at in range(slots)]
        self.inside = [percent((at + (1 - BAR) / 2) / slots) for at in range(slots)]


class Bar(NamedTuple):
    """In percent of the picture, `y` from its top; kind: a band of trend.BANDS, *single*, *bulk* or
    a meaning of recent.PANELS."""

    kind: str
    x: str
    y: str
    height: str


class Break(NamedTuple):
    """A change of method: before which week, where, and what changed. late: whether there is more
    room for its name to the left."""

    x: str
    method: int
    point: Point
    changed: str
    late: bool


@dataclass(frozen=True)
class Chart:
    """top, age_top: the ends of the two scales. bands: those of trend.BANDS that occur."""

    trend: Trend
    axis: Axis
    top: int
    bars: list[Bar]
    breaks: list[Break]
    age_top: int
    ages: list[Bar]
    bands: dict[str, str]

    def y(self, count: float) -> str:
        return percent(1 - count / self.top)

    @property
    def ages_stand(self) -> bool:
        """Whether ages of a week are those of an earlier revision, which no longer add up."""
        points = self.trend.points
        return any(point.age and sum(point.age.values()) != point.declined for point in points)


def chart_of(trend: Trend) -> Chart | None:
    """None where there is nothing to draw: fewer than two weeks, or no request in any."""
    points = trend.points
    if len(points) < 2 or not any(point.declined for point in points):
        return None
    axis = Axis(len(points))
    counted = [(at, point) for at, point in enumerate(points) if not point.gap]
    top = scale_top(max(max(point.declined or 0, point.interval[1]) for _, point in counted))
    age_top = scale_top(max(sum(point.age.values()) for point in points))
    bars, ages = [], []
    for at, point in counted:
        bars += stacked(axis.inside[at], {"single": point.single, "bulk": point.bulk}, top)
        ages += stacked(axis.inside[at], point.age, age_top)
    # A week without any figure has no method.
    methods = [(at, point, point.method) for at, point in counted if point.method is not None]
    breaks = [
        Break(axis.left[at], method, point, CHANGES.get(method, ""), 2 * at > len(points))
        for (_, _, before), (at, point, method) in pairwise(methods)
        if method != before
    ]
    there = {band for point in points for band, requests in point.age.items() if requests}
    bands = {band: words for band, words in BANDS.items() if band in there}
    return Chart(trend, axis, top, bars, breaks, age_top, ages, bands)


def stacked(x: str, parts: Mapping[str, int], top: int) -> list[Bar]:
    """One bar upon the other, on a scale that ends at `top`; none for 0."""
    bars, below = [], 0
    for kind, value in parts.items():
        if value:
            below += value
            bars.append(Bar(kind, x, percent(1 - below / top), percent(value / top)))
    return bars


def scale_top(highest: float) -> int:
    """The end of a scale: a round number that is not less, and has a whole half."""
    ten = 1
    while ten * _TOPS[-1] < highest:
        ten *= 10
    return next(each * ten for each in _TOPS if each * ten >= highest)


def percent(part: float) -> str:
    return f"{100 * part:.1f}".removesuffix(".0") + "%"
