"""Workbooks, whose cells have types (cells.py).

Refused are formulas too (their value is whatever Excel last computed) and merged cells (all but the
first are empty). Hidden rows and columns, filters, colors and other sheets do not matter. Rows are
numbered as a spreadsheet shows them, the header 1. An empty cell that is only formatted is nothing.
"""

import contextlib
import datetime as dt
import io
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring, iterparse

import openpyxl
import pandas as pd
from openpyxl.packaging.manifest import Manifest
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser
from openpyxl.xml import constants

from ddor.errors import ExtractInvalid, Problems
from ddor.extract.cells import as_text, fits
from ddor.extract.limits import Limits, at_most, read_stream, too_large
from ddor.extract.model import COLUMNS, DATETIMES, NATIVE, TABLES
from ddor.extract.table import UNSEEN, RawTable, invalid, shown, worded

# openpyxl would read a sheet to its end, and keep it, to learn how large it is.
ReadOnlyWorksheet._get_size = lambda sheet: None  # type: ignore[method-assign]
MERGED_TAG = f"{{{constants.SHEET_MAIN_NS}}}mergeCell"
# How many elements, their ends included, a part of a workbook may have: a sheet (9 million are in
# 100,000 rows of the contract's columns), the texts that its cells share, and any other part.
MOST_IN_A_SHEET, MOST_TEXTS, MOST_ELSEWHERE = 14_000_000, 2_000_000, 100_000
MOST_STYLES = 2 << 20  # bytes
# What lies in a row, since Excel itself stops at 16,384 columns, each with a value and a text in
# it; how deep; the merged ranges that are named.
MOST_BELOW_A_ROW, MOST_DEPTH, MOST_MERGED = 4 * 16_384, 20, 99
# What openpyxl reads whole beside the texts, by the name of a part or by its kind.
READ_BY_NAME = {part for name, part in vars(constants).items() if name.startswith("ARC_")}
READ_BY_NAME -= {constants.ARC_SHARED_STRINGS}
TEXTS = constants.SHARED_STRINGS
READ_BY_KIND = {constants.XLSX, constants.XLSM, constants.XLTX, constants.XLTM, TEXTS}

_PIECES = "pieces in one part of the workbook"


class Formula(str):
    """What a cell with a formula holds, in place of its value."""


class Sheet(NamedTuple):
    """rows: the values of each row that has any, by the number of the row and the column, from 1;
    merged: the first and last row of the ranges of merged cells, and the range as it is written."""

    rows: dict[int, dict[int, Any]]
    merged: list[tuple[int, int, str]]


def read_workbook(data: bytes, limits: Limits) -> dict[str, Sheet]:
    """The sheets of an extract by name, and the others without rows. Raises ExtractInvalid if the
    file is no workbook, cut off, or too large."""
    try:
        # openpyxl warns of features it drops (validation lists, styles), and prints that a style is
        # missing; none bears a value.
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            _check_parts(data, limits)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            known = (*TABLES, "about")
            titles = [sheet.title for sheet in book.worksheets]
            if len({*titles}) < len(titles):
                raise _unreadable("workbook", "two sheets of one name")
            return {
                sheet.title: _sheet(sheet, limits) if sheet.title in known else Sheet({}, [])
                for sheet in book.worksheets
            }
    except ExtractInvalid:
        raise
    except Exception as error:
        # openpyxl has no error of its own for a broken file: KeyError, ValueError, ParseError …
        raise _unreadable("workbook", type(error).__name__) from None


def _unreadable(label: str, error: str) -> ExtractInvalid:
    return invalid(label, *worded("no_workbook", error=error))


def _check_parts(data: bytes, limits: Limits) -> None:
    """Unpacks every part once, and counts the elements of those that openpyxl will read."""
    left = limits.bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = read_stream("workbook", archive.open(constants.ARC_CONTENT_TYPES), MOST_STYLES)
        at_most(MOST_ELSEWHERE, listed.count(b"<"), "workbook", _PIECES)
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for each in Manifest.from_tree(fromstring(listed)).Override:
            kinds[each.PartName.lstrip("/")].add(each.ContentType)
        for name in archive.namelist():
            most = min(left, MOST_STYLES) if "styles" in name else left
            part = read_stream("workbook", archive.open(name), most)
            left -= len(part)
            at_most(_most_elements(name, kinds[name]), part.count(b"<"), "workbook", _PIECES)


def _most_elements(name: str, kinds: set[str]) -> int:
    """By what a part is called, which may be several things, and where openpyxl looks for one.
    Sheets are read element by element; pictures, notes and pivot tables are not read."""
    read = name.endswith(".rels") or name in READ_BY_NAME or kinds & READ_BY_KIND or not kinds
    if kinds == {TEXTS} and name not in READ_BY_NAME:
        return MOST_TEXTS
    return MOST_ELSEWHERE if read else MOST_IN_A_SHEET


def _sheet(sheet: ReadOnlyWorksheet, limits: Limits) -> Sheet:
    """openpyxl's own loop over a sheet keeps an object for whatever it meets, leaves out rows that
    are not in order, and makes up those of a gap."""
    book, label, most = sheet.parent, f"sheet {sheet.title}", limits.sheet_rows + 1
    rows: dict[int, dict[int, Any]] = {}
    merged: list[tuple[int, int, str]] = []
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        # That there is one is enough; openpyxl would write out each that cells share.
        parser.parse_formula = lambda _: Formula("=")
        for element in _parts_of(label, source):
            if element.tag == MERGED_TAG:
                ref = str(element.get("ref"))
                _, first, _, last = range_boundaries(ref)
                # Of whole columns, which have no rows, all of them.
                merged.append((first or 1, min(last or most, most), ref))
                if len(merged) == MOST_MERGED:
                    break  # the rows come before them
            if element.tag == ROW_TAG:
                parser.row_dimensions.clear()
                number, cells = parser.parse_row(element)
                if number < 1 or number in rows:
                    raise _unreadable(label, f"row {number} twice, or no row")
                for cell in cells:
                    if cell["value"] is not None:
                        at_most(limits.columns, cell["column"], label, "columns")
                        at_most(limits.sheet_rows, cell["row"] - 1, label, "rows")
                        rows.setdefault(cell["row"], {})[cell["column"]] = cell["value"]
    return Sheet(rows, merged)


def _parts_of(label: str, source: IO[bytes]) -> Iterator[Element]:
    """The rows and whatever else lies at their depth, each dropped once it was seen."""
    path: list[Element] = []
    below = 0
    for event, element in iterparse(source, ("start", "end")):
        if event == "start":
            path.append(element)
            below = below + 1 if len(path) > 3 else 0
            if len(path) > MOST_DEPTH or below > MOST_BELOW_A_ROW:
                raise too_large(label, MOST_BELOW_A_ROW, "pieces of cells in a row")
            continue
        path.pop()
        if len(path) == 2:
            yield element
        if len(path) in (1, 2):
            path[-1].remove(element)


def sheet_table(name: str, sheet: Sheet, limits: Limits) -> RawTable:
    """The table of a sheet, whose header is row 1."""
    table = RawTable(name, Problems(f"sheet {name}"), limits=limits)
    _report_merged(sheet, table.problems)
    if 1 not in sheet.rows:
        table.problems.report("", *worded("sheet_without_header", table=name))
        return table
    lines = [sheet.rows.get(row, {}) for row in range(2, max(sheet.rows) + 1)]
    places = range(1, max(map(max, sheet.rows.values())) + 1)
    heads = [as_text(sheet.rows[1].get(at)) for at in places]
    columns = [[line.get(at) for line in lines] for at in places]
    table.fill(heads, [pd.Series([*map(as_text, cells)], dtype="str") for cells in columns])
    for head, cells in zip(heads, columns, strict=True):
        if head in COLUMNS and head in table.text:
            # One problem for each cause.
            found = pd.Series([_misfit(value, head) for value in cells], dtype="str")
            for misfit in found.dropna().unique():
                seen, expected, mend = worded(misfit, native=NATIVE[head])
                seen += f", {shown(table.text.loc[found == misfit, head].unique())}"
                table.refuse_as(head, found == misfit, seen, expected, mend)
    return table


def sheet_pairs(sheet: Sheet, problems: Problems) -> list[tuple[str, str]]:
    """Key and value of the rows of the sheet `about`, with or without a header "key", "value"."""
    _report_merged(sheet, problems)
    pairs = []
    for row, cells in sorted(sheet.rows.items()):
        key, value = as_text(cells.get(1)), cells.get(2)
        pairs.append((key, as_text(value)))
        if isinstance(value, Formula):
            problems.report("value", *worded("formula_in_cell", native="a value"), [row])
        if UNSEEN.search(as_text(value)):
            problems.report("value", *worded("unseen_sign"), [row])
    pairs = pairs[1:] if pairs[:1] == [("key", "value")] else pairs
    return [(key, value) for key, value in pairs if key]


def _report_merged(sheet: Sheet, problems: Problems) -> None:
    if areas := sorted(sheet.merged):
        rows = {row for first, last, _ in areas for row in range(first, last + 1)}
        words = worded("merged_cells", ranges=", ".join(ref for *_, ref in areas))
        problems.report("", *words, sorted(rows))


def _misfit(value: Any, head: str) -> str | None:
    """What problems.csv calls a value that does not fit the column; None for one that does."""
    if isinstance(value, Formula):
        return "formula_in_cell"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if fits(value, head):
        return None
    if isinstance(value, bool):
        return "boolean_in_cell"
    if isinstance(value, dt.datetime):
        return "date_in_cell"
    if isinstance(value, (int, float)):
        return "number_for_date" if head in DATETIMES else "number_in_cell"
    return "time_in_cell"
