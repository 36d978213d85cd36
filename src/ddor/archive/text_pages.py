"""Overview, FAQs and Fact Sheet: what analysts wrote, with the figures of the latest week."""

import datetime as dt
import html
import json
import re
from pathlib import Path

from ddor.archive.around import Around, latest_names
from ddor.archive.page import page
from ddor.calendar import Week
from ddor.catalog import Catalog, status_of
from ddor.texts import Section, sections_of

TEMPLATES = {"faqs": "faqs.html.j2"}


def latest_of(site: Path, catalog: Catalog, week: Week | None, data: dict) -> dict | None:
    """What a page may say of the newest week that stands, none if there is none. `data`: the files
    of `week`, whose current revision is not in the archive yet."""
    for newest, revision in catalog.newest_first():
        if revision.withdrawn_on:
            continue
        file = site / "weeks" / str(newest) / "data" / "summary.json"
        summary = data["summary.json"] if newest == week else file.read_bytes()
        as_of, published_on = map(dt.date.fromisoformat, (revision.as_of, revision.published_on))
        figures = json.loads(summary)["figures"]
        status = status_of(newest, revision, catalog)
        return latest_names(newest, as_of, published_on, revision.revision, status, figures)
    return None


def written_pages(
    catalog: Catalog, around: Around, latest: dict | None
) -> dict[str, tuple[str, list[Section]]]:
    """Name of the page -> what stands before its first heading, and its sections."""
    names = around.names(catalog.cohort, latest)
    return {name: sections_of(text, names) for name, text in around.texts.items()}


def text_pages(
    written: dict[str, tuple[str, list[Section]]], catalog: Catalog, around: Around,
    latest: dict | None,
) -> dict[str, bytes]:
    """Path below site/ -> page, of `written_pages`."""
    pages = {}
    for name, (intro, sections) in written.items():
        text = around.texts[name]
        # A page with figures changes with them.
        figures = latest["published_on"] if latest and "latest." in text.body else None
        path = f"{name}/index.html"
        pages[path] = page(
            TEMPLATES.get(name, "text.html.j2"), path, text.title, around, catalog,
            name=name, text=text, intro=intro, sections=sections,
            updated=str(max(filter(None, (text.last_updated, figures)))),
        )  # fmt: skip
    return pages


def plain_text(html_text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", html_text))
