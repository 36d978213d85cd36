"""The attribute tables as lines of text, for pages and downloads, after disclosure control."""

import pandas as pd

from ddor.measures.attributes import CHARGES, OTHER, STANDINGS, category_name
from ddor.measures.disclosure import NATIONAL, Shown

GROUP_COLUMNS = ("group_code", "offense_group", "convicted", "charged_only", "requests")
LINE_COLUMNS = ("attribute", "agency_id", "category", "standing", "requests")


def table_lines(attribute: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table of Shown.tables with its column category in words before its counts."""
    names = [category_name(attribute, code) for code in table.index]
    lines = table.reset_index()
    lines.insert(1, "category", pd.Series(names, dtype="str"))
    return lines


def charge_group_lines(shown: Shown) -> pd.DataFrame:
    """charges_by_group.csv: GROUP_COLUMNS, and `flags` where the table stands from an earlier
    extract; no row where it is withheld."""
    table = shown.tables.get(NATIONAL)
    if table is None:
        counts = {name: pd.Series(dtype="int64") for name in GROUP_COLUMNS[2:]}
        return pd.DataFrame({name: pd.Series(dtype="str") for name in GROUP_COLUMNS[:2]} | counts)
    lines = table_lines(CHARGES, table)
    lines = lines.rename(columns={"code": "group_code", "category": "offense_group"})
    return _dated(lines[list(GROUP_COLUMNS)], shown)


def attribute_lines(attributes: dict[str, Shown]) -> pd.DataFrame:
    """attributes.csv: LINE_COLUMNS and flags, a line for each count of each table shown; agency_id
    "" for all agencies; standing convicted, charged_only, or all."""
    lines = [
        (name, agency_id, category_name(name, code), standing, int(count),
         f"as of {shown.as_of}" if shown.stands else "")
        for name, shown in attributes.items()
        for agency_id, table in sorted(shown.tables.items())
        for code, counts in table.iterrows()
        for standing, count in counts[list(STANDINGS[name])].items()
    ]  # fmt: skip
    frame = pd.DataFrame(lines, columns=[*LINE_COLUMNS, "flags"])
    text = {name: "str" for name in (*LINE_COLUMNS[:-1], "flags")}
    return frame.astype(text | {"requests": "int64"})


def disclosure_lines(attributes: dict[str, Shown]) -> list[dict]:
    """What was added up, withheld or kept from an earlier revision, one entry for each table."""
    return [
        {
            "attribute": name,
            "agency_id": agency_id,
            "shown": agency_id in shown.tables,
            "added_up": agency_id in shown.tables and OTHER in shown.tables[agency_id].index,
            "withheld": shown.withheld.get(agency_id, ""),
            "as_of": shown.as_of,
        }
        for name, shown in attributes.items()
        for agency_id in sorted({NATIONAL, *shown.tables, *shown.withheld})
    ]


def _dated(lines: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    return lines.assign(flags=f"as of {shown.as_of}") if shown.stands else lines
