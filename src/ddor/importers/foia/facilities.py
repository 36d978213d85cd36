"""The facilities of a FOIA file: codes and states that its form lacks, filled in from what a person
wrote; and rows for the directory, proposed from names.

Nothing proposed here is used before a person has accepted it. To assume that a jail in a county
is the county's jail is one of the errors that this report exists to avoid: so a county is proposed
only where the name says it, and a level with the words that it is guessed from.
"""

import difflib
import re
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ddor.errors import ExtractInvalid, Problems
from ddor.extract.csv_files import csv_file, plain_cell
from ddor.extract.key_files import quoted
from ddor.extract.table import ABOVE, worded
from ddor.importers.containers import refuse_no_file
from ddor.importers.foia.cleaning import Words, meaning
from ddor.importers.foia.tables import LEVELS
from ddor.maintained.directory import AGENCY_ID, CODE, COLUMNS, read_table
from ddor.reference.codes import name_key
from ddor.reference.places import AREAS, COUNTIES, area_named, area_of, state_named

# Of names: what most jails share.
_COMMON_WORDS = set(
    "COUNTY CNTY CO JAIL SHERIFF SHERIFFS S SO OFFICE DEPT DEPARTMENT DETENTION DET CENTER CTR "
    "ADULT ADC LAW ENFORCEMENT".split()
)
_ALIKE = 0.9
_OF_A_COUNTY = re.compile(r"^(.+?)\s+(COUNTY|CNTY|CO|PARISH)\b")
_PLACE = ["name", "state", "code", "area"]
_WHERE = ["detention_facility", "facility_state", "detention_facility_code", "facility_aor"]
# The column of a file of facilities -> the names that it goes by.
_TITLES = {
    "name": ("name", "facility", "detention_facility"),
    "state": ("state", "facility_state"),
    "agency_id": ("agency_id", "code", "detention_facility_code"),
}
# State and key of a name -> the codes of the counties of that name.
_COUNTIES: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
for _fips, _place_of in COUNTIES.items():
    _name = re.sub(" (County|Parish)$", "", _place_of.name)
    _COUNTIES[_place_of.state, name_key(_name)].append(_fips)
# What a file of proposals has before and after the columns of the directory.
ACCEPT = "accept"
SURE = ("sure", "likely", "unknown")
_BESIDE = ("requests", "how_sure", "because", "nearly_the_same_as")


class Facilities(NamedTuple):
    """codes: key of a name and state ("" for any) -> facility code, of a name with one code there
    alone; states: code -> state."""

    codes: dict[tuple[str, str], str]
    states: dict[str, str]


def read_facilities(file: Path | None, directory: pd.DataFrame) -> Facilities:
    """What a CSV file with the columns name, state and agency_id says (a file of proposals and the
    directory are such files), and the directory's states. Raises ExtractInvalid."""
    known = directory["state"].dropna().to_dict()
    if file is None:
        return Facilities({}, known)
    refuse_no_file(file)
    found, named = Problems(file.name, "docs/foia.md"), defaultdict(set)
    table = read_table(file, found, "no_facilities_file")
    columns = {name_key(head).replace(" ", "_"): head for head in table}
    heads = [next((columns[t] for t in titles if t in columns), "") for titles in _TITLES.values()]
    if not found and not all(heads):
        seen = f"the columns {', '.join(table)}"
        found.report("", *worded("no_facilities_file", seen=seen))
    if found:
        raise ExtractInvalid(found, file.name)
    states: dict[str, str] = {}
    for at, name, place, code in table[heads].itertuples():
        row = at + ABOVE
        name, code, state = name_key(plain_cell(name)), code.strip(), state_named(place) or ""
        if place and not state:
            found.report("state", quoted(place), "a state, such as MN", "correct it", (row,))
        if code and not AGENCY_ID.fullmatch(code):
            found.report("agency_id", quoted(code), CODE, "correct it", (row,))
        if code and state and states.setdefault(code, state) != state:
            seen = f"{state} for {code}, which is in {states[code]} above"
            found.report("state", seen, "one state of a code", "correct one of them", (row,))
        named[name, ""].add(code)
        if code and state:
            named[name, state].add(code)
    if found:
        raise ExtractInvalid(found, file.name)
    codes = {place: theirs.pop() for place, theirs in named.items() if len(theirs) == 1}
    return Facilities(codes, known | states)


def located(rows: pd.DataFrame, facilities: Facilities, words_of: Words) -> pd.DataFrame:
    """Cleaned rows with the codes and states that `facilities`, or an area of one state, gives;
    `by_name`, `by_area`: whether a row lacked its code, its state."""
    name, state, code, area = _WHERE
    lacking = rows[code].isna() | rows[state].isna()
    rows = rows.assign(by_name=rows[code].isna(), by_area=rows[state].isna())
    if not lacking.any():
        return rows
    found = rows.loc[lacking, _WHERE].astype("str")
    which = found.groupby(_WHERE, dropna=False, sort=False).ngroup()
    different = found.drop_duplicates().fillna("").itertuples(index=False, name=None)
    places = [_place(facilities, words_of, *each) for each in different]
    filled_in = pd.DataFrame(places, columns=[code, state], dtype="str").replace("", None)
    rows = rows.astype(dict.fromkeys((code, state), "str"))
    rows.loc[lacking, [code, state]] = filled_in.take(which).set_axis(found.index)
    return rows.astype(dict.fromkeys((code, state), "category"))


def _place(
    facilities: Facilities, words_of: Words, name: str, state: str, code: str, area: str
) -> tuple[str, str]:
    key, usps = name_key(name), meaning(words_of, "facility_state", state.casefold()) or ""
    # A namesake in another state is another jail: only a row without any state goes by name alone.
    by_name = facilities.codes.get((key, usps)) if usps or not state else None
    found = code or by_name or ""
    states = AREAS.get(meaning(words_of, "facility_aor", area.casefold()) or "", ())
    there = (
        state or facilities.states.get(found) or (next(iter(states)) if len(states) == 1 else "")
    )
    if not (code or state) and there not in states:
        return "", ""  # a namesake of the row's facility, perhaps in another area
    return found, there


def facilities_of(rows: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
    """A row for each facility of shaped rows, most requests first: code; name, state and area, as
    most of its rows have them; requests; level; known: whether the level is the directory's, not
    guessed."""
    found = _counted(rows[["agency_name", "state", "agency_id", "area"]])
    level = found["code"].map(directory["level"])
    return found.assign(level=level.fillna(found["level"]), known=level.notna())


def unplaced(rows: pd.DataFrame) -> pd.DataFrame:
    """As facilities_of, of cleaned rows that were set aside for want of a code or a state."""
    name, state, code, area = _WHERE
    named = rows.loc[rows[name].notna() | rows[code].notna(), _WHERE].astype("str").fillna("")
    named[state] = named[state].map(lambda state: state_named(state) or state)
    named[area] = named[area].map(lambda area: area_named(area) or "")
    return _counted(named).assign(known=False)


def _each_code_once(facilities: pd.DataFrame) -> pd.DataFrame:
    """The first line of each code, and every line without one."""
    return facilities[~facilities["code"].duplicated() | (facilities["code"] == "")]


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Of columns that are the _PLACE of a request: one row for each code, and for each different
    place without one, as most of its rows have it, with its requests and the level that its name
    suggests."""
    places = rows.set_axis(_PLACE, axis=1)
    counts = places.groupby(_PLACE, sort=False, observed=True, dropna=False).size()
    counts = counts.sort_values(ascending=False, kind="stable").reset_index(name="requests")
    counts[_PLACE] = counts[_PLACE].astype("str").fillna("")
    by_code = counts.groupby("code")["requests"].transform("sum")
    counts["requests"] = by_code.where(counts["code"] != "", counts["requests"])
    counts["level"] = counts["name"].map(lambda name: _level(name)[0])
    ordered = counts.sort_values(["requests", "code"], ascending=[False, True], kind="stable")
    return _each_code_once(ordered)


def twins_of(facilities: pd.DataFrame) -> list[tuple]:
    """Pairs of facilities of one state whose names are nearly the same, as if one had been
    misspelt: without the words that most jails share, and only where the first letter agrees."""
    alike = facilities.assign(core=facilities["name"].map(_core), place=range(len(facilities)))
    near = alike[alike["core"] != ""].groupby(["state", alike["core"].str[:1]])
    pairs = [
        (one, other)
        for _, group in near
        for one, other in combinations(group.itertuples(index=False), 2)
        if difflib.get_close_matches(other.core, [one.core], cutoff=_ALIKE)
    ]
    return sorted(pairs, key=lambda pair: (pair[0].place, pair[1].place))


def write_proposals(file: Path, facilities: pd.DataFrame) -> None:
    """Rows for the directory, of those of `facilities` that are not known to it, to be looked up
    and accepted: `ddor directory FILE` adds those. The surest first, misspelt twins beside each
    other."""
    beside, first = defaultdict(list), {}
    for one, other in twins_of(facilities):
        beside[_key(one)].append(f"{other.name} ({other.code})")
        beside[_key(other)].append(f"{one.name} ({one.code})")
        first[_key(other)] = _key(one)
    lacking = _each_code_once(facilities[~facilities["known"]])
    rows = [(_key(each), _proposal(each, beside)) for each in lacking.itertuples(index=False)]
    rows.sort(key=lambda row: SURE.index(row[1]["how_sure"]))
    order = {key: at for at, (key, _) in enumerate(rows)}
    rows.sort(key=lambda row: order.get(first.get(row[0], row[0]), order[row[0]]))
    lines = [line for _, line in rows]
    file.parent.mkdir(parents=True, exist_ok=True)
    # Excel knows by the mark that it is UTF-8.
    file.write_bytes(BOM_UTF8 + csv_file([ACCEPT, *COLUMNS["agencies"], *_BESIDE], lines))


def _key(facility) -> tuple[str, str, str]:
    """What tells facilities apart: some have no code."""
    return facility.code, facility.name, facility.state


def _proposal(facility, beside: Mapping[tuple, list[str]]) -> dict:
    level, words = _level(facility.name)
    county = _county(facility.name, facility.state)
    sure, likely, unknown = SURE
    said = [f'"{words}" in the name: {level}'] if words else []
    said += [f"the county is named: {COUNTIES[county].name}"] if county else []
    return {
        "agency_id": facility.code,
        "name": facility.name,
        "level": level,
        "state": facility.state,
        "county_fips": county,
        "area": facility.area or area_of(facility.state, county) or "",
        "requests": facility.requests,
        "how_sure": sure if county and level == "county" else likely if words else unknown,
        "because": "; ".join(said) or "the name says nothing of a level",
        "nearly_the_same_as": "; ".join(beside[_key(facility)]),
    }


def _level(name: str) -> tuple[str, str]:
    """The level that a name suggests, and the words that do."""
    for level, sign in LEVELS:
        if found := re.search(sign, name.upper()):
            return level, found[0].strip()
    return "other", ""


def _county(name: str, state: str) -> str:
    """The county that a name names, "" where it names none of that state."""
    found = _OF_A_COUNTY.search(name.upper())
    fips = _COUNTIES.get((state, name_key(found[1])), []) if found else []
    return fips[0] if len(fips) == 1 else ""


def _core(name: str) -> str:
    words = re.findall("[A-Z0-9]+", name.upper())
    return " ".join(word for word in words if word not in _COMMON_WORDS)
