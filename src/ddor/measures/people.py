"""What is shown of people: what the charges, the citizenship and the days from issue to recording
say of a declined request, which is the row of every table; and the lines that a table makes of its
rows, also as the tables of a download. Which tables may be published is decided in disclosure.py.

Charges are those dated before the release (`timing` before_release). The unit stays the request: in
an NCIC offense group it is *convicted* if one charge of that group is a conviction, else *charged
only*. A charge that was dismissed or ended in acquittal puts a request in no group. A request can
be in several groups, so groups do not add up.

The recorded date is the date ICE learned of the decline, not the date of release: an old request
recorded this week says as much about recording as about releases (E8 in 2017).

The nation is shown in full: every category and region with its exact count, 1 and 2 too. Offense
groups and countries of NAMED or more stand by name, the rest as *other* of their own branch. Of a
category *convicted* and *charged only* are shown apart only if neither is 1 or 2. Of a place the
charges alone are shown: categories of the threshold or more, the rest together, itself that large.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

import pandas as pd

from ddor.measures import disclosure
from ddor.measures.disclosure import NATION, POOLED, AttributeTable, PublishedTables, Row, flag_of
from ddor.reference import codes
from ddor.reference.codes import CATEGORIES, offense_category, offense_group
from ddor.reference.figures import OF_CHARGES, TABLE_COLUMNS

CHARGES, CITIZENSHIP, DAYS = ATTRIBUTES = ("charges", "citizenship", "days")
CONVICTED, CHARGED_ONLY = "convicted", "charged_only"
DISMISSED, NO_CHARGE = "dismissed_or_acquitted", "no_charge"
STANDINGS = (CONVICTED, CHARGED_ONLY, DISMISSED, NO_CHARGE)
# The dispositions that put a request in the group of a charge.
COUNTING = ("charged", "unknown", "convicted")
UNLISTED = "unlisted"
GROUP_NAMES = codes.OFFENSE_GROUPS | {UNLISTED: "Code outside the NCIC list"}


def bands_of(attribute: str) -> dict[str, float]:
    """Band of days -> its last day, in order; the first begins with day 0, as each does where the
    one before it ends."""
    return {
        row["band"]: float(row["last"] or "inf")
        for row in codes.rows("bands", codes.DICTIONARY)
        if row["attribute"] == attribute
    }


BANDS = bands_of(DAYS)
BEFORE_ISSUE, UNKNOWN = "Recorded before it was issued", "No recording date"
DAY_LABELS = (*BANDS, BEFORE_ISSUE, UNKNOWN)
ALL = "all"
NAMED = 3  # of a group or a country in the nation
OTHER = "other"  # what is not named of a branch
REST = "rest"  # what is not named of a place
BRANCHES = {CHARGES: ("", *CATEGORIES, REST), CITIZENSHIP: codes.REGIONS, DAYS: DAY_LABELS}
GROUP_COLUMNS = TABLE_COLUMNS["charges_by_group"]

Members = Mapping[str, set[Row]]


# The rows


def week_rows(
    status: pd.DataFrame, charges: pd.DataFrame, states: Mapping[str, str], week: str
) -> dict[str, frozenset[Row]]:
    """Attribute -> the rows of this week's declined requests. `charges`: those of the extract;
    without any there is no row of charges. `states`: agency_id -> state."""
    declined = status[status["declined"]]
    declined = declined.assign(week=week, state=declined["agency_id"].map(states))
    recorded, issued = declined["outcome_recorded_at"], declined["issued_at"]
    days = (recorded.dt.normalize() - issued.dt.normalize()).dt.days  # calendar days
    bands = pd.cut(days, [-1, *BANDS.values()], labels=list(BANDS)).astype("str")
    labels = bands.fillna(UNKNOWN).mask(days < 0, BEFORE_ISSUE)
    values = {CITIZENSHIP: declined["citizenship"], DAYS: labels}
    if not charges.empty:
        values = {CHARGES: charge_values(declined["request_id"], charges), **values}
    return {name: disclosure.rows_of(declined.assign(value=each)) for name, each in values.items()}


def place_candidates(rows: Collection[Row], *columns: str) -> disclosure.Candidates:
    """The tables of charges of agencies, of states: for each column of Row, the largest first."""
    found: disclosure.Candidates = {}
    for column in columns:
        places: dict[str, set[Row]] = {}
        for row in rows:
            places.setdefault(getattr(row, column), set()).add(row)
        for place, own in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
            if place and len(own) >= disclosure.ENOUGH:
                found[CHARGES, place] = frozenset(own)
    return found


def charge_values(request_ids: pd.Series, charges: pd.DataFrame) -> pd.Series:
    """What each request's charges say, on the index of `request_ids`: its standing, then its groups
    with theirs: "convicted 13:convicted 35:charged_only".

    The standing is the first that fits: convicted (any conviction), charged_only, else
    dismissed_or_acquitted (all its charges), no_charge. `charges`: those of the extract.
    """
    before = charges[charges["timing"] == "before_release"]
    # As objects, since pandas looks for the values of a `str` column one by one.
    before = before[before["request_id"].astype("object").isin(request_ids)]
    counting = before[before["disposition"].isin(COUNTING)]
    convicted = counting["disposition"] == "convicted"
    groups = groups_of(counting.assign(convicted=convicted))
    others = dict.fromkeys(before["request_id"], DISMISSED)
    values = [charge_value(groups.get(key, ""), others.get(key, NO_CHARGE)) for key in request_ids]
    return pd.Series(values, request_ids.index, dtype="str")


def charge_value(groups: str, otherwise: str) -> str:
    """The standing before the groups, as groups_of writes them; `otherwise` where there is none."""
    standing = CONVICTED if f":{CONVICTED}" in groups else CHARGED_ONLY
    return f"{standing} {groups}" if groups else otherwise


def groups_of(charges: pd.DataFrame) -> dict[str, str]:
    """request_id -> the groups of its charges with their standings, "13:convicted 35:charged_only",
    of columns request_id, ncic_code, convicted (bool)."""
    groups = charges["ncic_code"].map(offense_group).astype("str").fillna(UNLISTED).rename("group")
    convicted = charges.groupby(["request_id", groups])["convicted"].any().reset_index()
    standing = convicted["convicted"].map({True: CONVICTED, False: CHARGED_ONLY})
    words = convicted["group"] + ":" + standing.astype("str")
    return words.groupby(convicted["request_id"]).agg(" ".join).to_dict()


# The lines


class Line(NamedTuple):
    """A line of attributes.csv. branch: category, region or band, "" for all requests; leaf: group
    or country, OTHER, or "" for the whole branch; standing: ALL or one of STANDINGS."""

    attribute: str
    place: str
    branch: str
    leaf: str
    standing: str
    requests: int


def lines_of(table: AttributeTable | None) -> list[Line]:
    """In the order of attributes.csv; none of a table that is not shown."""
    if table is None:
        return []
    if table.place in (NATION, POOLED):
        return sorted(_nation_lines(table.attribute, table.rows), key=_order)
    return sorted(_place_lines(table.place, table.rows, table.threshold), key=_order)


def _nation_lines(attribute: str, rows: Iterable[Row]) -> list[Line]:
    standings, branches, convicted = _members(attribute, rows)
    lines = []
    if attribute == CHARGES:
        lines = [Line(CHARGES, NATION, "", "", each, len(standings[each])) for each in STANDINGS]
    for branch in CATEGORIES if attribute == CHARGES else BRANCHES[attribute]:
        leaves = branches[branch]
        everyone = len(set().union(*leaves.values()))
        lines.append(Line(attribute, NATION, branch, "", ALL, everyone))
        split = {CONVICTED: len(convicted[branch])}
        split[CHARGED_ONLY] = everyone - split[CONVICTED]
        if attribute == CHARGES and not {1, 2} & {*split.values()}:
            lines += [Line(attribute, NATION, branch, "", *part) for part in split.items()]
        named = rolled_up(leaves, NAMED, OTHER) if attribute != DAYS else {}
        for leaf, own in named.items():
            lines.append(Line(attribute, NATION, branch, leaf, ALL, len(own)))
    return lines


def _place_lines(place: str, rows: Iterable[Row], threshold: int) -> list[Line]:
    standings, branches, _ = _members(CHARGES, rows)
    known = {each: standings[each] for each in (CONVICTED, CHARGED_ONLY)}
    known[NO_CHARGE] = standings[NO_CHARGE] | standings[DISMISSED]
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
            branch = codes.REGION_OF[row.value] if attribute == CITIZENSHIP else row.value
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
    rest would be under `rest_at_least` the smallest named ones join it; nothing is shown of a rest
    that stays too small."""
    named = {name: rows for name, rows in members.items() if len(rows) >= at_least}
    rest = set().union(*(rows for name, rows in members.items() if name not in named))
    while named and 0 < len(rest) < rest_at_least:
        rest |= named.pop(min(named, key=lambda name: (len(named[name]), name)))  # the smallest
    return named | ({rest_name: rest} if len(rest) >= rest_at_least else {})


def _order(line: Line) -> tuple:
    """That of attributes.csv."""
    leaf = (line.leaf != "", line.leaf == OTHER, line.leaf)
    branch = BRANCHES[line.attribute].index(line.branch)
    standing = (ALL, *STANDINGS, REST).index(line.standing)
    return line.attribute, line.place, branch, leaf, standing


def whole_branches(lines: Iterable[Line]) -> list[Line]:
    """Of the national table each category, region or band as a whole."""
    return [line for line in lines if line.branch and not line.leaf and line.standing == ALL]


def merged(tables: Iterable[Iterable[Line]]) -> list[Line]:
    """The lines of several national tables, each sum under its name. A group that a week has in
    *other* stays there; a split is the sum of the weeks that show it."""
    sums: Counter[tuple[str, str, str, str, str]] = Counter()
    for line in chain(*tables):
        sums[line[:-1]] += line.requests
    return sorted((Line(*key, requests) for key, requests in sums.items()), key=_order)


def with_charges(lines: Iterable[Line]) -> dict[str, int | None]:
    """The two figures that are part of the national table of charges, whose lines these are; None
    where it is not shown."""
    counts = Counter({line.standing: line.requests for line in lines if not line.branch})
    if not counts:
        return dict.fromkeys(OF_CHARGES)
    numbers = counts.total() - counts[NO_CHARGE], counts[CONVICTED]
    return dict(zip(OF_CHARGES, numbers, strict=True))


def charge_group_lines(lines: Iterable[Line], flags: str = "") -> pd.DataFrame:
    """charges_by_group.csv: GROUP_COLUMNS, a line for each category, its group_code "", then its
    groups; a split that is not shown is missing (Int64). `lines`: those of the nation; `flags`:
    what a reader of every line has to know."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for line in lines:
        if line.branch:
            counts.setdefault((line.branch, line.leaf), {})[line.standing] = line.requests
    names = {OTHER: "Other groups of this category", **GROUP_NAMES}
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


def attribute_lines(shown: PublishedTables) -> pd.DataFrame:
    """attributes.csv: the fields of Line, and `flags` where a table stands from before."""
    tables = [shown.tables[key] for key in sorted(shown.tables)]
    lines = [line for table in tables for line in lines_of(table)]
    return line_frame(lines, [flag_of(shown.table(line.attribute, line.place)) for line in lines])


def line_frame(lines: Iterable[Line], flags: Iterable[str] = ()) -> pd.DataFrame:
    """The fields of Line as columns; with `flags`, one for each line, if any says a word."""
    frame = pd.DataFrame(list(lines), columns=list(Line._fields))
    frame = frame.astype(dict.fromkeys(Line._fields[:-1], "str") | {"requests": "int64"})
    flags = list(flags)
    return frame.assign(flags=pd.Series(flags, dtype="str")) if any(flags) else frame
