"""The sentences of a weekly report where the data has nothing to count, one of something, or much
of it in one place; that no chart is drawn of nothing; and what a page of many agencies weighs."""

import gzip
import re

import pytest
from extract_factory import charge, request
from frames import case_of, copies, inputs_of, numbered
from quarter_archive import lists_left_out
from small_archive import HONORED, OSPREYMOOR, PENDING, THISTLEDOWN, SmallArchive

from ddor.report.week import WeeklyReport

BEFORE = {"issued_at": "2016-12-01"}  # issued in another week


def report(*rows, charges=(), cohort="recorded") -> WeeklyReport:
    return WeeklyReport(inputs_of(case_of(rows, charges, cohort=cohort)))


def said_together(*counts: int) -> list[dict[str, str]]:
    """So many declined requests of each of three agencies, recorded on one day."""
    agencies = {"a": {}, "b": OSPREYMOOR, "c": THISTLEDOWN}.items()
    both = zip(counts, agencies, strict=False)
    return [row for count, (name, agency) in both for row in copies(count, name, **agency)]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [
                *said_together(20),
                *copies(3, "b", outcome_recorded_at="2017-02-14"),
                *copies(5, "c", **OSPREYMOOR | {"outcome_recorded_at": "2017-02-13"}),
            ],
            "23 of the 28 declined requests are of one agency, HENNEPIN COUNTY ADC\\, MN; ICE "
            "recorded 20 of them on one day, February 15, 2017.",
        ),
        (
            said_together(22),
            "All 22 declined requests are of one agency, HENNEPIN COUNTY ADC\\, MN; ICE recorded "
            "all of them on one day, February 15, 2017.",
        ),
        (
            said_together(6, 6),
            "ICE recorded all 12 declined requests on one day, February 15, 2017.",
        ),
        (said_together(9), ""),
    ],
    ids=["half", "all", "a day", "nine"],
)
def test_an_agency_and_a_day_with_half_of_ten_or_more_are_named(rows, words):
    assert report(*rows).phrases().concentration == words


@pytest.mark.parametrize("cohort", ["recorded", "issued"])
def test_a_week_without_declines_is_told_in_sentences(cohort):
    week = report(*copies(3, "a", outcome="honored", decline_reason=""), cohort=cohort)
    names = "key_declined recorded share concentration about_charges about_days key_issued"
    told = " ".join(getattr(week.phrases(), name) for name in names.split())
    assert "does not mean that none was declined" in told and "3 requests were recorded" in told
    assert not re.search(r"\b0\b", told)
    charts = "declined_chart charges_chart citizenship_chart timing_chart"
    for name in f"{charts} declined_table charges_table place_tables".split():
        assert getattr(week, name)() is None, name


def test_a_week_without_issued_requests_has_no_table_and_no_chart_of_them():
    week = report(*copies(3, "a", **BEFORE))
    assert week.phrases().key_issued == "The extract holds no request that ICE issued in the week."
    assert (week.outcomes_chart(), week.issued_table()) == (None, None)


@pytest.mark.parametrize(
    ("outcomes", "title"),
    [
        (("honored", "honored"), "Every request issued this week had an outcome on record by "),
        (("pending", "pending"), "No request issued this week had an outcome on record by "),
        (
            ("pending", "honored"),
            "1 of the 2 requests issued this week had no outcome on record by ",
        ),
    ],
)
def test_the_title_of_the_outcomes_says_none_or_every_where_it_is_so(outcomes, title):
    rows = numbered(*(PENDING if outcome == "pending" else HONORED for outcome in outcomes))
    assert (
        report(*(request(**row) for row in rows)).outcomes_chart().caption
        == f"{title}March 1, 2017"
    )


def test_one_declined_request_is_spoken_of_as_one():
    phrases = report(*copies(1, "a"), *copies(1, "b", **BEFORE, outcome="honored")).phrases()
    assert phrases.key_declined == (
        "In the week of February 11 to 17, 2017, ICE recorded 1 request as declined, whenever it "
        "was issued, by 1 agency in 1 state. A release date is on record for the one request."
    )
    assert phrases.key_issued.endswith(
        "That one was issued in the week; the 1 above was recorded as declined in it, whenever it "
        "was issued."
    )


@pytest.mark.parametrize(
    ("convicted", "end"), [(3, "."), (2, "; they are left out where either of the two is 1 or 2.")]
)
def test_empty_cells_of_the_charges_table_are_explained(convicted, end):
    rows = said_together(8, 8, 8)
    dispositions = ["convicted"] * convicted + ["charged"] * (24 - convicted)
    charges = [
        charge(request_id=row["request_id"], disposition=disposition)
        for row, disposition in zip(rows, dispositions, strict=True)
    ]
    table = report(*rows, charges=charges).charges_table()
    note = "Convicted and charged only are counted by category, not by offense group"
    assert note + end in table._repr_html_()


def test_a_page_of_350_agencies_of_long_names_is_within_its_weight(tmp_path):
    archive = SmallArchive(tmp_path / "archive")
    name = "COUNTY DETENTION CENTER "
    named = [
        {"agency_id": f"LONG{at:05d}", "county_fips": "", "agency_name": f"{name * 4}{at:04d}"}
        for at in range(350)
    ]
    archive.receive(
        [row for at, each in enumerate(named) for row in copies(1 + at % 3, f"{at}-", **each)]
    )
    with lists_left_out():
        assert archive.published() == 1
    for page in (archive.week / "index.html", archive.week / "r1" / "index.html"):
        content = page.read_bytes()
        assert len(content) < 200_000 and len(gzip.compress(content)) < 45_000
        assert content.count(name.encode()) > 2 * 350
