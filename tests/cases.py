"""Cases with what frames.case_of leaves out: policies, a history, the date of the extract.

One row of `extract_factory.request`, changed where a test says so, is put before one check alone
(`reason`, `finding`) or before all of them (`line`).
"""

import datetime as dt
import re
from collections.abc import Callable

import pandas as pd
from extract_factory import request
from frames import WEEK, directory_of, extract_of

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek, Finding
from ddor.checks.registry import CHECKS, run_checks
from ddor.published.history import History, no_history

AGENCY = request()["agency_id"]

# What a check of outcomes does not look at: each is no decline of this week.
OUT_OF_SCOPE = (
    {"outcome": "honored"},
    {"outcome": "withdrawn"},
    {"outcome": "superseded"},
    {"outcome": "left_custody"},
    {"outcome": "pending", "outcome_recorded_at": ""},
    {"outcome_recorded_at": "2017-02-18T00:00"},
    {"outcome_recorded_at": "2017-02-10T23:59"},
)


def published(*weeks: dict[str, tuple[int, int]], before: Week = WEEK) -> History:
    """The history of these weeks, oldest first, the last of them just before `before`: each is
    agency_id -> (issued, declined) of the agencies with any figure."""
    starts = [before.first_day - dt.timedelta(days=7 * back) for back in range(len(weeks), 0, -1)]
    names = [start.isoformat() for start in starts]
    rows = [
        (name, agency_id, *counts)
        for name, week in zip(names, weeks, strict=True)
        for agency_id, counts in sorted(week.items())
    ]
    empty = no_history().counts
    return History(tuple(names), pd.DataFrame(rows, columns=list(empty)).astype(empty.dtypes))


def case(
    *requests,
    agencies=(),
    policies=(),
    history=None,
    as_of="2017-03-01",
    cohort="recorded",
    week=WEEK,
) -> CheckedWeek:
    return CheckedWeek(
        extract_of(requests, as_of=as_of),
        week,
        directory_of(agencies, policies),
        history or no_history(),
        cohort,
    )


def fields(text: str) -> dict[str, str]:
    """What a table says of a row: "state=IA, area=" -> {"state": "IA", "area": ""}."""
    return dict(each.split("=", 1) for each in re.split(r", (?=\w+=)", text) if "=" in each)


def assess_of(check_id: str) -> Callable[..., Finding]:
    return next(check.assess for check in CHECKS if check.id == check_id)


def finding(assess, *requests, **given) -> Finding:
    """What this check says of all these rows, whether or not they are in its scope."""
    of_rows = case(*requests, **given)
    return assess(of_rows.extract.requests, of_rows)


def reason(assess, row: dict[str, str], **given) -> str:
    """Why the row is stopped; "" if it is not."""
    return finding(assess, row, **given).stopped.get(row["request_id"], "")


def line(check_id: str, *requests, **given) -> dict:
    """The check's line of checks.csv after all checks have run."""
    return run_checks(case(*requests, **given)).checks.set_index("check").loc[check_id].to_dict()


def status(check_id: str, *requests, **given) -> str:
    return line(check_id, *requests, **given)["status"]
