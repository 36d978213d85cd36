"""The files by year: every table of the year's weeks in one CSV and one Parquet file each.

    site/data/2017/issued_by_agency.csv    the lines of each week's current revision, by week, with
    site/data/2017/issued_by_agency.parquet   the columns week and revision before them
    site/data/2017/weeks.csv               one line for each week, with all its figures
    site/data/2017/datapackage.json        the CSV files described, column by column

A week belongs to the year of its first day, which names it. A publication replaces the week's lines
and reads no other week's own files. A withdrawn week has no line, a table without any no file.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ddor.archive.data_dictionary import TEXTS, WEEKLY
from ddor.archive.data_files import DataFiles
from ddor.archive.downloads import descriptor, lines_in, table_files
from ddor.archive.page import NAME
from ddor.archive.site import Line, Site
from ddor.calendar import Week
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Revision


def year_lines(folder: Path, week: Week, own: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """Table -> lines of the year of `week`, as they are published in `folder` (site/), with those
    of the week replaced by `own`."""
    folder = folder / "data" / str(week.first_day.year)
    known = {name: lines_in(folder / f"{name}.csv") for name in WEEKLY.titles}
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
        value = summary["figures"][name]
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
        for name, frame in tables.items():
            parquet = io.BytesIO()
            frame.to_parquet(parquet, index=False)
            files[f"{name}.parquet"] = parquet.getvalue()
        if tables:
            files["datapackage.json"] = descriptor(package, tables, WEEKLY, ("week",))
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
    frame = frame.assign(**{name: _numbers(frame[name]) for name in columns if name not in TEXTS})
    return frame.sort_values("week", kind="stable", ignore_index=True)


def _numbers(texts: pd.Series) -> pd.Series:
    """Whole numbers; where some are not told, missing ones."""
    return pd.to_numeric(texts).astype("Int64" if texts.eq("").any() else "int64")
