"""The reports that this project makes, each in one line of REPORTS. How they are published is the
same for all.

Another report made from weekly ones needs a period (calendar.py), a notebook in `notebooks/`, and a
line here. One made from something else is prepared by functions of its own (jobs/prepared.py: what
it is made from and what is counted), which PREPARATIONS in jobs/report.py names, and has a data
dictionary of its own in DICTIONARIES of archive/downloads.py. Its pages then lie in the
folder of its period (`shelf`), with revisions, corrections, withdrawal, lists, feed and search as
for the weekly one, and the command `ddor NOUN` makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ddor.calendar import Period, Quarter, Week
from ddor.errors import UsageError

# Set in the environment of a kernel of the job: there the gate judges the whole notebook.
DRAWN = "DDOR_DRAWN"  # in the environment of a preview: the folder of the pictures drawn so far
IN_THE_JOB = "DDOR_JOB"
# What every notebook imports, and so what kernels begin with.
NEEDED_BY_NOTEBOOKS = ("ddor.report", "ddor.report.scraps", "ddor.report.preloaded")
LISTED = {
    "issued_total": "Issued",
    "declined_total": "Declined",
    "honored_total": "Honored",
    "agencies_declining": "Agencies declining",
}


@dataclass(frozen=True)
class Report:
    """period: what one report is of. name: what it is called; plural: as the heading of a list.
    template: its notebook. listed: the few figures that lists of it show -> heads."""

    period: type[Period]
    name: str
    plural: str
    template: str
    listed: Mapping[str, str] = field(default_factory=lambda: LISTED)


WEEKLY = Report(Week, "Declined Detainer Outcome Report", "Weekly reports", "weekly_report.ipynb")
QUARTERLY = Report(
    Quarter, "Quarterly Declined Detainer Report", "Quarterly reports", "quarterly_report.ipynb"
)
# In the order in which a period's key is tried; the first is that of the reports all others are
# made from.
REPORTS = [WEEKLY, QUARTERLY]


def report_of(period: Period) -> Report:
    return shelved(period.shelf)


def shelved(shelf: str) -> Report:
    """The report whose periods lie in this folder. Raises KeyError where there is none."""
    return {report.period.shelf: report for report in REPORTS}[shelf]


def refuse_shared_key(period: Period) -> None:
    """Raises UsageError where another report's period has the same key: the two would lie in one
    folder of runs/."""
    named = parse_period(str(period))
    if named != period:
        raise UsageError(
            f"{period} names both a {named.label} and a {period.label}; "
            f"change how a {period.label} is named in its class"
        )


def parse_period(text: str) -> Period:
    """The period that a command line names: a date is the week that holds it. Raises UsageError."""
    problems = []
    for report in REPORTS:
        try:
            return report.period.parse(text)
        except UsageError as error:
            problems.append(str(error))
    raise UsageError("; ".join(problems))
