"""The words of the FOIA files and what they become; a word that is not known stops the import."""

import pandas as pd

from ddor.errors import ExtractInvalid, Problem
from ddor.importers.foia.tables import VOCABULARY, WORDS
from ddor.reference.codes import country_from_ice_label, form_from_ice_text
from ddor.reference.places import area_named, state_named

_ADD_IT = "nothing was imported; if the value is right, add it to the importer's lists"
# Field -> what becomes of a word in small letters; None where it is not known.
_LOOK_UPS = {field: words.get for field, words in WORDS.items()} | {
    "detainer_type": form_from_ice_text,
    "facility_state": state_named,
    "facility_aor": area_named,
    "citizenship_country": country_from_ice_label,
}


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
