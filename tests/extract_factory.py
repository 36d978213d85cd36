"""Tiny factories of extract rows, as text, the way a source would write them.

Each gives one valid row of the week of 2017-02-11 (a declined detainer, issued and recorded in
it); a test overrides only what it is about. `write_csv_extract` writes them as a folder.
"""

import csv
from pathlib import Path

import pytest

from ddor.errors import ExtractInvalid, Problem
from ddor.extract.read import read_extract

WEEK = "2017-02-11"


def request(**overrides) -> dict[str, str]:
    """One valid row of `requests`; `request_id` is "r1" unless overridden."""
    return {
        "request_id": "r1",
        "form": "I-247D",
        "issued_at": "2017-02-12T09:15",
        "agency_id": "MN0270000",
        "agency_name": "HENNEPIN COUNTY ADC",
        "agency_level": "county",
        "state": "MN",
        "county_fips": "27053",
        "area": "St. Paul",
        "citizenship": "MEX",
        "custody_confirmed": "true",
        "outcome": "declined",
        "outcome_recorded_at": "2017-02-15T14:00",
        "notice_at": "",
        "release_due_at": "",
        "released_at": "2017-02-14",
        "releasing_agency_id": "",
        "sentence_ends_on": "",
        "ice_custody_at": "",
        "decline_reason": "none_given",
        "protected": "false",
        "follow_up_status": "",
        "follow_up_on": "",
    } | overrides


def charge(**overrides) -> dict[str, str]:
    """One valid row of `charges`, of request "r1"."""
    return {
        "request_id": "r1",
        "charge_no": "1",
        "ncic_code": "1399",
        "description": "Assault",
        "disposition": "charged",
        "charged_on": "2017-02-01",
        "timing": "before_release",
    } | overrides


def write_csv_extract(folder: Path, requests, charges=(), about=None) -> Path:
    """Write rows (dicts; the first one's keys are the header) as an extract folder; return it.

    No charges: the header alone. No requests: that header alone. `about` is a dict of about.yaml,
    or None for no such file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "requests.csv", list(requests), request())
    _write(folder / "charges.csv", list(charges), charge())
    if about is not None:
        lines = [f"{key}: {value}\n" for key, value in about.items()]
        (folder / "about.yaml").write_text("".join(lines), encoding="utf-8")
    return folder


def refused(place, **options) -> list[Problem]:
    """The problems of an extract that cannot be read."""
    with pytest.raises(ExtractInvalid) as error:
        read_extract(str(place), **options)
    return error.value.problems


def _write(path: Path, rows: list[dict], default: dict) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0] if rows else default), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def dealt(pairs) -> list[dict]:
    """The pairs of a column and a value, in so few dicts that a column is once in each: an extract
    may be wrong in many columns at once."""
    by_column: dict[str, list] = {}
    for column, value in pairs:
        by_column.setdefault(column, []).append(value)
    most = max(map(len, by_column.values()))
    return [
        {column: values[at] for column, values in by_column.items() if at < len(values)}
        for at in range(most)
    ]
