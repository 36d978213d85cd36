"""How old a declined request was when its outcome was recorded, and dates in an unusual order.

The recorded date is the date ICE learned of the decline, not the date of release: an old request
recorded this week says as much about recording as about releases (E8 in 2017).
"""

import datetime as dt

import pandas as pd

from ddor.reference.tables import DICTIONARY, rows


def bands_of(attribute: str) -> dict[str, float]:
    """Band of days -> its last day, in order; the first begins with day 0, as each does where the
    one before it ends."""
    lines = [row for row in rows("bands", DICTIONARY) if row["attribute"] == attribute]
    return {row["band"]: float(row["last"] or "inf") for row in lines}


BINS = bands_of("days")
BEFORE_ISSUE, UNKNOWN = "Recorded before it was issued", "No recording date"
DAY_LABELS = (*BINS, BEFORE_ISSUE, UNKNOWN)

ORDERS = rows("date_orders", DICTIONARY)
AFTER_EXTRACT = "a request or an outcome is dated after the extract was taken"


def days_from_issue(requests: pd.DataFrame) -> pd.Series:
    """A label of DAY_LABELS for each request: the calendar days from issue to recording."""
    recorded, issued = (
        requests[name].dt.normalize() for name in ("outcome_recorded_at", "issued_at")
    )
    days = (recorded - issued).dt.days
    labels = pd.cut(days, [-1, *BINS.values()], labels=list(BINS)).astype("str")
    return labels.fillna(UNKNOWN).mask(days < 0, BEFORE_ISSUE)


def unusual_orders(requests: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Columns order (a sentence), requests: received rows whose dates stand in an order that needs
    a reason. Counted and shown, never corrected. Orders that do not occur are left out."""
    orders = {
        order["sentence"]: requests[order["earlier"]] < requests[order["later"]] for order in ORDERS
    }
    day_after = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    dates = requests[["issued_at", "outcome_recorded_at"]]
    orders[AFTER_EXTRACT] = (dates >= day_after).any(axis=1)
    counts = [(sentence, int(found.sum())) for sentence, found in orders.items() if found.any()]
    return pd.DataFrame(counts, columns=["order", "requests"])
