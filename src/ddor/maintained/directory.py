"""The three tables that analysts maintain under `params/`: agencies, policies, coverage.

Read as text, so that 01001 stays 01001, and checked as a whole: every problem in one error. An
agency is found by its agency_id, never by its name: 444 county names occur in more than one state.

Left out on purpose: nothing here is corrected or completed. A row that does not fit is the
analyst's to mend, for a wrong place in the directory would make E1 hold the wrong requests.
"""

import csv
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import pandas as pd

from ddor.errors import ExtractInvalid, NeedsCorrection, Problem, Problems
from ddor.extract.csv_files import csv_table, plain_cell
from ddor.extract.key_files import advice, must, quoted
from ddor.extract.limits import LIMITS, read_file
from ddor.extract.model import LEVELS
from ddor.extract.table import ABOVE, UNSEEN, shown, worded
from ddor.reference.codes import rows
from ddor.reference.places import AREAS, STATES, state_of_fips

AGENCY_ID = re.compile(r"[A-Z0-9]{4,12}")
WRONG = "the tables in params/ need correction"
_MONTH = re.compile("(?!0000)[0-9]{4}-(0[1-9]|1[0-2])").fullmatch
# What a person writes in Excel for it.
_ACCEPTED = ("yes", "y", "x", "true", "1")
POLICY_KINDS = ("law", "court", "ordinance", "agency")


def _is_date(value: str) -> bool:
    try:
        return str(dt.date.fromisoformat(value)) == value
    except ValueError:
        return False


def _is_place_code(value: str) -> bool:
    is_agency = AGENCY_ID.fullmatch(value) is not None and not value.isdigit()
    return is_agency or bool(state_of_fips(value) or state_of_fips(value + "000"))


CODE = "4 to 12 capital letters and digits"
AgencyId = Annotated[str, must(AGENCY_ID.fullmatch, CODE, "look it up in agencies.csv")]
Month = Annotated[str, must(_MONTH, "a month, YYYY-MM")]
# What columns.csv asks of a column -> whether a value fits, and what is expected.
_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "code": (AGENCY_ID.fullmatch, CODE),
    "text": (re.compile(r"\S(.*\S)?", re.DOTALL).fullmatch, "text"),
    "anything": (re.compile(".*", re.DOTALL).fullmatch, "text or nothing"),
    "level": (LEVELS.__contains__, f"one of {', '.join(LEVELS)}"),
    "state": (STATES.__contains__, "a USPS code, such as MN"),
    "county": (state_of_fips, "five FIPS digits"),
    "place": (_is_place_code, "a state's two or a county's five FIPS digits, or an agency_id"),
    "area": (AREAS.__contains__, "an ERO area as in docs/extract.md,"),
    "number": (re.compile(r"\d+(\.\d+)?").fullmatch, "a number"),
    "kind": (POLICY_KINDS.__contains__, f"one of {', '.join(POLICY_KINDS)}"),
    "month": (_MONTH, "a month, YYYY-MM"),
    "date": (_is_date, "a date, YYYY-MM-DD"),
    "month or date": (lambda value: _MONTH(value) or _is_date(value), "YYYY-MM"),
}
# Table -> its columns, each with what is asked of it.
COLUMNS: dict[str, dict[str, str]] = {}
for _line in rows("columns", Path(__file__).parent):
    COLUMNS.setdefault(_line["table"], {})[_line["column"]] = _line["rule"]


@dataclass(frozen=True)
class Directory:
    """Frames of text, a missing field empty (""), in the columns that COLUMNS lists.

    agencies: one row per agency_id, with weekly_requests as text of a number or empty.
    policies: newest first (enacted descending, then jurisdiction). coverage: by jurisdiction.
    """

    agencies: pd.DataFrame
    policies: pd.DataFrame
    coverage: pd.DataFrame


def read_directory(agencies: Path, policies: Path, coverage: Path) -> Directory:
    """Raises NeedsCorrection (exit code 2) with every problem in any of the three."""
    frames = _read({"agencies": agencies, "policies": policies, "coverage": coverage})
    newest = ["enacted", "jurisdiction"]
    return Directory(
        frames["agencies"].sort_values("agency_id", ignore_index=True),
        frames["policies"].sort_values(newest, ascending=[False, True], ignore_index=True),
        frames["coverage"].sort_values(["jurisdiction", "place_code"], ignore_index=True),
    )


def read_agencies(file: Path) -> pd.DataFrame:
    """The table of agencies alone, for an import. Raises NeedsCorrection."""
    return _read({"agencies": file})["agencies"]


def _read(files: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """Table of COLUMNS -> its rows."""
    frames: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for table, file in files.items():
        found, columns = Problems(file.name), list(COLUMNS[table])
        frame = read_table(file, found, "no_table", table=table)
        if sorted(frame) == sorted(columns):
            frames[table] = _judged(frame, table, found)[columns].reset_index(drop=True)
        elif len(frame.columns):
            mend = "give it exactly these columns"
            found.report("", ", ".join(frame), ", ".join(columns), mend, (1,))
        problems += found
    NeedsCorrection.raise_if(WRONG, problems)
    return frames


def read_table(file: Path, found: Problems, words: str, **more: str) -> pd.DataFrame:
    """A CSV file as text, but for rows that are not as long as its header; index: the position
    below that. What is wrong is reported; a file that cannot be read has no columns, and is
    reported in these `words` of problems.csv."""
    try:
        data = read_file(file, LIMITS.bytes)
        (heads, cells, uneven), problems = csv_table(file.name, data, LIMITS.charges, LIMITS)
    except OSError as error:
        found.report("", *worded(words, seen=(error.strerror or "no such file").lower(), **more))
        return pd.DataFrame()
    except ExtractInvalid as error:  # too large
        found += [replace(problem, mend="shorten it") for problem in error.problems]
        return pd.DataFrame()
    found += problems
    for head in sorted({head for head in heads if heads.count(head) > 1}):
        found.report("", *worded("column_twice", head=shown([head])), [1])
    return pd.DataFrame(dict(zip(heads, cells, strict=True)), dtype="str").drop(index=uneven)


def _judged(frame: pd.DataFrame, table: str, found: Problems) -> pd.DataFrame:
    """The rows, with every problem reported."""
    unseen = frame.apply(lambda cells: cells.str.contains(UNSEEN)).any(axis=1)
    if unseen.any():
        found.report("", *worded("unseen_sign"), frame.index[unseen] + ABOVE)
    for column, rule in COLUMNS[table].items():
        fits, expected = _RULES[rule.removesuffix(" or nothing")]
        if may_be_empty := rule.endswith(" or nothing"):
            expected += " or nothing"
        for row, value in frame[column].items():
            if not (may_be_empty and value == "") and not fits(value):
                found.report(column, quoted(value), expected, advice(value), (row + ABOVE,))
    if table == "agencies":
        for row, twice in frame["agency_id"].loc[frame["agency_id"].duplicated()].items():
            found.report("agency_id", *worded("agency_twice", agency=twice), (row + ABOVE,))
    return frame


def add_agencies(file: Path, proposals: Path) -> list[str]:
    """Adds to the table of agencies the proposed rows that a person accepted: `accept` says yes.
    -> their agency_ids. All or none: raises NeedsCorrection with every problem of these rows."""
    known = read_agencies(file)
    columns, found = list(COLUMNS["agencies"]), Problems(proposals.name)
    frame = read_table(proposals, found, "no_facilities_file")
    missing = [name for name in ("accept", *columns) if name not in frame]
    if missing and len(frame.columns):
        found.report("", *worded("no_proposals", missing=", ".join(missing)))
    NeedsCorrection.raise_if("nothing was added", found)
    accepted = frame[frame["accept"].str.strip().str.casefold().isin(_ACCEPTED)]
    new = _judged(accepted[columns].map(plain_cell), "agencies", found)
    for row, code in new["agency_id"].items():
        if code in set(known["agency_id"]):
            found.report("agency_id", *worded("agency_known", agency=code), (row + ABOVE,))
    NeedsCorrection.raise_if("nothing was added", found)
    before = file.read_text(encoding="utf-8")
    heads = next(csv.reader(before.removeprefix("\ufeff").splitlines()))
    lines = new[heads].to_csv(index=False, header=False, lineterminator="\n")
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(before + "\n" * (not before.endswith("\n")) + lines, encoding="utf-8")
    beside.replace(file)
    return [*new["agency_id"]]
