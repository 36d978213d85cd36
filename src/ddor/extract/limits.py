"""How large an extract may be, and how a file is read so that no more of it is ever in memory.

A file that is larger is refused before it is unpacked, or while it is read. The parameter
`size_limit_factor` raises all limits alike; docs/extract.md states them.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import stat
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ddor.errors import ExtractInvalid, Problem

if TYPE_CHECKING:  # importing them takes longer than what most commands do
    import pandas as pd
    import pyarrow as pa

CHUNK = 1 << 12  # small, because of a chunk bzip2 can make some thousand times as much
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Limits:
    """sheet_rows: of a table in a workbook, which takes long to read; letters: of a cell; bytes:
    of all files together, unpacked."""

    requests: int = 500_000
    charges: int = 1_000_000
    sheet_rows: int = 100_000
    columns: int = 64
    letters: int = 10_000
    bytes: int = 256 << 20

    def times(self, factor: int) -> Limits:
        return Limits(*(factor * each for each in astuple(self)))

    def rows(self, table: str) -> int:
        return self.requests if table == "requests" else self.charges


LIMITS = Limits()
# What an analyst maintains is small: a note, a page, a record.
MOST_BYTES_OF_A_TEXT = 1 << 20


def at_most(most: int, number: int, label: str, what: str) -> None:
    """Raises ExtractInvalid where there are more."""
    if number > most:
        raise too_large(label, most, what)


def too_large(label: str, most: int, what: str) -> ExtractInvalid:
    """`what` is what there are more than `most` of; of bytes a message says how many megabytes."""
    most, what = (most >> 20, "MB, unpacked") if what == "bytes" else (most, what)
    mend = "split or shorten it, or raise the parameter size_limit_factor (docs/extract.md)"
    return ExtractInvalid([Problem(label, (), "", *beyond(most, what), mend)])


def beyond(most: int, what: str) -> tuple[str, str]:
    """What was seen, and what was expected, of a problem."""
    return f"more than {most:,} {what}", f"at most {most:,} {what}"


def read_file(file: Path, most: int = MOST_BYTES_OF_A_TEXT) -> bytes:
    """The bytes of a file that people maintain. Raises OSError where it cannot be read, is larger,
    or is no file: a pipe or a device may have no end."""
    with open(file, "rb", opener=_regular) as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise OSError(0, f"more than {most:,} bytes")
    return data


def _regular(path: str, flags: int) -> int:
    # Without O_NONBLOCK a pipe that nobody writes to would be waited for.
    found = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise OSError(0, "a folder, a pipe or a device")
    return found


def read_stream(label: str, stream: IO[bytes], most: int, chunk: int = CHUNK) -> bytes:
    """All of a stream. Raises ExtractInvalid as soon as it gives more than `most` bytes."""
    data = io.BytesIO()
    while part := stream.read(chunk):
        at_most(most, data.tell() + len(part), label, "bytes")
        data.write(part)
    return data.getvalue()


@contextlib.contextmanager
def bounded_memory(more: int) -> Iterator[None]:
    """In here this process may take so many bytes `more` than it has, for a library that believes
    what a file says of its own size; it then raises MemoryError. Only on Linux, which tells how
    much it has."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = int(pages.read_text().split()[0]) * resource.getpagesize() + more
    # A limit that holds already stays.
    most = most if before[0] == resource.RLIM_INFINITY else min(most, before[0])
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


class TextColumns:
    """The columns of a table, filled row by row; rows that are complete take no more memory than
    their letters."""

    def __init__(self, width: int):
        self._chunks: list[list[pa.Array]] = [[] for _ in range(width)]
        self._rows: list[Sequence[str]] = []

    def add(self, cells: Sequence[str]) -> None:
        self._rows.append(cells)
        if len(self._rows) == ROWS_AT_ONCE:
            self._pack()

    def add_rows(self, columns: Sequence[pa.Array]) -> None:
        """The cells of several rows, column by column, as large_string without nulls."""
        for chunks, cells in zip(self._chunks, columns, strict=True):
            chunks.append(cells)

    def columns(self, rows: int) -> Iterator[pd.Series]:
        """The first `rows` cells of each column, as text."""
        import pandas as pd
        import pyarrow as pa

        self._pack()
        for chunks in self._chunks:
            column = pa.chunked_array(chunks, pa.large_string()).slice(0, rows)
            yield pd.Series(pd.array(column, dtype="str"))

    def _pack(self) -> None:
        import pyarrow as pa

        for chunks, cells in zip(self._chunks, zip(*self._rows, strict=True), strict=False):
            chunks.append(pa.array(cells, pa.large_string()))
        self._rows = []
