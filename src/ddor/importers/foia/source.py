"""Reads a FOIA detainer file as text: only the columns that an import uses, under one name each.

CSV (UTF-8), Parquet and ICE's workbook (.xlsx) are read as lines of cells, and the header is found
by its titles (`data/titles.csv`): in each sheet of ICE's workbook it stands below a preamble. All
other columns are left behind here, so what they hold about a person cannot reach an extract. Birth
dates and the pseudonym are used only to find people under 18 and repeated requests.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet

from ddor.errors import DdorError, ExtractInvalid, Problem, UsageError
from ddor.extract.cells import as_text
from ddor.extract.table import worded
from ddor.importers.foia.tables import NEEDED, TITLES

HEADER_WITHIN = 50


def read_source(path: Path) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The rows: the fields of TITLES as text (`str`, empty is missing), `table` (the sheet, or the
    file's name) and `row` (as a spreadsheet numbers it); the tables read; the sheets without a
    header.

    Raises UsageError (no such file, no known form) or ExtractInvalid (unreadable, no header, or
    columns missing: all of them, and the titles that were seen).
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        found = {table: _below_header(table, lines) for table, lines in _tables(path)}
    except DdorError:
        raise
    except Exception as error:  # of a broken workbook openpyxl raises KeyError, ParseError …
        raise invalid(path.name, *worded("no_detainer_file", error=error)) from None
    parts = {table: rows for table, rows in found.items() if rows is not None}
    if not parts:
        words = worded("no_titles", tables=", ".join(found), needed=", ".join(NEEDED))
        raise invalid(path.name, *words)
    # A line without anything in it is no record: it has a number, and is left out.
    rows = pd.concat(parts, names=["table", "row"]).dropna(how="all").reset_index()
    rows = rows.reindex(columns=[*TITLES, "table", "row"]).astype(dict.fromkeys(TITLES, "str"))
    return rows, list(parts), [table for table in found if table not in parts]


def invalid(
    table: str, seen: str, expected: str, mend: str, rows: tuple[int, ...] = (), column: str = ""
) -> ExtractInvalid:
    return ExtractInvalid([Problem(table, rows, column, seen, expected, mend)], table)


def _tables(path: Path) -> Iterator[tuple[str, Iterable[Sequence]]]:
    match path.suffix.lower():
        case ".csv":
            yield path.name, _csv_lines(path)
        case ".parquet":
            yield path.name, _parquet_lines(path)
        case ".xlsx":
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
            for sheet in book.worksheets:
                # The dimensions that some writers record are wrong: openpyxl would stop at them.
                sheet.reset_dimensions()
                yield f"sheet {sheet.title}", sheet.iter_rows(values_only=True)
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


def _parquet_lines(path: Path) -> Iterator[Sequence]:
    with pyarrow.parquet.ParquetFile(path) as file:
        yield file.schema_arrow.names
        for batch in file.iter_batches():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _below_header(table: str, lines: Iterable[Sequence]) -> pd.DataFrame | None:
    """The fields of the rows under the header, by row number; None if there is no header (a
    cover, a legend). Raises ExtractInvalid with all the needed fields that the header lacks."""
    numbered = enumerate(lines, start=1)
    for _, titles in islice(numbered, HEADER_WITHIN):
        places = _places(titles)
        if len(places) > len(NEEDED) / 2:
            if missing := [field for field in NEEDED if field not in places]:
                seen = ", ".join(str(title) for title in titles if title)
                problems = [
                    Problem(table, (), each, *worded("missing_field", titles=seen, field=each))
                    for each in missing
                ]
                raise ExtractInvalid(problems, table)
            return _fields(places, numbered)
    return None


def _places(titles: Sequence) -> dict[str, list[int]]:
    """Field -> positions of its columns, in the order in which they count."""
    plain = [re.sub(r"[^a-z0-9]+", "_", str(title).lower()).strip("_") for title in titles]
    places = {
        field: [plain.index(title) for title in theirs if title in plain]
        for field, theirs in TITLES.items()
    }
    return {field: found for field, found in places.items() if found}


def _fields(places: dict[str, list[int]], numbered: Iterator[tuple[int, Sequence]]) -> pd.DataFrame:
    """The columns at these places, by row number. Of a field that has several the first filled one
    of a row counts."""
    used = [place for theirs in places.values() for place in theirs]
    records = {
        number: [as_text(cells[place]) or None if place < len(cells) else None for place in used]
        for number, cells in numbered
    }
    rows = pd.DataFrame.from_dict(records, orient="index", columns=used, dtype="str")
    firsts = {field: rows[theirs].bfill(axis=1).iloc[:, 0] for field, theirs in places.items()}
    return pd.DataFrame(firsts)
