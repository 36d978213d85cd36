"""How checks are run, shown with invented ones: order, scope, and a row held once."""

import pandas as pd
import pytest
from extract_factory import request
from frames import agency, case_of, copies, counted, numbered

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
    return Check(
        id=id,
        title=f"Title of {id}",
        effect=effect,
        doubts=doubts,
        question="A question?",
        thresholds="A threshold.",
        limits="A limit.",
        printed="Something wrong",
        assess=assess,
    )


def stops_of(agency_id: str, why: str):
    """An assess that stops every row of one agency with one sentence, as a check of volumes."""

    def assess(rows, case) -> Finding:
        theirs = rows.loc[rows["agency_id"] == agency_id, "request_id"]
        return Finding(len(rows), pd.Series(why, index=list(theirs), dtype="str"))

    return assess


def run(*checks, rows=None, cohort="recorded", cleared=()):
    case = case_of(rows or numbered(*(request() for _ in range(4))), cohort=cohort)
    return run_checks(case, checks, frozenset(cleared))


def line(results, id: str) -> dict:
    return results.checks.set_index("check").loc[id].to_dict()


# The registry


def test_the_eleven_checks_are_registered_in_the_order_of_their_classes():
    assert [each.id for each in CHECKS] == [
        "E1",
        "E2",
        "E3",
        "E4",
        "E5",
        "E6",
        "E7",
        "E8",
        "E9",
        "E11",
        "E12",
    ]


def test_e10_is_no_check():
    assert "E10" not in {each.id for each in CHECKS}


@pytest.mark.parametrize(
    ("effect", "ids"),
    [
        ("hold", {"E1", "E2", "E3", "E4", "E6", "E7", "E11"}),
        ("review", {"E5", "E8"}),
        ("show", {"E9", "E12"}),
    ],
)
def test_each_check_holds_asks_for_a_review_or_shows(effect, ids):
    assert {each.id for each in CHECKS if each.effect == effect} == ids


@pytest.mark.parametrize(
    ("doubts", "ids"), [("request", {"E1", "E3", "E4"}), ("outcome", {"E2", "E6", "E7", "E11"})]
)
def test_each_hold_doubts_the_request_or_its_outcome(doubts, ids):
    assert {each.id for each in CHECKS if each.doubts == doubts} == ids


@pytest.mark.parametrize("each", CHECKS, ids=lambda each: each.id)
def test_every_check_asks_a_question_and_tells_its_limits(each):
    assert each.question.endswith("?")
    assert each.limits.endswith(".")


# The order in which holds count a row: what each of them stops in one row, first to last.
WRONG = {
    "E1": {"county_fips": "36033"},
    "E3": {"custody_confirmed": "false"},
    "E4": {"agency_level": "federal"},
    "E2": {"releasing_agency_id": "MN0270099"},
    "E6": {"ice_custody_at": "2017-02-14"},
    "E7": {"released_at": "", "sentence_ends_on": "2019-05-31"},
    "E11": {"decline_reason": "not_collected"},
}


@pytest.mark.parametrize("at", range(len(WRONG)), ids=list(WRONG))
def test_a_row_wrong_in_every_later_way_is_counted_by_the_first_hold_in_order(at):
    changed = {"released_at": ""}
    for later in list(WRONG.values())[at:]:
        changed |= later
    results = run_checks(case_of([request(**changed)]))
    assert results.held["check"].tolist() == [list(WRONG)[at]]
    rows = results.checks.set_index("check")["rows"]
    assert {id: int(rows[id]) for id in WRONG} == {id: int(id == list(WRONG)[at]) for id in WRONG}


def test_a_row_declined_in_another_week_is_not_looked_at_by_the_checks_of_outcomes():
    changed = WRONG["E2"] | WRONG["E6"] | WRONG["E7"] | WRONG["E11"]
    case = case_of([request(**changed, outcome_recorded_at="2017-02-18")])
    assert run_checks(case).held.empty
    figures = counted(case).figures
    assert (figures["issued_declined"], figures["held_back_total"]) == (1, 0)


# How checks are run


def test_a_row_stopped_twice_counts_under_the_first_check():
    results = run(check("A", stops("r0", "r1")), check("B", stops("r1", "r2")))
    assert dict(results.held[["request_id", "check"]].to_numpy()) == {
        "r0": "A",
        "r1": "A",
        "r2": "B",
    }
    assert (line(results, "A")["rows"], line(results, "B")["rows"]) == (2, 1)


def test_the_order_of_the_registry_decides_which_check_is_first():
    results = run(check("B", stops("r1")), check("A", stops("r1")))
    assert results.held["check"].tolist() == ["B"]
    assert results.checks["check"].tolist() == ["B", "A"]


def test_doubts_about_the_request_come_before_doubts_about_its_outcome():
    seen = []
    outcome = check("O", stops("r0", "r1", seen=seen), doubts="outcome")
    results = run(outcome, check("R", stops("r0")))
    assert dict(results.held[["request_id", "check"]].to_numpy()) == {"r0": "R", "r1": "O"}
    assert seen == [["r1", "r2", "r3"]]
    assert results.checks["check"].tolist() == ["O", "R"]  # the table keeps the registry's order


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
    results = run(check("A", stops("r0", "r1"), effect=effect), check("B", stops("r1")))
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
    assert list(results.checks) == COLUMNS
    assert line(results, "A") == {
        "title": "Title of A",
        "effect": "hold",
        "status": "stopped",
        "rows": 3,
        "agencies": 2,
    }


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
        ["request_id", "check", "doubts", "reason"],
        0,
    )


def test_the_case_is_left_as_it_is():
    case = case_of(numbered(request(), request(state="TX")))
    requests, agencies = case.extract.requests.copy(), case.directory.agencies.copy()
    run_checks(case)
    pd.testing.assert_frame_equal(case.extract.requests, requests)
    pd.testing.assert_frame_equal(case.directory.agencies, agencies)


def test_held_requests_and_held_outcomes_are_counted_apart():
    rows = numbered(*(request() for _ in range(5)))
    checks = (check("A", stops("r0", "r1")), check("O", stops("r1", "r2"), doubts="outcome"))
    figures = counted(case_of(rows), checks).figures
    assert figures["held_back_requests"] == 2
    assert figures["held_back_outcomes"] == 1
    assert figures["held_back_total"] == 3
    assert figures["issued_total"] == 3
    assert (figures["issued_other"], figures["issued_declined"]) == (1, 2)
    assert figures["declined_total"] == 2


# Reviews and shows


def test_a_review_has_one_line_for_each_check_and_agency():
    rows = numbered(request(), request(), request(agency_id="MN0270099"), request(agency_id="X001"))
    of_agencies = (
        check("V", stops_of("MN0270000", "Too many."), "review", "volume"),
        check("W", stops("r0", "r1", "r2"), "review", "volume"),
    )
    review = run(*of_agencies, rows=rows).review
    assert review[["check", "agency_id", "rows"]].to_numpy().tolist() == [
        ["V", "MN0270000", 2],
        ["W", "MN0270000", 2],
        ["W", "MN0270099", 1],
    ]
    assert review["reason"].iloc[0] == "Too many."


@pytest.mark.parametrize("effect", ["show", "review"])
def test_only_holds_change_a_count(effect):
    rows = numbered(*(request() for _ in range(4)))
    without = counted(case_of(rows), (check("A", stops("r0")),)).figures
    doubts = "nothing" if effect == "show" else "volume"
    beside = check("S", stops("r0", "r1", "r2"), effect, doubts)
    assert counted(case_of(rows), (check("A", stops("r0")), beside)).figures == without


def test_nothing_under_review_gives_an_empty_frame_with_its_columns():
    review = run(check("A", stops("r0"))).review
    assert (list(review), len(review)) == (["check", "agency_id", "rows", "reason"], 0)


def test_a_show_check_is_found_under_its_id_with_its_sentences():
    shown = run(check("S", stops("r1"), "show", "nothing")).shown
    assert {id: stopped.to_dict() for id, stopped in shown.items()} == {
        "S": {"r1": "r1 looks wrong."}
    }


def test_what_is_said_of_the_declines_that_count_leaves_out_every_held_row():
    seen = []
    run(
        check("S", stops(seen=seen), "show", "nothing"),
        check("A", stops("r0")),
        check("O", stops("r1"), doubts="outcome"),
    )
    assert seen == [["r2", "r3"]]


# Decided to count


def test_a_cleared_flag_is_not_held():
    results = run(check("A", stops("r0", "r1")), cleared=[("A", "r0", "r0 looks wrong.")])
    assert results.held["request_id"].tolist() == ["r1"]
    assert line(results, "A")["rows"] == 1


def test_the_next_check_looks_at_a_row_whose_flag_was_cleared():
    checks = (check("A", stops("r0"), doubts="outcome"), check("B", stops("r0"), doubts="outcome"))
    results = run(*checks, cleared=[("A", "r0", "r0 looks wrong.")])
    assert results.held[["request_id", "check"]].to_numpy().tolist() == [["r0", "B"]]


def test_a_row_whose_doubt_of_the_request_was_cleared_is_looked_at_by_the_checks_of_outcomes():
    seen = []
    checks = (check("A", stops("r0", "r1")), check("O", stops(seen=seen), doubts="outcome"))
    run(*checks, cleared=[("A", "r0", "r0 looks wrong.")])
    assert seen == [["r0", "r2", "r3"]]


@pytest.mark.parametrize(
    "other",
    [
        ("A", "r0", "r0 looked wrong."),
        ("B", "r0", "r0 looks wrong."),
        ("A", "r1", "r0 looks wrong."),
    ],
)
def test_a_flag_of_another_sentence_check_or_row_clears_nothing(other):
    results = run(check("A", stops("r0")), cleared=[other])
    assert results.held["request_id"].tolist() == ["r0"]
    assert results.cleared.empty


def test_a_cleared_flag_whose_sentence_changed_with_the_row_holds_again():
    told = "Agency MN0270000 was asked; agency MN0270099 released the person."
    cleared = frozenset({("E2", "r1", told)})
    before = case_of([request(releasing_agency_id="MN0270099")])
    after = case_of([request(releasing_agency_id="MN0270100")])
    assert run_checks(before, cleared=cleared).held.empty
    assert run_checks(after, cleared=cleared).held["check"].tolist() == ["E2"]


def test_the_cleared_flags_come_with_their_sentence():
    flag = ("A", "r0", "r0 looks wrong.")
    unused = ("A", "r3", "r3 looks wrong.")
    results = run(check("A", stops("r0", "r1")), cleared=[flag, unused])
    assert list(results.cleared) == ["check", "subject", "reason"]
    assert results.cleared.to_numpy().tolist() == [list(flag)]


def test_a_review_of_one_agency_is_cleared_by_the_agency():
    rows = numbered(request(), request(), request(agency_id="MN0270099"))
    volume = (
        check("V", stops_of("MN0270000", "Too many."), "review", "volume"),
        check("W", stops_of("MN0270099", "Too many."), "review", "volume"),
    )
    results = run(*volume, rows=rows, cleared=[("V", "MN0270000", "Too many.")])
    assert results.review["agency_id"].tolist() == ["MN0270099"]
    assert results.cleared["subject"].tolist() == ["MN0270000"]


def test_a_review_is_not_cleared_by_one_of_its_requests():
    volume = check("V", stops_of("MN0270000", "Too many."), "review", "volume")
    results = run(volume, cleared=[("V", "r0", "Too many.")])
    assert results.review["rows"].tolist() == [4]


def cleared_by_agency(check_id: str, case) -> tuple[list, list]:
    """Agencies under review by this check before and after all its flags of the first agency
    were cleared."""
    review = run_checks(case).review
    review = review[review["check"] == check_id]
    first = review.iloc[0]
    flag = (check_id, first["agency_id"], first["reason"])
    again = run_checks(case, cleared=frozenset({flag})).review
    left = again.loc[again["check"] == check_id, "agency_id"].tolist()
    return review["agency_id"].tolist(), left


def test_a_flag_of_e8_is_cleared_for_one_agency_and_stays_for_the_other():
    old = {"issued_at": "2016-06-01"}
    case = case_of([*copies(10, "a", **old), *copies(10, "b", **old, agency_id="MN0270099")])
    assert cleared_by_agency("E8", case) == (["MN0270000", "MN0270099"], ["MN0270099"])


def test_a_flag_of_e5_is_cleared_for_one_agency_and_stays_for_the_other():
    listed = [agency(weekly_requests="0.01"), agency(agency_id="MN0270099", weekly_requests="0.01")]
    rows = [*copies(5, "a"), *copies(5, "b", agency_id="MN0270099")]
    case = case_of(rows, agencies=listed)
    assert cleared_by_agency("E5", case) == (["MN0270000", "MN0270099"], ["MN0270099"])


def test_a_volume_that_has_grown_since_it_was_cleared_is_under_review_again():
    listed = [agency(weekly_requests="0.01")]
    told = run_checks(case_of(copies(5, "a"), agencies=listed)).review["reason"].iloc[0]
    cleared = frozenset({("E5", "MN0270000", told)})
    grown = case_of(copies(6, "a"), agencies=listed)
    assert run_checks(grown, cleared=cleared).review["rows"].tolist() == [6]


def test_a_show_check_is_cleared_too():
    results = run(
        check("S", stops("r0", "r1"), "show", "nothing"), cleared=[("S", "r0", "r0 looks wrong.")]
    )
    assert list(results.shown["S"].index) == ["r1"]


# checks.csv


@pytest.mark.parametrize(
    ("effect", "doubts", "status"),
    [("hold", "request", "stopped"), ("review", "volume", "stopped"), ("show", "nothing", "shown")],
)
def test_the_line_of_each_effect_has_its_status_rows_and_agencies(effect, doubts, status):
    rows = numbered(request(), request(), request(agency_id="MN0270099"), request())
    results = run(check("A", stops("r0", "r1", "r2"), effect, doubts), rows=rows)
    assert line(results, "A") == {
        "title": "Title of A",
        "effect": effect,
        "status": status,
        "rows": 3,
        "agencies": 2,
    }


@pytest.mark.parametrize(
    ("effect", "doubts"), [("hold", "request"), ("review", "volume"), ("show", "nothing")]
)
def test_the_line_of_a_check_that_found_nothing_is_ok_with_no_row_and_no_agency(effect, doubts):
    found_nothing = line(run(check("A", stops(), effect, doubts)), "A")
    assert (found_nothing["status"], found_nothing["rows"], found_nothing["agencies"]) == (
        "ok",
        0,
        0,
    )


def test_a_hold_whose_rows_an_earlier_check_holds_is_stopped_with_no_row():
    results = run(check("A", stops("r0")), check("B", stops("r0")))
    assert line(results, "B") == {
        "title": "Title of B",
        "effect": "hold",
        "status": "stopped",
        "rows": 0,
        "agencies": 0,
    }


def test_the_table_has_a_line_for_every_check_in_the_order_of_the_registry():
    table = run_checks(case_of([request()])).checks
    assert table["check"].tolist() == [each.id for each in CHECKS]
    assert list(table) == COLUMNS
