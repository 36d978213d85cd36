"""Everything published of a week, over both revisions, pins no count of people under the
threshold; and the attack that says so does pin them where disclosure control is left out."""

import csv
import io
import re

import pytest
from attack import (
    ALL,
    BELIEFS,
    CATEGORIES,
    CHARGES,
    CITIZENSHIP,
    DAYS,
    NET,
    NOTHING,
    SAME,
    UNNAMED,
    agencies_of,
    constraints_of,
    pinned,
    read,
    true_point,
)
from extract_factory import charge, request
from frames import WEEK, directory_of, extract_of, inputs_of
from generated_weeks import Drawn, drawn_week, facts, published

from ddor.checks.check import Case
from ddor.history import no_history
from ddor.report.week import WeeklyReport

WEEKS = 50
AGENCIES = tuple(f"MN000000{at}" for at in range(6))


def attacked(drawn: list[Drawn], threshold: int):
    """-> the revisions, what a reader of them knows, and what is true."""
    revisions = published(drawn, threshold)
    known = [read(each.files, threshold) for each in revisions]
    named = [each for each in agencies_of(known) if each != UNNAMED]
    return revisions, known, [facts(each, named, UNNAMED) for each in revisions]


def found(revisions, truths, threshold, belief=NOTHING, attributes=(CITIZENSHIP,)):
    files = [each if isinstance(each, dict) else each.files for each in revisions]
    return pinned(files, [each["cells"] for each in truths], threshold, belief, attributes)


# Four weeks, and ten each time in the storms.
@pytest.mark.parametrize(
    "first, weeks",
    [(0, 4), *(pytest.param(n, 10, marks=pytest.mark.storm) for n in range(0, WEEKS, 10))],
)
def test_no_count_under_the_threshold_is_pinned_in_weeks_of_two_revisions(first, weeks):
    tables = 0
    for seed in range(first, first + weeks):
        threshold, drawn = drawn_week(seed)
        revisions, known, truths = attacked(drawn, threshold)
        tables += sum(len(each.tables) for each in known)
        for attribute, categories in CATEGORIES.items():
            rows = constraints_of(known, attribute, NOTHING, list(categories))
            assert not rows.broken_by(true_point(known, truths, attribute)), seed
        for belief in BELIEFS:
            assert not found(revisions, truths, threshold, belief, tuple(CATEGORIES)), seed
    assert tables > weeks


# The attack works: what is not controlled, it finds.


def rows_of(*regions: str, per_agency: int = 4, prefix: str = "r") -> Drawn:
    """Declined requests of these citizenships, `per_agency` at each of AGENCIES in order."""
    return Drawn(
        [request(request_id=f"{prefix}{at}", citizenship=each, released_at="",
                 agency_id=AGENCIES[at // per_agency], agency_name="A jail")
         for at, each in enumerate(regions)],
        [],
    )  # fmt: skip


def with_lines(files: dict[str, bytes], *lines: tuple) -> dict[str, bytes]:
    """The files with these lines (agency_id, category, requests) in attributes.csv, no others."""
    head = "attribute,agency_id,category,standing,requests,flags"
    body = [f"{CITIZENSHIP},{agency},{category},all,{n}," for agency, category, n in lines]
    return files | {"attributes.csv": ("\n".join([head, *body]) + "\n").encode()}


REGIONS = ("MEX", "MEX", "GTM", "MEX", "GTM", "MEX", "GTM", "GTM", "NGA", "MEX", "GTM", "MEX")
NATIONAL_LINES = ((ALL, "Mexico", 6), (ALL, "Central America", 5), (ALL, "Africa", 1))


def test_raw_tables_are_pinned():
    revisions, _, truths = attacked([rows_of(*REGIONS)], 5)
    raw = with_lines(
        revisions[0].files, *NATIONAL_LINES,
        (AGENCIES[0], "Mexico", 3), (AGENCIES[0], "Central America", 1),
    )  # fmt: skip
    what = {each[1][1:] for each in found([raw], truths, 5)}
    assert ("all", "Africa", "all") in what
    assert ("agency", AGENCIES[0], "Mexico", "all") in what


def test_a_single_suppressed_cell_is_pinned_by_what_is_left_of_its_row():
    revisions, _, truths = attacked([rows_of(*REGIONS)], 3)
    raw = with_lines(
        revisions[0].files, (ALL, "Mexico", 6), (ALL, "Central America", 5), (ALL, "Africa", 1),
        (AGENCIES[0], "Mexico", 3), (AGENCIES[0], "Other regions", 1),
        (AGENCIES[1], "Mexico", 1), (AGENCIES[1], "Other regions", 3),
        (AGENCIES[2], "Mexico", 2), (AGENCIES[2], "Africa", 1), (AGENCIES[2], "Other regions", 1),
    )  # fmt: skip
    what = {each[1][1:] for each in found([raw], truths, 3)}
    assert ("agency", AGENCIES[0], "Central America", "all") in what


def test_two_revisions_that_differ_in_one_request_are_pinned_where_each_alone_is_not():
    before = rows_of(*("MEX", "MEX", "GTM", "GTM") * 5)
    one = request(request_id="n", citizenship="MEX", agency_id=AGENCIES[5], released_at="")
    after = Drawn([*before.requests, one], [])
    revisions, _, truths = attacked([before, after], 5)
    first = published([before], 5)[0].files
    second = published([after], 5)[0].files  # as if nothing had been published before
    of_newcomer = (CITIZENSHIP, (1, "agency", AGENCIES[5], "Mexico", "all"), 1)
    assert of_newcomer not in found([first, second], truths, 5, NOTHING)
    assert of_newcomer in found([first, second], truths, 5, SAME)
    assert of_newcomer in found([first, second], truths, 5, NET)
    assert not found(revisions, truths, 5, SAME)


def test_requests_that_all_came_alike_from_new_agencies_are_not_pinned():
    before = rows_of(*("MEX", "GTM", "NGA", "COL") * 10, per_agency=10)
    new = [request(request_id=f"n{at}", citizenship="NGA", agency_id=f"MN900000{at}",
                   released_at="") for at in range(5)]  # fmt: skip
    drawn = [before, Drawn([*before.requests, *new], [])]
    revisions, known, truths = attacked(drawn, 5)
    assert known[0].tables[CITIZENSHIP, ALL]["Africa"] == {"all": 10}
    assert "Africa" not in known[1].tables[CITIZENSHIP, ALL]
    assert not found(revisions, truths, 5, SAME)
    assert not found(revisions, truths, 5, NET)


# The page tells nothing that the files do not.


def numbers(text: str) -> list[int]:
    return [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", text)]


def test_every_number_of_the_pages_tables_and_alternatives_is_in_the_files():
    places = [AGENCIES[0]] * 25 + [AGENCIES[at % 6] for at in range(60)]
    regions = ("MEX", "GTM", "NGA")
    rows = [request(request_id=f"r{at}", agency_id=agency_id, released_at="",
                    citizenship=regions[at % 3],
                    issued_at=("2017-02-12", "2017-01-20")[at % 2])
            for at, agency_id in enumerate(places)]  # fmt: skip
    charges = [charge(request_id=row["request_id"], ncic_code=("1399", "5404")[at % 2],
                      disposition=("charged", "convicted")[at // 2 % 2])
               for at, row in enumerate(rows)]  # fmt: skip
    revision = published([Drawn(rows, charges)], 5)[0]
    lines = list(csv.DictReader(io.StringIO(revision.files["attributes.csv"].decode())))
    case = Case(extract_of(rows, charges), WEEK, directory_of(), no_history(), "recorded")
    report = WeeklyReport(inputs_of(case))

    def of(attribute, agency_id):
        return [each for each in lines
                if (each["attribute"], each["agency_id"]) == (attribute, agency_id)]  # fmt: skip

    def counts(some) -> set[int]:
        """Each count, and the sum of the standings of each category."""
        single = [int(each["requests"]) for each in some]
        sums = {}
        for each in some:
            key = each["agency_id"], each["attribute"], each["category"]
            sums[key] = sums.get(key, 0) + int(each["requests"])
        return {*single, *sums.values()}

    def cells(html: str) -> list[int]:
        found = re.findall(r'<td class="n">([^<]*)</td>', html)
        return [number for text in found for number in numbers(text)]

    for attribute, piece in (
        (CHARGES, report.charges_chart()), (CHARGES, report.charges_table()),
        (CITIZENSHIP, report.citizenship_chart()), (DAYS, report.timing_chart()),
    ):  # fmt: skip
        shown = cells(piece._repr_html_())
        assert shown, attribute
        assert set(shown) <= counts(of(attribute, ALL)), attribute
    for attribute, chart in ((CHARGES, report.charges_chart()),
                             (CITIZENSHIP, report.citizenship_chart().parts[0]),
                             (DAYS, report.timing_chart().parts[0])):  # fmt: skip
        bars = chart.alternative.split("in requests. ")[1]
        told = [number for part in bars.split("; ")
                for number in numbers(part[part.rindex(": ") :])]  # fmt: skip
        assert told and set(told) <= counts(of(attribute, ALL)), attribute
    by_agency = cells(report.agency_attributes()._repr_html_())
    assert by_agency
    assert set(by_agency) <= counts([each for each in lines if each["agency_id"]])


def test_charges_by_group_repeats_what_attributes_csv_tells():
    rows = [request(request_id=f"r{at}", agency_id=AGENCIES[at % 4], released_at="")
            for at in range(40)]  # fmt: skip
    charges = [charge(request_id=f"r{at}", ncic_code=("1399", "5404", "0399")[at % 3])
               for at in range(33)]  # fmt: skip
    files = published([Drawn(rows, charges)], 5)[0].files
    groups = list(csv.DictReader(io.StringIO(files["charges_by_group.csv"].decode())))
    table = read(files, 5).tables[CHARGES, ALL]
    assert groups and {each["offense_group"]: int(each["requests"]) for each in groups} == {
        category: sum(counts.values()) for category, counts in table.items()
    }


def test_the_generated_weeks_are_not_all_of_one_kind():
    drawn = [drawn_week(seed) for seed in range(WEEKS)]
    assert {threshold for threshold, _ in drawn} == {3, 5, 10}
    agencies = {len({row["agency_id"] for row in first.requests}) for _, (first, _) in drawn}
    assert min(agencies) == 1 and max(agencies) > 20
    assert any(row["protected"] == "true" for _, (first, _) in drawn for row in first.requests)


