"""The data beside a page: CSV tables, summary.json, and a Frictionless descriptor of the tables.

UTF-8, comma, LF, a header; codes are text with their leading zeros. Where a reader of a row has to
know more (a dispute, an earlier date), a last column `flags` says it; under a synthetic extract it
says so in every row, for a file is passed on without its page. A text that a spreadsheet would run
as a formula gets an apostrophe in front (`safe_cell`).
"""

import json
from pathlib import Path

import pandas as pd

from ddor.archive.data_dictionary import DataDictionary
from ddor.extract.csv_files import csv_lines, safe_cell
from ddor.extract.model import SYNTHETIC_NOTICE

# Tables that may not be told.
OF_PEOPLE = ("charges_by_group", "attributes", "after_release")


def lines_in(file: Path) -> list[dict[str, str]]:
    """csv_lines of a file; none where there is none."""
    return csv_lines(file.read_bytes()) if file.exists() else []


def table_files(tables: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    """File name -> bytes: each of `tables` (name without ending -> frame) as CSV."""
    return {f"{name}.csv": _csv(frame) for name, frame in tables.items()}


def _csv(frame: pd.DataFrame) -> bytes:
    texts = {name: frame[name].map(safe_cell) for name in frame if not _is_number(frame[name])}
    return frame.assign(**texts).to_csv(index=False, lineterminator="\n").encode()


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_integer_dtype(column.dtype)


def with_notice(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """As they are published of a synthetic extract: with the notice in every row. An empty table
    gets a row for it, with nothing in it, but for one of people: where it is not told, a row with a
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
    package: dict,
    tables: dict[str, pd.DataFrame],
    dictionary: DataDictionary,
    keys: tuple[str, ...] = (),
) -> bytes:
    """datapackage.json (Frictionless, Data Package 1): `package`, what is said of it as a whole,
    and for each of `tables` the type, unit and meaning of every column, and the key. `keys`: the
    columns that come before a table's own key. Raises KeyError where one has no meaning."""
    resources = [_resource(name, frame, dictionary, keys) for name, frame in tables.items()]
    return json_file({"profile": "tabular-data-package", **package} | {"resources": resources})


def titles_in(package: bytes) -> dict[str, str]:
    """File name -> title, of the tables that such a descriptor describes."""
    return {each["path"]: each["title"] for each in json.loads(package)["resources"]}


def _resource(
    name: str, frame: pd.DataFrame, dictionary: DataDictionary, keys: tuple[str, ...]
) -> dict:
    own = [column for column in frame if column not in ("week", "revision")]
    unknown = any(_is_number(frame[column]) and frame[column].isna().any() for column in frame)
    return {
        "name": name.replace("_", "-"),
        "title": dictionary.titles[name],
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(frame[column], dictionary) for column in frame],
            "primaryKey": [*keys, *dictionary.keys.get(name, own[:1])],
            # "" is a value: a whole category has it as its group. But where a number is not known,
            # it is none.
            "missingValues": [""] if unknown else [],
        },
    }


def _field(column: pd.Series, dictionary: DataDictionary) -> dict:
    name, number = str(column.name), _is_number(column)
    told = {"name": name, "type": "integer" if number else "string"}
    told["description"] = dictionary.of_columns[name]
    unit = dictionary.units.get(name, "requests") if number else ""
    return told | ({"unit": unit} if unit else {})


def json_file(content: dict) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
