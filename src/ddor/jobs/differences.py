"""How a report in the making differs from the published one, in words: its figures, its sentences,
its tables cell by cell, its charts. For the analyst who looks at a draft."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from bs4 import BeautifulSoup

from ddor.jobs.prepared import figure_differences

NUMBER = re.compile(r"\d[\d,.]*")
BLOCKS = ["p", "li", "h1", "h2", "h3", "figcaption", "caption"]
MOST = 500  # more lines than that nobody reads


def differences(
    figures: tuple[dict, dict], pages: tuple[str, str], charts: tuple[Mapping, Mapping]
) -> Iterator[str]:
    """Each of what is published and what is new. pages: HTML; charts: name of the file -> bytes,
    of each chart."""
    lines = [*figure_differences(*figures), *sentence_differences(*pages)]
    lines += [*table_differences(*pages), *_of_charts(*charts)]
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"and {len(lines) - MOST:,} more differences"


def sentence_differences(before: str, after: str) -> list[str]:
    """Paragraphs of two pages' HTML that stand in one only: "- " gone, "+ " new."""
    lines = difflib.ndiff(paragraphs(before), paragraphs(after))
    return [line for line in lines if line.startswith(("- ", "+ "))]


def paragraphs(html: str) -> list[str]:
    """The text of an article's paragraphs, list items, headings and captions, in order; what stands
    in one within another is that one's alone."""
    texts = [
        "".join(text for text in block.strings if text.find_parent(BLOCKS) is block)
        for block in BeautifulSoup(html, "html.parser").find_all(BLOCKS)
    ]
    return [" ".join(text.split()) for text in texts if text.strip()]


def table_differences(before: str, after: str) -> Iterator[str]:
    """Cells of two pages' tables that differ, and rows that stand in one only."""
    then, now = _rows(before), _rows(after)
    for place in then | now:
        table, row = place
        old, new = then.get(place), now.get(place)
        if old is None or new is None:
            cells = " | ".join((old or new or {}).values())
            yield f"{'+' if old is None else '-'} {table}, {row}: {cells}"
            continue
        for column in old | new:
            if old.get(column) != new.get(column):
                told = f"{old.get(column, 'none')} -> {new.get(column, 'none')}"
                yield f"{table}, {row}, {column}: {told}"


def _rows(html: str) -> dict[tuple[str, str], dict[str, str]]:
    """(caption, first cell) -> head of the column -> text of the cell."""
    found, named = {}, Counter[str]()
    for table in BeautifulSoup(html, "html.parser").find_all("table"):
        # Without figures, which may be others by now.
        caption = NUMBER.sub("…", _text(table.caption)) if table.caption else "a table"
        named[caption] += 1
        caption += f" ({named[caption]})" if named[caption] > 1 else ""
        lines = [[_text(cell) for cell in row.find_all(["th", "td"])] for row in table("tr")]
        heads, seen = (lines or [[]])[0], Counter[str]()
        for line in filter(None, lines[1:]):
            seen[line[0]] += 1
            again = f" ({seen[line[0]]})" if seen[line[0]] > 1 else ""
            found[caption, line[0] + again] = dict(zip(heads[1:], line[1:], strict=False))
    return found


def _of_charts(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            what = "is new" if name not in before else "is gone" if name not in after else "differs"
            yield f"the chart {name.rpartition('.')[0]} {what}"


def _text(element) -> str:
    return " ".join(element.get_text(" ").split())
