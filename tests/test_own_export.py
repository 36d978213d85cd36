"""An agency's own export becomes the page of a week, as docs/own-data.md tells it."""

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import PROJECT, PUBLISHED_ON

from ddor.calendar import Week
from ddor.cli import ddor, run_week
from ddor.errors import DdorError, ExtractInvalid, NeedsCorrection, UsageError
from ddor.extract.model import TABLES
from ddor.importers.own.blank import write_blank
from ddor.importers.own.draft import draft_map
from ddor.importers.own.table import import_table

WEEK = Week.parse("2017-03-04")
EXPORT = """Sample County Jail
Detainer log

Detainer No,Inmate Name,Detainer Type,Date Received,Outcome,Outcome Date,Release Date,Charge,NCIC
D-1,DOE JOHN,Detainer - I247A,3/4/2017,Declined by jail,3/6/2017 14:30,3/6/2017 2:05 PM,Assault,1399
D-1,DOE JOHN,Detainer - I247A,3/4/2017,Declined by jail,3/6/2017 14:30,3/6/2017 2:05 PM,DUI,5404
D-2,ROE JANE,Detainer - I247A,3/5/2017,Released to ICE,3/7/2017,3/7/2017,Theft,2399
D-3,POE JIM,Notification 247N,3/5/2017,Open,,,,
"""
FILLED = {
    "date_order:.*": "date_order: month first",
    "agency_id: {value: }": "agency_id: {value: TX1230000}",
    "agency_name: {value: }": "agency_name: {value: Sample County Jail}",
    "agency_level: {value: }": "agency_level: {value: county}",
    "state: {value: }": "state: {value: TX}",
    "as_of: .*": "as_of: 2017-03-20",
    "source: .*": "source: jail records",
}


def filled(text: str) -> str:
    for draft, own in FILLED.items():
        text = re.sub(draft, own, text)
    return text


@pytest.fixture
def export(tmp_path) -> Path:
    (tmp_path / "export.csv").write_text(EXPORT)
    return tmp_path / "export.csv"


def command(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        ddor([*map(str, words)])
    return int(ended.value.code or 0)


def test_what_names_a_person_is_never_guessed_and_an_empty_sheet_stops_nothing(tmp_path):
    book = openpyxl.Workbook()
    sheet, empty = book.active, book.create_sheet("Sheet2")
    heads = "Inmate ID,Detainer No,Name of Person Held,Type,Date Received,Outcome,Facility"
    for line in (heads, "77,D-1,DOE JOHN,I247A,2017-03-04,declined,JAIL"):
        sheet.append(line.split(","))
    book.create_sheet("Template").append(heads.split(","))
    book.save(tmp_path / "e.xlsx")
    text = draft_map(tmp_path / "e.xlsx")
    assert empty.max_row == 1 and "sheet:" not in text
    assert "column: 'Detainer No'" in text and "DOE" not in text and "'Inmate ID'" not in text
    assert "# Not read: Inmate ID, Name of Person Held" in text


def test_the_auditor_gets_from_a_raw_export_to_a_page_as_written(export, monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    own, out, site = export.with_name("map.yaml"), export.with_name("x"), export.with_name("own")
    assert command("import", "table", export, "--draft-map", "--map", own) == 0
    assert command("import", "table", export, "--draft-map", "--map", own) == 2, "not overwritten"
    imported = ("import", "table", export, "--map", own, "--week", WEEK, "--out", out)
    assert command(*imported) == 2 and not out.exists(), "what is asked is not answered yet"
    asked = capsys.readouterr().err
    for place in ("requests.agency_id", "requests.state", "month or day first"):
        assert place in asked
    own.write_text(filled(own.read_text()))
    assert command(*imported) == 0
    assert command(*imported) == 2, "an extract is not replaced in silence"
    assert command(*imported, "--replace") == 0
    words = (str(WEEK), "--extract", str(out), "--output", str(site), "--quiet")
    assert run_week([*words, "--set", f"published_on={PUBLISHED_ON}"], PROJECT) == 0
    page = (site / "site" / "weeks" / str(WEEK) / "index.html").read_text(encoding="utf-8")
    assert "Sample County Jail" in page and "DOE JOHN" not in page
    extract = "".join(file.read_text() for file in out.iterdir())
    assert not [name for name in ("DOE", "ROE", "POE") if name in extract]


def test_a_draft_says_what_is_guessed_asked_and_not_known(export):
    text = draft_map(export)
    for line in (
        "date_order:  # of 3/4/2017: month first, day first or year first?",
        "'Detainer - I247A': I-247A  # guessed",
        "'Open': pending  # guessed",
        "custody_confirmed: {value: unknown}  # not in the export",
        "agency_id: {value: }  # not found: ORI or DETLOC code of the agency asked",
        "# Not read: Inmate Name",
    ):
        assert line in text
    export.write_text(EXPORT.replace("3/7/2017", "3/27/2017"))
    assert "date_order: month first" in draft_map(export), "one date can be meant in one way only"
    for short in ("17-03-04", "26-03-04"):
        export.write_text(re.sub(r"3/\d/2017", short, EXPORT))
        assert f"of {short}: month first, day first or year first?" in draft_map(export)
    own = export.with_name("map.yaml")
    own.write_text(filled(draft_map(export)).replace("date_order: month first", ""))
    export.write_text(EXPORT.replace("3/7/2017", "3/27/2017"))
    assert import_table(export, own, WEEK, export.with_name("x"), "recorded"), (
        "seen by the import too"
    )


def test_a_charge_of_each_row_and_one_request_for_each_key(export):
    own, out = export.with_name("map.yaml"), export.with_name("x")
    own.write_text(filled(draft_map(export)))
    assert import_table(export, own, WEEK, out, "recorded") == (3, 3, 0, 0)
    requests = pd.read_csv(out / "requests.csv", dtype="str").fillna("")
    assert requests["outcome"].tolist() == ["declined", "honored", "pending"]
    assert requests["released_at"].tolist() == ["2017-03-06T14:05", "2017-03-07", ""]
    charges = pd.read_csv(out / "charges.csv", dtype="str")
    assert charges["charge_no"].tolist() == ["1", "2", "1"]
    text = own.read_text()
    own.write_text(text.replace("'Open': pending", "'Open': withdrawn"))
    export.write_text(EXPORT.replace("Open,,", "Withdrawn,3/8/2017,"))
    own.write_text(own.read_text().replace("'Open': withdrawn", "'Withdrawn': superseded"))
    import_table(export, own, WEEK, export.with_name("z"), "recorded")
    theirs = pd.read_csv(export.with_name("z") / "requests.csv", dtype="str")
    assert theirs["outcome"].tolist()[2] == "superseded", "the map comes before the contract's word"
    own.write_text(text)
    lines = EXPORT.splitlines(keepends=True)
    export.write_text("".join([*lines, lines[4], lines[-1]]))
    repeated = import_table(export, own, WEEK, export.with_name("w"), "recorded")
    assert repeated == (3, 4, 1, 0), "one is a charge more, the other says nothing new"
    # Two rows of one request that disagree are two requests with one key, which is named.
    export.write_text(EXPORT.replace("Declined by jail", "Open", 1))
    with pytest.raises(
        ExtractInvalid, match="rows 5-6, outcome: seen rows of one request that differ"
    ):
        import_table(export, own, WEEK, export.with_name("y"), "recorded")
    assert not export.with_name("y").exists()


def test_of_two_tables_in_a_workbook_the_map_names_one(export):
    lines = [line.split(",") for line in EXPORT.splitlines()]
    book = openpyxl.Workbook()
    book.active.title = "2016"
    for line in lines[:5]:
        book.active.append(line)
    later = book.create_sheet("2017")
    for line in lines:
        later.append(line)
    file, own, out = (export.with_name(name) for name in ("export.xlsx", "map.yaml", "x"))
    book.save(file)
    text = filled(draft_map(file))
    assert "sheet: '2016'  # guessed; one of 2016, 2017" in text
    own.write_text(text.replace("sheet:", "# sheet:"))
    with pytest.raises(NeedsCorrection, match="none, but 2 tables with a header"):
        import_table(file, own, WEEK, out, "recorded")
    own.write_text(filled(draft_map(export)).replace("requests:", "sheet: 2017\nrequests:", 1))
    assert import_table(file, own, WEEK, out, "recorded")[0] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXPORT.split("D-1")[0] + "\n\n\n", "export.csv: no row below the header"),
        (EXPORT.replace("Assault", '"Assault'), "quotes that are closed"),
        ("Agency,County\nSample,Sample\n" + EXPORT.split("\n\n")[1], ""),
        ("a,b\n1,2\n", "no row looks like a header"),
    ],
)
def test_a_header_is_the_line_with_the_most_known_heads(export, text, said):
    export.write_text(text)
    if said:
        with pytest.raises(DdorError, match=said):
            draft_map(export)
    else:
        assert "column: 'Detainer No'" in draft_map(export)


@pytest.mark.parametrize("form", ["xlsx", "tsv", "parquet"])
def test_a_workbook_and_other_files_are_read_as_the_text_is(export, form):
    lines = [line.split(",") for line in EXPORT.splitlines()]
    file = export.with_name(f"export.{form}")
    if form == "xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        book.save(file)
    elif form == "tsv":
        file.write_text(EXPORT.replace(",", "\t"))
    else:
        pd.DataFrame(lines[4:], columns=lines[3]).to_parquet(file)
    own = export.with_name("map.yaml")
    own.write_text(filled(draft_map(export)))
    results = []
    for source, out in ((export, "a"), (file, "b")):
        import_table(source, own, WEEK, export.with_name(out), "recorded")
        results.append([f.read_bytes() for f in sorted(export.with_name(out).iterdir())])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("column: 'Detainer No'", "column: 'Detainer Nr'", 'no column "Detainer Nr"'),
        ("'Open': pending", "'Closed': pending", 'words: seen "Open" 1 times'),
        ("date_order: month first", "date_order: US", "date_order: seen"),
        ("  timing:", "  tming:", "tming: seen an unknown key, expected ncic_code"),
        ("column: 'Detainer No'", "column: [Detainer No]", "requests.request_id.column: seen"),
        ("requests:", "sheet: Jail\nrequests:", 'sheet: seen "Jail", expected one of export.csv'),
    ],
)
def test_every_mistake_in_a_map_is_named(export, wrong, right, said):
    own = export.with_name("map.yaml")
    text = filled(draft_map(export))
    assert wrong in text
    own.write_text(text.replace(wrong, right))
    with pytest.raises(NeedsCorrection) as refused:
        import_table(export, own, WEEK, export.with_name("x"), "recorded")
    assert said in str(refused.value).replace("map.yaml, ", "").replace("date_order, ", "")


def test_a_blank_contract_has_every_column_with_its_meaning_and_can_be_filled_in(tmp_path):
    files = write_blank(tmp_path / "blank")
    assert {file.name for file in files} >= {"requests.csv", "charges.csv", "extract.xlsx"}
    columns = pd.read_csv(tmp_path / "blank" / "columns.csv")
    assert len(columns) == sum(map(len, TABLES.values())) and columns["meaning"].notna().all()
    book = openpyxl.load_workbook(tmp_path / "blank" / "extract.xlsx")
    heads = [cell.value for cell in book["requests"][1]]
    assert tuple(heads) == TABLES["requests"]
    with pytest.raises(UsageError, match="name another folder"):
        write_blank(tmp_path / "blank")


def test_a_check_of_foreign_heads_leads_to_the_map(tmp_path, capsys):
    (tmp_path / "requests.csv").write_text("\n".join(EXPORT.splitlines()[3:]))
    (tmp_path / "charges.csv").write_text("request_id\n")
    assert command("check", tmp_path) == 3
    assert "ddor import table" in capsys.readouterr().err
