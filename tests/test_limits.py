"""What would fill the memory or never end is refused, or read in little: one small file each that
once took gigabytes or minutes. They are read one after the other in a process that may have 1 GB.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT
from extract_factory import charge, refused, request, write_csv_extract
from mutations import files, packed, write
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from ddor.errors import Problems, without_secrets
from ddor.extract.identifiers import identifier, looks, to_hide
from ddor.extract.key_files import read_keys
from ddor.extract.limits import Limits, bounded_memory
from ddor.extract.read import read_extract
from ddor.narrative import NarrativeError, render_narrative

MOST_MB = 1000


def with_cell(folder: Path, where: str, **own) -> Path:
    """A workbook with these attributes of a cell of `requests`."""
    place = write(files("xlsx"), folder)
    book = load_workbook(place)
    for name, value in own.items():
        setattr(book["requests"][where], name, value)
    book.save(place)
    return place


def parts_of_a_workbook() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(files("xlsx")["extract.xlsx"])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def formatted_cell_far_below(folder: Path) -> Path:
    return with_cell(folder, "A1048576", font=Font(bold=True))


def empty_cells_by_the_hundred_thousand(folder: Path) -> Path:
    parts = parts_of_a_workbook()
    rows = b"".join(b'<row r="%d">%s</row>' % (n, b"<c/>" * 30) for n in range(100, 20_000))
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", rows + b"</sheetData>")
    return write({"extract.xlsx": packed(parts)}, folder)


def value_far_below(folder: Path) -> Path:
    return with_cell(folder, "A1048576", value="REQ-9999")


def value_far_to_the_right(folder: Path) -> Path:
    return with_cell(folder, "XFD3", value="astray")


def too_many_equal_rows(folder: Path) -> Path:
    made = files("parquet")
    table = pd.read_parquet(io.BytesIO(made["requests.parquet"]))
    write(made, folder)
    table.iloc[[0] * 600_000].to_parquet(folder / "requests.parquet", index=False)
    return folder


def long_texts_in_few_bytes(folder: Path) -> Path:
    made = files("parquet")
    table = pd.read_parquet(io.BytesIO(made["requests.parquet"]))
    write(made, folder)
    table.iloc[[0] * 100_000].assign(agency_name="x" * 9_000).to_parquet(
        folder / "requests.parquet", index=False
    )
    return folder


def zipped_line_ends(folder: Path) -> Path:
    return write(
        {"a.zip": packed({"requests.csv": b"\n" * 34_000_000, "charges.csv": b"x"})}, folder
    )


def zipped_commas(folder: Path) -> Path:
    return write(
        {"a.zip": packed({"requests.csv": b"," * 100_000_000, "charges.csv": b"x"})}, folder
    )


def zipped_zeros_by_bzip2(folder: Path) -> Path:
    parts = {"requests.csv": b"0" * 300_000_000}
    return write({"a.zip": packed(parts, zipfile.ZIP_BZIP2)}, folder)


def text_in_no_known_encoding(folder: Path) -> Path:
    parts = {"requests.csv": b"\xff\n" * 20_000_000, "charges.csv": b"x"}
    return write({"a.zip": packed(parts)}, folder)


def many_relations(folder: Path) -> Path:
    parts, name = parts_of_a_workbook(), "xl/_rels/workbook.xml.rels"
    more = b'<Relationship Id="a" Type="b" Target="c"/>' * 1_000_000
    parts[name] = parts[name].replace(b"</Relationships>", more + b"</Relationships>")
    return write({"a.xlsx": packed(parts)}, folder)


def many_shared_texts_called_a_sheet(folder: Path) -> Path:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts, end = parts_of_a_workbook(), b"</Types>"
    named = b'<Override PartName="/xl/worksheets/s.xml" ContentType="%s.%s+xml"/>'
    types = [named % (kind.encode(), each) for each in (b"sharedStrings", b"worksheet")]
    head = "[Content_Types].xml"
    parts[head] = parts[head].replace(end, b"".join(types) + end)
    parts["xl/worksheets/s.xml"] = b"<!--<sheetData--><sst>" + b"<si/>" * 3_000_000 + b"</sst>"
    return write({"a.xlsx": packed(parts)}, folder)


def many_values_in_a_cell(folder: Path) -> Path:
    parts, name = parts_of_a_workbook(), "xl/worksheets/sheet1.xml"
    row = b'<row r="900"><c>' + b"<v/>" * 5_000_000 + b"</c></row>"
    parts[name] = parts[name].replace(b"</sheetData>", row + b"</sheetData>")
    return write({"a.xlsx": packed(parts)}, folder)


def endless_device(folder: Path) -> Path:
    write(files("csv"), folder)
    (folder / "charges.csv").unlink()
    (folder / "charges.csv").symlink_to("/dev/zero")
    return folder


def pipe(folder: Path) -> Path:
    write(files("csv"), folder)
    (folder / "charges.csv").unlink()
    os.mkfifo(folder / "charges.csv")
    return folder


def folder_for_a_table(folder: Path) -> Path:
    write(files("csv"), folder)
    (folder / "charges.csv").unlink()
    (folder / "charges.csv").mkdir()
    return folder


# What becomes of each: "" where it is read, else what its message says.
HOSTILE = {
    formatted_cell_far_below: "",
    empty_cells_by_the_hundred_thousand: "",
    value_far_below: "sheet requests: seen more than 100,000 rows",
    value_far_to_the_right: "sheet requests: seen more than 64 columns",
    too_many_equal_rows: "requests.parquet: seen more than 500,000 rows",
    long_texts_in_few_bytes: "requests.parquet: seen more than 256 MB",
    zipped_line_ends: "requests.csv: seen more than 500,000 rows",
    zipped_commas: "requests.csv: seen more than 640,000 letters in a row",
    zipped_zeros_by_bzip2: "zip: seen more than 256 MB",
    text_in_no_known_encoding: "requests.csv: seen more than 500,000 rows",
    many_relations: "workbook: seen more than 100,000 pieces",
    many_shared_texts_called_a_sheet: "workbook: seen more than 100,000 pieces",
    many_values_in_a_cell: "sheet requests: seen more than 65,536 pieces",
    endless_device: "charges.csv: seen a folder, a pipe or a device",
    pipe: "charges.csv: seen a folder, a pipe or a device",
    folder_for_a_table: "charges.csv: seen a folder, a pipe or a device",
}
READ = """
import json, re, sys
from pathlib import Path
from ddor.errors import ExtractInvalid
from ddor.extract.read import read_extract

said = {}
for name, place in json.loads(sys.argv[1]).items():
    try:
        said[name] = "" if len(read_extract(place).requests) else "no requests"
    except ExtractInvalid as error:
        said[name] = str(error)
# Not by getrusage, which begins with what the process had that started this one.
most = re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([said, int(most) >> 10]))
"""


def read_in_a_process(places: dict[str, str]) -> tuple[dict[str, str], int]:
    """What is said of each, and the most memory that it took, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", READ, json.dumps(places)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


@pytest.mark.slow
def test_no_small_file_takes_much_memory(tmp_path):
    places = {make.__name__: str(make(tmp_path / make.__name__)) for make in HOSTILE}
    said, megabytes = read_in_a_process(places)
    for make, expected in HOSTILE.items():
        found = said[make.__name__]
        assert expected in found and bool(expected) == bool(found), (make.__name__, found)
    assert megabytes < MOST_MB


def test_what_a_library_takes_beyond_a_bound_is_refused_and_the_bound_goes_again():
    with pytest.raises(MemoryError), bounded_memory(100 << 20):
        bytearray(400 << 20)
    assert len(bytearray(400 << 20))


@pytest.mark.slow
def test_the_largest_extract_is_read_in_a_gigabyte(tmp_path):
    limits, row, of_row = Limits(), request(), charge()
    tables = {"requests": (limits.requests, row), "charges": (limits.charges, of_row)}
    for name, (count, line) in tables.items():
        with open(tmp_path / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(line))
            writer.writeheader()
            for at in range(count):
                key = {"request_id": f"KEY-{at if name == 'requests' else at // 2:08}"}
                number = {"charge_no": str(1 + at % 2)} if name == "charges" else {}
                writer.writerow(line | key | number)
    said, megabytes = read_in_a_process({"largest": str(tmp_path)})
    assert said == {"largest": ""} and megabytes < MOST_MB


def test_each_limit_is_named_and_a_factor_raises_it(tmp_path):
    folder = write_csv_extract(tmp_path, [request(), request(request_id="r2")], [charge()])
    small = {"requests": 1, "charges": 0, "columns": 5, "letters": 15, "bytes": 500}
    for name, most in small.items():
        limits = Limits(**{name: most})
        assert "more than" in refused(folder, limits=limits)[0].seen, name
        if name != "charges":
            assert len(read_extract(str(folder), limits=limits.times(20)).requests) == 2, name


def test_a_cell_that_is_too_long_is_refused_and_nothing_else_is_said_of_it(tmp_path):
    row = request(agency_name="a" * 20_000, state="a@" * 10_000)
    problems = refused(write_csv_extract(tmp_path, [row]))
    assert [(p.column, p.seen) for p in problems] == [
        ("agency_name", "more than 10,000 characters"),
        ("state", "more than 10,000 characters"),
    ]


LONG = "a b |A|Aa, Bb |A. |@|a@|alien-|born |('|A'|é|a-|1-|de la |Maria Garcia |a#|Aa |x,|x, |12-"


@pytest.mark.parametrize("look", [looks, identifier, to_hide])
def test_no_text_takes_longer_than_it_is_long(look):
    """Ten times the letters take ten times as long, and not a hundred: a minute once."""
    signal.alarm(60)
    begun = time.process_time()
    for piece in LONG.split("|"):
        look(piece * (10_000 // len(piece)))
    signal.alarm(0)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{% for a in long %}{% for b in long %}x{% endfor %}{% endfor %}", "much"),
        ("{% for a in long %}{% for b in long %}{% endfor %}{% endfor %}", "much"),
        ("{% for a in long %}{% if '" + "x" * 999 + "' == a %}{% endif %}{% endfor %}", "much"),
        ("{% for a in range(9) %}{% endfor %}", 'no name "range"'),
        ("{% set a = [long, long] %}{% set a = [a, a] %}{{ a == a }}", "looped over or joined"),
        ("{% for a in [[long, long]] %}{% endfor %}", "looped over or joined"),
        ("{{ long | sort }}", "No filter"),
        ("{% if _budget_of_a_text.spend(-9) %}{% endif %}", "no name"),
        ("{{ 'a' ~ None }}", "no form for a sentence"),
        ("{{ 'a' ~ unknown }}", 'no name "unknown"'),
        ("{% set a = 'xx' %}" + "{% set a = a ~ a %}" * 40, "much"),
        ("{% set a = 'xx' %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40, "much"),
        ("{{ 9 ** 9 ** 9 }}", "not available"),
        ("{{ 99999999 * 99999999 }}", "15 digits"),
        ("{{ 'x' * 999999999 }}", "for numbers"),
        ("{{ '%999999999d' % 1 }}", "for numbers"),
        ("{{ 'x'.center(999999999) }}", "unsafe"),
        ("{{ '{:>999999999}'.format(1) }}", "unsafe"),
        ("{{ (1).to_bytes(999999999) }}", "unsafe"),
        ("{{ 'x' | center(999999999) }}", "No filter"),
        ("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "`macro`"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "recursion"),
        ("{% for a in [1] %}" * 30 + "{% endfor %}" * 30, "nested"),
    ],
)
def test_a_sentence_has_a_budget(text, why):
    with pytest.raises(NarrativeError, match=re.escape(why)):
        render_narrative(text, {"long": "x" * 9000})


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\n"
        + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcd", "bcde", strict=True)),
        "a: " + "[" * 3000,
        'a: "\\UFFFFFFFF"',
        "a: x\n" * 30_000,
    ],
)
def test_yaml_that_grows_or_goes_deep_is_refused_in_few_words(text):
    problems = Problems("a.yaml", "docs/parameters.md")
    assert read_keys(text, problems) == {}
    assert len(problems) == 1 and len(str(problems[0])) < 300


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:s3cret@host/x.zip", "https://host/x.zip"),
        ("https://host/x.zip?sig=s3cret&se=1: no", "https://host/x.zip: no"),
        ("simplecache::s3://KEY:s3c/r@et@bucket/x", "simplecache::s3://bucket/x"),
        ("https://host/a b?sig=s3cret", "https://host/a b"),
        ("(https://host/x?s3cret), then", "(https://host/x), then"),
        ("https://host/x;sig=s3cret/y", "https://host/x"),
        ("see contact:a@b.org", "see contact:a@b.org"),
        ("https://example.org/,records@county.gov", "https://example.org/,records@county.gov"),
        ("zip://a.csv::https://user:s3cret@host/a.zip", "zip://host/a.zip"),
    ],
)
def test_what_is_secret_in_an_address_is_in_no_message(address, shown):
    assert without_secrets(address) == shown


def test_what_is_no_address_stays_as_it_is():
    for text in ("Who? What?", "a@b.org", 'seen "a:b", expected', "at 10:30 @ noon", "a & b = c"):
        assert without_secrets(text) == text


def damaged() -> dict[str, tuple[str, bytes]]:
    """Kind of damage -> file name, bytes."""
    plain = files("csv")
    whole = packed(plain)
    spoiled = {}
    for name, method in (("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        data = bytearray(packed(plain, method))
        data[150:220] = bytes(70)
        spoiled[name] = ("a.zip", bytes(data))
    return spoiled | {
        "without its first bytes": ("a.zip", whole[100:]),
        "cut off": ("a.zip", whole[:-30]),
        "an empty workbook": ("a.xlsx", packed({"[Content_Types].xml": b"<x/>"})),
    }


@pytest.mark.parametrize("kind", damaged())
def test_a_damaged_container_is_one_problem(tmp_path, kind):
    name, data = damaged()[kind]
    (problem,) = refused(write({name: data}, tmp_path))
    assert problem.table in ("zip", "workbook") and len(str(problem)) < 300


def test_a_cell_that_is_no_text_is_not_quoted(tmp_path):
    data = files("parquet")["requests.parquet"].replace(b"HENNEPIN", b"MARIA\xff\xfe ")
    (problem,) = refused(write(files("parquet") | {"requests.parquet": data}, tmp_path))
    assert "ArrowInvalid" in problem.seen and "MARIA" not in str(problem)


def test_a_workbook_of_rows_out_of_order_loses_none(tmp_path):
    parts, name = parts_of_a_workbook(), "xl/worksheets/sheet1.xml"
    rows = re.findall(rb"<row .*?</row>", parts[name], re.DOTALL)
    for at, row in enumerate(rows[1:], start=1):
        parts[name] = parts[name].replace(row, b"<!-- %d -->" % at)
    for at, row in enumerate(reversed(rows[1:]), start=1):
        parts[name] = parts[name].replace(b"<!-- %d -->" % at, row)
    place = write({"extract.xlsx": packed(parts)}, tmp_path)
    assert len(read_extract(str(place)).requests) == len(rows) - 1


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        (b'<row r="3"', b'<row r="2"', "row 2 twice"),
        (b'<row r="3"', b'<row r="0"', "row 0 twice, or no row"),
        (
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="!"/></mergeCells>',
            "ValueError",
        ),
        (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A:A"/></mergeCells>', "A:A"),
    ],
)
def test_a_sheet_that_excel_would_not_write_is_refused(tmp_path, old, new, seen):
    parts = parts_of_a_workbook()
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(old, new)
    assert seen in refused(write({"a.xlsx": packed(parts)}, tmp_path))[0].seen


def test_a_table_that_is_twice_in_a_zip_is_refused(tmp_path):
    place = write({"a.zip": packed(files("csv"))}, tmp_path)
    with zipfile.ZipFile(place, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("requests.csv", "another")
    assert refused(place)[0].seen == "one file twice"


def test_a_column_of_bytes_stays_unread(tmp_path):
    made = files("parquet")
    table = pd.read_parquet(io.BytesIO(made["requests.parquet"]))
    write(made, tmp_path)
    table.assign(state=b"x" * 100).to_parquet(tmp_path / "requests.parquet", index=False)
    assert [p.seen for p in refused(tmp_path)] == ["a column of type binary"]


def test_a_sheet_that_holds_nothing_has_no_header(tmp_path):
    book = Workbook()
    book.active.title = "requests"
    book.create_sheet("charges")
    book.save(tmp_path / "a.xlsx")
    assert {p.seen for p in refused(tmp_path / "a.xlsx")} >= {"no header"}
