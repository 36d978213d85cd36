"""A table in a Parquet file, whose columns have types (cells.py)."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ddor.errors import ExtractInvalid, Problems
from ddor.extract.cells import as_text, fits
from ddor.extract.limits import ROWS_AT_ONCE, Limits, TextColumns, at_most, bounded_memory
from ddor.extract.model import NATIVE
from ddor.extract.table import RawTable, worded

# What reading so many bytes takes of memory. pyarrow believes the size that a file states.
TIMES_ITS_BYTES, AT_LEAST = 8, 128 << 20


def parquet_table(name: str, label: str, data: bytes, limits: Limits) -> RawTable:
    """The table of a Parquet file; a column in a type its kind does not allow is one problem,
    and so is a file that cannot be read (then the table has no columns)."""
    table = RawTable(name, Problems(label), limits=limits)
    try:
        with bounded_memory(TIMES_ITS_BYTES * limits.bytes + AT_LEAST):
            file = pq.ParquetFile(io.BytesIO(data))
            heads = file.schema_arrow
            at_most(limits.rows(name), file.metadata.num_rows, label, "rows")
            at_most(limits.columns, len(heads), label, "columns")
            groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
            unpacked = sum(group.total_byte_size for group in groups)
            at_most(limits.bytes, unpacked, label, "bytes")
            columns = _parquet_columns(table, file)
    except ExtractInvalid:
        raise
    except Exception as error:  # pyarrow's own errors quote the cell that they stumbled over
        table.problems.report("", *worded("no_parquet", reason=type(error).__name__))
        return table
    table.fill(heads.names, [texts for texts, _ in columns])
    for field, (_, misfits) in zip(heads, columns, strict=True):
        if misfits and field.name in table.text:
            seen, expected = f"a column of type {field.type}", NATIVE.get(field.name, "text")
            table.problems.report(field.name, seen, expected, "write the column as text")
            table.refused[field.name] = True
    return table


def _of_any_size(kind: pa.DataType) -> bool:
    return pa.types.is_nested(kind) or "binary" in str(kind)


def _parquet_columns(table: RawTable, file: pq.ParquetFile) -> list[tuple[pd.Series, bool]]:
    """The cells of each column as text, and whether a cell is of a type that does not fit; those of
    lists and bytes stay unread, for they may be of any size."""
    rows = file.metadata.num_rows
    plain = [field for field in file.schema_arrow if not _of_any_size(field.type)]
    texts, misfits, taken = TextColumns(len(plain)), [False] * len(plain), 0
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=[field.name for field in plain]):
        taken += batch.nbytes
        at_most(table.limits.bytes, taken, table.problems.label, "bytes")
        columns = []
        for at, cells in enumerate(batch.columns):
            if pa.types.is_primitive(cells.type) or pa.types.is_decimal(cells.type):
                values = cells.to_pylist()
                examples = {type(value): value for value in values}.values()
                misfits[at] |= not all(fits(each, plain[at].name) for each in examples)
                cells = pa.array([as_text(value) for value in values], pa.large_string())
            cells = cells.cast(pa.large_string()).fill_null("")
            cells.validate(full=True)  # bytes that are no UTF-8
            columns.append(cells)
        texts.add_rows(columns)
    read = zip(texts.columns(rows), misfits, strict=True)
    unread = pd.Series([""] * rows, dtype="str")
    return [(unread, True) if _of_any_size(f.type) else next(read) for f in file.schema_arrow]
