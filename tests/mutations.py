"""Inputs with something wrong with them: valid files of every form, changed by chance.

The same seed makes the same input. A change is of bytes (flipped, cut, doubled, put in), of the
parts of a container (of a .zip and a workbook the files inside, packed again), or of a cell.
"""

import io
import random
import zipfile
from pathlib import Path

import pandas as pd
from extract_factory import charge, request
from openpyxl import Workbook

from ddor.extract.model import DATETIMES, WORDS

COUNT = 30
# What has made a reader stumble, or could.
TOKENS = [
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b",", b";", b"\n", b"\r", b"\r\n", b"\t"),
    *(
        b"=1+1",
        b"'",
        b"[" * 500,
        b"{" * 500,
        b"&a *a",
        b"*a",
        b": ",
        b"- ",
        b"---\n",
        b"{{ ",
        b"{% ",
    ),
    *(b"<c/>", b"</row>", b"<!DOCTYPE x>", b'r="XFD1048576"', b"1e999", b"-1", b"9" * 400, b"NaN"),
    *(
        b"\xc3\x28",
        b"\xed\xa0\x80",
        "\u202e".encode(),
        b"\\ud800",
        b"%s",
        b"{0}",
        b"](javascript:x)",
    ),
    *(b"2017-02-30", b"9999-12-31", b"0000-00-00", b"2017-02-14T25:00", b"true", b"MN", b"unknown"),
    *(b"![x](http://e.org/x.png)", b"a" * 20_000, b"PK\x03\x04", b"PAR1", b"\x1a", b"\xe2\x80\xa8"),
]
# A cell that often fits somewhere.
CELLS = [
    *("", "true", "unknown", "declined", "honored", "pending", "I-247G", "policy", "convicted"),
    *(
        "2017-02-12",
        "2017-02-16T23:59",
        "2017-02-18T00:00",
        "2016-12-31",
        "2017-02-13",
        "1990-01-01",
    ),
    *("MN", "TX", "27053", "48201", "MEX", "UNK", "after_release", "at_large", "5", "9999", "35AB"),
    *(
        "\u202eJAIL",
        "=1+1",
        "\uff1d1",
        "\n=1",
        "a" * 300,
        "HENNEPIN, MARIA",
        "a@b.org",
        "<b>x</b>",
        "{{ x }}",
    ),
]
DATES = ("", "2017-02-12", "2017-02-16T23:59", "2017-02-18T00:00", "2016-12-31", "2017-02-13")
FORMS = ("csv", "zip", "xlsx", "parquet")


def rows() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    requests = [request(request_id=f"REQ-{number:04}") for number in range(COUNT)]
    for number, row in enumerate(requests):
        row |= ({}, {"outcome": "honored"}, {"form": "I-247N"})[number % 3]
    requests[7] |= {"county_fips": "06029"}
    charges = [charge(request_id=row["request_id"]) for row in requests[::2]]
    return requests, charges


def with_other_cells(chance: random.Random) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows with one to four cells that hold what another column or another day could."""
    requests, charges = rows()
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(chance.choice((requests, charges)))
        name = chance.choice([name for name in row if name not in ("request_id", "charge_no")])
        fitting = WORDS.get(name) or (DATES if name in DATETIMES else (row[name], "UNK"))
        row[name] = chance.choice(fitting if chance.random() < 0.9 else CELLS)
    return requests, charges


def files(form: str, tables: tuple | None = None) -> dict[str, bytes]:
    """An extract of these tables, or a valid one: name of the file -> bytes; of a .zip and a
    workbook one file."""
    given = zip(("requests", "charges"), tables or rows(), strict=True)
    tables = {name: pd.DataFrame(lines) for name, lines in given}
    about = b"as_of: 2017-03-01\nsource: A source\nsynthetic: true\n"
    if form == "parquet":
        made = {f"{name}.parquet": _written(table.to_parquet) for name, table in tables.items()}
        return made | {"about.yaml": about}
    if form == "xlsx":
        book = Workbook()
        book.remove(book.active)
        for name, table in tables.items():
            sheet = book.create_sheet(name)
            for line in (list(table), *table.itertuples(index=False)):
                sheet.append(line)
        return {"extract.xlsx": _written(book.save)}
    made = {f"{name}.csv": table.to_csv(index=False).encode() for name, table in tables.items()}
    made |= {"about.yaml": about}
    return {"extract.zip": packed(made)} if form == "zip" else made


def _written(write) -> bytes:
    data = io.BytesIO()
    write(data)
    return data.getvalue()


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """With one to four changes."""
    if data.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = mutated(parts[name], chance)
        methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        return packed(parts, chance.choice(methods))
    for _ in range(chance.randint(1, 4)):
        data = _changed(data, chance)
    return data


def _changed(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 1, 2, 8, 64, 1024)))
    piece = data[at:end]
    kind = chance.randrange(7)
    if kind == 0:
        return data[:at] + bytes(byte ^ (1 << chance.randrange(8)) for byte in piece) + data[end:]
    if kind == 1:
        return data[:at] + data[end:]
    if kind == 2:
        return data[:at] + piece * chance.choice((2, 3, 50)) + data[end:]
    if kind == 3:
        return data[:at] + chance.choice(TOKENS) + data[at:]
    if kind == 4:
        return data[:at] + chance.choice(TOKENS) + data[end:]
    if kind == 5:
        other = chance.randrange(len(data) + 1)
        return data[:at] + data[other : other + 64] + data[at:]
    return data[:at] if chance.random() < 0.3 else data[:at] + chance.choice(TOKENS) + data[at:]


def write(files: dict[str, bytes], folder: Path) -> Path:
    """The files into the folder; the place of the extract."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder / next(iter(files)) if len(files) == 1 else folder
