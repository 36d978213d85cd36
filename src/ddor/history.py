"""What was published before, as an input of the next run: counts of earlier weeks, the total of
the last of them, and what earlier revisions of the week itself told of people.

The counts are read from the public archive and from nothing else, so that anyone can follow what a
check compared a week with. Only earlier weeks, and of those the last 26: the cost of a week does
not grow with the age of the archive.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ddor.calendar import Period, Week

WEEKS_LOOKED_BACK = 26
WEEKS_NEEDED = 8
ATTRIBUTES = "attributes.json"
NOTHING_EARLIER = {"attributes": {}, "listed": {}}


@dataclass(frozen=True)
class History:
    """weeks: first days of the published weeks seen, in order. counts: a row for each week and
    agency with any figure, columns week, agency_id, issued, declined (int), in that order.
    last_declined: declined_total of the last of the weeks, None where there is none."""

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
        issued = _by_agency(data / "issued_by_agency.csv", "issued")
        declined = _by_agency(data / "declined_by_agency.csv", "declined")
        lines += [(first_day, agency_id, issued.get(agency_id, 0), declined.get(agency_id, 0))
                  for agency_id in sorted({*issued, *declined})]  # fmt: skip
    empty = no_history().counts
    counts = pd.DataFrame(lines, columns=list(empty.columns)).astype(empty.dtypes.to_dict())
    return History(tuple(published), counts, _declined_total(site, published))


def is_withdrawn(summary: Path) -> bool:
    """Whether a notice stands where a summary.json with figures stood."""
    return "figures" not in json.loads(summary.read_bytes())


def read_earlier(output: Path, period: Period) -> dict:
    """What earlier revisions of `period` told of people: {"attributes": as measures.disclosure
    wrote it, "listed": request_id of a protected request -> whether it was shown with its agency,
    "gone": why the tables may not be told again, or ""}. Private: it names requests."""
    revisions = sorted(
        (output / "runs" / str(period)).glob(f"r*/{ATTRIBUTES}"),
        key=lambda file: int(file.parent.name[1:]),
    )
    summaries = list((output / "site" / period.path).glob("r*/data/summary.json"))
    last = json.loads(revisions[-1].read_bytes()) if revisions else NOTHING_EARLIER
    published = max((int(file.parent.parent.name[1:]) for file in summaries), default=0)
    gone = ""
    if published > (int(revisions[-1].parent.name[1:]) if revisions else 0):
        gone = "what an earlier revision was made from is not at hand"
    elif any(map(is_withdrawn, summaries)):
        gone = "an earlier revision was withdrawn, and too few requests changed since"
    return {**last, "gone": gone}


def _declined_total(site: Path, published: list[str]) -> int | None:
    if not published:
        return None
    summary = site / "weeks" / published[-1] / "data" / "summary.json"
    return json.loads(summary.read_bytes())["figures"]["declined_total"]


def _by_agency(file: Path, column: str) -> dict[str, int]:
    # Not pandas: 52 small files cost it most of a second, and the job reads them twice.
    with open(file, encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        # Protected requests that may not be shown with their agency stand in a line without one.
        return {row["agency_id"]: int(row[column]) for row in rows if row["agency_id"]}
