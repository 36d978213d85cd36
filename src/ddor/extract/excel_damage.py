"""What Excel, and the way there, does to a value, recognized and named.

`diagnose` is asked only about a value that a rule has already refused: it changes no verdict, it
tells the person which habit of Excel did it and how to undo it. `damaged` is the rule for free
text, which no other rule would refuse.
"""

import re

import pandas as pd

WIDTHS = {"county_fips": 5, "ncic_code": 4}

_ERROR = r"#+|#(?:REF|N/A|NAME\?|VALUE|DIV/0|NULL|NUM|SPILL|CALC)!?"
_SCIENTIFIC = r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_MONTH_DATE = rf"{_MONTH}[- ][0-9]{{2,4}}|[0-9]{{1,2}}[- ]{_MONTH}(?:[- ][0-9]{{2,4}})?"
_LOCAL_DATE = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}(?:,? [0-9]{1,2}:[0-9]{2}.*)?"
_MISSING = ("na", "n/a", "null", "none", "nan", "nat", "-", "--")


def diagnose(column: str, value: str) -> tuple[str, str] | None:
    """The cause (a key to group by) and how to mend it, or None where no habit is recognized."""
    bare = value.strip()
    for cause, pattern, mend in _HABITS:
        if re.fullmatch(pattern, bare, re.IGNORECASE if cause != "capitals" else 0):
            return cause, mend
    if bare.lower() in _MISSING:
        return "missing", f'"{bare}" is not a value: leave the cell empty, or write what is known'
    width = WIDTHS.get(column)
    if width and re.fullmatch(r"[0-9]+(\.0+)?", bare):
        digits = bare.split(".")[0]
        if len(digits) == width - 1:
            mend = f'Excel drops leading zeros ("{digits.zfill(width)}" becomes "{bare}")'
            return "zero", f"{mend}: format the column as Text and restore them from the source"
        if "." in bare and len(digits) == width:
            return "decimal", f'the code became a number: write "{digits}", as text'
    if column == "charge_no" and re.fullmatch(r"[0-9]+[.,]0+", bare):
        return "decimal", f'a spreadsheet added a fraction: write "{re.split("[.,]", bare)[0]}"'
    if value != bare and bare:
        return _spaces(value, bare)
    return None


def damaged(text: pd.Series) -> pd.Series:
    """Which free-text values are an error, a fill of #, a number in scientific notation or a
    leading apostrophe. Bool, same index."""
    return text.str.fullmatch(rf"(?:{_ERROR}|{_SCIENTIFIC}|'.*)")


def _spaces(value: str, bare: str) -> tuple[str, str]:
    where = [
        word
        for word, cut in [("leading", value.lstrip()), ("trailing", value.rstrip())]
        if cut != value
    ]
    count = f"has {len(value)} characters with a {' and a '.join(where)} space"
    return f"spaces {where}", f'it {count}: write "{bare}"'


_HABITS = [
    (
        "capitals",
        "TRUE|FALSE|True|False",
        "Excel writes TRUE and FALSE in capitals: write true or false in small letters",
    ),
    (
        "error",
        _ERROR,
        "Excel could not show or compute the value: restore it from the source, and widen the "
        "column before saving",
    ),
    (
        "scientific",
        _SCIENTIFIC,
        "Excel shortened a long number and its digits are lost: format the column as Text and "
        "restore it from the source",
    ),
    (
        "month",
        _MONTH_DATE,
        "Excel took the text for a date (2017-01 becomes Jan-17): format the column as Text and "
        "restore it from the source; write dates as 2017-01-28",
    ),
    (
        "local date",
        _LOCAL_DATE,
        "a spreadsheet's own date format, in which day and month can be confused: write it as "
        "2017-01-28 or 2017-01-28T09:15",
    ),
    (
        "serial",
        r"[34][0-9]{4}\.[0-9]+",
        "Excel's day number in place of a date: format the column as a date, or write 2017-01-28",
    ),
    (
        "apostrophe",
        "'.*",
        "the leading apostrophe is Excel's mark for text, not part of the value: remove it",
    ),
]
