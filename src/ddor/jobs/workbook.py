"""A private workbook with the sheets rows and about. The same content gives the same bytes."""

import datetime as dt
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from ddor.calendar import Week

WIDEST = 80


class _Undated(ZipFile):
    """A zip whose parts do not have the time of the clock."""

    def writestr(self, zinfo_or_arcname, data, compress_type=None, compresslevel=None):
        super().writestr(ZipInfo(zinfo_or_arcname), data, compress_type=ZIP_DEFLATED)

    def write(self, filename, arcname=None, compress_type=None, compresslevel=None):
        self.writestr(arcname, Path(filename).read_bytes())


def workbook(rows: list[tuple], about: list[tuple], week: Week) -> bytes:
    """`rows`: the header first; `about`: key and value; `week`: its first day dates the file."""
    day = dt.datetime.combine(week.first_day, dt.time())
    book = Workbook()
    book.properties = DocumentProperties(creator="ddor", created=day, modified=day)
    _fill(book.active, "rows", rows)
    book.active.freeze_panes = "A2"
    for cell in book.active[1]:
        cell.font = Font(bold=True)
    _fill(book.create_sheet(), "about", about)
    data = io.BytesIO()
    # Not book.save: it sets `modified` to the time of the clock.
    ExcelWriter(book, _Undated(data, "w")).save()
    return data.getvalue()


def _fill(sheet: Worksheet, title: str, lines: list[tuple]) -> None:
    sheet.title = title
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            if text:
                cell = sheet.cell(row, column, text)
                # openpyxl takes "=…" for a formula, and "#N/A" for an error.
                cell.data_type = "s"
                cell.alignment = Alignment(vertical="top", wrap_text=len(text) > WIDEST)
    for column, texts in enumerate(zip(*lines, strict=True), start=1):
        width = min(2 + max(map(len, texts)), WIDEST)
        sheet.column_dimensions[get_column_letter(column)].width = width
