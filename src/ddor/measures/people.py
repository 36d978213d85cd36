"""What a table tells of its rows: charges by category and group, citizenship by region and country,
days from issue to recording; as lines, and as the tables of a download. Which tables may be told is
decided in disclosure.py.

The nation is told in full: every category and region with its exact count, 1 and 2 too. Offense
groups and countries of NAMED or more stand by name, the rest as *other* of their own branch. Of a
category *convicted* and *charged only* are told apart only if neither is 1 or 2. Of a place the
charges alone are told: categories of the threshold or more, the rest together, itself that large.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from ddor.measures import attributes
from ddor.measures.attributes import CHARGED_ONLY, CHARGES, CITIZENSHIP, CONVICTED, DAYS, NO_CHARGE
from ddor.measures.disclosure import NATION, POOLED, Row, Table, Told, flag_of
from ddor.reference.codes import CATEGORIES, REGION_OF, REGIONS, offense_category
from ddor.reference.figures import OF_CHARGES, TABLE_COLUMNS

ALL = "all"
NAMED = 3  # of a group or a country in the nation
OTHER = "other"  # what is not named of a branch
REST = "rest"  # what is not named of a place
BRANCHES = {CHARGES: ("", *CATEGORIES, REST), CITIZENSHIP: REGIONS, DAYS: attributes.DAY_LABELS}
GROUP_COLUMNS = TABLE_COLUMNS["charges_by_group"]

Members = Mapping[str, set[Row]]


class Line(NamedTuple):
    """A line of attributes.csv. branch: category, region or band, "" for all requests; leaf: group
    or country, OTHER, or "" for the whole branch; standing: ALL or one of STANDINGS."""

    attribute: str
    place: str
    branch: str
    leaf: str
    standing: str
    requests: int


def lines_of(table: Table | None) -> list[Line]:
    """In the order of attributes.csv; none of a table that is not told."""
    if table is None:
        return []
    if table.place in (NATION, POOLED):
        return in_order(_nation_lines(table.attribute, table.rows))
    return in_order(_place_lines(table.place, table.rows, table.threshold))


def _nation_lines(attribute: str, rows: Iterable[Row]) -> list[Line]:
    standings, branches, convicted = _members(attribute, rows)
    lines = []
    if attribute == CHARGES:
        lines = [
            Line(CHARGES, NATION, "", "", each, len(standings[each]))
            for each in attributes.STANDINGS
        ]
    for branch in CATEGORIES if attribute == CHARGES else BRANCHES[attribute]:
        leaves = branches[branch]
        everyone = len(set().union(*leaves.values()))
        lines.append(Line(attribute, NATION, branch, "", ALL, everyone))
        split = {CONVICTED: len(convicted[branch])}
        split[CHARGED_ONLY] = everyone - split[CONVICTED]
        if attribute == CHARGES and not {1, 2} & {*split.values()}:
            lines += [Line(attribute, NATION, branch, "", *part) for part in split.items()]
        named = rolled_up(leaves, NAMED, OTHER) if attribute != DAYS else {}
        lines += [
            Line(attribute, NATION, branch, leaf, ALL, len(own)) for leaf, own in named.items()
        ]
    return lines


def _place_lines(place: str, rows: Iterable[Row], threshold: int) -> list[Line]:
    standings, branches, _ = _members(CHARGES, rows)
    known = {each: standings[each] for each in (CONVICTED, CHARGED_ONLY)}
    known[NO_CHARGE] = standings[NO_CHARGE] | standings[attributes.DISMISSED]
    categories = {name: set().union(*groups.values()) for name, groups in branches.items()}
    by_standing = rolled_up(known, threshold, REST, threshold)
    by_category = rolled_up(categories, threshold, REST, threshold)
    return [
        *(Line(CHARGES, place, "", "", each, len(own)) for each, own in by_standing.items()),
        *(Line(CHARGES, place, name, "", ALL, len(own)) for name, own in by_category.items()),
    ]


def _members(attribute: str, rows: Iterable[Row]):
    """-> standing -> rows; branch -> leaf -> rows; branch -> rows with a conviction in it. The
    first and the last are of charges alone."""
    standings, convicted = defaultdict(set), defaultdict(set)
    branches: dict[str, dict[str, set[Row]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if attribute != CHARGES:
            branch = REGION_OF[row.value] if attribute == CITIZENSHIP else row.value
            branches[branch][row.value].add(row)
            continue
        standing, *groups = row.value.split()
        standings[standing].add(row)
        for each in groups:
            group, _, of_group = each.partition(":")
            branches[offense_category(group)][group].add(row)
            if of_group == CONVICTED:
                convicted[offense_category(group)].add(row)
    return standings, branches, convicted


def rolled_up(members: Members, at_least: int, rest_name: str, rest_at_least: int = 1) -> Members:
    """Those of `at_least` or more by name, and the rows of all others under `rest_name`. Where that
    rest would be under `rest_at_least` the smallest named ones join it; nothing is told of a rest
    that stays too small."""
    named = {name: rows for name, rows in members.items() if len(rows) >= at_least}
    rest = set().union(*(rows for name, rows in members.items() if name not in named))
    while named and 0 < len(rest) < rest_at_least:
        smallest = min(named, key=lambda name: (len(named[name]), name))
        rest |= named.pop(smallest)
    return named | ({rest_name: rest} if len(rest) >= rest_at_least else {})


def in_order(lines: Iterable[Line]) -> list[Line]:
    standings = (ALL, *attributes.STANDINGS, REST)

    def key(line: Line):
        leaf = (line.leaf != "", line.leaf == OTHER, line.leaf)
        branch = BRANCHES[line.attribute].index(line.branch)
        return line.attribute, line.place, branch, leaf, standings.index(line.standing)

    return sorted(lines, key=key)


def added_up(tables: Iterable[Iterable[Line]]) -> list[Line]:
    """The lines of several national tables, each sum under its name. A group that a week has in
    *other* stays there; a split is the sum of the weeks that tell it."""
    sums: Counter[tuple[str, str, str, str, str]] = Counter()
    for lines in tables:
        for line in lines:
            sums[line[:-1]] += line.requests
    return in_order(Line(*key, requests) for key, requests in sums.items())


def with_charges(lines: Iterable[Line]) -> dict[str, int | None]:
    """The two figures that are part of the national table of charges, whose lines these are; None
    where it is not told."""
    counts = Counter({line.standing: line.requests for line in lines if not line.branch})
    if not counts:
        return dict.fromkeys(OF_CHARGES)
    numbers = counts.total() - counts[NO_CHARGE], counts[CONVICTED]
    return dict(zip(OF_CHARGES, numbers, strict=True))


def charge_group_lines(lines: Iterable[Line], flags: str = "") -> pd.DataFrame:
    """charges_by_group.csv: GROUP_COLUMNS, a line for each category, its group_code "", then its
    groups; a split that is not told is missing (Int64). `lines`: those of the nation; `flags`: what
    a reader of every line has to know."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for line in lines:
        if line.branch:
            counts.setdefault((line.branch, line.leaf), {})[line.standing] = line.requests
    names = {OTHER: "Other groups of this category", **attributes.GROUP_NAMES}
    rows = []
    for (category, group), each in counts.items():
        name = names[group] if group else CATEGORIES[category]
        rows.append((category, group, name, *map(each.get, (CONVICTED, CHARGED_ONLY, ALL))))
    frame = pd.DataFrame(rows, columns=list(GROUP_COLUMNS))
    types = dict.fromkeys(GROUP_COLUMNS[:3], "str") | dict.fromkeys(GROUP_COLUMNS[3:], "Int64")
    frame = frame.astype(types).astype({"requests": "int64"})
    # A sum in which only weeks without any such request told the two apart.
    none_split = frame["convicted"].eq(0) & frame["charged_only"].eq(0) & frame["requests"].gt(0)
    frame.loc[none_split.fillna(False), ["convicted", "charged_only"]] = pd.NA
    return frame.assign(flags=flags) if flags else frame


def national_charges(told: Told) -> pd.DataFrame:
    """charges_by_group.csv of a week: no row where the table is not told."""
    table = told.table(CHARGES)
    return charge_group_lines(lines_of(table), flag_of(table))


def attribute_lines(told: Told) -> pd.DataFrame:
    """attributes.csv: the fields of Line, and `flags` where a table stands from before."""
    tables = [told.tables[key] for key in sorted(told.tables)]
    lines = [line for table in tables for line in lines_of(table)]
    return line_frame(lines, [flag_of(told.table(line.attribute, line.place)) for line in lines])


def line_frame(lines: Iterable[Line], flags: Iterable[str] = ()) -> pd.DataFrame:
    """The fields of Line as columns; with `flags`, one for each line, if any says a word."""
    frame = pd.DataFrame(list(lines), columns=list(Line._fields))
    frame = frame.astype(dict.fromkeys(Line._fields[:-1], "str") | {"requests": "int64"})
    flags = list(flags)
    return frame.assign(flags=pd.Series(flags, dtype="str")) if any(flags) else frame
