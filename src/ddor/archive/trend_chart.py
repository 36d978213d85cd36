"""Where the trend is drawn: its points as places in a picture, in percent of its width and height.

The picture has no coordinates of its own, so that it fits any width and its words are not
stretched; bars, whiskers and ages lie on one scale that begins at zero. trend.html.j2 writes it.

An agency's page has small multiples of its last 13 published weeks too, with the sentence that it
opens with. They end with the latest week that names the agency and begin no earlier than the first,
so that a publication touches no page but those of the agencies it names (site_pages.py). A
published week between them that does not name the agency counts as zero; one without a report is a
gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ddor.archive.trend import BANDS, Point, Trend
from ddor.calendar import Week
from ddor.variation import WEEKS_COMPARED

FEWEST_SLOTS = 13  # a few weeks are not to look like many
_TOPS = (2, 4, 6, 8, 10, 12, 16)
BAR = 0.76  # of the width that a week has
# Meaning -> column of agency_pages.COUNTS. The first two are of the cohort's own section.
PANELS = {"declined": "declined", "honored": "honored", "pending": "issued_pending"}


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
    a meaning of PANELS."""

    kind: str
    x: str
    y: str
    height: str


@dataclass(frozen=True)
class Chart:
    """top, age_top: the ends of the two scales. breaks: weeks from which requests are counted by
    another method, each with its place among the points. bands: those of trend.BANDS that occur."""

    trend: Trend
    axis: Axis
    top: int
    bars: list[Bar]
    breaks: list[tuple[int, Point]]
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
    with_method = [(at, point) for at, point in counted if point.method is not None]
    pairs = pairwise(with_method)
    breaks = [(at, point) for (_, last), (at, point) in pairs if point.method != last.method]
    there = {band for point in points for band, requests in point.age.items() if requests}
    bands = {band: words for band, (words, _) in BANDS.items() if band in there}
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


@dataclass(frozen=True)
class RecentWeek:
    """gap: why there is no report, or ""."""

    week: Week
    counts: dict[str, int]
    gap: str = ""


@dataclass(frozen=True)
class Recent:
    """weeks: oldest first, by the meanings of PANELS; the last one names the agency. held: outcomes
    of the last one that a check holds back. published: how many weeks have a report. totals: all of
    them added up. top: the end of the one scale. panels: meaning -> bars; gaps: where weeks without
    a report are."""

    weeks: list[RecentWeek]
    held: int
    published: int
    totals: dict[str, int]
    top: int
    axis: Axis
    panels: dict[str, list[Bar]]
    gaps: list[str]

    @property
    def latest(self) -> RecentWeek:
        return self.weeks[-1]

    @property
    def whole(self) -> bool:
        """Whether there are as many published weeks as a movement is judged by."""
        return self.published == WEEKS_COMPARED

    @property
    def drawn(self) -> bool:
        return self.published > 1 and any(self.totals.values())


def recent_weeks(points: list[Point], counted: dict[Week, dict[str, int]]) -> Recent | None:
    """`points`: trend.agency_points; `counted`: week -> the counts of its line. None without a
    week."""
    published = [at for at, point in enumerate(points) if not point.gap][-WEEKS_COMPARED:]
    if not published:
        return None
    weeks: list[RecentWeek] = []
    for point in points[published[0] :]:
        line = counted.get(point.week, {})
        counts = {name: line.get(column, 0) for name, column in PANELS.items()}
        weeks.append(RecentWeek(point.week, counts, point.gap))
    totals = {name: sum(each.counts[name] for each in weeks) for name in PANELS}
    top = scale_top(max(count for each in weeks for count in each.counts.values()))
    axis = Axis(len(weeks))
    panels: dict[str, list[Bar]] = {name: [] for name in PANELS}
    for x, each in zip(axis.inside, weeks, strict=False):
        for name, bars in panels.items():
            bars += stacked(x, {name: each.counts[name]}, top)
    gaps = [x for x, each in zip(axis.left, weeks, strict=False) if each.gap]
    held = counted[weeks[-1].week]["held_back_outcomes"]
    return Recent(weeks, held, len(published), totals, top, axis, panels, gaps)
