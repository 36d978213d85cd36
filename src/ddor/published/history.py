"""What was published before, as an input of the next run: counts of earlier weeks, the total of
the last of them, and what earlier revisions of the week itself published about people.

The counts are read from the public archive and from nothing else, so that anyone can follow what a
check compared a week with. Only earlier weeks, and of those the last 26: the cost of a week does
not grow with the age of the archive.
"""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from ddor.calendar import Period, Week
from ddor.errors import UsageError
from ddor.extract.csv_files import csv_lines
from ddor.published.catalog import open_catalog
from ddor.reference.figures import METHOD
from ddor.reports import REPORTS, parse_period

WEEKS_LOOKED_BACK = 26
WEEKS_NEEDED = 8
ATTRIBUTES = "attributes.json"
# Of the columns of History.counts.
COUNT_TYPES = {"week": "str", "agency_id": "str", "issued": "int64", "declined": "int64"}
# Table of a week -> its columns of requests issued, and declined.
COUNTED = {
    "issued_by_agency": ("issued", ""),
    "declined_by_agency": ("", "declined"),
    "held_back_by_agency": ("held_back_issued", "held_back_declined"),
}
NOTHING_EARLIER = {"tables": [], "beside": [], "last": [], "gone": "", "cases": []}


@dataclass(frozen=True)
class History:
    """weeks: first days of the published weeks seen, in order. counts: a row for each week and
    agency with any figure, columns week, agency_id, issued, declined (int), in that order; both as
    received, so with what was held back: an agency whose requests are all held is not stopped for
    its 0 for ever.
    last_declined: declined_total of the last of the weeks, None where there is none, or where it
    was counted by another method (reference/dictionary/methods.csv) and is not compared."""

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
    return History((), pd.DataFrame(columns=list(COUNT_TYPES)).astype(COUNT_TYPES))


def read_history(site: Path, week: Week) -> History:
    """The last 26 published weeks before `week`, from `site/weeks/*/data/`. A week whose current
    revision is withdrawn has no part in it."""
    newest_first = sorted(site.glob("weeks/*/data/summary.json"), reverse=True)
    earlier = (file for file in newest_first if file.parents[1].name < str(week))
    chosen = islice((file for file in earlier if not is_withdrawn(file)), WEEKS_LOOKED_BACK)
    published = sorted(file.parents[1].name for file in chosen)
    lines = [
        (first_day, row["agency_id"], int(row.get(issued, 0)), int(row.get(declined, 0)))
        for first_day in published
        for table, (issued, declined) in COUNTED.items()
        for row in csv_lines((site / "weeks" / first_day / "data" / f"{table}.csv").read_bytes())
        if row["agency_id"]  # an empty table of synthetic data has a line with its notice alone
    ]
    counts = pd.DataFrame(lines, columns=list(COUNT_TYPES)).astype(COUNT_TYPES)
    counts = counts.groupby(["week", "agency_id"], as_index=False).sum()
    catalog, total = open_catalog(site) if published else None, None
    last = catalog.current(Week.parse(published[-1])) if catalog else None
    # None too where the catalog does not say that the week was counted by the method of today.
    if last and last.trend.get("method") == METHOD:
        total = last.figures.get("declined_total")
    return History(tuple(published), counts, total)


def is_withdrawn(summary: Path) -> bool:
    """Whether a notice has replaced a summary.json with figures."""
    return "figures" not in json.loads(summary.read_bytes())


def read_earlier(output: Path, period: Period) -> dict:
    """What was published before about the people in this report: {"tables": every table of every
    revision, withdrawn ones too; "beside": those of the reports that share a week with it, and of
    all their weeks; "last": those of the last revision that stands; "gone": why they are not known,
    or ""; "cases": the labels of those that were described}, tables as measures.disclosure wrote
    them. Private: it names requests."""
    own: dict[int, dict] = {}
    others: list[dict] = []
    last: list[dict] = []
    lost = False
    for each in (period, *_beside(output, period)):
        # Revision -> what it left in ATTRIBUTES, in order; and what it has published.
        files = (output / "runs" / str(each)).glob(f"r*/{ATTRIBUTES}")
        numbered = sorted((int(file.parent.name[1:]), file) for file in files)
        found = {number: json.loads(file.read_bytes()) for number, file in numbered}
        summaries = (output / "site" / each.path).glob("r*/data/summary.json")
        published = {int(file.parent.parent.name[1:]): file for file in summaries}
        lost |= bool(published.keys() - found.keys())
        if each == period:
            kept = [n for n in published if n in found and not is_withdrawn(published[n])]
            own, last = found, found[max(kept)]["tables"] if kept else []
        else:
            others += found.values()
    return {
        "tables": _once(own.values()),
        "beside": _once(others),
        "last": last,
        "gone": "the private record of the tables published before is missing" if lost else "",
        "cases": own[max(own)].get("cases", []) if own else [],
    }


def _beside(output: Path, period: Period) -> list[Period]:
    """The reports made from weekly ones that share a week with this one, and the weeks of them all,
    for what a week shows can be taken from what several weeks show together. Without opening the
    folders of other weeks."""
    own: set[Period] = {*period.weeks()} or {period}
    # Of the site too: what was published and lost its private folder has to be missed.
    shelves = {report.period.shelf for report in REPORTS} - {Week.shelf}
    names = {folder.name for folder in (output / "runs").glob("*")}
    names |= {each.name for shelf in shelves for each in (output / "site" / shelf).glob("*")}
    others = []
    for name in sorted(names - {str(period)}):
        with contextlib.suppress(UsageError):  # another file that lies there
            others.append(parse_period(name))
    sharing = [each for each in others if own & {*each.weeks()}]
    weeks = {week for each in (period, *sharing) for week in each.weeks()} - {period}
    return [*sorted(weeks, key=str), *sharing]


def _once(revisions: Iterable[dict]) -> list[dict]:
    """Their tables; one that several revisions show, once."""
    tables = (table for revision in revisions for table in revision["tables"])
    return list({json.dumps([t["attribute"], t["place"], t["rows"]]): t for t in tables}.values())
