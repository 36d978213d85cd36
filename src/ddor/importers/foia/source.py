"""Reads FOIA detainer files as text: only the columns that an import uses, under one name each.

The header is found by its titles (`data/titles.csv`); by them the form of a file is recognized
too (`data/forms.csv`). All other columns are left behind here, so what they hold about a person
cannot reach an extract. Birth dates and the pseudonym are used only to find people under 18,
repeated requests, and a request in an earlier release.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ddor.errors import DdorError, ExtractInvalid, Problems
from ddor.extract.cells import as_text
from ddor.extract.table import invalid, worded
from ddor.importers.containers import HEADER_WITHIN, TEXTS, Columns, tables_of
from ddor.importers.foia.tables import ANOTHER_FORM, FORMS, MEANS_EMPTY, NEEDED, TITLES, Form

# Fewer are no header: a legend has one title in a line.
LEAST_TITLES = 4
_ROWS_AT_ONCE = 1 << 15


def read_source(files: Sequence[Path]) -> tuple[pa.Table, dict[str, Form], list[str]]:
    """The rows of all files: the fields of TITLES as text (dictionary-encoded, empty is null),
    `file` (its place among the files), `table` (the sheet, or the file's name) and `row` (as a
    spreadsheet numbers it); the tables read, with the form of each; the sheets without a header.

    Raises UsageError (no such file, no known form) or ExtractInvalid (unreadable, no header, or
    columns missing: all of them, and the titles that were seen).
    """
    parts: list[pa.Table] = []
    read: dict[str, Form] = {}
    unread: list[str] = []
    for at, path in enumerate(files):
        without, before = [], len(read)
        try:
            for table, lines, columns in tables_of(path, _titles_in, LEAST_TITLES):
                label = table if len(files) == 1 or table == path.name else f"{path.name}, {table}"
                if not (found := _below_header(label, lines, columns)):
                    without.append(label)
                    continue
                read[label], rows = found
                named = pa.array([label] * len(rows), pa.string()).dictionary_encode()
                number = pa.array(np.full(len(rows), at, "int32"))
                parts.append(rows.append_column("table", named).append_column("file", number))
        except DdorError:
            raise
        except Exception as error:  # each of the readers has errors of its own
            raise invalid(path.name, *worded("no_detainer_file", error=error)) from None
        if len(read) == before:
            words = worded("no_titles", tables=", ".join(without), needed=", ".join(NEEDED))
            raise invalid(path.name, *words)
        unread += without
    every = pa.schema([(field, TEXTS) for field in TITLES]).empty_table()
    return pa.concat_tables([every, *parts], promote_options="default"), read, unread


def _below_header(
    label: str, lines: Iterator[Sequence], columns: Columns
) -> tuple[Form, pa.Table] | None:
    """The form, and the fields of the rows under the header with `row`; None if there is no header
    (a cover, a legend). Raises ExtractInvalid with all the fields that the header lacks."""
    for number, titles in enumerate(islice(lines, HEADER_WITHIN), start=1):
        places = _places(titles)
        if len(places) >= LEAST_TITLES:
            form = _form_of(label, titles, places)
            used = sorted({place for theirs in places.values() for place in theirs})
            found = columns(used, number) or _table(lines, used)
            texts = dict(zip(used, map(_words, found.columns), strict=True))
            rows = pa.table({f: _first([texts[p] for p in own]) for f, own in places.items()})
            # A line without anything in it is no record: it has a number, and is left out.
            numbers = np.arange(number + 1, number + 1 + len(rows), dtype="int32")
            filled = functools.reduce(pc.or_, (texts.is_valid() for texts in rows.columns))
            return form, rows.append_column("row", pa.array(numbers)).filter(filled)
    return None


def _form_of(label: str, titles: Sequence, places: dict[str, list[int]]) -> Form:
    """Raises ExtractInvalid with every needed field that is missing and that the form has."""
    signs = set(_plain(titles))
    fit = (form for form in FORMS if form.signs <= signs and not form.not_signs & signs)
    form = next(fit, ANOTHER_FORM)
    missing = Problems(label)
    for field in NEEDED:
        if field not in places and field not in form.lacks:
            words = worded("missing_field", form=form.name, titles=" or ".join(TITLES[field]))
            missing.report(field, *words)
    if missing:
        seen = ", ".join(str(title) for title in titles if title)
        raise ExtractInvalid(missing, f"{label}, whose titles are {seen}")
    return form


def _plain(titles: Sequence) -> list[str]:
    return [re.sub(r"[^a-z0-9]+", "_", str(title).lower()).strip("_") for title in titles]


def _places(titles: Sequence) -> dict[str, list[int]]:
    """Field -> positions of its columns, in the order in which they count."""
    plain = _plain(titles)
    places = {
        field: [at for title in theirs for at, each in enumerate(plain) if each == title]
        for field, theirs in TITLES.items()
    }
    return {field: found for field, found in places.items() if found}


def _titles_in(titles: Sequence) -> int:
    return len(_places(titles))


def _table(lines: Iterator[Sequence], places: list[int]) -> pa.Table:
    """The cells at these places of the lines, as text."""
    kind = pa.schema([(str(place), TEXTS) for place in places])
    parts = []
    while batch := [
        [as_text(cells[place]) if place < len(cells) else "" for place in places]
        for cells in islice(lines, _ROWS_AT_ONCE)
    ]:
        columns = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
        parts.append(pa.record_batch([column.dictionary_encode() for column in columns], kind))
    return pa.Table.from_batches(parts, kind)


def _words(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of any type as text, dictionary-encoded: each of its different values is looked at
    once, and an empty one is null."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes, words = one_dictionary(column)
    if words.type != pa.string():
        words = pa.array([as_text(word) for word in words.to_pylist()], pa.string())
    if (empty := pc.index(words, "").as_py()) >= 0:
        codes = pc.if_else(pc.equal(codes, empty), None, codes)
    return pa.DictionaryArray.from_arrays(codes, words)


def one_dictionary(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """The different values of a dictionary-encoded column, and of each row which it has."""
    whole = column.combine_chunks()
    return whole.indices.cast(pa.int32()), whole.dictionary


def _first(columns: list[pa.DictionaryArray]) -> pa.DictionaryArray:
    """Of a field that has several columns the first of a row counts that says something, else the
    first filled one."""
    if len(columns) == 1:
        return columns[0]
    texts = [column.cast(pa.string()) for column in columns]
    empty = f"(?i)^\\s*({'|'.join(MEANS_EMPTY.values())})\\s*$"
    telling = [pc.if_else(pc.match_substring_regex(each, empty), None, each) for each in texts]
    return pc.coalesce(*telling, *texts).dictionary_encode()
