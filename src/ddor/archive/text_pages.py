"""Overview, FAQs and Fact Sheet: what analysts wrote, with the figures of the latest week."""

import html
import re

from ddor.archive.around import Around
from ddor.archive.page import page
from ddor.maintained.texts import Section, sections_of
from ddor.published.catalog import Catalog

TEMPLATES = {"faqs": "faqs.html.j2"}


def written_pages(
    catalog: Catalog, around: Around, latest: dict | None
) -> dict[str, tuple[str, list[Section]]]:
    """Name of the page -> what stands before its first heading, and its sections."""
    names = around.names(catalog.cohort, latest)
    return {name: sections_of(text, names) for name, text in around.texts.items()}


def text_pages(
    written: dict[str, tuple[str, list[Section]]],
    catalog: Catalog,
    around: Around,
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
            TEMPLATES.get(name, "text.html.j2"),
            path,
            text.title,
            around,
            catalog,
            name=name,
            text=text,
            intro=intro,
            sections=sections,
            updated=str(max(filter(None, (text.last_updated, figures)))),
        )
    return pages


def plain_text(html_text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", html_text))
