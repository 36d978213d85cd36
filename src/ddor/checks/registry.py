"""All checks, and what becomes of a row that one of them stops (docs/checks.md).

A check is a module here and a file with its words beside it: the registry finds them.

A row that fails a *hold* check is not dropped: it counts under the first check that stopped it.
Checks that doubt the request come first, in the order of their numbers, and look at every received
row. Those that doubt the outcome look only at what would count as declined this week and has
passed them. E10, an expected decline shown as one, is no check: no pending request can be counted
as declined, and the reconciliation proves it.
"""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import pandas as pd
import yaml

from ddor.checks.check import Check, CheckedWeek
from ddor.extract.model import would_count_as_declined
from ddor.published import history
from ddor.published.ledger import Cleared

NAMED_SHARES = {1 / 2: "half", 2 / 3: "two thirds"}


def written_out(constant) -> str:
    """A constant as a sentence has it: "48 hours", "30 days", "two thirds", "80 %", "1,000,000"."""
    if isinstance(constant, dt.timedelta):
        hours = constant // dt.timedelta(hours=1)
        return f"{hours} hours" if hours < 100 else f"{constant.days} days"
    if isinstance(constant, float):
        return NAMED_SHARES.get(constant, f"{100 * constant:.0f} %")
    return f"{constant:,}" if isinstance(constant, int) else str(constant)


def _check_of(file: Path) -> Check:
    """The check of a file of words and of the module of the same name beside it."""
    module = import_module(f"ddor.checks.{file.stem}")
    texts = yaml.safe_load(file.read_text(encoding="utf-8"))
    assess = partial(module.assess, reasons=texts.pop("reasons"))
    named = vars(history) | vars(module)
    constants = {name: written_out(value) for name, value in named.items() if name.isupper()}
    filled = {name: text.format_map(constants) for name, text in texts.items()}
    return Check(**filled, assess=assess)


_FILES = Path(__file__).parent.glob("e*.yaml")
CHECKS = tuple(sorted(map(_check_of, _FILES), key=lambda check: int(check.id.removeprefix("E"))))

# Doubts of the request come before doubts of the outcome; what is said of the rest needs both.
ORDER = ("request", "outcome", "volume", "policy", "nothing")


@dataclass(frozen=True)
class CheckResults:
    """held: one row per request held back, columns request_id, check, doubts, reason, sorted by
    request_id. checks: the columns of checks.csv, one row per check, in the registry's order.

    review: one row for each check and agency that the week waits for, columns check, agency_id,
    rows, reason. shown: id of a *review* or *show* check -> what it stopped. cleared: one row for
    each flag that a person decided to count, columns check, subject (request_id or agency_id),
    reason.
    """

    held: pd.DataFrame
    checks: pd.DataFrame
    review: pd.DataFrame
    shown: dict[str, pd.Series]
    cleared: pd.DataFrame


def run_checks(
    case: CheckedWeek, checks: tuple[Check, ...] = CHECKS, cleared: Cleared = frozenset()
) -> CheckResults:
    """Every check once, in order. `case` is left as it is. `cleared`: flags decided to be counted;
    such a flag stops nothing, and the next check looks at the row."""
    requests = case.extract.requests
    declined = requests[would_count_as_declined(requests, case.week, case.cohort)]
    agency_of = requests.set_index("request_id")["agency_id"]
    held: dict[str, tuple] = {}
    review, passed, lines, shown = [], [], {}, {}
    for check in sorted(checks, key=lambda check: ORDER.index(check.doubts)):
        rows = requests
        if check.doubts in ("outcome", "nothing"):
            rows = declined[~declined["request_id"].isin(held.keys())]
        finding = check.assess(rows, case)
        stopped = finding.stopped
        agencies = agency_of.reindex(stopped.index)
        # What a person decided about: an agency's volume, else the row itself.
        subjects = agencies if check.doubts == "volume" else stopped.index
        flags = [(check.id, *flag) for flag in zip(subjects, stopped, strict=True)]
        passed += sorted({*flags} & cleared)
        stopped = stopped[[flag not in cleared for flag in flags]]
        status = "ok" if stopped.empty else "shown" if check.effect == "show" else "stopped"
        if check.effect == "hold":
            # Only the first check that stops a row counts it, so that no row counts twice.
            stopped = stopped[~stopped.index.isin(held.keys())]
            held |= {row: (check.id, check.doubts, why) for row, why in stopped.items()}
        else:
            shown[check.id] = stopped
        if check.effect == "review":
            for agency_id, theirs in stopped.groupby(agencies[stopped.index]):
                review.append((check.id, agency_id, len(theirs), " ".join(theirs.unique())))
        status = status if finding.assessed else "not assessed"
        counted = len(stopped), agencies[stopped.index].nunique()
        lines[check.id] = (check.id, check.title, check.effect, status, *counted)
    by_request = [(row, *rest) for row, rest in sorted(held.items())]
    columns = "check title effect status rows agencies".split()
    waits = _frame(review, "check agency_id rows reason").astype({"rows": "int64"})
    return CheckResults(
        held=_frame(by_request, "request_id check doubts reason"),
        checks=pd.DataFrame([lines[check.id] for check in checks], columns=columns),
        review=waits,
        shown=shown,
        cleared=_frame(passed, "check subject reason"),
    )


def _frame(lines: list[tuple], columns: str) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=columns.split(), dtype="str")
