"""The reports that this project makes, each in one line of REPORTS. How they are published is the
same for all.

A report of another kind needs a notebook in `notebooks/`, an edition (jobs/edition.py: what it is
made from and what is counted), and a line here. Its pages then lie in the folder of its period
(`shelf`), with revisions, corrections, withdrawal, lists, feed and search as for the weekly one.
"""

from dataclasses import dataclass

from ddor.calendar import Period, Quarter, Week
from ddor.errors import UsageError


@dataclass(frozen=True)
class Report:
    """period: what one report is of. name: what it is called; plural: as the heading of a list.
    template: its notebook. edition: `module:class` of its jobs.edition.Edition, which is imported
    only when one is made."""

    period: type[Period]
    name: str
    plural: str
    template: str
    edition: str


WEEKLY = Report(
    Week,
    "Declined Detainer Outcome Report",
    "Weekly reports",
    "weekly_report.ipynb",
    "ddor.jobs.weekly:WeekEdition",
)
QUARTERLY = Report(
    Quarter,
    "Quarterly Declined Detainer Report",
    "Quarterly reports",
    "quarterly_report.ipynb",
    "ddor.jobs.quarterly:QuarterEdition",
)
# In the order in which a period's key is tried; the first is that of the reports all others are
# made from.
REPORTS = [WEEKLY, QUARTERLY]


def report_of(period: Period) -> Report:
    return next(report for report in REPORTS if report.period.shelf == period.shelf)


def shelved(shelf: str) -> Report:
    """The report whose periods lie in this folder. Raises KeyError where there is none."""
    found = [report for report in REPORTS if report.period.shelf == shelf]
    if not found:
        raise KeyError(shelf)
    return found[0]


def parse_period(text: str) -> Period:
    """The period that a command line names: a date is the week that holds it. Raises UsageError."""
    told = []
    for report in REPORTS:
        try:
            return report.period.parse(text)
        except UsageError as error:
            told.append(str(error))
    raise UsageError("; ".join(told))
