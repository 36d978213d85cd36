"""One page: a template and the names it uses -> bytes. Every page of the site is made here.

    page(site, "home.html.j2", "index.html", "A title", ...)

Style, script and icon lie under `assets/` with a part of their own hash in their names: a page that
was made with an older one keeps it until `ddor rebuild`, and a reader's browser may keep it for
good.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ddor.archive.agency_index import named, place_of
from ddor.archive.site import Site
from ddor.calendar import Period, long_date
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.maintained.corrections import FIGURES, GROUNDS, STATUSES
from ddor.narrative import FILTERS
from ddor.reference.figures import CHANGES, METHOD

HERE = Path(__file__).parent
# What it means that the search does not find a place, which every page may have to say.
NOT_FOUND = (
    "An agency that is not found was not named in any published week. That does not mean that none "
    "of its requests was declined."
)
NAME = "Declined Detainer Outcome Report"


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
    of_site = {"catalog": site.catalog, "context": site.context, "site_name": NAME}
    of_site["parameters"] = site.context.parameters
    return _environment().get_template(template).render({**names, **of_site}).encode()


def static_files() -> dict[str, bytes]:
    """assets/<name>-<hash>.<ending> -> bytes."""
    return {path: (HERE / "static" / name).read_bytes() for name, path in asset_paths().items()}


@cache
def asset_paths() -> dict[str, str]:
    """Name of the file -> its path below site/."""
    paths = {}
    for file in sorted((HERE / "static").iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
        paths[file.name] = f"assets/{file.stem}-{digest}{file.suffix}"
    return paths


def address_of(period: Period, revision: int | None = None) -> str:
    """The path below site/ of a report's page, or of one revision of it."""
    return f"{period.path}/r{revision}/index.html" if revision else f"{period.path}/index.html"


def _json_text(value: object) -> Markup:
    """JSON inside a script element that is data: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup(re.sub("[<>&]", lambda sign: f"\\u{ord(sign[0]):04x}", text))


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
        "signed": _signed,
        "words": lambda name: name[:1].upper() + name[1:].replace("_", " "),
        "stopped": lambda text: text if text[-1:] in ".!?" else f"{text}.",
        "json_text": _json_text,
        "agency_name": named,
        "place": place_of,
    }
    environment.filters |= FILTERS | filters
    environment.globals |= {
        "synthetic_notice": SYNTHETIC_NOTICE,
        "not_found": NOT_FOUND,
        "address_of": address_of,
        "disputed": FIGURES,
        "grounds": GROUNDS,
        "statuses": STATUSES,
        "methods": CHANGES,
        "method": METHOD,
    }
    return environment
