"""Where an agency is, what it was called, and who has its name: on its page, in the lists and the
search, also after a withdrawal."""

import csv
import json

import pytest
from small_archive import (
    NEXT_WEEK,
    NEXT_WEEK_ROWS,
    QUILLFEATHER,
    WEEK,
    SmallArchive,
    broken_links,
    found_in,
    numbered,
    words_of,
)

FRANKLIN = {
    "agency_id": "FRAN00001",
    "agency_name": "FRANKLIN COUNTY JAIL",
    "state": "NY",
    "county_fips": "36033",
    "area": "Buffalo",
}
IN_IOWA = {"state": "IA", "area": "St. Paul"}  # but for the code of the county: E1 holds it back


def of_next_week(rows: list[dict]) -> list[dict]:
    dates = {
        name: NEXT_WEEK_ROWS[0][name]
        for name in ("issued_at", "released_at", "outcome_recorded_at")
    }
    return [row | dates for row in rows]


@pytest.fixture
def archive(tmp_path) -> SmallArchive:
    return SmallArchive(tmp_path / "archive")


def indexed(archive: SmallArchive) -> dict[str, dict[str, str]]:
    with open(archive.site / "data" / "agencies.csv", encoding="utf-8", newline="") as file:
        return {line["agency_id"]: line for line in csv.DictReader(file)}


def two_weeks(archive: SmallArchive, first: list[dict], second: list[dict]) -> None:
    archive.receive(first)
    archive.published()
    archive.receive(of_next_week(second), week=NEXT_WEEK)
    archive.published(week=NEXT_WEEK)


def test_a_request_with_a_wrong_place_moves_no_agency(archive):
    two_weeks(
        archive,
        numbered("f", 6, FRANKLIN),
        numbered("g", 2, FRANKLIN | IN_IOWA) + numbered("q", 3, QUILLFEATHER),
    )
    held = archive.site / "weeks" / NEXT_WEEK / "data" / "held_back_by_agency.csv"
    (line,) = csv.DictReader(held.read_text(encoding="utf-8").splitlines())
    assert (line["agency_id"], line["held_back_requests"], line["state"]) == ("FRAN00001", "2", "")
    place = "Franklin County, New York (36033)"
    assert indexed(archive)["FRAN00001"]["state"] == "NY"
    page = words_of(archive.page("agencies/FRAN00001/index.html").main)
    assert place in page and "Iowa" not in page
    assert place in words_of(archive.page("agencies/by-state/ny/index.html").main)
    assert not (archive.site / "agencies" / "by-state" / "ia").exists()
    assert place in (archive.site / "search" / "index.json").read_text(encoding="utf-8")


def test_what_is_held_back_stands_in_neither_section_of_the_agencys_page(archive):
    archive.receive(numbered("f", 6, FRANKLIN) + numbered("g", 2, FRANKLIN | IN_IOWA))
    archive.published()
    page = archive.page("agencies/FRAN00001/index.html")
    tables = {table.caption.text.split(",")[0]: table for table in page.find_all("table")}
    cells = {
        name: [cell.text for cell in table.tbody.find_all("td")] for name, table in tables.items()
    }
    assert cells["Requests held back"] == ["2", "0"]
    assert cells["Requests declined"][0] == "6" and cells["Requests issued"][0] == "6"


def test_an_agency_that_was_renamed_is_found_by_both_names(archive):
    renamed = FRANKLIN | {"agency_name": "MALONE DETENTION CENTER"}
    two_weeks(archive, numbered("f", 2, FRANKLIN), numbered("g", 2, renamed))
    assert indexed(archive)["FRAN00001"]["also_named"] == FRANKLIN["agency_name"]
    page = archive.page("agencies/FRAN00001/index.html")
    assert page.h1.text == "MALONE DETENTION CENTER"
    assert "In other weeks also named: FRANKLIN COUNTY JAIL." in words_of(page.main)
    lines = json.loads((archive.site / "search" / "index.json").read_bytes())["lines"]
    (found,) = [line for line in lines if "FRAN00001" in line[0]]
    assert found[1] == "MALONE DETENTION CENTER" and "FRANKLIN COUNTY JAIL" in found[3]


def test_agencies_of_one_name_point_to_each_other_and_to_none_that_was_withdrawn(archive):
    other = FRANKLIN | {
        "agency_id": "FRAN00099",
        "state": "PA",
        "county_fips": "42055",
        "area": "Philadelphia",
    }
    two_weeks(archive, numbered("f", 2, FRANKLIN), numbered("g", 2, other))
    for own, theirs in (("FRAN00001", "FRAN00099"), ("FRAN00099", "FRAN00001")):
        notice = words_of(archive.page(f"agencies/{own}/index.html").find(class_="notice"))
        assert "Another agency has the same name" in notice and theirs in notice
    done = archive.ddor("withdraw", NEXT_WEEK, "--reason", "privacy")
    assert done.code == 0, done
    assert found_in(archive.files(), ("FRAN00099", "42055")) == set()
    assert broken_links(archive.site) == []


def test_an_agency_that_only_disputes_has_its_place_from_the_directory(archive):
    directory = archive.root / "agencies.csv"
    header = directory.read_text()
    directory.write_text(header + "FRAN00001,Franklin County Jail,county,NY,36033,Buffalo,,\n")
    archive.receive(numbered("q", 3, QUILLFEATHER))
    archive.record("never", agency_id="FRAN00001", ground="not_our_jail")
    archive.published()
    page = archive.page("agencies/FRAN00001/index.html")
    assert page.h1.text == "Franklin County Jail"
    assert "county · Franklin County, New York (36033) · FRAN00001" in words_of(page.main)
    assert WEEK in page.find("ul").a["href"] or "No published week" in words_of(page.main)
