"""`report.table` and `report.bars`: what an analyst counts of requests follows the rules of every
other table."""

from dataclasses import replace

import pandas as pd
import pytest
from conftest import PROJECT

from ddor.errors import DdorError
from ddor.measures.disclosure import ONE_RULE, PublishedTables
from ddor.report.opening import open_week
from ddor.report.own import ATTRIBUTE, OF_PEOPLE, OF_REQUESTS


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    output = tmp_path_factory.mktemp("empty")
    settings = {"extract": str(PROJECT / "samples" / "{week}"), "output": str(output)}
    return open_week("2017-02-18", "", settings)


def numbers(shown) -> dict[str, int]:
    frame = getattr(shown, "table", shown).frame
    return {str(name): int(count) for name, count in frame.to_numpy()}


@pytest.mark.parametrize("by", OF_REQUESTS)
def test_a_table_and_its_bars_count_every_request_once(report, by):
    for rows in (report.declined_rows, report.issued_rows, report.requests):
        counted = numbers(report.table(rows, by=by))
        assert sum(counted.values()) == len(rows) > 30
        largest_first = list(counted.values())
        assert largest_first == sorted(largest_first, reverse=True)
        drawn = list(numbers(report.bars(rows, by=by)).values())
        # Of more than twelve the others are one bar.
        assert drawn[:11] == largest_first[:11] and sum(drawn) == len(rows)


def test_the_counts_are_those_of_the_reports_own_tables(report):
    published = report.counts.declined_by_agency
    published = published[published["declined"] > 0]
    by_agency = numbers(report.table(report.declined_rows, by="agency"))
    for line in published.to_dict("records"):
        (label,) = [label for label in by_agency if line["agency_id"] in label]
        assert by_agency[label] == line["declined"] and line["agency"] in label
    by_state = published.groupby("state")["declined"].sum().to_dict()
    assert numbers(report.table(report.declined_rows, by="state")) == by_state
    kinds = numbers(report.table(report.issued_rows, by="kind"))
    assert kinds["Detainer"] == report.counts.figures["issued_detainers"]
    outcomes = numbers(report.table(report.issued_rows, by="outcome"))
    assert outcomes["Pending"] == report.counts.figures["issued_pending"]


def test_a_title_says_how_many_of_the_requests_are_counted(report):
    declined = report.declined_rows
    rows = declined[declined["state"] == declined["state"].mode()[0]]
    title = f"{len(rows)} of the {len(declined)} requests recorded as declined, by agency"
    assert 0 < len(rows) < len(declined)
    assert report.table(rows, by="agency").caption == title
    every = report.bars(declined, by="class").caption
    assert every == "All requests recorded as declined, by class"
    assert report.table(rows, by="form", caption="Mine").caption == "Mine"


def test_a_selection_by_columns_of_requests_is_counted_however_it_is_made(report):
    declined, status = report.declined_rows, report.counts.status
    detainers = (declined["kind"] == "detainer") & ~declined["short_custody"]
    for chosen in (declined["law_or_court"], declined["state"].isin(["TX", "CA"]), detainers):
        rows = declined[chosen]
        whole = numbers(report.table(rows, by="state"))
        assert sum(whole.values()) == chosen.sum() > 0
        by_key = status.loc[rows.index].reset_index(drop=True)
        assert numbers(report.table(by_key.sample(frac=1, random_state=1), by="state")) == whole
    none = declined[declined["state"] == "XX"]
    assert "no rows" in report.table(none, by="state")._repr_html_()


def test_no_selection_of_people_is_counted_by_anything(report):
    status = report.counts.status
    declined = status[status["declined"]]
    common = declined["citizenship"].mode()[0]
    protected = declined["protected"] == "true"
    assert protected.any()
    selections = [
        declined[declined["citizenship"] == common],
        report.declined_rows[declined["citizenship"] == common],
        declined[~protected],
        report.issued_rows.head(10),
        report.issued_rows.sample(20, random_state=3),
    ]
    for rows in selections:
        for by in ("agency", "state", "citizenship"):
            with pytest.raises(DdorError):
                report.table(rows, by=by)


CHANGES = {
    "index": lambda rows: rows.reset_index(drop=True),
    "values": lambda rows: rows.assign(state="TX"),
    "twice": lambda rows: pd.concat([rows, rows]),
    "no columns": lambda rows: rows[[]],
    "other index": lambda rows: rows.set_axis(range(10_000, 10_000 + len(rows))),
    "added up": lambda rows: rows.groupby("state", as_index=False).first(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changed_rows_are_refused_rather_than_counted_wrong(report, change):
    with pytest.raises(DdorError, match="not rows of report.requests"):
        report.table(change(report.declined_rows), by="state")


@pytest.mark.parametrize("by", OF_PEOPLE)
def test_what_is_of_people_counts_all_declined_or_none(report, by):
    declined = report.declined_rows
    counted = sum(numbers(report.bars(declined, by=by)).values())
    # A request can be in several categories, or in none.
    assert counted == len(declined) if by != "category" else counted > 20
    one_agency = declined["agency_id"] == declined["agency_id"].mode()[0]
    parts = declined[declined["kind"] == "detainer"], declined[one_agency]
    for rows in (report.requests, report.issued_rows, *parts):
        with pytest.raises(DdorError, match="counts all declined requests together"):
            report.table(rows, by=by)


@pytest.mark.parametrize("by", OF_PEOPLE)
def test_what_is_of_people_is_refused_where_the_nation_is_not_told_anew(report, by, monkeypatch):
    key = ATTRIBUTE[by], ""
    stands = replace(report.counts.published.tables[key], why=ONE_RULE)
    few = "fewer than 3 agencies"
    for told, why in (
        (PublishedTables({}, {key: few}), few),
        (PublishedTables({key: stands}), ONE_RULE),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(report, "counts", replace(report.counts, published=told))
            with pytest.raises(DdorError, match=f"cannot be counted in this report: {why}."):
                report.table(report.declined_rows, by=by)


def test_nothing_else_of_a_person_is_counted_or_there_to_select_by(report):
    private = """request_id citizenship protected released_at notice_at sentence_ends_on
        follow_up_status custody_confirmed""".split()
    assert {*report.requests.columns}.isdisjoint(private)
    with pytest.raises(KeyError):
        report.declined_rows["citizenship"]
    for by in {*private} - {*OF_PEOPLE} | {"charges", "group", "agency_name", ""}:
        for make in (report.table, report.bars):
            with pytest.raises(DdorError, match="requests cannot be counted by"):
                make(report.declined_rows, by=by)


def test_two_charts_of_one_page_have_each_their_own_picture(report):
    issued, declined = report.issued_rows, report.declined_rows
    drawn = [(issued, "outcome"), (declined, "state"), (issued, "state"), (issued, "outcome")]
    charts = [report.bars(rows, by=by, caption="One") for rows, by in drawn]
    assert len({chart.name for chart in charts}) == 3 and charts[0].name == charts[3].name
