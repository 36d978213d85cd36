"""The tables that say how a FOIA file is read: titles, words and rules (`data/`).

A release with another title or a new word is a line in one of them, and no code.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ddor.reference.codes import rows

_DATA = Path(__file__).parent / "data"
_titles, _words, _rules = (pd.DataFrame(rows(name, _DATA)) for name in ("titles", "words", "rules"))
_words["word"] = _words["word"].str.casefold()

# Field -> the titles it goes by, the one that counts first.
TITLES: dict[str, list[str]] = _titles.groupby("field", sort=False)["title"].agg(list).to_dict()
NEEDED = tuple(_titles.loc[_titles["needed"] == "yes", "field"])


class Form(NamedTuple):
    """A form in which the records were released. signs, not_signs: titles by which it is known;
    lacks: the needed fields that it never had; lacking: the same in words."""

    name: str
    signs: set[str]
    not_signs: set[str]
    lacks: set[str]
    lacking: str


_CHARGES = {field for field in NEEDED if field.startswith(("msc_", "most_serious"))}
_PERSON = {"citizenship_country", "detainer_prepared_criminality"}


def _form(form: str, signs: str, lacks: str) -> Form:
    own = signs.split()
    groups = {"charges": _CHARGES, "citizenship": _PERSON}
    without = {sign[1:] for sign in own if sign.startswith("!")}
    fields = set().union(*(groups.get(word, {word}) for word in lacks.split()))
    named = lacks.replace(" ", ", ").replace("_", " ")
    return Form(form, {*own} - {f"!{sign}" for sign in without}, without, fields, named)


FORMS = [_form(**row) for row in rows("forms", _DATA)]
ANOTHER_FORM = _form("a form that is not on the list", "", "")
# Field -> word in small letters -> what it becomes.
WORDS = {
    field: theirs.set_index("word")["becomes"].to_dict()
    for field, theirs in _words.groupby("field")
}
# Field whose words have to be known, the column made of it, what is expected in it.
VOCABULARY = [tuple(row.values()) for row in rows("vocabulary", _DATA)]
# Of lift reasons, in small letters.
DECLINE_REASONS = _words[_words["decline_reason"] != ""].set_index("word")["decline_reason"]
CLAIMS_TO_CITIZENSHIP = set(_words.loc[_words["claim"] == "yes", "word"])
# Step (cell, row, note) -> name of a rule -> the rule as the summary words it.
RULES = {step: own.set_index("name")["rule"].to_dict() for step, own in _rules.groupby("step")}
# Name of a rule -> what a cell looks like that it empties.
MEANS_EMPTY = _rules[_rules["pattern"] != ""].set_index("name")["pattern"].to_dict()
# A level and what in a name suggests it; the first line that fits counts.
LEVELS = [(row["level"], row["sign"]) for row in rows("levels", _DATA)]


def counted(step: str, met: Mapping[str, int]) -> dict[str, int]:
    """Rule -> how often it was met, in the order of the table; one never met is left out. `met`: by
    the name of a rule."""
    return {rule: int(met[name]) for name, rule in RULES[step].items() if met.get(name)}
