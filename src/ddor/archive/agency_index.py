"""Every agency that ever appeared in the archive: `site/data/agencies.csv`, one line for each.

The lists of agencies, the search and the pages of same-named agencies are made from it, without
opening any agency's own files. Columns INDEX_COLUMNS; name, level and place are those of the latest
published week that knows them, else the directory's; also_named: the names in other weeks.
"""

import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from string import ascii_lowercase

from ddor.archive.downloads import lines_in
from ddor.archive.site import Line
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.reference.places import COUNTIES, STATES

INDEX = "data/agencies.csv"
PLACE = ("agency", "level", "state", "county_fips", "area")
INDEX_COLUMNS = ("agency_id", *PLACE, "also_named", "first_week", "last_week", "weeks", "flags")
NO_STATE = "no-state"
Groups = dict[str, tuple[str, list[Line]]]


def read_index(site: Path) -> dict[str, Line]:
    """agency_id -> its line; none where nothing is published."""
    return {line["agency_id"]: line for line in lines_in(site / INDEX)}


def index_line(agency_id: str, weeks: list[Line], directory: Mapping[str, Line]) -> Line:
    """`weeks`: the agency's lines, newest first (agency_pages.COLUMNS). The place is that of the
    latest week that knows one, else the directory's; a week with doubted requests alone knows
    none."""
    unknown = dict.fromkeys(PLACE, "")
    known = [line for line in (*weeks, directory.get(agency_id, unknown)) if line["state"]]
    place = (known or weeks or [unknown])[0]
    others = {line["agency"] for line in weeks} - {place["agency"], ""}
    return {
        "agency_id": agency_id,
        **{name: place[name] for name in PLACE},
        "also_named": "; ".join(sorted(others)),
        "first_week": weeks[-1]["week"] if weeks else "",
        "last_week": weeks[0]["week"] if weeks else "",
        "weeks": str(len(weeks)),
        "flags": SYNTHETIC_NOTICE if weeks and SYNTHETIC_NOTICE in weeks[0]["flags"] else "",
    }


def named(line: Line) -> str:
    return line["agency"] or f"Agency {line['agency_id']}"


def place_of(line: Line) -> str:
    """Place, level and code, which stand beside the name everywhere: "county · Hennepin County,
    Minnesota (27053) · MN0270000"."""
    fips, state = line["county_fips"], STATES.get(line["state"])
    county = COUNTIES.get(fips)
    place = ", ".join(filter(None, (county and county.name, state and state.name)))
    place += f" ({fips})" if fips else ""
    place = place.strip() or "place not known"
    return " · ".join(filter(None, (line["level"], place, line["agency_id"])))


def by_state(index: Mapping[str, Line]) -> Groups:
    """Address -> heading and lines by name, the states by name; last those without a state."""
    states = sorted(STATES.values(), key=lambda state: state.name)
    heads = {state.usps.lower(): state.name for state in states} | {NO_STATE: "State not known"}
    return _grouped(index, heads, lambda line: line["state"].lower())


def by_letter(index: Mapping[str, Line]) -> Groups:
    """Address -> heading and lines by name: A to Z, then all that begins with no letter."""
    heads = {letter: letter.upper() for letter in ascii_lowercase} | {"other": "Other"}
    return _grouped(index, heads, lambda line: plain_name(line)[:1])


def _grouped(
    index: Mapping[str, Line], heads: dict[str, str], address_of: Callable[[Line], str]
) -> Groups:
    """In the order of `heads` (address -> heading), the last of which has what is of no other."""
    groups: Groups = {address: (head, []) for address, head in heads.items()}
    for line in sorted(index.values(), key=sort_key):
        groups.get(address_of(line), groups[[*heads][-1]])[1].append(line)
    return {address: group for address, group in groups.items() if group[1]}


def plain_name(line: Line) -> str:
    """The name as it is sorted and looked for: no accents, no capitals."""
    decomposed = unicodedata.normalize("NFKD", named(line).casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).strip()


def sort_key(line: Line) -> tuple[str, str, str]:
    return plain_name(line), line["state"], line["agency_id"]
