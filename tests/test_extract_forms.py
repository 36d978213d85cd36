"""Every form an extract may have gives the same extract; every broken one says what is wrong."""

import datetime as dt
import shutil
import zipfile
from pathlib import Path

import fsspec
import openpyxl
import pandas as pd
import pytest
from conftest import each_line
from extract_factory import charge, refused, request, write_csv_extract
from frames import numbered
from hypothesis import given, settings
from hypothesis import strategies as st
from weekly_runs import files_of

from ddor.errors import UsageError
from ddor.extract import read
from ddor.extract.csv_files import write_extract
from ddor.extract.limits import Limits
from ddor.extract.model import DATES_ONLY, DATETIMES, Extract
from ddor.extract.read import read_extract

ABOUT = {"as_of": "2017-03-01", "source": "test", "synthetic": "true"}
REQUESTS = [
    request(request_id="r2", county_fips="01001", state="AL", area="New Orleans"),
    request(sentence_ends_on="2040-05-06", follow_up_on="2017-02-20", notice_at=""),
]
CHARGES = [charge(), charge(charge_no="2", ncic_code="0999", charged_on="")]


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_csv_extract(tmp_path / "week", REQUESTS, CHARGES, ABOUT)


def same(a: Extract, b: Extract) -> bool:
    pd.testing.assert_frame_equal(a.requests, b.requests)
    pd.testing.assert_frame_equal(a.charges, b.charges)
    return a.about == b.about


def zipped(folder: Path, path: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return path


def workbook(path: Path, change=None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    tables = {"requests": REQUESTS, "charges": CHARGES}
    tables = {name: [rows[0], *map(dict.values, rows)] for name, rows in tables.items()}
    for name, rows in (tables | {"about": [("key", "value"), *ABOUT.items()]}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([value or None for value in row])
    if change:
        change(book)
    book.save(path)
    return path


def cell(sheet, head: str, row: int = 2):
    heads = [each.value for each in sheet[1]]
    return sheet.cell(row=row, column=heads.index(head) + 1)


def test_a_zip_a_workbook_or_a_url_is_the_same_extract(folder, tmp_path):
    extract = read_extract(str(folder))
    flat = zipped(folder, tmp_path / "a.zip")
    nested = zipped(folder, tmp_path / "b.zip", "week 7/")
    with zipfile.ZipFile(nested, "a") as archive:
        archive.writestr("__MACOSX/week 7/requests.csv", b"what a Mac adds")
    memory = fsspec.filesystem("memory")
    for file in folder.iterdir():
        memory.pipe(f"/ddor-test/week/{file.name}", file.read_bytes())
    memory.pipe("/ddor-test/week.zip", flat.read_bytes())
    urls = ("memory://ddor-test/week", "memory://ddor-test/week.zip", folder.as_uri())
    for place in (flat, nested, workbook(tmp_path / "a.xlsx"), *urls):
        assert same(extract, read_extract(str(place))), place


@pytest.mark.parametrize("native", [False, True])
def test_a_folder_of_parquet_files_is_the_same_extract(folder, tmp_path, native):
    (other := tmp_path / "parquet").mkdir()
    shutil.copy(folder / "about.yaml", other)
    for name in ("requests", "charges"):
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        if native:
            frame = frame.replace("", None)
            for column in frame.columns.intersection(DATETIMES):
                frame[column] = pd.to_datetime(frame[column], format="ISO8601")
            for column in frame.columns.intersection(DATES_ONLY):
                frame[column] = frame[column].dt.date
            if name == "charges":
                frame["charge_no"] = frame["charge_no"].astype("int64")
            else:
                frame["custody_confirmed"] = frame["custody_confirmed"] == "true"
                frame["form"] = frame["form"].astype("category")
        frame.to_parquet(other / f"{name}.parquet", index=False)
    assert same(read_extract(str(folder)), read_extract(str(other)))
    assert same(read_extract(str(folder)), read_extract(str(zipped(other, tmp_path / "p.zip"))))


@pytest.mark.parametrize(
    "column, values",
    [
        ("county_fips", [1001, 27053]),
        ("issued_at", pd.to_datetime(["2017-02-12", "2017-02-13"], utc=True)),
        ("protected", [1, 0]),
        ("request_id", [1, 2]),
    ],
)
def test_a_parquet_column_of_a_type_that_loses_something_is_refused(tmp_path, column, values):
    frame = pd.DataFrame(REQUESTS).assign(**{column: values})
    frame.to_parquet(tmp_path / "requests.parquet", index=False)
    charges = pd.DataFrame([charge(request_id=str(frame.request_id[0]))])
    charges.to_parquet(tmp_path / "charges.parquet", index=False)
    (problem,) = refused(tmp_path)
    assert problem.column == column and problem.seen.startswith("a column of type")


def test_the_dates_and_booleans_of_a_workbook_are_exact(folder, tmp_path):
    def change(book):
        cell(book["requests"], "issued_at").value = dt.datetime(2017, 2, 12, 9, 15)
        cell(book["requests"], "custody_confirmed").value = True
        cell(book["requests"], "sentence_ends_on", 3).value = dt.date(2040, 5, 6)
        cell(book["charges"], "charge_no").value = 1
        cell(book["about"], "value", 2).value = dt.date(2017, 3, 1)
        cell(book["about"], "value", 4).value = True
        book["requests"].row_dimensions[2].hidden = True
        book["requests"].auto_filter.ref = "A1:C3"
        book["requests"].append([None] * 30)
        book.create_sheet("notes").append(["anything"])

    path = workbook(tmp_path / "a.xlsx", change=change)
    assert same(read_extract(str(folder)), read_extract(str(path)))


@pytest.mark.parametrize(
    "sheet, head, value, seen",
    [
        ("requests", "county_fips", 1001, 'a number, "1001"'),
        ("charges", "ncic_code", 1399, 'a number, "1399"'),
        ("charges", "charge_no", 1.5, 'a number, "1.5"'),
        ("requests", "issued_at", 42778.38, 'a number, "42778.38"'),
        ("requests", "issued_at", dt.time(9, 15), 'a time or a duration, "09:15:00"'),
        ("requests", "agency_id", dt.datetime(2017, 3, 1), "text that Excel turned into a date"),
        ("requests", "outcome", True, "Excel's TRUE or FALSE"),
        ("requests", "agency_name", "=A1", "a formula"),
    ],
)
def test_a_cell_that_excel_has_typed_is_named_with_its_place(tmp_path, sheet, head, value, seen):
    def change(book):
        cell(book[sheet], head).value = value

    (problem,) = refused(workbook(tmp_path / "a.xlsx", change=change))
    assert (problem.table, problem.rows, problem.column) == (f"sheet {sheet}", (2,), head)
    assert problem.seen.startswith(seen)


def test_merged_cells_and_missing_sheets_of_a_workbook_are_named(tmp_path):
    def change(book):
        book["requests"].title = "Requests"
        del book["charges"]

    found = refused(workbook(tmp_path / "a.xlsx", change=change))
    assert [problem.expected for problem in found] == ["a sheet requests", "a sheet charges"]
    assert "Requests" in found[0].seen
    path = workbook(tmp_path / "a.xlsx", change=lambda book: book["requests"].merge_cells("D2:D3"))
    found = refused(path)
    assert "merged cells D2:D3" in found[0].seen and found[0].rows == (2, 3)


def test_a_zip_a_workbook_or_a_parquet_file_that_is_cut_off_or_damaged_is_invalid(folder, tmp_path):
    zip_file = zipped(folder, tmp_path / "a.zip")
    flipped = bytearray(zip_file.read_bytes())
    flipped[len(flipped) // 3] ^= 0xFF
    for path in (zip_file, workbook(tmp_path / "a.xlsx")):
        content = path.read_bytes()
        for end in (0, 3, 100, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:end])
            assert refused(path)
    zip_file.write_bytes(flipped)
    assert "damaged" in refused(zip_file)[0].seen
    (folder / "charges.csv").unlink()
    table = folder / "charges.parquet"
    pd.DataFrame(CHARGES).to_parquet(table)
    table.write_bytes(table.read_bytes()[: table.stat().st_size // 2])
    (problem,) = refused(folder)
    assert problem.table == "charges.parquet" and "cut off" in problem.seen


def test_a_zip_of_too_much_or_of_two_extracts_is_refused(folder, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for inside in ("one/", "two/"):
            archive.write(folder / "requests.csv", f"{inside}requests.csv")
    assert '"one", "two"' in refused(path)[0].seen
    assert "more than 0 MB" in refused(zipped(folder, path), limits=Limits(bytes=200))[0].seen


def test_a_table_that_is_missing_misspelt_or_in_two_forms_is_named(folder):
    (folder / "charges.csv").rename(folder / "Charges.CSV")
    (folder / "requests.csv").unlink()
    (folder / "about.yaml").rename(folder / "about.yml")
    requests, charges, about = refused(folder)
    assert (requests.table, requests.seen) == ("requests", "no such file")
    assert "Charges.CSV" in charges.seen and "header alone" in charges.mend
    assert "about.yml" in about.seen
    for form in ("csv", "parquet"):
        (folder / f"charges.{form}").touch()
    assert "both charges.csv and charges.parquet" in [each.seen for each in refused(folder)]


@each_line("""
    place                      | why
    {folder}/nowhere           | cannot be reached
    memory://ddor-test/nowhere | cannot be reached
    nosuchscheme://x/y         | cannot be reached
    {folder}/requests.csv      | expected a folder, a .zip of one, or an .xlsx
                               | no extract is named
""")
def test_a_place_that_holds_no_form_of_an_extract_is_a_usage_error(folder, place, why):
    with pytest.raises(UsageError, match=why):
        read_extract(place.format(folder=folder))


def test_a_missing_back_end_names_the_group_to_install(monkeypatch):
    def missing(url):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(UsageError, match=r"the group `cloud`"):
        read_extract("s3://bucket/week")


def test_no_message_shows_the_secrets_of_a_url():
    shown = read.without_secrets("https://user:pass@host.example/week.zip?signature=abc")
    assert shown == "https://host.example/week.zip"


HEAD, FIRST, SECOND = (
    "request_id,charge_no,ncic_code,description,disposition,charged_on,timing",
    "r1,1,1399,Assault,charged,2017-02-01,before_release",
    "r1,2,0999,Assault,charged,,before_release",
)
# What stands in charges.csv, and the rows and the text of each problem.
BROKEN = [
    ([""], [((), "an empty file")]),
    (["", "", ""], [((), "an empty file")]),
    (["   "], [((1,), "no header")]),
    ([FIRST, SECOND], [((1,), "no header")]),
    ([HEAD.upper(), FIRST], [((1,), '"REQUEST_ID" for "request_id"')]),
    (
        [f"{HEAD},timing,", f"{FIRST},x,y"],
        [((1,), 'more than one column "timing"'), ((1,), "a column without a name")],
    ),
    ([HEAD, FIRST, f"{SECOND},x", "r1,4"], [((3,), "8 fields"), ((4,), "2 fields")]),
    ([HEAD, "", FIRST, ",,,,,,", SECOND], [((2,), "an empty row"), ((4,), "an empty row")]),
    ([HEAD, FIRST, 'r1,3,1399,"Assault'], [((3,), "cannot be read")]),
    ([HEAD, FIRST.replace("Assault", '"A,\nB"'), SECOND.replace("0999", "09")], [((3,), '"09"')]),
]


@pytest.mark.parametrize(("lines", "found"), BROKEN)
def test_lines_that_make_no_table_are_named_as_a_spreadsheet_shows_them(folder, lines, found):
    (folder / "charges.csv").write_text("\n".join(lines))
    problems = refused(folder)
    assert [problem.rows for problem in problems] == [rows for rows, _ in found]
    for problem, (_, seen) in zip(problems, found, strict=True):
        assert seen in problem.seen and "r1,1,1399" not in str(problem)


def test_blank_lines_at_the_end_are_fine(folder):
    extract = read_extract(str(folder))
    (folder / "charges.csv").write_text("\n".join([HEAD, FIRST, SECOND, ",,,,,,", "", ""]))
    assert same(extract, read_extract(str(folder)))


def test_what_is_written_reads_back_as_the_same_extract(folder, tmp_path):
    extract = read_extract(str(folder))
    for name in ("out", "again"):
        write_extract(extract, tmp_path / name)
    assert same(extract, read_extract(str(tmp_path / "out")))
    text = (tmp_path / "out" / "requests.csv").read_bytes()
    assert b"2017-02-12T09:15," in text and b",2017-02-14," in text and b"\r" not in text
    assert len(files_of(tmp_path / "out")) == 3
    assert files_of(tmp_path / "out") == files_of(tmp_path / "again")


TIMES = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2017, 2, 17))
# Refused, as control characters are: signs that turn the direction of a text, and two code points
# that are no characters.
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=TURNING)
NAMES = st.text(LETTERS, max_size=12)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(TIMES, NAMES), min_size=1, max_size=5))
def test_any_time_and_any_agency_name_survive_writing_and_reading(tmp_path_factory, cases):
    said = [(str(time.replace(microsecond=0)), f"Jail,\n{name}.") for time, name in cases]
    rows = numbered(*(request(issued_at=time, agency_name=name) for time, name in said))
    folder = tmp_path_factory.mktemp("round")
    extract = read_extract(str(write_csv_extract(folder / "in", rows)))
    write_extract(extract, folder / "out")
    assert same(extract, read_extract(str(folder / "out")))
    assert list(extract.requests.agency_name) == [row["agency_name"] for row in rows]
