"""The words of the FOIA files and what they become; a word that is not known stops the import."""

from collections.abc import Callable

import pandas as pd

from ddor.errors import ExtractInvalid, Problem
from ddor.importers.foia.tables import WORDS
from ddor.reference.areas import area_named
from ddor.reference.countries import country_from_ice_label
from ddor.reference.forms import form_from_ice_text
from ddor.reference.places import state_named

_ADD_IT = "nothing was imported; if the value is right, add it to the importer's lists"
# Column made, field of the source, look-up of a word in small letters, and what it knows.
_LOOK_UPS: tuple[tuple[str, str, Callable[[str], str | None], str], ...] = (
    ("form", "detainer_type", form_from_ice_text, "I247, I247A, I247D, I247G, I247N or I247X"),
    (
        "outcome",
        "detainer_lift_reason",
        WORDS["detainer_lift_reason"].get,
        "a lift reason of docs/foia.md",
    ),
    ("state", "facility_state", state_named, "the name of a state or territory"),
    ("area", "facility_aor", area_named, "an ERO area of responsibility"),
    ("citizenship", "citizenship_country", country_from_ice_label, "a country as ICE names it"),
    (
        "criminality",
        "detainer_prepared_criminality",
        WORDS["detainer_prepared_criminality"].get,
        "one of the three criminality categories",
    ),
    ("duplicate", "duplicate_likely", WORDS["duplicate_likely"].get, "TRUE or FALSE"),
)


def translated(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with form, outcome, state, area, citizenship and criminality as columns, missing
    where the source's field is empty. Raises ExtractInvalid that names every unknown word, with
    its count and place."""
    made, problems = {}, []
    for column, field, look_up, expected in _LOOK_UPS:
        meanings = {text: look_up(text.casefold()) for text in rows[field].dropna().unique()}
        made[column] = rows[field].map(meanings).astype("str")
        unknown = rows[rows[field].notna() & made[column].isna()]
        for (text, table), found in unknown.groupby([field, "table"], sort=False)["row"]:
            seen = f'"{text}" {len(found)} {"time" if len(found) == 1 else "times"}'
            problems.append(Problem(table, tuple(found), field, seen, expected, _ADD_IT))
    if problems:
        raise ExtractInvalid(problems, "the FOIA file")
    return rows.assign(**made)
