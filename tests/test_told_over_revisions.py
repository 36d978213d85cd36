"""What revisions of a week tell of people, one after the other, as the job publishes them: tables
that stand, are told anew or are taken down, and the flag `protected`, which changes nothing."""

import contextlib
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from extract_factory import charge
from frames import case_of, inputs_of, published_of
from large_archive import brief_articles
from quarter_archive import read_csv
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
from test_agreement import charges_on

from ddor.reference.figures import OF_CHARGES

JAILS = dict(q=QUILLFEATHER, b=BRACKENHOLT, o=OSPREYMOOR, t=THISTLEDOWN, w=WRENFALL)


def rows_of(**counts: int) -> list[dict[str, str]]:
    """So many requests of each jail: q1, q2, …"""
    return [
        row for prefix, count in counts.items() for row in numbered(prefix, count, JAILS[prefix])
    ]


ROWS = rows_of(q=30, b=15, o=10, t=8, w=7)
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


def without(**counts: int) -> list[dict[str, str]]:
    """ROWS but for so many of each jail."""
    gone = rows_of(**counts)
    return [row for row in ROWS if row not in gone]


def published_in(folder: Path, rows) -> SmallArchive:
    """A first revision of these rows and of their charges."""
    archive = SmallArchive(folder)
    archive.receive(rows, FIRST, charges=theirs(rows, CHARGES))
    assert archive.published(day="2017-05-20") == 1
    return archive


def theirs(rows, charges) -> list[dict[str, str]]:
    kept = {row["request_id"] for row in rows}
    return [each for each in charges if each["request_id"] in kept]


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> SmallArchive:
    """r1 of ROWS, which tells the nation and the one agency of 20 or more."""
    with brief_articles():
        return published_in(tmp_path_factory.mktemp("told") / "archive", ROWS)


@pytest.fixture
def archive(first, tmp_path) -> SmallArchive:
    return first.copied_to(tmp_path / "archive")


def revised(archive: SmallArchive, rows, charges=CHARGES, page=False) -> None:
    """The next revision, of an extract of a later date; the text of its page only if `page`."""
    archive.receive(rows, LATER, charges=theirs(rows, charges))
    with contextlib.nullcontext() if page else brief_articles():
        archive.published("--yes", day="2017-05-26")


def summary(archive: SmallArchive) -> dict:
    return json.loads((archive.week / "data" / "summary.json").read_bytes())


def told(archive: SmallArchive) -> dict[tuple[str, str], dict]:
    """(attribute, place) -> its entry of summary.json."""
    return {(each["attribute"], each["place"]): each for each in summary(archive)["disclosure"]}


def figures(archive: SmallArchive) -> dict:
    return summary(archive)["figures"]


def lines(archive: SmallArchive, name: str) -> list[dict[str, str]]:
    return read_csv(archive.week / "data" / f"{name}.csv")


def count_of(archive: SmallArchive, attribute: str, place="") -> list[dict[str, str]]:
    found = lines(archive, "attributes")
    return [each for each in found if (each["attribute"], each["place"]) == (attribute, place)]


# Revisions


def test_the_first_revision_tells_the_nation_and_the_agency_of_20_or_more(first):
    national = {(attribute, "") for attribute in ("charges", "citizenship", "days")}
    told_of = {key for key, each in told(first).items() if each["told"]}
    assert told_of == national | {("charges", QUILL)}
    assert [figures(first)[name] for name in OF_CHARGES] == [70, 35]


def test_a_revision_of_few_changes_keeps_the_tables_with_their_date_and_what_no_longer_counts(
    archive,
):
    before = {key: count_of(archive, *key) for key in told(archive)}
    revised(archive, without(q=1, b=1), page=True)
    assert figures(archive)["declined_total"] == 68
    assert figures(archive)["declined_with_charges"] == 70  # part of the table that stands
    (line,) = read_csv(archive.site / "data" / "2017" / "weeks.csv")
    assert line["declined_with_charges"] == "70" and f"charges as of {FIRST}" in line["flags"]
    entries = told(archive)
    assert {each["as_of"] for each in entries.values()} == {FIRST}
    gone = {key: each["no_longer_count"] for key, each in entries.items()}
    assert gone.pop(("charges", QUILL)) == 1 and {*gone.values()} == {2} and len(gone) == 3
    of_two = "2 of its requests no longer count"
    for key, earlier in before.items():
        after = count_of(archive, *key)
        flags = {each.pop("flags") for each in after}
        assert after == earlier
        count = "1 of its requests no longer counts" if key[1] else of_two
        assert flags == {f"as of {FIRST}; {count}"}
    flags = {each["flags"] for each in lines(archive, "charges_by_group")}
    assert flags == {f"as of {FIRST}; {of_two}"}
    assert "May 18, 2017" in words_of(archive.page(f"weeks/{WEEK}/index.html").find("article"))
    home = words_of(archive.page("index.html").find("main"))
    assert "70 declined requests, by the table of an earlier revision, concern a person" in home
    assert "46 declined requests. Charges from before the release" in home  # not 46 of 68


def test_the_nation_is_told_anew_where_ten_of_three_agencies_changed(archive):
    revised(archive, without(t=1, b=4, o=5))
    assert {each["as_of"] for each in told(archive).values()} == {LATER}
    assert figures(archive)["declined_with_charges"] == 60


def test_what_a_withdrawn_revision_told_counts_as_told_and_does_not_stand(archive):
    assert archive.ddor("withdraw", WEEK, "r1", "--reason", "error", "--yes").code == 0
    revised(archive, without(q=1, b=1))
    assert not any(each["told"] for each in told(archive).values())
    assert lines(archive, "attributes") == []
    assert figures(archive)["declined_with_charges"] is None
    # All that was told, and nothing else: no request can be told from another by it.
    revised(archive, ROWS)
    assert told(archive)["charges", ""]["as_of"] == LATER


def test_without_the_record_of_what_was_told_nothing_is_told_anew(archive):
    (archive.runs / WEEK / "r1" / "attributes.json").unlink()
    revised(archive, without(q=1, b=1))
    assert {each["why"] for each in told(archive).values()} == {
        "the private record of the tables published before is missing"
    }
    assert lines(archive, "attributes") == []


def test_a_later_extract_without_charges_leaves_the_table_of_charges_standing(archive):
    revised(archive, ROWS, charges=())
    entries = told(archive)
    assert entries["charges", ""]["as_of"] == entries["charges", QUILL]["as_of"] == FIRST
    assert entries["citizenship", ""]["as_of"] == LATER
    assert figures(archive)["declined_with_charges"] == 70


# First revisions of other weeks


def test_a_week_of_19_says_nowhere_how_many_had_charges_and_never_0(tmp_path):
    """The two figures are part of the national table: null or empty where that is not told."""
    archive = published_in(tmp_path / "archive", rows_of(q=7, b=6, o=6))
    assert figures(archive)["declined_total"] == 19
    assert told(archive)["charges", ""]["why"] == "there are fewer than 20 requests"
    year = archive.site / "data" / "2017"
    (week,) = read_csv(year / "weeks.csv")
    assert week["declined_total"] == "19"
    weeks = pd.read_parquet(year / "weeks.parquet")
    for name in OF_CHARGES:
        assert figures(archive)[name] is None and week[name] == "" and weeks[name].isna().all()
    assert not [*year.glob("attributes*"), *year.glob("charges*")]
    (workbook,) = (archive.week / "data").glob("*.xlsx")
    book = openpyxl.load_workbook(workbook)
    for name in ("attributes", "charges_by_group"):
        assert lines(archive, name) == []
        (table,) = book[name].tables.values()
        cells = [cell.value for row in book[name][table.ref][1:] for cell in row]
        assert {*cells} == {None}, name

    page = archive.page(f"weeks/{WEEK}/index.html")
    why = "does not show the charges of this week: there are fewer than 20 requests."
    assert why in words_of(page.article) and charges_on(page) == []
    data = json.loads(page.find("script", type="application/ld+json").string)
    measured = {each["name"]: each["value"] for each in data["variableMeasured"]}
    assert measured["declined_total"] == 19 and not measured.keys() & {*OF_CHARGES}
    assert figures(archive) == dict.fromkeys(OF_CHARGES) | measured
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


def test_no_flag_of_any_row_changes_a_file_a_decision_or_the_identity():
    rows = [
        *rows_of(q=20, b=8, o=7, t=5),
        *numbered("h", 1, BRACKENHOLT, outcome="honored"),
        *numbered("p", 1, QUILLFEATHER, outcome="pending", outcome_recorded_at=""),
        *numbered("x", 1, OSPREYMOOR, state="TX"),  # held back
    ]
    countries = ("MEX", "GTM", "CHN", "UNK")
    rows = [row | {"citizenship": countries[at % 4]} for at, row in enumerate(rows)]

    before = published_of(inputs_of(case_of(rows, CHARGES)))
    assert [each["told"] for each in before[0]["disclosure"]] == [True] * 4
    for bit in range(6):  # each row is flipped in one of them at least
        flag = {"protected": "true" if bit % 2 else "unknown"}
        flipped_rows = [row | (flag if at >> bit & 1 else {}) for at, row in enumerate(rows, 1)]
        assert published_of(inputs_of(case_of(flipped_rows, CHARGES))) == before, bit


def test_flipped_flags_make_no_revision_touch_no_public_byte_and_are_kept_privately(archive):
    public, private = archive.files(), files_of(archive.runs)
    kept = archive.runs / WEEK / "protected.json"

    def received(flag: str, *request_ids: str) -> dict[str, str]:
        """request_id -> the flag that is kept."""
        archive.receive(flipped(flag, *request_ids), FIRST, charges=CHARGES)
        done = archive.run(day="2017-05-20")
        assert done.code == 0 and "unchanged" in done.stdout
        assert archive.files() == public
        return json.loads(kept.read_bytes()) if kept.exists() else {}

    # As they were, they leave nothing.
    assert received("false") == {} and files_of(archive.runs) == private
    every = {row["request_id"]: "false" for row in ROWS}
    for flag, request_ids in (("true", ("q1", "o1")), ("unknown", ("b1",))):
        assert received(flag, *request_ids) == every | dict.fromkeys(request_ids, flag)
    # Back as they were: that is newer too.
    assert received("false") == every
    # A revision of new data has its own flags.
    revised(archive, without(b=1))
    assert not kept.exists()


def test_the_newest_flags_keep_a_person_out_of_the_workbook_of_rows(archive):
    archive.receive(flipped("true", "q1", "q2"), FIRST, charges=CHARGES)
    assert "unchanged" in archive.run(day="2017-05-20").stdout
    done = archive.ddor("rows", WEEK, "--figure", "declined_total", "--agency", QUILL)
    assert done.code == 0
    assert "28 rows; 2 rows of protected people left out" in done.stdout
