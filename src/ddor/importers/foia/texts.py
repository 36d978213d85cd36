"""Columns of text with many rows and few words: a word is kept, and worked on, once.

Such a column has pandas' dtype `category`; one with more than MOST_WORDS different texts, such as
that of a pseudonym, has `str`. What `of_words` wraps takes either, so no caller has to know which.
"""

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

MOST_WORDS = 100_000


def column(codes: np.ndarray, words: pd.Series) -> pd.Series:
    """The texts `words[codes]`. Missing: where a code is -1, and where its word is."""
    again, words = pd.factorize(words)
    codes = np.append(again, -1)[codes]
    if len(words) > MOST_WORDS:
        return pd.Series(words.array.take(codes, allow_fill=True))
    return pd.Series(pd.Categorical.from_codes(codes, words))


def of_words(function: Callable) -> Callable:
    """`function` takes a `str` Series and makes a Series of any type, each cell from its own text
    alone; the same for a column of either kind, of which only the different words are asked."""

    @functools.wraps(function)
    def asked(texts: pd.Series, *more) -> pd.Series:
        if texts.dtype != "category":
            return function(texts, *more)
        # Code -1, a missing text, picks the last.
        words = pd.Series([*texts.cat.categories, None], dtype="str")
        made, codes = function(words, *more), texts.cat.codes.to_numpy()
        if made.dtype == "str":
            return column(np.where(codes < 0, len(words) - 1, codes), made).set_axis(texts.index)
        return made.take(codes).set_axis(texts.index)

    return asked


@of_words
def meant(texts: pd.Series, look_up: Callable[[str], str | None]) -> pd.Series:
    """What each text means; missing where that is not known."""
    return texts.map(look_up, na_action="ignore").astype("str")


# With a text in place of what is missing; in small letters; whether all of the text fits a pattern.
filled = of_words(lambda texts, text: texts.fillna(text))
casefolded = of_words(lambda texts: texts.str.casefold())
matches = of_words(lambda texts, pattern: texts.str.fullmatch(pattern))
