"""The files by year: every table of the year's weeks in one CSV and one Parquet file each.

    site/data/2017/issued_by_agency.csv    the lines of each week's current revision, by week, with
    site/data/2017/issued_by_agency.parquet   the columns week and revision before them
    site/data/2017/weeks.csv               one line for each week, with all its figures
    site/data/2017/datapackage.json        the CSV files described, column by column

A week belongs to the year of its first day, which names it. A publication replaces the week's lines
and reads no other week's own files. A withdrawn week has no line, a table without any no file.
"""

import io
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ddor.archive.data_dictionary import TEXTS, WEEKLY
from ddor.archive.downloads import descriptor, lines_in, table_files
from ddor.archive.page import NAME
from ddor.calendar import Week
from ddor.extract.csv_files import csv_lines
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Catalog, Revision


def year_files(
    site: Path, catalog: Catalog, week: Week, data: dict[str, bytes]
) -> dict[str, bytes]:
    """Path below site/ -> file, of the year of `week` with its lines replaced by those of `data`,
    the current revision's files; none where it is withdrawn."""
    folder = site / "data" / str(week.first_day.year)
    known = {name: lines_in(folder / f"{name}.csv") for name in WEEKLY.titles}
    own = week_lines(week, catalog.weeks[str(week)][-1], data)
    lines = {
        name: [line for line in known[name] if line["week"] != str(week)] + own.get(name, [])
        for name in WEEKLY.titles
    }
    return files_of_year(week.first_day.year, lines, catalog)


def week_lines(
    week: Week, revision: Revision, data: dict[str, bytes]
) -> dict[str, list[dict[str, str]]]:
    """Table -> the week's lines, as text; nothing of a withdrawn one."""
    if not data or "figures" not in (summary := json.loads(data["summary.json"])):
        return {}
    before = {"week": str(week), "revision": str(revision.revision)}
    lines = {
        name: [before | line for line in csv_lines(data[f"{name}.csv"])]
        for name in WEEKLY.titles
        if f"{name}.csv" in data
    }
    about = {"as_of": summary["as_of"], "published_on": revision.published_on}
    notes = [SYNTHETIC_NOTICE] if summary["synthetic"] else []
    notes += [
        f"charges as of {each['as_of']}"
        for each in summary["disclosure"]
        if (each["attribute"], each["place"]) == ("charges", "") and each["told"] and each["why"]
    ]
    flags = {"flags": "; ".join(notes)} if notes else {}
    told = {name: summary["figures"][name] for name in WEEKLY.figures}
    figures = {name: "" if value is None else str(value) for name, value in told.items()}
    return lines | {"weeks": [before | about | figures | flags]}


def files_of_year(
    year: int, lines: dict[str, list[dict[str, str]]], catalog: Catalog
) -> dict[str, bytes]:
    """`lines`: table -> lines of all weeks of the year, in any order of weeks."""
    tables = {name: _frame(lines[name]) for name in WEEKLY.titles if lines.get(name)}
    package = {
        "name": f"ddor-{year}",
        "title": f"{NAME}, weeks that begin in {year}",
        "description": (f"{SYNTHETIC_NOTICE}. " if catalog.synthetic else "")
        + "The current revision of each week. The same tables as Parquet lie beside the CSV files.",
    }
    files = table_files(tables)
    for name, frame in tables.items():
        parquet = io.BytesIO()
        frame.to_parquet(parquet, index=False)
        files[f"{name}.parquet"] = parquet.getvalue()
    if tables:
        files["datapackage.json"] = descriptor(package, tables, WEEKLY, ("week",))
    return {f"data/{year}/{name}": file for name, file in files.items()}


def tables_of(paths: Iterable[str]) -> dict[int, list[str]]:
    """Year -> names of its tables in the order of the data dictionary, of these paths below site/;
    newest year first."""
    named = {
        tuple(path.removesuffix(".csv").split("/")[1:]) for path in paths if path.endswith(".csv")
    }
    years = sorted({year for year, _ in named}, reverse=True)
    return {int(year): [name for name in WEEKLY.titles if (year, name) in named] for year in years}


def _frame(lines: list[dict[str, str]]) -> pd.DataFrame:
    """Lines as a table, by week; `flags`, which not every week has, comes last. A number that is
    withheld is missing."""
    columns = dict.fromkeys(name for line in lines for name in line if name != "flags")
    flagged = ["flags"] if any(line.get("flags") for line in lines) else []
    frame = pd.DataFrame(lines, columns=[*columns, *flagged], dtype="str").fillna("")
    frame = frame.assign(**{name: _numbers(frame[name]) for name in columns if name not in TEXTS})
    return frame.sort_values("week", kind="stable", ignore_index=True)


def _numbers(texts: pd.Series) -> pd.Series:
    """Whole numbers; where some are not told, missing ones."""
    return pd.to_numeric(texts).astype("Int64" if texts.eq("").any() else "int64")
