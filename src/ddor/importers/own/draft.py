"""`ddor import table --draft-map`: a first map of an export, guessed from its heads and cells."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from ddor.extract.model import DATETIMES, TABLES, WORDS
from ddor.importers.own.meanings import MEANINGS, Meaning, column_of, word_of
from ddor.importers.own.table import order_of, read_export


def draft_map(file: Path) -> str:
    """A map of an export, to be read by a person: what is guessed says so, what cannot be known has
    its honest value, and what is not found is left open."""
    return "".join(f"{line}\n" for line in _lines(file))


def _lines(file: Path) -> Iterator[str]:
    exports = read_export(file)
    sheet, export = next(iter(exports.items()))
    heads: dict[str, str] = {}
    for whole in (True, False):
        for head in export:
            meaning = column_of(head, whole) if head not in heads.values() else None
            if meaning and meaning.column not in heads:
                heads[meaning.column] = head
    what = "what stands behind # is a guess or a question"
    yield f"# A draft for {file.name}. Read each line: {what}."
    if len(exports) > 1:
        yield f"sheet: {_quoted(sheet)}  # guessed; one of {', '.join(exports)}"
    yield _order_line([export[h] for c, h in heads.items() if c in DATETIMES])
    for table in TABLES:
        yield f"{table}:"
        for each in MEANINGS:
            if each.table == table:
                yield from _draft(each, heads, export)
    yield "about:"
    yield "  as_of:   # the day of the export, YYYY-MM-DD"
    yield "  source:  # the name of your records system"
    if unused := [head for head in export if head not in heads.values()]:
        yield f"# Not read: {', '.join(unused)}"


def _draft(each: Meaning, heads: Mapping[str, str], export: pd.DataFrame) -> Iterator[str]:
    if head := heads.get(each.column):
        guess = f"  # guessed from the head: {each.meaning}"
        yield f"  {each.column}:{'' if head.casefold() == each.column else guess}"
        yield f"    column: {_quoted(head)}"
        if each.column in WORDS:
            words = ", ".join(WORDS[each.column])
            yield "    words:"
            for cell in sorted(set(export[head]) - {""}):
                word = word_of(each, cell)
                asked = "guessed" if word else f"one of {words}; left open, it means nothing"
                yield f"      {_quoted(cell)}: {word}  # {asked}"
    elif each.otherwise:
        yield f"  {each.column}: {{value: {each.otherwise}}}  # not in the export"
    elif each.needed:
        yield f"  {each.column}: {{value: }}  # not found: {each.meaning}"


def _order_line(columns: list[pd.Series]) -> str:
    order, asked = order_of(columns)
    if order:
        return f"date_order: {order}"
    if asked:
        return f"date_order:  # of {asked}: month first, day first or year first?"
    return "# date_order is not needed: no date is in doubt"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
