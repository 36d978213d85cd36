"""CSV: the files that people send, read with all that is wrong with them reported; and our own.

`csv_records` reads a file of a person: UTF-8, a header, commas; everything as text, nothing
skipped in silence. `csv_file` and `csv_lines` are for the files of the archive, which a
spreadsheet may open: nothing in them runs as a formula. `write_extract` writes what read.py
reads back unchanged.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import yaml

from ddor.errors import Problems
from ddor.extract.model import DATES_ONLY, DATETIMES, TABLES, Extract
from ddor.extract.table import ABOVE, worded

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
# How a cell begins that `safe_cell` has made safe, or that looks like one.
_MADE_SAFE = tuple(f"'{sign}" for sign in (*RUN_BY_SPREADSHEETS, "'"))

_SAVE_AS = 'save it again as "CSV UTF-8 (comma delimited)"'
_MOST_CHARACTERS_IN_A_FIELD = 1_000_000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def csv_records(label: str, data: bytes) -> tuple[list[list[str]], list[int], Problems]:
    """The rows of a CSV file as text, the header first, each as long as the header (none if there
    is no header); the positions below the header of those that were not; and the problems."""
    problems = Problems(label)
    text = decoded(data, problems, _SAVE_AS)
    first = text.split("\n", 1)[0]
    separator = "," if "," in first else next((s for s in _SEPARATORS if s in first), ",")
    records: list[list[str]] = []
    csv.field_size_limit(_MOST_CHARACTERS_IN_A_FIELD)
    try:
        records.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        problems.report("", *worded("unreadable_row", error=error), [len(records) + 1])
    while records and not any(records[-1]):
        records.pop()
    if not records or not any(records[0]):
        seen = "no header" if data.strip() else "an empty file"
        problems.report("", seen, "a header and, below it, the rows", "export the table again")
        return [], [], problems
    if separator != ",":
        seen = f"{_SEPARATORS[separator]} between the columns"
        problems.report("", seen, "commas", _SAVE_AS, [1])
    width = len(records[0])
    uneven: dict[int, list[int]] = {}
    for at, record in enumerate(records[1:]):
        if len(record) != width:
            uneven.setdefault(len(record), []).append(at)
            records[at + 1] = (record + [""] * width)[:width]
    for length, places in uneven.items():
        name = "uneven_row" if length else "row_without_fields"
        rows = [at + ABOVE for at in places]
        problems.report("", *worded(name, length=length, width=width), rows)
    return records, sum(uneven.values(), []), problems


def decoded(data: bytes, problems: Problems, mend: str) -> str:
    """The text of a person's file; what is not UTF-8 is reported, with how to `mend` it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.report("", "UTF-16 text", "UTF-8", mend)
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Go on with the reading Excel meant, so that all other problems are reported as well.
        byte = data[error.start : error.start + 1]
        was = byte.decode("cp1252", errors="replace")
        seen = f'byte 0x{byte.hex().upper()} at position {error.start}, which is "{was}"'
        lines = data.decode("utf-8", errors="replace").split("\n")
        rows = [row for row, line in enumerate(lines, start=1) if "\ufffd" in line]
        problems.report("", f"{seen} in Windows-1252", "UTF-8", mend, rows)
        return data.decode("cp1252", errors="replace")


def csv_file(columns: Iterable[str], lines: Iterable[dict[str, str]]) -> bytes:
    """Lines of text as CSV, every cell safe."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(str(cell)) for name, cell in line.items()} for line in lines)
    return text.getvalue().encode()


def csv_lines(data: bytes) -> list[dict[str, str]]:
    """The lines of such a file, as they were."""
    lines = csv.DictReader(io.StringIO(data.decode()))
    return [{name: plain_cell(cell) for name, cell in line.items()} for line in lines]


def write_extract(extract: Extract, folder: Path) -> None:
    """Write requests.csv, charges.csv and about.yaml into `folder`, which is made if need be.

    UTF-8, lines ending in a newline; times as 2017-01-28T09:15, seconds only where there are
    some, a date alone at midnight; empty where missing. The same extract gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        frame = getattr(extract, name)
        times = {column: _iso(frame[column]) for column in frame if column in DATETIMES}
        text = frame.assign(**times).to_csv(index=False, lineterminator="\n")
        (folder / f"{name}.csv").write_bytes(text.encode("utf-8"))
    text = yaml.safe_dump(asdict(extract.about), sort_keys=False, allow_unicode=True, width=10_000)
    (folder / "about.yaml").write_bytes(text.encode("utf-8"))


def _iso(times: pd.Series) -> pd.Series:
    text = times.dt.strftime("%Y-%m-%dT%H:%M:%S").astype("str")
    if times.name in DATES_ONLY:
        return text.str[:10]
    return text.str.removesuffix(":00").str.removesuffix("T00:00")


def safe_cell(text: str) -> str:
    """As a spreadsheet may open it: what it would run gets an apostrophe in front, and so does a
    text that looks as if it had one. `plain_cell` takes it away again."""
    return f"'{text}" if text.startswith(RUN_BY_SPREADSHEETS + _MADE_SAFE) else text


def plain_cell(text: str) -> str:
    return text[1:] if text.startswith(_MADE_SAFE) else text
