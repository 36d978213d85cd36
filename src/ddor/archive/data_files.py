"""The data files of a revision, each parsed once, whoever asks."""

import json
from functools import cached_property
from pathlib import Path

from ddor.extract.csv_files import csv_lines


class DataFiles(dict[str, bytes]):
    """Name -> bytes. In place of those of a withdrawn revision stand notices."""

    @cached_property
    def summary(self) -> dict:
        return json.loads(self["summary.json"])

    @property
    def published(self) -> bool:
        """Whether there are any, and no notices."""
        return bool(self) and "figures" in self.summary

    @cached_property
    def tables(self) -> dict[str, list[dict[str, str]]]:
        """Name of each CSV file, without its ending -> its lines, as text."""
        files = {name.removesuffix(".csv"): file for name, file in self.items() if ".csv" in name}
        return {name: csv_lines(file) for name, file in files.items()}

    def by_agency(self, table: str) -> dict[str, dict[str, str]]:
        """agency_id -> its line. An empty synthetic table has a line for its notice, of none."""
        return {line["agency_id"]: line for line in self.tables[table] if line["agency_id"]}

    @cached_property
    def agencies(self) -> set[str]:
        """The agencies that any table names."""
        lines = [line for table in self.tables.values() for line in table]
        return {line["agency_id"] for line in lines if line.get("agency_id")}


def data_files_of(folder: Path) -> DataFiles:
    """Those in `folder`/data."""
    files = sorted((folder / "data").glob("*"))
    return DataFiles({file.name: file.read_bytes() for file in files})
