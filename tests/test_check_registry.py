"""How checks are run, shown with invented ones: order, scope, and a row held once."""

import pandas as pd
import pytest
from conftest import each_line
from extract_factory import request
from frames import agency, case_of, copies, counted, numbered

from ddor.checks.check import Check, Finding
from ddor.checks.registry import CHECKS, run_checks

R0, R1 = (("A", f"r{at}", f"r{at} looks wrong.") for at in range(2))  # flags of these rows


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
    words = dict.fromkeys(("question", "thresholds", "limits", "printed"), "A sentence.")
    said = {"id": id, "title": f"Title of {id}", "effect": effect, "doubts": doubts}
    return Check(assess=assess, **said, **words)


def outcome(id: str, assess) -> Check:
    return check(id, assess, doubts="outcome")


def show(id: str, assess) -> Check:
    return check(id, assess, "show", "nothing")


def review_of(id: str, agency_id="MN0270000") -> Check:
    """Stops every row of one agency with one sentence, as a check of volumes."""

    def assess(rows, case) -> Finding:
        theirs = rows.loc[rows["agency_id"] == agency_id, "request_id"]
        return Finding(len(rows), pd.Series("Too many.", index=list(theirs), dtype="str"))

    return check(id, assess, "review", "volume")


def run(*checks, rows=None, cohort="recorded", cleared=()):
    case = case_of(rows or numbered(*(request() for _ in range(4))), cohort=cohort)
    return run_checks(case, checks, frozenset(cleared))


def line(results, id: str) -> dict:
    return results.checks.set_index("check").loc[id].to_dict()


def held(results) -> dict[str, str]:
    """request_id -> the check that holds it."""
    return dict(results.held[["request_id", "check"]].to_numpy())


# The registry


def test_the_eleven_checks_are_registered_in_the_order_of_their_classes_without_e10():
    ids = "E1 E2 E3 E4 E5 E6 E7 E8 E9 E11 E12".split()
    assert [each.id for each in CHECKS] == ids
    table = run_checks(case_of([request()])).checks
    assert table["check"].tolist() == ids
    assert list(table) == ["check", "title", "effect", "status", "rows", "agencies"]


@each_line("""
    effect | doubts         | ids
    hold   | request        | E1 E3 E4
    hold   | outcome        | E2 E6 E7 E11
    review | volume         | E5 E8
    show   | policy nothing | E9 E12
""")
def test_each_check_has_its_effect_what_it_doubts_a_question_and_its_limits(effect, doubts, ids):
    of_effect = [each for each in CHECKS if each.effect == effect]
    found = [each for each in of_effect if each.doubts in doubts.split()]
    assert [each.id for each in found] == ids.split()
    assert all(each.question.endswith("?") and each.limits.endswith(".") for each in found)


# How checks are run


def test_a_row_stopped_twice_counts_under_the_first_check():
    results = run(check("A", stops("r0", "r1")), check("B", stops("r1", "r2")))
    assert held(results) == {"r0": "A", "r1": "A", "r2": "B"}
    assert (line(results, "A")["rows"], line(results, "B")["rows"]) == (2, 1)


def test_the_order_of_the_registry_decides_which_check_is_first():
    results = run(check("B", stops("r1")), check("A", stops("r1")))
    assert held(results) == {"r1": "B"}
    assert results.checks["check"].tolist() == ["B", "A"]
    nothing_left = {"effect": "hold", "status": "stopped", "rows": 0, "agencies": 0}
    assert line(results, "A") == {"title": "Title of A"} | nothing_left


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
    run(outcome("O", stops(seen=seen)), rows=rows)
    run(outcome("O", stops(seen=seen)), rows=rows, cohort="issued")
    assert seen == [["r0", "r1"], ["r0", "r4", "r5"]]


def test_doubts_about_the_request_come_before_outcomes_and_those_before_what_is_said_of_declines():
    """Each leaves out what was held before, and the table keeps the registry's order."""
    seen = []
    before = (outcome("O1", stops("r0", "r1")), check("A", stops("r0")))
    last = outcome("O2", stops("r1", "r3", seen=seen))
    results = run(show("S", stops(seen=seen)), *before, last)
    assert seen == [["r2", "r3"], ["r2"]]
    assert held(results) == {"r0": "A", "r1": "O1", "r3": "O2"}
    assert results.checks["check"].tolist() == ["S", "O1", "A", "O2"]


def test_checks_of_requests_and_volumes_see_every_received_row_also_held_ones():
    seen = []
    rows = numbered(request(), request(issued_at="2016-01-01", outcome_recorded_at="2016-02-01"))
    volume = check("V", stops(seen=seen), "review", "volume")
    run(check("A", stops("r0")), check("B", stops(seen=seen)), volume, rows=rows)
    assert seen == [["r0", "r1"], ["r0", "r1"]]


@pytest.mark.parametrize("effect", ["show", "review"])
def test_only_a_hold_holds_rows_back_and_changes_a_count(effect):
    case = case_of(numbered(*(request() for _ in range(4))))
    hold, beside = check("B", stops("r1")), check("A", stops("r0", "r1"), effect)
    results = run_checks(case, (beside, hold))
    assert held(results) == {"r1": "B"}
    assert (line(results, "A")["rows"], line(results, "B")["rows"]) == (2, 1)
    assert counted(case, (hold, beside)).figures == counted(case, (hold,)).figures


def test_a_check_without_an_assessed_row_is_not_assessed_and_never_ok():
    assert line(run(check("A", stops(assessed=0))), "A")["status"] == "not assessed"
    assert line(run(check("A", stops(assessed=1))), "A")["status"] == "ok"
    pending = [request(outcome="pending", outcome_recorded_at="")]
    nothing_in_scope = run(outcome("O", stops("r1")), rows=pending)
    assert line(nothing_in_scope, "O")["status"] == "not assessed"


@pytest.mark.parametrize(
    ("effect", "doubts", "status"),
    [("hold", "request", "stopped"), ("review", "volume", "stopped"), ("show", "nothing", "shown")],
)
def test_the_line_of_each_effect_has_its_status_rows_and_agencies(effect, doubts, status):
    rows = numbered(request(), request(), request(agency_id="MN0270099"), request())
    of_it = {"title": "Title of A", "effect": effect}
    told = line(run(check("A", stops("r0", "r1", "r2"), effect, doubts), rows=rows), "A")
    assert told == of_it | {"status": status, "rows": 3, "agencies": 2}
    found_nothing = line(run(check("A", stops(), effect, doubts)), "A")
    assert found_nothing == of_it | {"status": "ok", "rows": 0, "agencies": 0}


def test_the_held_rows_come_sorted_with_their_sentence_and_nothing_is_an_empty_frame():
    results = run(check("B", stops("r2")), check("A", stops("r0")))
    assert results.held.to_numpy().tolist() == [
        ["r0", "A", "request", "r0 looks wrong."],
        ["r2", "B", "request", "r2 looks wrong."],
    ]
    nothing = run(check("A", stops()))
    assert list(nothing.held) == ["request_id", "check", "doubts", "reason"]
    assert list(nothing.review) == ["check", "agency_id", "rows", "reason"]
    assert nothing.held.empty and nothing.review.empty


def test_the_case_is_left_as_it_is():
    case = case_of(numbered(request(), request(state="TX")))
    requests, agencies = case.extract.requests.copy(), case.directory.agencies.copy()
    run_checks(case)
    pd.testing.assert_frame_equal(case.extract.requests, requests)
    pd.testing.assert_frame_equal(case.directory.agencies, agencies)


def test_held_requests_and_held_outcomes_are_counted_apart():
    rows = numbered(*(request() for _ in range(5)))
    checks = (check("A", stops("r0", "r1")), outcome("O", stops("r1", "r2")))
    figures = counted(case_of(rows), checks).figures
    expected = {"held_back_requests": 2, "held_back_outcomes": 1, "held_back_total": 3}
    expected |= {"issued_total": 3, "issued_other": 1, "issued_declined": 2, "declined_total": 2}
    assert {name: figures[name] for name in expected} == expected


def test_a_review_has_one_line_for_each_check_and_agency():
    rows = numbered(request(), request(), request(agency_id="MN0270099"), request(agency_id="X001"))
    by_row = check("W", stops("r0", "r1", "r2"), "review", "volume")
    review = run(review_of("V"), by_row, rows=rows).review
    assert review[["check", "agency_id", "rows"]].to_numpy().tolist() == [
        ["V", "MN0270000", 2],
        ["W", "MN0270000", 2],
        ["W", "MN0270099", 1],
    ]
    assert review["reason"].iloc[0] == "Too many."


def test_a_show_check_is_found_under_its_id_with_its_sentences_but_those_cleared():
    of_show = show("A", stops("r0", "r1"))
    shown, after = run(of_show).shown, run(of_show, cleared=[R0]).shown
    assert {id: stopped.to_dict() for id, stopped in shown.items()} == {
        "A": {"r0": "r0 looks wrong.", "r1": "r1 looks wrong."}
    }
    assert list(after["A"].index) == ["r1"]


# Decided to count


def test_a_cleared_flag_is_not_held_and_comes_with_its_sentence():
    unused = ("A", "r3", "r3 looks wrong.")
    results = run(check("A", stops("r0", "r1")), cleared=[R0, unused])
    assert held(results) == {"r1": "A"}
    assert line(results, "A")["rows"] == 1
    assert list(results.cleared) == ["check", "subject", "reason"]
    assert results.cleared.to_numpy().tolist() == [list(R0)]


def test_the_next_checks_look_at_a_row_whose_flag_was_cleared():
    seen = []
    checks = (check("A", stops("r0", "r1")), outcome("B", stops("r0", seen=seen)))
    assert held(run(*checks, cleared=[R0])) == {"r0": "B", "r1": "A"}
    assert seen == [["r0", "r2", "r3"]]
    of_outcomes = (outcome("A", stops("r0")), outcome("B", stops("r0")))
    assert held(run(*of_outcomes, cleared=[R0])) == {"r0": "B"}


@pytest.mark.parametrize(
    "other",
    [("A", "r0", "r0 looked wrong."), ("B", "r0", "r0 looks wrong."), ("A", "r1", R0[-1]), R1],
)
def test_a_flag_of_another_sentence_check_or_row_clears_nothing(other):
    results = run(check("A", stops("r0")), cleared=[other])
    assert held(results) == {"r0": "A"}
    assert results.cleared.empty


def test_a_review_of_one_agency_is_cleared_by_the_agency_and_not_by_one_of_its_requests():
    rows = numbered(request(), request(), request(agency_id="MN0270099"))
    volume = (review_of("V"), review_of("W", "MN0270099"))
    results = run(*volume, rows=rows, cleared=[("V", "MN0270000", "Too many.")])
    assert results.review["agency_id"].tolist() == ["MN0270099"]
    assert results.cleared["subject"].tolist() == ["MN0270000"]
    results = run(*volume, rows=rows, cleared=[("V", "r0", "Too many.")])
    assert results.review["rows"].tolist() == [2, 1]


def test_a_volume_that_has_grown_since_it_was_cleared_is_under_review_again():
    listed = [agency(weekly_requests="0.01")]
    told = run_checks(case_of(copies(5, "a"), agencies=listed)).review["reason"].iloc[0]
    cleared = frozenset({("E5", "MN0270000", told)})
    grown = case_of(copies(6, "a"), agencies=listed)
    assert run_checks(grown, cleared=cleared).review["rows"].tolist() == [6]
