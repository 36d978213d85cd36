"""What a week's figures are, by name, and that its notebook stops where they do not add up.

The sums of any extract are in test_properties.py.
"""

import dataclasses

import pytest
from conftest import cases
from extract_factory import request
from frames import case_of, counts_of, inputs_of, numbered

from ddor.errors import DdorError
from ddor.measures.status import CLASSES
from ddor.report.week import WeeklyReport


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
    classes = dict.fromkeys(CLASSES, 1) | {"held_back": 2, "outside_week": 2}
    assert dict(counts.reconciliation.to_numpy()) == classes
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
    new = {name: change(getattr(report.counts, name)) for name, change in changes.items()}
    report.counts = dataclasses.replace(report.counts, **new)
    report.prove()


def test_the_closing_proof_passes_on_what_was_counted_and_not_on_a_row_less():
    proved()
    with pytest.raises(DdorError, match="received_total"):
        proved(reconciliation=lambda frame: frame.iloc[2:])


@pytest.mark.parametrize(
    "figure, named",
    cases("""
    received_total     | received_total
    held_back_total    | held_back_total
    held_back_outcomes | held_back_total
    issued_total       | issued_total
    issued_pending     | issued_total
    issued_transfers   | issued_total by kind
    declined_total     | declined_total
    declined_no_notice | declined_total
    declined_detainers | declined_total by kind
    """),
)
def test_a_figure_that_does_not_add_up_stops_the_notebook_and_is_named(figure, named):
    with pytest.raises(DdorError, match=named):
        proved(figures=lambda figures: figures | {figure: figures[figure] + 1})


@pytest.mark.parametrize("outcome", ["pending", "honored"])
def test_a_request_without_a_decline_among_the_declined_stops_the_notebook(outcome):
    with pytest.raises(DdorError, match="E10"):
        proved(status=lambda status: status.assign(outcome=outcome))
