"""The counts of weeks already published, as an input of the next one.

Read from the public archive and from nothing else, so that anyone can follow what a check
compared a week with. Only earlier weeks, and of those the last 26: the cost of a week does not
grow with the age of the archive.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ddor.calendar import Week

WEEKS_LOOKED_BACK = 26


@dataclass(frozen=True)
class History:
    """weeks: first days of the published weeks seen, in order. counts: a row for each week and
    agency with any figure, columns week, agency_id, issued, declined (int), in that order."""

    weeks: tuple[str, ...]
    counts: pd.DataFrame


def no_history() -> History:
    columns = {"week": "str", "agency_id": "str", "issued": "int64", "declined": "int64"}
    return History((), pd.DataFrame({name: pd.Series(dtype=d) for name, d in columns.items()}))


def read_history(site: Path, week: Week) -> History:
    """The last 26 published weeks before `week`, from `site/weeks/*/data/`. A week whose current
    revision is withdrawn has no data folder, and so no part in it."""
    published = sorted(
        folder.parent.name
        for folder in site.glob("weeks/*/data")
        if folder.parent.name < str(week) and (folder / "summary.json").exists()
    )[-WEEKS_LOOKED_BACK:]
    frames = [no_history().counts]
    for first_day in published:
        data = site / "weeks" / first_day / "data"
        issued = _by_agency(data / "issued_by_agency.csv", "issued")
        declined = _by_agency(data / "declined_by_agency.csv", "declined")
        both = pd.concat([issued, declined], axis=1).fillna(0).astype("int64").sort_index()
        frames.append(both.rename_axis("agency_id").reset_index().assign(week=first_day))
    counts = pd.concat(frames, ignore_index=True)
    return History(tuple(published), counts[["week", "agency_id", "issued", "declined"]])


def _by_agency(csv: Path, column: str) -> pd.Series:
    table = pd.read_csv(csv, dtype={"agency_id": "str"}, keep_default_na=False)
    return table.set_index("agency_id")[column]
