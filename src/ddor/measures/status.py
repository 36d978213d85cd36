"""What each request counts as this week. Every count of the report is a sum over this frame.

DESIGN 3, *What counts*. A request held back because the request is in doubt is in neither section;
one held back because its outcome is in doubt stays issued, and is not declined.
"""

import pandas as pd

from ddor.calendar import HOURS_ASKED, Week
from ddor.extract.cohort import issued_this_week, recorded_this_week
from ddor.reference.forms import FORMS

HELD_BACK = "held_back"
ISSUED_PENDING = "issued_pending"
ISSUED_OTHER_WEEK = "issued_outcome_another_week"
OUTSIDE = "outside_week"
CLASSES = (
    HELD_BACK,
    "declined",
    "honored",
    "withdrawn",
    "superseded",
    "left_custody",
    ISSUED_PENDING,
    ISSUED_OTHER_WEEK,
    OUTSIDE,
)

DECLINED_CLASSES = ("insufficient_notice", "no_notice", "not_held", "unclassified")
DECLINED_FLAGS = ("release_not_confirmed", "law_or_court", "short_custody")
ISSUED_OUTCOMES = ("honored", "declined", "other", "pending")


def request_status(
    requests: pd.DataFrame, week: Week, cohort: str, held: pd.DataFrame
) -> pd.DataFrame:
    """`requests` with these columns added, same rows and order.

    kind: detainer, notification, transfer · held_by: id of the check that holds it back, or missing
    doubts: what that check doubts, request or outcome, or missing
    class: the one of CLASSES that reconciles the row
    issued: bool, in Section I · issued_outcome: one of ISSUED_OUTCOMES, missing where not issued
    held_back_issued, held_back_declined: bool, held back, and would be in that figure otherwise
    declined, honored: bool, in Section II · declined_class: one of DECLINED_CLASSES, or missing
    release_not_confirmed, law_or_court, short_custody: bool, only ever with declined

    `held` as in checks.registry.CheckResults.
    """
    frame = requests.assign(kind=requests["form"].map(FORMS))
    by_check = held.set_index("request_id")
    frame["held_by"] = frame["request_id"].map(by_check["check"])
    frame["doubts"] = frame["request_id"].map(by_check["doubts"])
    issued = issued_this_week(requests, week)
    recorded = recorded_this_week(requests, week, cohort)

    frame["class"] = OUTSIDE
    frame.loc[issued, "class"] = ISSUED_OTHER_WEEK
    frame.loc[issued & (requests["outcome"] == "pending"), "class"] = ISSUED_PENDING
    frame.loc[recorded, "class"] = requests["outcome"][recorded]
    frame.loc[frame["held_by"].notna(), "class"] = HELD_BACK

    frame["issued"] = issued & (frame["doubts"] != "request")
    outcome = requests["outcome"].where(requests["outcome"].isin(ISSUED_OUTCOMES), "other")
    outcome = outcome.mask(frame["held_by"].notna(), "other")
    frame["issued_outcome"] = outcome.where(frame["issued"])

    frame["held_back_issued"] = issued & (frame["doubts"] == "request")
    frame["held_back_declined"] = (
        recorded & (requests["outcome"] == "declined") & frame["held_by"].notna()
    )

    frame["declined"] = frame["class"] == "declined"
    frame["honored"] = frame["class"] == "honored"
    frame["declined_class"] = _declined_class(frame).where(frame["declined"])
    flags = {
        "release_not_confirmed": requests["released_at"].isna(),
        "law_or_court": requests["decline_reason"] == "law_or_court",
        # Negative too: a request that came after the release could not be given 48 hours' notice.
        "short_custody": requests["released_at"] - requests["issued_at"] < HOURS_ASKED,
    }
    for name, holds in flags.items():
        frame[name] = frame["declined"] & holds
    return frame


def _declined_class(frame: pd.DataFrame) -> pd.Series:
    """The first that fits (DESIGN 3); a row with no dates at all is unclassified."""
    notice, released = frame["notice_at"], frame["released_at"]
    before_release = notice < released
    insufficient = (frame["decline_reason"] == "insufficient_notice") | (
        before_release & (released - notice < HOURS_ASKED)
    )
    no_notice = released.notna() & ~before_release
    not_held = (
        (frame["kind"] == "detainer")
        & (released - notice >= HOURS_ASKED)
        & frame["release_due_at"].notna()
    )
    result = pd.Series("unclassified", index=frame.index, dtype="str")
    # Written last wins, so the contract's order is written backwards.
    for name, fits in (
        ("not_held", not_held),
        ("no_notice", no_notice),
        ("insufficient_notice", insufficient),
    ):
        result[fits] = name
    return result
