"""The pages of text: Overview, FAQs and Fact Sheet, which analysts wrote, with the figures of the
latest week; and the methods. What they and the home page say of the newest week that is published
is taken from its own files (`latest_of`):

names of a written page      week, as_of, published_on, revision, status, figures
the home page's, beside them charges (see charges_of), why (why they are withheld, or ""), adds_up
                             (whether several weeks together may show them), largest (see
                             largest_of)
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pandas as pd

from ddor.archive.kept import DataFiles, data_files_of
from ddor.archive.site import Line, Site, page
from ddor.calendar import FINAL_AFTER, HOURS_ASKED, Period, long_date
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.maintained.texts import Section, sections_of
from ddor.published.catalog import status_of

METHODS = "methods/index.html"
COUNTS = ("convicted", "charged_only", "requests")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def written_pages(site: Site) -> dict[str, tuple[str, list[Section]]]:
    """Name of the page -> what stands before its first heading, and its sections."""
    names = site.context.names(site.catalog.cohort, site.latest)
    return {name: sections_of(text, names) for name, text in site.context.texts.items()}


def text_pages(site: Site) -> Iterator[tuple[str, bytes]]:
    for name, (intro, sections) in written_pages(site).items():
        text, path = site.context.texts[name], f"{name}/index.html"
        updated = text.last_updated
        if site.latest and "latest." in text.body:  # a page with figures changes with them
            updated = max(updated, site.latest["published_on"])
        template = "faqs.html.j2" if name == "faqs" else "text.html.j2"
        names = {"name": name, "text": text, "intro": intro, "sections": sections}
        yield page(site, template, path, text.title, names | {"updated": str(updated)})
    # How requests are counted, checked and disputed, and what is published about people: by the
    # rules that the code goes by, so that none is stated twice. A check has an anchor, `#check-E5`.
    hours = HOURS_ASKED // pd.Timedelta(hours=1)
    rules = {**site.context.rules, "hours": hours, "final_after": FINAL_AFTER}
    yield page(site, "methods.html.j2", METHODS, "Methods", rules)


def latest_of(
    site: Site, period: Period | None = None, data: DataFiles | None = None
) -> dict | None:
    """A dict of the names above; None if no week is published. `data`: the files of `period`, whose
    current revision is not in the archive yet."""
    rules = site.context.rules
    for week, revision in site.catalog.newest_first():
        if revision.withdrawn_on:
            continue
        # What the revision keeps: the copy at the week's address may be what a rebuild restores.
        own = site.folder / week.path / f"r{revision.revision}"
        files = data if data and week == period else data_files_of(own)
        why = why_withheld(files.summary)
        return {
            "week": week,
            "as_of": dt.date.fromisoformat(revision.as_of),
            "published_on": dt.date.fromisoformat(revision.published_on),
            "revision": revision.revision,
            "status": status_of(week, revision, site.catalog),
            "figures": files.summary["figures"],
            "charges": charges_of(files),
            "why": why,
            "adds_up": why != rules["no_charges"],
            "largest": largest_of(files, rules["shares"].half_or_more),
        }
    return None


def why_withheld(summary: dict) -> str:
    """Why the nation's charges are withheld; "" where they are not."""
    for table in summary["disclosure"]:
        if (table["attribute"], table["place"], table["told"]) == ("charges", "", False):
            return table["why"]
    return ""


def charges_of(data: DataFiles) -> dict | None:
    """The categories of charges_by_group.csv that occur, the largest first (name, requests, and,
    None where they are not printed apart, convicted and charged_only); note: what a reader has to
    know of the table, such as that it is an earlier revision's, or ""; of: the requests that it is
    of. None where the table is withheld."""
    lines = data.lines("charges_by_group")
    lines = [line for line in lines if line["category"] and not line["group_code"]]
    if not lines:
        return None
    categories: list[dict] = []
    for line in lines:
        counts = {name: int(line[name]) if line[name] else None for name in COUNTS}
        if counts["requests"]:
            categories.append({"name": line["offense_group"] or line["category"], **counts})
    flags = lines[0].get("flags", "").replace(SYNTHETIC_NOTICE, "").strip("; ")
    whole = data.lines("attributes")
    whole = [e for e in whole if (e["attribute"], e["place"], e["branch"]) == ("charges", "", "")]
    return {
        "categories": sorted(categories, key=lambda each: -each["requests"]),
        "note": ISO_DATE.sub(lambda day: long_date(day[0]), flags),
        "of": sum(int(line["requests"]) for line in whole),
    }


def largest_of(data: DataFiles, half_or_more: Callable[[pd.Series], str | None]) -> Line | None:
    """The line of the agency that declined half of a week's requests or more."""
    lines = data.by_agency("declined_by_agency")
    declined = {agency_id: int(line["declined"]) for agency_id, line in lines.items()}
    return lines.get(half_or_more(pd.Series(declined, dtype="int64")) or "")
