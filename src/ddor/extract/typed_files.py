"""Parquet files and workbooks: their cells have types, which are taken only where they are exact.

A date in a date column is exact and welcome; a number in a column of codes has lost its leading
zeros and is refused. In a workbook so are formulas (their value is whatever Excel last computed)
and merged cells (all but the first are empty). Hidden rows and columns, filters, colors and other
sheets do not matter. Rows are numbered as a spreadsheet shows them, the header 1.
"""

import datetime as dt
import io
import warnings

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ddor.errors import ExtractInvalid, Problem, Problems
from ddor.extract.model import COLUMNS, DATETIMES, NATIVE
from ddor.extract.table import RawTable, shown, worded

# Type of a column -> the type of a cell that may stand for its text.
_NATIVE = {"time": dt.date, "date": dt.date, "tristate": bool, "number": int}
_AS_TEXT = "format the column as Text, then enter the values again from the source"
_AS_DATES = "format the cells as dates, or write them as 2017-01-28"
# What a cell of a workbook is that does not fit -> how to mend it.
_MISFITS = {
    "a formula": "copy the cells and paste them as values",
    "Excel's TRUE or FALSE": _AS_TEXT,
    "text that Excel turned into a date": _AS_TEXT,
    "a number": f"as numbers, codes lose their leading zeros (01001 becomes 1001): {_AS_TEXT}",
    "a time or a duration": "write the date and the time in one cell",
}


def parquet_table(name: str, label: str, data: bytes) -> RawTable:
    """The table of a Parquet file; a column in a type its kind does not allow is one problem,
    and so is a file that cannot be read (then the table has no columns)."""
    table = RawTable(name, Problems(label))
    try:
        arrow = pq.ParquetFile(io.BytesIO(data)).read()
        columns = [column.to_pylist() for column in arrow.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = str(error).splitlines()[0][:100]
        table.problems.report("", *worded("no_parquet", reason=reason))
        return table
    table.fill(arrow.column_names, [[*map(as_text, values)] for values in columns])
    for field, values in zip(arrow.schema, columns, strict=True):
        of_each_type = {type(value): value for value in values}.values()
        if field.name in table.text and not all(_fits(value, field.name) for value in of_each_type):
            seen, mend = f"a column of type {field.type}", "write the column as text"
            table.problems.report(field.name, seen, NATIVE[field.name], mend)
            table.refused[field.name] = True
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
        words = worded("no_workbook", error=type(error).__name__)
        raise ExtractInvalid([Problem("workbook", (), "", *words)]) from None
    return {sheet.title: sheet for sheet in book.worksheets}


def sheet_table(name: str, sheet: Worksheet) -> RawTable:
    """The table of a sheet, whose header is row 1."""
    table = RawTable(name, Problems(f"sheet {name}"))
    rows = list(sheet.iter_rows())
    while rows and all(cell.value is None for cell in rows[-1]):
        rows.pop()
    _report_merged(sheet, table.problems)
    if not rows or all(cell.value is None for cell in rows[0]):
        table.problems.report("", *worded("sheet_without_header", table=name))
        return table
    heads = [as_text(cell.value) for cell in rows[0]]
    columns = [*zip(*rows[1:], strict=True)] or [()] * len(heads)
    table.fill(heads, [[as_text(cell.value) for cell in cells] for cells in columns])
    for head, cells in zip(heads, columns, strict=True):
        if head in COLUMNS and head in table.text:
            # One problem for each cause.
            found = pd.Series([_misfit(cell, head) for cell in cells], dtype="str")
            for misfit in found.dropna().unique():
                is_date = misfit == "a number" and head in DATETIMES
                mend = _AS_DATES if is_date else _MISFITS[misfit]
                seen = f"{misfit}, {shown(table.text.loc[found == misfit, head].unique())}"
                table.refuse_as(seen, head, found == misfit, NATIVE[head], mend)
    return table


def sheet_pairs(sheet: Worksheet, problems: Problems) -> list[tuple[str, str]]:
    """Key and value of the rows of the sheet `about`, with or without a header "key", "value"."""
    _report_merged(sheet, problems)
    rows = list(sheet.iter_rows(max_col=2))
    if formulas := [value.row for _, value in rows if value.data_type == "f"]:
        problems.report("value", "a formula", "a value", _MISFITS["a formula"], formulas)
    pairs = [(as_text(key.value), as_text(value.value)) for key, value in rows]
    pairs = pairs[1:] if pairs[:1] == [("key", "value")] else pairs
    return [(key, value) for key, value in pairs if key]


def as_text(value) -> str:
    """A cell as text; a date in ISO 8601, alone at midnight; a whole number without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _fits(value, head: str) -> bool:
    """Whether the type of a cell loses nothing of what its column holds; in a column that the
    contract does not have, anything may be."""
    if value is None or isinstance(value, str) or head not in COLUMNS:
        return True
    native = _NATIVE.get(COLUMNS[head]["type"], str)
    if isinstance(value, bool):
        return native is bool
    return isinstance(value, native) and not getattr(value, "tzinfo", None)


def _report_merged(sheet: Worksheet, problems: Problems) -> None:
    if ranges := sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col)):
        rows = {row for area in ranges for row in range(area.min_row, area.max_row + 1)}
        words = worded("merged_cells", ranges=", ".join(area.coord for area in ranges))
        problems.report("", *words, sorted(rows))


def _misfit(cell: Cell, head: str) -> str | None:
    """Which of _MISFITS a cell is, if it is any."""
    value = cell.value
    if cell.data_type == "f":
        return "a formula"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if _fits(value, head):
        return None
    if isinstance(value, bool):
        return "Excel's TRUE or FALSE"
    if isinstance(value, dt.datetime):
        return "text that Excel turned into a date"
    return "a number" if isinstance(value, (int, float)) else "a time or a duration"
