"""What revisions of a week tell of people, one after the other, as the job publishes them: tables
that stand, are told anew or are taken down, and the flag `protected`, which changes nothing."""

import csv
import io
import json
import re

import openpyxl
import pandas as pd
import pytest
from extract_factory import charge
from frames import case_of, inputs_of
from small_archive import (
    BRACKENHOLT,
    OSPREYMOOR,
    QUILLFEATHER,
    THISTLEDOWN,
    WEEK,
    WRENFALL,
    SmallArchive,
    files_of,
    numbered,
    words_of,
)

from ddor.jobs.weekly import week_report
from ddor.measures.figures import count_inputs
from ddor.reference.figures import OF_CHARGES

ROWS = [
    *numbered("q", 30, QUILLFEATHER),
    *numbered("b", 15, BRACKENHOLT),
    *numbered("o", 10, OSPREYMOOR),
    *numbered("t", 8, THISTLEDOWN),
    *numbered("w", 7, WRENFALL),
]
DRUGS, THEFT = "3599", "2399"
CHARGES = [
    charge(
        request_id=row["request_id"],
        ncic_code=DRUGS if number % 3 else THEFT,
        disposition="convicted" if number % 2 else "charged",
    )
    for number, row in enumerate(ROWS)
]
QUILL = QUILLFEATHER["agency_id"]
FIRST, LATER = "2017-05-18", "2017-05-25"


def without(*request_ids: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["request_id"] not in request_ids]


def named(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> SmallArchive:
    """r1 of ROWS, which tells the nation and the one agency of 20 or more."""
    archive = SmallArchive(tmp_path_factory.mktemp("told") / "archive")
    archive.receive(ROWS, FIRST, charges=CHARGES)
    assert archive.published(day="2017-05-20") == 1
    return archive


@pytest.fixture
def archive(first, tmp_path) -> SmallArchive:
    return first.copied_to(tmp_path / "archive")


def revised(archive: SmallArchive, rows, *arguments, charges=None) -> None:
    """The next revision, of an extract of a later date."""
    kept = {row["request_id"] for row in rows}
    if charges is None:
        charges = [each for each in CHARGES if each["request_id"] in kept]
    archive.receive(rows, LATER, charges=charges)
    archive.published(*arguments, day="2017-05-26")


def told(archive: SmallArchive) -> dict[tuple[str, str], dict]:
    """(attribute, place) -> its entry of summary.json."""
    summary = json.loads((archive.week / "data" / "summary.json").read_bytes())
    return {(each["attribute"], each["place"]): each for each in summary["disclosure"]}


def figures(archive: SmallArchive) -> dict:
    return json.loads((archive.week / "data" / "summary.json").read_bytes())["figures"]


def lines(archive: SmallArchive, name: str) -> list[dict[str, str]]:
    text = (archive.week / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def count_of(archive: SmallArchive, attribute: str, place="") -> list[dict[str, str]]:
    found = lines(archive, "attributes")
    return [each for each in found if (each["attribute"], each["place"]) == (attribute, place)]


# Revisions


def test_the_first_revision_tells_the_nation_and_the_agency_of_20_or_more(first):
    assert {key for key, each in told(first).items() if each["told"]} == {
        ("charges", ""),
        ("citizenship", ""),
        ("days", ""),
        ("charges", QUILL),
    }
    assert figures(first)["declined_with_charges"] == 70
    assert figures(first)["declined_with_conviction"] == 35
    of_categories = {
        each["category"]: each["requests"]
        for each in lines(first, "charges_by_group")
        if not each["group_code"] and each["requests"] != "0"
    }
    assert of_categories == {"drugs": "46", "property": "24"}


def test_a_revision_of_few_changes_keeps_the_tables_with_their_date_and_what_no_longer_counts(
    archive,
):
    before = {key: count_of(archive, *key) for key in told(archive)}
    revised(archive, without("q1", "b1"))
    assert figures(archive)["declined_total"] == 68
    assert figures(archive)["declined_with_charges"] == 70  # part of the table that stands
    weeks = (archive.site / "data" / "2017" / "weeks.csv").read_text("utf-8")
    (line,) = csv.DictReader(io.StringIO(weeks))
    assert line["declined_with_charges"] == "70" and f"charges as of {FIRST}" in line["flags"]
    entries = told(archive)
    assert {each["as_of"] for each in entries.values()} == {FIRST}
    assert {key: each["no_longer_count"] for key, each in entries.items()} == {
        ("charges", ""): 2,
        ("citizenship", ""): 2,
        ("days", ""): 2,
        ("charges", QUILL): 1,
    }
    for key, earlier in before.items():
        after = count_of(archive, *key)
        flags = {each.pop("flags") for each in after}
        assert after == earlier
        gone = entries[key]["no_longer_count"]
        counts = "counts" if gone == 1 else "count"
        assert flags == {f"as of {FIRST}; {gone} of its requests no longer {counts}"}
    assert {each["flags"] for each in lines(archive, "charges_by_group")} == {
        f"as of {FIRST}; 2 of its requests no longer count"
    }
    assert "May 18, 2017" in words_of(archive.page(f"weeks/{WEEK}/index.html").find("article"))
    home = words_of(archive.page("index.html").find("main"))
    assert "70 declined requests, by the table of an earlier revision, concern a person" in home
    assert "46 declined requests. Charges from before the release" in home  # not 46 of 68


def test_a_table_is_taken_down_where_over_a_quarter_no_longer_counts(archive):
    revised(archive, without(*named("q", 17)))
    assert told(archive)["charges", ""]["no_longer_count"] == 17  # of 70, under a quarter
    assert not told(archive)["charges", QUILL]["told"]  # of 30
    revised(archive, without(*named("q", 18)))
    entry = told(archive)["charges", ""]
    assert not entry["told"] and "no longer count" in entry["why"]
    assert lines(archive, "charges_by_group") == [] == lines(archive, "attributes")
    assert figures(archive)["declined_with_charges"] is None
    assert figures(archive)["declined_with_conviction"] is None


def test_the_nation_is_told_anew_where_ten_of_three_agencies_changed(archive):
    revised(archive, without("t1", *named("b", 4), *named("o", 5)))
    assert {each["as_of"] for each in told(archive).values()} == {LATER}
    assert figures(archive)["declined_with_charges"] == 60


def test_a_change_within_an_agencys_own_table_keeps_the_nations_from_being_told_anew(archive):
    revised(archive, without("q1", *named("b", 5), *named("o", 5)))
    entries = told(archive)
    of_charges = entries["charges", ""]
    assert (of_charges["as_of"], of_charges["no_longer_count"]) == (FIRST, 11)
    assert entries["citizenship", ""]["as_of"] == LATER  # never told of an agency


def test_nine_changes_are_too_few_to_tell_the_nation_anew(archive):
    revised(archive, without("t1", *named("b", 4), *named("o", 4)))
    assert told(archive)["charges", ""]["as_of"] == FIRST


def test_the_same_requests_with_another_charge_of_one_of_them_are_not_told_anew(archive):
    assault = {"ncic_code": "1399"}
    other = [each | (assault if each["request_id"] == "b1" else {}) for each in CHARGES]
    revised(archive, ROWS, charges=other)
    entries = told(archive)
    of_charges = entries["charges", ""]
    assert (of_charges["as_of"], of_charges["no_longer_count"]) == (FIRST, 0)
    assert entries["citizenship", ""]["as_of"] == LATER
    assert not any(
        each["category"] == "persons" and each["requests"] != "0"
        for each in lines(archive, "charges_by_group")
    )


def test_what_a_withdrawn_revision_told_counts_as_told_and_does_not_stand(archive):
    assert archive.ddor("withdraw", WEEK, "r1", "--reason", "error").code == 0
    revised(archive, without("q1", "b1"))
    assert not any(each["told"] for each in told(archive).values())
    assert lines(archive, "attributes") == []
    assert figures(archive)["declined_with_charges"] is None
    # All that was told, and nothing else: no request can be told from another by it.
    revised(archive, ROWS)
    assert told(archive)["charges", ""]["as_of"] == LATER


def test_without_the_record_of_what_was_told_nothing_is_told_anew(archive):
    (archive.runs / WEEK / "r1" / "attributes.json").unlink()
    revised(archive, without("q1", "b1"))
    assert {each["why"] for each in told(archive).values()} == {
        "the private record of what was told before is not at hand"
    }
    assert lines(archive, "attributes") == []


def test_a_later_extract_without_charges_leaves_the_table_of_charges_standing(archive):
    revised(archive, ROWS, charges=())
    entries = told(archive)
    assert entries["charges", ""]["as_of"] == entries["charges", QUILL]["as_of"] == FIRST
    assert entries["citizenship", ""]["as_of"] == LATER
    assert figures(archive)["declined_with_charges"] == 70


# First revisions of other weeks


@pytest.fixture
def published(tmp_path):
    """rows, charges -> the archive in which they are the first revision."""

    def published(rows, charges=CHARGES) -> SmallArchive:
        kept = {row["request_id"] for row in rows}
        archive = SmallArchive(tmp_path / "archive")
        archive.receive(rows, FIRST, charges=[c for c in charges if c["request_id"] in kept])
        assert archive.published(day="2017-05-20") == 1
        return archive

    return published


def test_an_agency_whose_remainder_is_not_enough_has_no_table(published):
    archive = published([row for row in ROWS if row["request_id"][0] in "qot"])
    assert told(archive)["charges", ""]["told"]
    entry = told(archive)["charges", QUILL]  # 18 others, of two agencies
    assert not entry["told"] and "compared with" in entry["why"]
    assert count_of(archive, "charges", QUILL) == []


def test_a_county_that_publishes_its_own_jail_alone_has_its_table(published):
    archive = published([row for row in ROWS if row["request_id"][0] == "q"])
    assert {key for key, each in told(archive).items() if each["told"]} == {("charges", QUILL)}
    assert "the requests went to fewer than 3 agencies" in told(archive)["charges", ""]["why"]
    counts = {
        (each["branch"], each["standing"]): each["requests"]
        for each in count_of(archive, "charges", QUILL)
    }
    assert counts == {
        ("", "convicted"): "15",
        ("", "charged_only"): "15",
        ("drugs", "all"): "20",
        ("property", "all"): "10",
    }
    assert figures(archive)["declined_with_charges"] is None
    assert lines(archive, "charges_by_group") == []


def test_a_week_without_charges_says_that_none_were_supplied_and_tells_the_rest(published):
    archive = published(ROWS, charges=())
    assert told(archive)["charges", ""]["why"] == "no charge data was supplied"
    assert told(archive)["citizenship", ""]["told"]
    assert figures(archive)["declined_with_charges"] is None
    assert lines(archive, "charges_by_group") == []


def test_a_week_of_19_says_nowhere_how_many_had_charges_and_never_0(published):
    """The two figures are part of the national table: null or empty where that is not told."""
    few = [*named("q", 7), *named("b", 6), *named("o", 6)]
    archive = published([row for row in ROWS if row["request_id"] in few])
    assert figures(archive)["declined_total"] == len(few) == 19
    assert told(archive)["charges", ""]["why"] == "there are fewer than 20 requests"
    for name in OF_CHARGES:
        assert figures(archive)[name] is None
        (week,) = csv.DictReader(io.StringIO((archive.site / "data/2017/weeks.csv").read_text()))
        assert (week["declined_total"], week[name]) == ("19", "")
        assert pd.read_parquet(archive.site / "data/2017/weeks.parquet")[name].isna().all()
    for year in (archive.site / "data" / "2017").iterdir():
        assert not year.name.startswith(("attributes", "charges"))
    (workbook,) = (archive.week / "data").glob("*.xlsx")
    book = openpyxl.load_workbook(workbook)
    for name in ("attributes", "charges_by_group"):
        assert lines(archive, name) == []
        (table,) = book[name].tables.values()
        cells = [cell.value for row in book[name][table.ref][1:] for cell in row]
        assert {*cells} == {None}, name

    page = archive.page(f"weeks/{WEEK}/index.html")
    data = json.loads(page.find("script", type="application/ld+json").string)
    measured = {each["name"]: each["value"] for each in data["variableMeasured"]}
    assert measured["declined_total"] == 19 and not measured.keys() & {*OF_CHARGES}
    assert json.loads((archive.week / "data" / "summary.json").read_bytes())["figures"] == (
        dict.fromkeys(OF_CHARGES) | measured
    )
    catalog = (archive.site / "data" / "catalog.json").read_text("utf-8")
    home = archive.page("index.html").find("main")
    (entry,) = archive.feed()
    for text in (catalog, words_of(home), *entry.values()):
        assert not [name for name in OF_CHARGES if name in text]
        assert not re.search(r"\d[^.]*\b(a charge|a conviction|convicted|charged)\b", text), text
    assert "The charges of this week are not shown" in words_of(home)
    assert "Charges." not in words_of(home.select_one("ul.points"))
    assert home.select_one("table.categories") is None
    # Nor does a page of another kind, such as an agency's, or a file beside it.
    for path, data in archive.files().items():
        if path.endswith((".html", ".xml", ".json", ".csv")):
            assert not re.search(rb"declined_with_c\w+\W{1,4}\d", data), path
            assert b"for drug offenses" not in data, path


# The flag


def flipped(flag: str, *request_ids: str) -> list[dict[str, str]]:
    return [row | ({"protected": flag} if row["request_id"] in request_ids else {}) for row in ROWS]


def published_of(rows) -> dict:
    """All that is published of a week of these rows, and what decides whether it is: its tables and
    figures, its summary, what a person has to look at, and the texts of its identity."""
    inputs = inputs_of(case_of(rows, CHARGES))
    prepared = week_report(inputs, count_inputs(inputs))
    tables = {name: table.to_csv() for name, table in prepared.tables.items()}
    return tables | {
        "figures": prepared.figures,
        "summary": prepared.summary,
        "review": prepared.review,
        "bulk": prepared.bulk,
        "identity": prepared.input_texts,
    }


def test_no_flag_of_any_row_changes_a_table_a_figure_or_the_identity():
    rows = [
        *numbered("q", 20, QUILLFEATHER),
        *numbered("b", 8, BRACKENHOLT),
        *numbered("o", 7, OSPREYMOOR),
        *numbered("t", 5, THISTLEDOWN),
        *numbered("h", 1, BRACKENHOLT, outcome="honored"),
        *numbered("p", 1, QUILLFEATHER, outcome="pending", outcome_recorded_at=""),
        *numbered("x", 1, OSPREYMOOR, state="TX"),  # held back
    ]
    countries = ("MEX", "GTM", "CHN", "UNK")
    rows = [row | {"citizenship": countries[at % 4]} for at, row in enumerate(rows)]
    before = published_of(rows)
    assert [each["told"] for each in before["summary"]["disclosure"]] == [True] * 4
    for at, row in enumerate(rows):
        flag = {"protected": "true" if at % 3 else "unknown"}
        assert published_of([*rows[:at], row | flag, *rows[at + 1 :]]) == before, row["request_id"]


def test_flipped_flags_make_no_revision_touch_no_public_byte_and_are_kept_privately(archive):
    before = archive.files()
    kept = archive.runs / WEEK / "protected.json"
    for flag, request_ids in (("true", ("q1", "o1")), ("unknown", ("b1",))):
        archive.receive(flipped(flag, *request_ids), FIRST, charges=CHARGES)
        done = archive.run(day="2017-05-20")
        assert done.code == 0 and "unchanged" in done.stdout
        assert archive.files() == before
        flags = json.loads(kept.read_bytes())
        assert {key for key, each in flags.items() if each == flag} == {*request_ids}
        assert {*flags} == {row["request_id"] for row in ROWS}
    # Back as they were: that is newer too.
    archive.receive(ROWS, FIRST, charges=CHARGES)
    assert "unchanged" in archive.run(day="2017-05-20").stdout
    assert {*json.loads(kept.read_bytes()).values()} == {"false"}


def test_flags_that_are_as_they_were_leave_nothing(archive):
    before = files_of(archive.runs)
    assert "unchanged" in archive.run(day="2017-05-20").stdout
    assert files_of(archive.runs) == before


def test_a_revision_of_new_data_has_its_own_flags_and_no_newer_ones(archive):
    archive.receive(flipped("true", "q1"), FIRST, charges=CHARGES)
    assert "unchanged" in archive.run(day="2017-05-20").stdout
    revised(archive, without("b1"))
    assert not (archive.runs / WEEK / "protected.json").exists()


def test_a_week_with_every_flag_flipped_is_published_as_the_same_bytes(first, tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(flipped("true", *(row["request_id"] for row in ROWS)), FIRST, charges=CHARGES)
    assert archive.published(day="2017-05-20") == 1
    assert archive.files() == first.files()


def test_the_newest_flags_keep_a_person_out_of_the_workbook_of_rows(archive):
    archive.receive(flipped("true", "q1", "q2"), FIRST, charges=CHARGES)
    assert "unchanged" in archive.run(day="2017-05-20").stdout
    done = archive.ddor("rows", WEEK, "--figure", "declined_total", "--agency", QUILL)
    assert done.code == 0
    assert "28 rows; 2 rows of protected people left out" in done.stdout
