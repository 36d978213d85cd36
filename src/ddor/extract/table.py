"""A table as it lies in its file: text, cell by cell.

Readers make it, the rules judge it. Nothing is typed yet: an empty field is "". A cell that a
problem already names is marked as refused, so that no other rule speaks of it again; `report` is
how every rule words its findings, and the one place where a value gets into a message.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from ddor.errors import Problems
from ddor.extract.advice import advise, nearest
from ddor.extract.identifiers import looks, to_hide
from ddor.extract.model import TABLES

REMOVE_IDENTIFIER = "remove it at the source: an extract must not identify a person"
# What precedes position 0 in a spreadsheet: rows are counted from 1, and the first is the header.
ABOVE = 2


@dataclass
class Table:
    """`name` is requests or charges, `label` what a message calls it; `text` one `str` column for
    each head, positions 0..n-1, no column where nothing could be read; `problems` what was found
    so far; `refused` same shape as `text`: True where a problem already names the cell."""

    name: str
    label: str
    text: pd.DataFrame = field(default_factory=pd.DataFrame)
    problems: Problems = field(init=False)
    refused: pd.DataFrame = field(init=False)

    def __post_init__(self):
        self.problems = Problems(self.label)
        self.refused = pd.DataFrame(False, index=self.text.index, columns=self.text.columns)

    def fill(self, heads: Sequence[str], columns: Sequence, uneven: Sequence[int] = ()) -> None:
        """Take the text of the cells below the heads. A column without head and without values is
        left out. `uneven` are positions that a problem already names whole. Nothing is taken if no
        head is known: then what stands in row 1 is no header."""
        if set(heads).isdisjoint(TABLES[self.name]):
            return self._report_no_header(heads)
        kept: dict[str, pd.Series] = {}
        for head, values in zip(heads, columns, strict=True):
            if head in kept:
                seen = f'more than one column "{head}"'
                mend = "keep one of the two columns, or rename the other"
                self.problems.report(head, seen, "each column name once", mend, [1])
            elif head.strip():
                kept[head] = pd.Series(values, dtype="str")
            elif any(values):
                seen, expected = "a column without a name", "a name above every column"
                self.problems.report("", seen, expected, "name it or remove it", [1])
        self.text = pd.DataFrame(kept)
        self.refused = pd.DataFrame(False, index=self.text.index, columns=self.text.columns)
        self.refused.iloc[list(uneven)] = True
        blank = (self.text == "").all(axis=1) & ~self.refused.all(axis=1)
        if blank.any():
            rows = (self.text.index[blank] + ABOVE).tolist()
            self.problems.report("", "an empty row", "a row with values", "remove the row", rows)
            self.refused.loc[blank] = True

    def refuse(self, column: str, failing: pd.Series, expected: str, mend: str) -> None:
        """Refuse the cells of `column` where `failing` that no problem names yet: one problem for
        each cause that `advise` knows, and one, with `mend`, for the rest. What looks like an
        identifier is a cause too, and is not shown."""
        values = self.text.loc[failing.astype(bool) & ~self.refused[column], column]
        causes = {value: _cause(column, value, mend) for value in values.unique()}
        cause_of = values.map({value: cause for value, (cause, _) in causes.items()})
        for cause in cause_of.unique():
            members = values[cause_of == cause].unique()
            advice = causes[members[0]][1]
            self.refuse_as(shown(members), column, cause_of == cause, expected, advice)

    def refuse_as(self, seen: str, column: str, cells: pd.Series, expected: str, mend: str) -> None:
        """Refuse these cells of a column (bool; fewer positions will do), in one problem."""
        at = cells.index[cells]
        self.problems.report(column, seen, expected, mend, (at + ABOVE).tolist())
        self.refused.loc[at, column] = True

    def _report_no_header(self, heads: Sequence[str]) -> None:
        known = TABLES[self.name]
        alike = [f'"{head}" for "{found}"' for head in heads if (found := nearest(head, known))]
        # A row of data has a word that is like a head by chance; a misspelt header has many.
        is_header = 2 * len(alike) > len(heads)
        seen = f"no known column name, but {', '.join(alike[:3])}" if is_header else "no header"
        expected = f"a header in row 1: {', '.join(known[:3])} …"
        mend = "put the column names in row 1, spelled as in docs/extract.md"
        self.problems.report("", seen, expected, mend, [1])


def _cause(column: str, value: str, mend: str) -> tuple[str, str]:
    if kind := looks(value):
        return kind, REMOVE_IDENTIFIER
    cause, mended = advise(column, value, mend)
    if not cause and (kind := to_hide(value)):
        return kind, REMOVE_IDENTIFIER
    return cause, mended


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
    # Written out, because a control character would act on the terminal that shows the message.
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[:60]) + '"'
