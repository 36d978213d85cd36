"""Two more reports than the project makes: of a year, from its weekly reports; and of a day, from
an extract. test_third_report.py publishes them.

YEARLY is a period and a line; its notebook is the quarterly one under another name. DAILY is made
from something else than weeks, so that it has functions and meanings of its own too.
"""

import contextlib
import csv
import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Self

import nbformat
import pandas as pd
from conftest import PROJECT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

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
    changes = {
        '"quarter = \\"2017Q1\\"  # or': '"year = \\"2017\\"  # not',
        "open_compiled(quarter,": "open_compiled(year,",
        '"quarter, weeks, issued': '"year, weeks, issued',
        "# Quarterly Declined Detainer Report: {{ quarter }}": (
            "# Annual Declined Detainer Report: {{ year }}"
        ),
        "The quarter in figures": "The year in figures",
        "A week belongs to the quarter in which": "A week belongs to the year in which",
    }
    for before, after in changes.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (folder / "notebooks" / YEARLY.template).write_text(text, "utf-8")
    nbformat.write(_daily_template(), folder / "notebooks" / DAILY.template)
    return folder


# A year, made from its weekly reports


@dataclass(frozen=True, order=True)
class Year(Period):
    shelf: ClassVar[str] = "years"
    noun: ClassVar[str] = "year"
    example: ClassVar[str] = "2017"
    year: int

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.fullmatch("(19|20)[0-9]{2}", text):
            raise UsageError(f'"{text}" is not a year: expected four digits, such as 2017')
        return cls(int(text))

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, 1, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, 12, 31)

    def weeks(self) -> list[Week]:
        return weeks_ending_in(self)

    @property
    def title(self) -> str:
        return str(self.year)

    @property
    def named(self) -> str:
        return f"year {self}"

    def __str__(self) -> str:
        return str(self.year)


YEARLY = Report(Year, "Annual Declined Detainer Report", "Annual reports", "annual_report.ipynb")


# A day, made from an extract


@dataclass(frozen=True, order=True)
class Day(Period):
    """`str(day)` is "D2017-02-14": a date alone names the week that holds it."""

    shelf: ClassVar[str] = "days"
    noun: ClassVar[str] = "day"
    example: ClassVar[str] = "D2017-02-14"
    day: dt.date

    @classmethod
    def parse(cls, text: str) -> Self:
        if text[:1] != "D":
            raise UsageError(f'"{text}" is not a day: expected D and a date, such as D2017-02-14')
        return cls(parse_date(text[1:]))

    @property
    def first_day(self) -> dt.date:
        return self.day

    last_day = first_day

    @property
    def title(self) -> str:
        return long_date(self.day)

    def __str__(self) -> str:
        return f"D{self.day}"


DAY_MEANINGS = DataDictionary(
    columns={name: COLUMNS[name] for name in PLACE} | {"asked": "requests issued on the day"},
    figures={
        "asked_total": "requests issued on the day",
        "agencies_asked": "agencies with a request issued on the day",
    },
    titles={"asked_by_agency": "Requests issued on the day, by agency"},
    units={"agencies_asked": "agencies"},
)
DAILY = Report(
    Day,
    "Daily Request Count",
    "Daily counts",
    "daily_count.ipynb",
    {"asked_total": "Asked", "agencies_asked": "Agencies asked"},
)
DAY_FILES = ("requests.csv", "day.json")


@dataclass(frozen=True)
class DayInputs:
    """lines: PLACE and asked, as text, of the agencies asked on the day."""

    day: Day
    lines: tuple[dict[str, str], ...]
    request_ids: tuple[str, ...]
    about: dict
    parameters: dict
    note: str


INPUT_WORDS = {"lines": "new data", "about": "new data"}


def gather_day(period: Day, parameters: Parameters) -> DayInputs:
    week = Week.containing(period.day)
    extract = read_extract(extract_location(parameters, week), week)
    rows = extract.requests[extract.requests["issued_at"].dt.date == period.day]
    names = rows.rename(columns={"agency_name": "agency", "agency_level": "level"})
    asked = names.fillna("").groupby(list(PLACE)).size().rename("asked").reset_index()
    about = extract.about
    plain = {
        "as_of": about.as_of.isoformat(),
        "source": about.source,
        "synthetic": about.synthetic,
        "cohort": parameters.cohort,
    }
    effective = parameters.model_dump(mode="json", include={"publisher", "contact"})
    return DayInputs(
        period,
        tuple(asked.astype(str).to_dict("records")),
        tuple(rows["request_id"]),
        plain,
        effective,
        parameters.note,
    )


def prepare_day(inputs: DayInputs, archive: Archive, order: Order, day: dt.date) -> Prepared:
    about = inputs.about
    catalog = read_catalog(archive.site, about["cohort"], about["synthetic"])
    return replace(day_report(inputs), catalog=catalog)


def day_report(inputs: DayInputs) -> Prepared:
    parts = ("lines", "about", "parameters", "note")
    return Prepared(
        period=inputs.day,
        parameters=inputs.parameters,
        **inputs.about,
        figures={
            "asked_total": sum(int(each["asked"]) for each in inputs.lines),
            "agencies_asked": len(inputs.lines),
        },
        save=partial(save_day, inputs),
        input_texts={name: json.dumps(getattr(inputs, name)) for name in parts},
        tables={"asked_by_agency": asked_by_agency(inputs)},
        summary={},
        texts=written_texts(inputs.day, inputs.parameters, inputs.note),
        request_ids=inputs.request_ids,
        input_words=INPUT_WORDS,
    )


def asked_by_agency(inputs: DayInputs) -> pd.DataFrame:
    frame = pd.DataFrame(list(inputs.lines), columns=[*PLACE, "asked"], dtype="str")
    return frame.astype({"asked": "int64"})


def asked_table(report: Prepared) -> Table:
    caption = f"Requests issued on {report.period.title}"
    frame = report.tables["asked_by_agency"]
    return agency_table(frame, "asked", {"asked": "Asked"}, caption, {})


def save_day(inputs: DayInputs, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "requests.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*PLACE, "asked"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(inputs.lines)
    parts = {name: getattr(inputs, name) for name in ("about", "parameters", "note")}
    plain = {"day": str(inputs.day), "request_ids": inputs.request_ids, **parts}
    (folder / "day.json").write_text(json.dumps(plain), "utf-8")


def load_day(folder: Path) -> Prepared:
    plain = json.loads((folder / "day.json").read_text("utf-8"))
    day = Day.parse(plain.pop("day"))
    with open(folder / "requests.csv", encoding="utf-8", newline="") as file:
        lines = tuple(csv.DictReader(file))
    return day_report(DayInputs(day, lines, tuple(plain.pop("request_ids")), **plain))


PREPARATION = Preparation(gather_day, prepare_day, load_day, DAY_FILES)


def _daily_template():
    hidden = {"tags": ["not-published"]}
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[
            new_code_cell('day = "D2017-02-14"\ninputs = ""', metadata={"tags": ["parameters"]}),
            new_code_cell(
                "%load_ext ddor.report\nfrom pathlib import Path\n"
                "from third_reports import asked_table, load_day\n"
                "report = load_day(Path(inputs))\n"
                "day, figures = report.period, report.figures",
                metadata=hidden,
            ),
            new_code_cell(
                "%%narrative\n# Daily Request Count: {{ day }}\n\nICE issued {{ figures.asked_total"
                " | requests }} on {{ day }}, to {{ figures.agencies_asked | count('agency', "
                "'agencies') }}.\n"
            ),
            new_code_cell("asked_table(report)"),
            new_markdown_cell("Download [the table](data/asked_by_agency.csv)."),
            new_code_cell(
                "from ddor.report.scraps import glue_complete, glue_figures\n"
                "glue_figures(figures)\nglue_complete()",
                metadata=hidden,
            ),
        ],
    )
