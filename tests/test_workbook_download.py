"""The workbook of a week: it says what the tables say, runs nothing, and has the same bytes."""

import io
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from ddor.archive.downloads import COLUMNS as MEANINGS
from ddor.archive.workbook import Cover, notice_workbook, workbook_file
from ddor.extract.model import SYNTHETIC_NOTICE

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
BEFORE_TABLES = ["Cover", "Contents", "Columns"]
COVER = Cover(
    *"Declined detainers, weekly|Sunday 22 to Saturday 28 January 2017|Release 2017-33".split("|"),
    *"1 May 2017|Declined detainers, week 2017-01-28, revision 2|Office of Statistics".split("|"),
    contact="statistics@example.org",
    notice=SYNTHETIC_NOTICE,
)
# What a spreadsheet would run, follow, round or take for markup, or other writers for theirs.
_TEXTS = """
=cmd|' /C calc'!A0 ~ =1+1 ~ {=SUM(A1)} ~ +1 ~ -1 ~ - ~ @SUM(A1) ~ *** ~ #N/A ~ 'quoted
https://example.org ~ mailto:a@example.org ~ internal:Cover!A1 ~ www.example.org
[click](https://example.org) ~ [a](b) [c](d) ~ $$note$$ ~ [note 1] ~ [x] ~ " ~ 保安官
<b>Bold & Co</b> ~ <r><t>run</t></r> ~ <r>& ~ &amp;
01001 ~ 1e5 ~ TRUE ~ 2017-01-28 ~ 12% ~ nan
"""
ODD_TEXTS = [each for line in _TEXTS.strip().splitlines() for each in line.split(" ~ ")]
ODD_TEXTS += ["\t=1+1", "\r=1+1", " =1+1", "\x07bell", "trailing ", "two\nlines"]


def agencies(*names: str, **columns) -> pd.DataFrame:
    frame = pd.DataFrame({"agency_id": [f"AL{n:07}" for n in range(len(names))], "agency": names})
    frame = frame.astype("str").assign(county_fips="01001", declined=range(len(names)))
    return frame.astype({"county_fips": "str", "declined": "int64"}).assign(**columns)


def example() -> dict[str, pd.DataFrame]:
    return {
        "issued_by_agency": agencies(*ODD_TEXTS),
        "declined_by_agency": agencies("Autauga County Jail", "", county_fips=["", "01001"]),
        "charges_by_group": agencies(),
        "checks": pd.DataFrame({"check": ["E1"], "rows": [0]}),
    }


def book_of(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def parts_of(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def table_cells(sheet) -> list[tuple]:
    """The cells of the one table of a sheet, its header first."""
    (table,) = sheet.tables.values()
    return list(sheet[table.ref])


def rows_in(sheet) -> list[list]:
    def told(value):
        return unescape(value or "") if isinstance(value, str | None) else value

    rows = [[told(cell.value) for cell in line] for line in table_cells(sheet)[1:]]
    return [row for row in rows if set(row) != {""}]


def sheets_that_say(book, start: str) -> set[str]:
    return {
        sheet.title
        for sheet in book
        for (cell,) in sheet.iter_rows(max_col=1)
        if str(cell.value).startswith(start)
    }


@pytest.fixture(scope="module")
def data() -> bytes:
    return workbook_file(example(), MEANINGS, COVER)


@pytest.fixture(scope="module")
def book(data):
    return book_of(data)


def test_every_table_has_its_sheet_after_cover_contents_and_columns(book):
    assert book.sheetnames == [*BEFORE_TABLES, *example()]
    assert book.active.title == "Cover"
    assert all(len(name) <= 31 for name in book.sheetnames)


@pytest.mark.parametrize("name", example())
def test_the_rows_of_a_sheet_are_those_of_the_frame_text_as_text_and_integers_as_numbers(
    book, name
):
    frame, (head, *lines) = example()[name], table_cells(book[name])
    assert [cell.value for cell in head] == list(frame.columns)
    assert rows_in(book[name]) == frame.to_numpy().tolist()
    kinds = ["n" if pd.api.types.is_integer_dtype(dtype) else "s" for dtype in frame.dtypes]
    for line in lines:
        pairs = zip(line, kinds, strict=True)
        assert all(cell.data_type == kind or cell.value is None for cell, kind in pairs)


def test_nothing_in_the_file_is_run_or_leads_out_of_it(data):
    found = {}
    for name, part in parts_of(data).items():
        root = ElementTree.fromstring(part)
        assert not list(root.iter(f"{MAIN}f")), name
        assert not root.findall(".//*[@TargetMode='External']"), name
        links = list(root.iter(f"{MAIN}hyperlink"))
        assert all(link.get("location") and link.get(LINK_ID) is None for link in links), name
        if links:
            found[name] = len(links)
    # The contents lead to the other sheets.
    assert found == {"xl/worksheets/sheet2.xml": 1 + len(example())}


def test_a_text_like_an_escape_of_the_format_is_escaped_itself_and_none_has_a_quote_before(data):
    tables = {"checks": pd.DataFrame({"title": ["_x000D_"]})}
    part = parts_of(workbook_file(tables, MEANINGS, COVER))["xl/sharedStrings.xml"]
    assert b">_x005F_x000D_<" in part
    assert b"quotePrefix" not in parts_of(data)["xl/styles.xml"]


def test_every_sheet_but_the_cover_marks_one_table_and_its_header_and_no_row_above_is_blank(book):
    names = []
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        assert table.headerRowCount != 0 and table.autoFilter is None and table.ref[0] == "A"
        header, *rows = sheet[table.ref]
        assert [cell.value for cell in header] == [each.name for each in table.tableColumns]
        assert all(cell.font.bold for cell in header) and rows
        assert sheet.max_row == rows[-1][0].row
        assert all(sheet.cell(row, 1).value for row in range(1, header[0].row))
        names.append(table.displayName.lower())
    assert len(set(names)) == len(names)


def test_no_cell_is_merged_or_hidden_and_no_pane_is_frozen(book):
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges and sheet.freeze_panes is None
        assert sheet.sheet_state == "visible" and sheet["A1"].value
        lines = (*sheet.column_dimensions.values(), *sheet.row_dimensions.values())
        assert not any(each.hidden for each in lines)


def test_a_column_is_as_wide_as_its_texts_up_to_a_limit(book):
    widths = book["declined_by_agency"].column_dimensions
    assert widths["B"].width >= len("Autauga County Jail") and widths["D"].width >= len("declined")
    long = {"checks": agencies("name " * 100)}
    sheet = book_of(workbook_file(long, MEANINGS, COVER))["checks"]
    assert sheet.column_dimensions["B"].width < 100
    assert table_cells(sheet)[1][1].alignment.wrap_text


def test_the_notice_stands_on_every_sheet_above_its_table_and_without_one_there_is_none(book):
    for sheet in book.worksheets:
        assert SYNTHETIC_NOTICE in (sheet["A2"].value, sheet["A3"].value)
        assert sheet.title == "Cover" or table_cells(sheet)[0][0].row > 2
    assert book.properties.description == SYNTHETIC_NOTICE
    without = book_of(workbook_file(example(), MEANINGS, replace(COVER, notice="")))
    texts = [str(cell.value) for sheet in without for line in sheet for cell in line if cell.value]
    assert len(texts) > 100 and not any("ynthetic" in text for text in texts)


def test_the_cover_says_what_it_was_given(book):
    said = "\n".join(str(cell.value) for (cell,) in book["Cover"].iter_rows(max_col=1))
    assert all(text in said for text in vars(COVER).values())
    assert book.properties.title == COVER.title and book.properties.creator == COVER.publisher


def test_a_cover_with_markup_is_shown_as_it_is():
    odd = "[click](https://example.org) $$note$$ <b>&"
    fields = ("title", "source", "as_of", "citation", "publisher", "contact")
    cover = replace(COVER, **dict.fromkeys(fields, odd))
    data = workbook_file({"checks": example()["checks"]}, MEANINGS, cover)
    said = [cell.value for (cell,) in book_of(data)["Cover"].iter_rows(max_col=1)]
    assert sum(odd in text for text in said) == 6
    assert b"hyperlink" not in parts_of(data)["xl/worksheets/sheet1.xml"]


def test_every_column_of_every_table_has_its_meaning_and_one_without_is_an_error(book):
    expected = [
        [name, column, MEANINGS[column]] for name, frame in example().items() for column in frame
    ]
    assert rows_in(book["Columns"]) == expected
    with pytest.raises(KeyError, match="new_column"):
        workbook_file({"checks": pd.DataFrame({"new_column": [1]})}, MEANINGS, COVER)


def test_a_table_without_rows_says_so_and_empty_cells_are_explained_and_no_others(book):
    assert sheets_that_say(book, "This table has no rows.") == {"charges_by_group"}
    assert sheets_that_say(book, "An empty cell") == {"declined_by_agency"}


def test_a_notice_of_withdrawal_is_all_there_is():
    text = "Withdrawn on 2017-06-01; the kind of reason is: legal."
    book = book_of(notice_workbook(text))
    (sheet,) = book.worksheets
    assert text in [cell.value for (cell,) in sheet.iter_rows()]
    assert not sheet.tables


PROCESS = """
import sys
from test_workbook_download import COVER, MEANINGS, example, notice_workbook, workbook_file
sys.stdout.buffer.write(workbook_file(example(), MEANINGS, COVER) + notice_workbook("Withdrawn"))
"""


def test_the_same_tables_give_the_same_bytes_at_another_time_in_another_process(data):
    """Two seconds are what a ZIP archive tells apart. Another figure gives other bytes."""
    files = []
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    for seed, zone, user in (("1", "UTC", "ana"), ("2", "Asia/Tokyo", "ben")):
        start = time.time() // 2
        told = {"PYTHONPATH": path, "PYTHONHASHSEED": seed, "TZ": zone}
        env = os.environ | told | dict.fromkeys(("USER", "LOGNAME"), user)
        command = [sys.executable, "-c", PROCESS]
        files.append(subprocess.run(command, env=env, capture_output=True, check=True).stdout)
        while time.time() // 2 == start:
            time.sleep(0.1)
    assert files[0] == files[1] == data + notice_workbook("Withdrawn")
    tables = example() | {"checks": example()["checks"].assign(rows=1)}
    assert workbook_file(tables, MEANINGS, COVER) != data
