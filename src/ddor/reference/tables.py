"""Reading the CSV files of `data/`: all values are text, comment lines name the source."""

import csv
from pathlib import Path

# A plain path, because importlib.resources takes longer to import than the tables to read.
DATA = Path(__file__).parent / "data"


def rows(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of `<name>.csv`, column to text; an empty field is ""."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))
