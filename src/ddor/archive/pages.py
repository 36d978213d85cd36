"""The pages of the archive: header, footer and status around what a revision keeps for good.

All of this is chrome. It can be made again at any time from the kept article and the catalog,
without a new revision.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ddor.archive.agency_pages import records_of
from ddor.archive.catalog import Catalog, status_of
from ddor.archive.changes import Change
from ddor.archive.log import ENTRIES, FEED_LENGTH, entries, logged
from ddor.calendar import Week, long_date
from ddor.corrections import FIGURES, GROUNDS, STATUSES
from ddor.extract.model import SYNTHETIC_NOTICE

HERE = Path(__file__).parent
NAME = "Declined Detainer Outcome Report"
# How an article marks the name of an agency: the page around it makes it a link.
AGENCY = re.compile(r'<span data-agency="([A-Z0-9]+)">([^<]*)</span>')
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Publisher:
    """Who stands behind the site, and where it is served, from the parameters; all may be empty."""

    name: str
    contact: str
    site_url: str = ""

    @property
    def base(self) -> str:
        """Before a path below site/: the feed's links are read far from the site."""
        return self.site_url.rstrip("/") + "/" if self.site_url else ""


def static_files() -> dict[str, bytes]:
    """assets/<name> -> bytes."""
    return {f"assets/{f.name}": f.read_bytes() for f in sorted((HERE / "static").iterdir())}


def week_page(
    article: str,
    week: Week,
    revision: int,
    catalog: Catalog,
    publisher: Publisher,
    current: bool,
    changes: list[Change],
    linked: set[str],
) -> bytes:
    """The page of one revision: `current`, at weeks/<week>/; else its own, at weeks/<week>/rN/.
    `changes`: since the revision before it; `linked`: the agencies that have a page."""
    if current:
        # The pictures stay in the revision's folder; the data has a copy beside this page.
        article = re.sub(r'((?:src|srcset)=")([a-z0-9-]+\.svg")', rf"\1r{revision}/\2", article)
    root = "../.." if current else "../../.."
    article = re.sub(
        AGENCY,
        lambda agency: f'<a href="{root}/agencies/{agency[1]}/index.html" '
        f'data-agency="{agency[1]}">{agency[2]}</a>' if agency[1] in linked else agency[0],
        article,
    )  # fmt: skip
    return _render(
        "week.html.j2",
        title=f"{NAME}, {week.title}",
        article=article,
        changes=changes,
        **_of_revision(week, revision, catalog, publisher, current),
    )


def notice_page(
    week: Week, revision: int, catalog: Catalog, publisher: Publisher, current: bool
) -> bytes:
    """What stands in place of a withdrawn revision, at either address."""
    return _render(
        "withdrawn.html.j2",
        title=f"Withdrawn: {NAME}, {week.title}",
        week=week,
        **_of_revision(week, revision, catalog, publisher, current),
    )


def _of_revision(week, revision, catalog, publisher, current) -> dict:
    revisions = catalog.weeks[str(week)]
    this = revisions[revision - 1]
    return {
        "root": "../.." if current else "../../..",
        "this": this,
        "latest": revisions[-1],
        "before": revisions[revision - 2] if revision > 1 else None,
        "next": revisions[revision] if revision < len(revisions) else None,
        "status": status_of(week, this),
        "current": current,
        "catalog": catalog,
        "publisher": publisher,
    }


def agency_page(agency_id: str, weeks: list[dict], catalog: Catalog, publisher: Publisher) -> bytes:
    """`weeks`: the agency's lines, newest first, as agency_pages writes them."""
    return _render(
        "agency.html.j2",
        root="../..",
        title=f"Agency {agency_id}. {NAME}",
        agency_id=agency_id,
        weeks=[(Week.parse(line["week"]), line) for line in weeks],
        records=records_of(agency_id, catalog),
        catalog=catalog,
        publisher=publisher,
        figures=FIGURES,
        grounds=GROUNDS,
        statuses=STATUSES,
    )


def log_pages(catalog: Catalog, publisher: Publisher, today: dt.date) -> dict[str, bytes]:
    """Path below site/ -> file: the corrections log and the feed."""
    found = entries(catalog, today)
    common = {"catalog": catalog, "publisher": publisher, "today": today}
    log = _render("corrections.html.j2", root="..", title=f"Corrections. {NAME}",
                  entries=logged(found), **common)  # fmt: skip
    feed = _render("feed.xml.j2", entries=found[:FEED_LENGTH], site_id=ENTRIES, **common)
    return {"corrections/index.html": log, "feed.xml": NOT_XML.sub(b"", feed)}


def draft_page(article: str, week: Week, catalog: Catalog, publisher: Publisher) -> bytes:
    """A page for the analyst, with its assets beside it."""
    return _render("draft.html.j2", root=".", title=f"Draft: {NAME}, {week.title}",
                   article=article, catalog=catalog, publisher=publisher)  # fmt: skip


def list_pages(catalog: Catalog, publisher: Publisher) -> dict[str, bytes]:
    """Path below site/ -> page: the archive's index and the home page, which point to the weeks."""
    weeks = [(week, r, status_of(week, r)) for week, r in catalog.newest_first()]
    shown = [line for line in weeks if not line[1].withdrawn_on]
    years: dict[int, list] = {}
    for line in weeks:
        years.setdefault(line[0].first_day.year, []).append(line)
    common = {"catalog": catalog, "publisher": publisher, "years": years, "weeks": shown}
    archive = _render("archive.html.j2", root="..", title=f"Archived reports. {NAME}", **common)
    home = _render("home.html.j2", root=".", title=NAME, **common)
    return {"archive/index.html": archive, "index.html": home}


def _render(template: str, **names) -> bytes:
    page = _environment().get_template(template).render(names | {"site_name": NAME})
    return page.encode()


@cache
def _environment() -> Environment:
    """One for all pages: an environment keeps the templates it has compiled."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["long_date"] = lambda day: long_date(dt.date.fromisoformat(str(day)))
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["words"] = lambda name: name[:1].upper() + name[1:].replace("_", " ")
    environment.filters["stopped"] = lambda text: text if text[-1:] in ".!?" else f"{text}."
    environment.globals["synthetic_notice"] = SYNTHETIC_NOTICE
    return environment
