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
        "No longer in State, Local, or Federal Custody", "Early Release", "Died", "Transferred",
    ),
    "withdrawn": (
        "ICE Temporary Resource Constraint", "Prosecutorial Discretion",
        "Not Amenable to Removal", "Noncitizen Not Amenable to Removal",
        "USC or Presumptive Claim to US Citizenship", "Judicial Review", "Case Closed", "Lifted",
        "Lifted - Lack of Space", "Lifted - Lack of Funds", "Alien Not Subject to Deportation",
        "United States Citizen Interviewed",
    ),
}  # fmt: skip
_OUTCOMES = {text.casefold(): out for out, texts in _LIFT_REASONS.items() for text in texts}
_INSUFFICIENT_NOTICE = "insufficient notice to ice"
_CITIZENSHIP_REASONS = {
    "usc or presumptive claim to us citizenship", "united states citizen interviewed",
}  # fmt: skip
CONVICTED = "1 convicted criminal"
_CRIMINALITIES = {CONVICTED, "2 pending criminal charges", "3 other immigration violator"}
_FLAGS = {"true", "false"}


def outcome_of(lift_reason: str) -> str | None:
    return _OUTCOMES.get(lift_reason.casefold())


def decline_reason_of(lift_reason: str) -> str | None:
    return "insufficient_notice" if lift_reason.casefold() == _INSUFFICIENT_NOTICE else None


def claims_citizenship(lift_reasons: pd.Series) -> pd.Series:
    return lift_reasons.str.casefold().isin(_CITIZENSHIP_REASONS)


def translated(texts: pd.Series, look_up: Callable) -> pd.Series:
    """Each text as `look_up` has it, asked once for each distinct one; empty stays empty."""
    return texts.map({text: look_up(text) for text in texts.dropna().unique()}).astype("str")


def refuse_unknown_words(rows: pd.DataFrame) -> None:
    """Raises ExtractInvalid that names every unknown word of the rows, with its count and place."""
    problems = []
    for column, (known, expected) in _WORDS.items():
        for text in rows[column].dropna().unique():
            if known(text) is None:
                found = rows.loc[rows[column] == text, ["table", "row"]]
                for table, numbers in found.groupby("table", sort=False)["row"]:
                    times = f"{len(numbers)} {'time' if len(numbers) == 1 else 'times'}"
                    problems.append(Problem(
                        str(table), tuple(numbers.tolist()), column, f'"{text}" {times}', expected,
                        "nothing was imported; if it is right, the importer's lists need it",
                    ))  # fmt: skip
    if problems:
        raise ExtractInvalid(problems, "the FOIA file")


def _member(words: set[str]) -> Callable:
    return lambda text: text if text.casefold() in words else None


_WORDS = {
    "detainer_type": (form_from_ice_text, "I247, I247A, I247D, I247G, I247N or I247X"),
    "detainer_lift_reason": (outcome_of, "a lift reason of docs/foia.md"),
    "facility_state": (state_named, "the name of a state or territory"),
    "facility_aor": (area_named, "an ERO area of responsibility"),
    "citizenship_country": (country_from_ice_label, "a country, as ISO or ICE names it"),
    "detainer_prepared_criminality": (
        _member(_CRIMINALITIES), "one of the three criminality categories",
    ),
    "duplicate_likely": (_member(_FLAGS), "TRUE or FALSE"),
}  # fmt: skip
