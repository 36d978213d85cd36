"""Extracts, directories and cases in memory, made from the rows of `extract_factory`.

The week is extract_factory's, 2017-02-11 to 2017-02-17. No file is read: what the door would make
of these rows is made here by hand, and test_inputs_round_trip proves that it is the same.
"""

import datetime as dt

import numpy as np
import pandas as pd
from extract_factory import WEEK as FIRST_DAY
from extract_factory import request

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek
from ddor.checks.registry import CHECKS, CheckResults, run_checks
from ddor.extract.model import CHARGE_COLUMNS, DATETIMES, REQUEST_COLUMNS, About, Extract
from ddor.inputs import Inputs
from ddor.jobs.prepared import data_files
from ddor.jobs.weekly import week_report
from ddor.maintained.directory import COLUMNS, Directory
from ddor.measures.disclosure import (
    NATION,
    TABLES,
    AttributeTable,
    Candidates,
    PriorTables,
    PublishedTables,
    flag_of,
)
from ddor.measures.figures import Counts, count_inputs, count_week
from ddor.measures.people import CHARGES, Line, charge_group_lines, lines_of, place_candidates
from ddor.measures.status import request_status
from ddor.published.history import no_history
from ddor.published.ledger import no_ledger

WEEK = Week.parse(FIRST_DAY)
PARAMETERS = {"disclosure_threshold": 5, "max_held_back_share": 0.25}


def agency(**overrides) -> dict[str, str]:
    """The directory's row of the agency that extract_factory.request() asks."""
    return {
        "agency_id": "MN0270000",
        "name": "Hennepin County Jail",
        "level": "county",
        "state": "MN",
        "county_fips": "27053",
        "area": "St. Paul",
        "weekly_requests": "",
        "same_as": "",
    } | overrides


def policy(**overrides) -> dict[str, str]:
    return {
        "jurisdiction": "Travis County, Texas",
        "place_code": "48453",
        "area": "San Antonio",
        "kind": "agency",
        "enacted": "2017-02",
        "policy": "A county policy",
        "criteria": "",
        "verified_on": "2017-02-01",
        "source": "The county",
    } | overrides


def coverage(**overrides) -> dict[str, str]:
    return {
        "jurisdiction": "Cook County, Illinois",
        "place_code": "17031",
        "state": "IL",
        "limit": "No interviews",
        "since": "",
        "source": "A report",
    } | overrides


def numbered(*rows: dict[str, str]) -> list[dict[str, str]]:
    """The rows with request_id r0, r1, … in order."""
    return [{**row, "request_id": f"r{at}"} for at, row in enumerate(rows)]


def copies(count: int, prefix: str, **overrides) -> list[dict[str, str]]:
    return [request(request_id=f"{prefix}{at}", **overrides) for at in range(count)]


def extract_of(requests, charges=(), as_of="2017-03-01", synthetic=False) -> Extract:
    """Rows of text -> the Extract of model.py."""
    requests = _typed(requests, REQUEST_COLUMNS).sort_values("request_id", ignore_index=True)
    charges = _typed(charges, CHARGE_COLUMNS).astype({"charge_no": "int64"})
    charges = charges.sort_values(["request_id", "charge_no"], ignore_index=True)
    return Extract(requests, charges, About(dt.date.fromisoformat(as_of), "a source", synthetic))


def directory_of(agencies=(), policies=(), covered=()) -> Directory:
    tables = zip(COLUMNS, (agencies, policies, covered), strict=True)
    return Directory(
        **{
            name: pd.DataFrame(list(rows), columns=list(COLUMNS[name]), dtype="str")
            for name, rows in tables
        }
    )


def case_of(requests, charges=(), agencies=(), cohort="recorded", synthetic=False) -> CheckedWeek:
    extract = extract_of(requests, charges, synthetic=synthetic)
    return CheckedWeek(extract, WEEK, directory_of(agencies), no_history(), cohort)


def status_of(*requests, held=(), cohort="recorded") -> pd.DataFrame:
    """request_status with request_id as index. `held`: (request_id, check, doubts), each."""
    held = pd.DataFrame(list(held), columns=["request_id", "check", "doubts"], dtype="str")
    return request_status(
        extract_of(requests).requests, WEEK, cohort, held.assign(reason="told")
    ).set_index("request_id", drop=False)


def counted(case: CheckedWeek, checks=CHECKS) -> Counts:
    """As the job makes them, by the parameters' defaults, of a week never published or reviewed."""
    return counted_as(case, run_checks(case, checks))


def counted_as(case: CheckedWeek, checked: CheckResults) -> Counts:
    return count_week(case, checked, PARAMETERS, PriorTables(), no_ledger())


def counts_of(requests, charges=(), agencies=(), cohort="recorded", checks=CHECKS):
    return counted(case_of(requests, charges, agencies, cohort), checks)


def nation_of(counts: Counts, attribute: str) -> list[Line]:
    """The lines of the national table of an attribute, whether or not it may be told."""
    rows = counts.people.get(attribute, frozenset())
    return lines_of(AttributeTable(attribute, NATION, rows, as_of="", threshold=5))


def candidates_of(attribute: str, rows) -> Candidates:
    """The tables of these rows that a week may show: the nation's, and those of places."""
    places = place_candidates(rows if attribute == CHARGES else (), "agency_id")
    return {(attribute, NATION): rows} | places


def charge_groups_of(shown: PublishedTables) -> pd.DataFrame:
    """charges_by_group.csv of what is shown."""
    table = shown.table(CHARGES)
    return charge_group_lines(lines_of(table), flag_of(table))


def plain_of(shown: PublishedTables) -> list:
    """The tables as the private files of a revision keep them."""
    return TABLES.dump_python(tuple(shown.tables.values()), mode="json")


def said_of(counts: Counts, attribute: str) -> dict[str, str]:
    """request_id -> what an attribute says of each declined request, told or not."""
    return {row.request_id: row.value for row in sorted(counts.people.get(attribute, ()))}


def inputs_of(case: CheckedWeek, note="", **parameters) -> Inputs:
    """The case as the job hands it to the notebook, with the default parameters."""
    defaults = {
        "cohort": case.cohort,
        "ignored_columns": [],
        "disclosure_threshold": 5,
        "max_held_back_share": 0.25,
        "publisher": "",
        "contact": "",
        "site_url": "",
        "release_lag_days": 45,
    }
    return Inputs(
        case.week, case.extract, case.directory, case.history, defaults | parameters, note
    )


def published_of(inputs: Inputs) -> tuple:
    """All that a week publishes and keeps but for its page; its summary comes first."""
    of = week_report(inputs, count_inputs(inputs))
    kept = of.private_files, of.input_texts, of.review
    return of.summary, data_files(of), of.figures, of.trend, *kept


def _typed(rows, columns) -> pd.DataFrame:
    text = pd.DataFrame(list(rows), columns=list(columns), dtype="str")
    text = text.mask(text == "", np.nan)
    times = {
        name: pd.to_datetime(text[name], format="ISO8601").astype("datetime64[s]")
        for name in columns
        if name in DATETIMES
    }
    return text.assign(**times)
