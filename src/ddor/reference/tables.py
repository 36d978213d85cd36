"""Reading the CSV files of `data/` (code lists, which name their source) and of `dictionary/` (what
is published, and in which words): all values are text, a line that begins with # is a comment.

Only the code lists are part of a revision's identity: a better sentence makes no new revision.
"""

import csv
from pathlib import Path

# A plain path, because importlib.resources takes longer to import than the tables to read.
DATA, DICTIONARY = Path(__file__).parent / "data", Path(__file__).parent / "dictionary"


def rows(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of `<name>.csv` in the data of this room, or in another room's `folder`: column to
    text; an empty field is ""."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))
