"""The three tables that analysts maintain under `params/`: agencies, policies, coverage.

Read as text, so that 01001 stays 01001, and checked as a whole: every problem in one error. An
agency is found by its agency_id, never by its name: 444 county names occur in more than one state.

Left out on purpose: nothing here is corrected or completed. A row that does not fit is the
analyst's to mend, for a wrong place in the directory would make E1 hold the wrong requests.
"""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ddor.errors import Problem, UsageError
from ddor.extract.csv_files import csv_records
from ddor.extract.model import LEVELS
from ddor.reference.areas import area_named
from ddor.reference.places import STATES, state_of_fips

AGENCY_ID = re.compile(r"[A-Z0-9]{4,12}")
POLICY_KINDS = ("law", "court", "ordinance", "agency")


@dataclass(frozen=True)
class Directory:
    """Frames of text, a missing field empty (""), in the columns that COLUMNS lists.

    agencies: one row per agency_id, with weekly_requests as text of a number or empty.
    policies: newest first (enacted descending, then jurisdiction). coverage: by jurisdiction.
    """

    agencies: pd.DataFrame
    policies: pd.DataFrame
    coverage: pd.DataFrame


class TablesInvalid(UsageError):
    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(["the tables in params/ need correction:", *map(str, problems)]))


def read_directory(agencies: Path, policies: Path, coverage: Path) -> Directory:
    """Raises TablesInvalid (exit code 2) with every problem in any of the three."""
    problems: list[Problem] = []
    frames = {
        name: _read(path, name, problems)
        for name, path in (("agencies", agencies), ("policies", policies), ("coverage", coverage))
    }
    if problems:
        raise TablesInvalid(problems)
    return Directory(
        agencies=frames["agencies"].sort_values("agency_id", ignore_index=True),
        policies=frames["policies"].sort_values(
            ["enacted", "jurisdiction"], ascending=[False, True], ignore_index=True
        ),
        coverage=frames["coverage"].sort_values(["jurisdiction", "place_code"], ignore_index=True),
    )


def read_agencies(path: Path) -> pd.DataFrame:
    """The table of agencies alone, for an import. Raises TablesInvalid."""
    problems: list[Problem] = []
    agencies = _read(path, "agencies", problems)
    if problems:
        raise TablesInvalid(problems)
    return agencies


def _read(path: Path, table: str, problems: list[Problem]) -> pd.DataFrame:
    columns, label = COLUMNS[table], path.name
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    try:
        data = path.read_bytes()
    except OSError as error:
        seen = (error.strerror or "no such file").lower()
        problems.append(
            Problem(
                label,
                (),
                "",
                seen,
                f"the {table} table",
                f"give its path as `{table}:` in the parameters",
            )
        )
        return empty
    records, uneven, told = csv_records(label, data)
    problems.extend(told)
    if not records:
        return empty
    if sorted(records[0]) != sorted(columns):
        problems.append(
            Problem(
                label,
                (1,),
                "",
                ", ".join(records[0]),
                ", ".join(columns),
                "give it exactly these columns",
            )
        )
        return empty
    frame = pd.DataFrame(records[1:], columns=records[0], dtype="str").drop(index=uneven)
    for column, (fits, expected) in columns.items():
        for row, value in frame[column].items():
            if not fits(value):
                problems.append(_problem(label, row, column, value, expected, _mend(value)))
    if table == "agencies":
        ids = frame["agency_id"]
        for row in ids.index[ids.duplicated()]:
            problems.append(
                _problem(
                    label,
                    row,
                    "agency_id",
                    ids[row],
                    "one row for each agency",
                    "keep one of the two rows",
                )
            )
    return frame[list(columns)].reset_index(drop=True)


def _problem(label, row, column, value, expected, mend) -> Problem:
    return Problem(label, (row + 2,), column, f'"{value}"', expected, mend)


def _mend(value: str) -> str:
    if value != value.strip():
        return "remove the space around it"
    if re.fullmatch(r"[A-Z][a-z]{2}-\d\d|\d{4}", value):
        return "Excel changed the value: format the column as Text and enter it again"
    return "correct this field"


def _empty_or(fits):
    return lambda value: value == "" or fits(value)


def _is_number(value: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", value) is not None


def _is_fips(value: str) -> bool:
    return re.fullmatch(r"\d{5}", value) is not None and state_of_fips(value) is not None


def _is_agency_id(value: str) -> bool:
    return AGENCY_ID.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def _is_month(value: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d", value) is not None and _is_date(f"{value}-01")


def _is_place_code(value: str) -> bool:
    state = re.fullmatch(r"\d\d", value) is not None and state_of_fips(value + "000") is not None
    return state or _is_fips(value) or (not value.isdigit() and _is_agency_id(value))


def _is_area(value: str) -> bool:
    return area_named(value) == value


_NAMED = (lambda value: value.strip() == value != "", "text")
_STATE = (lambda value: value in STATES, "a USPS code, such as MN")
_PLACE = (_is_place_code, "a state's two or a county's five FIPS digits, or an agency_id")

COLUMNS = {
    "agencies": {
        "agency_id": (_is_agency_id, "4 to 12 capital letters and digits"),
        "name": _NAMED,
        "level": (lambda value: value in LEVELS, "one of " + ", ".join(LEVELS)),
        "state": _STATE,
        "county_fips": (_empty_or(_is_fips), "five FIPS digits or nothing"),
        "area": (_empty_or(_is_area), "an ERO area as in docs/extract.md, or nothing"),
        "weekly_requests": (_empty_or(_is_number), "a number or nothing"),
        "same_as": (_empty_or(_is_agency_id), "an agency_id or nothing"),
    },
    "policies": {
        "jurisdiction": _NAMED,
        "place_code": _PLACE,
        "area": (_empty_or(_is_area), "an ERO area as in docs/extract.md, or nothing"),
        "kind": (lambda value: value in POLICY_KINDS, "one of " + ", ".join(POLICY_KINDS)),
        "enacted": (_is_month, "a month, YYYY-MM"),
        "policy": _NAMED,
        "criteria": (lambda value: True, "text or nothing"),
        "verified_on": (_is_date, "a date, YYYY-MM-DD"),
        "source": _NAMED,
    },
    "coverage": {
        "jurisdiction": _NAMED,
        "place_code": _PLACE,
        "state": _STATE,
        "limit": _NAMED,
        "since": (_empty_or(lambda v: _is_month(v) or _is_date(v)), "YYYY-MM or nothing"),
        "source": _NAMED,
    },
}
