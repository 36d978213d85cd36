"""Two more reports than the project makes: of a year, from its weekly reports; and of a day, from
an extract. test_third_report.py publishes them.

YEARLY is a period and a line; its notebook is the quarterly one under another name. DAILY is made
from something else than weeks, so that it has functions and meanings of its own too.
"""

import contextlib
import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import ClassVar, Self

import nbformat
import pandas as pd
from conftest import PROJECT, cases
from nbformat.v4 import new_code_cell, new_notebook

from ddor.archive.downloads import COLUMNS, DICTIONARIES, DataDictionary
from ddor.archive.publish import Archive
from ddor.calendar import Period, Week, long_date, parse_date, weeks_ending_in
from ddor.errors import UsageError
from ddor.extract.read import read_extract
from ddor.jobs.prepared import Order, Preparation, Prepared, written_texts
from ddor.jobs.report import PREPARATIONS
from ddor.maintained.parameters import Parameters, extract_location
from ddor.published.catalog import read_catalog
from ddor.report.tables import Table, agency_table
from ddor.reports import REPORTS, Report

PLACE = ("agency_id", "agency", "level", "state", "county_fips", "area")


# What the quarterly notebook has, and what stands there in the annual one.
OF_A_YEAR = r"""
    "quarter = \"2017Q1\"  # or              | "year = \"2017\"  # not
    open_compiled(quarter,                   | open_compiled(year,
    "quarter, weeks, issued                  | "year, weeks, issued
    Quarterly Declined Detainer Report: {{ quarter }} | Annual Declined Detainer Report: {{ year }}
    The quarter in figures                   | The year in figures
    A week belongs to the quarter in which   | A week belongs to the year in which
"""


@contextlib.contextmanager
def registered(*reports: Report) -> Iterator[None]:
    """With these lines at the end of the registry."""
    REPORTS.extend(reports)
    PREPARATIONS[Day.shelf] = PREPARATION
    DICTIONARIES[Day.shelf] = DAY_MEANINGS
    try:
        yield
    finally:
        del REPORTS[-len(reports) :], PREPARATIONS[Day.shelf], DICTIONARIES[Day.shelf]


def project_at(folder: Path) -> Path:
    """A checkout with the templates of both."""
    for name in ("notebooks", "params"):
        shutil.copytree(PROJECT / name, folder / name)
    text = (folder / "notebooks" / "quarterly_report.ipynb").read_text("utf-8")
    for before, after in cases(OF_A_YEAR):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (folder / "notebooks" / YEARLY.template).write_text(text, "utf-8")
    nbformat.write(_daily_template(), folder / "notebooks" / DAILY.template)
    return folder


# A year, made from its weekly reports


@dataclass(frozen=True, order=True)
class Year(Period):
    shelf: ClassVar[str] = "years"
    label: ClassVar[str] = "year"
    example: ClassVar[str] = "2017"
    year: int

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.fullmatch("(19|20)[0-9]{2}", text):
            raise UsageError(f'"{text}" is not a year: expected four digits, such as 2017')
        return cls(int(text))

    first_day = property(lambda year: dt.date(year.year, 1, 1))
    last_day = property(lambda year: dt.date(year.year, 12, 31))

    def weeks(self) -> list[Week]:
        return weeks_ending_in(self)

    def __str__(self) -> str:
        return str(self.year)

    title = property(__str__)
    named = property("year {}".format)


YEARLY = Report(Year, "Annual Declined Detainer Report", "Annual reports", "annual_report.ipynb")


# A day, made from an extract


@dataclass(frozen=True, order=True)
class Day(Period):
    """`str(day)` is "D2017-02-14": a date alone names the week that holds it."""

    shelf: ClassVar[str] = "days"
    label: ClassVar[str] = "day"
    example: ClassVar[str] = "D2017-02-14"
    day: dt.date

    @classmethod
    def parse(cls, text: str) -> Self:
        if text[:1] != "D":
            raise UsageError(f'"{text}" is not a day: expected D and a date, such as D2017-02-14')
        return cls(parse_date(text[1:]))

    first_day = last_day = property(attrgetter("day"))
    title = property(lambda day: long_date(day.day))

    def __str__(self) -> str:
        return f"D{self.day}"


ASKED = "requests issued on the day"
DAY_MEANINGS = DataDictionary(
    columns={name: COLUMNS[name] for name in PLACE} | {"asked": ASKED},
    figures={"asked_total": ASKED, "agencies_asked": "agencies with a request issued on the day"},
    titles={"asked_by_agency": "Requests issued on the day, by agency"},
    units={"agencies_asked": "agencies"},
)
HEADS = {"asked_total": "Asked", "agencies_asked": "Agencies asked"}
DAILY = Report(Day, "Daily Request Count", "Daily counts", "daily_count.ipynb", HEADS)


@dataclass(frozen=True)
class DayInputs:
    """lines: PLACE and asked, of the agencies asked on the day. about: as Prepared has it."""

    day: str
    lines: list[dict]
    request_ids: list[str]
    about: dict
    parameters: dict
    note: str


def gather_day(period: Day, parameters: Parameters) -> DayInputs:
    week = Week.containing(period.day)
    extract = read_extract(extract_location(parameters, week), week)
    rows = extract.requests[extract.requests["issued_at"].dt.date == period.day]
    names = rows.rename(columns={"agency_name": "agency", "agency_level": "level"})
    asked = names.fillna("").groupby(list(PLACE)).size().rename("asked").reset_index()
    about = {name: getattr(extract.about, name) for name in ("source", "synthetic")}
    about |= {"as_of": extract.about.as_of.isoformat(), "cohort": parameters.cohort}
    given = parameters.model_dump(mode="json", include={"publisher", "contact"})
    lines, keys = asked.to_dict("records"), list(rows["request_id"])
    return DayInputs(str(period), lines, keys, about, given, parameters.note)


def prepare_day(inputs: DayInputs, archive: Archive, order: Order, day: dt.date) -> Prepared:
    about = inputs.about
    catalog = read_catalog(archive.site, about["cohort"], about["synthetic"])
    return replace(day_report(inputs), catalog=catalog)


def day_report(inputs: DayInputs) -> Prepared:
    day, asked = Day.parse(inputs.day), pd.DataFrame(inputs.lines, columns=[*PLACE, "asked"])
    figures = {"asked_total": int(asked["asked"].sum()), "agencies_asked": len(asked)}
    return Prepared(
        period=day,
        parameters=inputs.parameters,
        **inputs.about,
        figures=figures,
        save=partial(save_day, inputs),
        input_texts={name: json.dumps(value) for name, value in asdict(inputs).items()},
        tables={"asked_by_agency": asked},
        summary={},
        texts=written_texts(day, inputs.parameters, inputs.note),
        request_ids=inputs.request_ids,
        input_words={"lines": "new data", "about": "new data"},
    )


def asked_table(report: Prepared) -> Table:
    caption = f"Requests issued on {report.period.title}"
    frame = report.tables["asked_by_agency"]
    return agency_table(frame, "asked", {"asked": "Asked"}, caption, {})


def save_day(inputs: DayInputs, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "day.json").write_text(json.dumps(asdict(inputs)), "utf-8")


def load_day(folder: Path) -> Prepared:
    return day_report(DayInputs(**json.loads((folder / "day.json").read_text("utf-8"))))


PREPARATION = Preparation(gather_day, prepare_day, load_day, ("day.json",))


# A tag and a source, each.
CELLS = (
    ("parameters", 'day = "D2017-02-14"\ninputs = ""'),
    (
        "not-published",
        """%load_ext ddor.report
from pathlib import Path
from third_reports import asked_table, load_day
report = load_day(Path(inputs))
day, figures = report.period, report.figures""",
    ),
    (
        "",
        """%%narrative
# Daily Request Count: {{ day }}

ICE issued {{ figures.asked_total | requests }} on {{ day }}, to
{{ figures.agencies_asked | count('agency', 'agencies') }}.
Download [the table](data/asked_by_agency.csv).""",
    ),
    ("", "asked_table(report)"),
    (
        "not-published",
        """from ddor.report.scraps import glue_complete, glue_figures
glue_figures(figures)
glue_complete()""",
    ),
)


def _daily_template():
    kernel = {"name": "python3", "display_name": "Python 3"}
    tagged = [({"tags": [tag] if tag else []}, source) for tag, source in CELLS]
    cells = [new_code_cell(source, metadata=tags) for tags, source in tagged]
    return new_notebook(metadata={"kernelspec": kernel}, cells=cells)
