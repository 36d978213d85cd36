"""Reading the CSV files of `data/`: all values are text, comment lines name the source."""

import csv
from pathlib import Path

# A plain path, because importlib.resources takes longer to import than the tables to read.
DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `data/<name>.csv`, column to text; an empty field is ""."""
    with open(DATA / f"{name}.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))
