"""Reads FOIA detainer files as text: only the columns that an import uses, under one name each.

CSV (UTF-8), Parquet and ICE's workbook (.xlsx) are lines of cells, and the header is found by its
titles (`data/titles.csv`): in each sheet of ICE's workbook it stands below a preamble. All other
columns are left behind here, so what they hold about a person cannot reach an extract. Birth dates
and the pseudonym are used only to find people under 18 and repeated requests.

Below the header Arrow reads the columns of Parquet, and of CSV in which it sees what the `csv`
module sees; that reads any other CSV, some ten times slower, and names the line that is wrong.
"""

import codecs
import csv
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from python_calamine import CalamineWorkbook, SheetTypeEnum

from ddor.errors import DdorError, ExtractInvalid, Problem, UsageError
from ddor.extract.cells import as_text
from ddor.extract.table import worded
from ddor.importers.foia.tables import NEEDED, TITLES

HEADER_WITHIN = 50
_TEXTS = pa.dictionary(pa.int32(), pa.string())
_BLOCK, _ROWS_AT_ONCE = 1 << 20, 1 << 15
_QUOTE = ord('"')
# The bytes that may stand before an opening quote and after a closing one; two quotes are one sign.
_AROUND = np.isin(np.arange(256), [*b',"\r\n'])
# Positions of columns and number of the line above -> the columns below; none where it cannot say.
_Columns = Callable[[list[int], int], pa.Table | None]


def read_source(files: Sequence[Path]) -> tuple[pa.Table, list[str], list[str]]:
    """The rows of all files: the fields of TITLES as text (dictionary-encoded, empty is null),
    `file` (its place among the files), `table` (the sheet, or the file's name) and `row` (as a
    spreadsheet numbers it); the tables read; the sheets without a header.

    Raises UsageError (no such file, no known form) or ExtractInvalid (unreadable, no header, or
    columns missing: all of them, and the titles that were seen).
    """
    parts: list[pa.Table] = []
    read: list[str] = []
    unread: list[str] = []
    for at, path in enumerate(files):
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
        found = {}
        try:
            for table, lines, columns in _tables(path):
                label = table if len(files) == 1 or table == path.name else f"{path.name}, {table}"
                found[label] = _below_header(label, lines, columns)
        except DdorError:
            raise
        except Exception as error:  # each of the readers has errors of its own
            raise invalid(path.name, *worded("no_detainer_file", error=error)) from None
        own = {label: rows for label, rows in found.items() if rows is not None}
        if not own:
            words = worded("no_titles", tables=", ".join(found), needed=", ".join(NEEDED))
            raise invalid(path.name, *words)
        for label, rows in own.items():
            named = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(rows), "int32")), [label])
            number = pa.array(np.full(len(rows), at, "int32"))
            parts.append(rows.append_column("table", named).append_column("file", number))
        read += own
        unread += [label for label in found if label not in own]
    every = pa.schema([(field, _TEXTS) for field in TITLES]).empty_table()
    return pa.concat_tables([every, *parts], promote_options="default"), read, unread


def invalid(
    table: str, seen: str, expected: str, mend: str, rows: tuple[int, ...] = (), column: str = ""
) -> ExtractInvalid:
    return ExtractInvalid([Problem(table, rows, column, seen, expected, mend)], table)


def _tables(path: Path) -> Iterator[tuple[str, Iterator[Sequence], _Columns]]:
    """Name, lines and columns of each table of a file."""
    match path.suffix.lower():
        case ".csv":
            yield path.name, _csv_lines(path), functools.partial(_csv_columns, path)
        case ".parquet":
            yield path.name, _parquet_lines(path), functools.partial(_parquet_columns, path)
        case ".xlsx":
            with CalamineWorkbook.from_path(path) as book:
                for sheet in book.sheets_metadata:
                    if sheet.typ == SheetTypeEnum.WorkSheet:
                        lines = book.get_sheet_by_name(sheet.name).iter_rows()
                        yield f"sheet {sheet.name}", lines, lambda *_: None
        case _:
            raise UsageError(f"{path.name}: expected a file that ends in .csv, .parquet, .xlsx")


def _csv_lines(path: Path) -> Iterator[Sequence]:
    """Refuses a line with a field too many or too few. It is not quoted: a person may be in it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        width = 0
        for number, cells in enumerate(csv.reader(file, strict=True), start=1):
            width = width or len(cells)
            if cells and len(cells) != width:
                words = worded("other_width", width=width, got=len(cells))
                raise invalid(path.name, *words, (number,))
            yield cells


def _csv_columns(path: Path, places: list[int], above: int) -> pa.Table | None:
    names = [f"f{place}" for place in places]
    lines = pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
    cells = pyarrow.csv.ConvertOptions(
        include_columns=names, column_types=dict.fromkeys(names, _TEXTS)
    )
    blocks = pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=4 * _BLOCK)
    try:
        if _quotes_whole_fields(path):
            return pyarrow.csv.read_csv(path, blocks, lines, cells).slice(above)
    except (pa.ArrowException, UnicodeDecodeError):
        pass  # Arrow's message would quote the line.
    return None


def _quotes_whole_fields(path: Path) -> bool:
    """Whether quotes stand only around whole fields, and doubled inside. Arrow takes other quotes
    for something else than the csv module does. Raises UnicodeDecodeError."""
    decoder, before, quotes = codecs.getincrementaldecoder("utf-8")(), b"\n", 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            decoder.decode(block)
            signs = np.frombuffer(before + block, "u1")
            at = np.flatnonzero(signs == _QUOTE)
            # Odd ones open, even ones close; the block before has counted its last sign.
            opens = (np.arange(len(at)) + quotes - (before == b'"')) % 2 == 0
            opening, closing = at[opens & (at > 0)], at[~opens & (at < len(signs) - 1)]
            if not (_AROUND[signs[opening - 1]].all() and _AROUND[signs[closing + 1]].all()):
                return False
            quotes += len(at) - (before == b'"')
            before = block[-1:]
        decoder.decode(b"", final=True)
    return quotes % 2 == 0


def _parquet_lines(path: Path) -> Iterator[Sequence]:
    with pyarrow.parquet.ParquetFile(path) as file:
        yield file.schema_arrow.names
        for batch in file.iter_batches(HEADER_WITHIN):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _parquet_columns(path: Path, places: list[int], above: int) -> pa.Table:
    names = pyarrow.parquet.read_schema(path).names
    used = [names[place] for place in places]
    table = pyarrow.parquet.read_table(path, columns=used, read_dictionary=used)
    return table.select(used).slice(above - 1)


def _below_header(label: str, lines: Iterator[Sequence], columns: _Columns) -> pa.Table | None:
    """The fields of the rows under the header, and `row`; None if there is no header (a cover, a
    legend). Raises ExtractInvalid with all the needed fields that the header lacks."""
    for number, titles in enumerate(islice(lines, HEADER_WITHIN), start=1):
        places = _places(titles)
        if len(places) > len(NEEDED) / 2:
            if missing := [field for field in NEEDED if field not in places]:
                seen = ", ".join(str(title) for title in titles if title)
                problems = [
                    Problem(label, (), each, *worded("missing_field", titles=seen, field=each))
                    for each in missing
                ]
                raise ExtractInvalid(problems, label)
            used = sorted({place for theirs in places.values() for place in theirs})
            found = columns(used, number) or _table(lines, used)
            texts = dict(zip(used, map(_words, found.columns), strict=True))
            rows = pa.table({f: _first([texts[p] for p in own]) for f, own in places.items()})
            # A line without anything in it is no record: it has a number, and is left out.
            numbers = np.arange(number + 1, number + 1 + len(rows), dtype="int32")
            filled = functools.reduce(pc.or_, (texts.is_valid() for texts in rows.columns))
            return rows.append_column("row", pa.array(numbers)).filter(filled)
    return None


def _places(titles: Sequence) -> dict[str, list[int]]:
    """Field -> positions of its columns, in the order in which they count."""
    plain = [re.sub(r"[^a-z0-9]+", "_", str(title).lower()).strip("_") for title in titles]
    places = {
        field: [plain.index(title) for title in theirs if title in plain]
        for field, theirs in TITLES.items()
    }
    return {field: found for field, found in places.items() if found}


def _table(lines: Iterator[Sequence], places: list[int]) -> pa.Table:
    """The cells at these places of the lines, as text."""
    names, parts = [str(place) for place in places], []
    kind = pa.schema([(name, _TEXTS) for name in names])
    while batch := [
        [as_text(cells[place]) if place < len(cells) else "" for place in places]
        for cells in islice(lines, _ROWS_AT_ONCE)
    ]:
        columns = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
        parts.append(pa.table([column.dictionary_encode() for column in columns], kind))
    return pa.concat_tables(parts) if parts else kind.empty_table()


def _words(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of any type as text, dictionary-encoded: each of its different values is looked at
    once, and an empty one is null."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes, words = one_dictionary(column)
    if words.type != pa.string():
        words = pa.array([as_text(word) for word in words.to_pylist()], pa.string())
    if (empty := pc.index(words, "").as_py()) >= 0:
        codes = pc.if_else(pc.equal(codes, empty), None, codes)
    return pa.DictionaryArray.from_arrays(codes, words)


def one_dictionary(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """The different values of a dictionary-encoded column, and of each row which it has."""
    kind = column.type
    chunks = column.unify_dictionaries().chunks
    words = chunks[0].dictionary if chunks else pa.array([], kind.value_type)
    codes = pa.chunked_array([chunk.indices for chunk in chunks], kind.index_type).combine_chunks()
    return codes.cast(pa.int32()), words


def _first(columns: list[pa.DictionaryArray]) -> pa.DictionaryArray:
    """Of a field that has several columns the first filled one of a row counts."""
    if len(columns) == 1:
        return columns[0]
    return pc.coalesce(*(column.cast(pa.string()) for column in columns)).dictionary_encode()
