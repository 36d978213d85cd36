"""The rules of the two tables, column by column, as pandera schemas; and their failures in words.

Each check's `error` is the sentence a person reads as *expected*. Rules between columns and
tables are in `relations.py`.
"""

import datetime as dt

import pandas as pd
import pandera.pandas as pa

from ddor.extract.advice import WORDS
from ddor.extract.columns import FREE_TEXT, KINDS, MAY_BE_EMPTY, TABLES
from ddor.extract.excel_damage import damaged
from ddor.extract.model import DATETIMES
from ddor.extract.table import Table
from ddor.reference.countries import COUNTRIES
from ddor.reference.places import STATES, state_of_fips

# Years of grace of DESIGN 2; a sentence may end at any later time.
YEARS_AFTER_THE_WEEK = 2
# DESIGN 2 bounds issued_at alone; the year 2 of a known file is no date anywhere.
EARLIEST = {column: dt.date(1900, 1, 1) for column in DATETIMES} | {
    "issued_at": dt.date(1990, 1, 1)
}
WITHOUT_LATEST = ("sentence_ends_on",)
_LOOK_UP = "look it up at the source"
# Line ends and tabs are text; a lone CR is not, since CSV would not keep it.
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]|\r$"


def check_columns(table: Table, frame: pd.DataFrame, latest: dt.date | None) -> None:
    """Judge the typed columns of a table and tell what fails; no date may be after `latest`."""
    if frame.empty:
        return
    schema = pa.DataFrameSchema(
        {column: _column(column, latest) for column in TABLES[table.name] if column in frame}
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        _tell(table, errors.failure_cases)


def latest_allowed(day: dt.date) -> dt.date:
    return (pd.Timestamp(day) + pd.DateOffset(years=YEARS_AFTER_THE_WEEK)).date()


def _column(column: str, latest: dt.date | None) -> pa.Column:
    kind = KINDS[column]
    dtype: str | type
    if kind in ("time", "date"):
        dtype, checks = "datetime64[s]", _bounds(column, latest)
    elif kind == "number":
        dtype, checks = "Int64", [pa.Check.ge(1, error="a whole number, 1 or more")]
    else:
        dtype, checks = str, _text_checks(column)
    return pa.Column(dtype, checks, nullable=column in MAY_BE_EMPTY)


def _bounds(column: str, latest: dt.date | None) -> list[pa.Check]:
    first = EARLIEST[column]
    checks = [pa.Check.ge(pd.Timestamp(first), error=f"{first} or later")]
    if latest and column not in WITHOUT_LATEST:
        end = pd.Timestamp(latest + dt.timedelta(days=1))
        error = f"{latest} or earlier, two years after the week"
        checks.append(pa.Check.lt(end, error=error))
    return checks


def _text_checks(column: str) -> list[pa.Check]:
    if column in WORDS:
        return [pa.Check.isin(WORDS[column], error=f"one of {', '.join(WORDS[column])}")]
    if column in FREE_TEXT:
        return [
            _matches(r"(?s)\S(?:.*\S)?", "text without spaces around it")
            if column == "request_id"
            else _matches(r"(?s).*\S.*", "text"),
            pa.Check(lambda text: ~damaged(text), error="the text as the source has it"),
            pa.Check(lambda text: ~text.str.contains(_CONTROL), error="no control characters"),
        ]
    return [_CODE_CHECKS[column]] if column in _CODE_CHECKS else []


def _matches(pattern: str, error: str) -> pa.Check:
    return pa.Check(lambda text: text.str.fullmatch(pattern), error=error)


def _has_state(fips: pd.Series) -> pd.Series:
    return fips.isin([code for code in fips.unique() if state_of_fips(code)])


_AGENCY = _matches("[A-Z0-9]{4,12}", "4 to 12 capital letters and digits")
_CODE_CHECKS = {
    "agency_id": _AGENCY,
    "releasing_agency_id": _AGENCY,
    "ncic_code": _matches("[A-Za-z0-9]{4}", "4 characters, letters and digits"),
    "state": pa.Check.isin(list(STATES), error="a USPS code of a state, such as MN"),
    "county_fips": pa.Check(
        _has_state, error="5 digits, the first two of them the code of a state"
    ),
    "citizenship": pa.Check.isin(
        list(COUNTRIES), error="a country's ISO 3166-1 alpha-3 code, such as MEX, or UNK"
    ),
}


def _tell(table: Table, failures: pd.DataFrame) -> None:
    for (column, check), cases in failures.groupby(["column", "check"], sort=False):
        failing = table.text.index.isin(cases["index"].astype("int64"))
        if check == "not_nullable":
            table.tell(column, failing, "a value", "fill it in: this column must not be empty")
        else:
            table.tell(column, failing, check, _LOOK_UP)
