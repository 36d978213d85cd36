"""The history of a week: the counts of earlier published weeks, read from the public archive."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest
from cases import line
from extract_factory import request
from frames import WEEK, counts_of, numbered

from ddor.archive.downloads import table_files, with_notice
from ddor.calendar import Week
from ddor.published.catalog import Catalog, Revision
from ddor.published.history import WEEKS_LOOKED_BACK, WEEKS_NEEDED, no_history, read_history
from ddor.reference.figures import METHOD


def publish(site: Path, first_day: str, *rows, synthetic=False) -> None:
    """What a published week leaves behind that the history reads, from requests of WEEK."""
    data = site / "weeks" / first_day / "data"
    data.mkdir(parents=True)
    counts = counts_of(numbered(*rows))
    tables = {
        "issued_by_agency": counts.issued_by_agency,
        "declined_by_agency": counts.declined_by_agency,
        "held_back_by_agency": counts.held_back_by_agency,
    }
    for name, content in table_files(with_notice(tables) if synthetic else tables).items():
        (data / name).write_bytes(content)
    (data / "summary.json").write_text(json.dumps({"figures": counts.figures}))


def saturdays(count: int, before: Week) -> list[str]:
    """The first days of the `count` weeks before a week, in order."""
    days = [before.first_day - dt.timedelta(days=7 * back) for back in range(count, 0, -1)]
    return [day.isoformat() for day in days]


def test_an_empty_archive_has_no_history(tmp_path):
    history = read_history(tmp_path / "site", WEEK)
    assert history.weeks == ()
    pd.testing.assert_frame_equal(history.counts, no_history().counts)


def test_issued_and_declined_are_counted_by_week_and_agency(tmp_path):
    pending = {"outcome": "pending", "outcome_recorded_at": ""}
    texas = {"agency_id": "TX2270000", "state": "TX", "county_fips": "48453", "area": "San Antonio"}
    of_texas = [request(**texas, issued_at="2016-01-01"), request(**texas, outcome="honored")]
    publish(tmp_path, "2017-01-28", request(), request(**pending), *of_texas)
    publish(tmp_path, "2017-02-04", request(**pending))
    history = read_history(tmp_path, WEEK)
    assert history.weeks == ("2017-01-28", "2017-02-04")
    assert history.counts.to_numpy().tolist() == [
        ["2017-01-28", "MN0270000", 2, 1],
        ["2017-01-28", "TX2270000", 1, 1],
        ["2017-02-04", "MN0270000", 1, 0],
    ]
    assert list(history.counts) == ["week", "agency_id", "issued", "declined"]
    assert history.counts.dtypes.tolist() == no_history().counts.dtypes.tolist()


def test_what_was_held_back_counts_as_it_was_received(tmp_path):
    federal = {"agency_id": "TX2270000", "agency_level": "federal"}
    elsewhere = {"releasing_agency_id": "MN0270099"}  # E2: its outcome is in doubt
    before, after = {"issued_at": "2016-06-01"}, {"outcome_recorded_at": "2017-02-20"}
    publish(
        tmp_path,
        "2017-02-04",
        request(**federal),
        request(**federal, **after),
        request(**federal, outcome="honored"),
        request(**federal, **before),
        request(**federal, **before, **after),
        request(),
        request(**elsewhere),
        request(**elsewhere, **before),
    )
    assert read_history(tmp_path, WEEK).counts.to_numpy().tolist() == [
        ["2017-02-04", "MN0270000", 2, 3],
        ["2017-02-04", "TX2270000", 3, 2],
    ]


def test_an_agency_whose_requests_are_always_held_is_not_stopped_by_its_0(tmp_path):
    federal = [request(agency_id="TX2270000", agency_level="federal") for _ in range(5)]
    for day in saturdays(WEEKS_NEEDED, WEEK):
        publish(tmp_path, day, *federal)
    history = read_history(tmp_path, WEEK)
    assert line("E4", *numbered(*federal), history=history)["rows"] == 5
    assert line("E5", *numbered(*federal), history=history)["status"] == "ok"
    many = [federal[0]] * (3 * 5 + 4)
    assert line("E5", *numbered(*many), history=history)["rows"] == len(many)


def test_the_week_itself_and_later_weeks_are_not_seen(tmp_path):
    for first_day in ("2017-02-04", str(WEEK), "2017-02-18"):
        publish(tmp_path, first_day, request())
    assert read_history(tmp_path, WEEK).weeks == ("2017-02-04",)


def test_the_last_26_published_weeks_are_seen_and_no_older_ones(tmp_path):
    days = saturdays(28, WEEK)
    published = [day for day in days if day != days[20]]  # one week is missing among them
    publish(tmp_path / "made", "x", request())
    for day in published:
        (tmp_path / "weeks" / day).mkdir(parents=True)
        (tmp_path / "weeks" / day / "data").symlink_to(tmp_path / "made" / "weeks" / "x" / "data")
    history = read_history(tmp_path, WEEK)
    assert WEEKS_LOOKED_BACK == 26
    assert list(history.weeks) == published[1:]
    assert history.counts["week"].tolist() == published[1:]


def test_a_withdrawn_week_without_its_data_is_no_part_of_it(tmp_path):
    publish(tmp_path, "2017-02-04", request())
    (tmp_path / "weeks" / "2017-01-28" / "r1" / "data").mkdir(parents=True)
    (tmp_path / "weeks" / "2017-01-21" / "data").mkdir(parents=True)
    assert read_history(tmp_path, WEEK).weeks == ("2017-02-04",)


def test_a_published_week_without_any_figure_counts_as_a_week(tmp_path):
    publish(
        tmp_path,
        "2017-02-04",
        request(issued_at="2016-01-01", outcome="pending", outcome_recorded_at=""),
    )
    history = read_history(tmp_path, WEEK)
    assert (history.weeks, len(history.counts)) == (("2017-02-04",), 0)


@pytest.mark.parametrize("agency_id", ["NULL", "0010", "1E10"])
def test_an_agency_id_stays_the_text_it_is(tmp_path, agency_id):
    publish(tmp_path, "2017-02-04", request(agency_id=agency_id), synthetic=True)
    assert read_history(tmp_path, WEEK).counts["agency_id"].tolist() == [agency_id]


def test_history_is_no_part_of_another_folder_of_the_site(tmp_path):
    publish(tmp_path / "quarters", "2017-02-04", request())
    assert read_history(tmp_path, WEEK).weeks == ()


def catalog(site: Path, *first_days, method=METHOD) -> None:
    trend = {"method": method}
    revision = Revision(1, "", "2017-06-01", "2017-04-24", "", {}, trend=trend)
    weeks = {day: [revision] for day in first_days}
    (site / "data").mkdir(exist_ok=True)
    (site / "data" / "catalog.json").write_bytes(
        Catalog("recorded", False, {"weeks": weeks}).file()
    )


def test_of_the_last_published_week_alone_the_total_is_seen(tmp_path):
    assert read_history(tmp_path, WEEK).last_declined is None
    publish(tmp_path, "2017-01-21", request(), request(), request())
    publish(tmp_path, "2017-01-28", request(), request(outcome="honored"))
    catalog(tmp_path, "2017-01-21", "2017-01-28")
    assert read_history(tmp_path, WEEK).last_declined == 1
    folder = tmp_path / "weeks" / "2017-01-28" / "data"
    (folder / "summary.json").write_text('{"withdrawn": "Withdrawn on 2017-05-01"}')
    history = read_history(tmp_path, WEEK)
    assert (history.weeks, history.last_declined) == (("2017-01-21",), 3)


def test_the_total_of_a_week_counted_by_another_method_is_not_compared(tmp_path):
    publish(tmp_path, "2017-01-28", request())
    catalog(tmp_path, "2017-01-28", method=METHOD - 1)
    history = read_history(tmp_path, WEEK)
    assert (history.weeks, history.last_declined) == (("2017-01-28",), None)
