"""Reads a FOIA detainer file as text: only the columns that an import needs, under one name each.

Three forms are known: CSV (UTF-8, header in its first line), Parquet, and ICE's workbook (.xlsx),
whose header stands below a preamble and is found by its titles, in every sheet that has one.
Titles differ between releases; TITLES lists each field's, written the way `_plain` writes them
("MSC Charge" -> msc_charge). Columns that no field names are never read, so what they hold about
a person cannot reach an extract. Birth dates and the person's pseudonym are read, and used only
to find people under 18 and repeated requests.
"""

import contextlib
import csv
import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from ddor.errors import ExtractInvalid, Problem, UsageError

NEEDED = {
    "detainer_prepare_date": ("detainer_prepare_date",),
    "facility_state": ("facility_state",),
    "facility_aor": ("facility_aor",),
    "detention_facility": ("detention_facility", "detainer_facility"),
    "detention_facility_code": ("detention_facility_code", "detainer_facility_code"),
    "detainer_prepared_criminality": ("detainer_prepared_criminality", "detainer_criminality"),
    "citizenship_country": ("citizenship_country",),
    "most_serious_conviction_charge": (
        "most_serious_conviction_charge", "most_serious_conviction_msc_charge", "msc_charge",
    ),
    "msc_sentence_days": ("msc_sentence_days",),
    "msc_sentence_months": ("msc_sentence_months",),
    "msc_sentence_years": ("msc_sentence_years",),
    "msc_charge_code": ("msc_charge_code",),
    "msc_charge_date": ("msc_charge_date",),
    "msc_conviction_date": ("msc_conviction_date",),
    "detainer_lift_reason": ("detainer_lift_reason",),
    "detainer_type": ("detainer_type",),
}  # fmt: skip
USED_IF_THERE = {
    "duplicate_likely": ("duplicate_likely",),
    "file_original": ("file_original",),
    "birth_date": ("birth_date",),
    "birth_year": ("birth_year",),
    "person": ("anonymized_identifier", "unique_identifier"),
}
TITLES = NEEDED | USED_IF_THERE
HEADER_WITHIN = 50


@dataclass(frozen=True)
class Source:
    """`rows`: every field of TITLES as text (`str`, empty is missing), `table` (the sheet, or the
    file's name) and `row` (as a spreadsheet numbers it). `fields`: those the file really has.
    `tables` were read; `unread` are sheets without a header."""

    name: str
    sha256: str
    rows: pd.DataFrame
    fields: frozenset[str]
    tables: tuple[str, ...]
    unread: tuple[str, ...]


def read_source(path: Path) -> Source:
    """Raises UsageError (no such file, no known form) or ExtractInvalid (unreadable, or columns
    missing: all of them, and the titles that were seen)."""
    readers = {".csv": _from_csv, ".parquet": _from_parquet, ".xlsx": _from_workbook}
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    if path.suffix.lower() not in readers:
        raise UsageError(f"{path.name}: expected a file that ends in {', '.join(readers)}")
    found = readers[path.suffix.lower()](path)
    parts = {name: rows for name, rows in found.items() if rows is not None}
    if not parts:
        raise ExtractInvalid([Problem(
            path.name, (), "", f"{', '.join(found)}, none with the header",
            "a row with the titles " + ", ".join(NEEDED), "give the workbook as ICE released it",
        )], path.name)  # fmt: skip
    rows = pd.concat([part.assign(table=name) for name, part in parts.items()], ignore_index=True)
    fields = frozenset(rows.columns) & frozenset(TITLES)
    rows = rows.reindex(columns=[*TITLES, "table", "row"]).astype(dict.fromkeys(TITLES, "str"))
    unread = tuple(name for name in found if name not in parts)
    return Source(path.name, _sha256(path), rows, fields, tuple(parts), unread)


def _from_csv(path: Path) -> dict[str, pd.DataFrame]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            titles = next(csv.reader(lines), [])
        places = _places(titles, path.name)
        # pandas fills or cuts a line with a wrong number of fields; pyarrow refuses it.
        table = pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=[titles[place] for place in places.values()],
                column_types=dict.fromkeys(titles, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error, "save it as CSV in UTF-8, each row complete") from None
    return _of_arrow(path, table, titles, places)


def _from_parquet(path: Path) -> dict[str, pd.DataFrame]:
    try:
        file = pyarrow.parquet.ParquetFile(path)
        titles = file.schema_arrow.names
        places = _places(titles, path.name)
        table = file.read(columns=[titles[place] for place in places.values()])
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error, "get the file again") from None
    return _of_arrow(path, table, titles, places)


def _of_arrow(
    path: Path, table: pa.Table, titles: list[str], places: dict[str, int]
) -> dict[str, pd.DataFrame]:
    """The rows under the file's name; the first row after the header has the number 2."""
    rows = pd.DataFrame(
        {field: _arrow_text(table.column(titles[place])) for field, place in places.items()}
    )
    return {path.name: _numbered(rows, range(2, len(rows) + 2))}


def _from_workbook(path: Path) -> dict[str, pd.DataFrame | None]:
    try:
        with contextlib.closing(openpyxl.load_workbook(path, read_only=True)) as book:
            return {f"sheet {sheet.title}": _from_sheet(sheet) for sheet in book.worksheets}
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, OSError, EOFError) as error:
        raise _unreadable(path, error, "get the workbook again") from None


def _from_sheet(sheet) -> pd.DataFrame | None:
    """The rows under the header; None for a sheet without one (a cover, a legend)."""
    # The dimensions that some writers record are wrong, and openpyxl would stop at them.
    sheet.reset_dimensions()
    places: dict[str, int] = {}
    records, numbers = [], []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if places:
            records.append([_cell_text(cells[p]) if p < len(cells) else None
                            for p in places.values()])  # fmt: skip
            numbers.append(number)
        elif number > HEADER_WITHIN:
            return None
        elif len(_found(cells)) > len(NEEDED) / 2:
            places = _places(cells, f"sheet {sheet.title}")
    if not places:
        return None
    rows = pd.DataFrame(records, columns=list(places), dtype="str")
    return _numbered(rows, numbers)


def _places(titles: Iterable, table: str) -> dict[str, int]:
    """Field -> position of its column. Raises ExtractInvalid with all that are missing."""
    titles = list(titles)
    places = _found(titles)
    missing = [field for field in NEEDED if field not in places]
    if missing:
        seen = ", ".join(str(title) for title in titles if title is not None) or "none at all"
        raise ExtractInvalid([
            Problem(table, (), field, f"no such column among {seen}",
                    "a column titled " + " or ".join(NEEDED[field]),
                    "use a file with one row for each detainer, all its columns kept")
            for field in missing
        ], table)  # fmt: skip
    return places


def _found(titles: Iterable) -> dict[str, int]:
    position = {}
    for place, title in enumerate(titles):
        position.setdefault(_plain(str(title)), place)
    found = {
        field: [position[title] for title in titles_of if title in position]
        for field, titles_of in TITLES.items()
    }
    return {field: places[0] for field, places in found.items() if places}


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def _numbered(rows: pd.DataFrame, numbers: Iterable[int]) -> pd.DataFrame:
    """A line without anything in it is no record: it has a number, and is left out."""
    return rows.assign(row=list(numbers)).dropna(how="all", subset=list(rows.columns))


def _cell_text(value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _arrow_text(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        # R writes wall-clock times as UTC, so the zone says nothing and goes.
        column = column.cast(pa.timestamp("s"), safe=False)
    return column.cast(pa.string()).to_pandas().astype("str")


def _unreadable(path: Path, error: Exception, mend: str) -> ExtractInvalid:
    # pyarrow quotes the whole line, and what it says of a person belongs in no log.
    place = re.search(r"(Row #\d+: )?Expected \d+ columns, got \d+", str(error))
    seen = f"a file that cannot be read ({place[0] if place else error})"
    return ExtractInvalid([Problem(path.name, (), "", seen, "a detainer file", mend)], path.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
