"""What a publication touches: the files of the new revision, and those that point to it.

    site/weeks/<week>/rN/     for good: its page, pictures and data
    site/weeks/<week>/        the current revision's page and a copy of its data
    site/weeks/<week>/rN-1/   its page only, which now says that it is superseded
    runs/<week>/rN/           private: the executed notebook, the inputs, counts, the manifest
"""

import datetime as dt
import re
from dataclasses import dataclass

from ddor.archive.catalog import Catalog, Revision
from ddor.archive.pages import Publisher, list_pages, static_files, week_page
from ddor.archive.publish import Archive
from ddor.archive.render import Article
from ddor.calendar import Week

# The few figures that lists of weeks show.
LISTED = ("issued_total", "declined_total", "honored_total", "agencies_declining")


@dataclass(frozen=True)
class Publication:
    """article and data are what the revision keeps for good; data: file name -> bytes."""

    week: Week
    identity: str
    article: Article
    data: dict[str, bytes]
    figures: dict[str, int]
    as_of: dt.date
    source: str
    published_on: dt.date
    publisher: Publisher

    def kept(self) -> dict[str, bytes]:
        """All that must never change again: what the manifest has the sha256 of."""
        data = {f"data/{name}": file for name, file in self.data.items()}
        return {"article.html": self.article.html.encode(), **self.article.pictures, **data}


def publish_revision(
    archive: Archive, catalog: Catalog, publication: Publication, private: dict[str, bytes]
) -> int:
    """Publish as the next revision; its number. `private`: what goes into runs/<week>/rN/."""
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
    )
    catalog = catalog.with_revision(week, line)
    here = f"site/weeks/{week}"

    def page(revision: int, current: bool, article: str) -> bytes:
        return week_page(article, week, revision, catalog, publication.publisher, current)

    html = publication.article.html
    data = {f"data/{name}": file for name, file in publication.data.items()}
    revision = {"index.html": page(number, False, html), **publication.article.pictures, **data}
    pointers = {f"site/{name}": file for name, file in static_files().items()}
    if number > 1:
        before = f"{here}/r{number - 1}/index.html"
        pointers[before] = page(number - 1, False, kept_article(archive.output / before))
    pointers |= {f"{here}/{name}": file for name, file in data.items()}
    pointers[f"{here}/index.html"] = page(number, True, html)
    pages = list_pages(catalog, publication.publisher)
    pointers |= {f"site/{name}": file for name, file in pages.items()}
    pointers["site/data/catalog.json"] = catalog.file()
    archive.publish({f"runs/{week}/r{number}": private, f"{here}/r{number}": revision}, pointers)
    return number


def kept_article(page) -> str:
    """The article of a revision's own page, as it was published."""
    return re.search(r"<article>.*</article>\n", page.read_text(encoding="utf-8"), re.DOTALL)[0]
