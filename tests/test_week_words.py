"""The sentences of a weekly report where the data has nothing to count, one of something, or much
of it in one place; that no chart is drawn of nothing; and what a page of many agencies weighs."""

import gzip
import re

import pandas as pd
import pytest
from extract_factory import charge, request
from frames import case_of, copies, inputs_of, numbered
from small_archive import OSPREYMOOR, THISTLEDOWN

from ddor.measures.shares import FEWEST, half_or_more
from ddor.narrative import part_of
from ddor.report.week import WeeklyReport

BEFORE = {"issued_at": "2016-12-01"}  # issued in another week


def report(*rows, charges=(), cohort="recorded") -> WeeklyReport:
    return WeeklyReport(inputs_of(case_of(rows, charges, cohort=cohort)))


@pytest.mark.parametrize(
    ("counts", "label"),
    [((5, 3, 2), "a"), ((5, 5), None), ((4, 3, 3), None), ((10,), "a"), ((9,), None), ((), None)],
)
def test_one_label_with_half_of_ten_or_more_stands_out(counts, label):
    assert FEWEST == 10
    found = half_or_more(pd.Series(counts, index=[*"abc"][: len(counts)], dtype="int64"))
    assert found == label


@pytest.mark.parametrize(
    ("part", "total", "words"),
    [
        (5, 33, "5 of the 33 requests"),
        (33, 33, "all 33 requests"),
        (1, 1, "the one request"),
        (0, 33, "no request"),
        (0, 1, "no request"),
        (1200, 1392, "1,200 of the 1,392 requests"),
    ],
)
def test_a_part_of_all_is_named_as_such(part, total, words):
    assert part_of(part, total, "request", "requests") == words


def test_an_agency_with_half_is_named_with_the_day_that_has_most_of_its_requests():
    elsewhere = {**OSPREYMOOR, "outcome_recorded_at": "2017-02-13"}
    rows = [
        *copies(20, "a"),
        *copies(3, "b", outcome_recorded_at="2017-02-14"),
        *copies(5, "c", **elsewhere),
    ]
    assert report(*rows).phrases().concentration == (
        "23 of the 28 declined requests are of one agency, HENNEPIN COUNTY ADC\\, MN; ICE recorded "
        "20 of them on one day, February 15, 2017."
    )


def test_where_all_are_of_one_agency_and_one_day_it_says_all():
    assert report(*copies(22, "a")).phrases().concentration == (
        "All 22 declined requests are of one agency, HENNEPIN COUNTY ADC\\, MN; ICE recorded all "
        "of them on one day, February 15, 2017."
    )


def test_a_day_with_half_is_named_where_two_agencies_tie():
    rows = [*copies(6, "a"), *copies(6, "b", **OSPREYMOOR)]
    assert report(*rows).phrases().concentration == (
        "ICE recorded all 12 declined requests on one day, February 15, 2017."
    )


def test_nine_requests_of_one_agency_are_no_finding():
    assert report(*copies(9, "a")).phrases().concentration == ""


@pytest.mark.parametrize("cohort", ["recorded", "issued"])
def test_a_week_without_declines_is_told_in_sentences(cohort):
    week = report(*copies(3, "a", outcome="honored", decline_reason=""), cohort=cohort)
    phrases = week.phrases()
    told = " ".join(
        [
            phrases.key_declined,
            phrases.recorded,
            phrases.share,
            phrases.concentration,
            phrases.about_charges,
            phrases.about_days,
            phrases.key_issued,
        ]
    )
    assert "does not mean that none was declined" in told and "3 requests were recorded" in told
    assert not re.search(r"\b0\b", told)
    shown = [
        week.declined_chart(),
        week.declined_table(),
        week.charges_chart(),
        week.charges_table(),
        week.citizenship_chart(),
        week.timing_chart(),
        week.place_tables(),
    ]
    assert shown == [None] * len(shown)


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
    rows = [
        request(
            outcome=outcome,
            decline_reason="",
            released_at="",
            outcome_recorded_at="" if outcome == "pending" else "2017-02-15T14:00",
        )
        for outcome in outcomes
    ]
    assert report(*numbered(*rows)).outcomes_chart().caption == f"{title}March 1, 2017"


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


def test_without_charge_data_nothing_more_is_said_of_charges():
    week = report(*copies(8, "a"), *copies(8, "b", **OSPREYMOOR), *copies(8, "c", **THISTLEDOWN))
    assert week.phrases().about_charges == "No charge data was supplied with this extract."
    assert (week.charges_table(), week.place_tables()) == (None, None)


@pytest.mark.parametrize(
    ("convicted", "note"),
    [
        (3, "Convicted and charged only are counted by category, not by offense group."),
        (
            2,
            "Convicted and charged only are counted by category, not by offense group; they are "
            "left out where either of the two is 1 or 2.",
        ),
    ],
)
def test_empty_cells_of_the_charges_table_are_explained(convicted, note):
    rows = [*copies(8, "a"), *copies(8, "b", **OSPREYMOOR), *copies(8, "c", **THISTLEDOWN)]
    charges = [
        charge(
            request_id=row["request_id"], disposition="convicted" if at < convicted else "charged"
        )
        for at, row in enumerate(rows)
    ]
    table = report(*rows, charges=charges).charges_table()
    assert note in table._repr_html_()


def test_a_page_of_350_agencies_of_long_names_is_within_its_weight(copy_of):
    archive = copy_of("first")
    rows = [
        request(
            request_id=f"{row}-{at}",
            agency_id=f"LONG{at:05d}",
            county_fips="",
            agency_name=f"{'COUNTY DETENTION CENTER ' * 4}{at:04d}",
        )
        for at in range(350)
        for row in range(1 + at % 3)
    ]
    archive.receive(rows)
    revision = archive.published()
    for page in (archive.week / "index.html", archive.week / f"r{revision}" / "index.html"):
        content = page.read_bytes()
        assert len(content) < 200_000 and len(gzip.compress(content)) < 45_000
        assert content.count(b"COUNTY DETENTION CENTER") > 2 * 350
