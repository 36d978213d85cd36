"""The directory's word on a facility, and what to propose where it has none.

A level guessed from a name is only ever proposed: the extract's own row says `other` until a
person has put the facility into `agencies.csv`.
"""

import difflib
import re
from itertools import combinations

import pandas as pd

from ddor.importers.foia.tables import LEVELS

# Of names: what most jails share.
_COMMON_WORDS = set(
    "COUNTY CNTY CO JAIL SHERIFF SHERIFFS S SO OFFICE DEPT DEPARTMENT DETENTION DET CENTER CTR "
    "ADULT ADC LAW ENFORCEMENT".split()
)
_ALIKE = 0.9


def facilities_of(rows: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
    """A row for each facility, most requests first: code; name, state and area, as most of its rows
    have them; requests; level; known: whether the level is the directory's, not guessed."""
    columns = {"agency_id": "code", "agency_name": "name", "state": "state", "area": "area"}
    counts = rows[list(columns)].rename(columns=columns).fillna({"area": ""}).value_counts()
    counts = counts.reset_index(name="requests")
    found = counts.drop_duplicates("code")
    level = found["code"].map(directory["level"])
    found = found.assign(
        requests=found["code"].map(counts.groupby("code")["requests"].sum()),
        level=level.fillna(found["name"].map(_guessed_level)),
        known=level.notna(),
    )
    return found.sort_values(["requests", "code"], ascending=[False, True])


def twins(facilities: pd.DataFrame) -> list[tuple]:
    """Pairs of facilities of one state whose names are nearly the same, as if one had been
    misspelt: without the words that most jails share, and only where the first letter agrees."""
    cores = facilities.assign(core=facilities["name"].map(_core)).itertuples(index=False)
    return [
        (one, other)
        for one, other in combinations(cores, 2)
        if one.core
        and one.state == other.state
        and one.core[0] == other.core[:1]
        and difflib.get_close_matches(other.core, [one.core], cutoff=_ALIKE)
    ]


def _guessed_level(name: str) -> str:
    signs = (level for level, sign in LEVELS if re.search(sign, name.upper()))
    return next(signs, "other")


def _core(name: str) -> str:
    words = re.findall("[A-Z0-9]+", name.upper())
    return " ".join(word for word in words if word not in _COMMON_WORDS)
