"""Reads a FOIA detainer file as text: only the columns that an import uses, under one name each.

CSV (UTF-8), Parquet and ICE's workbook (.xlsx) are read as lines of cells, and the header is found
by its titles: in each sheet of ICE's workbook it stands below a preamble. All other columns are
left behind here, so what they hold about a person cannot reach an extract. Birth dates and the
pseudonym are used only to find people under 18 and repeated requests.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from ddor.errors import ExtractInvalid, Problem, UsageError

NEEDED = (
    "detainer_prepare_date",
    "facility_state",
    "facility_aor",
    "detention_facility",
    "detention_facility_code",
    "detainer_prepared_criminality",
    "citizenship_country",
    "most_serious_conviction_charge",
    "msc_sentence_days",
    "msc_sentence_months",
    "msc_sentence_years",
    "msc_charge_code",
    "msc_charge_date",
    "msc_conviction_date",
    "detainer_lift_reason",
    "detainer_type",
)
USED_IF_THERE = (
    "duplicate_likely",
    "file_original",
    "birth_date",
    "birth_year",
    "anonymized_identifier",
)
FIELDS = NEEDED + USED_IF_THERE
OTHER_TITLES = {
    "detainer_facility": "detention_facility",
    "detainer_facility_code": "detention_facility_code",
    "detainer_criminality": "detainer_prepared_criminality",
    "most_serious_conviction_msc_charge": "most_serious_conviction_charge",
    "msc_charge": "most_serious_conviction_charge",
    "unique_identifier": "anonymized_identifier",
}
HEADER_WITHIN = 50
# openpyxl has no error of its own for a broken workbook.
_BROKEN = (
    pa.ArrowInvalid,
    UnicodeDecodeError,
    csv.Error,
    zipfile.BadZipFile,
    ElementTree.ParseError,
    KeyError,
    OSError,
    EOFError,
)


def read_source(path: Path) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The rows: FIELDS as text (`str`, empty is missing), `table` (the sheet, or the file's name)
    and `row` (as a spreadsheet numbers it); the tables read; the sheets without a header.

    Raises UsageError (no such file, no known form) or ExtractInvalid (unreadable, no header, or
    columns missing: all of them, and the titles that were seen).
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        found = {table: _below_header(table, lines) for table, lines in _tables(path)}
    except _BROKEN as error:
        seen, mend = f"a file that cannot be read ({error})", "download it again; CSV must be UTF-8"
        raise _invalid(path.name, (), seen, "a detainer file", mend) from None
    parts = {table: rows for table, rows in found.items() if rows is not None}
    if not parts:
        seen, expected = f"{', '.join(found)}, none with the header", ", ".join(NEEDED)
        mend = "use the file as it was released"
        raise _invalid(path.name, (), seen, f"a row with the titles {expected}", mend)
    # A line without anything in it is no record: it has a number, and is left out.
    rows = pd.concat(parts, names=["table", "row"]).dropna(how="all").reset_index()
    rows = rows.reindex(columns=[*FIELDS, "table", "row"]).astype(dict.fromkeys(FIELDS, "str"))
    return rows, list(parts), [table for table in found if table not in parts]


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
                seen = f"a line of another width (Expected {width} columns, got {len(cells)})"
                mend = "look for a comma that is not inside quotes, or download the file again"
                raise _invalid(path.name, (number,), seen, "the columns of the header", mend)
            yield cells


def _parquet_lines(path: Path) -> Iterator[Sequence]:
    with pyarrow.parquet.ParquetFile(path) as file:
        yield file.schema_arrow.names
        for batch in file.iter_batches():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _below_header(table: str, lines: Iterable[Sequence]) -> pd.DataFrame | None:
    """The fields of the rows under the header, by row number; None if there is no header (a
    cover, a legend). Raises ExtractInvalid with all the needed fields that the header lacks."""
    lines = iter(lines)
    for header_row, titles in enumerate(islice(lines, HEADER_WITHIN), start=1):
        places = _places(titles)
        if len(places) > len(NEEDED) / 2:
            first_row = header_row + 1
            break
    else:
        return None
    seen = "no such column among " + ", ".join(str(title) for title in titles if title)
    mend = "use a file with all the columns that docs/foia.md names"
    missing = [field for field in NEEDED if field not in places]
    if missing:
        problems = [Problem(table, (), name, seen, f"a column {name}", mend) for name in missing]
        raise ExtractInvalid(problems, table)
    records = [
        [_text(cells[place]) if place < len(cells) else None for place in places.values()]
        for cells in lines
    ]
    rows = pd.DataFrame(records, columns=list(places), dtype="str")
    rows.index += first_row
    return rows


def _places(titles: Sequence) -> dict[str, int]:
    """Field -> position of its column, the first where there are several."""
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        plain = re.sub(r"[^a-z0-9]+", "_", str(title).lower()).strip("_")
        field = OTHER_TITLES.get(plain, plain)
        if field in FIELDS:
            places.setdefault(field, place)
    return places


def _text(value) -> str | None:
    if isinstance(value, dt.datetime):
        # R writes wall-clock times as UTC, so the zone says nothing and goes.
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value in (None, "") else str(value)


def _invalid(table: str, rows: tuple, seen: str, expected: str, mend: str) -> ExtractInvalid:
    return ExtractInvalid([Problem(table, rows, "", seen, expected, mend)], table)
