"""Everything published pins no fact about a person but by a zero that tells of everyone; and the
attack that says so does pin such facts where tables are told that should not be."""

from collections import Counter
from dataclasses import replace

import pytest
from attack import CHARGES, CITIZENSHIP, OTHER, Told, Value, pinned
from extract_factory import WEEK, charge, request, write_csv_extract
from frames import directory_of, extract_of, inputs_of
from generated_weeks import Archive, Drawn, Report, drawn_quarter, published
from weekly_runs import files_of, job

from ddor.calendar import Week
from ddor.checks.check import Case
from ddor.jobs.prepared import data_files
from ddor.jobs.weekly import week_report
from ddor.measures import disclosure
from ddor.measures.attributes import DISMISSED, GROUP_NAMES
from ddor.measures.disclosure import NATION, POOLED, Row
from ddor.measures.figures import count_inputs
from ddor.published.history import no_history
from ddor.reference.codes import COUNTRIES, offense_category, world_region

LISTS = {
    CHARGES: {group: offense_category(group) for group in GROUP_NAMES},
    CITIZENSHIP: {country: world_region(country) for country in COUNTRIES},
}


# Everything that is published of a quarter and its weeks.


def read(archive: Archive) -> list[Told]:
    """Each table that is new in a report, as attributes.csv has it."""
    found, current = [], {}
    for report in archive.reports:
        lines = _lines(report)
        if report.counts is None:
            lines |= _pooled(report, lines, current)
        else:
            current[report.period] = {
                attribute: lines[attribute, NATION]
                for attribute in LISTS
                if (attribute, NATION) in lines
            }
        for table in report.tables:
            if table.attribute in LISTS:
                rows = {f"{row.week} {row.request_id}": _value(row) for row in table.rows}
                own = lines[table.attribute, table.place]
                place = "" if table.place == POOLED else table.place
                name = report.period, report.revision, table.attribute, place
                found.append(Told(*name, own, rows))
    return found


def _lines(report: Report) -> dict[tuple[str, str], dict[tuple, int]]:
    found: dict = {}
    for line in report.attributes.itertuples():
        table = found.setdefault((line.attribute, line.place), {})
        table[line.branch, line.leaf, line.standing] = line.requests
    return found


def _pooled(report: Report, lines: dict, weeks: dict) -> dict[tuple[str, str], dict[tuple, int]]:
    """The quarter's nation is the sum of its weeks and of those pooled: without the weeks, as each
    tells it now, the pooled ones are left."""
    found = {}
    for attribute in LISTS:
        left = Counter(lines.get((attribute, NATION), {}))
        for own in weeks.values():
            left.subtract(own.get(attribute, {}))
        assert min(left.values(), default=0) >= 0
        split = {
            branch
            for branch, leaf, standing in left
            if left[branch, "", "convicted"] + left[branch, "", "charged_only"]
            == left[branch, "", "all"]
        }
        found[attribute, POOLED] = {
            (branch, leaf, standing): count
            for (branch, leaf, standing), count in left.items()
            if not branch or (count if leaf else standing == "all" or branch in split)
        }
    return found


def _value(row: Row) -> Value:
    first, *groups = row.value.split()
    if row.value in COUNTRIES:
        return Value({row.value: False}, agency_id=row.agency_id)
    leaves = {
        group: standing == "convicted" for group, standing in (each.split(":") for each in groups)
    }
    return Value(leaves, first == DISMISSED, row.agency_id)


# One quarter of 13 weeks in the suite, and twelve in the storms.
@pytest.mark.parametrize(
    "seed", [4, *(pytest.param(seed, marks=pytest.mark.storm) for seed in range(10, 22))]
)
def test_all_that_is_published_of_a_quarter_and_its_weeks_pins_no_request(seed):
    tables = read(published(drawn_quarter(seed)))
    assert len(tables) > 10 or seed >= 10  # some quarters are too small to tell much
    assert pinned(tables, LISTS) == []


def test_without_the_one_rule_the_same_weeks_are_pinned(monkeypatch):
    for rule in ("is_safe", "is_safe_change"):
        monkeypatch.setattr(disclosure, rule, lambda by_agency: True)
    pins = pinned(read(published(drawn_quarter(4, weeks=1))), LISTS)
    assert any(pin.holds and len(pin.requests) < 5 for pin in pins)


# Whether a request is protected.


def _week() -> Drawn:
    """45 declined requests of 8 agencies, one with 24; with charges, and some honored."""
    rows, charges = [], []
    for at in range(50):
        key = f"flagged-{at:04d}"
        agency_id = f"MN000000{0 if at < 24 else 1 + at % 7}"
        rows.append(
            request(
                request_id=key,
                agency_id=agency_id,
                agency_name=f"Jail {agency_id}",
                county_fips="",
                area="",
                citizenship=("MEX", "GTM", "NGA")[at % 3],
                outcome="declined" if at < 45 else "honored",
                decline_reason="none_given" if at < 45 else "",
                outcome_recorded_at=f"2017-02-{13 + at % 5}",
            )
        )
        charges.append(
            charge(
                request_id=key,
                ncic_code=("1399", "35AA", "5404")[at % 3],
                disposition=("charged", "convicted")[at % 2],
            )
        )
    return Drawn(Week.parse(WEEK), "2017-03-01", rows, charges)


def _flagged(drawn: Drawn, flag) -> Drawn:
    """With flag(number of the row) as `protected`."""
    rows = [{**row, "protected": flag(at)} for at, row in enumerate(drawn.requests)]
    return replace(drawn, requests=rows)


def test_flipping_the_flag_protected_of_any_row_changes_no_file_and_no_identity():
    def told(drawn: Drawn):
        extract = extract_of(drawn.requests, drawn.charges, as_of=drawn.as_of)
        case = Case(extract, drawn.week, directory_of(), no_history(), "recorded")
        inputs = inputs_of(case)
        prepared = week_report(inputs, count_inputs(inputs))
        return data_files(prepared), prepared.input_texts

    drawn = _week()
    none = told(_flagged(drawn, lambda at: "false"))
    assert b"MN0000000" in none[0]["attributes.csv"]
    for number in range(len(drawn.requests)):
        other = ("true", "unknown")[number % 5 == 0]
        flipped = _flagged(drawn, lambda at, n=number, o=other: o if at == n else "false")
        assert told(flipped) == none, number


def test_the_flags_change_no_byte_of_a_published_site(tmp_path):
    drawn, sites = _week(), []
    about = {"as_of": drawn.as_of, "source": "A source", "synthetic": "false"}
    for name, flag in (
        ("none", lambda at: "false"),
        ("some", lambda at: ("true", "unknown", "false")[at % 3]),
    ):
        rows = _flagged(drawn, flag).requests
        extract = write_csv_extract(tmp_path / "extract", rows, drawn.charges, about)
        done = job(tmp_path / name, "--extract", extract)
        assert done.code == 0, done
        sites.append(files_of(tmp_path / name / "site"))
    assert len(sites[0]) > 30 and sites[0] == sites[1]


REGION_OF = {"MEX": "Mexico", "GTM": "Central America", "HND": "Central America", "NGA": "Africa"}
CATEGORY_OF = {"13": "persons", "09": "persons", "35": "drugs", "54": "traffic"}
BRANCHES = {CHARGES: CATEGORY_OF, CITIZENSHIP: REGION_OF}


# What a table would tell if nothing were controlled.


def raw(revision: int, attribute: str, rows: dict[str, Value], place="") -> Told:
    """The table of these rows, told without any rule: every category and group of it."""
    branch_of, lines = BRANCHES[attribute], Counter()
    for value in rows.values():
        for leaf in value.leaves:
            lines[branch_of[leaf], leaf, "all"] += 1
        for branch in {branch_of[leaf] for leaf in value.leaves}:
            lines[branch, "", "all"] += 1
            if attribute == CHARGES:
                own = [c for leaf, c in value.leaves.items() if branch_of[leaf] == branch]
                lines[branch, "", "convicted" if any(own) else "charged_only"] += 1
        if attribute == CHARGES:
            lines["", "", _standing(value, place)] += 1
    if attribute == CHARGES:
        for branch in {branch for branch, _, _ in lines} - {""}:
            for standing in ("convicted", "charged_only"):
                lines.setdefault((branch, "", standing), 0)
    return Told("2017-02-11", revision, attribute, place, dict(lines), rows)


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
    assert ("a", "any MEX", True) in facts(raw(1, CITIZENSHIP, of(a="MEX")))


def test_a_table_of_one_agency_with_three_requests_that_are_alike_is_pinned():
    three = charged(a="13c", b="13c", c="13c 35")
    found = facts(raw(1, CHARGES, three, place="AAAA"))
    assert {("b", "convicted persons", True), ("a", "convicted of any", True)} <= found
    assert not any(what == "any drugs" for _, what, _ in found)


def test_two_revisions_that_differ_in_one_request_pin_it():
    before = of(**{f"r{at}": ("MEX", "GTM", "HND", "NGA")[at % 4] for at in range(24)})
    one = raw(1, CITIZENSHIP, before)
    assert not facts(one)
    assert ("new", "any HND", True) in facts(one, raw(2, CITIZENSHIP, before | of(new="HND")))
    other = raw(2, CITIZENSHIP, before | of(r0="NGA"))
    assert {("r0", "any MEX", True), ("r0", "any NGA", True)} <= facts(one, other)


def test_a_state_without_its_agencies_pins_the_one_that_is_left():
    large = charged(**{f"a{at}": ("13c", "35", "54", "09")[at % 4] for at in range(20)})
    another = charged(**{f"b{at}": ("13", "35c", "54", "")[at % 4] for at in range(20)})
    state = raw(1, CHARGES, large | another | charged(left="54c"), place="TX")
    agencies = [
        raw(1, CHARGES, rows, place=name) for name, rows in (("AAAA", large), ("BBBB", another))
    ]
    assert not any(holds for request, _, holds in facts(state, agencies[0]) if request == "left")
    assert ("left", "convicted traffic", True) in facts(state, *agencies)


def test_what_is_left_of_a_category_pins_a_group_that_is_not_named():
    rows = charged(a="09c", **{f"r{at}": "13" for at in range(20)})
    told = raw(1, CHARGES, rows)
    lines = {line: count for line, count in told.lines.items() if line[1] != "09"}
    first = Told("2017-02-11", 1, CHARGES, "", lines | {("persons", OTHER, "all"): 1}, rows)
    second = raw(2, CHARGES, {request: rows[request] for request in rows if request != "a"})
    assert ("a", "convicted persons", True) in facts(first, second)
    assert ("a", "any 13", False) in facts(first, second)


def test_a_split_that_is_not_told_does_not_pin_and_is_no_help_to_hide_a_difference():
    rows = charged(**{f"r{at}": "35c" if at < 2 else "35" for at in range(20)})
    told = raw(1, CHARGES, rows)
    lines = {
        line: count
        for line, count in told.lines.items()
        if line[:2] != ("drugs", "") or line[2] == "all"
    }
    first = Told("2017-02-11", 1, CHARGES, "", lines, rows)
    assert not any(what == "convicted drugs" for _, what, _ in facts(first))
    second = raw(2, CHARGES, rows | charged(new="35c"))
    assert ("new", "convicted drugs", True) in facts(first, second)
