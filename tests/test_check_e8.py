"""E8, bulk recording: many declines of one agency on one date, two thirds or more of them old."""

import pytest
from cases import OUT_OF_SCOPE, assess_of, case, finding, line, status
from extract_factory import request
from frames import copies, counts_of, numbered

from ddor.checks.registry import CHECKS, run_checks

assess = assess_of("E8")

OTHER = "MN0270099"
ON_DATE, ON_ANOTHER = "2017-02-15", "2017-02-13"
OLD, FRESH = "2016-06-01", "2017-02-01"


def recorded(count: int, date: str, issued_at: str) -> list[dict[str, str]]:
    return [request(outcome_recorded_at=date, issued_at=issued_at) for _ in range(count)]


def declines(on_date: int, elsewhere: int, old: int):
    """`old` of the rows, first those on the date, were issued long before; the rest were not."""
    dates = [ON_DATE] * on_date + [ON_ANOTHER] * elsewhere
    ages = [OLD] * old + [FRESH] * (len(dates) - old)
    return numbered(
        *(
            request(outcome_recorded_at=date, issued_at=age)
            for date, age in zip(dates, ages, strict=True)
        )
    )


def stopped(rows, **given) -> int:
    return len(finding(assess, *rows, **given).stopped)


@pytest.mark.parametrize(
    ("on_date", "elsewhere", "old"),
    [
        (9, 0, 9),  # nine declines
        *((7, 3, 10), (8, 3, 11), (79, 20, 99)),  # less than 80 % on one date
        *((10, 0, 6), (11, 0, 7), (12, 0, 7)),  # less than two thirds of them old
        (8, 2, 6),  # two thirds of the eight, not of the ten
    ],
)
def test_nine_or_less_than_eighty_percent_or_less_than_two_thirds_pass(on_date, elsewhere, old):
    assert stopped(declines(on_date, elsewhere, old)) == 0


@pytest.mark.parametrize("count", [10, 15, 35, 55, 70, 95])
def test_eighty_percent_is_exact_for_any_number_of_declines_and_all_are_stopped(count):
    on_date = count * 4 // 5
    assert stopped(declines(on_date, count - on_date, old=count)) == count
    assert stopped(declines(on_date - 1, count - on_date + 1, old=count)) == 0


@pytest.mark.parametrize("count", [12, 15, 21, 33, 60, 99, 141])
def test_two_thirds_are_exact_for_any_number_of_declines(count):
    assert stopped(declines(count, 0, old=count * 2 // 3)) == count
    assert stopped(declines(count, 0, old=count * 2 // 3 - 1)) == 0


def test_two_thirds_are_of_all_its_declines_and_not_only_of_those_on_the_date():
    on_date = recorded(5, ON_DATE, OLD) + recorded(3, ON_DATE, FRESH)
    assert stopped(numbered(*on_date, *recorded(2, ON_ANOTHER, OLD))) == 10


@pytest.mark.parametrize(
    ("issued_at", "recorded_at", "count"),
    [
        ("2017-01-16T00:00", ON_DATE, 0),
        ("2017-01-15T23:59", ON_DATE, 10),
        ("2017-01-16T09:00", "2017-02-15T17:00", 0),
    ],
)
def test_old_is_more_than_30_days_before_the_date_and_not_before_the_hour(
    issued_at, recorded_at, count
):
    assert stopped(numbered(*recorded(10, recorded_at, issued_at))) == count


def test_age_is_counted_from_the_one_date_also_for_declines_recorded_on_another():
    on_date = recorded(4, "2017-02-12", OLD) + recorded(4, "2017-02-12", FRESH)
    # Over 30 days before 02-17, not before 02-12.
    assert stopped(numbered(*on_date, *recorded(2, "2017-02-17", "2017-01-14"))) == 0


def test_hours_of_one_day_are_one_date_and_the_rest_may_have_any_dates():
    hours = [recorded(1, f"2017-02-15T{hour:02}:30", OLD)[0] for hour in range(8)]
    others = recorded(1, "2017-02-11", OLD) + recorded(1, "2017-02-12", OLD)
    assert stopped(numbered(*hours, *others)) == 10


def test_each_agency_is_looked_at_by_itself_and_only_that_with_the_bulk_is_named():
    two = [*copies(6, "a", issued_at=OLD), *copies(6, "b", issued_at=OLD, agency_id=OTHER)]
    assert stopped(two) == 0
    rows = [*copies(10, "a", issued_at=OLD), *copies(10, "b", agency_id=OTHER)]
    review = run_checks(case(*rows)).review
    assert review[["check", "agency_id", "rows"]].to_numpy().tolist() == [["E8", "MN0270000", 10]]


def test_only_declines_recorded_this_week_count():
    nine = copies(9, "a", issued_at=OLD)
    assert stopped([*nine, *copies(1, "x", issued_at=OLD)]) == 10
    for changed in OUT_OF_SCOPE:
        assert stopped([*nine, *copies(1, "x", **{"issued_at": OLD, **changed})]) == 0, changed


def test_rows_held_by_other_checks_are_still_counted_as_received():
    held = copies(5, "b", issued_at=OLD, custody_confirmed="false")
    results = run_checks(case(*copies(5, "a", issued_at=OLD), *held))
    assert len(results.held) == 5
    assert results.review[["check", "rows"]].to_numpy().tolist() == [["E8", 10]]


def test_its_sentence_tells_the_agency_the_date_and_how_many_are_old():
    told = finding(assess, *declines(9, 1, old=8)).stopped.iloc[0]
    assert "MN0270000" in told and "9 of 10" in told
    assert "February 15, 2017" in told and "8 of the 10" in told


def test_a_week_with_a_decline_is_ok_and_one_without_is_not_assessed():
    rows = numbered(request(outcome="honored"), request(outcome_recorded_at="2017-02-18"))
    assert status("E8", *rows) == "not assessed"
    assert status("E8", *rows, request(request_id="x")) == "ok"


# Under cohort issued


def issued(on_date: int, elsewhere: int):
    return [
        *copies(on_date, "a", issued_at="2017-02-13T08:00", outcome_recorded_at=""),
        *copies(elsewhere, "b", issued_at="2017-02-14T08:00", outcome_recorded_at=""),
    ]


def test_under_cohort_issued_eighty_percent_issued_on_one_date_of_the_week_are_stopped():
    told = finding(assess, *issued(8, 2), cohort="issued").stopped
    assert len(told) == 10
    assert "8 of 10" in told.iloc[0] and "issued on February 13, 2017" in told.iloc[0]
    before = copies(1, "x", issued_at="2017-02-10", outcome_recorded_at="")
    for passing in (issued(7, 3), issued(9, 0), [*issued(9, 0), *before]):
        assert stopped(passing, cohort="issued") == 0


def test_under_cohort_issued_the_date_of_recording_is_not_looked_at():
    days = [recorded(2, ON_DATE, f"2017-02-{day}") for day in (11, 12, 13, 14, 15)]
    assert stopped(numbered(*sum(days, [])), cohort="issued") == 0


# What becomes of it


def test_it_takes_no_row_out_of_the_counts():
    rows = copies(12, "r", issued_at=OLD)
    without = tuple(each for each in CHECKS if each.id != "E8")
    assert counts_of(rows).figures == counts_of(rows, checks=without).figures
    assert counts_of(rows).figures["declined_total"] == 12


def test_its_line_counts_the_declines_of_the_agencies_it_names():
    rows = [
        *copies(10, "a", issued_at=OLD),
        *copies(11, "b", issued_at=OLD, agency_id=OTHER),
        *copies(3, "c", agency_id="MN0270100"),
    ]
    told = line("E8", *rows)
    assert (told["effect"], told["status"]) == ("review", "stopped")
    assert (told["rows"], told["agencies"]) == (21, 2)
