"""How to mend a value that a rule has refused: asked only then, it changes no verdict.

First what Excel is known to do to values (`data/habits.csv`), then what the column itself suggests:
the nearest word of its list, the code of a state or country written out, a date with an offset.
"""

import datetime as dt
import difflib
import re
from collections.abc import Iterable

from ddor.extract.model import COLUMNS, DATA, WORDS
from ddor.reference.areas import AREAS
from ddor.reference.countries import country_from_ice_label
from ddor.reference.forms import form_from_ice_text
from ddor.reference.places import state_named
from ddor.reference.tables import rows

_HABITS = rows("habits", DATA)
# What no other rule would refuse in a free text.
DAMAGED = "|".join(
    f"(?:{habit['pattern']})"
    for habit in _HABITS
    if habit["cause"] in ("error", "scientific", "apostrophe")
)
_CODES = {"form": form_from_ice_text, "state": state_named, "citizenship": country_from_ice_label}
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"


def advise(column: str, value: str, otherwise: str) -> tuple[str, str]:
    """The cause of a refused value, a word to group values by, and how to mend it; `otherwise`
    where nothing is recognized."""
    bare = value.strip()
    for habit in _HABITS:
        if habit["column"] in ("", column) and re.fullmatch(habit["pattern"], bare):
            whole = re.split("[.,]", bare)[0]
            return habit["cause"], habit["mend"].format(bare=bare, whole=whole)
    if bare and bare != value:
        places = [("leading", value.lstrip()), ("trailing", value.rstrip())]
        where = " and a ".join(place for place, cut in places if cut != value)
        has = f"has {len(value)} characters with a {where} space"
        return f"spaces {where}", f'it {has}: write "{bare}"'
    about_time = COLUMNS[column].type in ("date", "time") and _about_time(value)
    return about_time or _about_code(column, bare) or ("", otherwise)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, whatever its case; None if none is alike."""
    by_key = {key.casefold(): key for key in known}
    found = difflib.get_close_matches(word.strip().casefold(), by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None


def _about_time(value: str) -> tuple[str, str] | None:
    if re.fullmatch(_TIME + r" ?(?:Z|[+-][0-9]{2}:?[0-9]{2})", value):
        return "offset", "remove the offset and give the local time at the agency"
    if re.fullmatch(_TIME, value) and "." in value:
        return "fraction", "give whole seconds"
    if re.fullmatch(rf"{_TIME}|{_DATE}", value):
        try:
            dt.datetime.fromisoformat(value)
        except ValueError:
            return "impossible", "this day or time does not exist: look it up at the source"
    return None


def _about_code(column: str, value: str) -> tuple[str, str] | None:
    code = _CODES[column](value) if column in _CODES else None
    words = WORDS.get(column) or (AREAS if column == "area" else ())
    if found := code or nearest(value, words):
        return f"written otherwise: {found}", f'write "{found}" if you meant that'
    if value != value.upper() and COLUMNS[column].type == "code":
        return "small letters", "write the code in capitals"
    return None
