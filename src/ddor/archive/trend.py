"""The trend: declines by the week in which they were recorded (or issued), one point for each week
from the first to the last; what may be said of the latest; how weeks moved from first to final.

Made from the catalog alone, and for an agency from its weeks.csv and the catalog. An agency's trend
ends with the latest week that names it, and of a week that does not name it only takes whether it
stands: so that a publication touches no page but those of the agencies it names (site_pages.py).
"""

import statistics
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile

from ddor.archive.data_files import DataFiles
from ddor.archive.site import Line
from ddor.calendar import Week, weeks_between
from ddor.extract.model import ISSUED
from ddor.published.catalog import CORRECTED, REVISED, Catalog, is_final
from ddor.reference.figures import METHOD
from ddor.variation import WEEKS_COMPARED, Compared, poisson_interval

WEEKS_DRAWN = 53
MARKS = {REVISED: "revised", CORRECTED: "corrected"}
# How old declines were when they were recorded: band -> its name, in days since the issue, and the
# branches of attributes.csv in it.
BANDS = {
    "week": ("up to 7 days", ("Same day or next day", "2 to 7 days")),
    "month": ("8 to 30 days", ("8 to 30 days",)),
    "older": ("over 30 days", ("31 to 90 days", "91 to 365 days", "More than a year")),
    "unknown": ("not known", ("Recorded before it was issued", "No recording date")),
}
BAND_OF = {branch: band for band, (_, branches) in BANDS.items() for branch in branches}


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


@dataclass(frozen=True)
class Trend:
    """points: those drawn, oldest first. week, latest: the last week that stands, and its count
    with what it is compared with; None where none stands."""

    points: tuple[Point, ...]
    week: Week | None
    latest: Compared | None


@dataclass(frozen=True)
class FirstToFinal:
    """How the declines of `weeks` weeks differ between their first report and their final one: the
    final less the first."""

    weeks: int
    median: float
    lowest: int
    highest: int


def kept_of(data: DataFiles, bulk: Mapping[str, int]) -> dict:
    """What the catalog keeps of a revision for the trend: catalog.Revision.trend. bulk: agency_id
    -> declines recorded in bulk."""
    return {"method": METHOD, "age": ages_of(data), "bulk": dict(bulk)}


def ages_of(data: DataFiles) -> dict[str, int]:
    """Band of BANDS -> requests of the nation, as a revision publishes them; none where that is
    withheld. A later revision may keep the table of an earlier one, so that they need not add up to
    the declines of the week."""
    lines = data.tables["attributes"]
    days = [line for line in lines if line["attribute"] == "days" and not line["place"]]
    ages = dict.fromkeys(BANDS, 0) if days else {}
    for line in days:
        ages[BAND_OF[line["branch"]]] += int(line["requests"])
    return ages


def national_points(catalog: Catalog) -> list[Point]:
    """Of every calendar week from the first to the last in the catalog."""
    counts = {
        day: (last.figures["declined_total"], sum(last.trend["bulk"].values()), last.trend["age"])
        for day, (*_, last) in catalog.weeks.items()
        if not last.withdrawn_on
    }
    return _points(catalog, catalog.weeks, counts)


def agency_points(lines: list[Line], catalog: Catalog) -> list[Point]:
    """From the first to the latest week of the agency's `lines` (agency_pages.COLUMNS). A week
    whose report does not name the agency has a zero."""
    counts: dict[str, tuple[int, int, dict]] = {}
    for line in lines:
        bulk = catalog.weeks[line["week"]][-1].trend["bulk"].get(line["agency_id"], 0)
        counts[line["week"]] = (int(line["declined"]), bulk, {})
    return _points(catalog, counts, counts)


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
            mark, method = MARKS.get(revision.kind, ""), revision.trend["method"]
            final = is_final(week, revision, catalog)
            points.append(Point(week, declined, min(bulk, declined), mark, method, age, final))
        else:
            points.append(Point(week, 0))
    return points


def trend_of(points: list[Point], cohort: str) -> Trend:
    """Of the last WEEKS_DRAWN of these points."""
    standing = [point for point in points if point.declined is not None]
    drawn = tuple(points[-WEEKS_DRAWN:])
    if not standing:
        return Trend(drawn, None, None)
    *before, last = standing
    if cohort == ISSUED and not last.final:
        return Trend(drawn, last.week, Compared(last.single, bulk=last.bulk, early=True))
    alike = [*takewhile(partial(_alike, last, cohort), reversed(before))][::-1]
    counts, bulk = tuple(point.single for point in alike), [point.bulk for point in alike]
    compared = Compared(last.single, counts, last.bulk, sum(bulk[-WEEKS_COMPARED:]))
    return Trend(drawn, last.week, compared)


def _alike(last: Point, cohort: str, point: Point) -> bool:
    """Whether it was counted as the last one: by the same method, and by week of issue only if it
    is final, since another has had less time for an outcome."""
    return point.method in (None, last.method) and (cohort != ISSUED or point.final)


def first_to_final(catalog: Catalog) -> FirstToFinal | None:
    """Of all weeks that were published before they were final, and whose first revision and a final
    one stand."""
    moved = []
    for day, (first, *later) in catalog.weeks.items():
        week = Week.parse(day)
        final = [revision for revision in later if is_final(week, revision, catalog)]
        if not final or first.withdrawn_on or is_final(week, first, catalog):
            continue
        if final[-1].trend["method"] == first.trend["method"]:
            moved.append(final[-1].figures["declined_total"] - first.figures["declined_total"])
    if not moved:
        return None
    return FirstToFinal(len(moved), statistics.median(moved), min(moved), max(moved))
