"""What the home page and the written pages say of the newest week that stands, from its own files.

names of a written page      week, as_of, published_on, revision, status, figures
the home page's, beside them charges (Charges, None where not told), why (why they are not, or
                             ""), adds_up (whether several weeks together may tell them),
                             largest (Largest or None)
"""

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ddor.archive.agency_index import named
from ddor.archive.around import latest_names
from ddor.calendar import Week, long_date
from ddor.extract.csv_files import csv_lines
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.measures.concentration import half_or_more
from ddor.measures.figures import NO_CHARGES
from ddor.published.catalog import Catalog, status_of

SUMMARY, CHARGES, DECLINED = "summary.json", "charges_by_group.csv", "declined_by_agency.csv"
ATTRIBUTES = "attributes.csv"
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Category:
    """Declined requests with a charge of this category. convicted and charged_only: None where they
    are not told apart."""

    name: str
    convicted: int | None
    charged_only: int | None
    requests: int


@dataclass(frozen=True)
class Charges:
    """categories: those that occur, the largest first. note: what a reader has to know of the
    table, such as that it is an earlier revision's, or "". of: the requests that it is of."""

    categories: list[Category]
    note: str
    of: int

    @property
    def largest(self) -> str:
        """The name of the largest category, or of those that are as large."""
        most = self.categories[0].requests
        return "; ".join(each.name for each in self.categories if each.requests == most)

    @property
    def undivided(self) -> bool:
        return any(each.convicted is None for each in self.categories)


@dataclass(frozen=True)
class Largest:
    """The agency that declined half of a week's requests or more."""

    agency_id: str
    name: str
    state: str
    declined: int


def latest_of(
    site: Path, catalog: Catalog, week: Week | None, data: dict[str, bytes]
) -> dict | None:
    """None if no week stands. `data`: the files of `week`, whose current revision is not in the
    archive yet."""
    for newest, revision in catalog.newest_first():
        if revision.withdrawn_on:
            continue
        folder = site / "weeks" / str(newest) / "data"
        files = (
            data
            if newest == week
            else {
                name: (folder / name).read_bytes()
                for name in (SUMMARY, CHARGES, DECLINED, ATTRIBUTES)
            }
        )
        as_of, published_on = map(dt.date.fromisoformat, (revision.as_of, revision.published_on))
        summary = json.loads(files[SUMMARY])
        figures, why = summary["figures"], why_untold(summary)
        status = status_of(newest, revision, catalog)
        names = latest_names(newest, as_of, published_on, revision.revision, status, figures)
        return names | {
            "charges": charges_of(files),
            "why": why,
            "adds_up": why != NO_CHARGES,
            "largest": largest_of(files),
        }
    return None


def why_untold(summary: dict) -> str:
    """Why the nation's charges are not told; "" where they are."""
    return next(
        (
            table["why"]
            for table in summary["disclosure"]
            if (table["attribute"], table["place"]) == ("charges", "") and not table["told"]
        ),
        "",
    )


def charges_of(data: dict[str, bytes]) -> Charges | None:
    """The categories of charges_by_group.csv; None where the table is withheld."""
    told = [
        line for line in csv_lines(data[CHARGES]) if line["category"] and not line["group_code"]
    ]
    if not told:
        return None
    categories = [
        Category(
            line["offense_group"] or line["category"],
            _number(line["convicted"]),
            _number(line["charged_only"]),
            int(line["requests"]),
        )
        for line in told
        if line["requests"] != "0"
    ]
    flags = told[0].get("flags", "").replace(SYNTHETIC_NOTICE, "").strip("; ")
    note = ISO_DATE.sub(lambda day: long_date(day[0]), flags)
    standings = [
        int(line["requests"])
        for line in csv_lines(data[ATTRIBUTES])
        if (line["attribute"], line["place"], line["branch"]) == ("charges", "", "")
    ]
    return Charges(sorted(categories, key=lambda each: -each.requests), note, sum(standings))


def largest_of(data: dict[str, bytes]) -> Largest | None:
    lines = {line["agency_id"]: line for line in csv_lines(data[DECLINED]) if line["agency_id"]}
    declined = {agency_id: int(line["declined"]) for agency_id, line in lines.items()}
    largest = half_or_more(pd.Series(declined, dtype="int64"))
    if largest is None:
        return None
    line = lines[largest]
    return Largest(largest, named(line), line["state"], declined[largest])


def _number(cell: str) -> int | None:
    return int(cell) if cell else None
