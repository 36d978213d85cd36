"""How the rows of a FOIA file are cleaned: cells emptied, rows set aside, each counted by its rule
(`data/rules.csv`); and their words translated: a word that is not known stops the import.

Only the distinct texts of a column are looked at, so a file of several hundred thousand rows takes
seconds.
"""

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd

from ddor.errors import ExtractInvalid, Problem
from ddor.extract.validation import parse_times
from ddor.importers.foia.tables import MEANS_EMPTY, RULES, TITLES, VOCABULARY, WORDS, counted
from ddor.reference.codes import country_from_ice_label, form_from_ice_text
from ddor.reference.places import area_named, state_named

_AMERICAN_TIMES = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y")
_FIRST_ISSUED = pd.Timestamp(1990, 1, 1)
_A_DAY = pd.Timedelta(hours=24)
_ADD_IT = "nothing was imported; if the value is right, add it to the importer's lists"
# Field -> what becomes of a word in small letters; None where it is not known.
_LOOK_UPS = {field: words.get for field, words in WORDS.items()} | {
    "detainer_type": form_from_ice_text,
    "facility_state": state_named,
    "facility_aor": area_named,
    "citizenship_country": country_from_ice_label,
}


def cleaned(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows with their text fields cleaned, and how many cells each rule met."""
    met: Counter = Counter()
    columns = {}
    for field in TITLES:
        times = rows[field].value_counts()
        texts = times.index.to_series()
        plain = texts.str.split().str.join(" ").astype("str")
        met["spaces"] += times[plain != texts].sum()
        for rule, pattern in MEANS_EMPTY.items():
            empty = plain.str.fullmatch(pattern, case=False)
            met[rule] += times[empty].sum()
            plain = plain.mask(empty)
        columns[field] = rows[field].map(plain.replace("", None)).astype("str")
    return rows.assign(**columns), counted("cell", met)


def dates(texts: pd.Series) -> pd.Series:
    """datetime64[s]; NaT where the text is empty or no date."""
    # R writes wall-clock times with a Z, or as UTC, so the zone says nothing.
    read = parse_times(texts.str.replace(r"(\.\d+)?(Z|\+00:00)?$", "", regex=True))
    for form in _AMERICAN_TIMES:
        american = pd.to_datetime(texts, format=form, errors="coerce")
        read = read.fillna(american.astype("datetime64[s]"))
    return read


def whole_numbers(texts: pd.Series) -> pd.Series:
    """Int64; missing where the text is empty or no whole number from 0 to 99999."""
    numbers = pd.to_numeric(texts, errors="coerce")
    fits = numbers.between(0, 99_999) & (numbers % 1 == 0)
    return numbers.where(fits).astype("Int64")


def set_aside(rows: pd.DataFrame, as_of: dt.date) -> tuple[pd.Series, str]:
    """The rule that sets each row aside, missing where none does (`str`, the rows' index), and how
    duplicates were looked for. rows: cleaned, with `issued_at`."""
    flag, issued = rows["duplicate_likely"], rows["issued_at"]
    fails = {
        "date": ~(issued >= _FIRST_ISSUED),
        "future": issued >= pd.Timestamp(as_of) + _A_DAY,
        "code": ~rows["detention_facility_code"].str.fullmatch("[A-Z0-9]{4,12}"),
        "test": rows["detention_facility"].str.upper().str.contains("TEST FACILITY", regex=False),
        "state": rows["facility_state"].isna(),
        "type": rows["detainer_type"].isna(),
        "flagged": flag.str.casefold() == "true",
    }
    first = np.select([failed.to_numpy() for failed in fails.values()], list(fails), "")
    rule = pd.Series(first, rows.index, dtype="str").map(RULES["row"])
    if flag.notna().any():
        return rule, "by the republisher's flag"
    if rows["anonymized_identifier"].isna().all():
        return rule, "not looked for: the file has neither a flag nor an identifier for the person"
    repeated = _followed_within_a_day(rows[rule.isna()]).reindex(rows.index, fill_value=False)
    return rule.mask(repeated, RULES["row"]["repeated"]), "by person, facility and 24 hours"


def _followed_within_a_day(rows: pd.DataFrame) -> pd.Series:
    """Whether a later row has the same person and facility, up to 24 hours on: in a chain of such
    rows all but the last. Rows without an identifier belong to no group, so nothing follows."""
    in_order = rows.sort_values("issued_at", kind="stable")
    groups = in_order.groupby(["anonymized_identifier", "detention_facility_code"])
    return groups["issued_at"].shift(-1) - in_order["issued_at"] <= _A_DAY


def translated(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with form, outcome, state, area, citizenship and criminality as columns, missing
    where the source's field is empty. Raises ExtractInvalid that names every unknown word, with
    its count and place."""
    made, problems = {}, []
    for field, column, expected in VOCABULARY:
        look_up = _LOOK_UPS[field]
        meanings = {text: look_up(text.casefold()) for text in rows[field].dropna().unique()}
        made[column] = rows[field].map(meanings).astype("str")
        unknown = rows[rows[field].notna() & made[column].isna()]
        for (text, table), found in unknown.groupby([field, "table"], sort=False)["row"]:
            seen = f'"{text}" {len(found)} {"time" if len(found) == 1 else "times"}'
            problems.append(Problem(table, tuple(found), field, seen, expected, _ADD_IT))
    if problems:
        raise ExtractInvalid(problems, "the FOIA file")
    return rows.assign(**made)
