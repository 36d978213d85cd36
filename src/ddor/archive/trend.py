"""The trend: declines by the week in which they were recorded (or issued), one point for each week
from the first to the last; what may be said of the latest; how weeks moved from first to final; and
where all of it is drawn.

Made from the catalog alone, and for an agency from its weeks.csv and the catalog. An agency's trend
ends with the latest week that names it, and of a week that does not name it only takes whether it
stands: so that a publication touches no page but those of the agencies it names (acts.py).

A chart has its points as places in a picture, as parts of its width and height, which
trend.html.j2 writes in percent. The picture has no coordinates of its own, so that it fits any
width and its words are not stretched; bars, whiskers and ages lie on one scale that begins at zero.

An agency's page has small multiples of its last 13 published weeks too, with the sentence that it
opens with. They end with the latest week that names the agency and begin no earlier than the first.
A published week between them that does not name the agency counts as zero; one without a report is
a gap.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, count, pairwise, takewhile
from typing import NamedTuple

import pandas as pd

from ddor.archive.site import Line
from ddor.calendar import Week, weeks_between
from ddor.extract.model import ISSUED
from ddor.published.catalog import MARKS, Catalog, is_final
from ddor.reference.figures import METHOD
from ddor.variation import WEEKS_COMPARED, Compared, poisson_interval

WEEKS_DRAWN = 53
# How old declines were when they were recorded: band -> its name, in days since the issue, and the
# branches of attributes.csv in it.
BANDS = {
    "week": ("up to 7 days", ("Same day or next day", "2 to 7 days")),
    "month": ("8 to 30 days", ("8 to 30 days",)),
    "older": ("over 30 days", ("31 to 90 days", "91 to 365 days", "More than a year")),
    "unknown": ("not known", ("Recorded before it was issued", "No recording date")),
}
BAND_OF = {branch: band for band, (_, branches) in BANDS.items() for branch in branches}
TOPS = (2, 4, 6, 8, 10, 12, 16)
# Columns of agencies.COUNTS. The first two are of the cohort's own section.
PANELS = ("declined", "honored", "issued_pending")


@dataclass(frozen=True)
class Point:
    """A week. declined: None where no report of it stands; gap: why. bulk: how many of them were
    recorded in bulk. mark: *revised*, *corrected* or "". method: None where no figure was counted.
    age: of the nation, band of BANDS -> requests; none where it is withheld."""

    week: Week
    declined: int | None = None
    bulk: int = 0
    mark: str = ""
    method: int | None = None
    age: Mapping[str, int] = field(default_factory=dict)
    final: bool = True
    gap: str = ""

    @property
    def single(self) -> int:
        """The declines that were not recorded in bulk."""
        return (self.declined or 0) - self.bulk

    @property
    def interval(self) -> tuple[float, float]:
        """What chance alone makes of `single`: its exact 95 % Poisson interval."""
        return poisson_interval(self.single)

    @property
    def by_chance(self) -> str:
        """The interval in words."""
        return " to ".join(f"{end:.1f}" if end < 100 else f"{end:.0f}" for end in self.interval)


def kept_of(attributes: pd.DataFrame, bulk: Mapping[str, int]) -> dict:
    """What the catalog keeps of a revision for the trend, catalog.Revision.trend: the method; age:
    band of BANDS -> requests of the nation, as the revision publishes them in its table
    `attributes`, none where that is withheld; bulk: agency_id -> declines recorded in bulk. A later
    revision may keep the table of an earlier one, so that ages need not add up to the declines of
    the week."""
    days = attributes[attributes["attribute"].eq("days") & attributes["place"].eq("")]
    ages = dict.fromkeys(BANDS, 0) if len(days) else {}
    for branch, requests in zip(days["branch"], days["requests"], strict=True):
        ages[BAND_OF[branch]] += int(requests)
    return {"method": METHOD, "age": ages, "bulk": dict(bulk)}


def national_points(catalog: Catalog) -> list[Point]:
    """Of every calendar week from the first to the last in the catalog."""
    counts = {
        day: (last.figures["declined_total"], sum(last.trend["bulk"].values()), last.trend["age"])
        for day, (*_, last) in catalog.weeks.items()
        if not last.withdrawn_on
    }
    return _points(catalog, catalog.weeks, counts)


def agency_points(lines: list[Line], catalog: Catalog, *since: str) -> list[Point]:
    """From the first to the latest week of the agency's `lines` (agencies.COLUMNS), and `since` a
    week before that. A week whose report does not name the agency has a zero."""
    counts: dict[str, tuple[int, int, dict]] = {}
    for line in lines:
        bulk = catalog.weeks[line["week"]][-1].trend["bulk"].get(line["agency_id"], 0)
        counts[line["week"]] = (int(line["declined"]), bulk, {})
    return _points(catalog, [*since, *counts], counts)


def _points(catalog: Catalog, first_days: Collection[str], counts: Mapping) -> list[Point]:
    """From the first to the last of `first_days`; `counts`: first day -> declined, bulk, age."""
    points: list[Point] = []
    if not first_days:
        return points
    for week in weeks_between(Week.parse(min(first_days)), Week.parse(max(first_days))):
        revision = catalog.current(week)
        if revision is None or revision.withdrawn_on:
            points.append(Point(week, gap="withdrawn" if revision else "no report was published"))
        elif str(week) in counts:
            declined, bulk, age = counts[str(week)]
            mark, method = MARKS[revision.kind], revision.trend["method"]
            final = is_final(week, revision, catalog)
            points.append(Point(week, declined, min(bulk, declined), mark, method, age, final))
        else:
            points.append(Point(week, 0))
    return points


def first_to_final(catalog: Catalog) -> list[int]:
    """How the declines of a week differ between its first report and its final one, the final less
    the first: of all weeks that were published before they were final, and whose first revision and
    a final one stand."""
    moved = []
    for day, (first, *later) in catalog.weeks.items():
        week = Week.parse(day)
        final = [revision for revision in later if is_final(week, revision, catalog)]
        if not final or first.withdrawn_on or is_final(week, first, catalog):
            continue
        if final[-1].trend["method"] == first.trend["method"]:
            moved.append(final[-1].figures["declined_total"] - first.figures["declined_total"])
    return moved


# The chart


class Bar(NamedTuple):
    """at: the place of its week among the points; y, from the top, and height: parts of the
    picture's height; kind: of BANDS, *single* or *bulk*."""

    kind: str
    at: int
    y: float
    height: float


@dataclass(frozen=True)
class TrendChart:
    """top, age_top: the ends of the two scales. breaks: weeks from which requests are counted by
    another method, each with its place among the points. bands: those of BANDS that occur."""

    points: list[Point]
    top: int
    bars: list[Bar]
    breaks: list[tuple[int, Point]]
    age_top: int
    ages: list[Bar]
    bands: dict[str, str]


def chart_of(points: list[Point]) -> TrendChart | None:
    """None where there is nothing to draw: fewer than two weeks, or no request in any."""
    if len(points) < 2 or not any(point.declined for point in points):
        return None
    counted = [(at, point) for at, point in enumerate(points) if not point.gap]
    top = scale_top(max(max(point.declined or 0, point.interval[1]) for _, point in counted))
    age_top = scale_top(max(sum(point.age.values()) for point in points))
    bars, ages = [], []
    for at, point in counted:
        bars += stacked(at, {"single": point.single, "bulk": point.bulk}, top)
        ages += stacked(at, point.age, age_top)
    # A week without any figure has no method.
    pairs = pairwise((at, point) for at, point in counted if point.method is not None)
    breaks = [(at, point) for (_, last), (at, point) in pairs if point.method != last.method]
    found = {bar.kind for bar in ages}
    bands = {band: words for band, (words, _) in BANDS.items() if band in found}
    return TrendChart(points, top, bars, breaks, age_top, ages, bands)


def stacked(at: int, parts: Mapping[str, int], top: int) -> list[Bar]:
    """One bar upon the other, on a scale that ends at `top`; none for 0."""
    pairs = zip(parts.items(), accumulate(parts.values()), strict=True)
    return [Bar(kind, at, 1 - end / top, value / top) for (kind, value), end in pairs if value]


def scale_top(highest: float) -> int:
    """The end of a scale: a round number that is not less, and has a whole half."""
    tops = (top * 10**zeros for zeros in count() for top in TOPS)
    return next(top for top in tops if top >= highest)


# What is said of the last weeks


class Trend(NamedTuple):
    """week, latest: the last week that stands, and its count with what it is compared with; None
    where none stands."""

    week: Week | None
    latest: Compared | None
    chart: TrendChart | None


def trend_of(points: list[Point], cohort: str) -> Trend:
    """Of the last WEEKS_DRAWN of these points. The latest is compared with the weeks before it that
    were counted in the same way: by the same method, and by week of issue only if they are final,
    since another has had less time for an outcome."""
    published = [point for point in points if not point.gap]
    if not published:
        return Trend(None, None, None)
    *before, last = published
    early = cohort == ISSUED and not last.final

    def alike(point: Point) -> bool:
        return point.method in (None, last.method) and (cohort != ISSUED or point.final)

    same = [] if early else [*takewhile(alike, reversed(before))][::-1]
    counts, bulk = tuple(point.single for point in same), [point.bulk for point in same]
    compared = Compared(last.single, counts, last.bulk, sum(bulk[-WEEKS_COMPARED:]), early)
    return Trend(last.week, compared, chart_of(points[-WEEKS_DRAWN:]))


class Recent(NamedTuple):
    """weeks: oldest first, the last one names the agency; counts: of each that has a report, PANELS
    and, where it names the agency, all others; totals: PANELS, all of them added up. top: the end
    of the one scale."""

    weeks: list[Point]
    counts: dict[Week, dict[str, int]]
    totals: dict[str, int]
    top: int


def recent_weeks(points: list[Point], counted: Mapping[Week, dict[str, int]]) -> Recent | None:
    """`points`: agency_points; `counted`: week -> the counts of its line. None without a week."""
    published = [at for at, point in enumerate(points) if not point.gap][-WEEKS_COMPARED:]
    if not published:
        return None
    weeks, nothing = points[published[0] :], dict.fromkeys(PANELS, 0)
    counts = {each.week: counted.get(each.week, nothing) for each in weeks if not each.gap}
    totals = {panel: sum(each[panel] for each in counts.values()) for panel in PANELS}
    top = scale_top(max(each[panel] for each in counts.values() for panel in PANELS))
    return Recent(weeks, counts, totals, top)
