"""The words of the FOIA files and what they become; a word that is not here stops the import.

Lift reasons: DOMAIN 3. The files give no reason for a decline other than short notice, so
decline_reason stays empty elsewhere: `none_given` would say that the agency was asked.
"""

from collections.abc import Callable

import pandas as pd

from ddor.errors import ExtractInvalid, Problem
from ddor.reference.areas import area_named
from ddor.reference.countries import country_from_ice_label
from ddor.reference.forms import form_from_ice_text
from ddor.reference.places import state_named

_LIFT_REASONS = {
    "honored": ("Booked into Detention",),
    "declined": ("Detainer Declined by LEA", "Insufficient Notice to ICE"),
    "superseded": ("Superseding - New Form Issued", "Duplicate"),
    "left_custody": (
        "No longer in State, Local, or Federal Custody",
        "Early Release",
        "Died",
        "Transferred",
    ),
    "withdrawn": (
        "ICE Temporary Resource Constraint",
        "Prosecutorial Discretion",
        "Not Amenable to Removal",
        "Noncitizen Not Amenable to Removal",
        "USC or Presumptive Claim to US Citizenship",
        "Judicial Review",
        "Case Closed",
        "Lifted",
        "Lifted - Lack of Space",
        "Lifted - Lack of Funds",
        "Alien Not Subject to Deportation",
        "United States Citizen Interviewed",
    ),
}
# By lift reason in small letters, as the words below are looked up.
_OUTCOMES = {text.casefold(): out for out, texts in _LIFT_REASONS.items() for text in texts}
DECLINE_REASONS = {"insufficient notice to ice": "insufficient_notice"}
CLAIMS_TO_CITIZENSHIP = (
    "usc or presumptive claim to us citizenship",
    "united states citizen interviewed",
)
CONVICTED = "1 convicted criminal"
_CRIMINALITIES = (CONVICTED, "2 pending criminal charges", "3 other immigration violator")
# Column made, column of the source, look-up, and what it knows.
_WORDS: dict[str, tuple[str, Callable, str]] = {
    "form": ("detainer_type", form_from_ice_text, "I247, I247A, I247D, I247G, I247N or I247X"),
    "outcome": ("detainer_lift_reason", _OUTCOMES.get, "a lift reason of docs/foia.md"),
    "state": ("facility_state", state_named, "the name of a state or territory"),
    "area": ("facility_aor", area_named, "an ERO area of responsibility"),
    "citizenship": ("citizenship_country", country_from_ice_label, "a country as ICE names it"),
    "criminality": (
        "detainer_prepared_criminality",
        {word: word for word in _CRIMINALITIES}.get,
        "one of the three criminality categories",
    ),
    "duplicate": ("duplicate_likely", {"true": "yes", "false": "no"}.get, "TRUE or FALSE"),
}


def translated(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with form, outcome, state, area, citizenship and criminality as columns, missing
    where the source's field is empty. Raises ExtractInvalid that names every unknown word, with
    its count and place."""
    made, problems = {}, []
    for name, (column, look_up, expected) in _WORDS.items():
        meanings = {text: look_up(text.casefold()) for text in rows[column].dropna().unique()}
        made[name] = rows[column].map(meanings).astype("str")
        unknown = rows[rows[column].notna() & made[name].isna()]
        for (text, table), found in unknown.groupby([column, "table"], sort=False)["row"]:
            times = f"{len(found)} {'time' if len(found) == 1 else 'times'}"
            problems.append(
                Problem(
                    table,
                    tuple(found.tolist()),
                    column,
                    f'"{text}" {times}',
                    expected,
                    "nothing was imported; if the value is right, add it to the importer's lists",
                )
            )
    if problems:
        raise ExtractInvalid(problems, "the FOIA file")
    return rows.assign(**made)
