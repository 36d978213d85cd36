"""From a FOIA detainer file to extracts: what is kept, set aside, and refused."""

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from cases import fields
from conftest import PROJECT, cases

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, UsageError
from ddor.importers.foia.importer import Asked, import_foia

WEEK = Week(dt.date(2026, 2, 7))
RELEASE = "2026-ICLI-00005_Detainers_FY26_20260311_Redacted.xlsx"
# Field -> ICE's title, where it is not the field in capital letters.
ICE_WORDS = {
    "detainer_prepared_criminality": "Detainer Criminality",
    "detention_facility": "Detainer Facility",
    "detention_facility_code": "Detainer Facility Code",
    "most_serious_conviction_charge": "MSC Charge",
}


def detainer(**overrides) -> dict:
    row = fields(
        "detainer_prepare_date=2026-02-11, facility_state=MINNESOTA, "
        "facility_aor=St. Paul Area of Responsibility, "
        "detainer_prepared_criminality=1 Convicted Criminal, "
        "detention_facility=MINN.C.F.,ST.CLOUD, detention_facility_code=MNCFSTC, "
        "citizenship_country=MEXICO, most_serious_conviction_charge=Homicide, "
        "msc_sentence_days=NA, msc_sentence_months=74, msc_sentence_years=NA, "
        "msc_charge_code=0999, msc_charge_date=2025-11-21, msc_conviction_date=2025-12-18, "
        "detainer_lift_reason=Detainer Declined by LEA, "
        "detainer_type=I247A - Immigration Detainer - Notice of Action (as of May 2025), "
        f"gender=Male, file_original={RELEASE}"
    )
    return row | overrides


def ice_title(field: str) -> str:
    words = field.replace("_", " ").title().replace("Msc", "MSC").replace("Aor", "AOR")
    return ICE_WORDS.get(field, words)


ICE_FIELDS = [
    *(field for field in detainer() if field not in ("gender", "file_original")),
    *("birth_date", "birth_year", "anonymized_identifier"),
]


def csv_of(folder: Path, *rows: dict) -> Path:
    pd.DataFrame(list(rows)).to_csv(folder / "detainers.csv", index=False)
    return folder / "detainers.csv"


def workbook_of(folder: Path, sheets: dict[str, list[dict]], preamble: int = 6) -> Path:
    """ICE's layout: lines of text, then the titles, then the rows; a missing value is no cell."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for line in range(preamble):
            sheet.append([f"ERO LESA line {line}"])
        sheet.append([ice_title(field) for field in ICE_FIELDS])
        for row in rows:
            sheet.append([row.get(field) for field in ICE_FIELDS])
    book.save(folder / RELEASE)
    return folder / RELEASE


def imported(tmp_path: Path, files: Path | list[Path], weeks=(WEEK,), **options):
    """The summary; of whatever files, every row read is kept, of another week or set aside."""
    directory = tmp_path / "agencies.csv"
    directory.write_text(
        "agency_id,name,level,state,county_fips,area,weekly_requests,same_as\n"
        "MNCFSTC,Minnesota Correctional Facility,state,MN,27145,St. Paul,,\n"
    )
    folder = str(tmp_path / "out" / "{week}")
    options = {"weeks": list(weeks), "out": folder, "replace": True} | options
    asked = Asked(agencies=directory, **options)
    summary = import_foia([files] if isinstance(files, Path) else files, asked)
    assert summary.read == summary.kept + summary.outside + summary.set_aside.total() > 0
    assert summary.kept == sum(week.requests for week in summary.written)
    return summary


def written(tmp_path: Path, week: Week = WEEK, table: str = "requests") -> pd.DataFrame:
    path = tmp_path / "out" / str(week) / f"{table}.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def test_a_row_becomes_a_request_with_nothing_that_the_source_does_not_say(tmp_path):
    imported(tmp_path, csv_of(tmp_path, detainer()))
    (request,) = written(tmp_path).to_dict("records")
    (charge,) = written(tmp_path, table="charges").to_dict("records")
    request_id = request.pop("request_id")
    assert request_id.startswith("foia-") and charge.pop("request_id") == request_id
    assert {column: value for column, value in request.items() if value} == fields(
        "form=I-247A, issued_at=2026-02-11, agency_id=MNCFSTC, agency_name=MINN.C.F.,ST.CLOUD, "
        "agency_level=state, state=MN, county_fips=27145, area=St. Paul, citizenship=MEX, "
        "custody_confirmed=unknown, outcome=declined, sentence_ends_on=2032-02-18, "
        "protected=unknown"
    )
    assert charge == fields(
        "charge_no=1, ncic_code=0999, description=Homicide, disposition=convicted, "
        "charged_on=2025-11-21, timing=before_release"
    )


# What is over the row of detainer(), and what is said of its request.
READ = cases("""
detainer_prepare_date=02/11/2026 03:10 PM | issued_at=2026-02-11T15:10
detainer_lift_reason=Booked into Detention | outcome=honored, decline_reason=
detainer_lift_reason=  booked  INTO detention  | outcome=honored, decline_reason=
detainer_lift_reason=Insufficient Notice to ICE | decline_reason=insufficient_notice
detainer_lift_reason=Superseding - New Form Issued | outcome=superseded, decline_reason=
detainer_lift_reason=Duplicate | outcome=superseded, decline_reason=
detainer_lift_reason=Died | outcome=left_custody, decline_reason=
detainer_lift_reason=No longer in State, Local, or Federal Custody | outcome=left_custody
detainer_lift_reason=Lifted - Lack of Funds | outcome=withdrawn, decline_reason=
detainer_lift_reason=NA | outcome=pending, decline_reason=
detainer_lift_reason= | outcome=pending, decline_reason=
birth_date=2008-02-12 | protected=true
birth_date=2008-02-11 | protected=unknown
birth_year=2009 | protected=true
birth_year=2008 | protected=unknown
birth_date=b(6), b(7)c, birth_year=2009 | protected=true
birth_date=06/14/0002 03:10 PM, birth_year=2009 | protected=true
birth_year=2031 | protected=unknown
detainer_lift_reason=USC or Presumptive Claim to US Citizenship | protected=true
detainer_lift_reason=United States Citizen Interviewed | protected=true
citizenship_country=UNITED STATES | protected=true
""")
# Conviction, years, months, days, and the end.
SENTENCES = cases("""
2023-01-31 | NA   | 1  | NA   | 2023-02-28
2024-02-29 | 1    |    |      | 2025-02-28
2024-01-31 | 1    | 1  | 10   | 2025-03-10
2024-01-01 | NA   | NA | 90.0 | 2024-03-31
2024-01-01 | 9999 |    |      | 9999-12-31
2024-01-01 | NA   | NA | NA   |
NA         | 5    | NA | NA   |
""")


def of_each(tmp_path, rows: list[dict]) -> list[dict[str, str]]:
    """The request that each of these rows becomes, in their order."""
    codes = [f"MN{number:05}" for number in range(len(rows))]
    at_one = [detainer(**row, detention_facility_code=codes[at]) for at, row in enumerate(rows)]
    imported(tmp_path, csv_of(tmp_path, *at_one))
    return written(tmp_path).set_index("agency_id").loc[codes].to_dict("records")


def test_what_a_row_says_is_read_and_people_under_18_and_citizens_are_protected(tmp_path):
    requests = of_each(tmp_path, [fields(said) for said, _ in READ])
    for request, (said, told) in zip(requests, READ, strict=True):
        assert {name: request[name] for name in fields(told)} == fields(told), said


def test_a_sentence_ends_by_the_calendar(tmp_path):
    names = ("conviction_date", "sentence_years", "sentence_months", "sentence_days")
    rows = [{f"msc_{name}": one for name, one in zip(names, c, strict=False)} for c in SENTENCES]
    ends = [request["sentence_ends_on"] for request in of_each(tmp_path, rows)]
    assert ends == [sentence[-1] for sentence in SENTENCES]


def test_optional_dates_that_cannot_be_are_emptied_and_counted(tmp_path):
    row = detainer(msc_charge_date="06/14/0002 03:10 PM", msc_conviction_date="2027-01-01")
    summary = imported(tmp_path, csv_of(tmp_path, row))
    assert written(tmp_path)["sentence_ends_on"].tolist() == [""]
    assert written(tmp_path, table="charges")["charged_on"].tolist() == [""]
    assert "1: MSC charge dates unreadable, before 1900 or after the release" in str(summary)
    assert "1: MSC conviction dates unreadable, before 1900 or after the release" in str(summary)


def test_a_row_that_cannot_be_a_request_is_set_aside_with_its_rule(tmp_path):
    unfit = cases("""
    detainer_prepare_date=06/14/0002 03:10 PM | prepare date is empty, unreadable
    detainer_prepare_date=NA | prepare date is empty, unreadable
    detainer_prepare_date=2026-03-12 | prepare date is later than the release
    detention_facility_code=NA | facility code is empty or not
    detention_facility_code=MNC | facility code is empty or not
    detention_facility_code=b(6), b(7)c | facility code is empty or not
    detention_facility=Test  Facility | a test facility
    facility_state=NA, detention_facility_code=UNKNWN1 | facility state is empty
    detainer_type= | detainer type is empty
    duplicate_drop_row=TRUE | a repeat that the republisher marks
    duplicate_drop_row=1 | a repeat that the republisher marks
    """)
    flagged = detainer(duplicate_drop_row="FALSE")
    rows = [flagged | fields(said) for said, _ in unfit]
    outside = flagged | {"detainer_prepare_date": "2026-02-14"}
    summary = imported(tmp_path, csv_of(tmp_path, flagged, *rows, outside))
    assert (summary.read, summary.kept, summary.outside) == (2 + len(unfit), 1, 1)
    expected = Counter(why for _, why in unfit)
    assert len(summary.set_aside) == len(expected)
    for rule, count in summary.set_aside.items():
        assert [count] == [times for why, times in expected.items() if why in rule]
        assert f"  {count}: {rule}" in str(summary)


def test_dirt_is_counted_by_rule(tmp_path):
    charge = {"most_serious_conviction_charge": "Not  Applicable", "msc_charge_code": "NA"}
    row = detainer(**charge, msc_charge_date="b(6), b(7)c", citizenship_country="")
    row["detention_facility"] = "MINN.C.F.,  ST.CLOUD"
    text = str(imported(tmp_path, csv_of(tmp_path, row)))
    for said in (
        "  3: cells that say NA",
        "  1: cells that say Not Applicable",
        "  1: cells with a redaction mark",
        "  2: cells with outer or doubled spaces",
        "1: citizenship empty: UNK",
        "1: '1 Convicted Criminal' without a most serious conviction",
    ):
        assert said in text
    assert written(tmp_path)["agency_name"].tolist() == ["MINN.C.F., ST.CLOUD"]
    assert written(tmp_path)["citizenship"].tolist() == ["UNK"]
    assert len(written(tmp_path, table="charges")) == 0


def test_a_charge_without_a_usable_code_makes_no_charge_row_and_is_counted(tmp_path):
    codes = ("NA", "13995", "999", "13AB")
    summary = imported(tmp_path, csv_of(tmp_path, *(detainer(msc_charge_code=c) for c in codes)))
    assert sorted(written(tmp_path, table="charges")["ncic_code"]) == ["0999", "13AB"]
    assert sorted(summary.notes.values()) == [1, 1, 1]
    assert "1: MSC charge codes of three digits" in str(summary)


def test_unknown_words_stop_the_import_all_at_once_and_nothing_is_written(tmp_path):
    unknown = fields(
        "detainer_lift_reason=Lifted by Martians, detainer_type=I248 - Something New, "
        "citizenship_country=ATLANTIS, facility_state=WINNEMAC, "
        "facility_aor=Mars Area of Responsibility, detainer_prepared_criminality=4 Unheard Of"
    )
    again = detainer(citizenship_country="ATLANTIS")
    file = csv_of(tmp_path, detainer(), detainer(**unknown), again)
    with pytest.raises(ExtractInvalid) as refused:
        imported(tmp_path, file)
    assert {problem.column for problem in refused.value.problems} == set(unknown)
    assert '"ATLANTIS" 2 times' in str(refused.value)
    (country,) = [p for p in refused.value.problems if p.column == "citizenship_country"]
    assert country.rows == (3, 4)
    assert not (tmp_path / "out").exists()


def test_missing_columns_are_all_named_and_a_line_with_a_field_too_many_is_not_quoted(tmp_path):
    row = detainer()
    file = csv_of(tmp_path, row)
    file.write_text(file.read_text() + "SECRET," * 30 + "\n")
    with pytest.raises(ExtractInvalid, match="Expected 18 columns, got 31") as refused:
        imported(tmp_path, file)
    assert "SECRET" not in str(refused.value)
    del row["detainer_type"], row["msc_charge_code"]
    with pytest.raises(ExtractInvalid) as refused:
        imported(tmp_path, csv_of(tmp_path, row))
    assert [p.column for p in refused.value.problems] == ["msc_charge_code", "detainer_type"]
    assert "whose titles are detainer_prepare_date, facility_state" in str(refused.value)
    assert str(refused.value).count("facility_aor") == 1, "the titles are listed once"
    assert "a column titled msc_charge_code or" in str(refused.value)


def test_a_facility_that_the_directory_lacks_is_other_and_proposed_with_a_guess(tmp_path):
    hennepin = {"detention_facility": "HENNEPIN COUNTY ADC", "detention_facility_code": "MNHENAD"}
    federal = {"detention_facility": "US MARSHALS, MINNESOTA", "detention_facility_code": "USMMN"}
    rows = [*[detainer(**hennepin)] * 2, detainer(), detainer(**federal)]
    summary = imported(tmp_path, csv_of(tmp_path, *rows))
    assert len(written(tmp_path)) == 4
    assert "requests kept: 1 (facilities: 1)" in str(summary)  # the federal one
    requests = written(tmp_path).set_index("agency_id")
    assert requests.loc["MNHENAD", "agency_level"].unique().tolist() == ["other"]
    assert requests.loc["MNHENAD", "county_fips"].unique().tolist() == [""]
    assert "  2: HENNEPIN COUNTY ADC (MNHENAD, MN), level guessed: county" in str(summary)
    assert "MNCFSTC,MINN" not in str(summary)


def test_misspelt_twins_are_hinted_at_and_not_merged(tmp_path):
    names = ("STEARNS COUNTY SHERIFF/JAIL", "STERNS CO. JAIL", "STEELE CO. JAIL, MN")
    codes = ("MNSTEAR", "MNSTERN", "MNSTEEL")
    facilities = zip(codes, names, strict=True)
    rows = [detainer(detention_facility_code=c, detention_facility=n) for c, n in facilities]
    summary = imported(tmp_path, csv_of(tmp_path, *rows))
    assert [{one.code, other.code} for one, other in summary.twins] == [{"MNSTEAR", "MNSTERN"}]
    assert set(written(tmp_path)["agency_id"]) == set(codes)


def test_a_sheet_without_the_header_is_left_alone_and_a_workbook_without_it_refused(tmp_path):
    file = workbook_of(tmp_path, {"FY2026": [detainer()]}, preamble=3)
    book = openpyxl.load_workbook(file)
    book.create_sheet("Legend").append(["What the columns mean"])
    book.save(file)
    assert "no header in sheet Legend" in str(imported(tmp_path, file))
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(ExtractInvalid, match="cannot be read"):
        imported(tmp_path, file)
    with pytest.raises(ExtractInvalid, match="sheet Legend, none with the header"):
        imported(tmp_path, workbook_of(tmp_path, {"Legend": []}, preamble=60))


def test_of_repeats_within_24_hours_the_latest_is_kept(tmp_path):
    def at(time: dt.datetime, person: str, **overrides) -> dict:
        return detainer(detainer_prepare_date=time, anonymized_identifier=person, **overrides)

    day = dt.datetime(2026, 2, 9, 8, 0)
    hours = dt.timedelta(hours=1)
    rows = [at(day + after * hours, "p1") for after in (24, 0, 49)]
    rows += [at(day, "p1", detention_facility_code="MNOTHER"), at(day, "p2")]
    rows += [at(day, None)] * 2
    summary = imported(tmp_path, workbook_of(tmp_path, {"FY2026": rows}))
    assert (summary.read, summary.kept, summary.set_aside.total()) == (7, 6, 1)
    mncfstc = written(tmp_path).query("agency_id == 'MNCFSTC'")
    assert sorted(mncfstc["issued_at"]) == (
        ["2026-02-09T08:00"] * 3 + ["2026-02-10T08:00", "2026-02-11T09:00"]
    )
    assert "p1" not in (tmp_path / "out" / str(WEEK) / "requests.csv").read_text()


def test_files_of_two_fiscal_years_are_one_import_and_the_week_that_they_share_is_whole(tmp_path):
    """The week of September 27, 2025 begins in one file and ends in the other."""
    shared, release = Week(dt.date(2025, 9, 27)), RELEASE.replace("FY26_20260311", "FY25_20260807")
    years = {release: ["2025-09-22", "2025-09-30", "2025-09-30"], RELEASE: ["2025-10-01"]}
    books = []
    for name, days in years.items():
        rows = [detainer(detainer_prepare_date=day) for day in days]
        books.append(workbook_of(tmp_path, {"Detainers": rows}).rename(tmp_path / name))
    summary = imported(tmp_path, books, [Week(dt.date(2025, 9, 20)), shared])
    assert [week.requests for week in summary.written] == [1, 3]
    assert summary.as_of == dt.date(2026, 8, 7), "the latest of the days in the names"
    assert [*summary.tables] == [f"{release}, sheet Detainers", f"{RELEASE}, sheet Detainers"]
    about = (tmp_path / "out" / str(shared) / "about.yaml").read_text()
    for book in books:
        digest = hashlib.sha256(book.read_bytes()).hexdigest()[:16]
        assert f"{book.name}, sha256 {digest}" in about
    together = set(written(tmp_path, shared)["request_id"])
    ids = set()
    for book in books:
        imported(tmp_path, book, [shared])
        ids |= set(written(tmp_path, shared)["request_id"])
    assert together == ids, "a request has the same id, whatever files it comes with"
    with pytest.raises(UsageError, match="same file twice"):
        imported(tmp_path, [books[0], books[0]])


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('"MINN. ""A"", C"', 'MINN. "A", C'),
        ('MINN. "A" C', 'MINN. "A" C'),
        ('"MINN.\n A"', "MINN. A"),
        ('"MINN."A', None),
        ('"MINN.', None),
    ],
)
def test_quotes_are_read_as_the_csv_module_reads_them(tmp_path, cell, read):
    file = csv_of(tmp_path, detainer(detention_facility="HERE"), detainer())
    file.write_text(file.read_text().replace("HERE", cell))
    if read is None:
        with pytest.raises(ExtractInvalid, match="cannot be read"):
            imported(tmp_path, file)
        return
    imported(tmp_path, file)
    assert read in set(written(tmp_path)["agency_name"])


def test_a_byte_that_is_no_utf_8_is_refused_in_a_column_that_is_not_read_too(tmp_path):
    file = csv_of(tmp_path, detainer(gender="HERE"))
    file.write_bytes(file.read_bytes().replace(b"HERE", b"\xe9"))
    with pytest.raises(ExtractInvalid, match="not UTF-8.* save it as"):
        imported(tmp_path, file)


def test_an_empty_line_is_no_row_and_keeps_its_number(tmp_path):
    file = csv_of(tmp_path, detainer(), detainer(citizenship_country="ATLANTIS"))
    head, *lines = file.read_text().splitlines()
    file.write_text("\n".join([head, "", lines[0], "", "", lines[1], "", ""]))
    with pytest.raises(ExtractInvalid) as refused:
        imported(tmp_path, file)
    assert refused.value.problems[0].rows == (6,)


@pytest.mark.slow
def test_a_national_file_takes_bounded_memory_and_is_the_same_as_csv_and_parquet(tmp_path):
    """300,000 rows of 65 columns, with more different texts in some than are kept as words."""
    script = PROJECT / "benchmarks" / "large_foia.py"
    files = [str(tmp_path / f"national.{form}") for form in ("csv", "parquet")]
    subprocess.run([sys.executable, script, "300000", *files], check=True)
    code = "import sys; from ddor.cli import ddor; ddor(sys.argv[1:])"
    weeks, found = "2016-10-01..2026-03-06", []
    for file in files:
        out = f"{file}.weeks"
        words = ["import", "foia", file, "--weeks", weeks, "--out", f"{out}/{{week}}"]
        command = [sys.executable, "-c", code, *words]
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        assert used.ru_maxrss >> 10 < 700
        tables = sorted(Path(out).glob("*/*.csv"))
        found.append([(table.relative_to(out), table.read_bytes()) for table in tables])
    assert len(found[0]) == 2 * 486 and found[0] == found[1]


def test_csv_parquet_and_every_sheet_of_ices_workbook_give_the_same_requests_and_ids(tmp_path):
    before = Week(dt.date(2026, 1, 31))
    other = {"citizenship_country": "LAOS", "msc_charge_code": "NA"}
    rows = [detainer(), detainer(), detainer(**other, detainer_prepare_date="2026-02-04")]
    typed = pd.DataFrame(rows).drop(columns="gender").replace("NA", None)
    for column in ("detainer_prepare_date", "msc_charge_date", "msc_conviction_date"):
        typed[column] = pd.to_datetime(typed[column])
    typed["msc_sentence_months"] = typed["msc_sentence_months"].astype(float)
    typed.to_parquet(tmp_path / "detainers.parquet")
    cells = typed.to_dict("records")
    book = workbook_of(tmp_path, {"FY2026": cells[:2], "FY2025": cells[2:]})
    tables = []
    for file in (csv_of(tmp_path, *rows), tmp_path / "detainers.parquet", book):
        summary = imported(tmp_path, file, [before, WEEK])
        assert (summary.read, summary.kept, summary.as_of) == (3, 3, dt.date(2026, 3, 11))
        names = ("requests", "charges")
        tables.append([written(tmp_path, week, name) for week in (before, WEEK) for name in names])
    assert [*summary.tables] == ["sheet FY2026", "sheet FY2025"]
    assert [len(table) for table in tables[0]] == [1, 0, 2, 2]
    assert tables[0][2]["request_id"].is_unique
    for of_file in tables[1:]:
        for table, of_csv in zip(of_file, tables[0], strict=True):
            pd.testing.assert_frame_equal(table, of_csv)


def test_an_id_does_not_depend_on_the_other_rows_or_on_the_person(tmp_path):
    imported(tmp_path, csv_of(tmp_path, detainer(birth_year="1980")))
    (alone,) = written(tmp_path)["request_id"]
    file = csv_of(tmp_path, detainer(detainer_prepare_date="02/12/2026 01:00 PM"), detainer())
    imported(tmp_path, file)
    assert alone in set(written(tmp_path)["request_id"])


def test_the_release_date_is_given_or_in_the_name_or_else_the_latest_prepare_date(tmp_path):
    named = imported(tmp_path, csv_of(tmp_path, detainer()))
    assert named.as_of == dt.date(2026, 3, 11)
    assert named.as_of_from == f"from the file name {RELEASE}"
    assert "duplicates not looked for" in str(named)
    nameless = csv_of(tmp_path, detainer(file_original="NA"))
    latest = imported(tmp_path, nameless)
    assert latest.as_of == dt.date(2026, 2, 11)
    assert "as of 2026-02-11 (the latest date in the file" in str(latest)
    assert imported(tmp_path, nameless, as_of=dt.date(2026, 4, 1)).as_of == dt.date(2026, 4, 1)


def test_several_weeks_need_a_folder_each_and_one_without_rows_is_listed_and_not_written(tmp_path):
    file = csv_of(tmp_path, detainer())
    summary = imported(tmp_path, file, [WEEK, WEEK.next])
    assert summary.weeks_without_rows == [WEEK.next]
    assert not (tmp_path / "out" / str(WEEK.next)).exists()
    assert f"{WEEK.next}: no rows, nothing written" in str(summary)
    with pytest.raises(UsageError, match="{week}"):
        imported(tmp_path, file, [WEEK, WEEK.next], out=str(tmp_path / "x"))
