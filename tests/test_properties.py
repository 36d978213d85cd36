"""What must hold of any extract: every field filled or empty, dates in any order, any agency known
to the directory or not."""

import csv
import dataclasses
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from conftest import cases as lines
from extract_factory import charge, request
from frames import (
    WEEK,
    agency,
    counted_as,
    directory_of,
    extract_of,
    inputs_of,
    nation_of,
    numbered,
    published_of,
)
from frames import policy as a_policy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddor.checks.check import CheckedWeek
from ddor.checks.registry import CHECKS, CheckResults, run_checks
from ddor.extract.csv_files import write_extract
from ddor.extract.model import WORDS
from ddor.extract.read import read_extract
from ddor.measures.figures import Counts
from ddor.measures.people import (
    ALL,
    CHARGED_ONLY,
    CHARGES,
    CITIZENSHIP,
    CONVICTED,
    DAYS,
    with_charges,
)
from ddor.measures.status import CLASSES, DECLINED_CLASSES, ISSUED_OUTCOMES, KINDS
from ddor.published.history import History, no_history

ORDINARY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

PLACES = [
    dict(zip(("agency_id", "state", "county_fips", "area"), place, strict=True))
    for place in lines("""
    MN0270000 | MN | 27053 | St. Paul
    MN0270001 | MN | 27053 | St. Paul
    TX2270000 | TX | 48453 | San Antonio
    OR0030000 | OR | 41005 | Seattle
    PR0010000 | PR |       |
    0010      | AL | 01001 | New Orleans
    """)
]
# Of a place, what a row may have instead of its own.
WRONG = "county_fips= area= state=TX county_fips=06029 area=Boston"
ASTRAY = ({}, {}, {}, *(dict([each.split("=")]) for each in WRONG.split()))
# Around the week of 2017-02-11, 48 hours apart here and there.
TIMES = (
    *"2010-10-16 2017-02-10T23:59 2017-02-11 2017-02-12T09:15 2017-02-13T09:15:30".split(),
    *"2017-02-14T09:14 2017-02-14T09:15 2017-02-17T23:59:59 2017-02-18 2017-03-01".split(),
)
MAYBE = ("", "", *TIMES)
IDS = tuple(place["agency_id"] for place in PLACES)
FIELDS = {
    "form": WORDS["form"],
    "issued_at": TIMES,
    "agency_name": ("HENNEPIN COUNTY ADC", "Springfield Jail", 'Jail, "the" old'),
    "agency_level": ("county", "county", "county", "municipal", "federal", "other"),
    "citizenship": ("MEX", "HND", "UNK"),
    "custody_confirmed": ("true", "true", "unknown", "false"),
    "outcome": (*WORDS["outcome"], "declined", "declined", "declined"),
    "outcome_recorded_at": TIMES,
    "notice_at": MAYBE,
    "release_due_at": MAYBE,
    "released_at": MAYBE,
    "releasing_agency_id": ("", "", "", *IDS),
    "sentence_ends_on": ("", "", "2017-02-13", "2017-02-20", "2031-05-06"),
    "ice_custody_at": ("", "", *MAYBE),
    "decline_reason": ("", "", *WORDS["decline_reason"]),
    "protected": ("true", "false", "unknown"),
    "follow_up_status": ("", *WORDS["follow_up_status"]),
    "follow_up_on": ("", "2017-02-20"),
}
CHARGE_FIELDS = {
    "ncic_code": ("1399", "13AB", "2399", "0399", "9999"),
    "description": ("", "Assault"),
    "disposition": WORDS["disposition"],
    "charged_on": ("", "2017-02-01"),
    "timing": (*WORDS["timing"], WORDS["timing"][0]),
}
COHORTS = st.sampled_from(["recorded", "issued"])
POLICIES = (a_policy(), a_policy(place_code="27053", kind="law", enacted="2014-03"))


DIRECTORIES = st.lists(
    st.builds(
        lambda place, **given: agency(**place, **given, name="Springfield Jail"),
        st.sampled_from(PLACES),
        same_as=st.sampled_from(["", *IDS]),
        weekly_requests=st.sampled_from(["", "0.5"]),
    ),
    unique_by=lambda row: row["agency_id"],
).map(lambda rows: directory_of(rows, POLICIES))
HISTORIES = st.sampled_from(
    [no_history(), History(tuple(f"2016-0{n}-02" for n in range(1, 9)), no_history().counts)]
)


@st.composite
def requests(draw, places=PLACES, most=40):
    one = st.tuples(
        st.sampled_from(places),
        st.sampled_from(ASTRAY),
        st.fixed_dictionaries({name: st.sampled_from(of) for name, of in FIELDS.items()}),
    )
    least = draw(st.sampled_from([1, 1, most // 2]))
    rows = []
    for place, astray, fields in draw(st.lists(one, min_size=least, max_size=most)):
        if fields["outcome"] == "pending":
            fields["outcome_recorded_at"] = ""
        rows.append(request(**place | astray | fields))
    return numbered(*rows)


@st.composite
def extracts(draw, most=40):
    rows = draw(requests(most=most))
    fields = {name: st.sampled_from(of) for name, of in CHARGE_FIELDS.items()}
    # Of a few requests, so that some have several.
    of_request = {"request_id": st.sampled_from([row["request_id"] for row in rows[:5]])}
    charges = draw(st.lists(st.fixed_dictionaries(of_request | fields), max_size=10))
    charges = [charge(**row, charge_no=str(at)) for at, row in enumerate(charges, start=1)]
    return extract_of(rows, charges)


@st.composite
def cases(draw, most=40):
    return CheckedWeek(
        draw(extracts(most)), WEEK, draw(DIRECTORIES), draw(HISTORIES), draw(COHORTS)
    )


def checked_and_counted(case: CheckedWeek):
    checked = run_checks(case)
    return checked, counted_as(case, checked)


# Sums


@settings(max_examples=15, **ORDINARY)
@given(cases())
def test_every_row_is_in_one_class_nothing_held_is_declined_and_every_part_adds_up(case):
    checked, counts = checked_and_counted(case)
    prove_classes_add_up(case, checked, counts)
    prove_nothing_held_is_declined(case, counts)
    prove_tables_add_up(counts)
    prove_charges_add_up(counts)
    for attribute in (DAYS, CITIZENSHIP):
        branches = [line.requests for line in nation_of(counts, attribute) if not line.leaf]
        assert sum(branches) == counts.figures["declined_total"]


def prove_classes_add_up(case: CheckedWeek, checked: CheckResults, counts: Counts) -> None:
    received = case.extract.requests
    assert sorted(counts.status["request_id"]) == sorted(received["request_id"])
    assert list(counts.reconciliation["class"]) == list(CLASSES)
    in_class = counts.status["class"].value_counts().to_dict()
    lines = dict(counts.reconciliation.to_numpy())
    assert {name: rows for name, rows in lines.items() if rows} == in_class
    assert sum(lines.values()) == counts.figures["received_total"] == len(received)
    of_holds = checked.checks[checked.checks["effect"] == "hold"].set_index("check")["rows"]
    by_check = checked.held["check"].value_counts()
    assert of_holds.to_dict() == {
        check.id: by_check.get(check.id, 0) for check in CHECKS if check.effect == "hold"
    }


def prove_nothing_held_is_declined(case: CheckedWeek, counts: Counts) -> None:
    status, held = counts.status.set_index("request_id"), counts.held.set_index("request_id")
    assert (status.loc[status["declined"], "outcome"] == "declined").all()
    in_class = status.index[status["class"] == "held_back"]
    assert sorted(in_class) == sorted(held.index) and held.index.is_unique
    assert not status.loc[held.index, ["declined", "honored"]].any(axis=None)
    assert not status.loc[held.index[held["doubts"] == "request"], "issued"].any()
    dates = {"recorded": "outcome_recorded_at", "issued": "issued_at"}[case.cohort]
    would_be = status.loc[held.index].query("outcome == 'declined'")
    assert counts.held_declines == WEEK.holds(would_be[dates]).sum()
    # A doubted outcome takes nothing from the issued.
    doubted = status.loc[held.index[held["doubts"] == "outcome"]]
    assert doubted["issued"].equals(WEEK.holds(doubted["issued_at"]).rename("issued"))


def prove_tables_add_up(counts: Counts) -> None:
    issued, declined, figures = counts.issued_by_agency, counts.declined_by_agency, counts.figures
    for table, total, parts in (
        (issued, "issued", KINDS),
        (issued, "issued", ISSUED_OUTCOMES),
        (declined, "declined", KINDS),
        (declined, "declined", DECLINED_CLASSES),
    ):
        assert table["agency_id"].is_unique
        assert table[[*parts]].sum(axis=1).tolist() == table[total].tolist()
        assert figures[f"{total}_total"] == table[total].sum()
        for part in parts:
            assert figures[f"{total}_{part}"] == table[part].sum()
    for mark in ("release_not_confirmed", "law_or_court", "short_custody"):
        assert figures[f"declined_{mark}"] == declined[mark].sum()
    assert figures["honored_total"] == declined["honored"].sum()
    assert figures["agencies_declining"] == (declined["declined"] > 0).sum()
    for figure in ("declined_total", "honored_total"):
        in_class = counts.status["class"] == figure.removesuffix("_total")
        assert figures[figure] == in_class.sum()
    held = ["held_back_requests", "held_back_outcomes"]
    assert counts.held_back_by_agency[held].sum().to_dict() == {n: figures[n] for n in held}
    assert figures["held_back_total"] == sum(figures[name] for name in held)


def prove_charges_add_up(counts: Counts) -> None:
    """In the national table, whether or not it may be told."""
    lines = nation_of(counts, CHARGES)
    declined = counts.figures["declined_total"] if not counts.extract.charges.empty else 0
    assert sum(line.requests for line in lines if not line.branch) == declined
    figures = with_charges(lines)
    assert figures["declined_with_conviction"] <= figures["declined_with_charges"] <= declined
    parts: dict[str, dict[str, int]] = {}
    for line in lines:
        if line.branch and not line.leaf:
            parts.setdefault(line.branch, {})[line.standing] = line.requests
    for branch, of_branch in parts.items():
        whole = of_branch.pop(ALL)
        assert not of_branch or of_branch[CONVICTED] + of_branch[CHARGED_ONLY] == whole
        leaves = [line.requests for line in lines if line.branch == branch and line.leaf]
        assert max(leaves, default=0) <= whole <= sum(leaves)


# What changes nothing


def shuffle_csv(file: Path, random) -> None:
    """Rows and columns in another order; the same rows."""
    with open(file, encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    order = list(range(len(head)))
    random.shuffle(order)
    random.shuffle(rows)
    with open(file, "w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerows([[row[at] for at in order] for row in (head, *rows)])


@settings(max_examples=4, **ORDINARY)
@given(cases(most=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_of_the_files_changes_no_byte_and_no_hash(case, random):
    seen = []
    with TemporaryDirectory() as folder:
        write_extract(case.extract, Path(folder))
        for shuffled in (False, True):
            if shuffled:
                shuffle_csv(Path(folder) / "requests.csv", random)
                shuffle_csv(Path(folder) / "charges.csv", random)
            read = dataclasses.replace(case, extract=read_extract(folder, WEEK, (), case.cohort))
            seen.append(published_of(inputs_of(read)))
    assert seen[0] == seen[1]


@settings(max_examples=5, **ORDINARY)
@given(st.data())
def test_the_rows_of_an_unrelated_agency_change_nothing_for_any_other(data):
    unrelated = {"agency_id": "NY0160000", "state": "NY", "county_fips": "36033", "area": "Buffalo"}
    rows = data.draw(requests(most=20))
    added = data.draw(requests(places=(unrelated,), most=20))
    added = [row | {"request_id": "n" + row["request_id"]} for row in added]
    rest = data.draw(st.tuples(DIRECTORIES, HISTORIES, COHORTS))
    before, alone = checked_and_counted(CheckedWeek(extract_of(rows), WEEK, *rest))
    after, together = checked_and_counted(CheckedWeek(extract_of(rows + added), WEEK, *rest))
    for name in ("issued_by_agency", "declined_by_agency"):
        others = without(getattr(together, name), "agency_id", [unrelated["agency_id"]])
        pd.testing.assert_frame_equal(others, getattr(alone, name))
    ids = [row["request_id"] for row in added]
    pd.testing.assert_frame_equal(without(after.held, "request_id", ids), before.held)
    others = without(after.review, "agency_id", [unrelated["agency_id"]])
    pd.testing.assert_frame_equal(others, before.review)


def without(frame: pd.DataFrame, column: str, values: list[str]) -> pd.DataFrame:
    return frame[~frame[column].isin(values)].reset_index(drop=True)
