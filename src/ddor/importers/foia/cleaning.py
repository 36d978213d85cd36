"""How the rows of a FOIA file are cleaned: cells emptied, rows set aside, each counted by its rule
(`data/rules.csv`); and their words translated: a word that is not known stops the import.

Only the different texts of a column are looked at (`texts.py`), so a file of two million rows takes
seconds.
"""

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa

from ddor.errors import ExtractInvalid, Problem
from ddor.extract.validation import parse_times
from ddor.importers.foia.source import one_dictionary
from ddor.importers.foia.tables import MEANS_EMPTY, RULES, TITLES, VOCABULARY, WORDS, counted
from ddor.importers.foia.texts import casefolded, column, matches, meant, of_words
from ddor.reference.codes import country_from_ice_label, form_from_ice_text
from ddor.reference.places import area_named, state_named

_AMERICAN_TIMES = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y")
_FIRST_ISSUED = pd.Timestamp(1990, 1, 1)
_SAME = ("anonymized_identifier", "detention_facility_code")
_A_DAY = pd.Timedelta(hours=24)
_ADD_IT = "nothing was imported; if the value is right, add it to the importer's lists"
# Field -> what becomes of a word in small letters; None where it is not known.
_LOOK_UPS = {field: words.get for field, words in WORDS.items()} | {
    "detainer_type": form_from_ice_text,
    "facility_state": state_named,
    "facility_aor": area_named,
    "citizenship_country": country_from_ice_label,
}


def cleaned(source: pa.Table) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows of `read_source`, with their text fields cleaned, and how many cells each rule
    met. Columns: TITLES and `table` (texts.py), file and row."""
    met: Counter = Counter()
    columns = {name: source[name].to_pandas() for name in ("file", "row")}
    columns["table"] = column(*_coded(source, "table"))
    for field in TITLES:
        codes, words = _coded(source, field)
        times = np.bincount(codes[codes >= 0], minlength=len(words))
        # Python knows spaces that the search does not, so whatever is not plain goes through it.
        odd = words.str.contains("^ |  | $|[^ -~]")
        plain = words.where(~odd, words[odd].str.split().str.join(" ").astype("str"))
        met["spaces"] += times[plain != words].sum()
        for rule, pattern in MEANS_EMPTY.items():
            empty = plain.str.fullmatch(pattern, case=False)
            met[rule] += times[empty].sum()
            plain = plain.mask(empty)
        columns[field] = column(codes, plain.replace("", None))
    return pd.DataFrame(columns), counted("cell", met)


def _coded(source: pa.Table, field: str) -> tuple[np.ndarray, pd.Series]:
    """Of each row the position of its word among the words, -1 where it has none; the words."""
    codes, words = one_dictionary(source[field])
    return codes.fill_null(-1).to_numpy(), words.to_pandas().astype("str")


@of_words
def dates(texts: pd.Series) -> pd.Series:
    """datetime64[s]; NaT where the text is empty or no date."""
    # R writes wall-clock times with a Z, or as UTC, so the zone says nothing.
    read = parse_times(texts.str.replace(r"(\.\d+)?(Z|\+00:00)?$", "", regex=True))
    for form in _AMERICAN_TIMES:
        american = pd.to_datetime(texts[read.isna()], format=form, errors="coerce")
        read = read.fillna(american.astype("datetime64[s]"))
    return read


@of_words
def whole_numbers(texts: pd.Series) -> pd.Series:
    """Int64; missing where the text is empty or no whole number from 0 to 99999."""
    numbers = pd.to_numeric(texts, errors="coerce")
    fits = numbers.between(0, 99_999) & (numbers % 1 == 0)
    return numbers.where(fits).astype("Int64")


def set_aside(rows: pd.DataFrame, as_of: dt.date) -> tuple[pd.Series, str]:
    """The rule that sets each row aside, missing where none does (`category`, the rows' index), and
    how duplicates were looked for. rows: cleaned, with `issued_at`."""
    flag, issued = rows["duplicate_likely"], rows["issued_at"]
    fails = {
        "date": ~(issued >= _FIRST_ISSUED),
        "future": issued >= pd.Timestamp(as_of) + _A_DAY,
        "code": ~matches(rows["detention_facility_code"], "[A-Z0-9]{4,12}"),
        "test": matches(rows["detention_facility"], "(?i).*test facility.*"),
        "state": rows["facility_state"].isna(),
        "type": rows["detainer_type"].isna(),
        "flagged": casefolded(flag) == "true",
    }
    first = np.select([failed.to_numpy() for failed in fails.values()], range(len(fails)), -1)
    words = pd.Series([*map(RULES["row"].get, fails), RULES["row"]["repeated"]], dtype="str")
    rule = pd.Series(pd.Categorical.from_codes(first, words), rows.index)
    # Each file by its own means: another file's flag says nothing of its rows.
    by_flag = flag.notna().groupby(rows["file"]).transform("any")
    if by_flag.all():
        return rule, "by the republisher's flag"
    if rows["anonymized_identifier"].isna().all():
        return rule, "not looked for: the file has neither a flag nor an identifier for the person"
    repeated = _followed_within_a_day(rows.loc[rule.isna() & ~by_flag, [*_SAME, "issued_at"]])
    repeated = repeated.reindex(rows.index, fill_value=False)
    how = "by person, facility and 24 hours"
    if by_flag.any():
        how = f"by the republisher's flag where a file has it, else {how}"
    return rule.mask(repeated, RULES["row"]["repeated"]), how


def _followed_within_a_day(rows: pd.DataFrame) -> pd.Series:
    """Whether a later row has the same person and facility, up to 24 hours on: in a chain of such
    rows all but the last. Rows without an identifier belong to no group, so nothing follows."""
    in_order = rows.dropna().sort_values("issued_at", kind="stable")
    groups = in_order.groupby(list(_SAME))
    return groups["issued_at"].shift(-1) - in_order["issued_at"] <= _A_DAY


def translated(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with form, outcome, state, area, citizenship and criminality as columns, missing
    where the source's field is empty. Raises ExtractInvalid that names every unknown word, with
    its count and place."""
    made, problems = {}, []
    for field, name, expected in VOCABULARY:
        made[name] = meant(casefolded(rows[field]), _LOOK_UPS[field])
        unknown = rows[rows[field].notna() & made[name].isna()].astype({field: "str"})
        for (text, table), found in unknown.groupby([field, "table"], sort=False)["row"]:
            seen = f'"{text}" {len(found)} {"time" if len(found) == 1 else "times"}'
            problems.append(Problem(table, tuple(found), field, seen, expected, _ADD_IT))
    if problems:
        raise ExtractInvalid(problems, "the FOIA file")
    return rows.assign(**made)
