"""The pages of a week: status, changes and citation around what a revision keeps for good.

All of this is chrome. It can be made again at any time from the kept article and the catalog,
without a new revision.
"""

import re

from ddor.archive.around import Around
from ddor.archive.catalog import Catalog, status_of
from ddor.archive.changes import Change
from ddor.archive.linked_data import week_dataset
from ddor.archive.meanings import TITLES
from ddor.archive.page import NAME, address_of, page
from ddor.calendar import Week

MOST_CHANGES = 80  # a page stays under 100 KB
# How an article marks the name of an agency: the page around it makes it a link.
AGENCY = re.compile(r'<span data-agency="([A-Z0-9]+)">([^<]*)</span>')


def week_page(
    article: str,
    week: Week,
    revision: int,
    catalog: Catalog,
    around: Around,
    current: bool,
    changes: list[Change],
    linked: set[str],
    data: dict[str, bytes],
) -> bytes:
    """The page of one revision: `current`, at weeks/<week>/; else its own, at weeks/<week>/rN/.
    `changes`: since the revision before it; `linked`: the agencies that have a page; `data`: the
    revision's data files."""
    if current:
        # The pictures stay in the revision's folder; the data has a copy beside this page.
        article = re.sub(r'((?:src|srcset)=")([a-z0-9-]+\.svg")', rf"\1r{revision}/\2", article)
    names = _of_revision(week, revision, catalog, around, current)
    root = "../.." if current else "../../.."
    article = re.sub(
        AGENCY,
        lambda agency: f'<a href="{root}/agencies/{agency[1]}/index.html" '
        f'data-agency="{agency[1]}">{agency[2]}</a>' if agency[1] in linked else agency[0],
        article,
    )  # fmt: skip
    return page(
        "week.html.j2",
        title=week.title if current else f"{week.title}, revision {revision}",
        article=article,
        changes=changes[:MOST_CHANGES],
        more_changes=max(len(changes) - MOST_CHANGES, 0),
        files=_files(data),
        citation=citation(week, revision, catalog, around),
        dataset=week_dataset(week, names["this"], catalog, around, data, names["path"]),
        **names,
    )


def notice_page(
    week: Week, revision: int, catalog: Catalog, around: Around, current: bool
) -> bytes:
    """What stands in place of a withdrawn revision, at either address."""
    return page(
        "withdrawn.html.j2",
        title=f"Withdrawn: {week.title}" + ("" if current else f", revision {revision}"),
        **_of_revision(week, revision, catalog, around, current),
    )


def draft_page(article: str, week: Week, catalog: Catalog, around: Around) -> bytes:
    """A page for the analyst, with its assets beside it."""
    return page("draft.html.j2", "index.html", f"Draft: {week.title}", around, catalog,
                article=article)  # fmt: skip


def citation(week: Week, revision: int, catalog: Catalog, around: Around) -> str:
    """The line by which a report is cited: with its revision, for another may follow."""
    this = catalog.weeks[str(week)][revision - 1]
    publisher = around.publisher
    path = address_of(f"{week}/r{revision}")
    return " ".join(
        filter(
            None,
            (
                f"{publisher.name}." if publisher.name else "",
                f"{NAME}, week of {week.title}, revision {revision}.",
                f"Published {this.published_on}, data as of {this.as_of}.",
                f"{publisher.base}{path}" if publisher.base else "",
            ),
        )
    )


def _files(data: dict[str, bytes]) -> list[tuple[str, str]]:
    """The downloads, each with what it is."""
    books = {name: "all tables in one accessible workbook" for name in data if ".xlsx" in name}
    named = books | {
        "summary.json": "all figures",
        **{f"{name}.csv": title[:1].lower() + title[1:] for name, title in TITLES.items()},
        "datapackage.json": "what every column means (Frictionless data package)",
    }
    return [(name, words) for name, words in named.items() if name in data]


def _of_revision(week, revision, catalog, around, current) -> dict:
    revisions = catalog.weeks[str(week)]
    this = revisions[revision - 1]
    own = address_of(f"{week}/r{revision}")
    at_week = address_of(week)
    return {
        "path": at_week if current else own,
        # The page of the current revision stands for both of its addresses.
        "canonical": at_week if this is revisions[-1] else own,
        "week": week,
        "this": this,
        "latest": revisions[-1],
        "before": revisions[revision - 2] if revision > 1 else None,
        "next": revisions[revision] if revision < len(revisions) else None,
        "status": status_of(week, this),
        "current": current,
        "catalog": catalog,
        "around": around,
    }
