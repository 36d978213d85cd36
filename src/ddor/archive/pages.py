"""The pages of a report: status, changes and citation around what a revision keeps for good.

All of this is chrome. It can be made again at any time from the kept article and the catalog,
without a new revision.
"""

import re

from ddor.archive.around import Around
from ddor.archive.cases_apart import with_cases
from ddor.archive.changes import Change
from ddor.archive.downloads import titles_in
from ddor.archive.linked_data import report_dataset
from ddor.archive.page import address_of, page
from ddor.archive.text_pages import plain_text
from ddor.calendar import Period, Week, long_date
from ddor.published.catalog import Catalog, status_of, superseded_parts
from ddor.reports import report_of

HEADS = re.compile(r'<h([23]) id="([^"]+)"[^>]*>(.*?)</h\1>|<tr id="check-([A-Z0-9]+)">', re.DOTALL)
MOST_CHANGES = 80  # a page stays under 200 KB
# What a chart can be taken along as lies beside the revision's own page.
TAKEN = re.compile(r'((?:src|href)=")([a-z0-9-]+\.(?:svg|png|csv)")')
# How an article marks the name of an agency: the page around it makes it a link.
AGENCY = re.compile(r'<span data-agency="([A-Z0-9]+)">([^<]*)</span>')
# The same for a page of the site that every archive has.
SITE_PAGE = re.compile(r'<span data-page="([a-z-]+)(#[\w-]+)?">([^<]*)</span>')


def report_page(
    article: str,
    period: Period,
    revision: int,
    catalog: Catalog,
    around: Around,
    current: bool,
    changes: list[Change],
    linked: set[str],
    data: dict[str, bytes],
) -> bytes:
    """The page of one revision: `current`, at <shelf>/<period>/; else its own, in rN/ there.
    `changes`: since the revision before it; `linked`: the agencies that have a page; `data`: the
    revision's data files."""
    this = catalog.of(period)[revision - 1]
    article = with_cases(article, this.cases if this is catalog.current(period) else "")
    if current:
        # The pictures stay in the revision's folder; the data has a copy beside this page.
        article = TAKEN.sub(rf"\1r{revision}/\2", article)
    names = _of_revision(period, revision, catalog, around, current)
    root = "../.." if current else "../../.."
    article = re.sub(
        AGENCY,
        lambda agency: (
            f'<a href="{root}/agencies/{agency[1]}/index.html" data-agency>{agency[2]}</a>'
            if agency[1] in linked
            else agency[0]
        ),
        article,
    )
    article = SITE_PAGE.sub(rf'<a href="{root}/\1/index.html\2" data-page>\3</a>', article)
    return page(
        "report.html.j2",
        title=period.title if current else f"{period.title}, revision {revision}",
        article=article,
        contents=contents_of(article),
        changes=changes[:MOST_CHANGES],
        more_changes=max(len(changes) - MOST_CHANGES, 0),
        files=_files(data),
        citation=citation(period, revision, catalog, around),
        dataset=report_dataset(period, names["this"], catalog, around, data, names["path"]),
        **names,
    )


def notice_page(
    period: Period, revision: int, catalog: Catalog, around: Around, current: bool
) -> bytes:
    """What stands in place of a withdrawn revision, at either address."""
    return page(
        "withdrawn.html.j2",
        title=f"Withdrawn: {period.title}" + ("" if current else f", revision {revision}"),
        **_of_revision(period, revision, catalog, around, current),
    )


def draft_page(article: str, period: Period, catalog: Catalog, around: Around) -> bytes:
    """A page for the analyst, with its assets beside it."""
    return page(
        "draft.html.j2",
        "index.html",
        f"Draft: {period.title}",
        around,
        catalog,
        article=article,
        contents=contents_of(article),
    )


def contents_of(article: str) -> list[tuple[str, str, list, list]]:
    """Of each section its id, its words, its parts and its checks, each with id and words."""
    sections: list = []
    for rank, anchor, words, check in HEADS.findall(article):
        if rank == "2":
            sections.append((anchor, plain_text(words).strip(), [], []))
        elif sections and check:
            sections[-1][3].append((f"check-{check}", check))
        elif sections:
            sections[-1][2].append((anchor, plain_text(words).strip()))
    return sections


def citation(period: Period, revision: int, catalog: Catalog, around: Around) -> str:
    """The line by which a report is cited: with its revision, for another may follow."""
    this = catalog.of(period)[revision - 1]
    publisher = around.publisher
    path = address_of(period, revision)
    return " ".join(
        filter(
            None,
            (
                f"{publisher.name}." if publisher.name else "",
                f"{report_of(period).name}, {period.named}, revision {revision}.",
                f"Published {long_date(this.published_on)}, data as of {long_date(this.as_of)}.",
                f"{publisher.base}{path}" if publisher.base else "",
            ),
        )
    )


def _files(data: dict[str, bytes]) -> list[tuple[str, str]]:
    """The downloads, each with what it is."""
    books = {name: "all tables in one accessible workbook" for name in data if ".xlsx" in name}
    named = books | {
        "summary.json": "all figures",
        **{
            name: title[:1].lower() + title[1:]
            for name, title in titles_in(data["datapackage.json"]).items()
        },
        "datapackage.json": "what every column means (Frictionless data package)",
    }
    return [(name, words) for name, words in named.items() if name in data]


def _of_revision(period, revision, catalog, around, current) -> dict:
    revisions = catalog.of(period)
    this = revisions[revision - 1]
    own, current_path = address_of(period, revision), address_of(period)
    return {
        "path": current_path if current else own,
        # The page of the current revision stands for both of its addresses.
        "canonical": current_path if this is revisions[-1] else own,
        "period": period,
        "this": this,
        "latest": revisions[-1],
        "before": revisions[revision - 2] if revision > 1 else None,
        "next": revisions[revision] if revision < len(revisions) else None,
        "status": status_of(period, this, catalog),
        "outdated": superseded_parts(period, this, catalog),
        "current": current,
        "following": period.next if isinstance(period, Week) else None,
        "catalog": catalog,
        "around": around,
    }
