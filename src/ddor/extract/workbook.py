"""Reading an .xlsx workbook: a sheet for each table, typed cells taken only where they are exact.

Excel types what it is given: a date in a date column is exact and welcome, a number in a column
of codes has lost its leading zeros and is refused. So are formulas (their value is whatever Excel
last computed) and merged cells (all but the first are empty). Hidden rows and columns, filters,
colors and other sheets do not matter.
"""

import datetime as dt
import io
import warnings

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ddor.errors import ExtractInvalid, Problem
from ddor.extract.columns import KINDS, NATIVE, TABLES
from ddor.extract.table import Table, shown

_AS_TEXT = "format the column as Text, then enter the values again from the source"
_PASTE = "copy the cells and paste them as values"


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
    label = f"sheet {name}"
    rows = list(sheet.iter_rows())
    while rows and all(cell.value is None for cell in rows[-1]):
        rows.pop()
    problems = _merged(sheet, label)
    if not rows or all(cell.value is None for cell in rows[0]):
        expected = "a header in row 1 and, below it, the rows"
        problems.append(
            Problem(label, (), "", "no header", expected, f"put the columns of {name} in row 1")
        )
        return Table.unreadable(name, label, problems)
    heads = [_plain(cell) for cell in rows[0]]
    columns = list(zip(*rows[1:], strict=True)) or [()] * len(heads)
    texts = [[_plain(cell) for cell in cells] for cells in columns]
    table = Table.build(name, label, heads, texts, problems)
    for head, cells in zip(heads, columns, strict=True):
        if head in table.text and head in TABLES[name]:
            _tell_refused(table, head, cells)
    return table


def sheet_pairs(sheet: Worksheet) -> tuple[list[tuple[str, str]], str, list[Problem]]:
    """Key and value of the rows of the sheet `about`, with or without a header "key", "value";
    the sheet's label; its problems."""
    label = f"sheet {sheet.title}"
    rows = [[_plain(cell) for cell in row[:2]] for row in sheet.iter_rows(max_col=2)]
    problems = _merged(sheet, label)
    formulas = [row[1].row for row in sheet.iter_rows(max_col=2) if row[1].data_type == "f"]
    if formulas:
        problems.append(Problem(label, tuple(formulas), "value", "a formula", "a value", _PASTE))
    if rows and rows[0] == ["key", "value"]:
        del rows[0]
    return [(key, value) for key, value in rows if key], label, problems


def _merged(sheet: Worksheet, label: str) -> list[Problem]:
    ranges = sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col))
    if not ranges:
        return []
    rows = {row for area in ranges for row in range(area.min_row, area.max_row + 1)}
    seen = "merged cells " + ", ".join(area.coord for area in ranges)
    mend = "unmerge them and write the value in each cell"
    return [Problem(label, tuple(sorted(rows)), "", seen, "a value in a cell of its own", mend)]


def _plain(cell: Cell) -> str:
    """A cell as text; a date in ISO 8601, alone at midnight; a whole number without a point."""
    value = cell.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _refusal(cell: Cell, kind: str) -> tuple[str, str] | None:
    """What is wrong with the type of a cell in a column of this kind, and the way to mend it."""
    value = cell.value
    if cell.data_type == "f":
        return "a formula", _PASTE
    if value is None or isinstance(value, str):
        return None
    if isinstance(value, bool):
        return None if kind == "tristate" else ("Excel's TRUE or FALSE", _AS_TEXT)
    if isinstance(value, dt.datetime):
        fits = kind in ("date", "time")
        return None if fits else ("text that Excel turned into a date", _AS_TEXT)
    if isinstance(value, (int, float)):
        if kind == "number" and float(value).is_integer():
            return None
        mend = (
            "format the cells as dates, or write them as 2017-01-28"
            if kind in ("date", "time")
            else f"as numbers, codes lose their leading zeros (01001 becomes 1001): {_AS_TEXT}"
        )
        return "a number", mend
    return "a time or a duration", "write the date and the time in one cell"


def _tell_refused(table: Table, head: str, cells: tuple[Cell, ...]) -> None:
    kind = KINDS[head]
    by_cause: dict[tuple[str, str], list[int]] = {}
    for at, cell in enumerate(cells):
        if refusal := _refusal(cell, kind):
            by_cause.setdefault(refusal, []).append(at)
    for (what, mend), positions in by_cause.items():
        values = list(dict.fromkeys(_plain(cells[at]) for at in positions))
        table.add(positions, head, f"{what}, {shown(values)}", NATIVE[kind], mend)
        table.refused.loc[positions, head] = True
