"""What the home page and the written pages say of the newest week that stands, from its own files.

names of a written page      week, as_of, published_on, revision, status, figures
the home page's, beside them charges (see charges_of), why (why they are not shown, or ""), adds_up
                             (whether several weeks together may show them), largest (see
                             largest_of)
"""

import datetime as dt
import re

import pandas as pd

from ddor.archive.data_files import DataFiles, data_files_of
from ddor.archive.site import Line, Site
from ddor.calendar import Period, long_date
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.measures.figures import NO_CHARGES
from ddor.measures.shares import half_or_more
from ddor.published.catalog import status_of

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def latest_of(
    site: Site, period: Period | None = None, data: DataFiles | None = None
) -> dict | None:
    """A dict of these names; None if no week stands. `data`: the files of `period`, whose current
    revision is not in the archive yet."""
    for week, revision in site.catalog.newest_first():
        if revision.withdrawn_on:
            continue
        files = data if data and week == period else data_files_of(site.folder / week.path)
        why = why_untold(files.summary)
        return {
            "week": week,
            "as_of": dt.date.fromisoformat(revision.as_of),
            "published_on": dt.date.fromisoformat(revision.published_on),
            "revision": revision.revision,
            "status": status_of(week, revision, site.catalog),
            "figures": files.summary["figures"],
            "charges": charges_of(files),
            "why": why,
            "adds_up": why != NO_CHARGES,
            "largest": largest_of(files),
        }
    return None


def why_untold(summary: dict) -> str:
    """Why the nation's charges are not told; "" where they are."""
    for table in summary["disclosure"]:
        if (table["attribute"], table["place"], table["told"]) == ("charges", "", False):
            return table["why"]
    return ""


def charges_of(data: DataFiles) -> dict | None:
    """The categories of charges_by_group.csv that occur, the largest first (name, requests, and,
    None where they are not told apart, convicted and charged_only); note: what a reader has to know
    of the table, such as that it is an earlier revision's, or ""; of: the requests that it is of.
    None where the table is withheld."""
    lines = data.tables["charges_by_group"]
    lines = [line for line in lines if line["category"] and not line["group_code"]]
    if not lines:
        return None
    categories: list[dict] = [
        {"name": line["offense_group"] or line["category"]}
        | {
            name: int(line[name]) if line[name] else None
            for name in ("convicted", "charged_only", "requests")
        }
        for line in lines
        if line["requests"] != "0"
    ]
    flags = lines[0].get("flags", "").replace(SYNTHETIC_NOTICE, "").strip("; ")
    of = sum(
        int(line["requests"])
        for line in data.tables["attributes"]
        if (line["attribute"], line["place"], line["branch"]) == ("charges", "", "")
    )
    return {
        "categories": sorted(categories, key=lambda each: -each["requests"]),
        "note": ISO_DATE.sub(lambda day: long_date(day[0]), flags),
        "of": of,
    }


def largest_of(data: DataFiles) -> Line | None:
    """The line of the agency that declined half of a week's requests or more."""
    lines = data.by_agency("declined_by_agency")
    declined = {agency_id: int(line["declined"]) for agency_id, line in lines.items()}
    largest = half_or_more(pd.Series(declined, dtype="int64"))
    return lines.get(largest)
