"""The door: from a location to a checked Extract, or all the reasons why not.

The steps are those of `read_extract`: fetch, read each table as text, judge the heads, look for
identifiers, type, judge the values, judge what lies between them. Each step tells its problems
and goes on, so that a person mends an extract once.
"""

import datetime as dt
import re

import pandas as pd

from ddor.calendar import Week
from ddor.errors import ExtractInvalid
from ddor.extract.about import Told, settle, told_by_pairs, told_by_yaml
from ddor.extract.csv_files import csv_table
from ddor.extract.location import WORKBOOK, fetch, without_secrets
from ddor.extract.model import TABLES, Extract
from ddor.extract.table import Table
from ddor.extract.typed_files import open_workbook, parquet_table, sheet_pairs, sheet_table
from ddor.extract.validation import check_links, check_outcome_dates, parse_times, validated


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
    day = _day(week, told, requests)
    frames = {table.name: validated(table, ignored_columns, day) for table in (requests, charges)}
    check_links(charges, requests)
    check_outcome_dates(requests, frames["requests"], cohort)
    about = settle(told, frames, cohort)
    problems = requests.problems + charges.problems + told.problems
    if problems or about is None:
        raise ExtractInvalid(problems, without_secrets(location))
    charged = frames["charges"].astype({"charge_no": "int64"})
    return Extract(
        frames["requests"].sort_values("request_id", ignore_index=True),
        charged.sort_values(["request_id", "charge_no"], ignore_index=True),
        about,
    )


def _tables(location: str) -> tuple[Table, Table, Told]:
    files, names = fetch(location)
    if WORKBOOK in files:
        sheets = open_workbook(files[WORKBOOK])
        listed = f"the sheets {', '.join(sheets)}"
        requests, charges = (
            sheet_table(name, sheets[name])
            if name in sheets
            else _missing(name, listed, f"a sheet {name}")
            for name in TABLES
        )
        about = sheets.get("about")
        told = told_by_pairs(*sheet_pairs(about)) if about else Told("sheet about")
    else:
        requests, charges = (_file_table(name, files, names) for name in TABLES)
        told = told_by_yaml(files.get("about.yaml", b""))
        if "about.yaml" not in files and (other := _misnamed("about", names)):
            told.report("", f'a file "{other}"', "about.yaml", "rename it")
    if not len(requests.text) and not requests.problems:
        mend = "export the table again"
        requests.problems.report("", "no rows", "a row for each request", mend)
    return requests, charges, told


def _file_table(name: str, files: dict[str, bytes], names: list[str]) -> Table:
    csv, parquet = f"{name}.csv", f"{name}.parquet"
    if csv in files and parquet in files:
        mend = "remove the one that you do not need"
        return _missing(name, f"both {csv} and {parquet}", "one of them", mend)
    if csv in files:
        return csv_table(name, csv, files[csv])
    if parquet in files:
        return parquet_table(name, parquet, files[parquet])
    other = _misnamed(name, names)
    seen = f'only a file "{other}"' if other else "no such file"
    return _missing(name, seen, f"{csv} or {parquet}")


def _missing(name: str, seen: str, expected: str, mend: str = "") -> Table:
    table = Table(name, name)
    empty = "; if no charges are known, its header alone" if name == "charges" else ""
    table.problems.report("", seen, expected, mend or f"add the table{empty}")
    return table


def _misnamed(name: str, names: list[str]) -> str | None:
    """A file that was surely meant as this table: "Requests.csv", "about.yml"."""
    alike = rf"{name}\.(csv|parquet|yaml|yml|txt|tsv|xls|xlsx)"
    return next((file for file in names if re.fullmatch(alike, file, re.IGNORECASE)), None)


def _day(week: Week | None, told: Told, requests: Table) -> dt.date | None:
    """The day that dates are measured from; None if the extract has no date at all."""
    if week or told.said.as_of:
        return week.last_day if week else told.said.as_of
    text = requests.text.reindex(columns=["issued_at", "outcome_recorded_at"]).astype("str")
    latest = text.apply(parse_times).max().max()
    return None if pd.isna(latest) else latest.date()
