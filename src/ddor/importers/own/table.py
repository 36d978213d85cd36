"""`ddor import table`: an export and its map become the extract of a week, checked like any other.

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
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, NeedsCorrection, Problems, UsageError
from ddor.extract.cells import as_text
from ddor.extract.csv_files import write_extract
from ddor.extract.key_files import read_keys, read_text
from ddor.extract.model import COLUMNS, DATETIMES, TABLES, WORDS
from ddor.extract.read import read_extract
from ddor.importers.containers import HEADER_WITHIN, tables_of
from ddor.importers.own.meanings import MEANINGS, column_of, word_of

ORDERS = {"month first": "%m/%d/%Y", "day first": "%d/%m/%Y", "year first": "%Y/%m/%d"}
_DAY = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(.+))?")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
_GUIDE = "docs/own-data.md"
_KINDS = {"column", "words", "value"}


def read_export(file: Path) -> pd.DataFrame:
    """The first table of an export that has a header: its cells as text, under its own heads;
    index: the row as a spreadsheet numbers it. Raises UsageError."""

    def known(cells) -> int:
        return sum(column_of(str(cell)) is not None for cell in cells if str(cell).strip())

    try:
        for _, lines, columns in tables_of(file, known, 2):
            first = [*islice(lines, HEADER_WITHIN)]
            table = None if first[1:] else columns([*range(len(first[0]))], 1)
            if table is not None:  # a file of columns, whose lines are its head alone
                lines = zip(*(column.to_pylist() for column in table.columns), strict=True)
            at = next((at for at, cells in enumerate(first) if known(cells) >= 2), None)
            if at is None:
                continue
            heads = _different([str(head).strip() for head in first[at]])
            cells = [
                [as_text(cell).strip() for cell in line] for line in (*first[at + 1 :], *lines)
            ]
            frame = pd.DataFrame(cells, columns=heads, dtype="str").fillna("")
            frame.index += at + 2
            return frame[frame.ne("").any(axis=1)]
    except (UsageError, ExtractInvalid):
        raise
    except Exception as error:  # each of the readers has errors of its own
        raise UsageError(f"{file.name} cannot be read: {error}") from None
    raise UsageError(
        f"{file.name}: no row looks like a header; put the names of columns in one row"
    )


def _different(heads: list[str]) -> list[str]:
    """The heads; one without a name, or that stood before, with the number of its column."""
    return [
        f"{head} (column {at})".strip() if not head or head in heads[: at - 1] else head
        for at, head in enumerate(heads, start=1)
    ]


def import_table(file: Path, map_file: Path, week: Week, out: Path, cohort: str) -> tuple[int, int]:
    """Writes the extract; -> its requests and charges. Raises NeedsCorrection (the map) and
    ExtractInvalid (what the map makes of the export); nothing is then written."""
    export, found = read_export(file), Problems(map_file.name, _GUIDE)
    keys = read_keys(read_text(map_file, found), found)
    NeedsCorrection.raise_if("the map needs correction", found)
    order = str(keys.get("date_order") or "")
    if order and order not in ORDERS:
        found.report("date_order", f'"{order}"', f"one of {', '.join(ORDERS)}", "choose one")
        NeedsCorrection.raise_if("the map needs correction", found)
    tables = {name: _mapped(export, keys.get(name) or {}, name, order, found) for name in TABLES}
    about = keys.get("about") or {}
    for name in [name for name in keys if name not in {"date_order", "about", *TABLES}]:
        found.report(name, "an unknown key", "date_order, requests, charges or about", "remove it")
    if not isinstance(about, Mapping):
        found.report("about", "no keys", "as_of and source below it", "write them so")
    NeedsCorrection.raise_if("the map needs correction", found)
    requests = tables["requests"]
    if "request_id" not in requests:
        requests["request_id"] = [f"row-{row}" for row in requests.index]
    charges = tables["charges"].assign(request_id=requests["request_id"])
    told = [name for name in ("ncic_code", "description") if name in charges]
    charges = charges[charges[told].ne("").any(axis=1)] if told else charges[:0]
    charges["charge_no"] = charges.groupby("request_id").cumcount() + 1
    requests = requests.drop_duplicates()  # one for each charge; what differs is found by the check
    with tempfile.TemporaryDirectory() as folder:
        _write(requests, charges, about, Path(folder))
        extract = read_extract(folder, week, cohort=cohort)
    write_extract(extract, out)
    return len(extract.requests), len(extract.charges)


def _write(requests: pd.DataFrame, charges: pd.DataFrame, about: Any, folder: Path) -> None:
    """As it stands, so that the check sees it."""
    for name, table in (("requests", requests), ("charges", charges)):
        columns = {column: table.get(column, "") for column in TABLES[name]}
        pd.DataFrame(columns, index=table.index).to_csv(folder / f"{name}.csv", index=False)
    (folder / "about.yaml").write_text(yaml.safe_dump({**about}), encoding="utf-8")


def _mapped(
    export: pd.DataFrame, given: Any, table: str, order: str, found: Problems
) -> pd.DataFrame:
    """The columns of a table, made from those of the export as the map says."""
    made: dict[str, Any] = {}
    own = [each for each in MEANINGS if each.table == table]
    given = given if isinstance(given, Mapping) else {}
    for column in set(given) - {each.column for each in own}:
        found.report(
            f"{table}.{column}", "an unknown column", "a column of docs/extract.md", "remove it"
        )
    for each in own:
        how, place = given.get(each.column), f"{table}.{each.column}"
        if not how or how == {"value": ""}:
            if each.needed and table == "requests" and each.column != "request_id":
                found.report(
                    place,
                    "nothing",
                    "{column: a head} or {value: a word}",
                    f"say it: {each.meaning}",
                )
            made |= {each.column: each.otherwise} if each.otherwise else {}
        elif (
            not isinstance(how, Mapping)
            or not set(how) <= _KINDS
            or not {"column", "value"} & set(how)
            or not isinstance(how.get("words") or {}, Mapping)
        ):
            found.report(place, f'"{how}"', "{column: a head} or {value: a word}", "write it so")
        elif "value" in how:
            made[each.column] = str(how["value"])
        elif how["column"] not in export:
            heads = ", ".join(export.columns)
            found.report(
                place, f'no column "{how["column"]}"', f"one of {heads}", "correct the head"
            )
        else:
            cells = export[how["column"]]
            made[each.column] = _cells(cells, each.column, how.get("words"), order, place, found)
    return pd.DataFrame(made, index=export.index)


def _cells(
    cells: pd.Series, column: str, words: Any, order: str, place: str, found: Problems
) -> pd.Series:
    if column in DATETIMES:
        return _days(cells, order, place, found)
    own = {word.casefold(): word for word in WORDS.get(column, ())}
    own |= {str(word).casefold(): str(becomes) for word, becomes in (words or {}).items()}
    made = cells.map(lambda cell: own.get(cell.casefold(), None if column in WORDS else cell))
    for word, rows in cells[made.isna() & (cells != "")].groupby(cells):
        expected = f"words: {{{word}: one of {', '.join(WORDS[column])}}}"
        found.report(
            f"{place}.words", f'"{word}" {len(rows)} times', expected, "add it", rows.index
        )
    return made.fillna("")


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
    if not (parts := _DAY.fullmatch(cell)) or re.match(r"\d{4}-\d\d-\d\d", cell):
        return cell
    one, two, three, time = parts.groups()
    if not order and len(one) < 4:
        return None
    form = ORDERS["year first" if len(one) == 4 else order]
    form = form if max(len(one), len(three)) == 4 else form.replace("%Y", "%y")
    read = pd.to_datetime(f"{one}/{two}/{three}", format=form, errors="coerce")
    if pd.isna(read):
        return cell
    times = [pd.to_datetime(time, format=each, errors="coerce") for each in _TIMES] if time else []
    at = next((found for found in times if not pd.isna(found)), None)
    if time and at is None:
        return cell
    return f"{read:%Y-%m-%d}" + (f"T{at:%H:%M:%S}" if at is not None else "")


# A map to begin with


def draft_map(file: Path) -> str:
    """A map of an export, to be read by a person: what is guessed says so, what cannot be known has
    its honest value, and what is not found is left open."""
    export = read_export(file)
    heads: dict[str, str] = {}
    for head in export:
        if (meaning := column_of(head)) and meaning.column not in heads:
            heads[meaning.column] = head
    lines = [
        f"# A draft for {file.name}. Read each line: what stands behind # is a guess or a question."
    ]
    lines += [_order_line([export[h] for c, h in heads.items() if c in DATETIMES])]
    for table in TABLES:
        lines += [f"{table}:"]
        lines += [
            line for each in MEANINGS if each.table == table for line in _draft(each, heads, export)
        ]
    unused = [head for head in export if head not in heads.values()]
    lines += [
        "about:",
        "  as_of:   # the day of the export, YYYY-MM-DD",
        "  source:  # the name of your records system",
    ]
    lines += [f"# Not read: {', '.join(unused)}"] if unused else []
    return "\n".join(lines) + "\n"


def _draft(each, heads: Mapping[str, str], export: pd.DataFrame) -> Iterator[str]:
    if head := heads.get(each.column):
        sure = (
            "" if head.casefold() == each.column else f"  # guessed from the head: {each.meaning}"
        )
        yield f"  {each.column}:{sure}"
        yield f"    column: {_quoted(head)}"
        if each.column in WORDS:
            yield "    words:"
            for cell in sorted(set(export[head]) - {""}):
                word = word_of(each, cell)
                asked = "guessed" if word else f"one of {', '.join(WORDS[each.column])}"
                yield f"      {_quoted(cell)}: {word}  # {asked}"
    elif each.otherwise:
        yield f"  {each.column}: {{value: {each.otherwise}}}  # not in the export"
    elif each.needed and each.table == "requests":
        yield f"  {each.column}: {{value: }}  # not found: {each.meaning}"


def _order_line(columns: list[pd.Series]) -> str:
    days = [
        parts for column in columns for cell in column.unique() if (parts := _DAY.fullmatch(cell))
    ]
    days = [parts for parts in days if len(parts[1]) < 4]
    if any(int(parts[1]) > 12 for parts in days):
        return "date_order: day first"
    if any(int(parts[2]) > 12 for parts in days):
        return "date_order: month first"
    if days:
        return f"date_order:  # of {days[0][0]}: month first, or day first?"
    return "# date_order is not needed: no date is in doubt"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# A contract to fill in


def write_blank(folder: Path) -> list[Path]:
    """The tables of an extract without rows, as CSV and as a workbook, with a line on each
    column."""
    told = {each.column: each.meaning for each in MEANINGS}
    told["charge_no"] = "1, 2, 3 and so on within a request"
    lines = [
        (table, column, COLUMNS[column]["empty"], told[column])
        for table, columns in TABLES.items()
        for column in columns
    ]
    frames = {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLES.items()}
    frames["columns"] = pd.DataFrame(lines, columns=["table", "column", "may_be_empty", "meaning"])
    folder.mkdir(parents=True, exist_ok=True)
    if taken := [name for name in (*frames, "about") if [*folder.glob(f"{name}.*")]]:
        raise UsageError(f"{folder} has {', '.join(taken)} already; name another folder")
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    about = [("as_of", ""), ("source", ""), ("synthetic", "false")]
    text = "".join(f"{key}: {value}\n" for key, value in about)
    (folder / "about.yaml").write_text(text, encoding="utf-8")
    frames["about"] = pd.DataFrame(about, columns=["key", "value"])
    with pd.ExcelWriter(folder / "extract.xlsx") as book:
        for name, frame in frames.items():
            frame.to_excel(book, sheet_name=name, index=False)
    return sorted(folder.iterdir())
