"""How checks are run, shown with invented ones: order, scope, and a row held once."""

import pandas as pd
import pytest
from extract_factory import request
from frames import case_of, counted, numbered

from ddor.checks.check import Check, Finding
from ddor.checks.registry import CHECKS, run_checks

COLUMNS = ["check", "title", "effect", "status", "rows", "agencies"]


def stops(*ids, assessed=None, seen=None):
    """An assess that stops these requests where they are in scope, and notes its scope."""

    def assess(rows, case) -> Finding:
        if seen is not None:
            seen.append(sorted(rows["request_id"]))
        found = [name for name in rows["request_id"] if name in ids]
        reasons = pd.Series([f"{name} looks wrong." for name in found], index=found, dtype="str")
        return Finding(len(rows) if assessed is None else assessed, reasons)

    return assess


def check(id: str, assess, effect="hold", doubts="request") -> Check:
    return Check(id, f"Title of {id}", effect, doubts, "A question?", "A limit.", assess)


def run(*checks, rows=None, cohort="recorded"):
    case = case_of(rows or numbered(*(request() for _ in range(4))), cohort=cohort)
    return run_checks(case, checks)


def line(results, id: str) -> dict:
    return results.table.set_index("check").loc[id].to_dict()


def test_e1_is_registered_first_and_holds_the_request():
    assert (CHECKS[0].id, CHECKS[0].effect, CHECKS[0].doubts) == ("E1", "hold", "request")
    assert len({each.id for each in CHECKS}) == len(CHECKS)


def test_a_row_stopped_twice_counts_under_the_first_check():
    results = run(check("A", stops("r0", "r1")), check("B", stops("r1", "r2")))
    assert dict(results.held[["request_id", "check"]].to_numpy()) == {
        "r0": "A", "r1": "A", "r2": "B",
    }  # fmt: skip
    assert (line(results, "A")["rows"], line(results, "B")["rows"]) == (2, 1)


def test_the_order_of_the_registry_decides_which_check_is_first():
    results = run(check("B", stops("r1")), check("A", stops("r1")))
    assert results.held["check"].tolist() == ["B"]
    assert results.table["check"].tolist() == ["B", "A"]


def test_doubts_about_the_request_come_before_doubts_about_its_outcome():
    seen = []
    outcome = check("O", stops("r0", "r1", seen=seen), doubts="outcome")
    results = run(outcome, check("R", stops("r0")))
    assert dict(results.held[["request_id", "check"]].to_numpy()) == {"r0": "R", "r1": "O"}
    assert seen == [["r1", "r2", "r3"]]
    assert results.table["check"].tolist() == ["O", "R"]  # the table keeps the registry's order


def test_a_check_of_outcomes_sees_only_what_would_count_as_declined_this_week():
    seen = []
    rows = numbered(
        request(),
        request(issued_at="2016-01-01"),
        request(outcome="honored"),
        request(outcome="pending", outcome_recorded_at=""),
        request(outcome_recorded_at="2017-02-18"),  # issued this week, declined in another
        request(outcome_recorded_at="2017-02-10T23:59"),
    )
    run(check("O", stops(seen=seen), doubts="outcome"), rows=rows)
    run(check("O", stops(seen=seen), doubts="outcome"), rows=rows, cohort="issued")
    assert seen == [["r0", "r1"], ["r0", "r4", "r5"]]


def test_a_later_check_of_outcomes_does_not_see_what_an_earlier_one_held():
    seen = []
    run(
        check("O1", stops("r0"), doubts="outcome"),
        check("O2", stops("r0", "r3", seen=seen), doubts="outcome"),
    )
    assert seen == [["r1", "r2", "r3"]]


def test_checks_of_requests_and_volumes_see_every_received_row_also_held_ones():
    seen = []
    rows = numbered(request(), request(issued_at="2016-01-01", outcome_recorded_at="2016-02-01"))
    run(
        check("A", stops("r0")),
        check("B", stops(seen=seen)),
        check("V", stops(seen=seen), effect="review", doubts="volume"),
        rows=rows,
    )
    assert seen == [["r0", "r1"], ["r0", "r1"]]


@pytest.mark.parametrize(("effect", "status"), [("show", "shown"), ("review", "stopped")])
def test_only_a_hold_holds_rows_back(effect, status):
    results = run(
        check("A", stops("r0", "r1"), effect=effect),
        check("B", stops("r1")),
    )
    assert results.held["check"].tolist() == ["B"]
    assert line(results, "A")["status"] == status
    assert line(results, "A")["effect"] == effect
    assert (line(results, "A")["rows"], line(results, "A")["agencies"]) == (2, 1)
    assert line(results, "B")["rows"] == 1


def test_a_shown_row_counts_also_where_a_check_has_held_it():
    results = run(check("A", stops("r0")), check("S", stops("r0", "r1"), effect="show"))
    assert (line(results, "A")["rows"], line(results, "S")["rows"]) == (1, 2)


def test_a_check_without_an_assessed_row_is_not_assessed_and_never_ok():
    assert line(run(check("A", stops(assessed=0))), "A")["status"] == "not assessed"
    assert line(run(check("A", stops(assessed=1))), "A")["status"] == "ok"
    pending = [request(outcome="pending", outcome_recorded_at="")]
    nothing_in_scope = run(check("O", stops("r1"), doubts="outcome"), rows=pending)
    assert line(nothing_in_scope, "O")["status"] == "not assessed"


def test_the_table_has_the_columns_of_checks_csv_and_counts_agencies():
    rows = numbered(request(), request(agency_id="MN0270099"), request())
    results = run(check("A", stops("r0", "r1", "r2")), rows=rows)
    assert list(results.table) == COLUMNS
    assert line(results, "A") == {
        "title": "Title of A", "effect": "hold", "status": "stopped", "rows": 3, "agencies": 2,
    }  # fmt: skip


def test_the_held_rows_come_sorted_with_their_sentence():
    results = run(check("B", stops("r2")), check("A", stops("r0")))
    assert list(results.held) == ["request_id", "check", "doubts", "reason"]
    assert results.held.to_numpy().tolist() == [
        ["r0", "A", "request", "r0 looks wrong."],
        ["r2", "B", "request", "r2 looks wrong."],
    ]


def test_nothing_stopped_gives_an_empty_frame_with_its_columns():
    results = run(check("A", stops()))
    assert (list(results.held), len(results.held)) == (
        ["request_id", "check", "doubts", "reason"], 0,
    )  # fmt: skip


def test_the_case_is_left_as_it_is():
    case = case_of(numbered(request(), request(state="TX")))
    requests, agencies = case.extract.requests.copy(), case.directory.agencies.copy()
    run_checks(case)
    pd.testing.assert_frame_equal(case.extract.requests, requests)
    pd.testing.assert_frame_equal(case.directory.agencies, agencies)


def test_held_requests_and_held_outcomes_are_counted_apart():
    rows = numbered(*(request() for _ in range(5)))
    checks = (
        check("A", stops("r0", "r1")),
        check("O", stops("r1", "r2"), doubts="outcome"),
    )
    figures = counted(case_of(rows), checks).figures
    assert figures["held_back_requests"] == 2
    assert figures["held_back_outcomes"] == 1
    assert figures["held_back_total"] == 3
    assert figures["issued_total"] == 3
    assert (figures["issued_other"], figures["issued_declined"]) == (1, 2)
    assert figures["declined_total"] == 2
