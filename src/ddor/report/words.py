"""What the tables and charts of a report call things: words.csv, a line for each; tables.csv and
charts.csv have a line for each table and chart. In these `{report.…}` is of the report."""

import csv
from pathlib import Path

from ddor.measures.status import DECLINED_CLASSES


def lines_of(name: str) -> list[dict[str, str]]:
    """A CSV file of this folder, column to text."""
    with open(Path(__file__).parent / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# What is named (heads of columns, checks' effects, …) -> its name in the data -> words.
WORDS: dict[str, dict[str, str]] = {}
for _line in lines_of("words.csv"):
    WORDS.setdefault(_line["of"], {})[_line["name"]] = _line["words"]


def heads(columns: str) -> dict[str, str]:
    """The columns of a table, in order, separated by spaces -> their heads."""
    return {column: WORDS["heads"][column] for column in columns.split()}


CLASS_HEADS = heads(" ".join(DECLINED_CLASSES))
TABLES = {line["name"]: line for line in lines_of("tables.csv")}
CHARTS = {line["of"]: line for line in lines_of("charts.csv")}
