"""Reading a Parquet file: codes as strings, dates and booleans in their own types or as text."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ddor.errors import Problem
from ddor.extract.columns import KINDS, NATIVE
from ddor.extract.table import Table


def parquet_table(name: str, label: str, data: bytes) -> Table:
    """The table of a Parquet file; a column in a type its kind does not allow is a problem, told
    once, and so is a file that cannot be read (then the table has no columns). Rows are numbered
    as a spreadsheet would, the first one 2."""
    try:
        arrow = pq.ParquetFile(io.BytesIO(data)).read()
    except (pa.ArrowException, OSError) as error:
        seen = f"a file that is not Parquet, or cut off ({str(error).splitlines()[0][:100]})"
        mend = "write the table again"
        problem = Problem(label, (), "", seen, "a whole Parquet file", mend)
        return Table.unreadable(name, label, [problem])
    heads, problems, refused = arrow.column_names, [], set()
    columns = []
    for head, column in zip(heads, arrow.columns, strict=True):
        kind = KINDS.get(head)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        is_empty = column.null_count == len(column)  # of any type: pandas writes it as a double
        if kind and not is_empty and not _allowed(kind, column.type):
            expected, mend = NATIVE[kind], "write the column as text"
            problems.append(
                Problem(label, (), head, f"a column of type {column.type}", expected, mend)
            )
            refused.add(head)
        columns.append(_text(column))
    table = Table.build(name, label, heads, columns, problems)
    for head in refused:
        table.refused[head] = True
    return table


def _allowed(kind: str, type_: pa.DataType) -> bool:
    if _is_string(type_) or pa.types.is_null(type_):
        return True
    if kind in ("date", "time"):
        has_zone = pa.types.is_timestamp(type_) and type_.tz is not None
        return (pa.types.is_timestamp(type_) or pa.types.is_date(type_)) and not has_zone
    if kind == "tristate":
        return pa.types.is_boolean(type_)
    return kind == "number" and pa.types.is_integer(type_)


def _is_string(type_: pa.DataType) -> bool:
    return any(
        test(type_)
        for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _text(column: pa.ChunkedArray) -> np.ndarray:
    """The column as text, empty where null; a date as ISO 8601, a fraction of a second kept."""
    nulls = column.is_null().to_numpy()
    if _is_string(column.type):
        values = column.to_numpy().astype(object)
    elif pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        times = column.to_numpy()
        whole = times.astype("datetime64[s]")
        has_fraction = (times != whole) & ~np.isnat(times)
        values = np.datetime_as_string(times if has_fraction.any() else whole).astype(object)
    elif pa.types.is_boolean(column.type):
        values = np.where(column.fill_null(False).to_numpy(), "true", "false").astype(object)
    else:
        values = np.array([str(value) for value in column.to_pylist()], dtype=object)
    values[nulls] = ""
    return values
