"""The rules that need more than one column or table: keys, links, and outcome with its date."""

import pandas as pd

from ddor.extract.table import Table, shown


def check_keys(table: Table, frame: pd.DataFrame) -> None:
    """request_id is unique in requests; request_id and charge_no together in charges."""
    key = ["request_id"] if table.name == "requests" else ["request_id", "charge_no"]
    if not set(key) <= set(frame):
        return
    repeated = frame.duplicated(key, keep=False) & frame[key].notna().all(axis=1)
    if table.name == "requests":
        expected, mend = "each request_id once", "remove the repeated rows, or give each its own id"
        table.tell("request_id", repeated, expected, mend)
    else:
        rows = frame.loc[repeated, key]
        if len(rows):
            pairs = rows["request_id"] + " " + rows["charge_no"].astype("str")
            expected, mend = "each charge_no once for a request_id", "number them 1, 2, 3 …"
            seen = f"more than once {shown(list(pairs.unique()))}"
            table.add(pairs.index, "request_id, charge_no", seen, expected, mend)


def check_links(charges: Table, requests: Table) -> None:
    """Every charge belongs to a request of the extract."""
    if "request_id" not in charges.text or "request_id" not in requests.text:
        return
    ids = charges.text["request_id"]
    orphans = ~ids.isin(requests.text["request_id"]) & (ids != "")
    mend = "add the request, or remove its charges"
    charges.tell("request_id", orphans, f"a request_id of {requests.label}", mend)


def check_outcome_dates(requests: Table, frame: pd.DataFrame, cohort: str) -> None:
    """outcome_recorded_at is empty for a pending request, and under `cohort: recorded` for no
    other (DESIGN 2)."""
    if not {"outcome", "outcome_recorded_at"} <= set(frame):
        return
    recorded = requests.text["outcome_recorded_at"] != ""
    pending = frame["outcome"] == "pending"
    column, mend = "outcome_recorded_at", "clear the cell, or correct the outcome"
    requests.tell(column, pending & recorded, "an empty cell, since outcome is pending", mend)
    if cohort == "recorded":
        missing = ~pending & frame["outcome"].notna() & ~recorded
        expected = "the time the outcome was recorded, since it is not pending"
        mend = "fill it in; only a source without recording dates (cohort: issued) may leave it out"
        requests.tell(column, missing, expected, mend)
