"""The directory's word on a facility, and what to propose where it has none.

A level guessed from a name is only ever proposed: the extract's own row says `other` until a
person has put the facility into `agencies.csv`.
"""

import difflib
import re
from itertools import combinations
from typing import NamedTuple

import pandas as pd

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
)
_COMMON_WORDS = re.compile(
    r"\b(COUNTY|CNTY|CO|JAIL|SHERIFF|SHERIFFS|S|SO|OFFICE|DEPT|DEPARTMENT|DETENTION|DET|CENTER|"
    r"CTR|ADULT|ADC|LAW|ENFORCEMENT)\b"
)
_ALIKE = 0.9


class Facility(NamedTuple):
    """name, state and area: as most of its rows have them; known: whether the level is the
    directory's, not guessed."""

    code: str
    name: str
    state: str
    area: str
    requests: int
    level: str
    known: bool


def facilities_of(rows: pd.DataFrame, directory: pd.DataFrame) -> list[Facility]:
    """Most requests first."""
    columns = {"agency_id": "code", "agency_name": "name", "state": "state", "area": "area"}
    told = rows[list(columns)].rename(columns=columns).fillna({"area": ""})
    counts = told.value_counts().reset_index(name="requests")
    found = counts.drop_duplicates("code")
    level = found["code"].map(directory["level"])
    found = found.assign(
        requests=found["code"].map(counts.groupby("code")["requests"].sum()),
        level=level.fillna(found["name"].map(_guessed_level)),
        known=level.notna(),
    )
    found = found.sort_values(["requests", "code"], ascending=[False, True])
    return list(map(Facility._make, found.itertuples(index=False)))


def twins(facilities: list[Facility]) -> list[tuple[Facility, Facility]]:
    """Pairs of facilities of one state whose names are nearly the same, as if one had been
    misspelt: without the words that most jails share, and only where the first letter agrees."""
    cores = [_core(facility.name) for facility in facilities]
    return [
        (one, other)
        for (one, core), (other, other_core) in combinations(zip(facilities, cores, strict=True), 2)
        if core
        and one.state == other.state
        and core[0] == other_core[:1]
        and difflib.get_close_matches(other_core, [core], cutoff=_ALIKE)
    ]


def _guessed_level(name: str) -> str:
    signs = (level for level, sign in _SIGNS_OF_LEVEL if re.search(sign, name.upper()))
    return next(signs, "other")


def _core(name: str) -> str:
    words = re.sub(r"[^A-Z0-9]+", " ", name.upper())
    return " ".join(_COMMON_WORDS.sub(" ", words).split())
