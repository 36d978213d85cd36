"""What must hold of every extract: the sums, and what may change nothing."""

import dataclasses

import pandas as pd
import pytest
from extract_factory import charge, request
from frames import WEEK, agency, case_of, counted, counts_of, inputs_of, nation_of, numbered
from hypothesis import given, settings
from hypothesis import strategies as st

from ddor.checks.check import Check, Finding
from ddor.checks.registry import CHECKS
from ddor.errors import DdorError
from ddor.measures.attributes import CHARGED_ONLY, CITIZENSHIP, CONVICTED, DAYS
from ddor.measures.attributes import CHARGES as OF_CHARGES
from ddor.measures.figures import Counts
from ddor.measures.people import ALL, with_charges
from ddor.measures.status import CLASSES
from ddor.report.week import WeeklyReport

# Around the week of 2017-02-11, 48 hours apart here and there.
TIMES = st.sampled_from(
    [
        "2010-10-16",
        "2017-02-10T23:59",
        "2017-02-11",
        "2017-02-12T09:15",
        "2017-02-13T09:15",
        "2017-02-14T09:14",
        "2017-02-14T09:15",
        "2017-02-17T23:59",
        "2017-02-18",
        "2017-03-01",
    ]
)
MAYBE = st.one_of(st.just(""), TIMES)
PLACES = (
    {},
    {"county_fips": "", "area": ""},
    {"agency_id": "MN0270001", "agency_level": "municipal", "agency_name": "PD"},
    {"agency_id": "MN0270001", "agency_level": "other", "agency_name": "POLICE"},
    {"agency_id": "TX2270000", "state": "TX", "county_fips": "48453", "area": "San Antonio"},
    {"agency_id": "TX2270000", "state": "TX", "county_fips": "01001", "area": "San Antonio"},
    {"agency_id": "TX2270000", "state": "MN", "county_fips": "27053", "area": "St. Paul"},
)
FORMS = ["I-247", "I-247A", "I-247D", "I-247G", "I-247N", "I-247X"]
OUTCOMES = [
    "pending",
    "honored",
    "declined",
    "declined",
    "declined",
    "withdrawn",
    "superseded",
    "left_custody",
]
REASONS = ["", "policy", "law_or_court", "insufficient_notice", "none_given"]


@st.composite
def requests(draw, places=PLACES, least=1):
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "place": st.sampled_from(places),
                    "form": st.sampled_from(FORMS),
                    "issued_at": TIMES,
                    "outcome": st.sampled_from(OUTCOMES),
                    "outcome_recorded_at": TIMES,
                    "notice_at": MAYBE,
                    "release_due_at": MAYBE,
                    "released_at": MAYBE,
                    "ice_custody_at": MAYBE,
                    "decline_reason": st.sampled_from(REASONS),
                }
            ),
            min_size=least,
            max_size=15,
        )
    )
    for row in rows:
        row |= row.pop("place")
        if row["outcome"] == "pending":
            row["outcome_recorded_at"] = ""
    return numbered(*(request(**row) for row in rows))


CHARGES = st.lists(
    st.fixed_dictionaries(
        {
            "request_id": st.sampled_from(["r0", "r1", "r2"]),
            "ncic_code": st.sampled_from(["1399", "13AB", "2399", "9999"]),
            "disposition": st.sampled_from(
                ["charged", "convicted", "dismissed", "acquitted", "unknown"]
            ),
            "timing": st.sampled_from(["before_release", "before_release", "after_release"]),
        }
    ),
    max_size=10,
)
COHORTS = st.sampled_from(["recorded", "issued"])
DIRECTORY = [
    agency(),
    agency(
        agency_id="TX2270000",
        state="TX",
        county_fips="48453",
        area="San Antonio",
        name="Travis County Jail",
    ),
]


def in_custody(rows, case) -> Finding:
    """An invented check that doubts an outcome: ICE custody is on record."""
    found = rows[rows["ice_custody_at"].notna()]
    return Finding(len(rows), pd.Series("In custody.", index=found["request_id"], dtype="str"))


DOUBTING = (*CHECKS, Check("X", "X", "hold", "outcome", "?", "", "", "", in_custody))


def with_numbers(charges):
    return [charge(**row, charge_no=str(number)) for number, row in enumerate(charges, start=1)]


def same(one: Counts, other: Counts, left_out=("status", "extract")) -> None:
    for field in dataclasses.fields(Counts):
        if field.name in left_out:
            continue
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "shown":
            assert {k: sorted(v.items()) for k, v in a.items()} == {
                k: sorted(v.items()) for k, v in b.items()
            }
        elif isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b)
        else:
            assert a == b, field.name


@settings(deadline=None, max_examples=18)
@given(requests(), CHARGES, COHORTS)
def test_the_sums_hold_for_any_extract_and_nothing_held_is_declined(rows, charges, cohort):
    ids = {row["request_id"] for row in rows}
    charges = with_numbers([row for row in charges if row["request_id"] in ids])
    counts = counts_of(rows, charges, DIRECTORY, cohort, DOUBTING)
    figures = counts.figures

    assert counts.reconciliation["rows"].sum() == figures["received_total"] == len(rows)
    assert list(counts.reconciliation["class"]) == list(CLASSES)
    assert figures["declined_total"] == sum(
        figures[f"declined_{name}"]
        for name in ("insufficient_notice", "no_notice", "not_held", "unclassified")
    )
    for section in ("issued", "declined"):
        kinds = ("detainers", "notifications", "transfers")
        assert figures[f"{section}_total"] == sum(figures[f"{section}_{kind}"] for kind in kinds)
    assert figures["issued_total"] == sum(
        figures[f"issued_{name}"] for name in ("honored", "declined", "other", "pending")
    )
    assert figures["held_back_total"] == (
        figures["held_back_requests"] + figures["held_back_outcomes"]
    )
    for attribute in (DAYS, CITIZENSHIP):
        branches = [line.requests for line in nation_of(counts, attribute) if not line.leaf]
        assert sum(branches) == figures["declined_total"]
    prove_charges_add_up(counts)
    prove_nothing_held_is_declined(counts)


def prove_charges_add_up(counts: Counts) -> None:
    """In the national table, whether or not it may be told."""
    lines = nation_of(counts, OF_CHARGES)
    declined = counts.figures["declined_total"] if counts.charges_supplied else 0
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


def prove_nothing_held_is_declined(counts: Counts) -> None:
    status = counts.status.set_index("request_id")
    assert (status.loc[status["declined"], "outcome"] == "declined").all()
    held = status.loc[counts.held["request_id"]]
    assert not held["declined"].any() and not held["honored"].any()
    assert (held["class"] == "held_back").all()
    assert (status["class"] == "held_back").sum() == len(held)
    by_doubt = counts.held.set_index("request_id")["doubts"]
    assert not status.loc[by_doubt.index[by_doubt == "request"], "issued"].any()
    # A doubted outcome takes nothing from the issued.
    doubted = status.loc[by_doubt.index[by_doubt == "outcome"]]
    assert doubted["issued"].equals(WEEK.holds(doubted["issued_at"]).rename("issued"))


@settings(deadline=None, max_examples=9)
@given(requests(), CHARGES, COHORTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows, charges, cohort, random):
    ids = {row["request_id"] for row in rows}
    charges = with_numbers([row for row in charges if row["request_id"] in ids])
    case = case_of(rows, charges, DIRECTORY, cohort)
    shuffled = []
    for frame in (case.extract.requests, case.extract.charges):
        order = list(range(len(frame)))
        random.shuffle(order)
        shuffled.append(frame.iloc[order].reset_index(drop=True))
    permuted = dataclasses.replace(
        case, extract=dataclasses.replace(case.extract, requests=shuffled[0], charges=shuffled[1])
    )
    before, after = counted(case, DOUBTING), counted(permuted, DOUBTING)
    same(before, after)
    by_id = [
        counts.status.sort_values("request_id", ignore_index=True) for counts in (before, after)
    ]
    pd.testing.assert_frame_equal(*by_id)


@settings(deadline=None, max_examples=9)
@given(requests(), requests(places=PLACES[4:5]), COHORTS)
def test_the_rows_of_another_agency_change_no_other_agencys_figures(rows, more, cohort):
    asked = [row for row in rows if row["agency_id"] != "TX2270000"] or [request()]
    added = [{**row, "request_id": "t" + row["request_id"]} for row in more]
    alone = counts_of(asked, (), DIRECTORY, cohort, DOUBTING)
    together = counts_of(asked + added, (), DIRECTORY, cohort, DOUBTING)
    for name in ("issued_by_agency", "declined_by_agency"):
        others = getattr(together, name)
        others = others[others["agency_id"] != "TX2270000"].reset_index(drop=True)
        pd.testing.assert_frame_equal(others, getattr(alone, name))


def test_each_class_counts_the_rows_that_fit_it_first():
    pending = {"outcome": "pending", "outcome_recorded_at": ""}
    rows = numbered(
        request(state="TX"),  # held, though recorded this week
        request(state="TX", issued_at="2016-01-01", **pending),  # held, though outside the week
        request(),
        request(outcome="honored"),
        request(outcome="withdrawn"),
        request(outcome="superseded"),
        request(outcome="left_custody"),
        request(**pending),
        request(outcome_recorded_at="2017-02-18"),
        request(issued_at="2017-02-10", outcome_recorded_at="2017-02-18"),
        request(issued_at="2017-02-10", **pending),
    )
    counts = counts_of(rows)
    assert dict(counts.reconciliation.to_numpy()) == {
        "held_back": 2,
        "declined": 1,
        "honored": 1,
        "withdrawn": 1,
        "superseded": 1,
        "left_custody": 1,
        "issued_pending": 1,
        "issued_outcome_another_week": 1,
        "outside_week": 2,
    }
    assert counts.figures["outside_week_total"] == 2
    assert counts.figures["held_back_requests"] == counts.figures["held_back_total"] == 2
    assert counts.figures["issued_total"] == 7
    assert counts.figures["honored_total"] == 1


def test_the_figures_are_those_of_the_contract_by_name():
    names = """received_total issued_total issued_detainers issued_notifications issued_transfers
    issued_pending issued_honored issued_declined issued_other declined_total declined_detainers
    declined_notifications declined_transfers declined_insufficient_notice declined_no_notice
    declined_not_held declined_unclassified declined_release_not_confirmed declined_law_or_court
    declined_short_custody declined_with_charges declined_with_conviction honored_total
    agencies_declining states_declining held_back_requests held_back_outcomes held_back_total
    outside_week_total""".split()
    assert set(counts_of([request()]).figures) == set(names)


# The proof at the end of the notebook


def proved(**changes) -> None:
    """Run the closing proof on a week whose counts were changed."""
    report = WeeklyReport(inputs_of(case_of(numbered(request(), request(outcome="honored")))))
    report.counts = dataclasses.replace(
        report.counts,
        **{name: change(getattr(report.counts, name)) for name, change in changes.items()},
    )
    report.prove()


def test_the_closing_proof_passes_on_what_was_counted():
    proved()


@pytest.mark.parametrize(
    ("figure", "named"),
    [
        ("received_total", "received_total"),
        ("held_back_total", "held_back_total"),
        ("held_back_outcomes", "held_back_total"),
        ("issued_total", "issued_total"),
        ("issued_pending", "issued_total"),
        ("issued_transfers", "issued_total by kind"),
        ("declined_total", "declined_total"),
        ("declined_no_notice", "declined_total"),
        ("declined_detainers", "declined_total by kind"),
    ],
)
def test_a_figure_that_does_not_add_up_stops_the_notebook_and_is_named(figure, named):
    with pytest.raises(DdorError, match=named):
        proved(figures=lambda figures: figures | {figure: figures[figure] + 1})


def test_a_row_missing_from_the_reconciliation_stops_the_notebook():
    with pytest.raises(DdorError, match="received_total"):
        proved(reconciliation=lambda frame: frame.iloc[2:])


@pytest.mark.parametrize("outcome", ["pending", "honored"])
def test_a_request_without_a_decline_among_the_declined_stops_the_notebook(outcome):
    with pytest.raises(DdorError, match="E10"):
        proved(status=lambda status: status.assign(outcome=outcome))
