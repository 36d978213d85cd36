"""E11, ICE did not collect: did the agency do what it was asked?

In 2017 for 8 of 15 rows of Hennepin County ICE had chosen not to come. An agency that held a
person for the full 48 hours, or that gave 48 hours' notice where only notice was asked, declined
nothing.
"""

import pandas as pd

from ddor.calendar import HOURS_ASKED, working_time
from ddor.checks.check import CheckedWeek, Finding, stopped_where
from ddor.reference.codes import FORMS

# 8 CFR 287.7(d) takes weekends and holidays out of the 48 hours; the forms of 2015 and 2017 ask
# for 48 hours as such.
WORKING_HOURS_FORMS = ("I-247",)


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """A detainer: released_at 48 hours or more after release_due_at, on form I-247 without
    Saturdays, Sundays and federal holidays. A request for notification: notice_at 48 hours or
    more before released_at. Any form: decline_reason not_collected. Bounds are inclusive."""
    kind = rows["form"].map(FORMS)
    due, released, notice = rows["release_due_at"], rows["released_at"], rows["notice_at"]
    detainer = (kind == "detainer") & due.notna() & released.notna()
    by_working = detainer & rows["form"].isin(WORKING_HOURS_FORMS)
    elapsed = (released - due).where(detainer)
    if by_working.any():
        elapsed[by_working] = working_time(due[by_working], released[by_working])
    held = elapsed >= HOURS_ASKED
    notification = (kind == "notification") & notice.notna() & released.notna()
    notified = notification & (released - notice >= HOURS_ASKED)
    not_collected = rows["decline_reason"] == "not_collected"
    doubts = {"held_in_full": held, "notified_in_time": notified, "not_collected": not_collected}
    assessed = detainer | notification | rows["decline_reason"].notna()
    return Finding(int(assessed.sum()), stopped_where(rows, reasons, doubts))
