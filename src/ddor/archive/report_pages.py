"""The pages of a report: status, changes and citation around what a revision keeps for good.

All of this can be made again at any time from the kept article and the catalog, without a new
revision.
"""

import json
import re
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from markupsafe import Markup

from ddor.archive.downloads import report_dataset
from ddor.archive.kept import DataFiles, article_of, data_files_of, split_cases
from ddor.archive.site import Line, Site, address_of, page
from ddor.calendar import Period, Week
from ddor.maintained.cases import BEGIN, END
from ddor.published.catalog import Catalog, status_of, superseded_parts
from ddor.reference.figures import IDENTITY
from ddor.reports import report_of

HEADS = re.compile(r'<h([23]) id="([^"]+)"[^>]*>(.*?)</h\1>|<tr id="check-([A-Z0-9]+)">', re.DOTALL)
MOST_CHANGES = 80  # a page stays under 200 KB
# Table -> what its columns are of, in a weekly report and in another.
AGENCY_TABLES = {
    "issued_by_agency": ("Section I", "issued"),
    "declined_by_agency": ("Section II", "recorded"),
}
# The columns of these that are no counts.
OF_LINE = (*IDENTITY, "flags")
# What a chart can be taken along as lies beside the revision's own page.
TAKEN = re.compile(r'((?:src|href)=")([a-z0-9-]+\.(?:svg|png|csv)")')
# How an article marks a page that every site has: the page around the article makes it a link.
SITE_PAGE = re.compile(r'<span data-page="([a-z-]+)(#[\w-]+)?">([^<]*)</span>')


class ReportPages:
    """The pages of a period's revisions, each made from what that revision keeps. `newest`: article
    and data of the last one, where it is not in the archive yet."""

    def __init__(self, site: Site, period: Period, newest: tuple[str, DataFiles] | None = None):
        self.site, self.period = site, period
        self.revisions = site.catalog.of(period)
        self.last = len(self.revisions)
        self._articles = {self.last: newest[0]} if newest else {}
        self._data = {self.last: newest[1]} if newest else {}

    def data(self, number: int) -> DataFiles:
        """What it has published, read once."""
        if number not in self._data:
            self._data[number] = data_files_of(self.site.folder / self.period.path / f"r{number}")
        return self._data[number]

    def linked(self) -> set[str]:
        """The agencies that any revision names which is not withdrawn, a superseded one too, for
        its page links to theirs; and those with a dispute."""
        standing = [self.data(r.revision) for r in self.revisions if not r.withdrawn_on]
        disputed = disputed_agencies(self.site.catalog, self.period)
        return disputed.union(*(data.agencies for data in standing))

    def pages(self, numbers: Iterable[int]) -> dict[str, bytes]:
        """Path below site/ -> page, of each of these revisions that there is: at its own address,
        and at the period's if it is the current one."""
        own = [(number, False) for number in sorted(set(numbers)) if 0 < number <= self.last]
        own += [(self.last, True)] if (self.last, False) in own else []
        return dict(self._page(number, current) for number, current in own)

    def _page(self, number: int, current: bool) -> tuple[str, bytes]:
        """At the period's address if `current`, else at its own."""
        period, revisions, catalog = self.period, self.revisions, self.site.catalog
        this = revisions[number - 1]
        title = period.title if current else f"{period.title}, revision {number}"
        path = address_of(period, None if current else number)
        # The page of the current revision stands for both of its addresses.
        canonical = address_of(period, None if number == self.last else number)
        names = {"period": period, "this": this, "latest": revisions[-1], "current": current}
        if this.withdrawn_on:
            title = f"Withdrawn: {title}"
            return page(self.site, "withdrawn.html.j2", path, title, names, canonical)
        before = revisions[number - 2] if number > 1 else None
        data, changes = self.data(number), []
        if before and not before.withdrawn_on:
            changes = changes_between(self.data(number - 1), data)
        article = self._article(number, current)
        names |= {
            "before": before,
            "next": revisions[number] if number < self.last else None,
            "status": status_of(period, this, catalog),
            "outdated": superseded_parts(period, this, catalog),
            "following": period.next if isinstance(period, Week) else None,
            "article": article,
            "contents": contents_of(article),
            "changes": changes[:MOST_CHANGES],
            "more_changes": len(changes[MOST_CHANGES:]),
            "workbooks": [name for name in data if ".xlsx" in name],
            "tables": json.loads(data["datapackage.json"])["resources"],
            "report": report_of(period),
            "dataset": report_dataset(self.site, path, period, this, data),
        }
        return page(self.site, "report.html.j2", path, title, names, canonical)

    def _article(self, number: int, current: bool) -> str:
        """With its links, and with the cases: the catalog has those of a current one alone."""
        own = address_of(self.period, number)
        if not (article := self._articles.get(number, "")):
            article, _ = split_cases(article_of(self.site.folder / own))
        cases = self.revisions[number - 1].cases
        article = article.replace(BEGIN + END, f"{BEGIN}{cases}{END}")
        if current:
            # The pictures stay in the revision's folder; the data has a copy beside this page.
            article = TAKEN.sub(rf"\1r{number}/\2", article)
        root = "../.." if current else "../../.."
        # The names of agencies that have a page, which are marked in the same way.
        agencies = self.data(number).agencies | disputed_agencies(self.site.catalog, self.period)
        marked = rf'<span data-agency="({"|".join(agencies)})">([^<]*)</span>'
        link = rf'<a href="{root}/agencies/\1/index.html" data-agency>\2</a>'
        article = re.sub(marked, link, article)
        return SITE_PAGE.sub(rf'<a href="{root}/\1/index.html\2" data-page>\3</a>', article)


def disputed_agencies(catalog: Catalog, period: Period) -> set[str]:
    """Those with a dispute of the period's current revision; each has a page, whatever it says."""
    revision = catalog.current(period)
    return {record["agency_id"] for record in revision.records} if revision else set()


def contents_of(article: str) -> list[tuple[str, str, list, list]]:
    """Of each section its id, its words, its parts and its checks, each with id and words."""
    sections: list = []
    for rank, anchor, words, check in HEADS.findall(article):
        if rank == "2":
            sections.append((anchor, Markup(words).striptags(), [], []))
        elif sections and check:
            sections[-1][3].append((f"check-{check}", check))
        elif sections:
            sections[-1][2].append((anchor, Markup(words).striptags()))
    return sections


class Change(NamedTuple):
    """where: "" for a figure of the whole week, else the agency with its place and code."""

    where: str
    name: str
    before: int | None
    after: int | None


def _numbers(line: Line) -> dict[str, int]:
    return {name: int(number) for name, number in line.items() if name not in OF_LINE}


def changes_between(before: DataFiles, after: DataFiles) -> list[Change]:
    """What changed between two revisions, from -> to: figures first, in their order, then agencies
    by state and name; what did not change is left out. Read from what both published, so it tells
    nothing that a reader could not find by comparing them."""
    # Where, what follows the name of a count, and the counts before and after.
    compared = [("", "", before.summary["figures"], after.summary["figures"])]
    for table, sections in AGENCY_TABLES.items():
        if table not in before.tables or table not in after.tables:
            continue  # not every report has it
        section = sections[0 if "week" in after.summary else 1]
        old, new = before.by_agency(table), after.by_agency(table)
        lines = (old | new).values()  # an agency that was renamed is the same agency
        for line in sorted(lines, key=itemgetter("state", "agency")):
            agency_id = line["agency_id"]
            where = " · ".join(filter(None, (line["agency"], line["state"], agency_id)))
            then, now = (_numbers(each.get(agency_id, {})) for each in (old, new))
            compared.append((where, f" ({section})", then, now))
    return [
        Change(where, f"{name.replace('_', ' ')}{of}" if of else name, *numbers)
        for where, of, then, now in compared
        for name in {**now, **then}
        if len({*(numbers := (then.get(name, 0), now.get(name, 0)))}) > 1
    ]
