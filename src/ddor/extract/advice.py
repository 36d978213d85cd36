"""How to mend a value that a rule has refused: asked only then, it changes no verdict.

First what Excel, and the way there, is known to do to values (`data/habits.csv`), then what the
column itself suggests: the nearest word of its list, the code of a state or country written out.
"""

import difflib
import re
from collections.abc import Iterable

from ddor.extract.model import COLUMNS, DATA, WORDS
from ddor.reference.codes import country_from_ice_label, form_from_ice_text
from ddor.reference.places import AREAS, state_named
from ddor.reference.tables import rows

_HABITS = rows("habits", DATA)
# What no other rule would refuse in a free text.
DAMAGED = "|".join(
    f"(?:{habit['pattern']})"
    for habit in _HABITS
    if habit["cause"] in ("error", "scientific", "apostrophe")
)
_CODES = {"form": form_from_ice_text, "state": state_named, "citizenship": country_from_ice_label}


def advise(column: str, value: str, otherwise: str) -> tuple[str, str]:
    """The cause of a refused value, a word to group values by, and how to mend it; `otherwise`
    where nothing is recognized."""
    bare = value.strip()
    for habit in _HABITS:
        if habit["column"] in ("", column, COLUMNS[column]["type"]):
            if re.fullmatch(habit["pattern"], bare):
                whole = re.split("[.,]", bare)[0]
                return habit["cause"], habit["mend"].format(bare=bare, whole=whole)
    if bare and bare != value:
        places = [("leading", value.lstrip()), ("trailing", value.rstrip())]
        where = " and a ".join(place for place, cut in places if cut != value)
        has = f"has {len(value)} characters with a {where} space"
        return f"spaces {where}", f'it {has}: write "{bare}"'
    code = _CODES[column](bare) if column in _CODES else None
    words = WORDS.get(column) or (AREAS if column == "area" else ())
    if found := code or nearest(bare, words):
        return f"written otherwise: {found}", f'write "{found}" if you meant that'
    if bare != bare.upper() and COLUMNS[column]["type"] == "code":
        return "small letters", "write the code in capitals"
    return "", otherwise


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, whatever its case; None if none is alike."""
    by_key = {key.casefold(): key for key in known}
    found = difflib.get_close_matches(word.strip().casefold(), by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None
