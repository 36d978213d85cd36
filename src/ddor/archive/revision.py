"""What a publication touches: the files of the new revision, and those that point to it.

    site/weeks/<week>/rN/      for good: its page, pictures and data
    site/weeks/<week>/         the current revision's page and a copy of its data
    site/weeks/<week>/rN-1/    its page only, which now says what it is superseded by, and why
    site/quarters/<quarter>/   the page of a report made from this one, which now says so
    site/agencies/<id>/        of the agencies that this or the revision before names
    site/agencies/, archive/, corrections/, data/, search/, overview/ …   lists (site_pages.py)
    site/                      home, feed.xml, sitemap.xml, data/catalog.json
    runs/<week>/rN/            private: the executed notebook, the inputs, counts, the manifest

A report of another period lies in the folder of that (`Period.path`). Of the agencies it touches
only those that no week names: they get a page, for its own leads to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ddor.archive.article import cases_file, cases_in, without_cases
from ddor.archive.data_files import DataFiles, data_files_of
from ddor.archive.publish import Archive
from ddor.archive.render import Article
from ddor.archive.report_pages import ReportPages, disputed_agencies
from ddor.archive.site import Site, SiteContext
from ddor.archive.site_pages import pages_made_from, publish_site, site_after
from ddor.archive.trend import kept_of
from ddor.calendar import Period, Week
from ddor.inputs import NEWER_FLAGS
from ddor.published.catalog import Catalog, Revision

# What a week under review, a draft, or an unchanged run left; a publication makes it old.
WAITING = ("draft", "review.csv", NEWER_FLAGS)


@dataclass(frozen=True)
class Publication:
    """revision: its line in the catalog, but for what its article and data add to that (cases,
    trend, the dates of its records). article and data are what it keeps for good; data: file
    name -> bytes. bulk: agency_id -> declines recorded in bulk (measures/figures.py)."""

    period: Period
    revision: Revision
    article: Article
    data: dict[str, bytes]
    around: SiteContext
    bulk: Mapping[str, int] = field(default_factory=dict)


def kept_files(article: Article, data: Mapping[str, bytes]) -> dict[str, bytes]:
    """All of a revision that must never change again, by the names of its manifest."""
    return {
        "article.html": without_cases(article.html).encode(),
        **cases_file(article.html),
        **article.pictures,
        **{f"data/{name}": file for name, file in data.items()},
    }


def publish_revision(
    archive: Archive,
    catalog: Catalog,
    publication: Publication,
    private: dict[str, bytes],
    beside: Mapping[str, bytes],
) -> None:
    """Publish as the next revision. `private`: what goes into runs/<period>/rN/; `beside`: path ->
    bytes of other private files below runs/ that change with it."""
    period, article = publication.period, publication.article
    data = DataFiles(publication.data)
    line = replace(
        publication.revision,
        records=_with_first_dates(catalog, publication),
        trend=kept_of(data, publication.bulk) if isinstance(period, Week) else {},
        cases=cases_in(article.html),
    )
    number = line.revision
    earlier = [replace(revision, cases="") for revision in catalog.of(period)]
    disputed = disputed_agencies(catalog, period)
    catalog = catalog.with_revisions(period, [*earlier, line])
    site = Site(archive.site, catalog, publication.around)
    report = ReportPages(site, period, (without_cases(article.html), data))
    pages = report.pages([number - 1, number])
    here = f"{period.path}/r{number}"
    files = {f"data/{name}": file for name, file in data.items()}
    public = {"index.html": pages.pop(f"{here}/index.html"), **article.pictures, **files}
    pages |= {f"{period.path}/{name}": file for name, file in files.items()}
    pages |= pages_made_from(site, period)
    before = data_files_of(archive.site / period.path)
    agencies = before.agencies | data.agencies | disputed | disputed_agencies(catalog, period)
    publish_site(
        archive,
        site_after(site, period, agencies, agencies, before, data),
        {f"runs/{period}/r{number}": private, f"site/{here}": public},
        pages,
        {f"runs/{name}": file for name, file in beside.items()},
        removed=[f"runs/{period}/{name}" for name in WAITING],
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
