"""The reporting week is Saturday 00:00 up to, not including, the next Saturday 00:00."""

import datetime as dt

import pandas as pd
import pytest
from conftest import cases
from hypothesis import given
from hypothesis import strategies as st

from ddor.calendar import Quarter, Week, parse_weeks, weeks_between
from ddor.errors import UsageError

WEEK = Week(dt.date(2017, 2, 11))
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


def holds(time: str) -> bool:
    return bool(WEEK.holds(pd.Series([time], dtype="datetime64[s]"))[0])


def test_every_day_from_saturday_to_friday_names_the_same_week():
    named = [str(Week.parse(f"2017-02-{day}")) for day in range(10, 19)]
    assert named == ["2017-02-04", *["2017-02-11"] * 7, "2017-02-18"]


def test_the_week_of_the_withdrawn_report_ends_on_friday_3_february():
    week = Week.parse("2017-01-28")
    assert (week.first_day, week.last_day) == (dt.date(2017, 1, 28), dt.date(2017, 2, 3))
    assert week.next.first_day == dt.date(2017, 2, 4)


def test_saturday_midnight_opens_the_week_and_the_next_one_is_outside_it():
    assert holds("2017-02-11T00:00:00")
    assert holds("2017-02-17T23:59:59")
    assert not holds("2017-02-10T23:59:59")
    assert not holds("2017-02-18T00:00:00")


def test_an_empty_time_is_in_no_week_and_the_index_is_kept():
    times = pd.Series(["2017-02-12", None], index=[7, 3], dtype="datetime64[s]")
    assert WEEK.holds(times).to_dict() == {7: True, 3: False}


@given(DATES)
def test_every_day_is_in_exactly_one_week_which_starts_on_a_saturday(day):
    week = Week.containing(day)
    assert week.first_day.weekday() == 5
    assert week.first_day <= day <= week.last_day
    assert week.next.first_day - week.last_day == dt.timedelta(days=1)


def test_a_week_cannot_start_on_another_day():
    with pytest.raises(ValueError, match="2017-02-12 is not a Saturday"):
        Week(dt.date(2017, 2, 12))


@pytest.mark.parametrize(
    ("day", "title"),
    [
        ("2017-01-28", "January 28 to February 3, 2017"),
        ("2017-02-04", "February 4 to 10, 2017"),
        ("2016-12-31", "December 31, 2016 to January 6, 2017"),
    ],
)
def test_the_title_names_a_month_or_a_year_again_only_where_it_changes(day, title):
    assert Week.parse(day).title == title


@pytest.mark.parametrize(
    "text",
    "2017-13-01|2017-02-30|28.1.2017|01/28/2017|2017-1-28|yesterday||2017|20170128|2017-W04-6|"
    "2017-01-28T00:00".split("|"),
)
def test_anything_but_a_date_written_year_month_day_is_refused_by_its_text(text):
    with pytest.raises(UsageError) as error:
        Week.parse(text)
    assert f'"{text}"' in str(error.value)
    assert "YYYY-MM-DD" in str(error.value)


@pytest.mark.parametrize(
    ("named", "weeks"),
    cases("""
    2017-02-01..2017-02-12                                  | 2017-01-28 2017-02-04 2017-02-11
    2017-02-11..2017-02-17                                  | 2017-02-11
    2017-02-20 2017-01-28..2017-02-04 2017-02-03 2017-02-18 | 2017-01-28 2017-02-04 2017-02-18
                                                            |
    """),
)
def test_a_range_counts_both_ends_and_weeks_come_once_and_in_order(named, weeks):
    assert [*map(str, parse_weeks(named.split()))] == weeks.split()


@pytest.mark.parametrize("text", ["2017-02-11..2017-01-28", "2017-02-11..", "..2017-02-11", ".."])
def test_a_range_that_is_backwards_or_open_is_refused(text):
    with pytest.raises(UsageError):
        parse_weeks([text])


def test_every_week_is_in_exactly_one_quarter_that_of_its_last_day():
    years = range(2016, 2019)
    quarters = [Quarter.parse(f"{year}Q{number}") for year in years for number in range(1, 5)]
    weeks = [week for quarter in quarters for week in quarter.weeks()]
    assert weeks == weeks_between(weeks[0], weeks[-1]) and len(weeks) == 157
    assert str(weeks[0]) == "2015-12-26" and str(weeks[-1]) == "2018-12-22"
