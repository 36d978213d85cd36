"""Where an agency is, what it was called, and who has its name: on its page, in the lists and the
search, also after a withdrawal."""

import csv
import json

import pytest
from large_archive import brief_articles
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

IN_NEW_YORK = {"state": "NY", "county_fips": "36033", "area": "Buffalo"}
FRANKLIN = IN_NEW_YORK | {"agency_id": "FRAN00001", "agency_name": "FRANKLIN COUNTY JAIL"}
IN_IOWA = {"state": "IA", "area": "St. Paul"}  # but for the code of the county: E1 holds it back


@pytest.fixture
def archive(tmp_path):
    """Its weeks have a brief article: the notebook costs seconds."""
    with brief_articles():
        yield SmallArchive(tmp_path / "archive")


def indexed(archive: SmallArchive) -> dict[str, dict[str, str]]:
    with open(archive.site / "data" / "agencies.csv", encoding="utf-8", newline="") as file:
        return {line["agency_id"]: line for line in csv.DictReader(file)}


def two_weeks(archive: SmallArchive, first: list[dict], second: list[dict]) -> None:
    archive.receive(first)
    archive.published()
    dates = ("issued_at", "released_at", "outcome_recorded_at")
    later = {name: NEXT_WEEK_ROWS[0][name] for name in dates}
    archive.receive([row | later for row in second], week=NEXT_WEEK)
    archive.published(week=NEXT_WEEK)


def test_a_request_with_a_wrong_place_moves_no_agency_and_stands_in_neither_section(archive):
    two_weeks(
        archive,
        numbered("f", 6, FRANKLIN),
        numbered("g", 2, FRANKLIN | IN_IOWA) + numbered("q", 3, QUILLFEATHER),
    )
    held = archive.site / "weeks" / NEXT_WEEK / "data" / "held_back_by_agency.csv"
    (line,) = csv.DictReader(held.read_text(encoding="utf-8").splitlines())
    assert (line["agency_id"], line["held_back_requests"], line["state"]) == ("FRAN00001", "2", "")
    opened = archive.page("agencies/FRAN00001/index.html")
    rows = {
        words_of(each.caption).split(",")[0]: [words_of(row) for row in each.tbody("tr")]
        for each in opened("table")
    }
    weeks = ("February 18 to 24, 2017", "February 11 to 17, 2017")
    assert rows["Requests held back"] == [f"{weeks[0]} 2 0", f"{weeks[1]} 0 0"]
    for section in ("Requests declined", "Requests issued"):
        assert rows[section][0].startswith(f"{weeks[0]} 0 "), rows
        assert rows[section][1].startswith(f"{weeks[1]} 6 "), rows
    place = "Franklin County, New York (36033)"
    assert indexed(archive)["FRAN00001"]["state"] == "NY"
    page = words_of(opened.main)
    assert place in page and "Iowa" not in page
    assert place in words_of(archive.page("agencies/by-state/ny/index.html").main)
    assert not (archive.site / "agencies" / "by-state" / "ia").exists()
    assert place in (archive.site / "search" / "index.json").read_text(encoding="utf-8")


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
    there = {"state": "PA", "county_fips": "42055", "area": "Philadelphia"}
    other = FRANKLIN | there | {"agency_id": "FRAN00099"}
    two_weeks(archive, numbered("f", 2, FRANKLIN), numbered("g", 2, other))
    for own, theirs in (("FRAN00001", "FRAN00099"), ("FRAN00099", "FRAN00001")):
        notice = words_of(archive.page(f"agencies/{own}/index.html").find(class_="notice"))
        assert "Another agency has the same name" in notice and theirs in notice
    done = archive.ddor("withdraw", NEXT_WEEK, "--reason", "privacy", "--yes")
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
