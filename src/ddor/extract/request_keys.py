"""Finds the keys of requests in texts: a request_id is never published (DESIGN 5).

A key is found wherever no letter or digit touches it: `R0000003/R0000004`, `(DET#0001234)`,
`2024:77:0001`. Small and capital letters are one, and so are all kinds of white space, since a text
breaks its lines where it likes.

Not looked for, because every page would be refused:

- up to six characters that are digits alone or letters alone, signs around them left aside (`3`,
  `(2017)`, `bus`), and up to six signs without either;
- a month or a day (`2017-02`, `2017-02-18`);
- numbers as laws are cited by (`3d`, `9th`, `287.7(d)`);
- the names that a report has for its checks and forms (`E11`, `I-247A`).
"""

import re
import unicodedata
from collections.abc import Iterable

PLAIN_BELOW = 7
_IN_ANY_TEXT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|E\d{1,2}|I-247[ADGNX]?"
    r"|[1-9]\d{0,2}(d|st|nd|rd|th)"
    r"|[1-9](\d{0,2}(\.\d{1,2})?|\d{3})((\([a-z]{1,3}\)|\(\d\d?\))*(\([a-z\d]{1,2})?)",
    re.IGNORECASE,
)


class RequestKeys:
    """A set of keys that is looked for in texts. A text is read once, whatever the number of keys:
    where a key can begin, the lengths of the keys are tried, and each is one look-up."""

    def __init__(self, keys: Iterable[str]):
        written = {key for key in keys if not in_any_text(key)}
        # As written too: folding can join the first sign of a key with what stands before it.
        folded = {key for key in map(_folded, written) if not in_any_text(key)}
        self._forms = [(form, {*map(len, form)}) for form in (written, folded)]

    def in_text(self, text: str) -> bool:
        (written, lengths), (folded, lengths_folded) = self._forms
        return _any_in(written, lengths, text) or _any_in(folded, lengths_folded, _folded(text))


def _any_in(keys: set[str], lengths: set[int], text: str) -> bool:
    """Whether one of the keys stands between two places where no letter or digit goes on."""
    if not keys:
        return False
    within = [False, *(sign.isalnum() for sign in text), False]
    bounds = {at for at in range(len(text) + 1) if not (within[at] and within[at + 1])}
    return any(
        start + length in bounds and text[start : start + length] in keys
        for start in bounds
        for length in lengths
    )


def visible(text: str) -> str:
    """Without the signs that nobody sees: soft hyphens, spaces of no width and their like."""
    return text if text.isascii() else "".join(s for s in text if unicodedata.category(s) != "Cf")


def _folded(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", visible(text))
    return " ".join(plain.casefold().split())


def in_any_text(key: str) -> bool:
    """Whether texts hold this key for reasons of their own, so that none is searched for it."""
    if len(key) >= PLAIN_BELOW:
        return not key.strip() or (key[0].isdigit() and bool(_IN_ANY_TEXT.fullmatch(key)))
    inside = re.sub(r"^[\W_]+|[\W_]+$", "", key)
    plain = inside.isdigit() or inside.isalpha() or not inside
    return plain or bool(_IN_ANY_TEXT.fullmatch(inside))
