"""Parquet files and workbooks: their cells have types, which are taken only where they are exact.

A date in a date column is exact and welcome; a number in a column of codes has lost its leading
zeros and is refused. In a workbook so are formulas (their value is whatever Excel last computed)
and merged cells (all but the first are empty). Hidden rows and columns, filters, colors and other
sheets do not matter. Rows are numbered as a spreadsheet shows them, the header 1.
"""

import datetime as dt
import io
import warnings
from collections.abc import Sequence

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ddor.errors import ExtractInvalid, Problem, Problems
from ddor.extract.model import COLUMNS
from ddor.extract.table import ABOVE, Table, shown

# Type of a column -> what it is called, and the type of a cell that may stand for its text.
_NATIVE: dict[str, tuple[str, type]] = {
    "time": ("a date and time", dt.date),
    "date": ("a date", dt.date),
    "tristate": ("true, false or unknown", bool),
    "number": ("a whole number", int),
}
_TEXT = ("text", str)
_AS_TEXT = "format the column as Text, then enter the values again from the source"
_PASTE = "copy the cells and paste them as values"


def parquet_table(name: str, label: str, data: bytes) -> Table:
    """The table of a Parquet file; a column in a type its kind does not allow is a problem, told
    once, and so is a file that cannot be read (then the table has no columns)."""
    problems = Problems(label)
    try:
        arrow = pq.ParquetFile(io.BytesIO(data)).read()
        columns = [column.to_pylist() for column in arrow.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        seen = f"a file that is not Parquet, or cut off ({str(error).splitlines()[0][:100]})"
        problems.add(seen, "a whole Parquet file", "write the table again")
        return Table(name, problems)
    text = [[as_text(value) for value in values] for values in columns]
    table = Table.build(name, problems, arrow.column_names, text)
    for field, values in zip(arrow.schema, columns):
        head, of_each_type = field.name, {type(value): value for value in values}
        if head in COLUMNS and not all(_fits(value, head) for value in of_each_type.values()):
            seen, expected = f"a column of type {field.type}", _native(head)[0]
            problems.add(seen, expected, "write the column as text", head)
            table.refused[head] = True
    return table


def open_workbook(data: bytes) -> dict[str, Worksheet]:
    """The sheets by name. Raises ExtractInvalid if the file is no workbook, or cut off."""
    try:
        with warnings.catch_warnings():
            # openpyxl warns of features it drops (validation lists, styles); none bears a value.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data))
    except Exception as error:
        # openpyxl has no error of its own for a broken file: KeyError, ValueError, ParseError …
        seen = f"a file that cannot be read ({type(error).__name__})"
        mend = "open it in Excel and save it again as .xlsx"
        raise ExtractInvalid([Problem("workbook", (), "", seen, "a workbook", mend)]) from None
    return {sheet.title: sheet for sheet in book.worksheets}


def sheet_table(name: str, sheet: Worksheet) -> Table:
    """The table of a sheet, whose header is row 1."""
    problems = Problems(f"sheet {name}")
    rows = list(sheet.iter_rows())
    while rows and all(cell.value is None for cell in rows[-1]):
        rows.pop()
    _add_merged(sheet, problems)
    if not rows or all(cell.value is None for cell in rows[0]):
        expected = "a header in row 1 and, below it, the rows"
        problems.add("no header", expected, f"put the columns of {name} in row 1")
        return Table(name, problems)
    heads = [as_text(cell.value) for cell in rows[0]]
    columns = list(zip(*rows[1:])) or [()] * len(heads)
    text = [[as_text(cell.value) for cell in cells] for cells in columns]
    table = Table.build(name, problems, heads, text)
    for head, cells in zip(heads, columns):
        if head in COLUMNS and head in table.text:
            _add_refused(table, head, cells)
    return table


def sheet_pairs(sheet: Worksheet) -> tuple[list[tuple[str, str]], str, list[Problem]]:
    """Key and value of the rows of the sheet `about`, with or without a header "key", "value";
    the sheet's label; its problems."""
    problems = Problems(f"sheet {sheet.title}")
    _add_merged(sheet, problems)
    rows = list(sheet.iter_rows(max_col=2))
    if formulas := [value.row for _, value in rows if value.data_type == "f"]:
        problems.add("a formula", "a value", _PASTE, "value", formulas)
    pairs = [(as_text(key.value), as_text(value.value)) for key, value in rows]
    if pairs[:1] == [("key", "value")]:
        del pairs[0]
    return [(key, value) for key, value in pairs if key], problems.label, problems


def as_text(value) -> str:
    """A cell as text; a date in ISO 8601, alone at midnight; a whole number without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _native(head: str) -> tuple[str, type]:
    return _NATIVE.get(COLUMNS[head].type, _TEXT)


def _fits(value, head: str) -> bool:
    """Whether the type of a cell loses nothing of what the column holds."""
    native = _native(head)[1]
    if isinstance(value, bool):
        return native is bool
    has_zone = isinstance(value, dt.datetime) and value.tzinfo is not None
    return value is None or (isinstance(value, (str, native)) and not has_zone)


def _add_merged(sheet: Worksheet, problems: Problems) -> None:
    if ranges := sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col)):
        rows = {row for area in ranges for row in range(area.min_row, area.max_row + 1)}
        seen = "merged cells " + ", ".join(area.coord for area in ranges)
        mend = "unmerge them and write the value in each cell"
        problems.add(seen, "a value in a cell of its own", mend, rows=sorted(rows))


def _add_refused(table: Table, head: str, cells: Sequence[Cell]) -> None:
    """Refuse the cells of a column whose type does not fit, one problem for each cause."""
    by_cause: dict[tuple[str, str], list[int]] = {}
    for at, cell in enumerate(cells):
        is_whole = isinstance(cell.value, float) and cell.value.is_integer()
        if cell.data_type == "f" or not _fits(int(cell.value) if is_whole else cell.value, head):
            by_cause.setdefault(_cause(cell, COLUMNS[head].type), []).append(at)
    for (what, mend), places in by_cause.items():
        values = list(dict.fromkeys(as_text(cells[at].value) for at in places))
        table.problems.add(
            f"{what}, {shown(values)}", _native(head)[0], mend, head, [at + ABOVE for at in places]
        )
        table.refused.loc[places, head] = True


def _cause(cell: Cell, type_: str) -> tuple[str, str]:
    """What a cell of the wrong type is, and the way to mend it."""
    if cell.data_type == "f":
        return "a formula", _PASTE
    if isinstance(cell.value, bool):
        return "Excel's TRUE or FALSE", _AS_TEXT
    if isinstance(cell.value, dt.datetime):
        return "text that Excel turned into a date", _AS_TEXT
    if isinstance(cell.value, (int, float)):
        if type_ in ("date", "time"):
            return "a number", "format the cells as dates, or write them as 2017-01-28"
        lost = "as numbers, codes lose their leading zeros (01001 becomes 1001)"
        return "a number", f"{lost}: {_AS_TEXT}"
    return "a time or a duration", "write the date and the time in one cell"
