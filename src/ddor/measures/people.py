"""What a table tells of its rows: charges by category and group, citizenship by region and country,
days from issue to recording. Which tables may be told is decided in disclosure.py.

The nation is told in full: every category and region with its exact count, 1 and 2 too. Offense
groups and countries of NAMED or more stand by name, the rest as *other* of their own branch. Of a
category *convicted* and *charged only* are told apart only if neither is 1 or 2. Of a place the
charges alone are told: categories of the threshold or more, the rest together, itself that large.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from ddor.measures.charges import charge_values
from ddor.measures.disclosure import ENOUGH, NATION, POOLED, Candidates, Row, Table, Told, rows_of
from ddor.measures.timing import DAY_LABELS, days_from_issue
from ddor.reference.codes import CATEGORIES, REGIONS, offense_category, world_region
from ddor.reference.figures import OF_CHARGES

CHARGES, CITIZENSHIP, DAYS = "charges", "citizenship", "days"
ATTRIBUTES = (CHARGES, CITIZENSHIP, DAYS)
ALL, CONVICTED, CHARGED_ONLY = "all", "convicted", "charged_only"
DISMISSED, NO_CHARGE = "dismissed_or_acquitted", "no_charge"
STANDINGS = (CONVICTED, CHARGED_ONLY, DISMISSED, NO_CHARGE)
NAMED = 3  # of a group or a country in the nation
OTHER = "other"  # what is not named of a branch
REST = "rest"  # what is not named of a place
BRANCHES = {CHARGES: ("", *CATEGORIES, REST), CITIZENSHIP: REGIONS, DAYS: DAY_LABELS}

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


def week_rows(
    status: pd.DataFrame, charges: pd.DataFrame, states: Mapping[str, str], week: str
) -> dict[str, frozenset[Row]]:
    """Attribute -> the rows of this week's declined requests. `charges` from
    charges.declined_charges; `states`: agency_id -> state."""
    declined = status[status["declined"]]
    declined = declined.assign(week=week, state=declined["agency_id"].map(states))
    values = {
        CHARGES: charge_values(declined["request_id"], charges),
        CITIZENSHIP: declined["citizenship"],
        DAYS: days_from_issue(declined),
    }
    return {name: rows_of(declined.assign(value=each)) for name, each in values.items()}


def week_candidates(rows: Mapping[str, frozenset[Row]]) -> Candidates:
    """The nation, then agencies, the largest first."""
    nation = {(attribute, NATION): each for attribute, each in rows.items()}
    return nation | _places(rows.get(CHARGES, ()), "agency_id")


def places_of_quarter(rows: Collection[Row]) -> Candidates:
    """Agencies, then states, the largest first."""
    return _places(rows, "agency_id") | _places(rows, "state")


def _places(rows: Collection[Row], column: str) -> Candidates:
    found = defaultdict(set)
    for row in rows:
        found[getattr(row, column)].add(row)
    largest_first = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        (CHARGES, place): frozenset(own)
        for place, own in largest_first
        if place and len(own) >= ENOUGH
    }


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


def lines_of(table: Table) -> list[Line]:
    """In the order of attributes.csv."""
    if table.attribute != CHARGES:
        lines = _tree(table.attribute, table.rows)
    elif table.place in (NATION, POOLED):
        lines = _nation_charges(table.rows)
    else:
        lines = _place_charges(table.place, table.rows, table.threshold)
    return in_order(lines)


def told_lines(told: Told, attribute: str, place: str = NATION) -> list[Line]:
    """The lines of a table, none where it is not told."""
    table = told.table(attribute, place)
    return lines_of(table) if table else []


def _tree(attribute: str, rows: Iterable[Row]) -> list[Line]:
    branches: dict[str, dict[str, set[Row]]] = {name: {} for name in BRANCHES[attribute]}
    for row in rows:
        branch = world_region(row.value) if attribute == CITIZENSHIP else row.value
        branches[branch].setdefault(row.value, set()).add(row)
    lines = []
    for branch, leaves in branches.items():
        lines.append(Line(attribute, NATION, branch, "", ALL, sum(map(len, leaves.values()))))
        if attribute == CITIZENSHIP:
            lines += _leaves(attribute, branch, leaves)
    return lines


def _leaves(attribute: str, branch: str, leaves: Members) -> list[Line]:
    named = rolled_up(leaves, NAMED, OTHER)
    return [Line(attribute, NATION, branch, leaf, ALL, len(own)) for leaf, own in named.items()]


def _nation_charges(rows: Iterable[Row]) -> list[Line]:
    by_standing, categories, convicted = _charges(rows)
    lines = [Line(CHARGES, NATION, "", "", each, len(by_standing[each])) for each in STANDINGS]
    for category in CATEGORIES:
        groups = categories[category]
        everyone = set().union(*groups.values())
        lines.append(Line(CHARGES, NATION, category, "", ALL, len(everyone)))
        split = {CONVICTED: len(convicted[category])}
        split[CHARGED_ONLY] = len(everyone) - split[CONVICTED]
        if not {1, 2} & {*split.values()}:
            lines += [Line(CHARGES, NATION, category, "", *part) for part in split.items()]
        lines += _leaves(CHARGES, category, groups)
    return lines


def _place_charges(place: str, rows: Iterable[Row], threshold: int) -> list[Line]:
    by_standing, categories, _ = _charges(rows)
    standings = {each: by_standing[each] for each in (CONVICTED, CHARGED_ONLY)}
    standings[NO_CHARGE] = by_standing[NO_CHARGE] | by_standing[DISMISSED]
    named = rolled_up(standings, threshold, REST, threshold)
    lines = [Line(CHARGES, place, "", "", each, len(own)) for each, own in named.items()]
    by_category = {name: set().union(*groups.values()) for name, groups in categories.items()}
    named = rolled_up(by_category, threshold, REST, threshold)
    return lines + [Line(CHARGES, place, name, "", ALL, len(own)) for name, own in named.items()]


def _charges(rows: Iterable[Row]):
    """-> standing -> rows; category -> group -> rows; category -> rows with a conviction in it."""
    by_standing, convicted = defaultdict(set), defaultdict(set)
    categories: dict[str, dict[str, set[Row]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        standing, *groups = row.value.split()
        by_standing[standing].add(row)
        for each in groups:
            group, _, of_group = each.partition(":")
            categories[offense_category(group)][group].add(row)
            if of_group == CONVICTED:
                convicted[offense_category(group)].add(row)
    return by_standing, categories, convicted


def in_order(lines: Iterable[Line]) -> list[Line]:
    standings = (ALL, *STANDINGS, REST)

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
    """The two figures that are part of the national table of charges, None where it is not told."""
    counts: Counter[str] = Counter()
    for line in lines:
        if (line.attribute, line.place, line.branch) == (CHARGES, NATION, ""):
            counts[line.standing] = line.requests
    if not counts:
        return dict.fromkeys(OF_CHARGES)
    return dict(
        zip(OF_CHARGES, (counts.total() - counts[NO_CHARGE], counts[CONVICTED]), strict=True)
    )
