"""The tables of a file as lines of cells, whatever holds them: text with any of four delimiters,
the sheets of a workbook, Parquet, Feather, or a file of Stata or SPSS.

The header is not looked for here, but by whoever knows its titles (`Known`); by them the delimiter
of a text is found too. Below the header Arrow reads whole columns, of text where it sees what the
`csv` module sees; that reads any other text, some ten times slower, and names the line that is
wrong.
"""

import csv
import functools
import mmap
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from python_calamine import CalamineWorkbook, SheetTypeEnum

from ddor.errors import UsageError
from ddor.extract.cells import as_text
from ddor.extract.table import invalid, worded

HEADER_WITHIN = 50
TEXTS = pa.dictionary(pa.int32(), pa.string())
_DELIMITERS = ",\t|;"
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_FRAMES = {".dta": pd.read_stata, ".feather": pd.read_feather, ".sav": pd.read_spss}
_ENDINGS = (".csv", ".txt", ".tsv", ".parquet", *_FRAMES, *_WORKBOOKS)
_BLOCK = 1 << 20
# How many known titles a line has.
Known = Callable[[Sequence], int]
# Positions of columns and number of the line above -> the columns below; none where it cannot say.
Columns = Callable[[list[int], int], pa.Table | None]


def tables_of(
    path: Path, known: Known, least: int
) -> Iterator[tuple[str, Iterator[Sequence], Columns]]:
    """Name, lines and columns of each table. A line with `least` known titles may be the header; of
    a text it is the first of those that have the most. Raises UsageError (no such file, another
    ending), ExtractInvalid (a line of another width, a quote that is not closed), and whatever the
    readers raise for a file that is damaged."""
    refuse_no_file(path)
    ending = path.suffix.lower()
    if ending in (".csv", ".txt", ".tsv"):
        delimiter, most = _delimiter(path, known)
        columns = functools.partial(_text_columns, path, delimiter)
        yield path.name, _text_lines(path, delimiter, known, max(least, most)), columns
    elif ending == ".parquet":
        names = pyarrow.parquet.read_schema(path).names
        yield path.name, iter([names]), functools.partial(_parquet_columns, path, names)
    elif ending in _FRAMES:
        frame = _FRAMES[ending](path)
        frame.attrs.clear()  # Of SPSS it is metadata that Arrow cannot keep.
        for name in frame.select_dtypes("category"):  # numbers, and the labels of some of them
            frame[name] = frame[name].map(as_text, na_action="ignore")
        table = pa.Table.from_pandas(frame, preserve_index=False)
        yield path.name, iter([table.column_names]), lambda places, _: table.select(places)
    elif ending in _WORKBOOKS:
        with CalamineWorkbook.from_path(path) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    lines = book.get_sheet_by_name(sheet.name).iter_rows()
                    yield f"sheet {sheet.name}", lines, lambda *_: None
    else:
        raise UsageError(f"{path.name}: expected a file that ends in {', '.join(_ENDINGS)}")


def refuse_no_file(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path}: {'no file' if path.exists() else 'no such file'}")


def _delimiter(path: Path, known: Known) -> tuple[str, int]:
    """The one by which some line at the beginning has the most known titles, and how many."""
    beginning = [*islice(_lines_of(path), HEADER_WITHIN)]
    found = {
        delimiter: max(map(known, csv.reader(beginning, delimiter=delimiter)), default=0)
        for delimiter in _DELIMITERS
    }
    return max(found.items(), key=lambda each: each[1])


def _text_lines(path: Path, delimiter: str, known: Known, least: int) -> Iterator[Sequence]:
    """Refuses a line that has a field more or less than the header. It is not quoted: a person may
    be in it."""
    width = number = 0
    records = csv.reader(_lines_of(path), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(records, start=1):
            if not width and known(cells) >= least:
                width = len(cells)
            elif width and cells and len(cells) != width:
                words = worded("other_width", width=width, got=len(cells))
                raise invalid(path.name, *words, (number,))
            yield cells
    except csv.Error as error:
        raise invalid(path.name, *worded("unreadable_row", error=error), (number + 1,)) from None


def _lines_of(path: Path) -> Iterator[str]:
    """Raises ExtractInvalid where the text is not UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from file
    except UnicodeDecodeError:
        words = "text that is not UTF-8", "UTF-8", 'save it as "CSV UTF-8 (comma delimited)"'
        raise invalid(path.name, *words) from None


def _text_columns(path: Path, delimiter: str, places: list[int], above: int) -> pa.Table | None:
    names = [f"f{place}" for place in places]
    lines = pyarrow.csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
    )
    cells = pyarrow.csv.ConvertOptions(
        include_columns=names, column_types=dict.fromkeys(names, TEXTS)
    )
    blocks = pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=4 * _BLOCK)
    try:
        if _quotes_whole_fields(path, delimiter):
            return pyarrow.csv.read_csv(path, blocks, lines, cells).slice(above)
    except (pa.ArrowException, UnicodeDecodeError):
        pass  # Arrow's message would quote the line.
    return None


def _quotes_whole_fields(path: Path, delimiter: str) -> bool:
    """Whether quotes stand only around whole fields, and doubled inside. Arrow takes other quotes
    for something else than the csv module does. Raises UnicodeDecodeError: of columns that nobody
    asks for, Arrow would not tell."""
    with path.open(encoding="utf-8") as text:
        while text.read(_BLOCK):
            pass
    within = b"[^%b\r\n]" % delimiter.encode()
    field = rb'(?<!%b)"[^"]*+(?:""[^"]*+)*+"(?!%b)' % (within, within)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return re.fullmatch(rb'[^"]*+(?:%b[^"]*+)*+' % field, data) is not None


def _parquet_columns(path: Path, names: list[str], places: list[int], _: int) -> pa.Table:
    used = [names[place] for place in places]
    table = pyarrow.parquet.read_table(path, columns=used, read_dictionary=used)
    return table.select(used)
