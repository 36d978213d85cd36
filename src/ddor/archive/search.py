"""The search: one file that lists agencies, reports, pages, checks and questions, which a script on
every page asks.

    site/search/index.json    lines: [address below site/, what is found, what stands beside it,
                              what else it is found by: the state's code, an agency's other names]
    site/search/index.html    the page that shows what was found, and plain lists without JavaScript

Names are looked for by each word of the question, wherever it stands in them; `static/site.js` does
that. A library for it would be ten times the size of the script, for a few thousand short lines.
"""

import json
from collections.abc import Iterator

from ddor.archive.agency_index import named, place_of, sort_key
from ddor.archive.page import address_of, page
from ddor.archive.site import Site
from ddor.archive.text_pages import METHODS, plain_text, written_pages
from ddor.checks.registry import CHECKS
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import status_of

SEARCH = "search/index.html"


def search_files(site: Site) -> Iterator[tuple[str, bytes]]:
    notice = json.dumps(SYNTHETIC_NOTICE if site.catalog.synthetic else "")
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in _lines(site))
    yield page(site, "search.html.j2", SEARCH, "Search", {"limits": site.context.coverage})
    yield "search/index.json", f'{{"notice": {notice}, "lines": [\n{lines}\n]}}\n'.encode()


def _lines(site: Site) -> Iterator[tuple[str, str, str, str]]:
    for line in sorted(site.index.values(), key=sort_key):
        also = f"{line['state']} {line['also_named']}".strip()
        yield f"agencies/{line['agency_id']}/index.html", named(line), place_of(line), also
    for period, revision in site.catalog.newest_reports():
        name = period.named[:1].upper() + period.named[1:]
        status = status_of(period, revision, site.catalog)
        yield address_of(period), name, f"{period} · {status}", ""
    written = written_pages(site)
    for name in written:
        yield f"{name}/index.html", site.context.texts[name].title, "page", ""
    yield METHODS, "Methods", "page", ""
    for check in CHECKS:
        yield f"{METHODS}#check-{check.id}", f"{check.id} {check.title}", "check", ""
    _, questions = written.get("faqs", ("", []))
    for section in questions:
        yield f"faqs/index.html#{section.id}", plain_text(section.heading), "question", ""
