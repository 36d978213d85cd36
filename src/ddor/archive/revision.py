"""What a publication touches: the files of the new revision, and those that point to it.

    site/weeks/<week>/rN/      for good: its page, pictures and data
    site/weeks/<week>/         the current revision's page and a copy of its data
    site/weeks/<week>/rN-1/    its page only, which now says what it is superseded by, and why
    site/agencies/<id>/        of the agencies that this or the revision before names
    site/agencies/, archive/, corrections/, data/, search/, overview/ …   what lists it (chrome.py)
    site/                      home, feed.xml, sitemap.xml, data/catalog.json
    runs/<week>/rN/            private: the executed notebook, the inputs, counts, the manifest
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ddor.archive.agency_pages import agency_lines
from ddor.archive.around import Around
from ddor.archive.catalog import FIRST, Catalog, Revision
from ddor.archive.changes import changes_between
from ddor.archive.chrome import chrome
from ddor.archive.pages import notice_page, week_page
from ddor.archive.publish import Archive
from ddor.archive.render import Article
from ddor.archive.trend import kept_of
from ddor.calendar import Week
from ddor.errors import ArchiveUnavailable

# What a week under review, or a draft, left; a publication makes it old.
WAITING = ("draft", "review.csv", "private_counts.json")
# The few figures that lists of weeks show.
LISTED = ("issued_total", "declined_total", "honored_total", "agencies_declining")


@dataclass(frozen=True)
class Publication:
    """article and data are what the revision keeps for good; data: file name -> bytes. kind,
    because, accepted, records and kept_tables as in catalog.Revision; bulk: agency_id -> declines
    recorded in bulk (measures/bulk.py)."""

    week: Week
    identity: str
    article: Article
    data: dict[str, bytes]
    figures: dict[str, int]
    as_of: dt.date
    source: str
    published_on: dt.date
    around: Around
    kind: str = FIRST
    because: str = ""
    accepted: str = ""
    records: tuple[dict, ...] = ()
    kept_tables: tuple[str, ...] = ()
    bulk: Mapping[str, int] = field(default_factory=dict)

    def kept(self) -> dict[str, bytes]:
        """All that must never change again: what the manifest has the sha256 of."""
        data = {f"data/{name}": file for name, file in self.data.items()}
        return {"article.html": self.article.html.encode(), **self.article.pictures, **data}


def publish_revision(
    archive: Archive,
    catalog: Catalog,
    publication: Publication,
    private: dict[str, bytes],
    ledger: bytes,
) -> int:
    """Publish as the next revision; its number. `private`: what goes into runs/<week>/rN/;
    `ledger`: the private ledger with this week's flags."""
    week = publication.week
    number = archive.next_revision(str(week))
    listed = {name: publication.figures[name] for name in LISTED}
    line = Revision(
        revision=number,
        identity=publication.identity,
        published_on=publication.published_on.isoformat(),
        as_of=publication.as_of.isoformat(),
        source=publication.source,
        figures=listed,
        kind=publication.kind,
        because=publication.because,
        accepted=publication.accepted,
        records=_with_first_dates(catalog, publication),
        kept_tables=list(publication.kept_tables),
        trend=kept_of(publication.data, publication.bulk),
    )
    disputed = disputed_agencies(catalog, week)
    catalog = catalog.with_revision(week, line)
    here = f"site/weeks/{week}"
    before = data_files_of(archive.output / here)

    article, data = publication.article, publication.data
    files = {f"data/{name}": file for name, file in data.items()}
    pages = _Pages(archive, catalog, week, publication.around, {number: (article.html, data)})
    revision = {"index.html": pages.of(number, False), **article.pictures, **files}
    week_pages = {f"{here}/{name}": file for name, file in files.items()}
    week_pages[f"{here}/index.html"] = pages.of(number, True)
    if number > 1:
        week_pages[f"{here}/r{number - 1}/index.html"] = pages.of(number - 1, False)
    disputed |= disputed_agencies(catalog, week)
    agencies = touched_agencies(week, before, data) | disputed
    around = publication.around
    made = chrome(archive.site, catalog, week, agencies, agencies, data, around)
    folders = {f"runs/{week}/r{number}": private, f"{here}/r{number}": revision}
    archive.publish(
        folders,
        made.first | week_pages | made.last | {"runs/ledger.csv": ledger},
        [*made.gone, *(f"runs/{week}/{name}" for name in WAITING)],
    )
    return number


def _with_first_dates(catalog: Catalog, publication: Publication) -> list[dict]:
    """The records, each with the date on which it was first shown: the revision that did so may be
    withdrawn later, and the feed's entry keeps its date."""
    first: dict[str, str] = {}
    for revision in catalog.weeks.get(str(publication.week), ()):
        for record in revision.records:
            first.setdefault(record["name"], record.get("shown_on", revision.published_on))
    day = publication.published_on.isoformat()
    return [each | {"shown_on": first.get(each["name"], day)} for each in publication.records]


class _Pages:
    """The pages of a week's revisions: of those in `new` (number -> article, data) from what is
    given, of the others from what is published."""

    def __init__(self, archive, catalog: Catalog, week: Week, around: Around, new=None):
        self.folder = archive.site / "weeks" / str(week)
        self.catalog, self.week, self.around = catalog, week, around
        self.new = new or {}

    def of(self, number: int, current: bool) -> bytes:
        """The page of a revision: at the week's address if `current`, else at its own."""
        revisions = self.catalog.weeks[str(self.week)]
        if revisions[number - 1].withdrawn_on:
            return notice_page(self.week, number, self.catalog, self.around, current)
        article, data = self.new.get(number) or self._published(number)
        changes = []
        if number > 1 and not revisions[number - 2].withdrawn_on:
            changes = changes_between(self._published(number - 1)[1], data)
        linked = touched_agencies(self.week, data) | disputed_agencies(self.catalog, self.week)
        return week_page(
            article, self.week, number, self.catalog, self.around, current, changes, linked, data
        )

    def _published(self, number: int) -> tuple[str, dict[str, bytes]]:
        folder = self.folder / f"r{number}"
        return kept_article(folder / "index.html"), data_files_of(folder)


def pages_around(
    archive: Archive, catalog: Catalog, week: Week, numbers: Iterable[int], around: Around
) -> dict[str, bytes]:
    """Path below outputs/ -> page, of each revision in `numbers` that the week has; at its own
    address, and the week's if it is the current one."""
    pages = _Pages(archive, catalog, week, around)
    here, last = f"site/weeks/{week}", len(catalog.weeks[str(week)])
    own = {n: f"{here}/r{n}/index.html" for n in sorted(set(numbers)) if 0 < n <= last}
    found = {path: pages.of(number, False) for number, path in own.items()}
    return found | ({f"{here}/index.html": pages.of(last, True)} if last in own else {})


def touched_agencies(week: Week, *data: dict[str, bytes]) -> set[str]:
    """The agencies that any of these data files names."""
    return {agency_id for files in data if files for agency_id in agency_lines(week, files)}


def disputed_agencies(catalog: Catalog, week: Week) -> set[str]:
    """Those with a dispute of the week's current revision; each has a page, whatever it says."""
    revision = catalog.current(week)
    return {record["agency_id"] for record in revision.records} if revision else set()


def named_agencies(archive: Archive, catalog: Catalog) -> set[str]:
    """Those that any revision names which is not withdrawn, superseded ones too: their pages link
    to the agency's."""
    return {
        agency_id
        for day, revisions in catalog.weeks.items()
        for revision in revisions if not revision.withdrawn_on
        for agency_id in touched_agencies(
            Week.parse(day), data_files_of(archive.site / "weeks" / day / f"r{revision.revision}")
        )
    }  # fmt: skip


def data_files_of(folder: Path) -> dict[str, bytes]:
    """Name -> bytes of the data files in `folder`/data."""
    return {file.name: file.read_bytes() for file in sorted((folder / "data").glob("*"))}


def kept_article(page: Path) -> str:
    """The article of a revision's own page, as it was published: without the links to agency
    pages, which the page around it adds."""
    article = re.search(r"<article>.*</article>\n", page.read_text(encoding="utf-8"), re.DOTALL)
    if article is None:
        raise ArchiveUnavailable(f"{page} has no article; restore it")
    link = r'<a href="[^"]*" data-agency="([A-Z0-9]+)">([^<]*)</a>'
    return re.sub(link, r'<span data-agency="\1">\2</span>', article[0])
