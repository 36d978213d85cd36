"""The published figures, by the names of DESIGN 4: what is glued as scraps, printed by --json and
kept in summary.json. All are counts of requests, but agencies_declining and states_declining.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.calendar import Week
from ddor.checks.registry import CheckResults
from ddor.measures.agencies import KINDS, declined_by_agency, issued_by_agency
from ddor.measures.charges import charge_standing, charges_by_group, declined_charges
from ddor.measures.shares import ShareRange, declined_share, held_declines
from ddor.measures.status import (
    CLASSES,
    DECLINED_CLASSES,
    DECLINED_FLAGS,
    ISSUED_OUTCOMES,
    OUTSIDE,
    request_status,
)  # fmt: skip
from ddor.measures.timing import days_to_recording, unusual_orders


@dataclass(frozen=True)
class Counts:
    """All that is counted of a week. The frames are described where they are made."""

    figures: dict[str, int]
    issued_by_agency: pd.DataFrame
    declined_by_agency: pd.DataFrame
    charges_by_group: pd.DataFrame
    charge_standing: dict[str, int]
    days_to_recording: pd.DataFrame
    unusual_orders: pd.DataFrame
    checks: pd.DataFrame
    reconciliation: pd.DataFrame
    declined_share: ShareRange
    held_declines: int
    charges_supplied: bool
    held: pd.DataFrame
    status: pd.DataFrame


def count_week(extract, week: Week, cohort: str, agencies: pd.DataFrame, checked: CheckResults):
    """-> Counts. `agencies` is the directory's table, `checked` from run_checks."""
    status = request_status(extract.requests, week, cohort, checked.held)
    issued = issued_by_agency(status, agencies)
    declined = declined_by_agency(status, agencies)
    charge_rows = declined_charges(status, extract.charges)
    standing = charge_standing(status, charge_rows)
    return Counts(
        figures=_figures(status, issued, declined, standing, checked.held),
        issued_by_agency=issued,
        declined_by_agency=declined,
        charges_by_group=charges_by_group(charge_rows),
        charge_standing=standing,
        days_to_recording=days_to_recording(status),
        unusual_orders=unusual_orders(extract.requests, extract.about.as_of),
        checks=checked.table,
        reconciliation=reconciliation(status),
        declined_share=declined_share(status, week, cohort),
        held_declines=held_declines(status, week, cohort),
        charges_supplied=len(extract.charges) > 0,
        held=checked.held,
        status=status,
    )


def reconciliation(status: pd.DataFrame) -> pd.DataFrame:
    """Columns class, rows: every received row in exactly one class, all CLASSES in order, so that
    rows add up to the rows received."""
    counts = status["class"].value_counts().reindex(list(CLASSES), fill_value=0)
    return counts.astype("int64").rename_axis("class").rename("rows").reset_index()


def _figures(status, issued, declined, standing, held) -> dict[str, int]:
    declining = declined[declined["declined"] > 0]
    held_by_doubt = held["doubts"].value_counts()
    figures = {
        "received_total": len(status),
        "issued_total": issued["issued"].sum(),
        **{f"issued_{column}": issued[column].sum() for column in KINDS.values()},
        **{f"issued_{outcome}": issued[outcome].sum() for outcome in ISSUED_OUTCOMES},
        "declined_total": declined["declined"].sum(),
        **{
            f"declined_{column}": declined[column].sum()
            for column in (*KINDS.values(), *DECLINED_CLASSES, *DECLINED_FLAGS)
        },
        "declined_with_charges": status["declined"].sum() - standing["no_charges"],
        "declined_with_conviction": standing["convicted"],
        "honored_total": declined["honored"].sum(),
        "agencies_declining": len(declining),
        "states_declining": declining["state"].nunique(),
        "held_back_requests": held_by_doubt.get("request", 0),
        "held_back_outcomes": held_by_doubt.get("outcome", 0),
        "held_back_total": len(held),
        "outside_week_total": (status["class"] == OUTSIDE).sum(),
    }
    return {name: int(value) for name, value in figures.items()}
