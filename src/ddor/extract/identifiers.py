"""Direct identifiers of a person, known by the head of a column and by the look of values; and the
keys of requests, found in texts (`RequestKeys`).

The extract needs none, and one that slips in would end in logs, run folders and
downloads. `data/identifiers.csv` has the patterns, `data/personal_names.csv` the names.

- `head_is_identifier` judges a column's head.
- `looks` says what a single value looks like, `identifier` what stands within a longer text.
- `to_hide` is stricter, for a value found where a code belongs.
- `found_in` looks through a column: what no single value gives away, several together may.

Nothing here prints a value, and nothing that words an error may print one that is named here. The
rules and their limits are told to the maker of an extract in `docs/extract.md`.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import product

from ddor.extract.model import DATA
from ddor.reference.codes import name_key, rows
from ddor.reference.places import state_named

NAME, BIRTH_DATE = "a person's name", "a date of birth"
# A birth date is told from other dates by its age: nobody under 14 is expected in an extract.
YOUNGEST = dt.timedelta(days=14 * 365)
FIRST_DAY = dt.date(1900, 1, 1)  # no request is older

_PATTERNS = rows("identifiers", DATA)
_HEADS = "|".join(row["pattern"] for row in _PATTERNS if row["where"] == "head")
_HEAD = re.compile(rf"(^|_)({_HEADS})(_|$)")
_VALUES = [row for row in _PATTERNS if row["where"] == "value"]
_LOOKS = re.compile("|".join(f"({row['pattern']})" for row in _VALUES), re.IGNORECASE)


def _words(kind: str) -> frozenset[str]:
    found = [row["words"] for row in rows("personal_names", DATA) if row["kind"] == kind]
    return frozenset(" ".join(found).split())


# Counties and towns bear the names of people; a word like *Jail* says that none is meant.
_SURNAMES, _GIVEN_NAMES, _OF_AGENCIES = map(_words, ("surname", "given name", "agency"))

_WORD = r"[^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*"
_LAST_FIRST = re.compile(rf"({_WORD}(?: {_WORD}){{0,3}}), ?({_WORD})((?: {_WORD}){{0,3}})\.?")
# Where a search begins: not within a word, or a long one would be read again from each letter.
_BEGIN = r"(?<![^\W\d_])(?<![^\W\d_]['’-])"
_PAIR = re.compile(rf"{_BEGIN}({_WORD}(?: {_WORD}){{0,2}}), ?({_WORD})")
_TWO_TO_FOUR_WORDS = re.compile(rf"({_WORD})(?: {_WORD}\.?){{0,2}} ({_WORD})")
_CAPITAL = r"(?![a-z])[^\W\d_](?:\.|(?:['’-]?[^\W\d_])*)"
_CAPITALIZED = re.compile(rf"{_BEGIN}{_CAPITAL}(?:,?\s+(?:(?:de|del|la|las|los)\s+)*{_CAPITAL})+")
# What a name of several words has; most codes have neither, and no name has to be looked for.
_BETWEEN_WORDS = re.compile("[ ,]")
_DATE = re.compile(
    r"([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{4}|[0-9]{2}))"
    r"([T ]00:00(:00)?)?"
)


def head_is_identifier(head: str) -> bool:
    """Whether a column's head promises a direct identifier, whatever its case and punctuation."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", head)
    return bool(_HEAD.search(re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")))


def looks(text: str) -> str | None:
    """What a single value looks like ("an A-number", "a person's name"), or None."""
    found = _LOOKS.search(text)
    if found and found.lastindex:
        return _VALUES[found.lastindex - 1]["kind"]
    if not _BETWEEN_WORDS.search(text) or _has(text, _OF_AGENCIES):
        return None
    pairs = [(found[1], found[2]) for found in _PAIR.finditer(text)]
    if words := _TWO_TO_FOUR_WORDS.fullmatch(text.strip()):
        pairs += [(words[1], words[2]), (words[2], words[1])]
    named = any(_has(last, _SURNAMES) and _has(first, _GIVEN_NAMES) for last, first in pairs)
    return NAME if named else None


def identifier(text: str) -> str | None:
    """What the text, or a name within it, looks like. Written so for longer text, where `looks`
    sees no name: it judges whole values, and none that speaks of a jail. In a run of capitalized
    words it finds "Sheriff Maria Garcia", but not the name of an agency ("Maria Garcia Jail")."""
    if kind := looks(text):
        return kind
    for run in _CAPITALIZED.findall(text):
        words = re.sub("['’]s(?!\\w)", "", run).split()
        # Whether one follows before the next comma, from the end of the run to each of its words.
        before_an_agency = [False]
        for word in reversed(words):
            own, comma, _ = word.partition(",")
            before_an_agency.append(_has(own, _OF_AGENCIES) or (not comma and before_an_agency[-1]))
        for start, length in product(range(len(words)), (2, 3, 4)):
            name = " ".join(words[start : start + length])
            if looks(name.rstrip(",")) == NAME:
                left = max(len(words) - start - length, 0)
                if name.endswith(",") or not before_an_agency[left]:
                    return NAME
    return None


def to_hide(text: str) -> str | None:
    """As `looks`, for a value found where a code belongs: there, any shape of a name is hidden,
    since no facility or offense can be meant."""
    words = text.split()
    is_saint = bool(words) and words[0].lower() in ("san", "santa", "st.", "saint")
    named = len(words) > 1 and not is_saint and _has(text, _SURNAMES | _GIVEN_NAMES)
    return looks(text) or (NAME if named or _name_shape(text.strip()) else None)


def found_in(column: str, values: Collection[str], issued: dt.date) -> dict[str, str]:
    """The values of a column that look like an identifier -> what they look like, one by one or as
    a column. `issued` is a day near the requests, to know a birth date by."""
    if column == "request_id" and hashes(values):
        return {}
    found = dict.fromkeys(birth_dates(values, issued), BIRTH_DATE)
    found |= dict.fromkeys(name_column(values), NAME)
    return found | {value: kind for value in values if (kind := looks(value))}


def name_column(values: Collection[str]) -> set[str]:
    """The values of a column that are personal names as a whole, though no single one is known to
    be: at least half are written LAST, FIRST, a fifth of those with a name of the lists; or at
    least half, and three, are a given name, a surname of the lists or both with words beside."""
    if not any(map(_BETWEEN_WORDS.search, values)):
        return set()
    distinct = {value.strip() for value in values if not _has(value, _OF_AGENCIES)} - {""}
    reversed_ = {value: found for value in distinct if (found := _name_shape(value))}
    known = sum(_has(f[1], _SURNAMES) or _has(f[2], _GIVEN_NAMES) for f in reversed_.values())
    if 2 * len(reversed_) >= len(distinct) and 5 * known >= len(reversed_) > 0:
        return set(reversed_)
    straight = {
        value
        for value in distinct
        if (found := _TWO_TO_FOUR_WORDS.fullmatch(value))
        and (_has(found[1], _GIVEN_NAMES) or _has(found[2], _SURNAMES))
    }
    return straight if 2 * len(straight) >= max(len(distinct), 6) else set()


def birth_dates(values: Collection[str], issued: dt.date) -> set[str]:
    """The dates of a free-text column of which at least half are dates that a person now 14 or
    older could be born on, seen from `issued`; else none."""
    distinct = {value.strip() for value in values} - {""}
    latest = (max(issued, FIRST_DAY) - YOUNGEST).timetuple()[:3]
    old = {value for value in distinct if (day := _day(value)) and day <= latest}
    return old if 2 * len(old) >= len(distinct) else set()


def hashes(values: Collection[str]) -> bool:
    """Whether these are all hexadecimal keys of one length, most with a letter after the first
    character: among them `a12345678` is chance, not an A-number."""
    distinct = set(values)
    is_hexadecimal = all(re.fullmatch("[0-9a-fA-F]+", value) for value in distinct)
    lettered = sum(1 for value in distinct if re.search("[a-fA-F]", value[1:]))
    return is_hexadecimal and len({*map(len, distinct)}) == 1 and 2 * lettered > len(distinct)


def _name_shape(text: str) -> re.Match | None:
    found = _LAST_FIRST.fullmatch(text)
    return None if found and state_named((found[2] + found[3]).strip()) else found


def _has(words: str, names: frozenset[str]) -> bool:
    return not names.isdisjoint(name_key(words).split())


def _day(text: str) -> tuple[int, ...] | None:
    """Year, month and day of a date, whether there is such a day or not."""
    if not _DATE.fullmatch(text):
        return None
    first, second, third = map(int, re.split("[-/.T ]", text)[:3])
    if text[:4].isdigit():
        return first, second, third
    # 3/12/1985 and 12.3.1985 are equally old: which is the month does not matter here.
    year = third if third > 99 else 1900 + third if third > 30 else 2000 + third
    return year, *sorted((first, second))


# Keys of requests

PLAIN_BELOW = 7
_ORDINARY = "|".join(row["pattern"] for row in _PATTERNS if row["where"] == "key")
_IN_ANY_TEXT = re.compile(_ORDINARY, re.IGNORECASE)
# Where no letter or digit goes on.
_BOUND = re.compile(r"(?<![^\W_])|(?![^\W_])")


class RequestKeys:
    """A set of keys that is looked for in texts: a request_id is never published.

    A key is found wherever no letter or digit touches it: `R0000003/R0000004`, `(DET#0001234)`,
    `2024:77:0001`. Small and capital letters are one, and so are all kinds of white space, since a
    text breaks its lines where it likes.

    Not looked for, because every page would be refused:

    - up to six characters that are digits alone or letters alone, signs around them left aside
      (`3`, `(2017)`, `bus`), and up to six signs without either;
    - a month or a day (`2017-02`, `2017-02-18`);
    - numbers as laws are cited by (`3d`, `9th`, `287.7(d)`);
    - the names that a report has for its checks and forms (`E11`, `I-247A`).

    A text is read once, whatever the number of keys: where a key can begin, the lengths of the keys
    are tried, and each is one look-up."""

    def __init__(self, keys: Iterable[str]):
        written = {key for key in keys if not in_any_text(key)}
        # As written too: folding can join the first sign of a key with what stands before it.
        folded = {key for key in map(_folded, written) if not in_any_text(key)}
        self._forms = [(form, {*map(len, form)}) for form in (written, folded)]

    def in_text(self, text: str) -> bool:
        """Whether a key stands between two places where no letter or digit goes on."""
        for (keys, lengths), read in zip(self._forms, (text, _folded(text)), strict=True):
            bounds = {found.start() for found in _BOUND.finditer(read)} if keys else set()
            for start, length in product(bounds, lengths):
                if start + length in bounds and read[start : start + length] in keys:
                    return True
        return False


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
