"""`ddor import table`: an export and its map become the extract of a week, checked like any other.

    sheet: Detainers             # of a workbook with several tables
    date_order: month first      # of 3/4/2017: month first, day first or year first
    requests:
      request_id: {column: Detainer No}
      form: {column: Type, words: {Detainer - I247A: I-247A}}
      agency_id: {value: MN0730000}
    charges:                     # optional; one of each row that fills a column of it
      ncic_code: {column: NCIC}
    about: {as_of: 2017-03-01, source: records system of the county jail}

A row of the export is a request; rows with the same request_id are one, with a charge each.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import yaml
from pydantic import BeforeValidator, ConfigDict
from pydantic.dataclasses import dataclass

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, NeedsCorrection, Problem, Problems, UsageError
from ddor.extract.cells import as_text
from ddor.extract.csv_files import write_extract
from ddor.extract.key_files import one_of, read_record, unknown_key
from ddor.extract.model import COLUMNS, DATETIMES, TABLES, WORDS
from ddor.extract.read import read_extract
from ddor.extract.table import ABOVE
from ddor.importers.containers import HEADER_WITHIN, tables_of
from ddor.importers.own.meanings import MEANINGS, column_of, contract_words

ORDERS = {"month first": "%m/%d/%Y", "day first": "%d/%m/%Y", "year first": "%Y/%m/%d"}
DAY = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(.+))?")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
_GUIDE = "docs/own-data.md"
_WRONG = "the map needs correction"
_LEFT_OUT = BeforeValidator(lambda given: given or {})
_HOW = "{column: a head} or {value: a word}"


@dataclass(config=ConfigDict(extra="forbid"))
class How:
    """How a column of an extract is made: from that of the export with this head, whose cells may
    be words that become others, or of one value alone; "" for nothing."""

    column: str = ""
    words: Annotated[dict[str, str], _LEFT_OUT] = field(default_factory=dict)
    value: str = ""


@dataclass
class Map:
    """What a map says; the columns of both tables by name."""

    requests: dict[str, Annotated[How, _LEFT_OUT]] = field(default_factory=dict)
    charges: dict[str, Annotated[How, _LEFT_OUT]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    date_order: Annotated[str, one_of(ORDERS)] = ""


def read_export(file: Path) -> dict[str, pd.DataFrame]:
    """Name -> each table of an export that has a header, the line with the most heads that may
    mean a column: its cells as text, under its own heads; index: the row as a spreadsheet numbers
    it. Raises UsageError and ExtractInvalid."""

    def known(cells) -> int:
        return sum(column_of(str(cell)) is not None for cell in cells if str(cell).strip())

    tables = {}
    try:
        for name, lines, columns in tables_of(file, known, 2):
            first = [*islice(lines, HEADER_WITHIN)]
            heads_in = [known(cells) for cells in first]
            if max(heads_in, default=0) < 2:
                continue
            table = None if first[1:] else columns([*range(len(first[0]))], 1)
            if table is not None:  # a file of columns, whose lines are its head alone
                lines = zip(*(column.to_pylist() for column in table.columns), strict=True)
            at = heads_in.index(max(heads_in))
            heads = _different([str(head).strip() for head in first[at]])
            cells = [
                [*(as_text(cell).strip() for cell in line), *[""] * (len(heads) - len(line))]
                for line in (*first[at + 1 :], *lines)
            ]
            frame = pd.DataFrame(cells, columns=heads, dtype="str")
            frame.index += at + 2
            tables[name.removeprefix("sheet ")] = frame[frame.ne("").any(axis=1)]
    except (UsageError, ExtractInvalid):
        raise
    except Exception as error:  # each of the readers has errors of its own
        mend = "open it in a spreadsheet, and save it again"
        raise UsageError(f"{file.name} cannot be read ({error}); {mend}") from None
    if not tables:
        words = "no row looks like a header; put the names of columns in one row"
        raise UsageError(f"{file.name}: {words}")
    if not (filled := {name: rows for name, rows in tables.items() if len(rows)}):
        raise UsageError(f"{', '.join(tables)}: no row below the header")
    return filled


def _different(heads: list[str]) -> list[str]:
    """The heads; one without a name, or that stood before, with the number of its column."""
    return [
        f"{head} (column {at})".strip() if not head or head in heads[: at - 1] else head
        for at, head in enumerate(heads, start=1)
    ]


def import_table(
    file: Path, map_file: Path, week: Week, out: Path, cohort: str
) -> tuple[int, int, int, int]:
    """Writes the extract; -> its requests and charges, how many rows of the export say the same as
    one above and count again, and how many requests are of other weeks. Raises NeedsCorrection (the
    map) and ExtractInvalid (what the map makes of the export); nothing is then written."""
    exports, found = read_export(file), Problems(map_file.name, _GUIDE)
    said = read_record(map_file, Map, found) or Map()
    NeedsCorrection.raise_if(_WRONG, found)
    if said.sheet not in exports and (said.sheet or len(exports) > 1):
        seen = f'"{said.sheet}"' if said.sheet else f"none, but {len(exports)} tables with a header"
        found.report("sheet", seen, f"one of {', '.join(exports)}", "name the sheet")
    NeedsCorrection.raise_if(_WRONG, found)
    export = exports[said.sheet or next(iter(exports))]
    columns = {"requests": said.requests, "charges": said.charges}
    dates = [how[name].column for how in columns.values() for name in DATETIMES if name in how]
    order = said.date_order or order_of(export[head] for head in dates if head in export)[0]
    tables = {name: _mapped(export, how, name, order, found) for name, how in columns.items()}
    NeedsCorrection.raise_if(_WRONG, found)
    used = {how.column for given in columns.values() for how in given.values()} - {""}
    requests, again = tables["requests"], export[sorted(used)].duplicated()
    if numbered := "request_id" not in requests:
        requests["request_id"] = [f"row-{row}" for row in requests.index]
    charges = tables["charges"].assign(request_id=requests["request_id"])
    told = [name for name in ("ncic_code", "description") if name in charges]
    charges = charges[charges[told].ne("").any(axis=1)] if told else charges[:0]
    charges["charge_no"] = charges.groupby("request_id").cumcount() + 1
    requests = requests.drop_duplicates()  # one for each charge
    _refuse_to_differ(requests, file.name)
    tables = {"requests": requests, "charges": charges}
    with tempfile.TemporaryDirectory() as folder:
        # As the tables stand, so that the check sees it.
        for name, table in tables.items():
            whole = table.reindex(columns=[*TABLES[name]], fill_value="")
            whole.to_csv(Path(folder, f"{name}.csv"), index=False)
        Path(folder, "about.yaml").write_text(yaml.safe_dump(said.about), encoding="utf-8")
        try:
            extract = read_extract(folder, week, cohort=cohort)
        except ExtractInvalid as error:
            names = file.name, map_file.name
            own = [_of_the_export(each, tables, *names) for each in error.problems]
            raise ExtractInvalid(own, f"what {map_file.name} makes of {file.name}") from None
    write_extract(extract, out)
    repeated = again if numbered else again & export.index.isin(charges.index)
    told = extract.requests
    of_week = week.holds(told["issued_at"]) | week.holds(told["outcome_recorded_at"])
    return len(told), len(extract.charges), int(repeated.sum()), int((~of_week).sum())


def _refuse_to_differ(requests: pd.DataFrame, file: str) -> None:
    """Raises ExtractInvalid where rows of one request say different things of it."""
    found = Problems(file, _GUIDE)
    several = requests[requests["request_id"].duplicated(keep=False)]
    for request, rows in several.groupby("request_id"):
        differ = [column for column in rows if rows[column].nunique() > 1]
        seen, mend = f"rows of one request that differ ({request})", "correct the export"
        found.report(", ".join(differ), seen, "the same in each row of a request", mend, rows.index)
    if found:
        raise ExtractInvalid(found, f"what the map makes of {file}")


def _of_the_export(
    problem: Problem, tables: Mapping[str, pd.DataFrame], file: str, map_file: str
) -> Problem:
    """With the file and the rows of the export, not of the extract; about.yaml is in the map."""
    table = tables.get(problem.table.removesuffix(".csv"))
    if table is None:
        mend = problem.mend.replace("to about.yaml", "below about:")
        return replace(problem, table=map_file, rows=(), mend=mend)
    own = dict(enumerate(table.index, start=ABOVE))
    # A line that cannot be read may be numbered past the last.
    found = tuple(own[each] for each in problem.rows if each in own)
    return replace(problem, table=file, rows=found)


def _mapped(
    export: pd.DataFrame, given: Mapping[str, How], table: str, order: str, found: Problems
) -> pd.DataFrame:
    """The columns of a table, made from those of the export as the map says."""
    made: dict[str, Any] = {}
    own = [each for each in MEANINGS if each.table == table]
    known = [each.column for each in own]
    for column in sorted({*given} - {*known}):
        found.report(f"{table}.{column}", *unknown_key(column, known)[:3])
    for each in own:
        how, place = given.get(each.column, How()), f"{table}.{each.column}"
        if how.column and how.column not in export:
            expected = f"one of {', '.join(export.columns)}"
            found.report(place, f'no column "{how.column}"', expected, "correct the head")
        elif how.column:
            cells = export[how.column]
            made[each.column] = _cells(cells, each.column, how.words, order, place, found)
        elif how.value or each.otherwise:
            made[each.column] = how.value or each.otherwise
        elif each.needed and each.column != "request_id":
            found.report(place, "nothing", _HOW, f"say it: {each.meaning}")
    return pd.DataFrame(made, index=export.index)


def _cells(
    cells: pd.Series, column: str, words: Mapping[str, str], order: str, place: str, found: Problems
) -> pd.Series:
    if column in DATETIMES:
        return _days(cells, order, place, found)
    own = contract_words(column)
    own |= {word.casefold(): becomes for word, becomes in words.items()}
    made = cells.map(lambda cell: own.get(cell.casefold(), None if column in WORDS else cell))
    for word, rows in cells[made.isna() & (cells != "")].groupby(cells):
        nothing = ["'' where it says nothing"] if COLUMNS[column]["empty"] == "yes" else []
        expected = f"words: {{{word}: one of {', '.join([*WORDS[column], *nothing])}}}"
        seen = f'"{word}" {len(rows)} times'
        found.report(f"{place}.words", seen, expected, "add it", rows.index)
    return made.fillna("")


def order_of(columns: Iterable[pd.Series]) -> tuple[str, str]:
    """The order of dates that can be meant in one way only, "" where none is, or they differ; and a
    date that can be meant in several, "" for none."""
    found = {cell: DAY.fullmatch(cell) for column in columns for cell in column.unique()}
    days = {cell: parts for cell, parts in found.items() if parts and len(parts[1]) < 4}
    # Else 26-02-09 may begin with a year.
    whole = all(len(parts[3]) == 4 for parts in days.values())
    firsts, seconds = (any(int(p[at]) > 12 for p in days.values()) for at in (1, 2))
    order = ("day first" if firsts else "month first") if whole and firsts != seconds else ""
    doubted = (c for c, p in days.items() if not whole or (int(p[1]) <= 12 and int(p[2]) <= 12))
    return order, next(doubted, "")


def _days(cells: pd.Series, order: str, place: str, found: Problems) -> pd.Series:
    """Dates as ISO; one that is in no known form is left as it is, for the check to name."""
    made = {cell: _day(cell, order) for cell in cells.unique()}
    if asked := [cell for cell, day in made.items() if day is None]:
        rows = cells.index[cells.isin(asked)]
        expected = f"date_order: one of {', '.join(ORDERS)}"
        found.report(place, f'"{asked[0]}", month or day first', expected, "add it", rows)
    return cells.map(made)


def _day(cell: str, order: str) -> str | None:
    """A date with or without a time in ISO 8601; None where the order has to be said."""
    if not (parts := DAY.fullmatch(cell)) or re.match(r"\d{4}-\d\d-\d\d", cell):
        return cell
    one, two, three, time = parts.groups()
    if not order and len(one) < 4:
        return None
    form = ORDERS["year first" if len(one) == 4 else order]
    form = form if max(len(one), len(three)) == 4 else form.replace("%Y", "%y")
    for of_time in _TIMES if time else ("",):
        told = f"{one}/{two}/{three} {time or ''}"
        read = pd.to_datetime(told, format=f"{form} {of_time}", errors="coerce")
        if not pd.isna(read):
            return f"{read:%Y-%m-%dT%H:%M:%S}" if time else f"{read:%Y-%m-%d}"
    return cell
