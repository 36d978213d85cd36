"""All checks, and what becomes of a row that one of them stops (DESIGN 3, *Held back*).

A row that fails a *hold* check is not dropped: it counts under the first check that stopped it.
Checks that doubt the request come first, in the order of this list, and look at every received
row. Those that doubt the outcome look only at what would count as declined this week and has
passed them.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.checks import e1_place
from ddor.checks.check import Case, Check, Finding
from ddor.cohort import would_count_as_declined

CHECKS = (
    Check(
        id="E1",
        title="Same name, other place",
        effect="hold",
        doubts="request",
        question="Do the agency's code, state, county and ICE area name one place?",
        limits="A wrong agency code that is carried through every field of a row passes.",
        assess=e1_place.assess,
    ),
)


@dataclass(frozen=True)
class CheckResults:
    """held: one row per request held back, columns request_id, check, doubts, reason, sorted by
    request_id. table: the columns of checks.csv, one row per check, in the registry's order."""

    held: pd.DataFrame
    table: pd.DataFrame


def run_checks(case: Case, checks: tuple[Check, ...] = CHECKS) -> CheckResults:
    """Every check once, in order. `case` is left as it is."""
    requests = case.extract.requests
    declined = would_count_as_declined(requests, case.week, case.cohort)
    agency_of = requests.set_index("request_id")["agency_id"]
    held: dict[str, tuple[str, str, str]] = {}
    lines = []
    for check in sorted(checks, key=lambda c: c.doubts == "outcome"):
        rows = requests
        if check.doubts == "outcome":
            rows = requests[declined & ~requests["request_id"].isin(held.keys())]
        finding = check.assess(rows, case)
        stopped = finding.stopped
        if check.effect == "hold":
            # Only the first check that stops a row counts it, so that no row counts twice.
            stopped = stopped[~stopped.index.isin(held.keys())]
            held |= {row: (check.id, check.doubts, why) for row, why in stopped.items()}
        lines.append(_line(check, finding, stopped, agency_of))
    order = [check.id for check in checks]
    table = pd.DataFrame(lines).set_index("check").loc[order].reset_index()
    frame = pd.DataFrame(
        [(row, *rest) for row, rest in sorted(held.items())],
        columns=["request_id", "check", "doubts", "reason"],
        dtype="str",
    )
    return CheckResults(frame, table)


def _line(check: Check, finding: Finding, stopped: pd.Series, agency_of: pd.Series) -> dict:
    if finding.assessed == 0:
        status = "not assessed"
    elif len(finding.stopped) == 0:
        status = "ok"
    else:
        status = "shown" if check.effect == "show" else "stopped"
    return {
        "check": check.id,
        "title": check.title,
        "effect": check.effect,
        "status": status,
        "rows": len(stopped),
        "agencies": agency_of.loc[stopped.index].nunique(),
    }
