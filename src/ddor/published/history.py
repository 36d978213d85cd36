"""What was published before, as an input of the next run: counts of earlier weeks, the total of
the last of them, and what earlier revisions of the week itself told of people.

The counts are read from the public archive and from nothing else, so that anyone can follow what a
check compared a week with. Only earlier weeks, and of those the last 26: the cost of a week does
not grow with the age of the archive.
"""

import contextlib
import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ddor.calendar import Period, Week
from ddor.errors import UsageError
from ddor.published.catalog import open_catalog
from ddor.reference.method import METHOD
from ddor.reports import REPORTS, parse_period

WEEKS_LOOKED_BACK = 26
WEEKS_NEEDED = 8
ATTRIBUTES = "attributes.json"
WEEK_FOLDER = re.compile(r"\d{4}-\d\d-\d\d|\..*|.*\..*")
NOTHING_EARLIER = {"tables": [], "beside": [], "last": [], "gone": "", "cases": []}


@dataclass(frozen=True)
class History:
    """weeks: first days of the published weeks seen, in order. counts: a row for each week and
    agency with any figure, columns week, agency_id, issued, declined (int), in that order; both as
    received, so with what was held back: an agency whose requests are all held is not stopped for
    its 0 for ever.
    last_declined: declined_total of the last of the weeks, None where there is none, or where it
    was counted by another method (method.py) and is not compared."""

    weeks: tuple[str, ...]
    counts: pd.DataFrame
    last_declined: int | None = None

    def is_long_enough(self) -> bool:
        """Whether a week may be compared with it (E5)."""
        return len(self.weeks) >= WEEKS_NEEDED

    def highest(self) -> pd.DataFrame:
        """Index agency_id, columns issued, declined: the highest of the weeks. An agency that is
        in none of them has no row, and counts as 0."""
        return self.counts.groupby("agency_id")[["issued", "declined"]].max()


def no_history() -> History:
    columns = {"week": "str", "agency_id": "str", "issued": "int64", "declined": "int64"}
    return History((), pd.DataFrame({name: pd.Series(dtype=d) for name, d in columns.items()}))


def read_history(site: Path, week: Week) -> History:
    """The last 26 published weeks before `week`, from `site/weeks/*/data/`. A week whose current
    revision is withdrawn has no part in it."""
    published: list[str] = []
    for summary in sorted(site.glob("weeks/*/data/summary.json"), reverse=True):
        first_day = summary.parent.parent.name
        if len(published) == WEEKS_LOOKED_BACK:
            break
        if first_day < str(week) and not is_withdrawn(summary):
            published.append(first_day)
    published.sort()
    lines = []
    for first_day in published:
        data = site / "weeks" / first_day / "data"
        issued = _by_agency(data, issued_by_agency="issued", held_back_by_agency="held_back_issued")
        declined = _by_agency(
            data, declined_by_agency="declined", held_back_by_agency="held_back_declined"
        )
        lines += [
            (first_day, agency_id, issued[agency_id], declined[agency_id])
            for agency_id in sorted({*issued, *declined})
        ]
    empty = no_history().counts
    counts = pd.DataFrame(lines, columns=list(empty.columns)).astype(empty.dtypes.to_dict())
    return History(tuple(published), counts, _declined_total(site, published))


def is_withdrawn(summary: Path) -> bool:
    """Whether a notice stands where a summary.json with figures stood."""
    return "figures" not in json.loads(summary.read_bytes())


def read_earlier(output: Path, period: Period) -> dict:
    """What was told before of the people in this report: {"tables": every table of every revision,
    withdrawn ones too; "beside": those of the reports that share a week with it, and of all their
    weeks; "last": those of the last revision that stands; "gone": why they are not known, or "";
    "cases": the labels of those that were described}, tables as measures.record wrote them.
    Private: it names requests."""
    tables, beside, last, told_by = [], [], [], _told_by(output, period)
    for number, own in told_by.items():
        tables += own["tables"]
        summary = output / "site" / period.path / f"r{number}" / "data" / "summary.json"
        if summary.exists() and not is_withdrawn(summary):
            last = own["tables"]
    missing = _published(output, period) - told_by.keys()
    for other in _beside(output, period):
        told_there = _told_by(output, other)
        missing |= _published(output, other) - told_there.keys()
        beside += [table for own in told_there.values() for table in own["tables"]]
    gone = "the private record of what was told before is not at hand" if missing else ""
    newest = told_by[max(told_by)] if told_by else {}
    cases = newest.get("cases", [])
    return {
        "tables": _once(tables),
        "beside": _once(beside),
        "last": last,
        "gone": gone,
        "cases": cases,
    }


def _published(output: Path, period: Period) -> set[int]:
    files = (output / "site" / period.path).glob("r*/data/summary.json")
    return {int(file.parent.parent.name[1:]) for file in files}


def _told_by(output: Path, period: Period) -> dict[int, dict]:
    """Revision -> what it left in ATTRIBUTES, in order."""
    files = (output / "runs" / str(period)).glob(f"r*/{ATTRIBUTES}")
    found = {int(file.parent.name[1:]): json.loads(file.read_bytes()) for file in files}
    return dict(sorted(found.items()))


def _beside(output: Path, period: Period) -> list[Period]:
    """The reports made from weekly ones that share a week with this one, and the weeks of them all,
    for what a week tells can be taken from what several weeks tell together. Without opening the
    folders of other weeks."""
    own: set[Period] = {*period.weeks()} or {period}
    # Of the site too: what was published and lost its private folder has to be missed.
    shelves = {report.period.shelf for report in REPORTS} - {Week.shelf}
    names = {folder.name for folder in (output / "runs").glob("*")}
    names |= {each.name for shelf in shelves for each in (output / "site" / shelf).glob("*")}
    compiled = []
    for name in sorted(names - {str(period)}):
        if not WEEK_FOLDER.fullmatch(name):
            with contextlib.suppress(UsageError):
                compiled.append(parse_period(name))
    sharing = [each for each in compiled if own & {*each.weeks()}]
    weeks = {week for each in (period, *sharing) for week in each.weeks()} - {period}
    return [*sorted(weeks, key=str), *sharing]


def _once(tables: list[dict]) -> list[dict]:
    """A table that several revisions tell, once."""
    found = {
        json.dumps([table["attribute"], table["place"], table["rows"]]): table for table in tables
    }
    return list(found.values())


def _declined_total(site: Path, published: list[str]) -> int | None:
    """None too where the catalog does not say that the week was counted by the method of today."""
    catalog = open_catalog(site) if published else None
    revision = catalog.current(Week.parse(published[-1])) if catalog else None
    if revision is None or revision.trend.get("method") != METHOD:
        return None
    summary = site / "weeks" / published[-1] / "data" / "summary.json"
    return json.loads(summary.read_bytes())["figures"]["declined_total"]


def _by_agency(data: Path, **columns: str) -> Counter[str]:
    """agency_id -> the sum of a column of each of these tables."""
    # Not pandas: 52 small files cost it most of a second, and the job reads them twice.
    counts: Counter[str] = Counter()
    for table, column in columns.items():
        with open(data / f"{table}.csv", encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                # An empty table of synthetic data has a line with its notice alone.
                if row["agency_id"]:
                    counts[row["agency_id"]] += int(row[column])
    return counts
