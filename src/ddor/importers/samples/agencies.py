"""Invented agencies for the samples: a directory like `params/agencies.csv`, of no real place.

Only the state and the county FIPS are real, for the checks compare them. An agency's ID says that
it was made up: the state, "9SYN", a number. Among the first are the cases that a directory must
get right, and that the constants below name.
"""

from functools import cache

import numpy as np
import pandas as pd

from ddor.importers.samples.draws import DATA
from ddor.maintained.directory import COLUMNS
from ddor.reference.codes import rows as rows_of
from ddor.reference.places import COUNTIES, area_of

COMMITTED = 150
SEED = 247

WORDS = {row["list"]: row["words"].split(" / ") for row in rows_of("agency_words", DATA)}
SAME_NAME_OTHER_STATE = (10, 11)
SAME_NAME_OTHER_LEVEL = (33, 34)
TWO_CODES = (13, 14)
FEDERAL = 9
# The largest, and one that E4 holds every request of.
KNOWN_VOLUMES = {0: 55.0, FEDERAL: 0.3}


def invented_agencies(count: int = COMMITTED) -> pd.DataFrame:
    """A directory as text, "" for empty, one row per agency, in the order of invention.

    The first rows are the same whatever the count (at least 35): `params/agencies.csv` holds the
    first 150, and a larger directory adds to them.
    """
    rows = [_agency(number) for number in range(count)]
    for first, second in (SAME_NAME_OTHER_STATE, SAME_NAME_OTHER_LEVEL, TWO_CODES):
        rows[second]["name"] = rows[first]["name"]
    for first, second in (SAME_NAME_OTHER_LEVEL, TWO_CODES):
        rows[second] |= {key: rows[first][key] for key in ("state", "county_fips", "area")}
    rows[SAME_NAME_OTHER_LEVEL[1]]["level"] = "municipal"
    sheriff, annex = TWO_CODES
    rows[annex] |= {"level": rows[sheriff]["level"], "name": f"{rows[sheriff]['name']} Annex"}
    agencies = pd.DataFrame(rows, columns=list(COLUMNS["agencies"]), dtype="str")
    numbers = (agencies.groupby("state").cumcount() + 1).astype("str").str.zfill(3)
    agencies["agency_id"] = agencies["state"] + "9SYN" + numbers
    agencies.loc[[sheriff, annex], "same_as"] = agencies["agency_id"][[annex, sheriff]].to_numpy()
    return agencies


def _agency(number: int) -> dict[str, str | None]:
    rng = np.random.default_rng([SEED, number])
    level = _level(number)
    state = "TX" if number == 0 else str(rng.choice(WORDS["state"]))
    county = str(rng.choice(_counties(state)))
    place = f"{WORDS['first'][number % 40]} {WORDS['second'][(number + number // 40) % 24]}"
    mean = KNOWN_VOLUMES.get(number, max(0.1, rng.lognormal(0.235, 1.15)))
    return {
        "name": f"{place} {rng.choice(WORDS[f'{level} desk'])}",
        "level": level,
        "state": state,
        "county_fips": county,
        "area": area_of(state, county),
        # A tenth of the directory leaves the volume open, as a real one would.
        "weekly_requests": "" if number % 10 == 7 else f"{mean:.1f}",
        "same_as": "",
    }


def _level(number: int) -> str:
    if number == FEDERAL:
        return "federal"
    if number % 50 == 20:
        return "tribal"
    if number % 12 == 3:
        return "state"
    return "municipal" if number % 5 == 2 else "county"


@cache
def _counties(state: str) -> list[str]:
    return [
        fips
        for fips, county in sorted(COUNTIES.items())
        if county.state == state and area_of(state, fips) not in (None, "Harlingen")
    ]
