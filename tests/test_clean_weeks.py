"""Clean weeks pass: the checks stop errors, and not the ordinary noise of a year's records."""

import dataclasses
import datetime as dt
import json
from functools import cache

import pandas as pd
import pytest
from clean_weeks import AGENCIES, EVENTS, OVERDISPERSION, CleanWeeks, clean_weeks
from frames import counted, counted_as

from ddor.calendar import Week
from ddor.checks.check import Case
from ddor.checks.registry import CHECKS, run_checks
from ddor.extract.csv_files import write_extract
from ddor.extract.model import DATETIMES
from ddor.extract.read import read_extract
from ddor.measures.figures import Counts
from ddor.published.history import WEEKS_LOOKED_BACK, History, no_history, read_history

FEW, NEW_FORM = 30, Week(dt.date(2017, 1, 7))  # I-247A came in April
MAX_HELD_BACK_SHARE, SMALLEST_REVIEWED_BASE = 0.25, 20
MOST_HELD = 0.005


class Passed:
    """What the weeks of `drawn` came to, run in order, each with the history of those before."""

    def __init__(self, drawn: CleanWeeks):
        self.reviews: list[str] = []
        self.held: list[pd.DataFrame] = []
        self.assessed: dict[str, int] = {check.id: 0 for check in CHECKS}
        self.received = 0
        self.published: list[pd.DataFrame] = []
        for week in drawn.weeks:
            case = Case(drawn.extract(week), week, drawn.directory, self.history(), "recorded")
            checked = run_checks(case)
            counts = counted_as(case, checked)
            self.note(str(week), checked, counts)

    def history(self) -> History:
        looked_at = self.published[-WEEKS_LOOKED_BACK:]
        weeks = tuple(frame["week"].iloc[0] for frame in looked_at)
        return History(weeks, pd.concat([no_history().counts, *looked_at], ignore_index=True))

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
        self.published.append(published(week, counts))


def published(week: str, counts: Counts) -> pd.DataFrame:
    """What read_history would read of a week's tables by agency."""
    held = counts.held_back_by_agency.set_index("agency_id")
    columns = [
        counts.issued_by_agency.set_index("agency_id")["issued"],
        counts.declined_by_agency.set_index("agency_id")["declined"],
        held["held_back_issued"],
        held["held_back_declined"],
    ]
    counted = pd.concat(columns, axis=1).fillna(0).astype("int64").sort_index()
    both = pd.DataFrame(
        {name: counted[name] + counted[f"held_back_{name}"] for name in ("issued", "declined")}
    )
    both = both.rename_axis("agency_id").reset_index().assign(week=week)
    return both[["week", "agency_id", "issued", "declined"]]


@cache
def few_weeks() -> CleanWeeks:
    return clean_weeks(FEW, first=NEW_FORM)


def prove_clean_weeks_pass(passed: Passed, weeks: int, most_reviewed: int) -> None:
    assert len(passed.published) == weeks and passed.received > 1500 * weeks
    assert len({review[:10] for review in passed.reviews}) <= most_reviewed, passed.reviews
    held = pd.concat(passed.held)
    assert len(held) < MOST_HELD * passed.received, held["check"].value_counts()
    assert min(passed.assessed.values()) > 0, passed.assessed


def test_15_clean_weeks_run_in_order_with_their_history_are_not_held():
    drawn = few_weeks()
    prove_clean_weeks_pass(Passed(dataclasses.replace(drawn, weeks=drawn.weeks[:15])), 15, 0)


@pytest.mark.storm
def test_of_200_clean_weeks_run_in_order_with_their_history_at_most_one_is_held():
    prove_clean_weeks_pass(Passed(clean_weeks(200)), 200, 1)


@pytest.mark.storm
def test_of_other_seeds_at_most_one_week_of_200_is_held_on_average():
    passed = [Passed(clean_weeks(200, seed)) for seed in (2019, 2020, 2021)]
    held = [{review[:10] for review in each.reviews} for each in passed]
    assert sum(map(len, held)) <= len(passed), held


def test_a_week_with_a_volume_that_the_directory_denies_would_be_noticed():
    drawn = few_weeks()
    agencies = drawn.directory.agencies.assign(weekly_requests="0.01")
    denied = dataclasses.replace(drawn.directory, agencies=agencies)
    passed = Passed(dataclasses.replace(drawn, weeks=drawn.weeks[:1], directory=denied))
    assert len(passed.reviews) > 20
    assert all(" E5 " in review for review in passed.reviews)


def test_the_history_of_the_weeks_is_the_one_that_would_be_read_from_the_archive(tmp_path):
    weeks = few_weeks().weeks[:2]
    passed = Passed(dataclasses.replace(few_weeks(), weeks=weeks))
    for week in weeks:
        data = tmp_path / "weeks" / str(week) / "data"
        data.mkdir(parents=True)
        extract, directory = few_weeks().extract(week), few_weeks().directory
        counts = counted(Case(extract, week, directory, no_history(), "recorded"))
        (data / "summary.json").write_text(json.dumps({"figures": counts.figures}))
        counts.issued_by_agency.to_csv(data / "issued_by_agency.csv", index=False)
        counts.declined_by_agency.to_csv(data / "declined_by_agency.csv", index=False)
        counts.held_back_by_agency.to_csv(data / "held_back_by_agency.csv", index=False)
    read, made = read_history(tmp_path, weeks[-1].next), passed.history()
    assert read.weeks == made.weeks and len(made.counts) > AGENCIES / 2
    pd.testing.assert_frame_equal(read.counts, made.counts)


# The weeks are what they claim to be


def test_a_clean_week_is_an_extract_that_the_door_lets_in_unchanged(tmp_path):
    week = few_weeks().weeks[20]
    made = few_weeks().extract(week)
    write_extract(made, tmp_path)
    read = read_extract(str(tmp_path), week)
    assert read.about == made.about
    pd.testing.assert_frame_equal(read.requests, made.requests)
    pd.testing.assert_frame_equal(read.charges, made.charges)


def test_the_same_seed_draws_the_same_weeks():
    first, again, other = clean_weeks(1), clean_weeks(1), clean_weeks(1, seed=1)
    pd.testing.assert_frame_equal(again.requests, first.requests)
    pd.testing.assert_frame_equal(again.charges, first.charges)
    pd.testing.assert_frame_equal(again.directory.agencies, first.directory.agencies)
    assert not other.requests.equals(first.requests)


def test_an_extract_knows_nothing_that_happened_after_it_was_taken():
    for week in few_weeks().weeks[::10]:
        extract = few_weeks().extract(week)
        rows, as_of = extract.requests, pd.Timestamp(extract.about.as_of)
        assert as_of == pd.Timestamp(week.last_day) + pd.Timedelta(days=45)
        assert not (rows[list(EVENTS)] > as_of).any(axis=None)
        pending = rows["outcome"] == "pending"
        assert 0.02 < pending.mean() < 0.2
        assert rows.loc[pending, "outcome_recorded_at"].isna().all()
        assert (week.holds(rows["issued_at"]) | week.holds(rows["outcome_recorded_at"])).all()


def test_a_request_comes_back_in_the_week_its_outcome_is_recorded():
    first, second = (few_weeks().extract(week).requests for week in few_weeks().weeks[:2])
    both = set(first["request_id"]) & set(second["request_id"])
    assert len(both) > 100


def test_there_are_600_agencies_and_some_sheriffs_have_two_codes():
    agencies = few_weeks().directory.agencies
    assert len(agencies) == agencies["agency_id"].nunique() == AGENCIES == 600
    shared = agencies[agencies.duplicated(["name", "state"], keep=False)]
    assert len(shared) == 80
    known = shared[shared["same_as"] != ""]
    assert len(known) == 40
    by_id = agencies.set_index("agency_id")
    for column in ("name", "county_fips"):
        given = known[known[column].ne("") & by_id.loc[known["same_as"], column].ne("").to_numpy()]
        assert len(given) > 20
        assert given[column].tolist() == by_id.loc[given["same_as"], column].tolist()


def test_some_releases_are_by_the_other_code_of_the_same_sheriff():
    rows = few_weeks().requests
    other = rows[
        rows["releasing_agency_id"].notna() & rows["releasing_agency_id"].ne(rows["agency_id"])
    ]
    same_as = few_weeks().directory.agencies.set_index("agency_id")["same_as"]
    assert len(other) > 100
    assert other["releasing_agency_id"].tolist() == same_as[other["agency_id"]].tolist()


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


def test_a_fifth_of_the_areas_is_empty():
    assert few_weeks().requests["area"].isna().mean() == pytest.approx(0.2, abs=0.01)


def test_half_of_each_agencys_outcomes_are_recorded_on_one_weekday():
    rows = few_weeks().requests.dropna(subset=["outcome_recorded_at"])
    by_day = pd.crosstab(rows["agency_id"], rows["outcome_recorded_at"].dt.day_of_week)
    by_day = by_day[by_day.sum(axis=1) >= 300]
    share = by_day.max(axis=1) / by_day.sum(axis=1)
    assert len(by_day) > 50
    assert share.between(0.4, 0.6).all()
    assert share.mean() == pytest.approx(0.5, abs=0.02)
    assert by_day.idxmax(axis=1).nunique() == 7


def test_44_percent_of_the_declines_are_recorded_over_30_days_after_the_issue():
    declined = few_weeks().requests.query("outcome == 'declined'")
    old = declined["outcome_recorded_at"] - declined["issued_at"] > pd.Timedelta(days=30)
    assert len(declined) > 5000
    assert old.mean() == pytest.approx(0.44, abs=0.015)


def test_all_times_are_dates_and_the_compared_fields_are_not_left_empty():
    rows, charges = few_weeks().requests, few_weeks().charges
    for frame in (rows, charges):
        for name in frame.columns.intersection(DATETIMES):
            times = frame[name].dropna()
            assert (times == times.dt.normalize()).all()
    declined = rows[rows["outcome"] == "declined"]
    given = declined.notna().mean()
    compared = [
        "area",
        "county_fips",
        "releasing_agency_id",
        "sentence_ends_on",
        "ice_custody_at",
        "notice_at",
        "release_due_at",
        "released_at",
        "decline_reason",
    ]
    assert given[compared].min() > 0.1
