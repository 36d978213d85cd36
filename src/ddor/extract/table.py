"""A table as it lies in its file: text, cell by cell, with the row numbers a spreadsheet shows.

Readers make it, the rules judge it. Nothing is typed yet: an empty field is "". A cell that a
problem already names is marked as refused, so that no other rule speaks of it again; `tell` is
how every rule words its findings, and the one place where a value gets into a message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ddor.errors import Problem
from ddor.extract.advice import advise, nearest
from ddor.extract.columns import TABLES
from ddor.extract.identifiers import looks, to_hide

REMOVE_IDENTIFIER = "remove it at the source: an extract must not identify a person"


@dataclass
class Table:
    """`name` is requests or charges, `label` what a message calls it; `text` one `str` column for
    each head, positions 0..n-1; `rows` the row number of each position; `problems` what was found
    so far; `refused` same shape as `text`: True where a problem already names the cell."""

    name: str
    label: str
    text: pd.DataFrame
    rows: np.ndarray
    problems: list[Problem] = field(default_factory=list)
    refused: pd.DataFrame = field(init=False)

    def __post_init__(self):
        self.refused = pd.DataFrame(False, index=self.text.index, columns=self.text.columns)

    @classmethod
    def unreadable(cls, name: str, label: str, problems: list[Problem]) -> "Table":
        """A table of which nothing could be read: no rows and no columns."""
        return cls(name, label, pd.DataFrame(), np.array([], dtype=int), problems)

    @classmethod
    def build(
        cls,
        name: str,
        label: str,
        heads: Sequence[str],
        columns: Sequence[Sequence[str] | np.ndarray],
        problems: list[Problem],
        uneven: Sequence[int] = (),
    ) -> "Table":
        """From the cells below the heads, the first of them in row 2. A column without head and
        without values is left out. `uneven` are positions that a problem already names whole.
        Unreadable if no head is known: then what stands in row 1 is no header."""
        if not set(heads) & set(TABLES[name]):
            return cls.unreadable(name, label, [*problems, _no_header(label, heads, TABLES[name])])
        series = [pd.Series(values, dtype="str") for values in columns]
        kept: dict[str, pd.Series] = {}
        for head, values in zip(heads, series, strict=True):
            if head in kept:
                mend = "keep one of the two columns, or rename the other"
                seen = f'more than one column "{head}"'
                problems.append(Problem(label, (1,), head, seen, "each column name once", mend))
            elif head.strip():
                kept[head] = values
            elif (values != "").any():
                seen, expected = "a column without a name", "a name above every column"
                problems.append(Problem(label, (1,), "", seen, expected, "name it or remove it"))
        text = pd.DataFrame(kept)
        table = cls(name, label, text, np.arange(2, len(text) + 2), problems)
        table.refused.iloc[list(uneven)] = True
        table._tell_blank_rows(set(uneven))
        return table

    def tell(self, column: str, failing: np.ndarray, expected: str, mend: str) -> None:
        """Add the problems of the cells of `column` where `failing` that none names yet: one for
        each cause that `advise` knows, and one, with `mend`, for the rest. What looks like an
        identifier is a cause too, and is not shown."""
        failing = np.asarray(failing, dtype=bool) & ~self.refused[column].to_numpy()
        if not failing.any():
            return
        values = self.text.loc[failing, column]
        by_cause: dict[str, list[str]] = {}
        advice: dict[str, str] = {}
        for value in values.unique():
            cause, mended = self._cause(column, value, mend)
            by_cause.setdefault(cause, []).append(value)
            advice.setdefault(cause, mended)
        for cause, members in by_cause.items():
            positions = values.index[values.isin(members)]
            self.add(positions, column, shown(members), expected, advice[cause])
        self.refused.loc[failing, column] = True

    def add(self, positions: Iterable[int], column: str, seen: str, expected: str, mend: str):
        """Add one problem of the rows at these positions."""
        rows = tuple(self.rows[list(positions)].tolist())
        self.problems.append(Problem(self.label, rows, column, seen, expected, mend))

    @staticmethod
    def _cause(column: str, value: str, mend: str) -> tuple[str, str]:
        if kind := looks(value):
            return kind, REMOVE_IDENTIFIER
        cause, mended = advise(column, value, mend)
        if not cause and (kind := to_hide(value)):
            return kind, REMOVE_IDENTIFIER
        return cause, mended

    def _tell_blank_rows(self, told: set[int]) -> None:
        blank = (self.text == "").all(axis=1).to_numpy()
        positions = [at for at in np.flatnonzero(blank).tolist() if at not in told]
        if positions:
            self.add(positions, "", "an empty row", "a row with values", "remove the row")
            self.refused.iloc[positions] = True


def _no_header(label: str, heads: Sequence[str], known: Sequence[str]) -> Problem:
    alike = [f'"{head}" for "{found}"' for head in heads if (found := nearest(head, known))]
    # A row of data has a word that is like a head by chance; a misspelt header has many.
    is_header = 2 * len(alike) > len(heads)
    seen = f"no known column name, but {', '.join(alike[:3])}" if is_header else "no header"
    expected = f"a header in row 1: {', '.join(known[:3])} …"
    mend = "put the column names in row 1, spelled as in docs/extract.md"
    return Problem(label, (1,), "", seen, expected, mend)


def shown(values: Sequence[str | None]) -> str:
    """Up to three of the values, quoted; one that may identify a person is only described."""
    words = [_shown(value) for value in values[:3]]
    more = len(values) - len(words)
    return ", ".join(dict.fromkeys(words)) + (f" and {more} more values" if more else "")


def _shown(value: str | None) -> str:
    if not value:
        return "an empty cell"
    hidden = to_hide(value)
    if hidden:
        return f"what looks like {hidden} (not shown)"
    # Written out, because a control character would act on the terminal that shows the message.
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[:60]) + '"'
