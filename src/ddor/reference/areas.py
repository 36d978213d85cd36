"""ICE ERO areas of responsibility: which states, and which counties of Texas, New York, California.

American Samoa is on no area's list, so it has none. Harlingen did not exist in 2017; its counties
are listed as today.
"""

import re

from ddor.reference.places import COUNTIES
from ddor.reference.spelling import name_key
from ddor.reference.tables import rows

_ROWS = rows("areas")
# Area -> the USPS codes of the states that lie in it, whole or in part.
AREAS = {
    name: {row["state"] for row in _ROWS if row["area"] == name}
    for name in sorted({row["area"] for row in _ROWS})
}

_SUFFIX = re.compile(r" (area of responsibility|aor|field office)$")
_BY_KEY = {name_key(name): name for name in AREAS} | {
    "new york": "New York City",
    "washington dc": "Washington",
    "washington d c": "Washington",
}

_WHOLE = {row["state"]: row["area"] for row in _ROWS if row["part"] == ""}
_REST = {row["state"]: row["area"] for row in _ROWS if row["part"] == "rest"}
_FIPS = {(c.state, c.name.removesuffix(" County")): c.fips for c in COUNTIES.values()}
_COUNTIES = {
    _FIPS[row["state"], row["part"]]: row["area"]
    for row in _ROWS
    if row["part"] not in ("", "rest")
}


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
    if state in _WHOLE or county is None or county.state != state:
        return _WHOLE.get(state)
    return _COUNTIES.get(county.fips, _REST.get(state))
