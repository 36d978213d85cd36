"""Counts by agency: Sections I and II as tables, and what the checks held back.

An agency is its agency_id. Name, level and place come from the directory, else from the extract's
latest row for that id, so that one agency written in three ways is one line, and two agencies with
one name are two.
"""

import pandas as pd

from ddor.measures.status import counted_in
from ddor.reference.figures import IDENTITY, TABLE_COLUMNS, WEEKLY_FIGURES


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


def counts_by_agency(status: pd.DataFrame, agencies: pd.DataFrame, table: str) -> pd.DataFrame:
    """A table by agency, of agencies with any figure in it, by state and name. Columns
    TABLE_COLUMNS[table]: IDENTITY, then numbers of requests, each column the sum of the rows of its
    figure, or of a flag of `status`.

    issued_by_agency: Section I, issued this week and what became of them so far; issued =
    detainers + notifications + transfers = honored + declined + other + pending.
    declined_by_agency: Section II, recorded as declined this week, by class, and honored beside
    them; declined is the sum of its four classes; the flags are not exclusive.
    held_back_by_agency: what the checks held back, under the code of the agency asked: requests in
    neither section (E1, E3, E4), and those whose outcome is not counted (E2, E6, E7, E11); of both,
    those that are missing in the issued and the declined of the week, so that what was received
    can be added up (history.py). Level and place are empty there where they are known from doubted
    requests alone: one with a wrong place (E1) may not lend it to the agency.
    """
    rows = {
        figure.column: figure.rows for figure in WEEKLY_FIGURES.values() if figure.table == table
    }
    names = TABLE_COLUMNS[table][len(IDENTITY) :]
    masks = pd.DataFrame({name: counted_in(status, rows.get(name, name)) for name in names})
    counts = masks.groupby(status["agency_id"]).sum().astype("int64")
    identities = agency_identities(status, agencies)
    lines = identities.merge(counts[counts.any(axis=1)], on="agency_id", validate="one_to_one")
    lines = lines.sort_values(["state", "agency", "agency_id"], ignore_index=True)
    if table == "held_back_by_agency":
        believed = {*agencies["agency_id"], *status.loc[status["held_by"].isna(), "agency_id"]}
        doubted = ~lines["agency_id"].isin(believed)
        lines.loc[doubted, ["level", "state", "county_fips", "area"]] = ""
    return lines
