"""E8, bulk recording: many declines of one agency on one date, two thirds or more of them old."""

import pytest
from cases import case, finding, line, status
from extract_factory import request
from frames import copies, counts_of, numbered

from ddor.checks.e8_bulk_recording import assess
from ddor.checks.registry import CHECKS, run_checks

OTHER = "MN0270099"
ON_DATE, ON_ANOTHER = "2017-02-15", "2017-02-13"
OLD, FRESH = "2016-06-01", "2017-02-01"


def declines(on_date: int, elsewhere: int, old: int, **changed):
    """`old` of the rows, first those on the date, were issued long before; the rest were not."""
    dates = [ON_DATE] * on_date + [ON_ANOTHER] * elsewhere
    ages = [OLD] * old + [FRESH] * (len(dates) - old)
    return numbered(
        *(
            request(outcome_recorded_at=date, issued_at=age, **changed)
            for date, age in zip(dates, ages, strict=True)
        )
    )


def stopped(rows, **given) -> int:
    return len(finding(assess, *rows, **given).stopped)


def test_twelve_declines_on_one_date_two_thirds_of_them_old_are_stopped():
    assert stopped(declines(12, 0, old=8)) == 12


def test_nine_declines_pass():
    assert stopped(declines(9, 0, old=9)) == 0


def test_eighty_percent_on_one_date_are_stopped_with_all_declines_of_the_agency():
    assert stopped(declines(8, 2, old=7)) == 10


@pytest.mark.parametrize(("on_date", "elsewhere"), [(7, 3), (8, 3), (79, 20)])
def test_less_than_eighty_percent_on_one_date_passes(on_date, elsewhere):
    assert stopped(declines(on_date, elsewhere, old=on_date + elsewhere)) == 0


@pytest.mark.parametrize("count", [10, 15, 35, 55, 70, 95])
def test_eighty_percent_is_exact_for_any_number_of_declines(count):
    on_date = count * 4 // 5
    assert stopped(declines(on_date, count - on_date, old=count)) == count
    assert stopped(declines(on_date - 1, count - on_date + 1, old=count)) == 0


def test_less_than_two_thirds_of_them_old_passes():
    assert stopped(declines(10, 0, old=6)) == 0
    assert stopped(declines(11, 0, old=7)) == 0
    assert stopped(declines(12, 0, old=7)) == 0


@pytest.mark.parametrize("count", [12, 15, 21, 33, 60, 99, 141])
def test_two_thirds_are_exact_for_any_number_of_declines(count):
    assert stopped(declines(count, 0, old=count * 2 // 3)) == count
    assert stopped(declines(count, 0, old=count * 2 // 3 - 1)) == 0


def test_two_thirds_are_of_all_its_declines_and_not_only_of_those_on_the_date():
    old_elsewhere = numbered(
        *(request(outcome_recorded_at=ON_DATE, issued_at=OLD) for _ in range(5)),
        *(request(outcome_recorded_at=ON_DATE, issued_at=FRESH) for _ in range(3)),
        *(request(outcome_recorded_at=ON_ANOTHER, issued_at=OLD) for _ in range(2)),
    )
    assert stopped(old_elsewhere) == 10
    assert stopped(declines(8, 2, old=6)) == 0  # two thirds of the eight, not of the ten


def test_exactly_30_days_before_the_date_is_not_over_30_days():
    assert stopped(copies(10, "r", issued_at="2017-01-16T00:00", outcome_recorded_at=ON_DATE)) == 0


def test_a_minute_more_than_30_days_before_the_date_is_old():
    assert stopped(copies(10, "r", issued_at="2017-01-15T23:59", outcome_recorded_at=ON_DATE)) == 10


def test_age_is_counted_from_the_date_and_not_from_the_hour_of_recording():
    rows = copies(10, "r", issued_at="2017-01-16T09:00", outcome_recorded_at="2017-02-15T17:00")
    assert stopped(rows) == 0


def test_age_is_counted_from_the_one_date_also_for_declines_recorded_on_another():
    on_date = [request(outcome_recorded_at="2017-02-12", issued_at=OLD) for _ in range(4)]
    fresh = [request(outcome_recorded_at="2017-02-12", issued_at=FRESH) for _ in range(4)]
    # Over 30 days before 02-17, not before 02-12.
    later = [request(outcome_recorded_at="2017-02-17", issued_at="2017-01-14") for _ in range(2)]
    assert stopped(numbered(*on_date, *fresh, *later)) == 0


def test_hours_of_one_day_are_one_date():
    hours = [
        request(outcome_recorded_at=f"2017-02-15T{hour:02}:30", issued_at=OLD) for hour in range(10)
    ]
    assert stopped(numbered(*hours)) == 10


def test_the_rest_of_a_bulk_recording_spread_over_many_dates_changes_nothing():
    days = ["2017-02-11", "2017-02-12"]
    rows = [
        *declines(8, 0, old=8),
        *copies(1, "x", outcome_recorded_at=days[0], issued_at=OLD),
        *copies(1, "y", outcome_recorded_at=days[1], issued_at=OLD),
    ]
    assert stopped(rows) == 10


def test_two_agencies_of_one_county_are_not_added_up():
    rows = [*copies(6, "a", issued_at=OLD), *copies(6, "b", issued_at=OLD, agency_id=OTHER)]
    assert stopped(rows) == 0


def test_another_agency_with_ordinary_declines_is_not_named():
    rows = [*copies(10, "a", issued_at=OLD), *copies(10, "b", agency_id=OTHER)]
    review = run_checks(case(*rows)).review
    assert review[["check", "agency_id", "rows"]].to_numpy().tolist() == [["E8", "MN0270000", 10]]


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "honored"},
        {"outcome": "withdrawn"},
        {"outcome_recorded_at": "2017-02-18"},
        {"outcome_recorded_at": "2017-02-10T23:59"},
    ],
)
def test_only_declines_recorded_this_week_count(changed):
    other = copies(1, "x", **{"issued_at": OLD, **changed})
    assert stopped([*copies(9, "a", issued_at=OLD), *other]) == 0


def test_rows_held_by_other_checks_are_still_counted_as_received():
    rows = [
        *copies(5, "a", issued_at=OLD),
        *copies(5, "b", issued_at=OLD, custody_confirmed="false"),
    ]
    results = run_checks(case(*rows))
    assert len(results.held) == 5
    assert results.review[["check", "rows"]].to_numpy().tolist() == [["E8", 10]]


def test_its_sentence_tells_the_agency_the_date_and_how_many_are_old():
    told = finding(assess, *declines(9, 1, old=8)).stopped.iloc[0]
    assert "MN0270000" in told and "9 of 10" in told
    assert "February 15, 2017" in told and "8 of the 10" in told


def test_a_week_without_a_decline_is_not_assessed():
    rows = numbered(request(outcome="honored"), request(outcome_recorded_at="2017-02-18"))
    assert status("E8", *rows) == "not assessed"


def test_a_week_with_a_decline_is_ok():
    assert status("E8", request()) == "ok"


# Under cohort issued


def issued(on_date: int, elsewhere: int):
    return [
        *copies(on_date, "a", issued_at="2017-02-13T08:00", outcome_recorded_at=""),
        *copies(elsewhere, "b", issued_at="2017-02-14T08:00", outcome_recorded_at=""),
    ]


def test_under_cohort_issued_eighty_percent_issued_on_one_date_are_stopped():
    assert stopped(issued(8, 2), cohort="issued") == 10


def test_under_cohort_issued_less_than_eighty_percent_on_one_date_passes():
    assert stopped(issued(7, 3), cohort="issued") == 0


def test_under_cohort_issued_nine_declines_pass():
    assert stopped(issued(9, 0), cohort="issued") == 0


def test_under_cohort_issued_the_date_of_recording_is_not_looked_at():
    days = [
        request(issued_at=f"2017-02-{day}", outcome_recorded_at=ON_DATE)
        for day in (11, 12, 13, 14, 15)
        for _ in range(2)
    ]
    assert stopped(numbered(*days), cohort="issued") == 0


def test_under_cohort_issued_only_requests_issued_this_week_count():
    rows = [*issued(9, 0), *copies(1, "x", issued_at="2017-02-10", outcome_recorded_at="")]
    assert stopped(rows, cohort="issued") == 0


def test_under_cohort_issued_its_sentence_tells_the_date_of_issue():
    told = finding(assess, *issued(8, 2), cohort="issued").stopped.iloc[0]
    assert "8 of 10" in told and "issued on February 13, 2017" in told


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
