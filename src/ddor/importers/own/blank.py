"""`ddor sample --blank`: the contract of an extract as files to fill in."""

from pathlib import Path

import pandas as pd

from ddor.errors import UsageError
from ddor.extract.model import COLUMNS, TABLES
from ddor.importers.own.meanings import MEANINGS


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
