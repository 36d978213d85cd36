"""The data dictionary: what every table, column and figure that is published means, in its unit,
with its key.

The words of the two reports are in `reference/dictionary` (figures.csv, columns.csv, tables.csv).
DICTIONARIES has the dictionary of each report: WEEKLY that of the weekly one, COMPILED that of one
made from weekly ones. A report of another kind brings its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ddor.calendar import Week
from ddor.reference.figures import FIGURES, WEEKLY_FIGURES
from ddor.reference.tables import DICTIONARY, rows
from ddor.reports import REPORTS, Report

_COLUMNS, _TABLES = rows("columns", DICTIONARY), rows("tables", DICTIONARY)
COLUMNS = {row["column"]: row["meaning"] for row in _COLUMNS}
# The columns that are no whole numbers. A code is text, whatever it looks like: 01001 stays 01001.
TEXTS = {row["column"] for row in _COLUMNS if row["type"] == "text"}
# Of every report's workbook and files.
ALWAYS = {name: COLUMNS[name] for name in ("figure", "value", "meaning", "flags")}


@dataclass(frozen=True, eq=False)
class DataDictionary:
    """Of the data of one kind of report. columns, figures: name -> what it means, ALWAYS beside
    them; titles: table -> what it is; keys: table -> the columns of its key, the first one else;
    units: of whole numbers -> unit, "" for none, requests else. note: what holds of all figures."""

    columns: Mapping[str, str]
    figures: Mapping[str, str]
    titles: Mapping[str, str]
    keys: Mapping[str, list[str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def of_columns(self) -> dict[str, str]:
        """What a column of a table may be, which may have the name of a figure."""
        return {**ALWAYS, **self.figures, **self.columns}


def _dictionary(report: str, columns: dict, figures: dict, note: str = "") -> DataDictionary:
    tables = [row for row in _TABLES if row["report"] == report]
    return DataDictionary(
        columns,
        figures,
        {row["table"]: row["title"] for row in tables},
        {row["table"]: row["key"].split() for row in tables},
        {row["column"]: row["unit"] for row in _COLUMNS if row["type"] == "number"}
        | {figure.name: figure.unit for figure in FIGURES},
        note,
    )


_MEANINGS = {name: figure.meaning for name, figure in WEEKLY_FIGURES.items()}
WEEKLY = _dictionary("week", COLUMNS, _MEANINGS)
COMPILED = _dictionary(
    "weeks",
    COLUMNS | _MEANINGS | {row["column"]: row["added_up"] for row in _COLUMNS if row["added_up"]},
    {figure.name: figure.added_up or figure.meaning for figure in FIGURES},
    "A figure that a week has too is the sum of its weeks, so that a request that two weeks have "
    "received may be in it twice. Agencies that a week names, and their states, are counted once. "
    "A figure without a value is withheld, because it could point to a person.",
)


# By the folder of the report's periods (`Period.shelf`); one that is not named here is made from
# weekly reports.
DICTIONARIES = {Week.shelf: WEEKLY}


def dictionary_of(report: Report) -> DataDictionary:
    return DICTIONARIES.get(report.period.shelf, COMPILED)


def further() -> list[tuple[list[Report], DataDictionary]]:
    """What the reports beside the weekly one mean by what it does not have, or means otherwise; one
    entry for those that mean the same."""
    found: dict[DataDictionary, list[Report]] = {}
    for report in REPORTS:
        if (own := dictionary_of(report)) is not WEEKLY:
            found.setdefault(own, []).append(report)
    return [(reports, _beside_the_weekly(own)) for own, reports in found.items()]


def _beside_the_weekly(own: DataDictionary) -> DataDictionary:
    columns, figures = (
        {name: words for name, words in each.items() if known.get(name) != words}
        for each, known in ((own.columns, WEEKLY.of_columns), (own.figures, WEEKLY.figures))
    )
    return DataDictionary(columns, figures, own.titles, note=own.note)
