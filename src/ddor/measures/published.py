"""What is told of people as the tables of a download, and as entries of summary.json."""

from collections.abc import Iterable

import pandas as pd

from ddor.measures.charges import GROUP_NAMES
from ddor.measures.disclosure import Table, Told
from ddor.measures.people import ALL, CHARGED_ONLY, CHARGES, CONVICTED, OTHER, Line, told_lines
from ddor.reference.codes import CATEGORIES
from ddor.reference.figures import TABLE_COLUMNS

GROUP_COLUMNS = TABLE_COLUMNS["charges_by_group"]


def charge_group_lines(lines: Iterable[Line], flags: str = "") -> pd.DataFrame:
    """charges_by_group.csv: GROUP_COLUMNS, a line for each category, its group_code "", then its
    groups; a split that is not told is missing (Int64). `lines`: those of the nation; `flags`: what
    a reader of every line has to know."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for line in lines:
        if line.branch:
            counts.setdefault((line.branch, line.leaf), {})[line.standing] = line.requests
    rows = [
        (category, group, _named(category, group), *map(each.get, (CONVICTED, CHARGED_ONLY, ALL)))
        for (category, group), each in counts.items()
    ]
    frame = pd.DataFrame(rows, columns=list(GROUP_COLUMNS))
    types = dict.fromkeys(GROUP_COLUMNS[:3], "str") | dict.fromkeys(GROUP_COLUMNS[3:], "Int64")
    frame = frame.astype(types).astype({"requests": "int64"})
    # A sum in which only weeks without any such request told the two apart.
    none_split = frame["convicted"].eq(0) & frame["charged_only"].eq(0) & frame["requests"].gt(0)
    frame.loc[none_split.fillna(False), ["convicted", "charged_only"]] = pd.NA
    return frame.assign(flags=flags) if flags else frame


def _named(category: str, group: str) -> str:
    others = {"": CATEGORIES[category], OTHER: "Other groups of this category"}
    return others.get(group) or GROUP_NAMES[group]


def national_charges(told: Told) -> pd.DataFrame:
    """charges_by_group.csv of a week: no row where the table is not told."""
    return charge_group_lines(told_lines(told, CHARGES), flag_of(told.table(CHARGES)))


def attribute_lines(told: Told) -> pd.DataFrame:
    """attributes.csv: the fields of people.Line, and `flags` where a table stands from before."""
    lines = [line for key in sorted(told.tables) for line in told_lines(told, *key)]
    return line_frame(lines, [flag_of(told.table(line.attribute, line.place)) for line in lines])


def line_frame(lines: Iterable[Line], flags: Iterable[str] = ()) -> pd.DataFrame:
    """The fields of people.Line as columns; with `flags`, one for each line, if any says a word."""
    frame = pd.DataFrame(list(lines), columns=list(Line._fields))
    frame = frame.astype(dict.fromkeys(Line._fields[:-1], "str") | {"requests": "int64"})
    flags = list(flags)
    return frame.assign(flags=pd.Series(flags, dtype="str")) if any(flags) else frame


def flag_of(table: Table | None) -> str:
    """What a reader of a line has to know of its table, "" where it is of today."""
    if not table or not (table.stands or table.gone):
        return ""
    gone = f"{table.gone} of its requests no longer {'counts' if table.gone == 1 else 'count'}"
    return f"as of {table.as_of}; {gone}" if table.stands else gone


def disclosure_lines(told: Told) -> list[dict]:
    """For summary.json: each table that is told, or why it, or a newer one, is not."""
    names = ("attribute", "place", "told", "why", "as_of", "no_longer_count")
    tables = [(*key, True, each.why, each.as_of, each.gone) for key, each in told.tables.items()]
    untold = [(*key, False, why, "", 0) for key, why in told.untold.items()]
    return [dict(zip(names, line, strict=True)) for line in sorted([*tables, *untold])]
