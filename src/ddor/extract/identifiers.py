"""Direct identifiers of a person, refused by the head of a column and by the look of its values.

The extract needs none (DESIGN 2), and one that slips in would end in logs, run folders and
downloads. `head_is_identifier` judges a column's head; `looks` says what single values look like;
`name_column` finds a column of personal names that no single value gives away. Nothing here
prints a value, and nothing that words an error may print one that `looks` names.

The rules and their limits are told to the maker of an extract in `docs/extract.md`.
"""

import datetime as dt
import re
from collections.abc import Iterable

from ddor.extract.personal_names import GIVEN_NAMES, SURNAMES
from ddor.reference.places import state_named
from ddor.reference.spelling import name_key

# A birth date is told from other dates by its age: nobody under 14 is expected in an extract.
YOUNGEST = dt.timedelta(days=14 * 365)

_WHOLE_HEAD = re.compile(
    r"names?|alias(es)?|aka|sid|age|person|subject|detainee|inmate|a_?no|signature"
)
_IN_HEAD = re.compile(
    r"(^|_)("
    r"(first|last|middle|given|family|maiden|full|birth|nick|person|persons|subject|detainee|inmate"
    r"|alien|noncitizen|defendant|offender|arrestee|victim|[flm])_?names?|surnames?|name_of_\w+"
    r"|names?_(first|last|middle|full|given)|a_?(number|num|file)"
    r"|alien_?((registration|file)_?)?(number|no|num|id)|uscis_?(number|no|num)"
    r"|ssn|social_?security(_?(number|no|num))?|itin"
    r"|dob|d_o_b|birth_?(date|day|year|dt)|(date|year|day)_?of_?birth|birthday|born(_on)?"
    r"|fins?_?(number|no|num|id)?|fbi_?(number|no|num|id)|ucn|state_?id(entification)?_?(number|no)"
    r"|passport(_?(number|no|num))?|driver_?s?_?licen[cs]e(_?(number|no|num))?|licen[cs]e_plate"
    r"|visa_?(number|no|num)|booking_?(number|no|num|id)|inmate_?(number|no|num|id)"
    r"|detainee_?id|person_?id|subject_?id|(eid_)?civ(il)?_?id"
    r"|(home_|street_|mailing_)?address(es)?|street|e_?mails?|(tele_?|cell_?)?phones?|mobile"
    r"|photo(graph)?|mugshot|fingerprints?|biometric_?id"
    r")(_|$)"
)

_DATE = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2}))"
)
_LOOKS = re.compile(
    r"(?P<anumber>(?<![a-z0-9])(?:a[\s#:-]*|alien\D{1,20})"
    r"[0-9]{3}[-\s]?[0-9]{3}[-\s]?[0-9]{2,3}(?![a-z0-9])"
    r"|(?<![a-z0-9-])[0-9]{3}-[0-9]{3}-[0-9]{3}(?![a-z0-9-]))"
    r"|(?P<ssn>(?<![a-z0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![a-z0-9-]))"
    r"|(?P<email>[^@\s]+@[^@\s]+\.[a-z]{2,})"
    r"|(?P<phone>(?<![a-z0-9-])(?:\+?1[-. ])?(?:\([0-9]{3}\) ?|[0-9]{3}[-. ])"
    r"[0-9]{3}[-. ][0-9]{4}(?![a-z0-9-]))"
    rf"|(?P<birth>\b(?:dob|d\.o\.b\.?|born|birth)\b\D{{0,20}}(?:{_DATE}|(?:19|20)[0-9]{{2}}))",
    re.IGNORECASE,
)
_KINDS = {
    "anumber": "an A-number",
    "ssn": "a Social Security number",
    "email": "an e-mail address",
    "phone": "a phone number",
    "birth": "a date of birth",
}
NAME, BIRTH_DATE = "a person's name", "a date of birth"

_AGENCY_WORDS = frozenset(
    "adc annex borough center city co corr correctional corrections county department dept "
    "detention facility jail office parish pd police prison sheriff sheriffs state town township "
    "village".split()
)

_WORD = r"[^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*"
_LAST_FIRST = re.compile(rf"({_WORD}(?: {_WORD}){{0,3}}), ?({_WORD})((?: {_WORD}){{0,3}})\.?")
_PAIR = re.compile(rf"({_WORD}(?: {_WORD}){{0,2}}), ?({_WORD})")
_TWO_TO_FOUR_WORDS = re.compile(rf"({_WORD})(?: {_WORD}\.?){{0,2}} ({_WORD})")


def head_is_identifier(head: str) -> bool:
    """Whether a column's head promises a direct identifier, whatever its case and punctuation."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", head)
    words = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    return bool(_WHOLE_HEAD.fullmatch(words) or _IN_HEAD.search(words))


def looks(text: str) -> str | None:
    """What a single value looks like ("an A-number", "a person's name"), or None."""
    found = _LOOKS.search(text)
    if found and found.lastgroup:
        return _KINDS[found.lastgroup]
    return NAME if _is_name(text) else None


def to_hide(text: str) -> str | None:
    """As `looks`, for a value found where a code belongs: there, any shape of a name is hidden,
    since no facility or offense can be meant."""
    words = text.split()
    is_saint = bool(words) and words[0].lower() in ("san", "santa", "st.", "saint")
    named = len(words) > 1 and not is_saint and _has(text, SURNAMES | GIVEN_NAMES)
    return looks(text) or (NAME if named or _name_shape(text.strip()) else None)


def name_column(values: Iterable[str]) -> set[str]:
    """The values of a column that are personal names as a whole, though no single one is known to
    be: at least half are written LAST, FIRST, a fifth of those with a name of the lists; or at
    least half, and three, are a given name, a surname of the lists or both with words beside."""
    distinct = {value.strip() for value in values if not of_an_agency(value)} - {""}
    reversed_ = {value: found for value in distinct if (found := _name_shape(value))}
    known = [
        found
        for found in reversed_.values()
        if _has(found[1], SURNAMES) or _has(found[2], GIVEN_NAMES)
    ]
    if 2 * len(reversed_) >= len(distinct) and 5 * len(known) >= len(reversed_) > 0:
        return set(reversed_)
    straight = {
        value
        for value in distinct
        if (found := _TWO_TO_FOUR_WORDS.fullmatch(value))
        and (_has(found[1], GIVEN_NAMES) or _has(found[2], SURNAMES))
    }
    return straight if 2 * len(straight) >= max(len(distinct), 6) else set()


def birth_dates(values: Iterable[str], issued: dt.date) -> set[str]:
    """The dates of a free-text column of which at least half are dates that a person now 14 or
    older could be born on, seen from `issued`; else none."""
    distinct = {value.strip() for value in values} - {""}
    old = {value for value in distinct if (day := _day(value)) and day <= issued - YOUNGEST}
    return old if 2 * len(old) >= len(distinct) else set()


def hashes(values: Iterable[str]) -> bool:
    """Whether these are all hexadecimal keys of one length, most with a letter after the first
    character: among them `a12345678` is chance, not an A-number."""
    distinct = set(values)
    lettered = sum(1 for value in distinct if re.search("[a-f]", value[1:], re.IGNORECASE))
    return (
        len({len(value) for value in distinct}) == 1
        and 2 * lettered > len(distinct)
        and all(re.fullmatch("[0-9a-f]+", value, re.IGNORECASE) for value in distinct)
    )


def of_an_agency(text: str) -> bool:
    """Counties and towns bear the names of people; a word like *Jail* says that none is meant."""
    return not _AGENCY_WORDS.isdisjoint(name_key(text).split())


def _is_name(text: str) -> bool:
    if of_an_agency(text):
        return False
    for found in _PAIR.finditer(text):
        if _has(found[1], SURNAMES) and _has(found[2], GIVEN_NAMES):
            return True
    words = _TWO_TO_FOUR_WORDS.fullmatch(text.strip())
    return words is not None and any(
        _has(given, GIVEN_NAMES) and _has(surname, SURNAMES)
        for given, surname in [(words[1], words[2]), (words[2], words[1])]
    )


def _name_shape(text: str) -> re.Match | None:
    found = _LAST_FIRST.fullmatch(text)
    if not found:
        return None
    after = (found[2] + found[3]).strip()
    return None if state_named(after) else found


def _has(words: str, names: frozenset[str]) -> bool:
    return not names.isdisjoint(name_key(words).split())


def _day(text: str) -> dt.date | None:
    if not re.fullmatch(_DATE + r"(?:[T ]00:00(?::00)?)?", text):
        return None
    parts = [int(part) for part in re.split(r"[-/.T ]", text)[:3]]
    if len(re.split(r"[-/.]", text)[0]) == 4:
        year, month, day = parts
    else:
        # 3/12/1985 and 12.3.1985 are equally old: which is the month does not matter here.
        month, day, year = sorted(parts[:2]) + parts[2:]
        year += 0 if year > 99 else 1900 if year > 30 else 2000
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
