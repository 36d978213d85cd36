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

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from markupsafe import escape

from ddor.calendar import parse_date
from ddor.errors import DdorError, Problem, UsageError
from ddor.maintained.corrections.told import identifier
from ddor.maintained.directory import AGENCY_ID
from ddor.maintained.headed_text import read_headed
from ddor.narrative import render_markdown, render_narrative
from ddor.publishable import UNFILLED, text_of

# What the page around the sections has as addresses.
RESERVED = ("content", "q", "found", "plain")
PAGES = ("overview", "faqs", "fact-sheet")
ADDRESS = re.compile(r"^(##[ \t].*?)[ \t]*\{#([a-z0-9-]+)\}[ \t]*$", re.MULTILINE)
HEADING = re.compile(r"<h2>(.*?)(?: \[#([a-z0-9-]+)\])?</h2>\n?")


@dataclass(frozen=True)
class Text:
    """body: Markdown with figures. The dates are those of its head; file: its name."""

    title: str
    last_reviewed: dt.date
    last_updated: dt.date
    body: str
    file: str = ""


@dataclass(frozen=True)
class Statement:
    """html: what the agency says, from Markdown."""

    received_on: dt.date
    html: str


class Section(NamedTuple):
    """A part of a page under a heading of its own; id: its address. All HTML."""

    id: str
    heading: str
    html: str


class TextsInvalid(UsageError):
    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(["the written pages need correction:", *map(str, problems)]))


def read_texts(folder: Path, project: Path, examples: list[dict]) -> dict[str, Text]:
    """Name of the page -> its text, each from `folder`, or from `project` where that has none.
    Each is rendered with the names of every example, so that a sentence that cannot be written is
    told before anything is published. Raises TextsInvalid with every problem."""
    problems: list[Problem] = []
    texts = {}
    for name in PAGES:
        file = next(
            (f for f in (folder / f"{name}.md", project / f"{name}.md") if f.is_file()),
            project / f"{name}.md",
        )
        keys = dict[str, Callable](title=str, last_reviewed=parse_date, last_updated=parse_date)
        head, body = read_headed(file, keys, problems)
        if len(head) == len(keys):
            texts[name] = Text(**head, body=body, file=file.name)
            problems += _unwritable(texts[name], examples)
    if problems:
        raise TextsInvalid(problems)
    return texts


def read_statements(folder: Path) -> dict[str, Statement]:
    """agency_id -> what the agency says. Raises TextsInvalid with every problem."""
    problems: list[Problem] = []
    statements = {}
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        if file.name == "README.md" or file.name.startswith("."):
            continue
        if file.suffix != ".md" or not AGENCY_ID.fullmatch(file.stem):
            problems.append(
                Problem(
                    file.name,
                    (),
                    "",
                    "its name",
                    "<agency_id>.md",
                    "name it after the agency's code",
                )
            )
            continue
        head, body = read_headed(file, {"received_on": parse_date}, problems)
        if kind := identifier(body):
            problems.append(
                Problem(
                    file.name,
                    (),
                    "",
                    f"text that looks like {kind} (not shown)",
                    "text that names nobody",
                    "remove it",
                )
            )
        html = render_markdown(body)
        if re.search("<img|<h[12]", html):
            problems.append(
                Problem(
                    file.name,
                    (),
                    "",
                    "a picture or a heading of # or ##",
                    "text, with headings of ### or smaller",
                    "change it",
                )
            )
        elif found := UNFILLED.search(text_of(html)):
            problems.append(
                Problem(
                    file.name,
                    _lines_with(found[0], file),
                    "",
                    f'"{found[0]}"',
                    "text: a statement has no figures",
                    "remove it",
                )
            )
        elif head:
            statements[file.stem] = Statement(head["received_on"], html)
    if problems:
        raise TextsInvalid(problems)
    return statements


def _lines_with(words: str, file: Path) -> tuple[int, ...]:
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return tuple(number for number, line in enumerate(lines, start=1) if words in line)


def sections_of(text: Text, names: dict) -> tuple[str, list[Section]]:
    """-> the HTML before the first heading, and the sections. Raises TextsInvalid where a sentence
    cannot be written with these names, or what it makes has no place on a page."""
    # `{#` would begin a comment of Jinja's.
    markdown = ADDRESS.sub(r"\1 [#\2]", text.body)
    try:
        html = render_narrative(markdown, names)
    except DdorError as error:
        raise TextsInvalid(
            [
                _wrong(
                    text,
                    str(error).splitlines()[0],
                    "the names in docs/pages.md",
                    "correct the sentence",
                )
            ]
        ) from error
    first, *rest = HEADING.split(html)
    parts = zip(rest[0::3], rest[1::3], rest[2::3], strict=True)
    sections = [
        Section(given or _address(heading), heading, _captioned(part, heading))
        for heading, given, part in parts
    ]
    problems = [*_misplaced(text, html), *_unfilled(text, first, sections)]
    if problems := [*problems, *_same_address(text, sections)]:
        raise TextsInvalid(problems)
    return _captioned(first, escape(text.title)), sections


def _misplaced(text: Text, html: str) -> list[Problem]:
    found = []
    if "<h1" in html:
        found.append(
            _wrong(text, "a heading of one #", "## or more: the head has the title", "add a #")
        )
    if "<img" in html:
        found.append(_wrong(text, "a picture", "text", "take it out: a page holds text only"))
    return found


def _unfilled(text: Text, first: str, sections: list[Section]) -> list[Problem]:
    parts = [(text.title, first), *((section.heading, section.html) for section in sections)]
    return [
        Problem(
            text.file,
            (),
            f'under "{text_of(heading)}"',
            f'"{found[0]}" that nothing filled',
            "a name of docs/pages.md between two pairs of braces",
            "correct the sentence",
        )
        for heading, html in parts
        if (found := UNFILLED.search(text_of(heading + html)))
    ]


def _same_address(text: Text, sections: list[Section]) -> list[Problem]:
    ids = [section.id for section in sections]
    mend = "give one of them another {#address}"
    return [
        _wrong(
            text,
            f"a section with the address {each}",
            "an address that the site does not use",
            "give it another {#address}",
        )
        for each in sorted({*ids} & {*RESERVED})
    ] + [
        _wrong(text, f"two sections with the address {each}", "each once", mend)
        for each in sorted({each for each in ids if ids.count(each) > 1})
    ]


def _wrong(text: Text, seen: str, expected: str, mend: str) -> Problem:
    return Problem(text.file, (), "", seen, expected, mend)


def _captioned(html: str, heading: str) -> str:
    """Tables with a caption and heads for their rows, in a region that can be scrolled by
    keyboard."""
    html = re.sub(r"<tr>\s*<td>(.*?)</td>", r'<tr><th scope="row">\1</th>', html)
    label = re.sub("<[^>]*>", "", heading)
    begun = (
        f'<div class="table" role="region" tabindex="0" aria-label="{label}">\n'
        f"<table><caption><span>{label}</span></caption>"
    )
    return html.replace("<table>", begun).replace("</table>", "</table></div>")


def _address(heading: str) -> str:
    words = re.sub(r"<[^>]*>|&[^;]*;", "", heading).lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-") or "section"


def _unwritable(text: Text, examples: list[dict]) -> list[Problem]:
    problems: list[Problem] = []
    for example in examples:
        try:
            sections_of(text, example)
        except TextsInvalid as error:
            problems += error.problems
    return list(dict.fromkeys(problems))
