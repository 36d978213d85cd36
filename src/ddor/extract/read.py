"""From a location to a checked Extract, or all the reasons why not.

The steps are those of `read_extract`: fetch, read each table as text, judge the heads, look for
identifiers, type, judge the values, judge what lies between them. Each step reports its problems
and goes on, so that a person mends an extract once.

An extract is a folder, a .zip of one, or a workbook; local, or at any fsspec URL. What cannot be
reached, or is nothing an extract can be, is a mistake of the command line (UsageError); what can
be reached but not read is an invalid extract (ExtractInvalid).
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

import fsspec
import pandas as pd
from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, Problem, Problems, UsageError
from ddor.extract import key_files, validation
from ddor.extract.csv_files import csv_records, decoded
from ddor.extract.model import DATETIMES, TABLES, About, Extract
from ddor.extract.table import RawTable, worded
from ddor.extract.typed_files import open_workbook, parquet_table, sheet_pairs, sheet_table

FILES = ("requests.csv", "requests.parquet", "charges.csv", "charges.parquet", "about.yaml")
WORKBOOK = "workbook.xlsx"
FORMS = "a folder, a .zip of one, or an .xlsx workbook"
# What a zip may unpack to. A year of requests in CSV is some 100 MB.
MOST_BYTES = 1 << 30
# The dates that tell what had happened by then; the others may lie in the future or be old.
HAPPENED = {*DATETIMES} - {"release_due_at", "sentence_ends_on"}


@dataclass
class Said:
    """What the extract says of itself (about.yaml, or the sheet `about`): when it was taken, where
    from, whether it is real; None where it says nothing."""

    as_of: key_files.Day | None = None
    source: str | None = None
    # True is YAML's own spelling.
    synthetic: Annotated[str, AfterValidator(str.lower), key_files.one_of(("true", "false"))] = (
        "false"
    )


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
    extract at the location, ExtractInvalid with all problems if it breaks docs/extract.md.
    """
    requests, charges, given, about_problems = _tables(*fetch(location))
    said = key_files.typed(Said, given, about_problems) or Said()
    day = week.last_day if week else said.as_of
    if day is None:
        text = requests.text.reindex(columns=["issued_at", "outcome_recorded_at"]).astype("str")
        latest = text.apply(validation.parse_times).max().max()
        day = None if pd.isna(latest) else latest.date()
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
    as_of = said.as_of or (None if pd.isna(last) else last.date())
    problems = [*requests.problems, *charges.problems, *about_problems]
    if problems or as_of is None:
        raise ExtractInvalid(problems, without_secrets(location))
    charged = frames["charges"].astype({"charge_no": "int64"})
    return Extract(
        frames["requests"].sort_values("request_id", ignore_index=True),
        charged.sort_values(["request_id", "charge_no"], ignore_index=True),
        About(as_of, said.source or "not stated", said.synthetic == "true"),
    )


# The tables


def _tables(
    files: dict[str, bytes], names: list[str]
) -> tuple[RawTable, RawTable, dict[str, str], Problems]:
    """The two tables, what is said of the extract key by key, and what is wrong with that."""
    if WORKBOOK in files:
        sheets = open_workbook(files[WORKBOOK])
        listed = f"the sheets {', '.join(sheets)}"
        requests, charges = (
            sheet_table(name, sheets[name])
            if name in sheets
            else _missing(name, listed, f"a sheet {name}")
            for name in TABLES
        )
        problems = Problems("sheet about", "docs/extract.md")
        pairs = sheet_pairs(sheets["about"], problems) if "about" in sheets else []
        key_files.report_twice([key for key, _ in pairs], problems)
        given = dict(pairs)
    else:
        requests, charges = (_file_table(name, files, names) for name in TABLES)
        problems = Problems("about.yaml", "docs/extract.md")
        text = decoded(files.get("about.yaml", b""), problems, "save it as UTF-8")
        given = key_files.read_keys(text, problems)
        if "about.yaml" not in files and (other := _misnamed("about", names)):
            problems.report("", f'a file "{other}"', "about.yaml", "rename it")
    if not len(requests.text) and not requests.problems:
        requests.problems.report("", "no rows", "a row for each request", "export the table again")
    return requests, charges, given, problems


def _file_table(name: str, files: dict[str, bytes], names: list[str]) -> RawTable:
    csv, parquet = f"{name}.csv", f"{name}.parquet"
    if csv in files and parquet in files:
        mend = "remove the one that you do not need"
        return _missing(name, f"both {csv} and {parquet}", "one of them", mend)
    if csv in files:
        records, uneven, problems = csv_records(csv, files[csv])
        table = RawTable(name, problems)
        if records:
            heads, *below = records
            table.fill(heads, [*zip(*below, strict=True)] or [()] * len(heads), uneven)
        return table
    if parquet in files:
        return parquet_table(name, parquet, files[parquet])
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


# The location


def fetch(location: str) -> tuple[dict[str, bytes], list[str]]:
    """The content of each of FILES that is there, or of WORKBOOK alone; and the names of the other
    files beside them, as far as they can be listed. Raises UsageError, ExtractInvalid."""
    if not location.strip():
        raise UsageError(f"no extract is named: expected {FORMS}")
    name = without_secrets(location)
    try:
        fs, path = fsspec.core.url_to_fs(location)
        lone, base = None, path.rstrip("/")
        if "http" in fs.protocol:
            # A server knows no folders: what has no suffix is one, unless a zip comes from there.
            is_file = PurePosixPath(urlsplit(path).path).suffix.lower() in (".zip", ".xlsx")
            content = fs.cat_file(path) if is_file or fs.exists(path) else b""
            lone = content if is_file or content.startswith(b"PK") else None
        elif not fs.isdir(path):
            lone = fs.cat_file(path)
        if lone is None:
            names = _names(fs, base)
            found = [file for file in FILES if file in names]
            return {file: fs.cat_file(f"{base}/{file}") for file in found}, sorted(names)
    except ImportError as error:
        raise UsageError(
            f"{name}: reading it needs a package that is not installed ({error.name or error}); "
            "install the group `cloud`: pip install 'ddor[cloud]'"
        ) from None
    except Exception as error:
        # Each back end has errors of its own (botocore's, aiohttp's), of packages that may be
        # missing here; whatever it is, the location could not be read.
        missing = isinstance(error, FileNotFoundError)
        reason = "nothing is there" if missing else repr(error).replace(location, name)[:200]
        raise UsageError(f"{name} cannot be reached ({reason})") from None
    return _unpacked(name, lone)


def without_secrets(location: str) -> str:
    """The location as a message may print it: without user, password and signed query."""
    parts = urlsplit(location)
    if not parts.scheme or "://" not in location:
        return location
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _names(fs, base: str) -> set[str]:
    try:
        return {PurePosixPath(file.rstrip("/")).name for file in fs.ls(base, detail=False)}
    except (FileNotFoundError, NotImplementedError):
        return {file for file in FILES if fs.exists(f"{base}/{file}")}


def _unpacked(name: str, content: bytes) -> tuple[dict[str, bytes], list[str]]:
    suffix = PurePosixPath(name).suffix.lower()
    if not content.startswith(b"PK") and suffix not in (".zip", ".xlsx"):
        raise UsageError(f"{name} is not an extract: expected {FORMS}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise _invalid("more than 1 GiB", "a smaller extract", "send it as a folder")
            if "[Content_Types].xml" in archive.namelist():
                return {WORKBOOK: content}, []
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _invalid(*worded("damaged_zip", error=error)) from None
    except RuntimeError:
        raise _invalid("an encrypted file", "a zip without password", "zip it again") from None


def _members(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], list[str]]:
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    paths = {PurePosixPath(name): name for name in names if not name.endswith("/")}
    folders = {path.parent for path in paths if path.name in FILES}
    if len(folders) > 1:
        listed = ", ".join(sorted(f'"{folder}"' for folder in folders))
        raise _invalid(f"tables in {listed}", "one extract", "zip one folder only")
    files = {path.name: archive.read(paths[path]) for path in paths if path.name in FILES}
    return files, sorted({path.name for path in paths})


def _invalid(seen: str, expected: str, mend: str) -> ExtractInvalid:
    return ExtractInvalid([Problem("zip", (), "", seen, expected, mend)])
