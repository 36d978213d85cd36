"""One accessible workbook of a week: every table as published, on a sheet of its own.

Cover, contents, "Columns" (what each column means), then the tables, as the guidance of the UK
Analysis Function on releasing statistics in spreadsheets has it: one table a sheet from column A,
marked as a table with a name and a header row; the title in A1, what a reader has to know below it;
no merged or hidden cells, filters, frozen panes or colors that mean something.

Left out on purpose: summary.json, which is no table; charts; shorthand in empty cells ([z]), for
the sheet has to say the same as the CSV beside it. CSV stays the format for machines.

`new_book` is how every workbook of this project begins: nothing in it runs or leads out of it, and
the same content gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # importing it takes longer than what most commands do
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# Neither the clock's time nor the day of publication: the file's own date says nothing. It is the
# date XlsxWriter gives the parts of the file too.
CREATED = dt.datetime(1980, 1, 1)
# What a spreadsheet would run or follow stays text.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
ARIAL = {"font_name": "Arial", "font_size": 12, "font_color": "automatic"}
WRAPPED = ARIAL | {"text_wrap": True}
TITLE, NOTICE = ARIAL | {"font_size": 16, "bold": True}, ARIAL | {"font_size": 14}
HEADING = WRAPPED | {"font_size": 14, "bold": True}
HEAD = WRAPPED | {"bold": True, "bottom": 1, "valign": "top"}
LINK = WRAPPED | {"underline": True, "font_color": "blue", "align": "left"}
COVER_WIDTH, WIDEST = 85, 60
# Arial 12, and bold in the header, against the font that Excel's widths are counted in.
WIDER = 1.25
CONTENTS, COLUMNS, INTRODUCTION = "Contents", "Columns", "Introductory information"
ONE_TABLE, NO_ROWS = "This worksheet contains one table.", "This table has no rows."
EMPTY_CELLS = (
    "An empty cell: nothing is on record, or there is nothing to say; "
    f"the sheet {COLUMNS} has the meaning of each column."
)


@dataclass(frozen=True)
class Cover:
    """What stands on the first sheet. `period` and `as_of` in words; `citation`: how to cite it;
    `notice`: a sentence that must stand above every table, or ""."""

    title: str
    period: str
    source: str
    as_of: str
    citation: str
    publisher: str
    contact: str
    notice: str = ""


def workbook_file(tables: dict[str, pd.DataFrame], meanings: dict[str, str], cover: Cover) -> bytes:
    """`tables`: name -> frame of text and integers as published, also without rows; the name is the
    sheet's and the table's: letters, digits and _, 31 characters at most. `meanings`: column ->
    sentence, for each column of them. Raises KeyError where a column has none."""
    meant = [(name, each, meanings[each]) for name, frame in tables.items() for each in frame]
    columns = pd.DataFrame(meant, columns=["table", "column", "meaning"])
    titles = {CONTENTS: "Table of contents", COLUMNS: "What the columns mean"} | {
        name: f"{name.replace('_', ' ').capitalize()}, {cover.period}" for name in tables
    }
    listed = list(titles.items())[1:]
    contents = pd.DataFrame(listed, columns=["Sheet name", "Table description"])
    about = [
        f"Period: {cover.period}",
        f"Source: {cover.source}",
        f"Data as of: {cover.as_of}",
        f"How to cite: {cover.citation}",
        f"Publisher: {cover.publisher}",
    ]
    said = {INTRODUCTION: cover.notice, "About these data": about, "Contact": cover.contact}
    said_of_it = {"title": cover.title, "author": cover.publisher, "comments": cover.notice}
    book, data = new_book(CREATED, **said_of_it)
    _write_cover(book, "Cover", cover.title, said)
    for name, frame in ({CONTENTS: contents, COLUMNS: columns} | tables).items():
        _write_table(book, name, titles[name], frame, cover.notice)
    book.close()
    return data.getvalue()


def notice_workbook(text: str) -> bytes:
    """One sheet that says `text`: what stands in place of a workbook that is withdrawn."""
    book, data = new_book(CREATED, title="Notice", comments=text)
    _write_cover(book, "Notice", "Notice", {INTRODUCTION: text})
    book.close()
    return data.getvalue()


def new_book(created: dt.datetime, **properties: str) -> tuple[Workbook, io.BytesIO]:
    """A workbook, and what holds its bytes once it is closed. `properties`: such as its title."""
    from xlsxwriter import Workbook

    data = io.BytesIO()
    book = Workbook(data, OPTIONS)
    book.set_properties(properties | {"created": created})
    return book, data


def _write_cover(book: Workbook, name: str, title: str, sections: dict[str, Sequence[str]]) -> None:
    """`sections`: heading -> what stands below it; without anything there is no heading."""
    lines = [(title, WRAPPED | TITLE)]
    for heading, said in sections.items():
        if said:
            lines.append((heading, HEADING))
            lines += [(text, WRAPPED) for text in ([said] if isinstance(said, str) else said)]
    _sheet(book, name, lines).set_column(0, 0, COVER_WIDTH)


def _sheet(book: Workbook, name: str, lines: Iterable[tuple[str, dict]]) -> Worksheet:
    """A new sheet that begins with these lines, each with how it looks."""
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    for row, (text, look) in enumerate(lines):
        sheet.write(row, 0, _as_is(text), book.add_format(look))
    return sheet


def _write_table(book: Workbook, name: str, title: str, frame: pd.DataFrame, notice: str) -> None:
    """What a reader has to know, then the table. In the contents its first column leads to the
    sheet that it names."""
    frame = frame.astype(object).where(frame.notna(), "")
    said = [ONE_TABLE, *([] if len(frame) else [NO_ROWS])]
    said += [EMPTY_CELLS] if frame.eq("").any(axis=None) else []
    lines = [(title, TITLE), *([(notice, NOTICE)] if notice else [])]
    lines += [(text, ARIAL) for text in said]
    if frame.empty:
        # Excel keeps a table without rows as a header over one blank row.
        frame = pd.DataFrame([[""] * len(frame.columns)], columns=frame.columns)
    sheet, head = _sheet(book, name, lines), len(lines)
    columns = []
    for number, column in enumerate(frame):
        cells = frame[column].tolist()
        numeric = number > 0 and not any(isinstance(cell, str) for cell in cells)
        align = {"align": "right" if numeric else "left"}
        columns.append({"header": column, "header_format": book.add_format(HEAD | align)})
        sheet.write_column(head + 1, number, map(_as_is, cells), book.add_format(WRAPPED | align))
        longest = max(len(str(cell)) for cell in [column, *cells])
        sheet.set_column(number, number, WIDER * min(WIDEST, 2 + longest))
    if name == CONTENTS:
        for row, each in enumerate(frame["Sheet name"], start=head + 1):
            sheet.write_url(row, 0, f"internal:'{each}'!A1", book.add_format(LINK), each)
    marked = {"name": name, "columns": columns, "autofilter": False, "style": None}
    sheet.add_table(head, 0, head + len(frame), len(columns) - 1, marked)


def _as_is(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.startswith("<r>") and cell.endswith("</r>"):
        # XlsxWriter would take it for its own markup and not escape it.
        return f'<r><t xml:space="preserve">{escape(cell, quote=False)}</t></r>'
    return cell
