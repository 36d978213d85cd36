"""The three tables that analysts maintain under `params/`: agencies, policies, coverage.

Read as text, so that 01001 stays 01001, and checked as a whole: every problem in one error. An
agency is found by its agency_id, never by its name: 444 county names occur in more than one state.

Left out on purpose: nothing here is corrected or completed. A row that does not fit is the
analyst's to mend, for a wrong place in the directory would make E1 hold the wrong requests.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from ddor.errors import NeedsCorrection, Problem
from ddor.extract.csv_table import csv_records
from ddor.extract.model import LEVELS
from ddor.extract.records import FileProblems, findings, must, one_of
from ddor.reference.areas import area_named
from ddor.reference.places import STATES, state_of_fips

AGENCY_ID = re.compile(r"[A-Z0-9]{4,12}")
WRONG = "the tables in params/ need correction"
POLICY_KINDS = ("law", "court", "ordinance", "agency")


def _is_fips(value: str) -> bool:
    return state_of_fips(value) is not None


def _is_date(value: str) -> bool:
    try:
        return str(dt.date.fromisoformat(value)) == value
    except ValueError:
        return False


def _is_month(value: str) -> bool:
    return _is_date(f"{value}-01")


def _is_place_code(value: str) -> bool:
    is_agency = AGENCY_ID.fullmatch(value) is not None and not value.isdigit()
    return is_agency or _is_fips(value) or _is_fips(value + "000")


def _is_area(value: str) -> bool:
    return area_named(value) == value


def _or_nothing(fits: Callable[[str], object], expected: str) -> AfterValidator:
    return must(lambda value: value == "" or fits(value), f"{expected} or nothing")


_CODE = "4 to 12 capital letters and digits"
AgencyId = Annotated[str, must(AGENCY_ID.fullmatch, _CODE, "look it up in agencies.csv")]
Month = Annotated[str, must(_is_month, "a month, YYYY-MM")]
_Named = Annotated[str, must(lambda value: value.strip() == value != "", "text")]
_State = Annotated[str, must(STATES.__contains__, "a USPS code, such as MN")]
_Area = Annotated[str, _or_nothing(_is_area, "an ERO area as in docs/extract.md,")]
_PLACES = "a state's two or a county's five FIPS digits, or an agency_id"
_Place = Annotated[str, must(_is_place_code, _PLACES)]


@dataclass
class Agency:
    """A row of agencies.csv."""

    agency_id: Annotated[str, must(AGENCY_ID.fullmatch, _CODE)]
    name: _Named
    level: Annotated[str, one_of(LEVELS)]
    state: _State
    county_fips: Annotated[str, _or_nothing(_is_fips, "five FIPS digits")]
    area: _Area
    weekly_requests: Annotated[str, _or_nothing(re.compile(r"\d+(\.\d+)?").fullmatch, "a number")]
    same_as: Annotated[str, _or_nothing(AGENCY_ID.fullmatch, "an agency_id")]


@dataclass
class Policy:
    """A row of policies.csv."""

    jurisdiction: _Named
    place_code: _Place
    area: _Area
    kind: Annotated[str, one_of(POLICY_KINDS)]
    enacted: Month
    policy: _Named
    criteria: str
    verified_on: Annotated[str, must(_is_date, "a date, YYYY-MM-DD")]
    source: _Named


@dataclass
class Coverage:
    """A row of coverage.csv."""

    jurisdiction: _Named
    place_code: _Place
    state: _State
    limit: _Named
    since: Annotated[str, _or_nothing(lambda day: _is_month(day) or _is_date(day), "YYYY-MM")]
    source: _Named


_ROWS = {"agencies": Agency, "policies": Policy, "coverage": Coverage}
COLUMNS = {
    name: tuple(column.name for column in dataclasses.fields(row)) for name, row in _ROWS.items()
}


@dataclasses.dataclass(frozen=True)
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
    files = {"agencies": agencies, "policies": policies, "coverage": coverage}
    problems: list[Problem] = []
    frames = {table: _read(file, table, problems) for table, file in files.items()}
    NeedsCorrection.raise_if(WRONG, problems)
    newest = frames["policies"].sort_values(
        ["enacted", "jurisdiction"], ascending=[False, True], ignore_index=True
    )
    return Directory(
        frames["agencies"].sort_values("agency_id", ignore_index=True),
        newest,
        frames["coverage"].sort_values(["jurisdiction", "place_code"], ignore_index=True),
    )


def read_agencies(file: Path) -> pd.DataFrame:
    """The table of agencies alone, for an import. Raises NeedsCorrection."""
    problems: list[Problem] = []
    agencies = _read(file, "agencies", problems)
    NeedsCorrection.raise_if(WRONG, problems)
    return agencies


def _read(path: Path, table: str, problems: list[Problem]) -> pd.DataFrame:
    file, columns = FileProblems(path.name, problems=problems), list(COLUMNS[table])
    try:
        records, uneven, unreadable = csv_records(path.name, path.read_bytes())
    except OSError as error:
        seen, mend = (error.strerror or "no such file").lower(), f"give its path as `{table}:`"
        file.report("", seen, f"the {table} table", f"{mend} in the parameters")
        return pd.DataFrame(columns=columns, dtype="str")
    problems += unreadable
    if records and sorted(records[0]) != sorted(columns):
        seen, expected = ", ".join(records[0]), ", ".join(columns)
        file.report("", seen, expected, "give it exactly these columns", (1,))
    if not records or sorted(records[0]) != sorted(columns):
        return pd.DataFrame(columns=columns, dtype="str")
    frame = pd.DataFrame(records[1:], columns=records[0], dtype="str").drop(index=uneven)
    fits: TypeAdapter = TypeAdapter(_ROWS[table])
    for row, values in frame.to_dict("index").items():
        try:
            fits.validate_python(values)
        except ValidationError as error:
            for column, finding in findings(error):
                file.report(column, *finding[:3], (row + 2,))
    if table == "agencies":
        for row, twice in frame["agency_id"].loc[frame["agency_id"].duplicated()].items():
            mend = "keep one of the two rows"
            file.report("agency_id", f'"{twice}"', "one row for each agency", mend, (row + 2,))
    return frame[columns].reset_index(drop=True)
