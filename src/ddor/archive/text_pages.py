"""The pages of text: Overview, FAQs and Fact Sheet, which analysts wrote, with the figures of the
latest week; and the methods."""

import html
import re
from collections.abc import Iterator

import pandas as pd

from ddor.archive.page import page
from ddor.archive.site import Site
from ddor.calendar import FINAL_AFTER, HOURS_ASKED
from ddor.checks.registry import CHECKS
from ddor.maintained.texts import Section, sections_of
from ddor.measures import disclosure
from ddor.measures.people import NAMED
from ddor.measures.shares import HELD_SHARE_BASE, SMALLEST_BASE

METHODS = "methods/index.html"
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
    yield from methods_page(site)


def methods_page(site: Site) -> Iterator[tuple[str, bytes]]:
    """How requests are counted, checked and disputed, and what is told of people. Its figures come
    from the constants that the code goes by, and its checks from the registry, so that no rule is
    stated twice. Each check has an anchor, `#check-E5`."""
    names = {
        "checks": CHECKS,
        "hours": HOURS_ASKED // pd.Timedelta(hours=1),
        "final_after": FINAL_AFTER,
        "smallest_base": SMALLEST_BASE,
        "held_base": HELD_SHARE_BASE,
        "people": disclosure,
        "named": NAMED,
    }
    yield page(site, "methods.html.j2", METHODS, "Methods", names)


def plain_text(html_text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", html_text))
