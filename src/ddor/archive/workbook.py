"""One accessible workbook of a week: every table as published, on a sheet of its own.

Cover, contents, "Columns" (what each column means), then the tables, as the guidance of the UK
Analysis Function on releasing statistics in spreadsheets has it: one table a sheet from column A,
marked as a table with a name and a header row; the title in A1, what a reader has to know below it;
no merged or hidden cells, filters, frozen panes or colors that mean something.

Left out on purpose: summary.json, which is no table; charts; shorthand in empty cells ([z]), for
the sheet has to say the same as the CSV beside it. CSV stays the format for machines.

gptables draws the sheets. Its markup ([text](address) for a link, $$note$$) and its refusals (a
cell of signs only, an empty table) are meant for tables that their author types, and these hold
names from an extract: so every text reaches it as rich text of one piece, which it writes as it is.
"""

import datetime as dt
import io
import warnings
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from gptables import GPTable, GPWorkbook
    from gptables.core.gptable import FormatList

# Neither the clock's time nor the day of publication: the file's own date says nothing. It is the
# date XlsxWriter gives the parts of the file too.
CREATED = dt.datetime(1980, 1, 1)
# What a spreadsheet would run or follow stays text.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST = 60
# Arial 12, and bold in the header, against the font that Excel's widths are counted in.
WIDER = 1.25
COLUMNS = "Columns"
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
    columns = pd.DataFrame(
        [(name, column, meanings[column]) for name, frame in tables.items() for column in frame],
        columns=["table", "column", "meaning"],
    )
    sheets = {COLUMNS: _sheet(COLUMNS, "What the columns mean", columns, cover)} | {
        name: _sheet(name, f"{name.replace('_', ' ').capitalize()}, {cover.period}", frame, cover)
        for name, frame in tables.items()
    }
    book, data = _book(cover.title, cover.publisher, cover.notice)
    _write_cover(book, cover)
    contents = book.make_table_of_contents(
        sheets, subtitles=[[{}, cover.notice]] if cover.notice else None
    )
    with warnings.catch_warnings():
        # gptables 2.0.2 uses four keywords that pandas 3.1 says will go.
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
        for name, table in ({"Contents": contents} | sheets).items():
            sheet = book.add_worksheet(name)
            sheet.write_gptable(table, auto_width=False)
            for number, width in enumerate(_widths(table.table)):
                sheet.set_column(number, number, width)
    book.close()
    return data.getvalue()


def notice_workbook(text: str) -> bytes:
    """One sheet that says `text`: what stands in place of a workbook that is withdrawn."""
    from gptables import Cover as CoverSheet

    book, data = _book("Notice", "", text)
    sheet = book.add_worksheet("Notice")
    sheet.write_cover(CoverSheet(_as_is("Notice"), cover_label="Notice", intro=[[{}, text]]))
    book.close()
    return data.getvalue()


def _book(title: str, author: str, comments: str) -> tuple["GPWorkbook", io.BytesIO]:
    # Here, for a command that makes no workbook need not wait for it.
    from gptables import GPWorkbook

    data = io.BytesIO()
    book = GPWorkbook(data, OPTIONS)
    book.set_properties(
        {"title": title, "author": author, "comments": comments, "created": CREATED}
    )
    return book, data


def _write_cover(book: "GPWorkbook", cover: Cover) -> None:
    from gptables import Cover as CoverSheet

    about = [
        f"Period: {cover.period}",
        f"Source: {cover.source}",
        f"Data as of: {cover.as_of}",
        f"How to cite: {cover.citation}",
        f"Publisher: {cover.publisher}",
    ]
    book.add_worksheet("Cover").write_cover(
        CoverSheet(
            _as_is(cover.title),
            intro=[[{}, cover.notice]] if cover.notice else None,
            about=[[{}, line] for line in about],
            contact=[[{}, cover.contact]] if cover.contact else None,
        )
    )


def _sheet(name: str, title: str, frame: pd.DataFrame, cover: Cover) -> "GPTable":
    from gptables import GPTable

    frame = frame.astype(object).where(frame.notna(), "")
    said = [] if len(frame) else ["This table has no rows."]
    said += [EMPTY_CELLS] if frame.eq("").any(axis=None) else []
    if frame.empty:
        # Excel keeps a table without rows as a header over one blank row.
        frame = pd.DataFrame([[""] * len(frame.columns)], columns=frame.columns)
    return GPTable(
        frame.map(lambda cell: _as_is(cell) if isinstance(cell, str) else cell),
        table_name=name,
        title=[{}, title],
        subtitles=[[{}, cover.notice]] if cover.notice else [],
        instructions="This worksheet contains one table.",
        legend=said,
        # Where it would look for notes.
        index_columns={},
    )


def _as_is(text: str) -> "FormatList":
    from gptables.core.gptable import FormatList

    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take it for its own markup and not escape it.
        text = f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return FormatList([{}, text])


def _widths(table: pd.DataFrame) -> list[float]:
    # Cells are text, FormatList (.string), numbers, or the link of a line of the contents.
    return [
        WIDER * min(WIDEST, 2 + max(len(column), *(len(_shown(cell)) for cell in table[column])))
        for column in table
    ]


def _shown(cell) -> str:
    cell = cell[0] if isinstance(cell, list) else cell
    return next(iter(cell)) if isinstance(cell, dict) else getattr(cell, "string", str(cell))
