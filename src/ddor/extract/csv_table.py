"""Reading a CSV file: UTF-8, a header, commas; everything as text, nothing skipped in silence."""

import csv
import io

from ddor.errors import Problem
from ddor.extract.table import Table

_SAVE_AS = 'save it again as "CSV UTF-8 (comma delimited)"'
_MOST_CHARACTERS_IN_A_FIELD = 1_000_000


def csv_table(name: str, label: str, data: bytes) -> Table:
    """The table of a CSV file. What is wrong with the file itself (zero bytes, encoding,
    separator, rows too long or too short) is in its problems; it has no columns if nothing could
    be read."""
    records, uneven, problems = csv_records(label, data)
    if not records:
        return Table.unreadable(name, label, problems)
    columns = list(zip(*records[1:], strict=True)) or [()] * len(records[0])
    return Table.build(name, label, records[0], columns, problems, uneven)


def csv_records(label: str, data: bytes) -> tuple[list[list[str]], list[int], list[Problem]]:
    """The rows of a CSV file as text, the header first, each as long as the header (none if there
    is no header); the positions below the header of those that were not; and the problems."""
    problems: list[Problem] = []

    def tell(rows, seen, expected, mend):
        problems.append(Problem(label, tuple(rows), "", seen, expected, mend))

    text = _decode(data, tell)
    records, separator = _records(text, tell)
    while records and not any(records[-1]):
        records.pop()
    if not records or not any(records[0]):
        tell(
            (),
            "no header" if data.strip() else "an empty file",
            "a header and, below it, the rows",
            "export the table again",
        )
        return [], [], problems
    if separator != ",":
        tell((1,), f"{_SEPARATORS[separator]} between the columns", "commas", _SAVE_AS)
    width = len(records[0])
    uneven = [at for at, record in enumerate(records[1:]) if len(record) != width]
    _tell_uneven(records, uneven, width, tell)
    for at in uneven:
        records[at + 1] = (records[at + 1] + [""] * width)[:width]
    return records, uneven, problems


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def _decode(data: bytes, tell) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tell((), "UTF-16 text", "UTF-8", _SAVE_AS)
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        lines = data.split(b"\n")
        rows = [number for number, line in enumerate(lines, 1) if not _is_utf8(line)]
        was = bytes([byte]).decode("cp1252", errors="replace")
        seen = f'byte 0x{byte:02X} at position {error.start}, which is "{was}" in Windows-1252'
        tell(rows, seen, "UTF-8", _SAVE_AS)
        # Go on with the reading Excel meant, so that all other problems are told as well.
        return data.decode("cp1252", errors="replace")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _records(text: str, tell) -> tuple[list[list[str]], str]:
    first = text.split("\n", 1)[0]
    separator = "," if "," in first else next((s for s in _SEPARATORS if s in first), ",")
    csv.field_size_limit(_MOST_CHARACTERS_IN_A_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        tell(
            (len(records) + 1,),
            f"a row that cannot be read ({error})",
            "quotes that are closed and doubled inside a field",
            "export the table again; the file may have been cut off",
        )
    return records, separator


def _tell_uneven(records, uneven: list[int], width: int, tell) -> None:
    counts: dict[int, list[int]] = {}
    for at in uneven:
        counts.setdefault(len(records[at + 1]), []).append(at + 2)
    for count, rows in counts.items():
        seen = f"{count} fields" if count else "an empty row"
        mend = (
            "remove the row"
            if not count
            else "look for a comma that is not inside quotes, or a row that was cut off"
        )
        tell(rows, seen, f"{width}, as in the header", mend)
