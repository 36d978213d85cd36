"""Overview, FAQs and Fact Sheet: what analysts wrote, with the figures of the latest week."""

import html
import re
from collections.abc import Iterator

from ddor.archive.page import page
from ddor.archive.site import Site
from ddor.maintained.texts import Section, sections_of

TEMPLATES = {"faqs": "faqs.html.j2"}


def written_pages(site: Site) -> dict[str, tuple[str, list[Section]]]:
    """Name of the page -> what stands before its first heading, and its sections."""
    names = site.context.names(site.catalog.cohort, site.latest)
    return {name: sections_of(text, names) for name, text in site.context.texts.items()}


def text_pages(site: Site) -> Iterator[tuple[str, bytes]]:
    for name, (intro, sections) in written_pages(site).items():
        text, path = site.context.texts[name], f"{name}/index.html"
        updated = text.last_updated
        if site.latest and "latest." in text.body:  # a page with figures changes with them
            updated = max(updated, site.latest["published_on"])
        template = TEMPLATES.get(name, "text.html.j2")
        names = {"name": name, "text": text, "intro": intro, "sections": sections}
        yield page(site, template, path, text.title, names | {"updated": str(updated)})


def plain_text(html_text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", html_text))
