"""48 hours without Saturdays, Sundays and federal holidays as observed (8 CFR 287.7(d))."""

import datetime as dt

import pandas as pd
import pytest
from conftest import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from ddor.calendar import working_time

MONDAY, THURSDAY = 0, 3
FIRST_YEAR, LAST_YEAR = 1990, 2027


def times(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), format="ISO8601")).astype("datetime64[s]")


def hours(start: str, end: str) -> float:
    return working_time(times(start), times(end)).iloc[0] / pd.Timedelta(hours=1)


def nth(year: int, month: int, weekday: int, which: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))


def observed(day: dt.date) -> dt.date:
    """5 U.S.C. 6103(b) and Executive Order 11582: Saturday's on Friday, Sunday's on Monday."""
    return day + dt.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def federal_holidays(year: int) -> set[dt.date]:
    """5 U.S.C. 6103(a), as observed, without Inauguration Day, which is Washington's alone."""
    memorial = max(
        dt.date(year, 5, day) for day in range(25, 32) if dt.date(year, 5, day).weekday() == MONDAY
    )
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)] + ([(6, 19)] if year >= 2021 else [])
    floating = {
        nth(year, 1, MONDAY, 3),
        nth(year, 2, MONDAY, 3),
        memorial,
        nth(year, 9, MONDAY, 1),
        nth(year, 10, MONDAY, 2),
        nth(year, 11, THURSDAY, 4),
    }
    return floating | {observed(dt.date(year, month, day)) for month, day in fixed}


DAYS_OFF = {day for year in range(FIRST_YEAR, LAST_YEAR + 2) for day in federal_holidays(year)}


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in DAYS_OFF


def by_hand(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The same, added up day by day."""
    total, day = dt.timedelta(0), start.date()
    while day <= end.date():
        midnight = dt.datetime.combine(day, dt.time())
        if is_working_day(day):
            total += min(end, midnight + dt.timedelta(days=1)) - max(start, midnight)
        day += dt.timedelta(days=1)
    return total


# The sums of days below prove weekends, starts and ends on them, and every holiday of the statute.
SPANS = cases("""
2015-07-01T08:15 | 2015-07-01T17:45 | 9.5  | within one working day
2015-07-04T08:15 | 2015-07-04T08:15 | 0    | no time of a day off
2015-06-30       | 2015-07-02       | 48   | of dates without time, which start at midnight
2015-07-02T10:00 | 2015-06-30T10:00 | -48  | an end before the start
2015-06-12T16:00 | 2015-06-16T16:00 | 48   | Friday to Tuesday
2015-06-14T23:59 | 2015-06-17T00:00 | 48   | from a Sunday
2015-06-11T00:00 | 2015-06-13T18:00 | 48   | to a Saturday
2015-07-02T12:00 | 2015-07-07T12:00 | 48   | over July 4, 2015, a Saturday, observed on Friday
2015-07-03T10:00 | 2015-07-06T09:00 | 9    | from it
2021-07-02T12:00 | 2021-07-06T12:00 | 24   | July 4, 2021, a Sunday, is observed on Monday
2021-12-30T12:00 | 2021-12-31T23:59 | 12   | New Year's Day 2022 is observed on December 31, 2021
2020-06-18T00:00 | 2020-06-20T00:00 | 48   | Friday, June 19, 2020, before Juneteenth was a holiday
2023-06-16T00:00 | 2023-06-20T00:00 | 24   | Juneteenth, Monday, June 19, 2023
2015-11-27T00:00 | 2015-11-28T00:00 | 24   | the day after Thanksgiving, which only states keep
""")


@pytest.mark.parametrize(("start", "end", "expected", "what"), SPANS)
def test_weekends_and_federal_holidays_as_observed_are_left_out(start, end, expected, what):
    assert hours(start, end) == float(expected)


def test_every_day_from_1990_to_2026_is_off_as_the_statute_has_it():
    days = pd.Series(pd.date_range("1990-01-01", "2026-12-31", unit="s"))
    worked = working_time(days, days + pd.Timedelta(days=1)) / pd.Timedelta(days=1)
    expected = [float(is_working_day(day.date())) for day in days]
    differing = days[worked.to_numpy() != expected]
    assert [str(day.date()) for day in differing] == []


def test_a_span_of_years_is_the_sum_of_its_days():
    start, end = dt.datetime(2010, 10, 16, 8, 0), dt.datetime(2017, 2, 1, 17, 30)
    assert hours(start.isoformat(), end.isoformat()) == by_hand(start, end) / dt.timedelta(hours=1)


MINUTES = st.datetimes(dt.datetime(2009, 1, 1), dt.datetime(2023, 12, 31)).map(
    lambda time: time.replace(second=0, microsecond=0)
)


@settings(deadline=None)
@given(MINUTES, st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)))
def test_any_span_is_the_sum_of_what_is_worked_on_its_days(start, length):
    end = start + dt.timedelta(minutes=length // dt.timedelta(minutes=1))
    found = working_time(times(start.isoformat()), times(end.isoformat())).iloc[0]
    assert found == pd.Timedelta(by_hand(start, end))


def test_each_row_has_its_own_span_and_the_index_is_kept():
    start = times("2015-07-01", "2021-12-30").set_axis([7, 3])
    end = times("2015-07-02", "2022-01-04").set_axis([7, 3])
    worked = working_time(start, end)
    assert worked.to_dict() == {7: pd.Timedelta(hours=24), 3: pd.Timedelta(hours=48)}


@pytest.mark.parametrize("far", ["1995-03-01", "2030-03-01"])
def test_a_row_of_another_decade_changes_nothing_for_the_others(far):
    start, end = times("2021-12-30T12:00", far), times("2022-01-04T12:00", far)
    assert working_time(start, end).iloc[0] == pd.Timedelta(hours=48)
