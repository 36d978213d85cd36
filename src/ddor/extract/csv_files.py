"""CSV: the files that people send, read with all that is wrong with them reported; and our own.

`csv_table` reads a file of a person: UTF-8, a header, commas; everything as text, nothing
skipped in silence. `csv_file` and `csv_lines` are for the files of the archive, which a
spreadsheet may open: nothing in them runs as a formula. `write_extract` writes what read.py
reads back unchanged.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from ddor.errors import Problems
from ddor.extract.limits import Limits, TextColumns, at_most, too_large
from ddor.extract.model import DATES_ONLY, DATETIMES, TABLES, Extract
from ddor.extract.table import ABOVE, worded

if TYPE_CHECKING:  # importing it takes longer than what most commands do
    import pandas as pd

# How a text begins that a spreadsheet would run, or take for the end of the cell before: a sign of
# a formula, full-width ones and those behind a space or a line end too.
_RUN = re.compile("[\\s\u200b\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-]|[\\t\\r\\n]")

_SAVE_AS = 'save it again as "CSV UTF-8 (comma delimited)"'
_MOST_CHARACTERS_IN_A_FIELD = 1_000_000
MOST_ROWS_NAMED, PIECE = 1_000, 1 << 20
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class Table(NamedTuple):
    """heads: none if there is no header. columns: the cells below each as text, one Series for each
    head. uneven: the positions below the header of the rows that were not as long as the header;
    they are cut, or filled up with empty cells."""

    heads: list[str]
    columns: list[pd.Series]
    uneven: list[int]


def csv_table(label: str, data: bytes, most_rows: int, limits: Limits) -> tuple[Table, Problems]:
    """A CSV file as text, and its problems. Raises ExtractInvalid for one that is too large."""
    problems = Problems(label)
    encoding = _encoding(data, problems, _SAVE_AS)
    # In pieces, none of it whole in memory.
    text = io.TextIOWrapper(io.BytesIO(data), encoding, errors="replace", newline="")
    most, letters = limits.columns * limits.letters, 0
    first = text.readline(most)
    separator = "," if "," in first else next((s for s in _SEPARATORS if s in first), ",")
    text.seek(0)

    def lines() -> Iterator[str]:
        nonlocal letters
        while line := text.readline(most + 1):
            letters += len(line)
            if letters > most:
                raise too_large(label, most, "letters in a row")
            yield line

    csv.field_size_limit(_MOST_CHARACTERS_IN_A_FIELD)
    heads: list[str] = []
    columns, width, at, last = TextColumns(0), 0, -2, -1
    uneven: dict[int, list[int]] = {}
    try:
        for at, record in enumerate(csv.reader(lines(), delimiter=separator, strict=True), -1):
            letters = 0
            if at < 0:
                heads, width = record, len(record)
                columns = TextColumns(width)
                at_most(limits.columns, width, label, "columns")
                continue
            if at == most_rows:
                raise too_large(label, most_rows, "rows")
            if any(record):
                last = at
            if len(record) != width:
                uneven.setdefault(len(record), []).append(at)
                record = (record + [""] * width)[:width]
            columns.add(record)
    except csv.Error as error:
        problems.report("", *worded("unreadable_row", error=error), [at + 1 + ABOVE])
    if not any(heads):
        seen = "no header" if data.strip() else "an empty file"
        problems.report("", seen, "a header and, below it, the rows", "export the table again")
        return Table([], [], []), problems
    if separator != ",":
        seen = f"{_SEPARATORS[separator]} between the columns"
        problems.report("", seen, "commas", _SAVE_AS, [1])
    # Empty rows at the end are no rows.
    uneven = {length: [at for at in places if at <= last] for length, places in uneven.items()}
    for length, places in uneven.items():
        if places:
            name = "uneven_row" if length else "row_without_fields"
            words = worded(name, length=length, width=width)
            problems.report("", *words, [at + ABOVE for at in places])
    return Table(heads, [*columns.columns(last + 1)], sum(uneven.values(), [])), problems


def decoded(data: bytes, problems: Problems) -> str:
    """The text of a person's small file; what is not UTF-8 is reported."""
    return data.decode(_encoding(data, problems, "save it as UTF-8"), errors="replace")


def _encoding(data: bytes, problems: Problems, mend: str) -> str:
    """UTF-8, or, reported, that in which all other problems can be found and reported as well: the
    one that a spreadsheet meant."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.report("", "UTF-16 text", "UTF-8", mend)
        return "utf-16"
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig")
    try:
        while text.read(PIECE):
            pass
    except UnicodeDecodeError as error:
        byte = error.object[error.start : error.start + 1]
        was = byte.decode("cp1252", errors="replace")
        seen = f'byte 0x{byte.hex().upper()}, which is "{was}" in Windows-1252'
        lines = enumerate(io.BytesIO(data), start=1)
        wrong = (row for row, line in lines if "\ufffd" in line.decode(errors="replace"))
        problems.report("", seen, "UTF-8", mend, islice(wrong, MOST_ROWS_NAMED))
        return "cp1252"
    return text.encoding


def csv_file(columns: Iterable[str], lines: Iterable[dict[str, str]]) -> bytes:
    """Lines of text as CSV, every cell safe."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(str(cell)) for name, cell in line.items()} for line in lines)
    return text.getvalue().encode()


def csv_lines(data: bytes) -> Iterator[dict[str, str]]:
    """The lines of such a file, as they were."""
    lines = csv.reader(io.StringIO(data.decode()))
    heads = next(lines, [])
    made_safe = b"'" in data  # which few files have anywhere, and some have thousands of cells
    for cells in filter(None, lines):
        plain = map(plain_cell, cells) if made_safe else cells
        yield dict(zip(heads, plain, strict=True))


def write_extract(extract: Extract, folder: Path) -> None:
    """Write requests.csv, charges.csv and about.yaml into `folder`, which is made if need be, in
    place of the extract that is there.

    UTF-8, lines ending in a newline; times as 2017-01-28T09:15, seconds only where there are
    some, a date alone at midnight; empty where missing. The same extract gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = yaml.safe_dump(extract.about.keys(), sort_keys=False, allow_unicode=True, width=10_000)
    texts = {f"{name}.csv": _csv_text(getattr(extract, name)) for name in TABLES}
    # Its parts never stand among those of another: the table of requests goes first and comes last.
    for name in TABLES:
        for old in folder.glob(f"{name}.*"):
            old.unlink()
    for name, text in reversed([*texts.items(), ("about.yaml", about)]):
        (folder / f".{name}").write_bytes(text.encode("utf-8"))
        (folder / f".{name}").replace(folder / name)


def has_extract(folder: Path) -> bool:
    return any(folder.glob("requests.*"))


def _csv_text(frame: pd.DataFrame) -> str:
    """As the csv module would write it, but column by column: several times as fast."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for name in frame:
        cells = pa.array(frame[name])
        if name in DATES_ONLY:
            cells = cells.cast(pa.date32())
        cells = cells.cast(pa.large_string())
        if name in DATETIMES:
            whole = pc.replace_substring_regex(cells, "( 00:00)?:00$", "")
            cells = pc.replace_substring(whole, " ", "T")
        if pc.any(pc.match_substring_regex(cells, '[",\r\n]')).as_py():
            doubled = pc.replace_substring(cells, '"', '""')
            cells = pc.replace_substring_regex(doubled, '(?s)^.*[",\r\n].*$', r'"\0"')
        columns.append(cells)
    comma = pa.scalar(",", pa.large_string())
    lines = pc.binary_join_element_wise(*columns, comma, null_handling="replace")
    return "".join(f"{line}\n" for line in (",".join(frame), *lines.to_pylist()))


def safe_cell(text: str) -> str:
    """As a spreadsheet may open it: what it would run gets an apostrophe in front, and so does a
    text that looks as if it had one. `plain_cell` takes it away again."""
    return f"'{text}" if _RUN.match(text) or _made_safe(text) else text


def plain_cell(text: str) -> str:
    return text[1:] if _made_safe(text) else text


def _made_safe(text: str) -> bool:
    return text.startswith("'") and bool(text.startswith("''") or _RUN.match(text[1:]))
