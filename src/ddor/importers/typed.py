"""The last step of every importer: a table as extract/model.py has it."""

import pandas as pd

from ddor.extract.model import DATETIMES


def typed(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """`frame` with these columns, those of requests or of charges: a column that it lacks is empty,
    "" is missing; sorted by the table's key."""
    types = {c: "datetime64[s]" if c in DATETIMES else "str" for c in columns if c != "charge_no"}
    table = frame.reindex(columns=list(columns)).astype(types).replace("", None)
    key = [column for column in ("request_id", "charge_no") if column in columns]
    return table.sort_values(key, ignore_index=True)
