"""How the rows of a FOIA file are cleaned: cells emptied, rows set aside, each counted by its rule
(`data/rules.csv`); and their words translated: a word that is not known stops the import.

Only the different texts of a column are looked at (`texts.py`), so a file of two million rows takes
seconds.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ddor.errors import ExtractInvalid, NeedsCorrection, Problem, Problems
from ddor.extract.table import ABOVE, UNSEEN, invalid, worded
from ddor.extract.validation import parse_times
from ddor.importers.foia.source import one_dictionary
from ddor.importers.foia.tables import MEANS_EMPTY, RULES, TITLES, VOCABULARY, WORDS, counted
from ddor.importers.foia.texts import casefolded, column, filled, matches, meant, of_words
from ddor.maintained.directory import WRONG, read_table
from ddor.reference.codes import COUNTRIES, FORMS, country_from_ice_label, form_from_ice_text
from ddor.reference.places import AREAS, STATES, area_named, state_named

# What American spreadsheets and SAS write: 2/9/2026, 02/09/26, 9-Feb-26, 09FEB2026:15:10:00.
_OTHER_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d%b%Y", "%d%b%y")
_OTHER_TIMES = ("", " %I:%M %p", " %I:%M:%S %p", " %H:%M", " %H:%M:%S")
# R writes wall-clock times with a Z, or as UTC, so a zone says nothing.
_FRACTION_AND_ZONE = r"(?<=:\d\d)(\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$|Z$"
_YEAR_FIRST = r"^(\d{4})(?:/(\d\d?)/(\d\d?)|(\d\d)(\d\d))(?=$|[ T])"
_OVER_12, _UP_TO_12 = r"(1[3-9]|2\d|3[01])", r"(0?[1-9]|1[0-2])"
# A spreadsheet's number of a day, from 1954 to 2064, and the day that it counts from.
_SERIAL, _DAY_0 = r"[2-5]\d{4}(\.\d+)?", pd.Timestamp(1899, 12, 30)
_FIRST_ISSUED = pd.Timestamp(1990, 1, 1)
# Before it, nearly all requests lack a type: there was one form.
_FORMS_SINCE = pd.Timestamp(2015, 1, 1)
_SAME = ("anonymized_identifier", "detention_facility_code", "detainer_type")
_A_DAY = pd.Timedelta(hours=24)
_ADD_IT = "nothing was imported; if the value is right, add it to params/foia_words.csv"
_OWN = ("field", "word", "becomes")
# Of a field whose words are codes: the codes, and what becomes of a word in small letters that no
# list has; None where it is not known.
_CODES: dict[str, tuple[Collection[str], Callable[[str], str | None]]] = {
    "detainer_type": (FORMS, form_from_ice_text),
    "facility_state": (STATES, state_named),
    "facility_aor": (AREAS, area_named),
    "citizenship_country": (COUNTRIES, country_from_ice_label),
}
# Field -> word in small letters -> what it becomes, "" if it says nothing.
Words = Mapping[str, Mapping[str, str]]


def cleaned(source: pa.Table, words_of: Words) -> tuple[pd.DataFrame, dict[str, int]]:
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
        told = words[odd].str.replace(UNSEEN, " ", regex=True)
        plain = words.where(~odd, told.str.split().str.join(" ").astype("str"))
        met["spaces"] += times[plain != words].sum()
        for rule, pattern in MEANS_EMPTY.items():
            empty = plain.str.fullmatch(pattern, case=False)
            met[rule] += times[empty].sum()
            plain = plain.mask(empty)
        nothing = [word for word, becomes in words_of.get(field, {}).items() if not becomes]
        empty = plain.str.casefold().isin(nothing)
        met["says_nothing"] += times[empty].sum()
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
    read = parse_times(texts)
    told = texts[read.isna()].str.replace(_FRACTION_AND_ZONE, "", regex=True)
    told = told.str.replace(_YEAR_FIRST, r"\1-\2\4-\3\5", regex=True)
    told = told.str.replace(r"^(\w+):", r"\1 ", regex=True)
    read = read.fillna(parse_times(told))
    for form in (f"{day}{time}" for day in _OTHER_DAYS for time in _OTHER_TIMES):
        if (left := told[read[told.index].isna()].dropna()).empty:
            break
        found = pd.to_datetime(left, format=form, errors="coerce").dropna()
        read = read.fillna(found.astype("datetime64[s]"))
    serials = pd.to_numeric(texts.where(texts.str.fullmatch(_SERIAL)))
    return read.fillna((_DAY_0 + pd.to_timedelta(serials, "D")).dt.round("s").astype(read.dtype))


def lifted_at(rows: pd.DataFrame, as_of: dt.date) -> pd.Series:
    """The date of lifting of rows with a lift reason; missing where the file has none."""
    lifted = dates(rows["detainer_lift_date"])
    told = lifted.between(_FIRST_ISSUED, pd.Timestamp(as_of) + _A_DAY, inclusive="left")
    return lifted.where(told & rows["detainer_lift_reason"].notna())


@of_words
def whole_numbers(texts: pd.Series) -> pd.Series:
    """Int64; missing where the text is empty or no whole number from 0 to 99999."""
    numbers = pd.to_numeric(texts, errors="coerce")
    fits = numbers.between(0, 99_999) & (numbers % 1 == 0)
    return numbers.where(fits).astype("Int64")


def set_aside(
    rows: pd.DataFrame, as_of: dt.date, words_of: Words, recorded: bool
) -> tuple[pd.Series, str]:
    """The rule that sets each row aside, missing where none does (`category`, the rows' index), and
    how duplicates were looked for. rows: cleaned and located, with `issued_at` and
    `outcome_recorded_at`; recorded: whether an outcome needs its date.

    `duplicate_likely` sets nothing aside: it marks every row of a group, the one to keep too.
    """
    drop, issued = rows["duplicate_drop_row"], rows["issued_at"]
    undated = rows["outcome_recorded_at"].isna()
    fails = {
        "date": ~(issued >= _FIRST_ISSUED),
        "future": issued >= pd.Timestamp(as_of) + _A_DAY,
        "code": ~matches(rows["detention_facility_code"], "[A-Z0-9]{4,12}"),
        "test": matches(rows["detention_facility"], "(?i).*test facility.*"),
        "state": rows["facility_state"].isna(),
        "type": rows["detainer_type"].isna() & (issued >= _FORMS_SINCE),
        "flagged": meant(casefolded(drop), words_of["duplicate_drop_row"].get) == "yes",
        "undated": recorded & rows["detainer_lift_reason"].notna() & undated,
    }
    names = [*RULES["row"]]
    first = np.select([*fails.values()], [names.index(name) for name in fails], -1)
    rule = pd.Series(pd.Categorical.from_codes(first, [*RULES["row"].values()]), rows.index)
    elsewhere = _in_a_later_file(rows[rule.isna()]).reindex(rows.index, fill_value=False)
    rule = rule.mask(elsewhere, RULES["row"]["elsewhere"])
    # Each file by its own means: another file's flag says nothing of its rows.
    by_flag = drop.notna().groupby(rows["file"]).transform("any")
    if by_flag.all():
        return rule, "by the republisher's mark of what to drop"
    if rows["anonymized_identifier"].isna().all():
        return rule, "not looked for: the file does not mark them, and has no pseudonym"
    repeated = _followed_within_a_day(rows.loc[rule.isna() & ~by_flag, [*_SAME, "issued_at"]])
    repeated = repeated.reindex(rows.index, fill_value=False)
    how = "by person, facility, type and 24 hours"
    if by_flag.any():
        how = f"by the republisher's mark where a file has it, else {how}"
    return rule.mask(repeated, RULES["row"]["repeated"]), how


def _in_a_later_file(rows: pd.DataFrame) -> pd.Series:
    """Whether a later file has the same request; never of rows without a pseudonym."""
    if rows["file"].nunique() < 2:
        return pd.Series(False, rows.index)
    known = rows.dropna(subset=[_SAME[0], "issued_at"])
    same = known.groupby([*_SAME, "issued_at"], dropna=False, observed=True)["file"]
    return (known["file"] < same.transform("max")).reindex(rows.index, fill_value=False)


def refuse_day_first(rows: pd.DataFrame) -> None:
    """Raises ExtractInvalid where dates with slashes or dots can more often only begin with their
    day: such as 3/4/2026 would then be read as another day."""
    texts = rows["detainer_prepare_date"].astype("str").dropna()
    day_first = texts[texts.str.match(f"{_OVER_12}[/.]{_UP_TO_12}[/.]")]
    if len(day_first) > texts.str.match(f"{_UP_TO_12}[/.]{_OVER_12}[/.]").sum():
        where = rows.loc[day_first.index]
        words = worded("day_first", count=len(day_first))
        raise invalid(str(where["table"].iloc[0]), *words, tuple(where["row"]), texts.name)


def _followed_within_a_day(rows: pd.DataFrame) -> pd.Series:
    """Whether a later row has the same person, facility and type, up to 24 hours on: in a chain of
    such rows all but the last. Rows without a pseudonym belong to no group, so nothing follows."""
    in_order = rows.dropna(subset=_SAME[0]).sort_values("issued_at", kind="stable")
    groups = in_order.groupby(list(_SAME), dropna=False, observed=True)
    return groups["issued_at"].shift(-1) - in_order["issued_at"] <= _A_DAY


def translated(rows: pd.DataFrame, words_of: Words) -> pd.DataFrame:
    """The rows with form, outcome, state, area, citizenship and criminality as columns, missing
    where the source's field is empty. Raises ExtractInvalid that names every unknown word, with
    its count and place."""
    made, problems = {}, []
    for field, name, expected in VOCABULARY:
        made[name] = meant(casefolded(rows[field]), partial(meaning, words_of, field))
        unknown = rows[rows[field].notna() & made[name].isna()].astype({field: "str"})
        for (text, table), found in unknown.groupby([field, "table"], sort=False)["row"]:
            seen = f'"{text}" {len(found)} {"time" if len(found) == 1 else "times"}'
            problems.append(Problem(table, tuple(found), field, seen, expected, _ADD_IT))
    if problems:
        raise ExtractInvalid(problems, "the FOIA file")
    made["form"] = filled(made["form"], "I-247")
    return rows.assign(**made)


def meaning(words_of: Words, field: str, word: str) -> str | None:
    """What a word in small letters becomes; None where that is not known."""
    own = words_of[field].get(word)
    return own or (_CODES[field][1](word) if field in _CODES else None)


def own_words(file: Path) -> Words:
    """WORDS, and before them those of a table that an analyst keeps, if there is one: field, word,
    becomes (empty: it says nothing). Raises NeedsCorrection."""
    known, problems = {field for field, *_ in VOCABULARY}, Problems(file.name, "docs/foia.md")
    words: dict[str, dict[str, str]] = {field: {**WORDS.get(field, {})} for field in known}
    if not file.exists():
        return words
    lines = read_table(file, problems, "no_table", table=file.stem)
    if missing := [name for name in _OWN if name not in lines]:
        if len(lines.columns):
            problems.report("", ", ".join(lines), ", ".join(missing), "add these columns", (1,))
        raise NeedsCorrection(WRONG, problems)
    for at, *cells in lines[[*_OWN]].itertuples():
        number, (field, word, becomes) = at + ABOVE, map(str.strip, cells)
        kinds = _CODES[field][0] if field in _CODES else {*words.get(field, {}).values()}
        if field not in known:
            expected = f"one of {', '.join(sorted(known))}"
            problems.report("field", f'"{field}"', expected, "correct the row", (number,))
        elif not word or (becomes and becomes not in kinds):
            expected = f"nothing, or one of {', '.join(sorted(filter(None, kinds)))}"
            seen = f'"{becomes}" for "{word}"'
            problems.report("becomes", seen, expected, "correct the row", (number,))
        else:
            words[field][word.casefold()] = becomes
    NeedsCorrection.raise_if(WRONG, problems)
    return words
