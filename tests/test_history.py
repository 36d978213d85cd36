"""The history of a week: the counts of earlier published weeks, read from the public archive."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
from cases import line
from extract_factory import request
from frames import WEEK, counts_of, numbered

from ddor.archive.downloads import table_files, with_notice
from ddor.calendar import Week
from ddor.published.catalog import Catalog, Revision
from ddor.published.history import (
    COUNTED,
    WEEKS_LOOKED_BACK,
    WEEKS_NEEDED,
    no_history,
    read_history,
)
from ddor.reference.figures import METHOD


def publish(site: Path, first_day: str, *rows, synthetic=False) -> None:
    """What a published week leaves behind that the history reads, from requests of WEEK."""
    data = site / "weeks" / first_day / "data"
    data.mkdir(parents=True)
    counts = counts_of(numbered(*rows))
    tables = {name: getattr(counts, name) for name in COUNTED}
    for name, content in table_files(with_notice(tables) if synthetic else tables).items():
        (data / name).write_bytes(content)
    (data / "summary.json").write_text(json.dumps({"figures": counts.figures}))


def published_at(site: Path, first_days, *rows) -> None:
    """Several weeks of the same requests."""
    publish(site / "made", "x", *rows)
    for day in first_days:
        (site / "weeks" / day).mkdir(parents=True)
        (site / "weeks" / day / "data").symlink_to(site / "made" / "weeks" / "x" / "data")


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
    of_federal = ({}, after, {"outcome": "honored"}, before, before | after)
    rows = [request(**federal, **each) for each in of_federal]
    rows += [request(**each) for each in ({}, elsewhere, elsewhere | before)]
    publish(tmp_path, "2017-02-04", *rows)
    minnesota, texas = read_history(tmp_path, WEEK).counts.to_numpy().tolist()
    assert minnesota == ["2017-02-04", "MN0270000", 2, 3]
    assert texas == ["2017-02-04", "TX2270000", 3, 2]


def test_an_agency_whose_requests_are_always_held_is_not_stopped_by_its_0(tmp_path):
    federal = [request(agency_id="TX2270000", agency_level="federal") for _ in range(5)]
    published_at(tmp_path, saturdays(WEEKS_NEEDED, WEEK), *federal)
    history = read_history(tmp_path, WEEK)
    assert line("E4", *numbered(*federal), history=history)["rows"] == 5
    assert line("E5", *numbered(*federal), history=history)["status"] == "ok"
    many = [federal[0]] * (3 * 5 + 4)
    assert line("E5", *numbered(*many), history=history)["rows"] == len(many)


def test_only_earlier_weeks_that_stand_are_seen(tmp_path):
    """Not the week itself, a later or a withdrawn one, or what is in another folder of the site."""
    published_at(tmp_path, ("2017-02-04", str(WEEK), "2017-02-18"), request())
    (tmp_path / "weeks" / "2017-01-28" / "r1" / "data").mkdir(parents=True)
    (tmp_path / "weeks" / "2017-01-21" / "data").mkdir(parents=True)
    publish(tmp_path / "quarters", "2017-01-14", request())
    assert read_history(tmp_path, WEEK).weeks == ("2017-02-04",)


def test_the_last_26_published_weeks_are_seen_and_no_older_ones(tmp_path):
    days = saturdays(28, WEEK)
    published = [day for day in days if day != days[20]]  # one week is missing among them
    published_at(tmp_path, published, request())
    history = read_history(tmp_path, WEEK)
    assert WEEKS_LOOKED_BACK == 26
    assert list(history.weeks) == published[1:]
    assert history.counts["week"].tolist() == published[1:]


def test_a_published_week_without_any_figure_counts_as_a_week(tmp_path):
    pending = {"outcome": "pending", "outcome_recorded_at": ""}
    publish(tmp_path, "2017-02-04", request(issued_at="2016-01-01", **pending))
    history = read_history(tmp_path, WEEK)
    assert (history.weeks, len(history.counts)) == (("2017-02-04",), 0)


def test_an_agency_id_stays_the_text_it_is(tmp_path):
    ids = ["0010", "1E10", "NULL"]
    publish(tmp_path, "2017-02-04", *(request(agency_id=each) for each in ids), synthetic=True)
    assert read_history(tmp_path, WEEK).counts["agency_id"].tolist() == ids


def catalog(site: Path, *first_days, method=METHOD) -> None:
    weeks, trend = {}, {"method": method}
    for day in first_days:
        summary = json.loads((site / "weeks" / day / "data" / "summary.json").read_text())
        dates = "2017-06-01", "2017-04-24"
        weeks[day] = [Revision(1, "", *dates, "", summary["figures"], trend=trend)]
    of_weeks = Catalog("recorded", False, {"weeks": weeks})
    (site / "data").mkdir(exist_ok=True)
    (site / "data" / "catalog.json").write_bytes(of_weeks.file())


def test_of_the_last_published_week_alone_the_total_is_seen_if_counted_by_todays_method(tmp_path):
    assert read_history(tmp_path, WEEK).last_declined is None
    publish(tmp_path, "2017-01-21", request(), request(), request())
    publish(tmp_path, "2017-01-28", request(), request(outcome="honored"))
    catalog(tmp_path, "2017-01-21", "2017-01-28")
    assert read_history(tmp_path, WEEK).last_declined == 1
    catalog(tmp_path, "2017-01-28", method=METHOD - 1)
    assert read_history(tmp_path, WEEK).last_declined is None, "it is not compared"
    catalog(tmp_path, "2017-01-21", "2017-01-28")
    folder = tmp_path / "weeks" / "2017-01-28" / "data"
    (folder / "summary.json").write_text('{"withdrawn": "Withdrawn on 2017-05-01"}')
    history = read_history(tmp_path, WEEK)
    assert (history.weeks, history.last_declined) == (("2017-01-21",), 3)
