"""What each column of an extract means, and by which words an export's own heads and cells are
recognized (`data/meanings.csv`)."""

import re
from pathlib import Path
from typing import NamedTuple

from ddor.extract.identifiers import head_is_identifier
from ddor.extract.model import COLUMNS, WORDS
from ddor.reference.codes import name_key, rows


class Meaning(NamedTuple):
    """A column of the contract. heads: keys of words in the heads of exports; words: what a cell
    may become -> a pattern; otherwise: what stands for a column that an export lacks, "" for
    none."""

    table: str
    column: str
    meaning: str
    heads: tuple[str, ...]
    words: dict[str, str]
    otherwise: str

    @property
    def needed(self) -> bool:
        """Whether an extract cannot be made without it: of charges there may be none."""
        may_be_empty = COLUMNS[self.column]["empty"] == "yes"
        return self.table == "requests" and not may_be_empty and not self.otherwise


def _meaning(table, column, meaning, heads, words, otherwise) -> Meaning:
    keys = tuple(name_key(head) for head in heads.split("|"))
    patterns = dict(part.split("=") for part in words.split("; ") if part)
    return Meaning(table, column, meaning, keys, patterns, otherwise)


MEANINGS = [_meaning(**row) for row in rows("meanings", Path(__file__).parent / "data")]


def column_of(head: str, whole: bool = False) -> Meaning | None:
    """The column that a head of an export seems to mean: by its own name, else by its words, as a
    whole or (unless `whole`) in part. None for what would name a person."""
    if head_is_identifier(head):
        return None
    key = name_key(head)
    found = [each for each in MEANINGS if key == name_key(each.column)]
    found += [each for each in MEANINGS if key in each.heads]
    if not whole:
        parts = ((each, word) for each in MEANINGS for word in each.heads)
        found += [each for each, word in parts if re.search(rf"\b{word}\b", key)]
    return next(iter(found), None)


def contract_words(column: str) -> dict[str, str]:
    """The words that a column may hold, by themselves in small letters."""
    return {word.casefold(): word for word in WORDS.get(column, ())}


def word_of(meaning: Meaning, cell: str) -> str:
    """What a cell seems to mean in a column of words, "" if nothing tells."""
    if word := contract_words(meaning.column).get(cell.strip().casefold()):
        return word
    patterns = meaning.words.items()
    return next((word for word, sign in patterns if re.search(sign, cell, re.IGNORECASE)), "")
