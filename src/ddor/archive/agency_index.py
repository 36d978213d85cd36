"""Every agency that ever appeared in the archive: `site/data/agencies.csv`, one line for each.

The lists of agencies, the search and the pages of same-named agencies are made from it, without
opening any agency's own files. Columns INDEX_COLUMNS; name, level and place are those of the latest
published week that knows them, else the directory's; also_named: the names in other weeks.
"""

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from ddor.archive.downloads import lines_in
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.reference.figures import IDENTITY
from ddor.reference.places import COUNTIES, STATES

INDEX = "data/agencies.csv"
PLACE = IDENTITY[1:]
INDEX_COLUMNS = ("agency_id", *PLACE, "also_named", "first_week", "last_week", "weeks", "flags")
NO_STATE = "no-state"


def read_index(site: Path) -> dict[str, dict[str, str]]:
    """agency_id -> its line; none where nothing is published."""
    return {line["agency_id"]: line for line in lines_in(site / INDEX)}


def index_line(
    agency_id: str, weeks: list[dict[str, str]], directory: Mapping[str, dict[str, str]]
) -> dict[str, str]:
    """`weeks`: the agency's lines, newest first (agency_pages.COLUMNS). The place is that of the
    latest week that knows one, else the directory's; a week with doubted requests alone knows
    none."""
    unknown = dict.fromkeys(PLACE, "")
    named_in = directory.get(agency_id, unknown)
    latest = next((line for line in weeks if line["state"]), None)
    place = latest or (named_in if named_in["state"] else (weeks[0] if weeks else unknown))
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


def named(line: dict[str, str]) -> str:
    return line["agency"] or f"Agency {line['agency_id']}"


def place_of(line: dict[str, str]) -> str:
    """Place, level and code, which stand beside the name everywhere: "county · Hennepin County,
    Minnesota (27053) · MN0270000"."""
    fips, state = line["county_fips"], STATES.get(line["state"])
    county = COUNTIES.get(fips)
    place = ", ".join(filter(None, (county and county.name, state and state.name)))
    place += f" ({fips})" if fips else ""
    place = place.strip() or "place not known"
    return " · ".join(filter(None, (line["level"], place, line["agency_id"])))


def by_state(index: dict[str, dict[str, str]]) -> dict[str, tuple[str, list[dict]]]:
    """Address -> heading and lines by name, the states by name; last those without a state."""
    groups = {}
    for state in sorted(STATES.values(), key=lambda state: state.name):
        found = [line for line in index.values() if line["state"] == state.usps]
        if found:
            groups[state.usps.lower()] = (state.name, sorted(found, key=sort_key))
    without = [line for line in index.values() if line["state"] not in STATES]
    return groups | ({NO_STATE: ("State not known", without)} if without else {})


def by_letter(index: dict[str, dict[str, str]]) -> dict[str, tuple[str, list[dict]]]:
    """Address -> heading and lines by name: A to Z, then all that begins with no letter."""
    groups: dict[str, tuple[str, list[dict]]] = {}
    for line in sorted(index.values(), key=sort_key):
        first = sort_key(line)[0][:1]
        letter = first if first.isascii() and first.isalpha() else "other"
        groups.setdefault(letter, (letter.upper() if letter == first else "Other", []))[1].append(
            line
        )
    return dict(sorted(groups.items(), key=lambda item: (item[0] == "other", item[0])))


def plain_name(line: dict[str, str]) -> str:
    """The name as it is sorted and looked for: no accents, no capitals."""
    decomposed = unicodedata.normalize("NFKD", named(line).casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).strip()


def sort_key(line: dict[str, str]) -> tuple[str, str, str]:
    return plain_name(line), line["state"], line["agency_id"]
