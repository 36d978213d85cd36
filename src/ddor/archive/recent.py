"""An agency's last 13 published weeks: the sentence that its page opens with, and small multiples
of honored, declined and pending requests on one scale.

They end with the latest week that names the agency and begin no earlier than the first, so that a
publication touches no page but those of the agencies it names (site_pages.py). A published week
between them that does not name the agency counts as zero; one without a report is a gap.
"""

from dataclasses import dataclass

from ddor.archive.trend import Point
from ddor.archive.trend_chart import Axis, Bar, scale_top, stacked
from ddor.calendar import Week
from ddor.variation import WEEKS_COMPARED

# Meaning -> column of agency_pages.COUNTS. The first two are of the cohort's own section.
PANELS = {"declined": "declined", "honored": "honored", "pending": "issued_pending"}


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
