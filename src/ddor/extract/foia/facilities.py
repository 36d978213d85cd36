"""The directory's word on a facility, and what to propose where it has none.

A level guessed from a name is only ever proposed: the extract's own row says `other` until a
person has put the facility into `agencies.csv`.
"""

import difflib
import re
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from ddor.extract.foia.vocabulary import translated
from ddor.reference.areas import area_named
from ddor.reference.places import state_named

# In this order: "Travis County State Jail" is a state's, "Essex County Corr. Fac." a county's,
# "Minn. C.F., Rush City" a state's.
_SIGNS_OF_LEVEL = (
    ("federal", r"\b(FED|FEDERAL|BOP|FCI|FDC|FMC|USP|USMS|USBP|MARSHALS?|BORDER PATROL)\b"),
    ("tribal", r"\b(TRIBE|TRIBAL)\b"),
    ("state", r"\bSTATE\b"),
    ("county", r"\b(COUNTY|CNTY|PARISH|SHERIFF|SHERIFFS|ADC)\b|\bCO\b\.?\s*\w"),
    ("state", r"\bC\. ?F\.|\bC\.?F\b|\b(CORR(ECTIONAL)?\.? (FAC|INST)|PRISON|PENITENTIARY|DOC\b)"),
    ("municipal", r"\b(POLICE|CITY|MUNICIPAL|PD)\b|\bP\.D\."),
    ("county", r"\bJAIL\b"),
)  # fmt: skip
_COMMON_WORDS = re.compile(
    r"\b(COUNTY|CNTY|CO|JAIL|SHERIFF|SHERIFFS|S|SO|OFFICE|DEPT|DEPARTMENT|DETENTION|DET|CENTER|"
    r"CTR|ADULT|ADC|LAW|ENFORCEMENT)\b"
)
_ALIKE = 0.9


class Facility(NamedTuple):
    """One facility code of the kept rows; name, state and area as most of its rows have them.
    level: from the directory, else guessed from the name (`known` says which)."""

    code: str
    name: str
    state: str
    area: str
    requests: int
    level: str
    known: bool


def facilities_of(rows: pd.DataFrame, directory: pd.DataFrame) -> list[Facility]:
    """The facilities of these rows, the most requests first."""
    told = pd.DataFrame({
        "code": rows["detention_facility_code"],
        "name": rows["detention_facility"].fillna(rows["detention_facility_code"]),
        "state": translated(rows["facility_state"], state_named),
        "area": translated(rows["facility_aor"], area_named).fillna(""),
    })  # fmt: skip
    counts = told.value_counts().reset_index()
    most = counts.drop_duplicates("code").set_index("code")
    found = []
    for code, requests in counts.groupby("code")["count"].sum().items():
        name, known = most.at[code, "name"], code in directory.index
        level = directory.at[code, "level"] if known else guessed_level(name)
        found.append(Facility(
            code, name, most.at[code, "state"], most.at[code, "area"], requests, level, known
        ))  # fmt: skip
    return sorted(found, key=lambda facility: (-facility.requests, facility.code))


def guessed_level(name: str) -> str:
    """The level that the words of a name hint at; "other" where none does."""
    signs = (level for level, sign in _SIGNS_OF_LEVEL if re.search(sign, name.upper()))
    return next(signs, "other")


def twins(facilities: list[Facility]) -> list[tuple[Facility, Facility]]:
    """Facilities of one state whose names are nearly the same, as if one had been misspelt.

    Compared without the words that most jails share, and only where the first letter agrees.
    """
    by_start: dict[tuple[str, str], list[tuple[str, Facility]]] = {}
    for facility in facilities:
        if core := _core(facility.name):
            by_start.setdefault((facility.state, core[0]), []).append((core, facility))
    return [
        (one, other)
        for group in by_start.values()
        for (one_core, one), (other_core, other) in combinations(group, 2)
        if _alike(one_core, other_core)
    ]


def _core(name: str) -> str:
    words = re.sub(r"[^A-Z0-9]+", " ", name.upper())
    return " ".join(_COMMON_WORDS.sub(" ", words).split())


def _alike(one: str, other: str) -> bool:
    compare = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return compare.real_quick_ratio() >= _ALIKE and (
        compare.quick_ratio() >= _ALIKE and compare.ratio() >= _ALIKE
    )
