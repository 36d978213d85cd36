"""What a publication touches: the files of the new revision, and those that point to it.

    site/weeks/<week>/rN/      for good: its page, pictures and data
    site/weeks/<week>/         the current revision's page and a copy of its data
    site/weeks/<week>/rN-1/    its page only, which now says what it is superseded by, and why
    site/quarters/<quarter>/   the page of a report made from this one, which now says so
    site/agencies/<id>/        of the agencies that this or the revision before names
    site/agencies/, archive/, corrections/, data/, search/, overview/ …   what lists it (chrome.py)
    site/                      home, feed.xml, sitemap.xml, data/catalog.json
    runs/<week>/rN/            private: the executed notebook, the inputs, counts, the manifest

A report of another period lies in the folder of that (`Period.path`). Of the agencies it touches
only those that no week names: they get a page, for its own leads to it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ddor.archive.around import Around
from ddor.archive.cases_apart import cases_in, without_cases
from ddor.archive.changes import changes_between
from ddor.archive.chrome import chrome
from ddor.archive.downloads import csv_lines
from ddor.archive.pages import notice_page, report_page
from ddor.archive.publish import Archive
from ddor.archive.render import Article
from ddor.archive.trend import kept_of
from ddor.calendar import Period, Week
from ddor.errors import ArchiveUnavailable
from ddor.inputs import NEWER_FLAGS
from ddor.published.catalog import Catalog, Revision

CASES_FILE = "cases.html"
# What a week under review, a draft, or an unchanged run left; a publication makes it old.
WAITING = ("draft", "review.csv", NEWER_FLAGS)


@dataclass(frozen=True)
class Publication:
    """revision: its line in the catalog, but for what its article and data add to that (cases,
    trend, the dates of its records). article and data are what it keeps for good; data: file
    name -> bytes. bulk: agency_id -> declines recorded in bulk (measures/bulk.py)."""

    period: Period
    revision: Revision
    article: Article
    data: dict[str, bytes]
    around: Around
    bulk: Mapping[str, int] = field(default_factory=dict)


def kept_files(article: Article, data: Mapping[str, bytes]) -> dict[str, bytes]:
    """All of a revision that must never change again, by the names of its manifest."""
    return {
        "article.html": without_cases(article.html).encode(),
        **cases_file(article.html),
        **article.pictures,
        **{f"data/{name}": file for name, file in data.items()},
    }


def cases_file(article: str) -> dict[str, bytes]:
    """The described cases by their name in a manifest, none where there are none: kept by no
    revision, and compared as long as it is the current one (`ddor verify`)."""
    cases = cases_in(article)
    return {CASES_FILE: cases.encode()} if cases else {}


def publish_revision(
    archive: Archive,
    catalog: Catalog,
    publication: Publication,
    private: dict[str, bytes],
    beside: Mapping[str, bytes],
) -> None:
    """Publish as the next revision. `private`: what goes into runs/<period>/rN/; `beside`: path ->
    bytes of other private files below runs/ that change with it."""
    period, article, data = publication.period, publication.article, publication.data
    line = replace(
        publication.revision,
        records=_with_first_dates(catalog, publication),
        trend=kept_of(data, publication.bulk) if isinstance(period, Week) else {},
        cases=cases_in(article.html),
    )
    number = line.revision
    disputed = disputed_agencies(catalog, period)
    earlier = [replace(revision, cases="") for revision in catalog.of(period)]
    catalog = catalog.with_revisions(period, [*earlier, line])
    here = f"site/{period.path}"
    before = data_files_of(archive.output / here)

    files = {f"data/{name}": file for name, file in data.items()}
    kept = without_cases(article.html)
    pages = _Pages(archive, catalog, period, publication.around, {number: (kept, data)})
    revision = {"index.html": pages.of(number, False), **article.pictures, **files}
    own_pages = {f"{here}/{name}": file for name, file in files.items()}
    own_pages[f"{here}/index.html"] = pages.of(number, True)
    if number > 1:
        own_pages[f"{here}/r{number - 1}/index.html"] = pages.of(number - 1, False)
    around = publication.around
    disputed |= disputed_agencies(catalog, period)
    agencies = agencies_in(before, data) | disputed
    made = chrome(archive.site, catalog, period, agencies, agencies, data, around)
    own_pages |= pages_made_from(archive, catalog, period, around)
    folders = {f"runs/{period}/r{number}": private, f"{here}/r{number}": revision}
    archive.publish(
        folders,
        made.first
        | own_pages
        | made.last
        | {f"runs/{name}": file for name, file in beside.items()},
        [*made.gone, *(f"runs/{period}/{name}" for name in WAITING)],
    )


def _with_first_dates(catalog: Catalog, publication: Publication) -> list[dict]:
    """The records, each with the date on which it was first shown: the revision that did so may be
    withdrawn later, and the feed's entry keeps its date."""
    first: dict[str, str] = {}
    for revision in catalog.of(publication.period):
        for record in revision.records:
            first.setdefault(record["name"], record["shown_on"])
    line = publication.revision
    return [
        each | {"shown_on": first.get(each["name"], line.published_on)} for each in line.records
    ]


class _Pages:
    """The pages of a period's revisions: of those in `new` (number -> article, data) from what is
    given, of the others from what is published."""

    def __init__(self, archive, catalog: Catalog, period: Period, around: Around, new=None):
        self.folder = archive.site / period.path
        self.catalog, self.period, self.around = catalog, period, around
        self.new = new or {}

    def of(self, number: int, current: bool) -> bytes:
        """The page of a revision: at the period's address if `current`, else at its own."""
        revisions = self.catalog.of(self.period)
        if revisions[number - 1].withdrawn_on:
            return notice_page(self.period, number, self.catalog, self.around, current)
        article, data = self.new.get(number) or self._published(number)
        changes = []
        if number > 1 and not revisions[number - 2].withdrawn_on:
            changes = changes_between(self._published(number - 1)[1], data)
        linked = agencies_in(data) | disputed_agencies(self.catalog, self.period)
        return report_page(
            article, self.period, number, self.catalog, self.around, current, changes, linked, data
        )

    def _published(self, number: int) -> tuple[str, dict[str, bytes]]:
        folder = self.folder / f"r{number}"
        return kept_article(folder / "index.html"), data_files_of(folder)


def pages_around(
    archive: Archive, catalog: Catalog, period: Period, numbers: Iterable[int], around: Around
) -> dict[str, bytes]:
    """Path below outputs/ -> page, of each revision in `numbers` that the period has; at its own
    address, and the period's if it is the current one."""
    pages = _Pages(archive, catalog, period, around)
    here, last = f"site/{period.path}", len(catalog.of(period))
    own = {n: f"{here}/r{n}/index.html" for n in sorted(set(numbers)) if 0 < n <= last}
    found = {path: pages.of(number, False) for number, path in own.items()}
    return found | ({f"{here}/index.html": pages.of(last, True)} if last in own else {})


def pages_made_from(
    archive: Archive, catalog: Catalog, period: Period, around: Around
) -> dict[str, bytes]:
    """Path below outputs/ -> page, of the reports made from that of a week: they say which of
    their weeks is another by now."""
    pages: dict[str, bytes] = {}
    for each in catalog.made_from(period) if isinstance(period, Week) else ():
        pages |= pages_around(archive, catalog, each, [len(catalog.of(each))], around)
    return pages


def agencies_in(*data: dict[str, bytes]) -> set[str]:
    """The agencies that any table of these data files names."""
    return {
        line["agency_id"]
        for files in data
        for name, file in files.items()
        if name.endswith(".csv")
        for line in csv_lines(file)
        if line.get("agency_id")
    }


def disputed_agencies(catalog: Catalog, period: Period) -> set[str]:
    """Those with a dispute of the period's current revision; each has a page, whatever it says."""
    revision = catalog.current(period)
    return {record["agency_id"] for record in revision.records} if revision else set()


def named_agencies(archive: Archive, catalog: Catalog) -> set[str]:
    """Those that any revision names which is not withdrawn, superseded ones too: their pages link
    to the agency's."""
    return {
        agency_id
        for period, revisions in catalog.everything()
        for revision in revisions
        if not revision.withdrawn_on
        for agency_id in agencies_in(
            data_files_of(archive.site / period.path / f"r{revision.revision}")
        )
    }


def data_files_of(folder: Path) -> dict[str, bytes]:
    """Name -> bytes of the data files in `folder`/data."""
    return {file.name: file.read_bytes() for file in sorted((folder / "data").glob("*"))}


def kept_article(page: Path) -> str:
    """The article of a revision's own page, as it is kept: without what the page around it adds,
    links to agency pages and the described cases."""
    return without_cases(article_of(page))


def article_of(page: Path) -> str:
    """The article of a page, without its links to other pages. Raises ArchiveUnavailable."""
    article = re.search(r"<article>.*</article>\n", page.read_text(encoding="utf-8"), re.DOTALL)
    if article is None:
        raise ArchiveUnavailable(f"{page} has no article; restore it")
    link = (
        r'<a href="[^"]*?([A-Za-z0-9-]+)/index\.html(#[\w-]+)?" data-(agency|page)(?:="[^"]*")?>'
        r"([^<]*)</a>"
    )
    return re.sub(link, r'<span data-\3="\1\2">\4</span>', article[0])
