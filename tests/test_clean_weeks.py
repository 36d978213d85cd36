"""Clean weeks pass: the checks stop errors, and not the ordinary noise of a year's records."""

import dataclasses
import datetime as dt
import json
from functools import cache
from pathlib import Path

import clean_weeks as drawing
import pandas as pd
import pytest
from clean_weeks import AGENCIES, EVENTS, OVERDISPERSION, CleanWeeks, clean_weeks
from frames import counted_as

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek
from ddor.checks.registry import CHECKS, run_checks
from ddor.extract.csv_files import write_extract
from ddor.extract.model import DATETIMES
from ddor.extract.read import read_extract
from ddor.measures.figures import Counts
from ddor.published.history import read_history

FEW, NEW_FORM = 30, Week(dt.date(2017, 1, 7))  # I-247A came in April
MAX_HELD_BACK_SHARE, SMALLEST_REVIEWED_BASE = 0.25, 20
MOST_HELD = 0.005


class Passed:
    """What the weeks of `drawn` came to, run in order, each with the history of those before, which
    is read from `site`."""

    def __init__(self, drawn: CleanWeeks, site: Path):
        self.reviews: list[str] = []
        self.held: list[pd.DataFrame] = []
        self.assessed: dict[str, int] = {check.id: 0 for check in CHECKS}
        self.received = 0
        for week in drawn.weeks:
            history = read_history(site, week)
            case = CheckedWeek(drawn.extract(week), week, drawn.directory, history, "recorded")
            checked = run_checks(case)
            counts = counted_as(case, checked)
            self.note(str(week), checked, counts)
            publish(site / "weeks" / str(week) / "data", counts)

    def note(self, week: str, checked, counts: Counts) -> None:
        self.reviews += [f"{week} {row.check} {row.reason}" for row in checked.review.itertuples()]
        held = counts.held_declines
        base = held + counts.figures["declined_total"]
        if base >= SMALLEST_REVIEWED_BASE and held > MAX_HELD_BACK_SHARE * base:
            self.reviews.append(f"{week} {held} of {base} declines held")
        self.held.append(checked.held.assign(week=week))
        self.received += counts.figures["received_total"]
        for check, status in checked.checks[["check", "status"]].to_numpy():
            self.assessed[check] += status != "not assessed"


def publish(data: Path, counts: Counts) -> None:
    """The files of a week that a history is read from."""
    data.mkdir(parents=True)
    (data / "summary.json").write_text(json.dumps({"figures": counts.figures}))
    for name in ("issued_by_agency", "declined_by_agency", "held_back_by_agency"):
        getattr(counts, name).to_csv(data / f"{name}.csv", index=False)


@cache
def few_weeks() -> CleanWeeks:
    return clean_weeks(FEW, first=NEW_FORM)


def prove_clean_weeks_pass(drawn: CleanWeeks, most_reviewed: int, site: Path) -> None:
    passed = Passed(drawn, site)
    assert len(read_history(site, drawn.weeks[-1].next).weeks) == min(len(drawn.weeks), 26)
    assert passed.received > 1500 * len(drawn.weeks)
    assert len({review[:10] for review in passed.reviews}) <= most_reviewed, passed.reviews
    held = pd.concat(passed.held)
    assert len(held) < MOST_HELD * passed.received, held["check"].value_counts()
    assert min(passed.assessed.values()) > 0, passed.assessed


def test_11_clean_weeks_run_in_order_with_their_history_are_not_held(tmp_path):
    drawn = few_weeks()
    prove_clean_weeks_pass(dataclasses.replace(drawn, weeks=drawn.weeks[:11]), 0, tmp_path)


@pytest.mark.slow
def test_of_200_clean_weeks_of_any_seed_run_in_order_at_most_one_is_held_on_average(tmp_path):
    prove_clean_weeks_pass(clean_weeks(200), 1, tmp_path / "first")
    seeds = (2019, 2020, 2021)
    passed = [Passed(clean_weeks(200, seed), tmp_path / str(seed)) for seed in seeds]
    held = [{review[:10] for review in each.reviews} for each in passed]
    assert sum(map(len, held)) <= len(passed), held


def test_a_week_with_a_volume_that_the_directory_denies_would_be_noticed(tmp_path):
    drawn = few_weeks()
    agencies = drawn.directory.agencies.assign(weekly_requests="0.01")
    denied = dataclasses.replace(drawn.directory, agencies=agencies)
    passed = Passed(dataclasses.replace(drawn, weeks=drawn.weeks[:1], directory=denied), tmp_path)
    assert len(passed.reviews) > 20
    assert all(" E5 " in review for review in passed.reviews)


# The weeks are what they claim to be


def test_a_clean_week_is_an_extract_that_the_door_lets_in_unchanged(tmp_path):
    week = few_weeks().weeks[20]
    made = few_weeks().extract(week)
    write_extract(made, tmp_path)
    read = read_extract(str(tmp_path), week)
    assert read.about == made.about
    pd.testing.assert_frame_equal(read.requests, made.requests)


def test_the_same_seed_draws_the_same_weeks(monkeypatch):
    monkeypatch.setattr(drawing, "WARM_UP", 2)
    first, again, other = clean_weeks(1), clean_weeks(1), clean_weeks(1, seed=1)
    pd.testing.assert_frame_equal(again.requests, first.requests)
    pd.testing.assert_frame_equal(again.directory.agencies, first.directory.agencies)
    assert not other.requests.equals(first.requests)


def test_an_extract_knows_nothing_that_happened_later_and_a_request_comes_back_with_its_outcome():
    extracts = {week: few_weeks().extract(week) for week in few_weeks().weeks[:6]}
    for week, extract in extracts.items():
        rows, as_of = extract.requests, pd.Timestamp(extract.about.as_of)
        assert as_of == pd.Timestamp(week.last_day) + pd.Timedelta(days=45)
        assert not (rows[list(EVENTS)] > as_of).any(axis=None)
        pending = rows["outcome"] == "pending"
        assert 0.02 < pending.mean() < 0.2
        assert rows.loc[pending, "outcome_recorded_at"].isna().all()
        assert (week.holds(rows["issued_at"]) | week.holds(rows["outcome_recorded_at"])).all()
    first, second, *_ = ({*extract.requests["request_id"]} for extract in extracts.values())
    assert len(first & second) > 100


def test_there_are_600_agencies_and_some_sheriffs_release_by_a_second_code():
    agencies = few_weeks().directory.agencies
    assert len(agencies) == agencies["agency_id"].nunique() == AGENCIES == 600
    shared = agencies[agencies.duplicated(["name", "state"], keep=False)]
    assert len(shared) == 80
    assert (shared["same_as"] != "").sum() == 40
    by_id = agencies.set_index("agency_id")
    known = shared[shared["same_as"] != ""]
    assert known["name"].tolist() == by_id.loc[known["same_as"], "name"].tolist()
    rows = few_weeks().requests
    by_other = rows["releasing_agency_id"].notna() & (
        rows["releasing_agency_id"] != rows["agency_id"]
    )
    other = rows[by_other]
    assert len(other) > 100
    same_as = by_id.loc[other["agency_id"], "same_as"]
    assert other["releasing_agency_id"].tolist() == same_as.tolist()


def test_the_volumes_of_large_agencies_are_overdispersed():
    drawn = few_weeks()
    rows, large = drawn.requests, drawn.means[drawn.means > 10]
    week = (rows["issued_at"] - rows["issued_at"].min()) // pd.Timedelta(days=7)
    weekly = pd.crosstab(week, rows["agency_id"])[large.index]
    ratio = weekly.var() / weekly.mean()
    assert len(large) >= 15
    assert (ratio > 1.5).all()
    # 1 + mean / k, within what so few weeks can tell.
    assert 0.7 < (ratio / (1 + weekly.mean() / OVERDISPERSION)).median() < 1.3


def test_half_of_each_agencys_outcomes_are_recorded_on_one_weekday():
    rows = few_weeks().requests.dropna(subset=["outcome_recorded_at"])
    by_day = pd.crosstab(rows["agency_id"], rows["outcome_recorded_at"].dt.day_of_week)
    by_day = by_day[by_day.sum(axis=1) >= 300]
    share = by_day.max(axis=1) / by_day.sum(axis=1)
    assert len(by_day) > 50
    assert share.between(0.4, 0.6).all()
    assert share.mean() == pytest.approx(0.5, abs=0.02)
    assert by_day.idxmax(axis=1).nunique() == 7


def test_44_percent_of_the_declines_are_old_and_the_compared_fields_are_dates_and_not_left_empty():
    rows = few_weeks().requests
    for name in rows.columns.intersection(DATETIMES):
        times = rows[name].dropna()
        assert (times == times.dt.normalize()).all()
    declined = rows[rows["outcome"] == "declined"]
    old = declined["outcome_recorded_at"] - declined["issued_at"] > pd.Timedelta(days=30)
    assert len(declined) > 5000
    assert old.mean() == pytest.approx(0.44, abs=0.015)
    assert rows["area"].isna().mean() == pytest.approx(0.2, abs=0.01)
    compared = (
        "area county_fips releasing_agency_id sentence_ends_on ice_custody_at notice_at "
        "release_due_at released_at decline_reason"
    )
    assert declined.notna().mean()[compared.split()].min() > 0.1
