"""A table as it lies in its file: text, cell by cell.

Readers make it, the rules judge it. Nothing is typed yet: an empty field is "". A cell that a
problem already names is marked as refused, so that no other rule speaks of it again; `refuse` is
how every rule words its findings, `worded` finds the longer texts in `data/problems.csv`, and
`shown` is the one place where a value gets into a message.

How to mend a value is asked only when a rule has refused it, and changes no verdict. First what
Excel, and the way there, is known to do to values (`data/habits.csv`), then what the column itself
suggests: the nearest word of its list, the code of a state or country written out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ddor.errors import ExtractInvalid, Problem, Problems, readable
from ddor.extract.identifiers import looks, to_hide
from ddor.extract.limits import LIMITS, Limits, beyond
from ddor.extract.model import COLUMNS, DATA, TABLES, WORDS
from ddor.reference.codes import country_from_ice_label, form_from_ice_text, rows
from ddor.reference.places import AREAS, state_named

if TYPE_CHECKING:  # importing it takes longer than what most commands do
    import pandas as pd

REMOVE_IDENTIFIER = "remove it at the source: an extract must not identify a person"
# What precedes position 0 in a spreadsheet: rows are counted from 1, and the first is the header.
ABOVE = 2
MOST_ADVISED = 1000  # different wrong values of a column that are looked at one by one
_HABITS = rows("habits", DATA)
_WORDED = {row["name"]: row for row in rows("problems", DATA)}
# Signs that are not seen and act: control characters but for tabs and line ends, and those that
# turn the direction of a text. CONTROL as pyarrow's engine reads it too, which knows no surrogates.
CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
UNSEEN = re.compile(rf"{CONTROL}|[\ud800-\udfff]")
_CODES = {"form": form_from_ice_text, "state": state_named, "citizenship": country_from_ice_label}


def _no_frame() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@dataclass
class RawTable:
    """`name` is requests or charges; `problems` what was found so far; `text` one `str` column for
    each head, positions 0..n-1, no column where nothing could be read; `refused` same shape as
    `text`: True where a problem already names the cell."""

    name: str
    problems: Problems
    text: pd.DataFrame = field(default_factory=_no_frame)
    refused: pd.DataFrame = field(default_factory=_no_frame)
    limits: Limits = LIMITS

    def fill(
        self, heads: Sequence[str], columns: Sequence[pd.Series], uneven: Sequence[int] = ()
    ) -> None:
        """Take the text of the cells below the heads. A column without head and without values is
        left out. `uneven` are positions that a problem already names whole. Nothing is taken if no
        head is known: then what stands in row 1 is no header. A cell that is too long is emptied:
        no other rule reads it."""
        import pandas as pd

        known = TABLES[self.name]
        if set(heads).isdisjoint(known):
            alike = [f'"{head}" for "{found}"' for head in heads if (found := nearest(head, known))]
            # A row of data has a word that is like a head by chance; a misspelt header has many.
            name = "misspelt_header" if 2 * len(alike) > len(heads) else "no_header"
            words = worded(name, alike=", ".join(alike[:3]), columns=", ".join(known[:3]))
            return self.problems.report("", *words, [1])
        kept: dict[str, pd.Series] = {}
        for head, values in zip(heads, columns, strict=True):
            if head in kept:
                self.problems.report("", *worded("column_twice", head=shown([head])), [1])
            elif head.strip():
                kept[head] = values
            elif (values != "").any():
                self.problems.report("", *worded("nameless_column"), [1])
        self.text = pd.DataFrame(kept)
        self.refused = pd.DataFrame(False, self.text.index, self.text.columns)
        self.refused.iloc[list(uneven)] = True
        for head, values in self.text.items():
            if (long := values.str.len() > self.limits.letters).any():
                self.refuse_as(head, long, *beyond(self.limits.letters, "characters"), "shorten it")
                self.text.loc[long, head] = ""
        blank = (self.text == "").all(axis=1) & ~self.refused.all(axis=1)
        if blank.any():
            at = (self.text.index[blank] + ABOVE).tolist()
            self.problems.report("", "an empty row", "a row with values", "remove the row", at)
            self.refused.loc[blank] = True

    def refuse(self, column: str, failing: pd.Series, expected: str, mend: str) -> None:
        """Refuse the cells of `column` where `failing` that no problem names yet: one problem for
        each cause that `advise` knows, and one, with `mend`, for the rest. What looks like an
        identifier is a cause too, and is not shown."""
        if not (failing := failing.astype(bool)).any():
            return
        values = self.text.loc[failing & ~self.refused[column], column]
        causes = {value: advise(column, value, mend) for value in values.unique()[:MOST_ADVISED]}
        cause_of = values.map({value: cause for value, (cause, _) in causes.items()}).fillna("")
        for cause in cause_of.unique():
            members = values[cause_of == cause].unique()
            advice = causes.get(members[0], ("", mend))[1]
            self.refuse_as(column, cause_of == cause, shown(members), expected, advice)

    def refuse_as(self, column: str, cells: pd.Series, seen: str, expected: str, mend: str) -> None:
        """Refuse these cells of a column (bool; fewer positions will do), in one problem."""
        at = cells.index[cells]
        self.problems.report(column, seen, expected, mend, (at + ABOVE).tolist())
        self.refused.loc[at, column] = True


def worded(name: str, **values: object) -> tuple[str, str, str]:
    """What was seen, what was expected and how to mend it, as `data/problems.csv` words it under
    this name; its braces are filled with `values`."""
    seen, expected, mend = (_WORDED[name][part] for part in ("seen", "expected", "mend"))
    return seen.format_map(values), expected.format_map(values), mend.format_map(values)


def invalid(
    label: str, seen: str, expected: str, mend: str, rows: Sequence[int] = (), column: str = ""
) -> ExtractInvalid:
    """Of a table or file with which nothing else can be done."""
    return ExtractInvalid([Problem(label, tuple(rows), column, seen, expected, mend)], label)


def advise(column: str, value: str, otherwise: str) -> tuple[str, str]:
    """The cause of a refused value, a word to group values by, and how to mend it; `otherwise`
    where nothing is recognized."""
    if kind := looks(value):
        return kind, REMOVE_IDENTIFIER
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
    return (kind, REMOVE_IDENTIFIER) if (kind := to_hide(value)) else ("", otherwise)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, whatever its case; None if none is alike."""
    by_key = {key.casefold(): key for key in known}
    found = difflib.get_close_matches(word.strip().casefold(), by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None


def shown(values: Sequence[str | None]) -> str:
    """Up to three of the values, quoted; one that may identify a person is only described."""
    words = [_shown(value) for value in values[:3]]
    more = len(values) - len(words)
    return ", ".join(dict.fromkeys(words)) + (f" and {more} more values" if more else "")


def _shown(value: str | None) -> str:
    if not value:
        return "an empty cell"
    if hidden := to_hide(value):
        return f"what looks like {hidden} (not shown)"
    return f'"{readable(value[:60])}"'
