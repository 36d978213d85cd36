"""Looking through the columns that may hold any text for what identifies a person.

The columns of codes need no scan: there every rule refuses a name, and no message shows it.
"""

import datetime as dt

from ddor.extract import identifiers
from ddor.extract.columns import TABLES
from ddor.extract.table import REMOVE_IDENTIFIER, Table

# A request_id of charges stands in requests too, or fails as a charge without a request.
SCANNED = {"requests": ("request_id", "agency_name"), "charges": ("description",)}


def scan(table: Table, issued: dt.date) -> None:
    """Tell the values of free-text and unknown columns that look like a direct identifier; the
    values stay untold. `issued` is a day near the requests, to know a birth date by."""
    known = [column for column in SCANNED[table.name] if column in table.text]
    for column in known + [head for head in table.text if head not in TABLES[table.name]]:
        by_kind: dict[str, list[str]] = {}
        for value, kind in _found(table, column, issued).items():
            by_kind.setdefault(kind, []).append(value)
        for kind, values in by_kind.items():
            found = table.text[column].isin(values) & ~table.refused[column]
            if found.any():
                count = "a value" if len(values) == 1 else f"{len(values)} different values"
                seen = f"{count} that looks like {kind} (not shown)"
                seen = seen if len(values) == 1 else seen.replace(" looks ", " look ")
                positions = table.text.index[found]
                table.add(positions, column, seen, "no direct identifier", REMOVE_IDENTIFIER)
                table.refused.loc[positions, column] = True


def _found(table: Table, column: str, issued: dt.date) -> dict[str, str]:
    values = [value for value in table.text[column].unique() if value]
    if not values or (column == "request_id" and identifiers.hashes(values)):
        return {}
    found = dict.fromkeys(identifiers.birth_dates(values, issued), identifiers.BIRTH_DATE)
    found |= dict.fromkeys(identifiers.name_column(values), identifiers.NAME)
    return found | {value: kind for value in values if (kind := identifiers.looks(value))}
