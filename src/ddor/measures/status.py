"""What each request counts as this week. Every count of the report is a sum over this frame.

A request held back because the request is in doubt is in neither section;
one held back because its outcome is in doubt stays issued, and is not declined.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ddor.calendar import HOURS_ASKED, Week
from ddor.extract.model import recorded_this_week
from ddor.reference.codes import FORMS

HELD_BACK, OUTSIDE = "held_back", "outside_week"
ISSUED_PENDING, ISSUED_OTHER_WEEK = "issued_pending", "issued_outcome_another_week"
RECORDED = ("declined", "honored", "withdrawn", "superseded", "left_custody")
CLASSES = (HELD_BACK, *RECORDED, ISSUED_PENDING, ISSUED_OTHER_WEEK, OUTSIDE)

DECLINED_CLASSES = ("insufficient_notice", "no_notice", "not_held", "unclassified")
KINDS = ("detainers", "notifications", "transfers")
ISSUED_OUTCOMES = ("honored", "declined", "other", "pending")


def counted_in(status: pd.DataFrame, rows: str) -> pd.Series:
    """The requests that a figure counts (reference.figures.Figure.rows), bool on the index of
    `status`, as request_status gives it."""
    holds = pd.Series(True, index=status.index)
    for condition in rows.split():
        column, _, value = condition.partition("=")
        holds &= status[column] == value if value else status[column]
    return holds


def request_status(
    requests: pd.DataFrame, week: Week, cohort: str, held: pd.DataFrame
) -> pd.DataFrame:
    """`requests` with these columns added, same rows and order.

    received: true, whatever the row counts as
    kind: detainer, notification, transfer · held_by: id of the check that holds it back, or missing
    doubts: what that check doubts, request or outcome, or missing
    class: the one of CLASSES that reconciles the row
    issued: bool, in Section I · issued_outcome: one of ISSUED_OUTCOMES, missing where not issued
    held_back_issued, held_back_declined: bool, held back, and would be in that figure otherwise
    declined, honored: bool, in Section II · declined_class: one of DECLINED_CLASSES, or missing
    release_not_confirmed, law_or_court, short_custody: bool, only ever with declined

    `held` as in checks.registry.CheckResults.
    """
    frame = requests.assign(received=True, kind=requests["form"].map(FORMS))
    by_check = held.set_index("request_id")
    frame["held_by"] = frame["request_id"].map(by_check["check"])
    frame["doubts"] = frame["request_id"].map(by_check["doubts"])
    issued = week.holds(requests["issued_at"])
    recorded = recorded_this_week(requests, week, cohort)

    outcome = requests["outcome"]
    held_back = frame["held_by"].notna()
    classes = [
        (HELD_BACK, held_back),
        *((name, recorded & (outcome == name)) for name in RECORDED),
        (ISSUED_PENDING, issued & (outcome == "pending")),
        (ISSUED_OTHER_WEEK, issued),
    ]
    frame["class"] = first_that_fits(classes, OUTSIDE)

    frame["issued"] = issued & (frame["doubts"] != "request")
    outcomes = outcome.where(outcome.isin(ISSUED_OUTCOMES) & ~held_back, "other")
    frame["issued_outcome"] = outcomes.where(frame["issued"])

    frame["held_back_issued"] = issued & (frame["doubts"] == "request")
    frame["held_back_declined"] = recorded & (outcome == "declined") & held_back

    frame["declined"] = frame["class"] == "declined"
    frame["honored"] = frame["class"] == "honored"
    notice, released = requests["notice_at"], requests["released_at"]
    reason, before_release = requests["decline_reason"], notice < released
    too_late = before_release & (released - notice < HOURS_ASKED)
    in_time = (frame["kind"] == "detainer") & (released - notice >= HOURS_ASKED)
    # The first that fits; a row with no dates at all is unclassified.
    declined_classes = (
        ("insufficient_notice", (reason == "insufficient_notice") | too_late),
        ("no_notice", released.notna() & ~before_release),
        ("not_held", in_time & requests["release_due_at"].notna()),
    )
    declined_class = first_that_fits(declined_classes, "unclassified")
    frame["declined_class"] = declined_class.where(frame["declined"])
    frame["release_not_confirmed"] = frame["declined"] & released.isna()
    frame["law_or_court"] = frame["declined"] & (reason == "law_or_court")
    # Negative too: a request that came after the release could not be given 48 hours' notice.
    frame["short_custody"] = frame["declined"] & (released - requests["issued_at"] < HOURS_ASKED)
    return frame


def first_that_fits(ladder: Iterable[tuple[str, pd.Series]], other: str) -> pd.Series:
    """For each row the first name whose condition holds, in the order of the rule, else `other`."""
    names, conditions = zip(*ladder, strict=True)
    found = np.select([fits.to_numpy(bool) for fits in conditions], names, other)
    return pd.Series(found, conditions[0].index, dtype="str")
