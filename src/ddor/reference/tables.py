"""Reading the CSV files of `data/` (code lists, which name their source) and of `dictionary/` (what
is published, and in which words): all values are text, a line that begins with # is a comment.
And the key by which the look-ups compare names.

Only the code lists are part of a revision's identity: a better sentence makes no new revision.
"""

import csv
import re
import unicodedata
from pathlib import Path

# A plain path, because importlib.resources takes longer to import than the tables to read.
DATA, DICTIONARY = Path(__file__).parent / "data", Path(__file__).parent / "dictionary"


def rows(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of `<name>.csv` in the data of this room, or in another room's `folder`: column to
    text; an empty field is ""."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def name_key(text: str) -> str:
    """When two spellings are the same name: "ST.  PAUL" -> "saint paul", "Côte d'Ivoire" -> "cote
    divoire".

    Case, accents, punctuation and spaces do not count, an apostrophe joins, "St" is "Saint" and "&"
    is "and". Nothing else is forgiven: a misspelt name has another key.
    """
    text = re.sub("['’]", "", text.replace("&", " and ").casefold())
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("saint" if word == "st" else word for word in re.findall("[a-z0-9]+", plain))
