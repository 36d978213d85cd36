"""Where the trend is drawn: its points as places in a picture, in percent of its width and height.

The picture has no coordinates of its own, so that it fits any width and its words are not
stretched; bars, whiskers and ages lie on one scale that begins at zero. trend.html.j2 writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ddor.archive.ages import BANDS
from ddor.archive.trend import Point, Trend
from ddor.reference.method import CHANGES

FEWEST_SLOTS = 13  # a few weeks are not to look like many
_TOPS = (2, 4, 6, 8, 10, 12, 16)
BAR = 0.76  # of the width that a week has


@dataclass(frozen=True)
class Bar:
    """In percent of the picture, `y` from its top; kind: a band of ages.BANDS, *single*, *bulk* or
    a meaning of recent.PANELS."""

    kind: str
    x: str
    y: str
    height: str


@dataclass(frozen=True)
class Whisker:
    x: str
    low: str
    high: str


@dataclass(frozen=True)
class Break:
    """A change of method: before which week, where, and what changed. late: whether there is more
    room for its name to the left."""

    x: str
    method: int
    point: Point
    changed: str
    late: bool


@dataclass(frozen=True)
class Chart:
    """top, middle: numbers of the scale. slot, bar: widths. gaps, marks: where they are. bands:
    those of ages.BANDS that occur."""

    trend: Trend
    slot: str
    bar: str
    top: int
    bars: list[Bar]
    whiskers: list[Whisker]
    gaps: list[str]
    marks: list[str]
    breaks: list[Break]
    age_top: int
    ages: list[Bar]
    untold: list[str]
    bands: dict[str, str]

    @property
    def bulk(self) -> bool:
        return any(point.bulk for point in self.trend.points)

    @property
    def ages_stand(self) -> bool:
        """Whether ages of a week are those of an earlier revision, which no longer add up."""
        return any(
            point.age and sum(point.age.values()) != point.declined for point in self.trend.points
        )

    @property
    def counts(self) -> list[int]:
        return [point.declined for point in self.trend.points if point.declined is not None]


def chart_of(trend: Trend) -> Chart | None:
    """None where there is nothing to draw: fewer than two weeks, or no request in any."""
    points = trend.points
    if len(points) < 2 or not any(point.declined for point in points):
        return None
    slots = max(len(points), FEWEST_SLOTS)
    counted = [(at, point) for at, point in enumerate(points) if point.declined is not None]
    top = scale_top(max(max(point.declined or 0, point.interval[1]) for _, point in counted))
    age_top = scale_top(max(sum(point.age.values()) for point in points))
    bands = [band for band in BANDS if any(point.age.get(band) for point in points)]
    left = [percent(at / slots) for at in range(slots + 1)]
    middle = [percent((at + 0.5) / slots) for at in range(slots)]
    inside = [percent((at + (1 - BAR) / 2) / slots) for at in range(slots)]
    return Chart(
        trend=trend,
        slot=percent(1 / slots),
        bar=percent(BAR / slots),
        top=top,
        bars=[
            bar
            for at, point in counted
            for bar in stacked(inside[at], {"single": point.single, "bulk": point.bulk}, top)
        ],
        whiskers=[_whisker(middle[at], point, top) for at, point in counted],
        gaps=[left[at] for at, point in enumerate(points) if point.gap],
        marks=[middle[at] for at, point in counted if point.mark],
        breaks=_breaks(points, left),
        age_top=age_top,
        ages=[bar for at, point in counted for bar in stacked(inside[at], point.age, age_top)],
        untold=[left[at] for at, point in enumerate(points) if not point.gap and not point.age],
        bands={band: BANDS[band] for band in bands},
    )


def _breaks(points: tuple[Point, ...], left: list[str]) -> list[Break]:
    """Between the weeks that were counted; one without any figure has no method."""
    counted = [
        (at, point, point.method) for at, point in enumerate(points) if point.method is not None
    ]
    return [
        Break(left[at], method, point, CHANGES.get(method, ""), 2 * at > len(points))
        for (_, _, before), (at, point, method) in pairwise(counted)
        if method != before
    ]


def stacked(x: str, parts: Mapping[str, int], top: int) -> list[Bar]:
    """One bar upon the other, on a scale that ends at `top`; none for 0."""
    bars, below = [], 0
    for kind, value in parts.items():
        if value:
            upper = below + value
            bars.append(Bar(kind, x, percent(1 - upper / top), percent(value / top)))
            below = upper
    return bars


def _whisker(x: str, point: Point, top: int) -> Whisker:
    low, high = point.interval
    return Whisker(x, percent(1 - low / top), percent(1 - high / top))


def scale_top(highest: float) -> int:
    """The end of a scale: a round number that is not less, and has a whole half."""
    ten = 1
    while ten * _TOPS[-1] < highest:
        ten *= 10
    return next(each * ten for each in _TOPS if each * ten >= highest)


def percent(part: float) -> str:
    return f"{100 * part:.1f}".removesuffix(".0") + "%"
