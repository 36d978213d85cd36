"""The published figures, the tables they stand in and their columns: what each is, in its unit.

`dictionary/figures.csv` is the one table of figures. A figure is a number of requests, and `rows`
says of which: conditions on the columns of measures/status.py that hold together, a flag (`issued`)
or a value (`kind=detainer`). Counts are the sums of these masks, `ddor rows` shows their rows, the
tables by agency are the same sums for each agency, and the data dictionary has the words. The
number of agencies and of states is counted from the rows' agency_id (unit `agencies`, `states`).
`dictionary/tables.csv` and `dictionary/columns.csv` describe the tables and columns of every
download. `dictionary/methods.csv` has the rules by which declined requests are counted, by number.
"""

from typing import NamedTuple

from ddor.reference.codes import DICTIONARY, rows


class Figure(NamedTuple):
    """rows: "" for a figure that only a report made from weekly ones has. table, column: the table
    by agency and its column that add up to it. merged_meaning: the meaning in a report made from
    weekly ones, "" for the same."""

    name: str
    rows: str
    table: str
    column: str
    unit: str
    meaning: str
    merged_meaning: str


FIGURES = [Figure(**row) for row in rows("figures", DICTIONARY)]
# Those of a weekly report, in order.
WEEKLY_FIGURES = {figure.name: figure for figure in FIGURES if figure.rows}
# Part of the national table of charges, None where it is withheld.
OF_CHARGES = ("declined_with_charges", "declined_with_conviction")
# Table of a weekly report -> its columns, where every table of that name has the same.
TABLE_COLUMNS = {
    row["table"]: tuple(row["columns"].split())
    for row in rows("tables", DICTIONARY)
    if row["columns"]
}
BY_AGENCY = ("issued_by_agency", "declined_by_agency", "held_back_by_agency")
ISSUED_COLUMNS = TABLE_COLUMNS[BY_AGENCY[0]]
# The columns that say which agency a line is of, the first its key.
IDENTITY = ISSUED_COLUMNS[: 1 + ISSUED_COLUMNS.index("area")]
# Column of a table by agency -> how a sentence names the figure that an agency can dispute.
DISPUTABLE = {row["column"]: row["label"] for row in rows("columns", DICTIONARY) if row["label"]}

# Number of a method -> what changed with it, as a page says it.
CHANGES = {int(row["method"]): row["change"] for row in rows("methods", DICTIONARY)}
METHOD = max(CHANGES)
