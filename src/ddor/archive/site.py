"""All that the pages of a site are made from, in one value, `Site`; and how one page is made.

    page(site, "home.html.j2", "index.html", "A title", …)    a template and its names -> bytes

Beside what is published a site has its `SiteContext`: the publisher, the written texts, the laws,
the day, the rules of counting. All of it is maintained under `params/` or stated in the code, and
none of it is part of a revision: the pages around the articles show it, and `ddor rebuild` brings
it to every page.

Style, script and icon lie under `assets/` with a part of their own hash in their names: a page that
was made with an older one keeps it until `ddor rebuild`, and a reader's browser may keep it for
good.
"""

import datetime as dt
import hashlib
import json
import re
import statistics
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ddor.calendar import Period, Week, long_date
from ddor.extract.csv_files import csv_lines
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.maintained.corrections import FIGURES, GROUNDS, STATUSES
from ddor.maintained.parameters import Parameters
from ddor.maintained.texts import Statement, Text
from ddor.narrative import FILTERS
from ddor.publishable import text_of
from ddor.published.catalog import Catalog, status_of
from ddor.reference.figures import CHANGES, METHOD
from ddor.reference.places import COUNTIES, STATES
from ddor.reports import WEEKLY

Line = dict[str, str]
HERE = Path(__file__).parent
SIGNS = re.compile(r"\{\{|\}\}|\{%|%\}")
NAME = WEEKLY.name


@dataclass(frozen=True)
class SiteContext:
    """day: that of printing. agencies: agency_id -> name and place in the directory; policies and
    coverage: the lines of directory.Directory. rules: name -> the checks, thresholds and constants
    by which requests were counted (RULES of jobs/report.py). texts: name of the page -> its text;
    statements: agency_id -> what it says."""

    parameters: Parameters
    day: dt.date
    agencies: Mapping[str, Line] = field(default_factory=dict)
    policies: tuple[Line, ...] = ()
    coverage: tuple[Line, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Where the site is served, before a path below site/, for the feed's links are read far
        from it; "" where that is not known."""
        return self.parameters.site_url.rstrip("/") + "/" if self.parameters.site_url else ""

    def written(self) -> dict[str, str]:
        """What people wrote and is published around revisions: the place -> text. Of the written
        pages without the signs around figures, which texts.py has tried to fill."""
        found = {"the parameter authority": self.parameters.authority}
        for text in self.texts.values():
            found[f"pages/{text.name}.md"] = f"{text.title}\n{SIGNS.sub('  ', text.body)}"
        for agency_id, statement in self.statements.items():
            found[f"statements/{agency_id}.md"] = text_of(statement.html)
        found["agencies.csv, name"] = "\n".join(line["name"] for line in self.agencies.values())
        for table, lines in (("policies", self.policies), ("coverage", self.coverage)):
            found[f"{table}.csv"] = "\n".join(text for line in lines for text in line.values())
        return found

    def release_of(self, week: Week) -> dt.date:
        """The date on which the week's first report is announced."""
        return week.last_day + dt.timedelta(days=self.parameters.release_lag_days)

    def names(self, cohort: str, latest: dict | None) -> dict:
        """What a written page may name (docs/pages.md). latest: see text_pages.py."""
        own = ("publisher", "authority", "contact", "official")
        return {name: getattr(self.parameters, name) for name in own} | {
            "threshold": self.parameters.disclosure_threshold,
            "cohort": cohort,
            "latest": latest,
        }


@dataclass(frozen=True)
class Site:
    """folder: site/, with what is published so far. catalog: what is published once the pages that
    are made from this value are there.

    index: agency_id -> its line, of every agency in the archive (agencies.py). agencies: agency_id
    -> its weeks.csv, of those whose pages are made or go; linked: those to which a
    report's page leads, whether or not a published week has a figure of them. years: year -> table
    -> lines, of those whose files, and whose pages in the archive, are made. latest: the newest
    week (text_pages.py).
    """

    folder: Path
    catalog: Catalog
    context: SiteContext
    index: Mapping[str, Line] = field(default_factory=dict)
    agencies: Mapping[str, bytes] = field(default_factory=dict)
    linked: Collection[str] = ()
    years: Mapping[int, Mapping[str, list[Line]]] = field(default_factory=dict)
    latest: dict | None = None


def page(
    site: Site, template: str, path: str, title: str, names: Mapping, canonical: str = ""
) -> tuple[str, bytes]:
    """`path`, where the page lies below site/, and the page. names: what the template uses beside
    what every page has; canonical: the path that stands for it, if it is not `path`."""
    root = "/".join([".."] * path.count("/")) or "."
    base = site.context.base
    of_page = {
        "path": path,
        "root": root,
        "title": title if title == NAME else f"{title}. {NAME}",
        "canonical": f"{base}{canonical or path}" if base else "",
        "assets": {name: f"{root}/{asset}" for name, asset in asset_paths().items()},
    }
    return path, fill(site, template, {**names, **of_page})


def fill(site: Site, template: str, names: Mapping) -> bytes:
    """A template that is no page of HTML, such as the feed's."""
    context = site.context
    of_site = {"catalog": site.catalog, "context": context, "parameters": context.parameters}
    return _environment().get_template(template).render({**names, **of_site}).encode()


def load_templates() -> None:
    """Which takes a while, once."""
    for name in _environment().list_templates(["j2"]):
        if "/" not in name:  # report/ is nbconvert's
            _environment().get_template(name)


def static_files() -> dict[str, bytes]:
    """assets/<name>-<hash>.<ending> -> bytes."""
    return {path: (HERE / "static" / name).read_bytes() for name, path in asset_paths().items()}


@cache
def asset_paths() -> dict[str, str]:
    """Name of the file -> its path below site/."""
    digests = {f: hashlib.sha256(f.read_bytes()).hexdigest() for f in (HERE / "static").iterdir()}
    return {f.name: f"assets/{f.stem}-{digests[f][:8]}{f.suffix}" for f in sorted(digests)}


def address_of(period: Period, revision: int | None = None) -> str:
    """The path below site/ of a report's page, or of one revision of it."""
    return f"{period.path}/r{revision}/index.html" if revision else f"{period.path}/index.html"


def lines_in(file: Path) -> list[Line]:
    """csv_lines of a file; none where there is none."""
    return [*csv_lines(file.read_bytes())] if file.exists() else []


def agency_name(line: Line) -> str:
    return line["agency"] or f"Agency {line['agency_id']}"


def place_of(line: Line) -> str:
    """Place, level and code, which stand beside the name everywhere: "county · Hennepin County,
    Minnesota (27053) · MN0270000"."""
    fips, state = line["county_fips"], STATES.get(line["state"])
    county = COUNTIES.get(fips)
    place = ", ".join(filter(None, (county and county.name, state and state.name)))
    place = f"{place} ({fips})".strip() if fips else place or "place not known"
    return " · ".join(filter(None, (line["level"], place, line["agency_id"])))


def _json_text(value: object) -> Markup:
    """JSON inside a script element that is data: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup(re.sub("[<>&]", lambda sign: f"\\u{ord(sign[0]):04x}", text))


def _cells(counts: Mapping[str, int], columns: Iterable[str]) -> Markup:
    """The cells of a row. A template that wrote each by itself would take twice as long, and long
    archives have thousands."""
    return Markup("".join(f'<td class="n">{counts[column]:,}</td>' for column in columns))


def _signed(value: float) -> str:
    """A difference: +1,200, 0, or with a true minus."""
    return f"{value:+,.1f}".removesuffix(".0").replace("-", "\N{MINUS SIGN}") if value else "0"


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
    filters: dict[str, Callable] = {
        "long_date": long_date,
        "number": lambda value: "withheld" if value is None else f"{value:,}",
        "percent": lambda part: f"{part:.0%}".replace("%", "\N{NO-BREAK SPACE}%"),
        "cells": _cells,
        "signed": _signed,
        "median": statistics.median,
        "of_picture": lambda part: f"{100 * part:.1f}".removesuffix(".0") + "%",
        "words": lambda name: name[:1].upper() + name[1:].replace("_", " "),
        "stopped": lambda text: text if text[-1:] in ".!?" else f"{text}.",
        "json_text": _json_text,
        "agency_name": agency_name,
        "place": place_of,
    }
    environment.filters |= FILTERS | filters
    environment.globals |= {
        "site_name": NAME,
        "synthetic_notice": SYNTHETIC_NOTICE,
        "address_of": address_of,
        "status_of": status_of,
        "disputed": FIGURES,
        "grounds": GROUNDS,
        "statuses": STATUSES,
        "methods": CHANGES,
        "method": METHOD,
    }
    return environment
