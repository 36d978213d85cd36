"""How old a declined request was when its outcome was recorded, and dates in an unusual order.

The recorded date is the date ICE learned of the decline, not the date of release: an old request
recorded this week says as much about recording as about releases (E8 in 2017).
"""

import datetime as dt

import pandas as pd

BINS = (
    ("Same day or next day", 0, 1),
    ("2 to 7 days", 2, 7),
    ("8 to 30 days", 8, 30),
    ("31 to 90 days", 31, 90),
    ("91 to 365 days", 91, 365),
    ("More than a year", 366, None),
)
BEFORE_ISSUE, UNKNOWN = "Recorded before it was issued", "No recording date"
DAY_LABELS = (*(label for label, _, _ in BINS), BEFORE_ISSUE, UNKNOWN)

AFTER_EXTRACT = "a request or an outcome is dated after the extract was taken"
ORDERS = (
    ("outcome_recorded_at", "issued_at", "the outcome was recorded before the request was issued"),
    ("notice_at", "issued_at", "notice was given before the request was issued"),
    ("released_at", "issued_at", "the release came before the request was issued"),
    ("outcome_recorded_at", "released_at", "the outcome was recorded before the release"),
    ("ice_custody_at", "issued_at", "ICE custody began before the request was issued"),
)


def days_from_issue(requests: pd.DataFrame) -> pd.Series:
    """A label of DAY_LABELS for each request: the calendar days from issue to recording."""
    days = (
        requests["outcome_recorded_at"].dt.normalize() - requests["issued_at"].dt.normalize()
    ).dt.days
    labels = pd.Series(UNKNOWN, index=requests.index, dtype="str").mask(days < 0, BEFORE_ISSUE)
    for label, low, high in BINS:
        labels = labels.mask(days.between(low, float("inf") if high is None else high), label)
    return labels


def unusual_orders(requests: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Columns order (a sentence), requests: received rows whose dates stand in an order that needs
    a reason. Counted and shown, never corrected. Orders that do not occur are left out."""
    counts = [
        (sentence, int((requests[earlier] < requests[later]).sum()))
        for earlier, later, sentence in ORDERS
    ]
    day_after = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    after = (requests[["issued_at", "outcome_recorded_at"]] >= day_after).any(axis=1)
    counts.append((AFTER_EXTRACT, int(after.sum())))
    return pd.DataFrame([c for c in counts if c[1]], columns=["order", "requests"])
