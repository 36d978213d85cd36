"""What the tables and charts of a report call things: words.csv, a line for each."""

import csv
from pathlib import Path

from ddor.measures.status import DECLINED_CLASSES

# What is named (heads of columns, checks' effects, …) -> its name in the data -> words.
WORDS: dict[str, dict[str, str]] = {}
with open(Path(__file__).with_name("words.csv"), encoding="utf-8", newline="") as _lines:
    for _line in csv.DictReader(_lines):
        WORDS.setdefault(_line["of"], {})[_line["name"]] = _line["words"]


def heads(columns: str) -> dict[str, str]:
    """The columns of a table, in order, separated by spaces -> their heads."""
    return {column: WORDS["heads"][column] for column in columns.split()}


CLASS_HEADS = heads(" ".join(DECLINED_CLASSES))
