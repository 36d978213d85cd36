"""What the tables and charts of a report call things: words.csv, a line for each; tables.csv and
charts.csv have a line for each table and chart. In these `{report.…}` is of the report."""

from pathlib import Path

from ddor.measures.status import DECLINED_CLASSES
from ddor.reference.codes import rows

HERE = Path(__file__).parent
# What is named (heads of columns, checks' effects, …) -> its name in the data -> words.
WORDS: dict[str, dict[str, str]] = {}
for _line in rows("words", HERE):
    WORDS.setdefault(_line["of"], {})[_line["name"]] = _line["words"]


def heads(columns: str) -> dict[str, str]:
    """The columns of a table, in order, separated by spaces -> their heads."""
    return {column: WORDS["heads"][column] for column in columns.split()}


CLASS_HEADS = heads(" ".join(DECLINED_CLASSES))
TABLES = {line["name"]: line for line in rows("tables", HERE)}
CHARTS = {line["of"]: line for line in rows("charts", HERE)}
