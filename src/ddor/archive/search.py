"""The search: one file that lists agencies, reports, pages, checks and questions. A script on every
page reads it.

    site/search/index.json    lines: [address below site/, what is found, what stands beside it,
                              what else it is found by: the state's code, an agency's other names]
    site/search/index.html    the page that shows what was found, and plain lists without JavaScript

Names are looked for by each word of the question, wherever it stands in them; `static/site.js` does
that. A library for it would be ten times the size of the script, for a few thousand short lines.
"""

import json

from ddor.archive.agency_index import named, place_of, sort_key
from ddor.archive.around import Around
from ddor.archive.methods import PATH as METHODS
from ddor.archive.methods import TITLE, address_of_check
from ddor.archive.page import address_of, page
from ddor.archive.text_pages import plain_text
from ddor.checks.registry import CHECKS
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.maintained.texts import Section
from ddor.published.catalog import Catalog, status_of

PATH = "search/index.html"


def search_files(
    index: dict[str, dict[str, str]],
    written: dict[str, tuple[str, list[Section]]],
    catalog: Catalog,
    around: Around,
) -> dict[str, bytes]:
    """`written`: as text_pages.written_pages makes it."""
    agencies = [
        [
            f"agencies/{line['agency_id']}/index.html",
            named(line),
            place_of(line),
            f"{line['state']} {line['also_named']}".strip(),
        ]
        for line in sorted(index.values(), key=sort_key)
    ]
    reports = [
        [
            address_of(period),
            f"{period.named[:1].upper()}{period.named[1:]}",
            f"{period} · {status_of(period, revision, catalog)}",
            "",
        ]
        for period, revision in catalog.newest_reports()
    ]
    pages = [[f"{name}/index.html", around.texts[name].title, "page", ""] for name in written]
    _, asked = written.get("faqs", ("", []))
    questions = [
        [f"faqs/index.html#{section.id}", plain_text(section.heading), "question", ""]
        for section in asked
    ]
    rules = [[METHODS, TITLE, "page", ""]]
    rules += [
        [f"{METHODS}#{address_of_check(check)}", f"{check.id} {check.title}", "check", ""]
        for check in CHECKS
    ]
    lines = [*agencies, *reports, *pages, *rules, *questions]
    told = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    notice = json.dumps(SYNTHETIC_NOTICE if catalog.synthetic else "")
    return {
        PATH: page("search.html.j2", PATH, "Search", around, catalog, limits=around.coverage),
        "search/index.json": f'{{"notice": {notice}, "lines": [\n{told}\n]}}\n'.encode(),
    }
