"""An attack on what a week publishes of people: everything published, as linear constraints over
non-negative integers, and the question which small counts have one possible value left.

`read` takes the bytes of a revision's data files and nothing else. `pinned` lays the revisions of
a week one over the other. The variables, for each attribute, revision, agency and category (and
standing), are the requests counted there; besides the agencies of the tables there is one that no
table names, for protected requests not shown with their agency. A published count is an equation.

What an attacker may believe of two revisions:

- NOTHING: each speaks for itself;
- SAME: an agency whose published lines are the same in both has the same requests in both;
- NET: besides, where an agency's declined requests became more none has gone, and where they
  became fewer none has come.

Integers that meet all constraints and give a count another value than the true one prove that it
is not pinned. A few solutions in random directions clear nearly all counts; the others are asked
one by one, and what is left is asked again with every category there is. Categories that no table
shows can change places in each constraint, so that two of them stand for all.
"""

import csv
import io
import json
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from ddor.measures.agencies import DECLINED_COLUMNS, IDENTITY, ISSUED_COLUMNS
from ddor.measures.attributes import (
    ATTRIBUTES,
    CHARGES,
    CITIZENSHIP,
    DAYS,
    GROUP_NAMES,
    OTHER,
    STANDINGS,
    category_name,
)
from ddor.measures.timing import DAY_LABELS, UNKNOWN
from ddor.reference.countries import COUNTRIES, world_region

NOTHING, SAME, NET = "nothing", "same lines, same requests", "same lines, and net changes only"
BELIEFS = (NOTHING, SAME, NET)
ALL = ""
UNNAMED = "(no table names it)"
CATEGORIES = {
    CHARGES: tuple(GROUP_NAMES.values()),
    CITIZENSHIP: tuple(sorted({world_region(code) for code in COUNTRIES})),
    # A request without a recording date is not in the week.
    DAYS: tuple(label for label in DAY_LABELS if label != UNKNOWN),
}
COUNTS = {*ISSUED_COLUMNS, *DECLINED_COLUMNS} - {*IDENTITY}
RANDOM_DIRECTIONS = 4


@dataclass(frozen=True)
class Published:
    """A revision as its files tell it. lines: agency -> its counts in both tables by agency; ALL:
    the line of requests not shown with their agency. tables: (attribute, agency) -> category ->
    standing -> requests; none that stand from an earlier revision, of which they tell nothing.
    complete: the agencies whose totals are so large that all their requests are in their line."""

    declined: dict[str, int]
    lines: dict[str, tuple]
    tables: dict[tuple[str, str], dict[str, dict[str, int]]]
    figures: dict[str, int]
    complete: frozenset[str]


@dataclass(frozen=True)
class Target:
    """A count: `terms` are (variable name, coefficient) pairs; `truth` its true value."""

    what: tuple
    terms: tuple
    truth: int


def read(files: dict[str, bytes], threshold: int) -> Published:
    issued, declined = (
        {row["agency_id"]: {name: int(row[name]) for name in row if name in COUNTS}
         for row in _rows(files[f"{cohort}_by_agency.csv"])}
        for cohort in ("issued", "declined")
    )  # fmt: skip
    totals = {agency: row["declined"] for agency, row in declined.items()}
    tables: dict = {}
    for row in _rows(files["attributes.csv"]):
        if "as of" not in row["flags"]:
            table = tables.setdefault((row["attribute"], row["agency_id"]), {})
            table.setdefault(row["category"], {})[row["standing"]] = int(row["requests"])
    return Published(
        declined=totals,
        lines={agency: (issued.get(agency), declined.get(agency))
               for agency in {*issued, *declined}},
        tables=tables,
        figures=json.loads(files["summary.json"])["figures"],
        complete=frozenset(
            agency for agency, total in totals.items()
            if total >= threshold and issued.get(agency, {"issued": 0})["issued"] >= threshold
        ),
    )  # fmt: skip


def _rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode())))


class Constraints:
    """Named integer variables from 0 on, and rows `low <= sum of terms <= high`."""

    def __init__(self):
        self.names: dict[tuple, int] = {}
        self.high: list[float] = []
        self.rows: list[tuple[list, float, float]] = []

    def variable(self, name: tuple, high: float) -> None:
        self.names[name] = len(self.names)
        self.high.append(high)

    def row(self, terms, low=-np.inf, high=np.inf) -> None:
        self.rows.append((list(terms), low, high))

    def matrix(self) -> csr_array:
        data, column, at = [], [], []
        for number, (terms, _, _) in enumerate(self.rows):
            for name, factor in terms:
                data.append(factor)
                column.append(self.names[name])
                at.append(number)
        return csr_array((data, (at, column)), shape=(len(self.rows), len(self.names)))

    def solver(self):
        """-> a function: objective over the variables -> integers that meet the rows and minimize
        it, or None where there are none."""
        rows = LinearConstraint(
            self.matrix(), [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
        )
        bounds, integer = Bounds(0, np.array(self.high)), np.ones(len(self.names))

        def solve(objective: np.ndarray, exact: bool = True):
            found = milp(objective, integrality=integer, bounds=bounds, constraints=rows,
                         options={} if exact else {"mip_rel_gap": 0.3})  # fmt: skip
            if found.x is None and found.status != 2:
                raise RuntimeError(f"the solver gave up: {found.message}")
            return None if found.x is None else np.rint(found.x)

        return solve

    def vector(self, terms) -> np.ndarray:
        vector = np.zeros(len(self.names))
        for name, factor in terms:
            vector[self.names[name]] += factor
        return vector

    def broken_by(self, values: dict[tuple, int]) -> list[tuple]:
        """The rows and bounds that `values` (name -> value; others 0) do not meet."""
        x = np.array([values.get(name, 0) for name in self.names], dtype=float)
        sums = self.matrix() @ x
        rows = [each for each, total in zip(self.rows, sums, strict=True)
                if not each[1] <= total <= each[2]]  # fmt: skip
        over = [(name, values[name]) for name, at in self.names.items() if x[at] > self.high[at]]
        return rows + over


def agencies_of(revisions: list[Published]) -> list[str]:
    named = {agency for each in revisions for agency in each.lines}
    named |= {agency for each in revisions for _, agency in each.tables}
    return [*sorted(named - {ALL}), UNNAMED]


def shown_anywhere(revisions: list[Published], attribute: str) -> set[str]:
    return {
        category
        for each in revisions
        for (name, _), table in each.tables.items()
        if name == attribute
        for category in table
    } - {category_name(attribute, OTHER)}


def constraints_of(
    revisions: list[Published],
    attribute: str,
    belief: str,
    categories: list[str],
) -> Constraints:
    found = Constraints()
    agencies = agencies_of(revisions)
    for number, published in enumerate(revisions):
        hidden = published.declined.get(ALL, 0)
        for agency in agencies:
            most = published.declined.get(agency, 0) + hidden
            for category in categories:
                for standing in STANDINGS[attribute]:
                    found.variable((number, agency, category, standing), most)
            found.variable((number, agency, "hidden"), hidden if agency not in published.complete
                           else 0)  # fmt: skip
        found.row([((number, agency, "hidden"), 1) for agency in agencies], hidden, hidden)
        for agency in agencies:
            _agency_total(found, number, agency, published, attribute, categories)
        _tables(found, number, agencies, published, attribute, categories)
    if belief != NOTHING and len(revisions) == 2:
        _links(found, revisions, attribute, belief, categories, agencies)
    return found


def _cells(number, agency, category, attribute, factor=1):
    return [((number, agency, category, standing), factor) for standing in STANDINGS[attribute]]


def _agency_total(found, number, agency, published, attribute, categories):
    total = published.declined.get(agency, 0)
    hidden = [((number, agency, "hidden"), -1)]
    if attribute == CHARGES:
        for category in categories:
            found.row(_cells(number, agency, category, attribute) + hidden, high=total)
    else:
        terms = [term for each in categories for term in _cells(number, agency, each, attribute)]
        found.row(terms + hidden, total, total)


def _tables(found, number, agencies, published, attribute, categories):
    tables = {of: table for (name, of), table in published.tables.items() if name == attribute}
    other = category_name(attribute, OTHER)
    # The agencies' tables add up the same categories, so that one shown by any is added up by none.
    by_agency = {c for of, table in tables.items() if of != ALL for c in table} - {other}
    for of, table in tables.items():
        shown = by_agency if of != ALL else set(table) - {other}
        members = agencies if of == ALL else [of]
        for category in categories:
            if category in shown or other not in table:
                for standing in STANDINGS[attribute]:
                    count = table.get(category, {}).get(standing, 0)
                    terms = [((number, each, category, standing), 1) for each in members]
                    found.row(terms, count, count)
        if other in table:
            merged = [category for category in categories if category not in shown]
            if attribute == CHARGES:
                _other_groups(found, number, of, members, merged, table[other], published)
            else:
                terms = [term for each in members for category in merged
                         for term in _cells(number, each, category, attribute)]  # fmt: skip
                count = sum(table[other].values())
                found.row(terms, count, count)
    if attribute == CHARGES and ALL in tables:
        _contract_figures(found, number, agencies, published, categories, tables[ALL], other)


def _other_groups(found, number, of, members, merged, counts, published):
    """In *other groups* a request counts once, as convicted if it is in one of them: for each
    agency between the largest and the sum of the groups added up."""
    convicted, charged = STANDINGS[CHARGES]
    for agency in members:
        most = published.declined.get(agency, 0) + published.declined.get(ALL, 0)
        names = {standing: (number, agency, of, "other", standing) for standing in counts}
        for standing in counts:
            found.variable(names[standing], most)
        both = [(names[convicted], 1), (names[charged], 1)]
        found.row([*both, ((number, agency, "hidden"), -1)],
                  high=published.declined.get(agency, 0))  # fmt: skip
        for parts, total in (((convicted,), [(names[convicted], 1)]), ((convicted, charged), both)):
            cells = {c: [((number, agency, c, s), -1) for s in parts] for c in merged}
            for terms in cells.values():
                found.row(total + terms, low=0)
            found.row(total + [term for terms in cells.values() for term in terms], high=0)
    for standing, count in counts.items():
        terms = [((number, each, of, "other", standing), 1) for each in members]
        found.row(terms, count, count)


def _contract_figures(found, number, agencies, published, categories, table, other):
    """declined_with_conviction: the requests convicted in any group, so between the largest and
    the sum of the groups; declined_with_charges is no less than the requests of any group."""
    convicted, _ = STANDINGS[CHARGES]
    total = published.figures["declined_with_conviction"]
    merged = [((number, each, ALL, "other", convicted), 1) for each in agencies]
    shown = set(table) - {other} if other in table else set(categories)
    single = {c: [((number, a, c, convicted), 1) for a in agencies] for c in categories}
    for terms in single.values():
        found.row(terms, high=total)
    parts = [term for c in categories if c in shown for term in single[c]]
    found.row(parts + (merged if other in table else []), low=total)
    for category in categories:
        terms = [term for a in agencies for term in _cells(number, a, category, CHARGES)]
        found.row(terms, high=published.figures["declined_with_charges"])


def _links(found, revisions, attribute, belief, categories, agencies):
    before, after = revisions
    for agency in agencies:
        how = _change(before, after, agency, belief)
        if how is None:
            continue
        low, high = {"same": (0, 0), "more": (0, np.inf), "fewer": (-np.inf, 0)}[how]
        for category in categories:
            for standing in STANDINGS[attribute]:
                cell = (agency, category, standing)
                found.row([((1, *cell), 1), ((0, *cell), -1)], low, high)


def _change(before: Published, after: Published, agency: str, belief: str) -> str | None:
    name = ALL if agency == UNNAMED else agency
    if before.lines.get(name) == after.lines.get(name):
        return "same"
    if belief == SAME:
        return None
    net = after.declined.get(name, 0) - before.declined.get(name, 0)
    return "more" if net > 0 else "fewer" if net < 0 else None


def targets_of(revisions, truths, attribute, belief, threshold) -> list[Target]:
    """The counts from 1 to threshold - 1: of each agency and of all, in each revision; and, where
    the attacker believes in a link, of what came and of what went. `truths`: for each revision
    (agency, category, standing) -> requests."""
    agencies = agencies_of(revisions)
    cells = sorted({cell[1:] for truth in truths for cell in truth})
    keys = [(c, s, ((c, s),)) for c, s in cells]
    if attribute == CHARGES:
        convicted, charged = STANDINGS[CHARGES]
        groups = sorted({c for c, _ in cells})
        keys += [(c, "requests", ((c, convicted), (c, charged))) for c in groups]
    groups_of = {("agency", a): [a] for a in agencies} | {("all",): agencies}
    if belief != NOTHING and len(revisions) == 2:
        for how in ("more", "fewer"):
            changed = [a for a in agencies if _change(*revisions, a, NET) == how]
            groups_of[("all that became", how)] = changed
    found = []
    for what, members in groups_of.items():
        for category, standing, parts in keys:
            terms, values = [], []
            for number, truth in enumerate(truths):
                values.append(sum(truth.get((a, *part), 0) for a in members for part in parts))
                terms.append([((number, a, *part), 1) for a in members for part in parts])
            name = (*what, category, standing)
            if what[0] != "all that became":
                found += [Target((number, *name), tuple(terms[number]), values[number])
                          for number in range(len(truths))]  # fmt: skip
            if len(truths) == 2 and belief != NOTHING and what != ("all",):
                sign = 1 if values[1] >= values[0] else -1
                both = [(n, f * sign) for n, f in terms[1]] + [(n, -f * sign) for n, f in terms[0]]
                change = sign * (values[1] - values[0])
                found.append(Target(("change", *name), tuple(both), change))
    return [each for each in found if 0 < each.truth < threshold]


def pinned(
    revisions: list[dict[str, bytes]],
    truths: list[dict[str, dict[tuple, int]]],
    threshold: int,
    belief: str = NOTHING,
    attributes: tuple[str, ...] = ATTRIBUTES,
) -> list[tuple]:
    """(attribute, what, value) of each count under the threshold that has no other value left.
    `truths`: for each revision attribute -> (agency, category, standing) -> requests."""
    published = [read(files, threshold) for files in revisions]
    found = []
    for attribute in attributes:
        facts = [truth[attribute] for truth in truths]
        found += [(attribute, each.what, each.truth)
                  for each in _pinned(published, facts, attribute, belief, threshold)]  # fmt: skip
    return found


def _pinned(published, truths, attribute, belief, threshold) -> list[Target]:
    targets = targets_of(published, truths, attribute, belief, threshold)
    if not any(name == attribute for each in published for name, _ in each.tables) or not targets:
        return []
    shown = shown_anywhere(published, attribute)
    never = [each for each in CATEGORIES[attribute] if each not in shown]
    small = constraints_of(published, attribute, belief, [*sorted(shown), *never[:2]])
    stands_for = {category: never[0] for category in never}
    left = _not_cleared(small, targets, lambda name: _renamed(name, stands_for))
    if left and len(never) > 2:
        whole = constraints_of(published, attribute, belief, [*sorted(shown), *never])
        left = _not_cleared(whole, left, lambda name: name)
    return left


def _renamed(name: tuple, stands_for: dict[str, str]) -> tuple:
    number, agency, category, standing = name
    return number, agency, stands_for.get(category, category), standing


def _not_cleared(constraints: Constraints, targets: list[Target], renamed) -> list[Target]:
    solve = constraints.solver()
    rng = np.random.default_rng(5)
    by_vector: dict[bytes, tuple[np.ndarray, list[Target]]] = {}
    for each in targets:
        vector = constraints.vector([(renamed(name), factor) for name, factor in each.terms])
        by_vector.setdefault(vector.tobytes() + bytes([each.truth]), (vector, []))[1].append(each)
    vectors = csr_array(np.array([vector for vector, _ in by_vector.values()]))
    values = np.array([same[0].truth for _, same in by_vector.values()], dtype=float)
    open_yet = np.ones(len(values), dtype=bool)
    weights = [np.ones(len(values)), -np.ones(len(values))]
    weights += [rng.normal(size=len(values)) for _ in range(RANDOM_DIRECTIONS)]
    for weight in weights:
        found = solve((weight * open_yet) @ vectors, exact=False)
        if found is None:
            return []  # what the attacker believes is not so
        open_yet &= vectors @ found == values
        if not open_yet.any():
            return []
    for at in np.flatnonzero(open_yet):
        for sign in (1, -1):
            if open_yet[at]:
                found = solve(sign * vectors[[at]].toarray()[0])
                open_yet &= vectors @ found == values
    return [each for still, (_, same) in zip(open_yet, by_vector.values(), strict=True) if still
            for each in same]  # fmt: skip


def true_point(revisions: list[Published], facts: list[dict], attribute: str) -> dict:
    """What the variables of constraints_of really are. `facts`: for each revision *cells*, as in
    `pinned`; *hidden*: agency -> requests not shown with it; *rows*: request -> its agency and
    {category: standing}."""
    other = category_name(attribute, OTHER)
    point: dict[tuple, int] = {}
    for number, (published, fact) in enumerate(zip(revisions, facts, strict=True)):
        point |= {(number, *cell): count for cell, count in fact["cells"][attribute].items()}
        point |= {(number, agency, "hidden"): n for agency, n in fact["hidden"].items()}
        tables = {of: table for (name, of), table in published.tables.items() if name == attribute}
        by_agency = {c for of, table in tables.items() if of != ALL for c in table} - {other}
        for of, table in tables.items():
            shown = by_agency if of != ALL else set(table) - {other}
            for agency, standings in fact["rows"][attribute].values():
                merged = {standing for c, standing in standings.items() if c not in shown}
                if merged and other in table and of in (ALL, agency):
                    best = min(merged, key=STANDINGS[attribute].index)
                    name = (number, agency, of, "other", best)
                    point[name] = point.get(name, 0) + 1
    return point
