"""The door: from a location to a checked Extract, or all the reasons why not.

The steps are those of `read_extract`: fetch, read each table as text, judge the heads, look for
identifiers, type, judge the values, judge what lies between them. Each step tells its problems
and goes on, so that a person mends an extract once.
"""

import datetime as dt
from pathlib import PurePosixPath

import pandas as pd

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, Problem
from ddor.extract.about import Told, settle, told_by_pairs, told_by_yaml
from ddor.extract.columns import TABLES
from ddor.extract.csv_table import csv_table
from ddor.extract.heads import check_heads
from ddor.extract.location import WORKBOOK, fetch, without_secrets
from ddor.extract.model import Extract
from ddor.extract.parquet_table import parquet_table
from ddor.extract.parse import parse_times, typed
from ddor.extract.relations import check_keys, check_links, check_outcome_dates
from ddor.extract.scan import scan
from ddor.extract.schema import check_columns, latest_allowed
from ddor.extract.table import Table
from ddor.extract.workbook import open_workbook, sheet_pairs, sheet_table


def read_extract(
    location: str,
    week: Week | None = None,
    ignored_columns: tuple[str, ...] = (),
    cohort: str = "recorded",
) -> Extract:
    """The extract at a local path or fsspec URL, typed and sorted as `model.py` says.

    `week` bounds the dates (two years after it; without one, after as_of or else the latest
    issued_at or outcome_recorded_at). `cohort` is recorded or issued: under issued,
    outcome_recorded_at may be empty and as_of is required. Raises UsageError if there is no
    extract at the location, ExtractInvalid with all problems if it breaks the contract of DESIGN 2.
    """
    requests, charges, told = _tables(location)
    frames = {}
    day = _day(week, told, requests)
    for table in (requests, charges):
        check_heads(table, ignored_columns)
        scan(table, day or dt.date.today())
        frames[table.name] = typed(table)
        check_columns(table, frames[table.name], day and latest_allowed(day))
        check_keys(table, frames[table.name])
    check_links(charges, requests)
    check_outcome_dates(requests, frames["requests"], cohort)
    about = settle(told, frames, cohort)
    problems = requests.problems + charges.problems + told.problems
    if problems or about is None:
        raise ExtractInvalid(problems, without_secrets(location))
    return Extract(
        _sorted(frames["requests"], ["request_id"]),
        _sorted(frames["charges"].astype({"charge_no": "int64"}), ["request_id", "charge_no"]),
        about,
    )


def _tables(location: str) -> tuple[Table, Table, Told]:
    files, names = fetch(location)
    if WORKBOOK in files:
        requests, charges, told = _sheets(files[WORKBOOK])
    else:
        requests, charges = (_file_table(name, files, names) for name in TABLES)
        told = told_by_yaml(files.get("about.yaml", b""))
        if "about.yaml" not in files and (other := _misnamed("about", names)):
            told.report("", f'a file "{other}"', "about.yaml", "rename it")
    if not len(requests.text) and not requests.problems:
        expected = "a row for each request"
        requests.problems.append(
            Problem(requests.label, (), "", "no rows", expected, "export the table again")
        )
    return requests, charges, told


def _file_table(name: str, files: dict[str, bytes], names: list[str]) -> Table:
    csv, parquet = f"{name}.csv", f"{name}.parquet"
    if csv in files and parquet in files:
        seen, mend = f"both {csv} and {parquet}", "remove the one that you do not need"
        return Table.unreadable(name, name, [Problem(name, (), "", seen, "one of them", mend)])
    if csv in files:
        return csv_table(name, csv, files[csv])
    if parquet in files:
        return parquet_table(name, parquet, files[parquet])
    other = _misnamed(name, names)
    seen = f'only a file "{other}"' if other else "no such file"
    return _absent(name, seen, f"{csv} or {parquet}")


def _sheets(data: bytes) -> tuple[Table, Table, Told]:
    sheets = open_workbook(data)
    requests, charges = (
        sheet_table(name, sheets[name])
        if name in sheets
        else _absent(name, f"the sheets {', '.join(sheets)}", f"a sheet {name}")
        for name in TABLES
    )
    if "about" not in sheets:
        return requests, charges, Told("sheet about")
    return requests, charges, told_by_pairs(*sheet_pairs(sheets["about"]))


def _absent(name: str, seen: str, expected: str) -> Table:
    mend = (
        "add the table"
        if name == "requests"
        else "add the table; if no charges are known, its header alone"
    )
    return Table.unreadable(name, name, [Problem(name, (), "", seen, expected, mend)])


def _misnamed(name: str, names: list[str]) -> str | None:
    """A file that was surely meant as this table: "Requests.csv", "about.yml"."""
    suffixes = (".csv", ".parquet", ".yaml", ".yml", ".txt", ".tsv", ".xls", ".xlsx")
    for file in names:
        path = PurePosixPath(file.lower())
        if path.stem == name and path.suffix in suffixes:
            return file
    return None


def _day(week: Week | None, told: Told, requests: Table) -> dt.date | None:
    """The day that dates are measured from; None if the extract has no date at all."""
    if week or told.said.as_of:
        return week.last_day if week else told.said.as_of
    told_times = [
        parse_times(requests.text[column]).max()
        for column in ("issued_at", "outcome_recorded_at")
        if column in requests.text
    ]
    latest = pd.Series(told_times, dtype="datetime64[s]").max()
    return None if pd.isna(latest) else latest.date()


def _sorted(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return frame.sort_values(key, ignore_index=True)
