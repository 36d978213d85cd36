"""What a revision keeps for good: its article, its pictures and its data files.

The article is kept without what the page around it adds: links to other pages of the site, and the
described cases. A description of one person must not be kept for good, for the case may end without
a conviction. So what the notebook shows between two marks (BEGIN, END) is taken out of the article
that is kept. The catalog has it as long as the revision is the current one, and the page around the
article puts it back. It is nowhere else.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ddor.errors import ArchiveUnavailable
from ddor.extract.csv_files import csv_lines
from ddor.maintained.cases import BEGIN, END

CASES_FILE = "cases.html"
CASES = re.compile(f"{BEGIN}(.*?){END}", re.DOTALL)
LINK = re.compile(
    r'<a href="[^"]*?([A-Za-z0-9-]+)/index\.html(#[\w-]+)?" data-(agency|page)(?:="[^"]*")?>'
    r"([^<]*)</a>"
)


@dataclass(frozen=True)
class Article:
    """html: `<article>…</article>`; its pictures are named files beside the page, with what can be
    taken along of a chart. pictures: file name -> bytes. messages: for whoever runs it, and nobody
    else."""

    html: str
    pictures: dict[str, bytes]
    messages: tuple[str, ...] = ()


class DataFiles(dict[str, bytes]):
    """The data files of a revision, name -> bytes, each parsed once, whoever asks. In place of
    those of a withdrawn revision are notices. Raises ArchiveUnavailable for one that is lost."""

    folder: Path | None = None

    def __missing__(self, name: str) -> bytes:
        raise ArchiveUnavailable(f"{self.folder} lacks {name}; restore it")

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
        return {name: [*csv_lines(file)] for name, file in files.items()}

    def lines(self, table: str) -> list[dict[str, str]]:
        """Those of a table that has to be there, so that its file may only be lost."""
        return self.tables[table] if table in self.tables else [*csv_lines(self[f"{table}.csv"])]

    def by_agency(self, table: str) -> dict[str, dict[str, str]]:
        """agency_id -> its line. An empty synthetic table has a line for its notice, of none."""
        return {line["agency_id"]: line for line in self.lines(table) if line["agency_id"]}

    @cached_property
    def agencies(self) -> set[str]:
        """The agencies that any table names."""
        lines = [line for table in self.tables.values() for line in table]
        return {line["agency_id"] for line in lines if line.get("agency_id")}


def data_files_of(folder: Path) -> DataFiles:
    """Those in `folder`/data."""
    files = sorted((folder / "data").glob("*"))
    found = DataFiles({file.name: file.read_bytes() for file in files})
    found.folder = folder / "data"
    return found


def kept_files(article: Article, data: Mapping[str, bytes]) -> dict[str, bytes]:
    """All of a revision that must never change again, by the names of its manifest."""
    files = {f"data/{name}": file for name, file in data.items()}
    return article_files(article.html) | article.pictures | files


def article_files(article: str) -> dict[str, bytes]:
    """An article by the names of the manifest: as it is kept, and the described cases, where there
    are any. No revision keeps these; they are compared as long as it is the current one (`ddor
    verify`)."""
    kept, cases = split_cases(article)
    return {"article.html": kept.encode()} | ({CASES_FILE: cases.encode()} if cases else {})


def split_cases(article: str) -> tuple[str, str]:
    """-> the article as it is kept, with the marks and nothing between them; and what stands
    between them, "" where nothing does."""
    return CASES.sub(BEGIN + END, article), "\n".join(filter(None, CASES.findall(article)))


def article_of(page: Path) -> str:
    """The article of a page, without its links to other pages. Raises ArchiveUnavailable."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    article = re.search(r"<article>.*</article>\n", text, re.DOTALL)
    if article is None:
        raise ArchiveUnavailable(f"{page} has no article; restore it")
    return LINK.sub(r'<span data-\3="\1\2">\4</span>', article[0])
