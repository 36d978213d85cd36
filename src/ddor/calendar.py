"""The periods that reports are of: the week, Saturday 00:00 up to, not including, the next
Saturday 00:00; and the quarter, made of the weeks whose last day is in it.

The original report ran Saturday to Friday (week of January 28, 2017: to February 3). Times are
wall-clock at the agency, without offset, so a week has no time zone either.

A period has: `str()` of it, its key everywhere, which no period of another report has; shelf, the
folder of its reports below site/; noun and title, for sentences; first_day and last_day; path;
named; and `parse`, from its key. One whose report is made from weekly ones has `weeks()` too.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from ddor.errors import UsageError

if TYPE_CHECKING:  # importing it takes longer than what most commands do
    import pandas as pd

SATURDAY = 5
# When the data of a report is final: so long after its last day.
FINAL_AFTER = dt.timedelta(weeks=13)
# What a detainer asks an agency to hold at most, and how early notice is asked for: form I-247A,
# boxes 1 and 2; 8 CFR 287.7(a) and (d).
HOURS_ASKED = dt.timedelta(hours=48)


class Period:
    """What every kind of period has beside its days and its title."""

    shelf: ClassVar[str]
    label: ClassVar[str]
    first_day: dt.date
    # How a command line names one, for its help.
    example: ClassVar[str] = ""

    @property
    def title(self) -> str:
        raise NotImplementedError

    @property
    def last_day(self) -> dt.date:
        raise NotImplementedError

    @classmethod
    def parse(cls, text: str) -> Self:
        """From its key. Raises UsageError."""
        raise NotImplementedError

    def weeks(self) -> list[Week]:
        """The weeks whose reports its own is made from, in order; none of one made otherwise."""
        return []

    @property
    def path(self) -> str:
        """The folder of its report below site/."""
        return f"{self.shelf}/{self}"

    def is_final_on(self, day: dt.date) -> bool:
        """Whether data of this day is awaited no longer: FINAL_AFTER has passed since its end."""
        return day >= self.last_day + FINAL_AFTER

    @property
    def named(self) -> str:
        """ "week of January 28 to February 3, 2017", for a sentence."""
        return f"{self.label} of {self.title}"


@dataclass(frozen=True, order=True)
class Week(Period):
    """A reporting week, named by its first day, a Saturday: `str(week)` is that day in ISO form."""

    shelf: ClassVar[str] = "weeks"
    label: ClassVar[str] = "week"
    first_day: dt.date

    def __post_init__(self):
        if self.first_day.weekday() != SATURDAY:
            raise ValueError(f"{self.first_day} is not a Saturday; use Week.containing()")

    @classmethod
    def containing(cls, day: dt.date) -> Week:
        return cls(day - dt.timedelta(days=(day.weekday() - SATURDAY) % 7))

    @classmethod
    @cache
    def parse(cls, text: str) -> Week:
        """The week that holds a date written YYYY-MM-DD. Raises UsageError."""
        return cls.containing(parse_date(text))

    @property
    def last_day(self) -> dt.date:
        return self.first_day + dt.timedelta(days=6)

    @property
    def next(self) -> Week:
        return Week(self.first_day + dt.timedelta(days=7))

    def holds(self, times: pd.Series) -> pd.Series:
        """Which of these datetimes fall in the week; an empty one does not. Bool, same index."""
        begin, end = (dt.datetime.combine(w.first_day, dt.time()) for w in (self, self.next))
        return (times >= begin) & (times < end)

    @cached_property
    def title(self) -> str:
        """ "January 28 to February 3, 2017", for a sentence."""
        first, last = self.first_day, self.last_day
        start = long_date(first) if first.year != last.year else f"{first:%B} {first.day}"
        end = f"{last.day}, {last.year}" if first.month == last.month else long_date(last)
        return f"{start} to {end}"

    def __str__(self) -> str:
        return self.first_day.isoformat()


@dataclass(frozen=True, order=True)
class Quarter(Period):
    """A calendar quarter: `str(quarter)` is "2017Q1". A week belongs to the quarter of its last
    day, so that every week is in exactly one."""

    shelf: ClassVar[str] = "quarters"
    label: ClassVar[str] = "quarter"
    example: ClassVar[str] = "2017Q1, or FY2017Q2, the same by the fiscal year"
    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """From "2017Q1", or "FY2017Q2", the same by the federal fiscal year, which begins on
        October 1 of the year before (31 U.S.C. 1102). Raises UsageError."""
        found = re.fullmatch("(FY)?([0-9]{4})Q([1-4])", text.strip().upper())
        year, number = (int(found[2]), int(found[3])) if found else (0, 0)
        if found and found[1]:
            year, number = (year - 1, 4) if number == 1 else (year, number - 1)
        if not 1990 <= year <= 2100:
            raise UsageError(
                f'"{text}" is not a quarter: expected a year and a quarter, such as 2017Q1, or of '
                "the fiscal year, such as FY2017Q2"
            )
        return cls(year, number)

    @property
    def first_day(self) -> dt.date:  # type: ignore[override]  # a field of Week: no property above
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> dt.date:
        following = dt.date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)
        return following - dt.timedelta(days=1)

    def weeks(self) -> list[Week]:
        """13 or 14."""
        return weeks_ending_in(self)

    @property
    def title(self) -> str:
        """ "January to March 2017", for a sentence."""
        return f"{self.first_day:%B} to {self.last_day:%B} {self.year}"

    @property
    def fiscal(self) -> str:
        """ "FY2017Q2": the same by the federal fiscal year."""
        return f"FY{self.year + self.number // 4}Q{self.number % 4 + 1}"

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def weeks_ending_in(period: Period) -> list[Week]:
    """The weeks whose last day is in it, in order, so that of periods that follow each other every
    week is in exactly one."""
    found = weeks_between(Week.containing(period.first_day), Week.containing(period.last_day))
    return [week for week in found if week.last_day <= period.last_day]


def weeks_between(first: Week, last: Week) -> list[Week]:
    """All weeks from the first to the last, in order, both counted."""
    days = range(first.first_day.toordinal(), last.first_day.toordinal() + 1, 7)
    return [Week(dt.date.fromordinal(day)) for day in days]


def weeks_in_a_row(weeks: list[Week]) -> list[list[Week]]:
    """The weeks, which are in order, parted where one does not follow the one before it."""
    rows: list[list[Week]] = []
    for week in weeks:
        if not rows or rows[-1][-1].next != week:
            rows.append([])
        rows[-1].append(week)
    return rows


def first_days(times: pd.Series) -> pd.Series:
    """The first day of the week of each of these datetimes; NaT of an empty one. Same index."""
    import pandas as pd

    days = times.dt.normalize()
    return days - pd.to_timedelta((days.dt.day_of_week - SATURDAY) % 7, "D")


def parse_date(text: str) -> dt.date:
    text = text.strip()
    try:
        if len(text) == 10 and "W" not in text:  # fromisoformat takes 20170128 and 2017-W04-6 too
            day = dt.date.fromisoformat(text)
            if 1990 <= day.year <= 2100:  # I-247 is younger; weeks at the ends of time have no next
                return day
    except ValueError:
        pass
    expected = "YYYY-MM-DD, such as 2017-01-28, from 1990 to 2100"
    raise UsageError(f'"{text}" is not a date: expected {expected}')


def parse_weeks(texts: list[str]) -> list[Week]:
    """Weeks named one by one ("2017-02-01") or as a range ("2017-01-28..2017-02-25", both ends
    counted), each week once, in order. Raises UsageError."""
    weeks: set[Week] = set()
    for text in texts:
        start, dots, end = text.partition("..")
        first, last = Week.parse(start), Week.parse(end if dots else start)
        if last < first:
            raise UsageError(f'the range "{text}" ends before it starts')
        weeks.update(weeks_between(first, last))
    return sorted(weeks)


def working_time(start: pd.Series, end: pd.Series) -> pd.Series:
    """The time from `start` to `end` without Saturdays, Sundays and federal holidays, as observed
    (8 CFR 287.7(d)); timedelta64, on the index of `start`. Neither may be empty."""
    import holidays  # a fifth of a second, and only forms of before 2015 need it
    import numpy as np
    import pandas as pd

    both = pd.concat([start, end])
    # One year more: New Year's Day may be observed on the last day of the year before it.
    years = range(both.min().year, both.max().year + 2)
    days_off = [np.datetime64(day) for day in holidays.country_holidays("US", years=years)]

    def until(times: pd.Series) -> pd.Series:
        """Since the start of 1900: only the difference of two of these says anything."""
        days = times.dt.normalize().to_numpy().astype("datetime64[D]")
        whole = pd.to_timedelta(np.busday_count("1900-01-01", days, holidays=days_off), "D")
        of_the_day = times - times.dt.normalize()
        return of_the_day.where(np.is_busday(days, holidays=days_off), pd.Timedelta(0)) + whole

    return until(end) - until(start)


def long_date(day: dt.date | str) -> str:
    """ "February 3, 2017"; of a date, or of its ISO form."""
    day = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day:%B} {day.day}, {day.year}"
