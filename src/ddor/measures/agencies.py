"""Counts by agency: Sections I and II as tables, and what the checks held back.

An agency is its agency_id. Name, level and place come from the directory, else from the extract's
latest row for that id, so that one agency written in three ways is one line, and two agencies with
one name are two.
"""

import pandas as pd

from ddor.measures.status import DECLINED_CLASSES, DECLINED_FLAGS, ISSUED_OUTCOMES

IDENTITY = ("agency_id", "agency", "level", "state", "county_fips", "area")
KINDS = {"detainer": "detainers", "notification": "notifications", "transfer": "transfers"}
ISSUED_COLUMNS = (*IDENTITY, *KINDS.values(), "issued", *ISSUED_OUTCOMES)
DECLINED_COLUMNS = (
    *IDENTITY,
    *KINDS.values(),
    "declined",
    *DECLINED_CLASSES,
    *DECLINED_FLAGS,
    "honored",
)
LESS = ("held_back_issued", "held_back_declined")
HELD_COLUMNS = (*IDENTITY, "held_back_requests", "held_back_outcomes", *LESS)


def agency_identities(status: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """One row for each agency_id of `status`: the columns IDENTITY, text, "" where unknown.

    `agencies` is the directory's table. A row that a check holds back names its agency only where
    no other does: a request with a wrong place (E1) may not lend it to the agency.
    """
    latest = (
        status.assign(_believed=status["held_by"].isna())
        .sort_values(["_believed", "issued_at", "request_id"], kind="stable")
        .drop_duplicates("agency_id", keep="last")
        .rename(columns={"agency_name": "agency", "agency_level": "level"})[list(IDENTITY)]
    )
    listed = agencies.rename(columns={"name": "agency"})[list(IDENTITY)]
    listed = listed[listed["agency_id"].isin(latest["agency_id"])]
    unlisted = latest[~latest["agency_id"].isin(listed["agency_id"])]
    return pd.concat([listed, unlisted], ignore_index=True).fillna("")


def issued_by_agency(status: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """Section I: requests issued this week and what became of them so far. Columns
    ISSUED_COLUMNS; issued = detainers + notifications + transfers = honored + declined + other +
    pending. Agencies with any figure, by state and name."""
    rows = status[status["issued"]]
    counts = pd.concat(
        [_by_kind(rows), _crosstab(rows, "issued_outcome", ISSUED_OUTCOMES)], axis=1
    ).assign(issued=rows.groupby("agency_id").size())
    return _table(counts, status, agencies, ISSUED_COLUMNS)


def declined_by_agency(status: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """Section II: requests recorded as declined this week, by class, and honored beside them.
    Columns DECLINED_COLUMNS; declined is the sum of its four classes; the flags are not exclusive.
    Agencies with any figure, by state and name."""
    rows = status[status["declined"]]
    by_agency = rows.groupby("agency_id")
    counts = pd.concat(
        [
            _by_kind(rows),
            _crosstab(rows, "declined_class", DECLINED_CLASSES),
            by_agency[list(DECLINED_FLAGS)].sum(),
            by_agency.size().rename("declined"),
            status[status["honored"]].groupby("agency_id").size().rename("honored"),
        ],
        axis=1,
    )
    return _table(counts, status, agencies, DECLINED_COLUMNS)


def held_back_by_agency(status: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """What the checks held back, under the code of the agency asked: requests in neither section
    (E1, E3, E4), and requests whose outcome is not counted (E2, E6, E7, E11). Columns
    HELD_COLUMNS, the sums of the first two the figures of these names; of both, LESS are those that
    are missing in the issued and the declined of the week, so that what was received can be added
    up (history.py). Sorted as the others. Level and place are
    empty where they are known from doubted requests alone: one with a wrong place (E1) may not lend
    it to the agency."""
    held = status[status["held_by"].notna()]
    counts = _crosstab(held, "doubts", ("request", "outcome"))
    counts = counts.rename(columns=lambda doubt: f"held_back_{doubt}s")
    counts = counts.join(held.groupby("agency_id")[list(LESS)].sum())
    table = _table(counts, status, agencies, HELD_COLUMNS)
    believed = {*agencies["agency_id"], *status.loc[status["held_by"].isna(), "agency_id"], ""}
    places = ["level", "state", "county_fips", "area"]
    table.loc[~table["agency_id"].isin(believed), places] = ""
    return table


def _by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    return _crosstab(rows, "kind", tuple(KINDS)).rename(columns=KINDS)


def _crosstab(rows: pd.DataFrame, column: str, values: tuple[str, ...]) -> pd.DataFrame:
    counted = pd.crosstab(rows["agency_id"], rows[column])
    return counted.reindex(columns=list(values), fill_value=0)


def _table(counts, status, agencies, columns) -> pd.DataFrame:
    counts = counts.rename_axis("agency_id").fillna(0).astype("int64").reset_index()
    identities = agency_identities(status, agencies)
    table = counts.merge(identities, on="agency_id", how="left", validate="one_to_one").fillna("")
    return table.sort_values(["state", "agency", "agency_id"], ignore_index=True)[list(columns)]
