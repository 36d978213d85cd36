"""The pages that analysts write: `params/pages/*.md`, and what agencies say of themselves.

A file begins with a head between two lines of `---`, each line a `key: value`, read as text:

    ---
    title: Frequently asked questions
    last_reviewed: 2026-11-22     when a person last read it against the facts
    last_updated: 2026-11-22      when its text last changed
    ---
    ## What is a detainer? {#what-is-a-detainer}

Below it stands Markdown with figures (narrative.py). `##` begins a section, in the FAQ a question;
the words in `{#…}` are its address, which stays when the question is worded anew; without them
the address is made from the heading. A page that is not in `pages/` beside the parameters is the
project's own.

An agency's statement is `params/statements/<agency_id>.md`: a head with `received_on`, then plain
Markdown. It is shown on the agency's page as a quotation.

Left out on purpose: a page of one's own. What is listed in PAGES has a place in the site's head.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated, NamedTuple

from markupsafe import escape
from pydantic import AfterValidator, ValidationInfo
from pydantic.dataclasses import dataclass

from ddor.errors import DdorError, NeedsCorrection, Problem, Problems
from ddor.extract.identifiers import identifier
from ddor.extract.key_files import Day, read_folder, read_record, refuse
from ddor.extract.table import worded
from ddor.maintained.directory import AGENCY_ID
from ddor.narrative import render_markdown, render_narrative, unfit
from ddor.publishable import UNFILLED, text_of

# What the page around the sections has as addresses.
RESERVED = ("content", "q", "found", "plain")
PAGES = ("overview", "faqs", "fact-sheet")
ADDRESS = re.compile(r"^(##[ \t].*?)[ \t]*\{#([a-z0-9-]+)\}[ \t]*$", re.MULTILINE)
HEADING = re.compile(r"<h2>(.*?)(?: \[#([a-z0-9-]+)\])?</h2>\n?")
GUIDE = "docs/pages.md"
WRONG = "the written pages need correction"


def _quotable(body: str, info: ValidationInfo) -> str:
    if not body.strip():
        refuse("no text below the head", "a description", "write it in plain Markdown")
    if info.context and (kind := identifier(body)):
        refuse(f"text that looks like {kind} (not shown)", "text that names nobody", "remove it")
    if re.search("<img|<h[12]", shown := render_markdown(body)) or unfit(shown):
        refuse(*worded("no_quotation"))
    return body


# Plain Markdown that stands on a page as a quotation or a description.
Quotation = Annotated[str, AfterValidator(_quotable)]


@dataclass(frozen=True)
class Text:
    """A written page: name, of its file; its head; body: Markdown with figures."""

    title: str
    last_reviewed: Day
    last_updated: Day
    body: str
    name: str = ""


@dataclass(frozen=True)
class Statement:
    """What the agency with the id `name` says."""

    name: str
    received_on: Day
    body: Quotation

    @property
    def html(self) -> str:
        return render_markdown(self.body)


class Section(NamedTuple):
    """A part of a page under a heading of its own; id: its address. All HTML."""

    id: str
    heading: str
    html: str


def read_texts(folder: Path, project: Path, examples: list[dict]) -> dict[str, Text]:
    """Name of the page -> its text, each from `folder`, or from `project` where that has none.
    Each is rendered with the names of every example, so that a sentence that cannot be written is
    reported before anything is published. Raises NeedsCorrection with every problem."""
    problems: list[Problem] = []
    texts = {}
    for name in PAGES:
        own, file = folder / f"{name}.md", Problems(f"{name}.md", GUIDE)
        text = read_record(own if own.exists() else project / own.name, Text, file)
        problems += file
        if not text:
            continue
        texts[name] = text
        for names in examples:
            try:
                sections_of(text, names)
            except NeedsCorrection as error:
                problems += error.problems
    NeedsCorrection.raise_if(WRONG, list(dict.fromkeys(problems)))
    return texts


def read_statements(folder: Path) -> dict[str, Statement]:
    """agency_id -> what the agency says. Raises NeedsCorrection with every problem."""
    statements, problems = read_folder(
        folder, Statement, rf"{AGENCY_ID.pattern}\.md", "<agency_id>.md", GUIDE
    )
    for statement in statements:
        if found := UNFILLED.search(text_of(statement.html)):
            file = folder / f"{statement.name}.md"
            lines = enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1)
            rows = tuple(number for number, line in lines if found[0] in line)
            words = worded("figure_in_statement", found=found[0])
            problems.append(Problem(file.name, rows, "", *words))
    NeedsCorrection.raise_if(WRONG, problems)
    return {statement.name: statement for statement in statements}


def sections_of(text: Text, names: dict) -> tuple[str, list[Section]]:
    """-> the HTML before the first heading, and the sections. Raises NeedsCorrection where a
    sentence cannot be written with these names, or what it makes has no place on a page."""
    file = Problems(f"{text.name}.md")
    try:
        # `{#` would begin a comment of Jinja's.
        html = render_narrative(ADDRESS.sub(r"\1 [#\2]", text.body), names)
    except DdorError as error:
        file.report("", *worded("unwritable_sentence", error=str(error).splitlines()[0]))
        html = ""
    if "<h1" in html:
        file.report("", "a heading of one #", "## or more: the head has the title", "add a #")
    if "<img" in html:
        file.report("", "a picture", "text", "take it out: a page holds text only")
    first, *rest = HEADING.split(html)
    sections = []
    for heading, given, part in zip(rest[0::3], rest[1::3], rest[2::3], strict=True):
        words = re.sub(r"<[^>]*>|&[^;]*;", "", heading).lower()
        address = given or re.sub(r"[^a-z0-9]+", "-", words).strip("-") or "section"
        sections.append(Section(address, heading, _captioned(part, heading)))
    for heading, part in [(text.title, first), *((each.heading, each.html) for each in sections)]:
        if found := UNFILLED.search(text_of(heading + part)):
            file.report(f'under "{text_of(heading)}"', *worded("unfilled", found=found[0]))
    for address, count in sorted(Counter(section.id for section in sections).items()):
        if address in RESERVED:
            file.report("", *worded("address_reserved", address=address))
        if count > 1:
            file.report("", *worded("address_twice", address=address))
    NeedsCorrection.raise_if(WRONG, file)
    return _captioned(first, escape(text.title)), sections


def _captioned(html: str, heading: str) -> str:
    """Tables with a caption and heads for their rows, in a region that can be scrolled by
    keyboard."""
    html = re.sub(r"<tr>\s*<td>(.*?)</td>", r'<tr><th scope="row">\1</th>', html)
    label = re.sub("<[^>]*>", "", heading)
    region = f'<div class="table" role="region" tabindex="0" aria-label="{label}">'
    begun = f"{region}\n<table><caption><span>{label}</span></caption>"
    return html.replace("<table>", begun).replace("</table>", "</table></div>")
