"""From a location to a checked Extract, or all the reasons why not.

The steps are those of `read_extract`: fetch, read each table as text, judge the heads, look for
identifiers, type, judge the values, judge what lies between them. Each step reports its problems
and goes on, so that a person mends an extract once.

What cannot be reached, or is nothing an extract can be, is a mistake of the command line
(UsageError, location.py); what can be reached but not read is an invalid extract (ExtractInvalid).
"""

import datetime as dt
import re
from dataclasses import asdict
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, Problems, address_without_secrets, without_secrets
from ddor.extract import key_files, validation
from ddor.extract.csv_files import csv_table, decoded
from ddor.extract.limits import LIMITS, MOST_BYTES_OF_A_TEXT, Limits
from ddor.extract.location import WORKBOOK, fetch
from ddor.extract.model import DATETIMES, TABLES, About, Extract
from ddor.extract.table import RawTable, worded

# The dates that tell what had happened by then; the others may lie in the future or be old.
HAPPENED = {*DATETIMES} - {"release_due_at", "sentence_ends_on"}


@dataclass
class Said:
    """What the extract says of itself (about.yaml, or the sheet `about`): when it was taken, where
    from, whether it is real; None where it says nothing."""

    as_of: key_files.Day | None = None
    source: Annotated[str, Field(max_length=key_files.MOST_OF_A_LINE)] | None = None
    # True is YAML's own spelling.
    synthetic: Annotated[str, AfterValidator(str.lower), key_files.one_of(("true", "false"))] = (
        "false"
    )
    covers_from: key_files.Day | None = None
    covers_to: key_files.Day | None = None
    pending_on: key_files.Day | None = None
    newly_declined: str = ""


def read_extract(
    location: str,
    week: Week | None = None,
    ignored_columns: tuple[str, ...] = (),
    cohort: str = "recorded",
    limits: Limits = LIMITS,
) -> Extract:
    """The extract at a local path or fsspec URL, typed and sorted as `model.py` says.

    `week` bounds the dates (two years after it; without one, after as_of or else the latest
    issued_at or outcome_recorded_at). `cohort` is recorded or issued: under issued,
    outcome_recorded_at may be empty and as_of is required. Raises UsageError if there is no
    extract at the location, ExtractInvalid with all problems if it breaks docs/extract.md.
    """
    requests, charges, given, about_problems = _tables(*fetch(location, limits), limits)
    said = key_files.typed(Said, given, about_problems) or Said()
    day = week.last_day if week else said.as_of
    if day is None:
        text = requests.text.reindex(columns=["issued_at", "outcome_recorded_at"]).astype("str")
        latest = text.apply(validation.parse_times).max().max()
        day = None if pd.isna(latest) else min(latest.date(), dt.date.today())
    frames = {}
    for table in (requests, charges):
        validation.check_heads(table, ignored_columns)
        validation.check_identifiers(table, day or dt.date.today())
        frames[table.name] = validation.typed(table, day)
        validation.check_keys(table, frames[table.name], requests)
    validation.check_outcome_dates(requests, frames["requests"], cohort)
    if said.as_of is None and cohort == "issued" and not about_problems:
        about_problems.report("as_of", *worded("no_as_of", file=about_problems.label))
    happened = [frame[name].max() for frame in frames.values() for name in HAPPENED & {*frame}]
    last = pd.Series(happened, dtype="datetime64[s]").max()
    latest = None if pd.isna(last) else last.date()
    as_of = said.as_of or latest
    if week and said.as_of and max(said.as_of, latest or said.as_of) < week.first_day:
        words = worded("another_week", as_of=said.as_of, week=week.first_day)
        about_problems.report("as_of", *words)
    # A week that was not over when the data was taken is part of a week.
    within = week and said.as_of and week.first_day <= said.as_of < week.last_day
    cut_off = said.as_of if within and (latest is None or latest <= said.as_of) else None
    problems = [*requests.problems, *charges.problems, *about_problems]
    if problems or as_of is None:
        raise ExtractInvalid(problems, address_without_secrets(location))
    about = asdict(said) | {
        "as_of": as_of,
        "source": without_secrets(said.source or "not stated"),
        "synthetic": said.synthetic == "true",
        "covers_to": said.covers_to or cut_off,
        "newly_declined": " ".join(said.newly_declined.split()),
    }
    charged = frames["charges"].astype({"charge_no": "int64"})
    return Extract(
        frames["requests"].sort_values("request_id", ignore_index=True),
        charged.sort_values(["request_id", "charge_no"], ignore_index=True),
        About(**about),
    )


# The tables


def _tables(
    files: dict[str, bytes], names: list[str], limits: Limits
) -> tuple[RawTable, RawTable, dict[str, str], Problems]:
    """The two tables, what is said of the extract key by key, and what is wrong with that."""
    if WORKBOOK in files:
        # openpyxl takes longer to import than a week of CSV to read.
        from ddor.extract.workbooks import read_workbook, sheet_pairs, sheet_table

        sheets = read_workbook(files[WORKBOOK], limits)
        listed = f"the sheets {', '.join(sheets)}"
        requests, charges = (
            sheet_table(name, sheets[name], limits)
            if name in sheets
            else _missing(name, listed, f"a sheet {name}")
            for name in TABLES
        )
        problems = Problems("sheet about", "docs/extract.md")
        pairs = sheet_pairs(sheets["about"], problems) if "about" in sheets else []
        key_files.report_twice([key for key, _ in pairs], problems)
        given = dict(pairs)
    else:
        requests, charges = (_file_table(name, files, names, limits) for name in TABLES)
        problems = Problems("about.yaml", "docs/extract.md")
        # Of a larger one read_keys says that it is too long.
        data = files.get("about.yaml", b"")[:MOST_BYTES_OF_A_TEXT]
        given = key_files.read_keys(decoded(data, problems), problems)
        if "about.yaml" not in files and (other := _misnamed("about", names)):
            problems.report("", f'a file "{other}"', "about.yaml", "rename it")
    if not len(requests.text) and not requests.problems:
        requests.problems.report("", "no rows", "a row for each request", "export the table again")
    return requests, charges, given, problems


def _file_table(name: str, files: dict[str, bytes], names: list[str], limits: Limits) -> RawTable:
    csv, parquet = f"{name}.csv", f"{name}.parquet"
    if csv in files and parquet in files:
        mend = "remove the one that you do not need"
        return _missing(name, f"both {csv} and {parquet}", "one of them", mend)
    if csv in files:
        read, problems = csv_table(csv, files.pop(csv), limits.rows(name), limits)
        table = RawTable(name, problems, limits=limits)
        if read.heads:
            table.fill(*read)
        return table
    if parquet in files:
        from ddor.extract.parquet_files import parquet_table

        return parquet_table(name, parquet, files.pop(parquet), limits)
    other = _misnamed(name, names)
    seen = f'only a file "{other}"' if other else "no such file"
    return _missing(name, seen, f"{csv} or {parquet}")


def _missing(name: str, seen: str, expected: str, mend: str = "") -> RawTable:
    table = RawTable(name, Problems(name))
    empty = "; if no charges are known, its header alone" if name == "charges" else ""
    table.problems.report("", seen, expected, mend or f"add the table{empty}")
    return table


def _misnamed(name: str, names: list[str]) -> str | None:
    """A file that was surely meant as this table: "Requests.csv", "about.yml"."""
    alike = rf"{name}\.(csv|parquet|yaml|yml|txt|tsv|xls|xlsx)"
    return next((file for file in names if re.fullmatch(alike, file, re.IGNORECASE)), None)
