"""The data beside a page: CSV tables, summary.json, a Frictionless descriptor of the tables, the
files by year, and the data dictionary that all of them go by; and what the page says of them to
machines, a schema.org `Dataset` as JSON-LD in its head: the page's own figures, and where the files
are. Addresses in it are whole where `site_url` is given, else relative to the page.

UTF-8, comma, LF, a header; codes are text with their leading zeros. Where a reader of a row has to
know more (a dispute, an earlier date), a last column `flags` says it; under a synthetic extract it
says so in every row, for a file is passed on without its page. A text that a spreadsheet would run
as a formula gets an apostrophe in front (`safe_cell`).

The dictionary says what every table, column and figure means, in its unit, with its key. The words
of the two reports are in `reference/dictionary` (figures.csv, columns.csv, tables.csv).
DICTIONARIES has the dictionary of each report: WEEKLY that of the weekly one, COMPILED that of one
made from weekly ones. A report of another kind brings its own.

    site/data/2017/issued_by_agency.csv    the lines of each week's current revision, by week, with
    site/data/2017/issued_by_agency.parquet   the columns week and revision before them
    site/data/2017/weeks.csv               one line for each week, with all its figures
    site/data/2017/datapackage.json        the CSV files described, column by column

A week belongs to the year of its first day, which names it. A publication replaces the week's lines
and reads no other week's own files. A withdrawn week has no line, a table without any no file.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd
from pandas.api.types import is_integer_dtype

from ddor.archive.kept import DataFiles
from ddor.archive.site import NAME, Line, Site, lines_in
from ddor.calendar import Period, Week
from ddor.extract.csv_files import safe_cell
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Revision, status_of
from ddor.reference.codes import DICTIONARY, rows
from ddor.reference.figures import FIGURES, WEEKLY_FIGURES
from ddor.reports import REPORTS, Report, report_of

TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Tables that may be withheld.
OF_PEOPLE = ("charges_by_group", "attributes", "after_release")
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
    titles = {row["table"]: row["title"] for row in tables}
    keys = {row["table"]: row["key"].split() for row in tables}
    units = {row["column"]: row["unit"] for row in _COLUMNS if row["type"] == "number"}
    units |= {figure.name: figure.unit for figure in FIGURES}
    return DataDictionary(columns, figures, titles, keys, units, note)


_MEANINGS = {name: figure.meaning for name, figure in WEEKLY_FIGURES.items()}
_MERGED = {row["column"]: row["merged_meaning"] for row in _COLUMNS if row["merged_meaning"]}
WEEKLY = _dictionary("week", COLUMNS, _MEANINGS)
COMPILED = _dictionary(
    "weeks",
    COLUMNS | _MEANINGS | _MERGED,
    {figure.name: figure.merged_meaning or figure.meaning for figure in FIGURES},
    "A figure that a week has too is the sum of its weeks, so that a request that two weeks have "
    "received may be in it twice. Agencies that a week names, and their states, are counted once. "
    "A figure without a value is withheld, because it could point to a person.",
)


# By the folder of the report's periods (`Period.shelf`); one that is not named here is made from
# weekly reports.
DICTIONARIES = {Week.shelf: WEEKLY}


def dictionary_of(report: Report) -> DataDictionary:
    return DICTIONARIES.get(report.period.shelf, COMPILED)


def further() -> list[tuple[list[Report], DataDictionary, list[tuple[str, str]]]]:
    """What the reports beside the weekly one mean by what it does not have, or means otherwise
    (name, meaning), with their dictionary; one entry for those that have the same."""
    entries = []
    for own in dict.fromkeys(map(dictionary_of, REPORTS)):
        if own is not WEEKLY:
            reports = [report for report in REPORTS if dictionary_of(report) is own]
            meant = [each for each in own.figures.items() if each not in WEEKLY.figures.items()]
            meant += [each for each in own.columns.items() if each not in WEEKLY.of_columns.items()]
            entries.append((reports, own, meant))
    return entries


def json_file(content: dict) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def table_files(tables: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    """File name -> bytes: each of `tables` (name without ending -> frame) as CSV."""
    files = {}
    for name, frame in tables.items():
        frame = frame.assign(**frame.select_dtypes(exclude="number").map(safe_cell))
        files[f"{name}.csv"] = frame.to_csv(index=False, lineterminator="\n").encode()
    return files


def with_notice(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """As they are published of a synthetic extract: with the notice in every row. An empty table
    gets a row for it, with nothing in it, but for one of people: where it is withheld, a row with a
    number in it would be one."""
    noticed = {}
    for name, frame in tables.items():
        flags = frame["flags"] if "flags" in frame else pd.Series("", frame.index, dtype="str")
        if frame.empty and name not in OF_PEOPLE:
            blank = {column: "" if dtype == "str" else 0 for column, dtype in frame.dtypes.items()}
            frame, flags = pd.DataFrame([blank]).astype(frame.dtypes), pd.Series(["no rows"])
        others = ("; " + flags).where(flags != "", "")
        noticed[name] = frame.assign(flags=SYNTHETIC_NOTICE + others)
    return noticed


def descriptor(
    package: dict, tables: dict[str, pd.DataFrame], dictionary: DataDictionary, *keys: str
) -> bytes:
    """datapackage.json (Frictionless, Data Package 1): `package`, what is said of it as a whole,
    and for each of `tables` the type, unit and meaning of every column, and the key. `keys`: the
    columns that come before a table's own key. Raises KeyError where one has no meaning."""
    resources = []
    for name, frame in tables.items():
        fields, unknown = [], False
        for column in frame:
            number = is_integer_dtype(frame[column])
            about = {"name": column, "type": "integer" if number else "string"}
            about["description"] = dictionary.of_columns[column]
            unit = dictionary.units.get(column, "requests") if number else ""
            fields.append(about | ({"unit": unit} if unit else {}))
            unknown |= number and frame[column].isna().any()
        own = [column for column in frame if column not in ("week", "revision")]
        resources.append(
            {
                "name": name.replace("_", "-"),
                "title": dictionary.titles[name],
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": fields,
                    "primaryKey": [*keys, *dictionary.keys.get(name, own[:1])],
                    # "" is a value: a whole category has it as its group. But where a number is
                    # not known, it is none.
                    "missingValues": [""] if unknown else [],
                },
            }
        )
    return json_file({"profile": "tabular-data-package", **package, "resources": resources})


# The files by year


def year_lines(site: Site, week: Week, own: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """Table -> lines of the year of `week`, as they are published, or are going to be, with those
    of the week replaced by `own`."""
    year = week.first_day.year
    folder = site.folder / "data" / str(year)
    known = site.years.get(year) or {n: lines_in(folder / f"{n}.csv") for n in WEEKLY.titles}
    return {
        name: [line for line in lines if line["week"] != str(week)] + own.get(name, [])
        for name, lines in known.items()
    }


def week_lines(week: Week, revision: Revision, data: DataFiles) -> dict[str, list[Line]]:
    """Table -> the week's lines, as text; nothing of a withdrawn one."""
    if not data.published:
        return {}
    before = {"week": str(week), "revision": str(revision.revision)}
    tables, summary = data.tables, data.summary
    lines = {
        name: [before | line for line in tables[name]] for name in WEEKLY.titles if name in tables
    }
    notes = [SYNTHETIC_NOTICE] if summary["synthetic"] else []
    for each in summary["disclosure"]:
        if (each["attribute"], each["place"]) == ("charges", "") and each["told"] and each["why"]:
            notes.append(f"charges as of {each['as_of']}")
    own = before | {"as_of": summary["as_of"], "published_on": revision.published_on}
    for name in WEEKLY.figures:
        value = summary["figures"].get(name)  # one that came later has no value in older weeks
        own[name] = "" if value is None else str(value)
    return lines | {"weeks": [own | ({"flags": "; ".join(notes)} if notes else {})]}


def year_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Of `site.years`, whose lines may be in any order of weeks."""
    notice = f"{SYNTHETIC_NOTICE}. " if site.catalog.synthetic else ""
    for year, lines in site.years.items():
        tables = {name: _frame(lines[name]) for name in WEEKLY.titles if lines.get(name)}
        package = {
            "name": f"ddor-{year}",
            "title": f"{NAME}, weeks that begin in {year}",
            "description": f"{notice}The current revision of each week. "
            "The same tables as Parquet lie beside the CSV files.",
        }
        files = table_files(tables)
        files |= {f"{name}.parquet": each.to_parquet(index=False) for name, each in tables.items()}
        if tables:
            files["datapackage.json"] = descriptor(package, tables, WEEKLY, "week")
        for name, file in files.items():
            yield f"data/{year}/{name}", file


def tables_by_year(site: Site) -> dict[int, list[str]]:
    """Year -> names of the tables that have files, in the dictionary's order; newest year first."""
    tables = {
        year: [name for name in WEEKLY.titles if lines.get(name)]
        for year, lines in site.years.items()
    }
    for folder in site.folder.glob("data/*/"):
        there = [name for name in WEEKLY.titles if (folder / f"{name}.csv").exists()]
        tables.setdefault(int(folder.name), there)
    return {year: tables[year] for year in sorted(tables, reverse=True) if tables[year]}


def _frame(lines: list[Line]) -> pd.DataFrame:
    """Lines as a table, by week; `flags`, which not every week has, comes last. A number that is
    withheld is missing."""
    columns = dict.fromkeys(name for line in lines for name in line if name != "flags")
    flagged = ["flags"] if any(line.get("flags") for line in lines) else []
    frame = pd.DataFrame(lines, columns=[*columns, *flagged], dtype="str").fillna("")
    for name in columns.keys() - TEXTS:
        withheld = frame[name].eq("").any()
        frame[name] = pd.to_numeric(frame[name]).astype("Int64" if withheld else "int64")
    return frame.sort_values("week", kind="stable", ignore_index=True)


# What a page says to machines


def report_dataset(
    site: Site, path: str, period: Period, revision: Revision, data: DataFiles
) -> dict:
    """Of the page at `path` below site/, with its figures and its files beside it."""
    status = status_of(period, revision, site.catalog)
    first = next(each for each in site.catalog.of(period) if not each.withdrawn_on)
    # Of a report made from weeks their first and last day, which may lie in other months.
    parts = period.weeks() if revision.based_on else [period]
    name = f"{report_of(period).name}, {period.named}, revision {revision.revision}"
    description = (
        "Requests of US Immigration and Customs Enforcement to hold a person or to notify it of a "
        f"release, and which agencies declined them, in the {period.named}. Counts of "
        f"requests, {status}, from data as of {revision.as_of}. {revision.source}"
    )
    return dataset(site, path, name, description, [f"data/{file}" for file in sorted(data)]) | {
        "version": f"r{revision.revision}",
        "creativeWorkStatus": status,
        "temporalCoverage": f"{parts[0].first_day}/{parts[-1].last_day}",
        "datePublished": first.published_on,
        "dateModified": revision.published_on,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in data.summary["figures"].items()
            if value is not None
        ],
    }


def dataset(site: Site, path: str, name: str, description: str, files: list[str]) -> dict:
    """Of the page at `path` below site/, with its `files`, relative to that."""
    base, publisher = site.context.base, site.context.parameters.publisher
    folder = base + path.removesuffix("index.html") if base else ""
    organization = {"@type": "Organization", "name": publisher}
    notice = f"{SYNTHETIC_NOTICE}. " if site.catalog.synthetic else ""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        "description": notice + description,
        "isAccessibleForFree": True,
        "spatialCoverage": {"@type": "Country", "name": "United States"},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.rpartition("/")[2],
                "encodingFormat": TYPES[file.rpartition(".")[2]],
                "contentUrl": f"{folder}{file}",
            }
            for file in files
        ],
        **({"creator": organization, "publisher": organization} if publisher else {}),
        **({"url": base + path} if base else {}),
    }
