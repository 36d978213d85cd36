"""Everything published pins no fact about a person but by a zero that tells of everyone; and the
attack that says so does pin such facts where tables are told that should not be."""

from collections import Counter

import pytest
from attack import CHARGES, CITIZENSHIP, OTHER, Told, Value, pinned
from generated_weeks import Archive, drawn_quarter, published, unsafe

from ddor.measures import disclosure
from ddor.measures.disclosure import NATION, POOLED, Row
from ddor.measures.people import DISMISSED, GROUP_NAMES
from ddor.reference.codes import COUNTRIES, REGION_OF, offense_category

SITE_PAGES = {
    CHARGES: {group: offense_category(group) for group in GROUP_NAMES},
    CITIZENSHIP: {country: REGION_OF[country] for country in COUNTRIES},
}


# Everything that is published of a quarter and its weeks.


def read(archive: Archive) -> list[Told]:
    """Each table that is new in a report, as attributes.csv has it."""
    found, current = [], {}
    for report in archive.reports:
        lines: dict = {}
        for line in report.attributes.itertuples():
            own = lines.setdefault((line.attribute, line.place), {})
            own[line.branch, line.leaf, line.standing] = line.requests
        if report.counts:
            current[report.period] = lines
        else:
            lines |= {(each, POOLED): _pooled(each, lines, current) for each in SITE_PAGES}
        for table in report.tables:
            if table.attribute in SITE_PAGES:
                rows = {f"{row.week} {row.request_id}": _value(row) for row in table.rows}
                place = "" if table.place == POOLED else table.place
                of_place = lines[table.attribute, table.place]
                found.append(Told(report.period, table.attribute, place, of_place, rows))
    return found


def _pooled(attribute: str, lines: dict, weeks: dict[str, dict]) -> dict[tuple, int]:
    """The quarter's nation is the sum of its weeks and of those pooled: without the weeks, as each
    tells it now, the pooled ones are left."""
    left = Counter(lines.get((attribute, NATION), {}))
    for own in weeks.values():
        left.subtract(own.get((attribute, NATION), {}))
    assert min(left.values(), default=0) >= 0

    def is_split(branch: str) -> bool:
        parts = left[branch, "", "convicted"] + left[branch, "", "charged_only"]
        return parts == left[branch, "", "all"]

    return {
        (branch, leaf, standing): count
        for (branch, leaf, standing), count in left.items()
        if not branch or (count if leaf else standing == "all" or is_split(branch))
    }


def _value(row: Row) -> Value:
    first, *groups = row.value.split()
    if row.value in COUNTRIES:
        return Value({row.value: False}, agency_id=row.agency_id)
    both = (each.split(":") for each in groups)
    leaves = {group: standing == "convicted" for group, standing in both}
    return Value(leaves, first == DISMISSED, row.agency_id)


# Some weeks of a quarter in the suite, and twelve whole ones in the slow tests.
@pytest.fixture(
    scope="module",
    params=[4, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(10, 22))],
    ids="quarter-{}".format,
)
def quarter(request) -> Archive:
    whole = request.param >= 10
    archive = published(drawn_quarter(request.param, weeks=13 if whole else 6))
    assert len(archive.tables) > 10 or whole  # some are too small to tell much
    return archive


def test_all_that_is_published_of_a_quarter_and_its_weeks_pins_no_request(quarter):
    assert pinned(read(quarter), SITE_PAGES) == []


def test_every_piece_of_all_tables_of_a_quarter_and_its_weeks_is_safe(quarter):
    assert unsafe(quarter.tables) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(22, 40))
def test_so_it_is_of_other_quarters(seed):
    assert unsafe(published(drawn_quarter(seed)).tables) == []


def test_without_the_one_rule_the_same_weeks_are_pinned(monkeypatch):
    for rule in ("is_safe", "is_safe_change"):
        monkeypatch.setattr(disclosure, rule, lambda by_agency: True)
    pins = pinned(read(published(drawn_quarter(4, weeks=1))), SITE_PAGES)
    assert any(pin.holds and len(pin.requests) < 5 for pin in pins)


REGION_OF = {"MEX": "Mexico", "GTM": "Central America", "HND": "Central America", "NGA": "Africa"}
CATEGORY_OF = {"13": "persons", "09": "persons", "35": "drugs", "54": "traffic"}
BRANCHES = {CHARGES: CATEGORY_OF, CITIZENSHIP: REGION_OF}


# What a table would tell if nothing were controlled.


def raw(attribute: str, rows: dict[str, Value], place="") -> Told:
    """The table of these rows, told without any rule: every category and group of it."""
    branch_of, lines = BRANCHES[attribute], Counter()
    for value in rows.values():
        branches = {branch_of[leaf] for leaf in value.leaves}
        lines.update((branch_of[leaf], leaf, "all") for leaf in value.leaves)
        lines.update((branch, "", "all") for branch in branches)
        if attribute == CHARGES:
            lines["", "", _standing(value, place)] += 1
            for branch in branches:
                own = [c for leaf, c in value.leaves.items() if branch_of[leaf] == branch]
                lines[branch, "", "convicted"] += any(own)
                lines[branch, "", "charged_only"] += not any(own)
    return Told("2017-02-11", attribute, place, dict(lines), rows)


def _standing(value: Value, place: str) -> str:
    if value.leaves:
        return "convicted" if any(value.leaves.values()) else "charged_only"
    return "dismissed_or_acquitted" if value.dismissed and not place else "no_charge"


def of(**countries: str) -> dict[str, Value]:
    return {request: Value({country: False}) for request, country in countries.items()}


def charged(**groups: str) -> dict[str, Value]:
    """Request -> "13" charged, "13c" convicted, "" no charge, "d" dismissed."""
    return {
        request: Value(
            {each.rstrip("c"): each.endswith("c") for each in text.split() if each != "d"},
            "d" in text.split(),
        )
        for request, text in groups.items()
    }


def facts(*tables: Told) -> set[tuple]:
    return {
        (request, pin.what, pin.holds)
        for pin in pinned(list(tables), BRANCHES)
        for request in pin.requests
    }


# The attack works: what is not controlled, it finds.


def test_a_raw_table_of_one_request_is_pinned():
    assert ("a", "any MEX", True) in facts(raw(CITIZENSHIP, of(a="MEX")))


def test_a_table_of_one_agency_with_three_requests_that_are_alike_is_pinned():
    three = charged(a="13c", b="13c", c="13c 35")
    found = facts(raw(CHARGES, three, place="AAAA"))
    assert {("b", "convicted persons", True), ("a", "convicted of any", True)} <= found
    assert not any(what == "any drugs" for _, what, _ in found)


def test_two_revisions_that_differ_in_one_request_pin_it():
    before = of(**{f"r{at}": ("MEX", "GTM", "HND", "NGA")[at % 4] for at in range(24)})
    one = raw(CITIZENSHIP, before)
    assert not facts(one)
    assert ("new", "any HND", True) in facts(one, raw(CITIZENSHIP, before | of(new="HND")))
    other = raw(CITIZENSHIP, before | of(r0="NGA"))
    assert {("r0", "any MEX", True), ("r0", "any NGA", True)} <= facts(one, other)


def test_a_state_without_its_agencies_pins_the_one_that_is_left():
    large = charged(**{f"a{at}": ("13c", "35", "54", "09")[at % 4] for at in range(20)})
    another = charged(**{f"b{at}": ("13", "35c", "54", "")[at % 4] for at in range(20)})
    state = raw(CHARGES, large | another | charged(left="54c"), place="TX")
    agencies = [raw(CHARGES, large, place="AAAA"), raw(CHARGES, another, place="BBBB")]
    assert not any(holds for request, _, holds in facts(state, agencies[0]) if request == "left")
    assert ("left", "convicted traffic", True) in facts(state, *agencies)


def test_what_is_left_of_a_category_pins_a_group_that_is_not_named():
    rows = charged(a="09c", **{f"r{at}": "13" for at in range(20)})
    told = raw(CHARGES, rows)
    lines = {line: count for line, count in told.lines.items() if line[1] != "09"}
    first = Told("2017-02-11", CHARGES, "", lines | {("persons", OTHER, "all"): 1}, rows)
    second = raw(CHARGES, {request: rows[request] for request in rows if request != "a"})
    assert ("a", "convicted persons", True) in facts(first, second)
    assert ("a", "any 13", False) in facts(first, second)


def test_a_split_that_is_not_told_does_not_pin_and_is_no_help_to_hide_a_difference():
    rows = charged(**{f"r{at}": "35c" if at < 2 else "35" for at in range(20)})
    told = raw(CHARGES, rows).lines
    lines = {line: told[line] for line in told if line[:2] != ("drugs", "") or line[2] == "all"}
    first = Told("2017-02-11", CHARGES, "", lines, rows)
    assert not any(what == "convicted drugs" for _, what, _ in facts(first))
    second = raw(CHARGES, rows | charged(new="35c"))
    assert ("new", "convicted drugs", True) in facts(first, second)
