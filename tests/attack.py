"""An attack on what is told of people: every number of the published tables as a linear constraint
over non-negative integers, and the question which facts about a request have one value left.

The attacker reads attributes.csv and summary.json, and knows far more than any reader: which
requests each table counts, and of which of them the value changed from one table to the next. Only
the values are unknown to him.

Two requests that are in the same tables, with the same changes, can trade their values without
changing a published number, whatever their agencies are. So the unknowns need no requests: for each
such *class* and each version of its value they are the number of its requests with an offense group
(and convicted in one), or of a country. And a fact is *pinned* for a request only if it holds for
all of its class or for none, in every assignment that fits. What really is so is an assignment that
fits (`pinned` proves it); so only facts that really hold for all or for none are asked.

Not asked is what the rules accept: a zero tells of everyone. What holds for all or for none of a
whole table, or of a whole piece that tables cut out of each other, is known of each of its
requests, if the table or piece is as large as `is_large` says.

A *node* is a set of units: a unit is a group or country that some table names, or all others of
its category or region together. A category, an *other*, the whole: each is a node. A request can be
in several groups, so of charges a node's count lies between its largest part and the sum of them; a
person has one citizenship, so there it is the sum.
"""

import functools
import itertools
from collections import Counter, namedtuple
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

CHARGES, CITIZENSHIP = "charges", "citizenship"
OTHER = "other"  # groups or countries that a branch does not name
REST = "rest"  # categories, or standings, that a place does not name
NAMED_FROM = 3  # a group or country of fewer requests is not named
ANY, CONVICTED, CHARGED_ONLY = "any", "convicted", "charged_only"
DISMISSED, NO_CHARGE = "dismissed_or_acquitted", "no_charge"


@dataclass(frozen=True)
class Value:
    """What is true of a request. leaves: its offense groups, each convicted or not, or its country;
    dismissed: it has charges, and all were dismissed or ended in acquittal."""

    leaves: Mapping[str, bool]
    dismissed: bool = False
    agency_id: str = ""


@dataclass(frozen=True)
class Told:
    """One table. report: the week or quarter; place: "" for the nation. lines: (branch, leaf,
    standing) -> requests, as in attributes.csv. rows: whom it counts, request -> Value; the
    attacker is told the requests, their agencies, and where a value is another than in the table
    before, and no value."""

    report: str
    attribute: str
    place: str
    lines: Mapping[tuple[str, str, str], int]
    rows: Mapping[str, Value] = field(repr=False)


# A fact with one value left: `holds` for all of these requests, or for none.
Pin = namedtuple("Pin", "attribute what holds requests")


def is_large(agencies: Collection[str], least: int = 20) -> bool:
    """`agencies`: one for each row of a set. `least`: 10 of 3 agencies are enough between the
    national tables of revisions of one week."""
    counts = Counter(agencies)
    total = counts.total()
    if total >= 20 and len(counts) == 1:
        return True
    if len(counts) < 3 or total < least:
        return False
    return least < 20 or max(counts.values()) <= 0.85 * total


class Integers:
    """Named integer variables from 0 to `highest(name)`, and rows low <= sum <= high."""

    def __init__(self, highest: Callable[[tuple], int]):
        self.highest = highest
        self.at: dict[tuple, int] = {}
        self.rows: list[tuple[Counter, float, float]] = []

    def row(self, plus, minus=(), low=-np.inf, high=np.inf) -> None:
        """The sum of `plus` less that of `minus`, names both, as often as they are in them."""
        sums = Counter(plus)
        sums.subtract(minus)
        for name in sums:
            self.at.setdefault(name, len(self.at))
        self.rows.append((sums, low, high))

    def equal(self, count: int, plus, minus=()) -> None:
        self.row(plus, minus, count, count)

    def matrix(self) -> csr_array:
        entries = [
            (number, self.at[name], factor)
            for number, (sums, _, _) in enumerate(self.rows)
            for name, factor in sums.items()
        ]
        row, column, factor = zip(*entries, strict=True)
        return csr_array((factor, (row, column)), shape=(len(self.rows), len(self.at)))

    def limits(self) -> np.ndarray:
        return np.array([each[1:] for each in self.rows]).T

    def fit(self, values: Callable[[tuple], int]) -> bool:
        sums = self.matrix() @ np.array([values(name) for name in self.at], dtype=float)
        low, high = self.limits()
        return bool(np.all((low <= sums) & (sums <= high)))

    def solver(self) -> Callable[[dict], np.ndarray]:
        """-> a function: {name: weight} -> integers that meet the rows and have the smallest sum
        of these weights."""
        rows = LinearConstraint(self.matrix(), *self.limits())
        bounds, integer = Bounds(0, [*map(self.highest, self.at)]), np.ones(len(self.at))

        def solve(weights: dict) -> np.ndarray:
            objective = np.zeros(len(self.at))
            for name, weight in weights.items():
                objective[self.at[name]] += weight
            found = milp(objective, integrality=integer, bounds=bounds, constraints=rows)
            if found.x is None:
                raise RuntimeError(f"the solver gave up: {found.message}")
            return np.rint(found.x)

        return solve


class Attack:
    """All tables of one attribute. `branch_of`: group -> category, or country -> region: public
    lists."""

    def __init__(self, attribute: str, tables: list[Told], branch_of: Mapping[str, str]):
        self.attribute, self.tables, self.branch_of = attribute, tables, branch_of
        self.exclusive = attribute == CITIZENSHIP
        named = {line[:2] for each in tables for line in each.lines if line[1] not in ("", OTHER)}
        self.units = sorted(named | {(branch, "") for branch in branch_of.values()})
        self.members = _classes(tables)
        self.integers = Integers(self._size)
        self.nodes: dict[frozenset, None] = {}
        for unit in self.units:
            self._node([unit])
            self._branch(unit[0])
        self.whole = self._node(self.units)
        for number, table in enumerate(tables):
            self._table(number, table)
        for pattern in self.members:
            self._parts(pattern)

    # What a class is

    def _node(self, units) -> frozenset:
        node = frozenset(units)
        self.nodes[node] = None
        return node

    def _branch(self, branch: str) -> frozenset:
        return self._node(unit for unit in self.units if unit[0] == branch)

    def _size(self, name: tuple) -> int:
        return 1 if name[0] == "side" else len(self.members[name[0]])

    def _parts(self, pattern: tuple) -> None:
        """How the counts of nodes hang together, once all nodes are known."""
        nodes, size = list(self.nodes), len(self.members[pattern])
        row, equal, versions = self.integers.row, self.integers.equal, _versions(pattern)

        def of(version: int, standing: str, *nodes: frozenset) -> list[tuple]:
            return [(pattern, version, standing, node) for node in nodes]

        for version in versions:
            others = () if self.exclusive else (DISMISSED, NO_CHARGE)
            without = [(pattern, version, standing) for standing in others]
            equal(size, of(version, ANY, self.whole) + without)
            for node in nodes:
                inner = [each for each in nodes if each < node]
                units = [frozenset([unit]) for unit in node] if len(node) > 1 else []
                if self.exclusive:
                    if units:
                        equal(0, of(version, ANY, node), of(version, ANY, *units))
                    continue
                row(of(version, ANY, node), of(version, CONVICTED, node), low=0)
                for standing in (ANY, CONVICTED):
                    own = of(version, standing, node)
                    for each in inner:
                        row(own, of(version, standing, each), low=0)
                    for cover in filter(None, (units, _branches_of(node, inner))):
                        row(own, of(version, standing, *cover), high=0)
        if self.exclusive:
            for unit in self.units:
                if unit[1]:  # another value: not the same country twice
                    own = [name for each in versions for name in of(each, ANY, frozenset([unit]))]
                    for both in itertools.combinations(own, 2):
                        row(both, high=size)

    # What a table tells

    def _sum(self, number: int, standing: str, *node: frozenset) -> list[tuple]:
        """The requests of a table that are in a node, or of this standing."""
        return [
            (pattern, pattern[number], standing, *node)
            for pattern in self.members
            if pattern[number] is not None
        ]

    def _of(self, number: int, standing: str, node: frozenset) -> tuple[list, list]:
        """The requests of a line, as what is added and what is subtracted."""
        if standing == CHARGED_ONLY:
            return self._sum(number, ANY, node), self._sum(number, CONVICTED, node)
        return self._sum(number, CONVICTED if standing == CONVICTED else ANY, node), []

    def _table(self, number: int, table: Told) -> None:
        told = {branch for branch, _, _ in table.lines} - {"", REST}
        standings = {standing: n for (branch, _, standing), n in table.lines.items() if not branch}
        if standings and not self.exclusive:
            self._standings(number, standings, table.place)
        for (branch, leaf, standing), count in table.lines.items():
            if branch or self.exclusive:
                node = self._line_node(table, branch, leaf, told)
                self.integers.equal(count, *self._of(number, standing, node))
        if told and (REST, "", "all") not in table.lines:
            for branch in {unit[0] for unit in self.units} - told:
                self.integers.equal(0, self._sum(number, ANY, self._branch(branch)))
        if not table.place:
            self._what_is_not_named(number, table, told)

    def _standings(self, number: int, lines: dict[str, int], place: str) -> None:
        """Each request of a table of charges has one standing; those that a place does not name
        are its rest."""
        terms = {each: self._of(number, each, self.whole) for each in (CONVICTED, CHARGED_ONLY)}
        terms |= {each: (self._sum(number, each), []) for each in (DISMISSED, NO_CHARGE)}
        if place:
            terms[NO_CHARGE][0].extend(terms.pop(DISMISSED)[0])
        rest: tuple[list, list] = [], []
        for standing, (plus, minus) in terms.items():
            if standing in lines:
                self.integers.equal(lines[standing], plus, minus)
            else:
                rest[0].extend(plus)
                rest[1].extend(minus)
        self.integers.equal(lines.get(REST, 0), *rest)

    def _line_node(self, table: Told, branch: str, leaf: str, told: set[str]) -> frozenset:
        if branch == REST:
            return self._node(unit for unit in self.units if unit[0] not in told)
        if not leaf:
            return self._branch(branch)
        return self._rest(table, branch) if leaf == OTHER else self._node([(branch, leaf)])

    def _rest(self, table: Told, branch: str) -> frozenset:
        named = {leaf for b, leaf, _ in table.lines if b == branch}
        return self._node(u for u in self._branch(branch) if u[1] not in named or not u[1])

    def _what_is_not_named(self, number: int, table: Told, told: set[str]) -> None:
        """Few requests have what a national table does not name; without an *other* none has; and
        where it does not split a category, one of its two parts is 1 or 2."""
        row, equal = self.integers.row, self.integers.equal
        for branch in told:
            for unit in self._rest(table, branch):
                if unit[1]:
                    row(self._sum(number, ANY, self._node([unit])), high=NAMED_FROM - 1)
            if (branch, OTHER, "all") not in table.lines:
                equal(0, self._sum(number, ANY, self._rest(table, branch)))
            if not self.exclusive and (branch, "", "convicted") not in table.lines:
                self._not_split(number, self._branch(branch))

    def _not_split(self, number: int, node: frozenset) -> None:
        """side = 0: the convicted are 1 or 2; side = 1: those charged only are."""
        row, size = self.integers.row, len(self.tables[number].rows)
        charged, convicted = self._of(number, CHARGED_ONLY, node)
        side = [("side", number, node)] * size  # size times
        row(convicted, side, high=NAMED_FROM - 1)
        row([*convicted, *side], low=1)
        row([*charged, *side], convicted, high=NAMED_FROM - 1 + size)
        row(charged, [*convicted, *side], low=1 - size)

    # What is so, and what is asked

    @functools.cache  # noqa: B019 (an attack lives as long as its facts)
    def truth(self, name: tuple) -> int:
        if name[0] == "side":
            rows = self.tables[name[1]].rows.values()
            convicted = sum(self._holds(value, CONVICTED, name[2]) for value in rows)
            return 0 if 0 < convicted < NAMED_FROM else 1
        pattern, version, standing, *node = name
        return sum(self._holds(value, standing, *node) for value in self._values(pattern, version))

    def _values(self, pattern, version) -> list[Value]:
        table = self.tables[pattern.index(version)]
        return [table.rows[request] for request in self.members[pattern]]

    def _holds(self, value: Value, standing: str, node: frozenset = frozenset()) -> bool:
        if standing in (DISMISSED, NO_CHARGE):
            return not value.leaves and value.dismissed is (standing == DISMISSED)
        return any(
            (convicted or standing == ANY) and self._unit(leaf) in node
            for leaf, convicted in value.leaves.items()
        )

    def _unit(self, leaf: str) -> tuple[str, str]:
        branch = self.branch_of[leaf]
        return (branch, leaf) if (branch, leaf) in self.units else (branch, "")

    def pinned(self) -> list[Pin]:
        assert self.integers.fit(self.truth), "the truth does not fit"
        solve, names = self.integers.solver(), list(self.integers.at)
        asked = {
            name: sign
            for name in self._facts()
            if (sign := self._same_for_all(name)) and not self._accepted(name)
        }
        while asked:
            # In one solution as many facts as can be are otherwise; then each by itself.
            values = dict(zip(names, solve(asked), strict=True))
            left = {name: sign for name, sign in asked.items() if values[name] == self.truth(name)}
            if len(left) == len(asked):
                break
            asked = left
        return [
            self._pin(name, sign)
            for name, sign in asked.items()
            if solve({name: sign})[self.integers.at[name]] == self.truth(name)
        ]

    def _facts(self) -> list[tuple]:
        """Each category and group, and conviction in it; or each region and country."""
        nodes = dict.fromkeys(self._branch(branch) for branch, _ in self.units)
        nodes |= dict.fromkeys(self._node([unit]) for unit in self.units if unit[1])
        standings = (ANY,) if self.exclusive else (ANY, CONVICTED)
        facts = [*itertools.product(standings, nodes)]
        if not self.exclusive:
            facts.append((CONVICTED, self.whole))
        return [
            (pattern, version, *fact)
            for pattern in self.members
            for version in _versions(pattern)
            for fact in facts
        ]

    def _same_for_all(self, name: tuple) -> int:
        """1 if the fact is true of all of the class, -1 if of none, else 0: the weight with which
        a smallest sum looks for another value."""
        count = self.truth(name)
        return 1 if count == len(self.members[name[0]]) else -1 if count == 0 else 0

    def _accepted(self, name: tuple) -> bool:
        """Whether the fact holds for all, or for none, of a large table or piece."""
        pattern, version, *fact = name
        inside = [number for number, each in enumerate(pattern) if each == version]
        sets = [(self.tables[number].rows.values(), 20) for number in inside]
        return any(
            is_large([value.agency_id for value in values], least)
            and len({self._holds(value, *fact) for value in values}) == 1
            for values, least in [*sets, self._piece(tuple(inside))]
        )

    @functools.cache  # noqa: B019
    def _piece(self, inside: tuple[int, ...]) -> tuple[list[Value], int]:
        """The rows that are in these tables and in no other, and how many make a large piece."""
        values = [
            value
            for pattern in self.members
            for version in _versions(pattern)
            if tuple(n for n, each in enumerate(pattern) if each == version) == inside
            for value in self._values(pattern, version)
        ]
        reports = {self.tables[number].report for number in inside}
        national = any(not self.tables[number].place for number in inside)
        return values, 10 if len(reports) == 1 and national else 20

    def _pin(self, name: tuple, sign: int) -> Pin:
        pattern, _, standing, node = name
        branch, leaf = next(iter(node))
        what = "of any" if node == self.whole else leaf if len(node) == 1 else branch
        requests = tuple(self.members[pattern])
        return Pin(self.attribute, f"{standing} {what or branch}", sign > 0, requests)


def _classes(tables: list[Told]) -> dict[tuple, list[str]]:
    """Pattern -> its requests. A pattern has of each table None, or which of the request's values
    so far it counts: 0 for the first, 1 for the next that is another, …"""
    found: dict[tuple, list[str]] = {}
    for request in sorted({request for table in tables for request in table.rows}):
        of_tables = [table.rows.get(request) for table in tables]
        values = [each for at, each in enumerate(of_tables) if each and each not in of_tables[:at]]
        pattern = tuple(None if each is None else values.index(each) for each in of_tables)
        found.setdefault(pattern, []).append(request)
    return found


def _versions(pattern: tuple) -> list[int]:
    return sorted({version for version in pattern if version is not None})


def _branches_of(node: frozenset, inner: list[frozenset]) -> list[frozenset]:
    """The node as the sum of larger parts: of each category the largest node there is."""
    parts = [
        frozenset(unit for unit in node if unit[0] == branch)
        for branch in {branch for branch, _ in node}
    ]
    return parts if all(part in inner for part in parts) else []


def pinned(tables: list[Told], branches: Mapping[str, Mapping[str, str]]) -> list[Pin]:
    """`branches`: attribute -> branch_of."""
    found = []
    for attribute, branch_of in branches.items():
        own = [table for table in tables if table.attribute == attribute]
        if own:
            found += Attack(attribute, own, branch_of).pinned()
    return found
