"""The rules of the two tables: heads, identifiers, columns one by one, and what lies between them.

What a column may hold is in `data/columns.csv`; this module turns each of its lines into checks: a
check is which cells fail, what was expected of them, and how to mend them. Each is reported, and
judging goes on, so that a person mends an extract once.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import pandas as pd

from ddor.extract.identifiers import found_in, head_is_identifier
from ddor.extract.model import COLUMNS, DATA, DATETIMES, TABLES, TYPES, WORDS
from ddor.extract.table import ABOVE, CONTROL, REMOVE_IDENTIFIER, RawTable, nearest, shown, worded
from ddor.reference.codes import COUNTRIES, rows
from ddor.reference.places import STATES, area_named, state_of_fips

# No date but the end of a sentence lies further ahead.
YEARS_AFTER_THE_WEEK = 2
# The columns that may hold any text. The columns of codes need no search for identifiers: there
# every rule refuses a name, and no message shows it. A request_id of charges stands in requests
# too, or fails as a charge without a request.
SEARCHED = {"requests": ("request_id", "agency_name"), "charges": ("description",)}

_LISTED: dict[str, Callable[[str], object]] = {
    "state": STATES.get,
    "county_fips": state_of_fips,
    "area": area_named,
    "citizenship": COUNTRIES.get,
}
# Of a free text, what no other rule would refuse.
_DAMAGE = ("error", "scientific", "apostrophe")
_DAMAGED = "|".join(row["pattern"] for row in rows("habits", DATA) if row["cause"] in _DAMAGE)
_LOOK_UP = "look it up at the source"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)?"
# A lone CR is no line end, since CSV would not keep it.
_CONTROL = rf"{CONTROL}|\r[^\n]|\r$"
# Which cells fail, what was expected of them, how to mend them.
_Checks = Iterator[tuple[pd.Series, str, str]]


def check_heads(table: RawTable, ignored: tuple[str, ...]) -> None:
    """Report what is wrong with the heads. `ignored` ones may be unknown, an identifier never."""
    known, heads = TABLES[table.name], list(table.text)
    for head in [head for head in heads if head not in known]:
        if head_is_identifier(head):
            words = worded("identifier_head", head=head, mend=REMOVE_IDENTIFIER)
        elif head in ignored:
            continue
        elif near := nearest(head, known):
            words = worded("misspelt_head", head=shown([head]), near=near)
        else:
            words = worded("unknown_head", head=shown([head]))
        table.problems.report("", *words, [1])
    for column in known:
        if heads and column not in heads:
            table.problems.report(column, *worded("missing_column", column=column), [1])


def check_identifiers(table: RawTable, issued: dt.date) -> None:
    """Report the values of free-text and unknown columns that look like a direct identifier; the
    values stay unseen. `issued` is a day near the requests, to know a birth date by."""
    for column in table.text:
        if column in TABLES[table.name] and column not in SEARCHED[table.name]:
            continue
        text = table.text[column]
        found = found_in(column, [value for value in text.unique() if value], issued)
        kinds = text.mask(table.refused[column]).map(found)
        for kind in kinds.dropna().unique():
            count = text[kinds == kind].nunique()
            seen = "a value that looks" if count == 1 else f"{count} different values that look"
            words = f"{seen} like {kind} (not shown)", "no direct identifier", REMOVE_IDENTIFIER
            table.refuse_as(column, kinds == kind, *words)


def typed(table: RawTable, day: dt.date | None = None) -> pd.DataFrame:
    """The columns of the contract that the table has, typed as `model.py` says, except that
    charge_no is Int64; missing where empty or unreadable. Same positions as `table.text`. What
    does not fit its column is reported; `day` is what dates are measured from."""
    columns = {}
    for name in [name for name in TABLES[table.name] if name in table.text]:
        text = table.text[name]
        if name in DATETIMES:
            columns[name] = parse_times(text)
        elif COLUMNS[name]["type"] == "number":
            whole = text.where(text.str.fullmatch(COLUMNS[name]["allowed"]))
            columns[name] = pd.to_numeric(whole, errors="coerce").astype("Int64")
        elif name == "area":
            areas = {value: area_named(value) for value in text.unique()}
            columns[name] = text.map(areas).astype("str")
        else:
            columns[name] = text.mask(text == "")
        for failing, expected, mend in _checks(name, text, columns[name], day):
            table.refuse(name, failing & (text != ""), expected, mend)
        if COLUMNS[name]["empty"] == "no":
            table.refuse(name, text == "", "a value", "fill it in: this column must not be empty")
    return pd.DataFrame(columns)


def parse_times(text: pd.Series) -> pd.Series:
    """ISO 8601 wall-clock times as datetime64[s], a date alone as 00:00; NaT for all else."""
    times = pd.to_datetime(text.where(text.str.fullmatch(_TIME)), format="ISO8601", errors="coerce")
    return times.astype("datetime64[s]")


def _checks(name: str, text: pd.Series, values: pd.Series, day: dt.date | None) -> _Checks:
    """What the text of a column's cells, and their typed values, have to be, in this order."""
    column = COLUMNS[name]
    advice = column["advice"] or _LOOK_UP
    if name in DATETIMES:
        yield from _time_checks(name, text, values, day)
    elif name in WORDS:
        yield ~text.isin(WORDS[name]), f"one of {', '.join(WORDS[name])}", advice
    elif name in _LISTED:
        known = [value for value in text.unique() if _LISTED[name](value)]
        yield ~text.isin(known), column["expected"], advice
    else:
        yield ~text.str.fullmatch(column["allowed"]), column["expected"], advice
    if column["type"] == "text":
        yield text.str.fullmatch(_DAMAGED), "the text as the source has it", advice
        yield text.str.contains(_CONTROL), "no control characters", advice


def _time_checks(name: str, text: pd.Series, times: pd.Series, day: dt.date | None) -> _Checks:
    column = COLUMNS[name]
    expected = TYPES[column["type"]]["expected"]
    if column["type"] == "date":
        yield times.notna() & (times != times.dt.normalize()), expected, "remove the time of day"
    no_such = times.isna() & text.str.fullmatch(_TIME)
    yield no_such, expected, f"this day or time does not exist: {_LOOK_UP}"
    yield times.isna(), expected, _LOOK_UP
    first, _, last = column["allowed"].partition("..")
    yield times < pd.Timestamp(first), f"{first} or later", _LOOK_UP
    if last and day:
        latest = pd.Timestamp(day) + pd.DateOffset(years=YEARS_AFTER_THE_WEEK)
        expected = f"{latest.date()} or earlier, two years after the week"
        yield times >= latest + pd.Timedelta(days=1), expected, _LOOK_UP


def check_keys(table: RawTable, frame: pd.DataFrame, requests: RawTable) -> None:
    """request_id is unique in requests; request_id and charge_no together in charges. Every charge
    belongs to one of `requests`."""
    key = ["request_id"] if table.name == "requests" else ["request_id", "charge_no"]
    if set(key) <= set(frame):
        repeated = frame.duplicated(key, keep=False) & frame[key].notna().all(axis=1)
        if table.name == "requests":
            mend = "remove the repeated rows, or give each its own id"
            table.refuse("request_id", repeated, "each request_id once", mend)
        elif repeated.any():
            rows = frame.loc[repeated, key]
            pairs = rows["request_id"] + " " + rows["charge_no"].astype("str")
            words = worded("charge_twice", pairs=shown(list(pairs.unique())))
            table.problems.report("request_id, charge_no", *words, (pairs.index + ABOVE).tolist())
    if "request_id" in table.text and "request_id" in requests.text:
        ids = table.text["request_id"]
        # As objects, since pandas looks for the values of a `str` column one by one.
        orphans = ~ids.astype("object").isin(requests.text["request_id"]) & (ids != "")
        expected = f"a request_id of {requests.problems.label}"
        table.refuse("request_id", orphans, expected, "add the request, or remove its charges")


def check_outcome_dates(requests: RawTable, frame: pd.DataFrame, cohort: str) -> None:
    """outcome_recorded_at is empty for a pending request, and under `cohort: recorded` for no
    other."""
    if not {"outcome", "outcome_recorded_at"} <= set(frame):
        return
    recorded = requests.text["outcome_recorded_at"] != ""
    pending = frame["outcome"] == "pending"
    column, mend = "outcome_recorded_at", "clear the cell, or correct the outcome"
    requests.refuse(column, pending & recorded, "an empty cell, since outcome is pending", mend)
    if cohort == "recorded":
        missing = ~pending & frame["outcome"].notna() & ~recorded
        expected = "the time the outcome was recorded, since it is not pending"
        mend = "fill it in; a source without recording dates needs --set cohort=issued"
        requests.refuse(column, missing, expected, mend)
