"""The account that an import closes with: what was read, kept, set aside, and wants a look.

Of each facility it has the directory's word, or what to propose where that has none. A level
guessed from a name is only ever proposed: the extract's own row says `other` until a person has put
the facility into `agencies.csv`.
"""

import datetime as dt
import difflib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import jinja2
import pandas as pd

from ddor.calendar import Week
from ddor.importers.foia.tables import LEVELS
from ddor.maintained.directory import COLUMNS

TEMPLATE = Path(__file__).with_name("summary.txt.j2")
# Of names: what most jails share.
_COMMON_WORDS = set(
    "COUNTY CNTY CO JAIL SHERIFF SHERIFFS S SO OFFICE DEPT DEPARTMENT DETENTION DET CENTER CTR "
    "ADULT ADC LAW ENFORCEMENT".split()
)
_ALIKE = 0.9


class Written(NamedTuple):
    """One extract folder, with the number of its requests and charges."""

    week: Week
    folder: Path
    requests: int
    charges: int


@dataclass(frozen=True)
class ImportSummary:
    """Counts of rows: read == kept + outside + the sum of set_aside. str() is the closing text.

    kept: rows of the weeks asked for; outside: of other weeks; set_aside: by rule; cells: cells
    cleaned in the whole file, by rule; notes: rules used on kept rows; facilities and twins: of
    kept rows, as the functions below make them.
    """

    source: str
    tables: tuple[str, ...]
    unread: tuple[str, ...]
    as_of: dt.date
    as_of_from: str
    duplicates: str
    read: int
    kept: int
    outside: int
    set_aside: Counter
    cells: dict[str, int]
    notes: dict[str, int]
    facilities: pd.DataFrame
    twins: list[tuple]
    written: list[Written]
    weeks_without_rows: list[Week]

    def __str__(self) -> str:
        template = jinja2.Environment(
            trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        ).from_string(TEMPLATE.read_text(encoding="utf-8"))
        lacking = self.facilities[~self.facilities["known"]]
        columns = list(COLUMNS["agencies"])
        rows = lacking.rename(columns={"code": "agency_id"}).reindex(columns=columns, fill_value="")
        return template.render(
            vars(self),
            federal=self.facilities[self.facilities["level"] == "federal"],
            lacking=lacking,
            columns=columns,
            proposed=rows.to_csv(index=False, header=False, lineterminator="\n"),
        ).rstrip("\n")


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


def twins_of(facilities: pd.DataFrame) -> list[tuple]:
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
