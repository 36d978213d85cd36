"""The samples: the same bytes from the same seed, believable, and wrong only where planned.

What is wrong is what the checks stop, with no week published before.
"""

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from committed import SEEDS, write_committed_samples
from later import make_later
from reenactment import make_reenactment
from weekly_runs import ran
from withdrawn_report import PLACES, reenacted_agencies

from ddor.calendar import FINAL_AFTER, Week
from ddor.checks.check import CheckedWeek
from ddor.checks.registry import CheckResults, run_checks
from ddor.cli import ddor, run_week
from ddor.compiled.cases import validated
from ddor.extract.model import DATETIMES, WORDS, Extract
from ddor.extract.read import read_extract
from ddor.importers.samples.agencies import invented_agencies
from ddor.importers.samples.ordinary import make_sample
from ddor.maintained.cases import read_cases
from ddor.maintained.directory import Directory, read_directory
from ddor.maintained.parameters import load_parameters
from ddor.measures.after_release import after_release
from ddor.published.history import no_history
from ddor.reference.places import COUNTIES

ROOT = Path(__file__).resolve().parents[1]
REENACTED = Week.parse("2017-01-28")
ORDINARY = [(Week.parse(first_day), seed) for first_day, seed in SEEDS.items()]
TWO_DAYS = pd.Timedelta(hours=48)
PLANNED = ("release_due_at", "sentence_ends_on")  # may lie ahead


made = cache(make_sample)  # of the same week and seed once
reenacted = cache(make_reenactment)


@pytest.fixture
def reenactment():
    return reenacted().requests


def declined_in(requests: pd.DataFrame, week: Week) -> pd.Series:
    return week.holds(requests["outcome_recorded_at"]) & (requests["outcome"] == "declined")


@cache
def directory() -> Directory:
    tables = (f"{name}.csv" for name in ("agencies", "policies", "coverage"))
    return read_directory(*(ROOT / "params" / table for table in tables))


def checked(extract: Extract, week: Week) -> CheckResults:
    return run_checks(CheckedWeek(extract, week, directory(), no_history(), "recorded"))


def holds(extract: Extract, week: Week) -> pd.Series:
    """The check that holds each row, "" for none; on the index of its requests."""
    held = checked(extract, week).held.set_index("request_id")["check"]
    ids = extract.requests["request_id"]
    return held.reindex(ids).fillna("").set_axis(ids.index)


def under_review(extract: Extract, week: Week, check_id: str) -> set[str]:
    """The agencies that E5, by the directory's volumes, or E8 stops."""
    review = checked(extract, week).review
    return set(review.loc[review["check"] == check_id, "agency_id"])


def test_the_committed_samples_are_what_the_generator_makes(tmp_path):
    write_committed_samples(tmp_path)
    files = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    committed = ROOT / "samples"
    kept = {p.relative_to(committed) for p in committed.rglob("*") if p.is_file()}
    assert {path for path in kept if path.parts[0] not in ("make", "params")} == set(files)
    assert read_extract(str(committed / str(REENACTED)), week=REENACTED).about.synthetic
    for path, content in files.items():
        assert (committed / path).read_bytes() == content, path


@cache
def later_of(week, seed):
    return make_later(made(week, seed), week, seed)


@pytest.fixture(params=ORDINARY, ids=str)
def first_and_later(request):
    """(week, its first extract, the same from the later one)"""
    week, seed = request.param
    return week, made(week, seed), later_of(week, seed)


def test_a_later_extract_has_the_same_requests_with_more_known_of_them(first_and_later):
    week, first, later = first_and_later
    before, after = first.requests, later.requests
    assert after["request_id"].tolist() == before["request_id"].tolist()
    same = "form issued_at agency_id agency_name state area citizenship protected".split()
    pd.testing.assert_frame_equal(after[same], before[same])
    ended = before["outcome"] != "pending"
    assert after.loc[ended, "outcome"].tolist() == before.loc[ended, "outcome"].tolist()
    resolved = ~ended & (after["outcome"] != "pending")
    assert 0.7 < resolved.sum() / (~ended).sum() < 0.9
    assert set(after.loc[resolved, "outcome"]) == set(WORDS["outcome"]) - {"pending"}
    recorded = after.loc[resolved, "outcome_recorded_at"]
    late = week.holds(recorded)
    assert late.sum() <= 2 and (after.loc[late.index[late], "outcome"] == "declined").all()
    first_day, last_day = pd.Timestamp(first.about.as_of), pd.Timestamp(later.about.as_of)
    assert recorded[~late].between(first_day, last_day).all()
    events = [name for name in DATETIMES if name in after and name not in PLANNED]
    assert not (after[events] > last_day).any(axis=None)


def test_a_later_extract_makes_the_week_final_and_is_held_for_nothing_new(first_and_later):
    week, first, later = first_and_later
    assert first.about.as_of < week.last_day + FINAL_AFTER <= later.about.as_of
    assert holds(later, week).tolist() == holds(first, week).tolist()
    assert not under_review(later, week, "E8")


def test_a_later_extract_adds_the_charges_of_the_rearrested_and_changes_none(first_and_later):
    _, first, later = first_and_later
    both = later.charges.merge(first.charges)
    assert len(both) == len(first.charges)
    added = later.charges.merge(first.charges, how="left", indicator=True)
    added = added[added["_merge"] == "left_only"]
    assert len(added) >= 3 and set(added["timing"]) == {"after_release"}
    rearrested = later.requests[later.requests["follow_up_status"] == "rearrested"]
    after = later.charges[later.charges["timing"] == "after_release"]
    assert set(after["request_id"]) == set(rearrested["request_id"])


@cache
def of_the_quarter() -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is known after release of the declined requests of the later extracts, nothing held."""
    rows, charges = [], []
    for week, seed in ORDINARY:
        later = later_of(week, seed)
        counted = declined_in(later.requests, week) & (holds(later, week) == "")
        rows.append(later.requests[counted].assign(as_of=pd.Timestamp(later.about.as_of)))
        charges.append(later.charges)
    declined, charges = (pd.concat(each, ignore_index=True) for each in (rows, charges))
    return after_release(declined, charges), charges


def test_the_sample_quarter_has_enough_to_show_after_release():
    rows, _ = of_the_quarter()
    assert 110 < len(rows) < 130
    counts = rows["standing"].value_counts()
    assert "not_observed" not in counts
    known = rows[rows["standing"].isin(["met", "no_contact", "other"])]
    assert len(known) > 80 and known["agency_id"].nunique() > 10
    assert counts["met"] >= 20 and rows["convicted"].sum() >= 3


def test_the_case_of_the_sample_quarter_is_what_its_data_says_and_says_that_it_is_invented():
    (case,) = read_cases(ROOT / "samples" / "params" / "cases" / "2017Q1")
    assert validated((case,), *of_the_quarter(), "2017Q1").shown == (case,)
    assert "invented" in case.body and "invented" in case.source


@pytest.mark.slow
def test_the_walk_through_the_samples_does_what_it_says(project_copy):
    document = (project_copy / "docs" / "samples.md").read_text(encoding="utf-8")
    blocks = re.findall("^```sh\n(.+?)\n```$", document, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    python = shlex.quote(sys.executable)
    ddor = f"{python} -c 'import ddor.cli as c; c.ddor()' "
    for block, code in zip(blocks, (0, 0, 0, 4, 0), strict=True):
        command = block.replace(".venv/bin/python ", f"{python} ")
        command = command.replace(".venv/bin/ddor ", ddor)
        done = subprocess.run(command, shell=True, cwd=project_copy, capture_output=True, text=True)
        assert done.returncode == code, (block, done.stderr)
    assert [path.name for path in (project_copy / "outputs").iterdir()] == ["sample"]
    site = project_copy / "outputs" / "sample" / "site"
    for week, _ in ORDINARY:
        assert (site / "weeks" / str(week) / "r2").is_dir()
    quarter = json.loads((site / "quarters" / "2017Q1" / "data" / "summary.json").read_bytes())
    assert quarter["figures"]["weeks_published"] == 3 and quarter["figures"]["cases_shown"] == 1
    assert not (site / "weeks" / str(REENACTED)).exists()


@pytest.mark.parametrize(
    "words, output",
    [([], "outputs/sample"), (["--output", "o"], "o"), (["--set", "output=o"], "o")],
)
def test_samples_go_into_their_own_output_unless_one_is_given(monkeypatch, words, output):
    orders = []
    monkeypatch.setattr(
        "ddor.commands.reports._make", lambda weeks, order, _: orders.append((weeks, order))
    )
    run_week(["--sample", *words], ROOT)
    run_week(["2017-02-18", "--sample", *words], ROOT)
    assert [list(map(str, weeks)) for weeks, _ in orders] == [["2017-03-04"], ["2017-02-18"]]
    for weeks, order in orders:
        parameters = load_parameters(ROOT, weeks[0], None, order.settings)
        assert parameters.output == (Path.cwd() if words else ROOT) / output
        assert parameters.extract == str(ROOT / "samples" / "{week}")


def test_another_seed_and_another_week_give_other_requests():
    week, seed = ORDINARY[0]
    first = made(week, seed).requests["citizenship"]
    assert not first.equals(make_sample(week, seed + 1).requests["citizenship"])
    assert not first.equals(make_sample(week.next, seed).requests["citizenship"])


@pytest.mark.parametrize("week, seed", ORDINARY, ids=str)
def test_an_ordinary_week_has_the_shares_of_a_real_one_and_a_few_planted_holds(week, seed):
    requests = made(week, seed).requests
    issued = requests[week.holds(requests["issued_at"])]
    recorded = requests[week.holds(requests["outcome_recorded_at"])]
    assert len(requests) == 600
    assert set(recorded["outcome"]) == set(WORDS["outcome"]) - {"pending"}
    assert 0.40 < (issued["outcome"] == "pending").mean() < 0.50
    assert 0.06 < (issued["outcome"] == "declined").mean() < 0.14
    assert 0.15 < (recorded["outcome"] == "declined").mean() < 0.23
    assert (recorded["outcome"] == "honored").mean() > 0.5
    outside = len(requests) - len(requests.loc[issued.index.union(recorded.index)])
    assert 3 <= outside <= 10
    volumes = issued["agency_id"].value_counts()
    assert volumes.var() > 5 * volumes.mean()
    assert volumes.between(1, 10).mean() > 0.85
    assert issued["state"].nunique() >= 30
    untimed = issued["issued_at"] == issued["issued_at"].dt.floor("D")
    assert 0.15 < untimed.mean() < 0.35
    desk_days = issued.groupby(["agency_id", issued["issued_at"].dt.date]).size()
    assert (desk_days > 1).sum() > 30
    assert requests.groupby("agency_id")["agency_name"].nunique().max() > 1
    held = holds(made(week, seed), week).value_counts().drop("")
    assert held["E1"] == 2 and 4 <= held.sum() <= 7
    assert checked(made(week, seed), week).review.empty


def test_every_check_holds_a_row_and_every_week_has_every_class_of_a_decline():
    held, largest = set(), []
    for week, seed in ORDINARY:
        requests = made(week, seed).requests
        checks = holds(made(week, seed), week)
        held |= set(checks)
        rows = requests[declined_in(requests, week)]
        notice = rows["released_at"] - rows["notice_at"]
        late = (rows["decline_reason"] == "insufficient_notice") | notice.between(
            pd.Timedelta(minutes=1), TWO_DAYS, inclusive="left"
        )
        none = ~late & rows["released_at"].notna() & ~(notice > pd.Timedelta(0))
        asked_to_hold = rows["form"].isin(["I-247", "I-247D"]) & rows["release_due_at"].notna()
        not_held = asked_to_hold & (notice >= TWO_DAYS)
        classes = np.select([late, none, not_held], ["late", "none", "not held"], "rest")
        assert set(classes) == {"late", "none", "not held", "rest"}
        assert rows["released_at"].isna().sum() >= 5
        assert (rows["released_at"] - rows["issued_at"] < TWO_DAYS).sum() >= 1
        assert (rows["decline_reason"] == "law_or_court").sum() >= 1
        assert rows["follow_up_status"].notna().sum() >= 1
        counted = rows[checks[rows.index] == ""]
        largest.append(counted["agency_id"].value_counts().max())
    assert max(largest) >= 20  # enough for a table of the agency's own
    assert held == {"", "E1", "E2", "E3", "E4", "E6", "E7", "E11"}


def test_a_sample_can_be_larger_with_more_agencies_small_or_of_later_forms():
    week = ORDINARY[0][0]
    large = make_sample(week, 1, requests=6000)
    assert large.requests["agency_id"].nunique() > 1000
    assert not under_review(large, week, "E5")
    assert len(make_sample(week, 1, requests=20).requests) == 20
    later = Week.parse("2019-06-15")
    requests = make_sample(later, 1).requests
    assert requests.loc[later.holds(requests["issued_at"]), "form"].isin(["I-247A", "I-247G"]).all()
    assert holds(make_sample(later, 1), later).ne("").sum() >= 4


def test_the_reenactment_has_the_published_totals_and_section_i(reenactment):
    issued = reenactment[REENACTED.holds(reenactment["issued_at"])]
    declined = reenactment[declined_in(reenactment, REENACTED)]
    assert (len(issued), len(declined), declined["state"].nunique()) == (3083, 206, 16)
    volumes = issued["agency_id"].value_counts()
    listed = {place.agency_id: place.issued for place in PLACES if place.issued}
    assert volumes.head(10).to_dict() == listed
    assert sum(listed.values()) == 157


def test_the_reenactment_has_the_known_rows_of_section_ii(reenactment):
    declined = reenactment[declined_in(reenactment, REENACTED)]
    counts = declined["agency_id"].value_counts()
    listed = [place for place in PLACES if not place.issued]
    found = [f"{place.name} {place.state} {counts.get(place.agency_id, 0)}" for place in listed]
    known = (
        "Travis County Jail TX 128, Travis County State Jail TX 14, Williamson County TX 4, "
        "Bastrop County TX 3, Boulder County CO 6, Broomfield County CO 3, Denver County CO 1, "
        "Weld County CO 1, Hennepin County MN 2, Santa Rita Jail CA 1, Sioux County IA 1, "
        "Sac County IA 1, Chester County PA 1, Richmond County NC 1"
    )
    assert sorted(found) == sorted(known.split(", "))
    travis = declined[declined["agency_id"].isin(["TX9RE001", "TX9RE002"])]
    assert (travis["outcome_recorded_at"] != pd.Timestamp("2017-02-01")).sum() == 3
    assert round((travis["issued_at"] < pd.Timestamp("2017-01-01")).mean(), 2) == 0.73
    assert travis["issued_at"].min() == pd.Timestamp("2010-10-16")
    boulder = declined[declined["agency_id"] == "CO9RE001"]
    assert set(boulder["outcome_recorded_at"]) == {pd.Timestamp("2017-01-31")}


def test_the_reenactment_tells_the_charges_that_were_printed():
    extract = reenacted()
    declined = extract.requests[declined_in(extract.requests, REENACTED)]
    told = extract.charges.merge(declined, on="request_id").groupby("agency_id")
    columns = ["citizenship", "ncic_code", "disposition"]
    printed = {id: sorted(rows[columns].itertuples(index=False, name=None)) for id, rows in told}
    assert printed["MN9RE001"] == [("MEX", "35AA", "convicted"), ("MEX", "5212", "charged")]
    assert printed["CA9RE001"] == [("KHM", "13AB", "convicted")]
    assert printed["IA9RE003"] == [("GTM", "5499", "charged")]
    assert [charge[1:] for charge in printed["IA9RE004"]] == [("35AA", "convicted")]


def test_the_reenactment_fails_the_checks_it_is_known_to_fail_and_no_others(reenactment):
    held = holds(reenacted(), REENACTED) + " " + reenactment["agency_id"]
    found = held[~held.str.startswith(" ")].value_counts()
    assert sorted(f"{key} {count}" for key, count in found.items()) == (
        "E1 IA9RE001 7, E1 IA9RE002 5, E1 PA9RE001 2, E2 TX9RE003 4, E2 TX9RE004 3, "
        "E3 NC9RE001 1, E3 PA9RE002 1, E6 MN9RE001 2, E7 TX9RE002 3"
    ).split(", ")
    franklins_and_montgomery = {"IA9RE001", "IA9RE002", "NY9RE002", "PA9RE001"}
    assert under_review(reenacted(), REENACTED, "E5") == franklins_and_montgomery
    assert under_review(reenacted(), REENACTED, "E8") == {"TX9RE001", "TX9RE002"}


def test_the_directory_holds_the_agencies_of_the_samples_where_the_samples_put_them():
    listed = directory().agencies.set_index("agency_id")
    columns = ["name", "level", "state", "county_fips", "area", "same_as"]
    for row in pd.concat([invented_agencies(), reenacted_agencies()]).to_dict("records"):
        kept = listed.loc[row["agency_id"], columns]
        assert kept.to_dict() == {column: row[column] for column in columns}


def test_the_agencies_of_the_report_stand_in_the_counties_it_named():
    for place in PLACES:
        county = COUNTIES[place.county_fips]
        assert county.state == place.state
        if place.name.endswith(" County"):
            assert county.name in (place.name, place.name.removesuffix(" County")), place


def test_invented_names_collide_as_real_ones_do():
    agencies = invented_agencies()
    states = agencies.groupby("name")["state"].nunique()
    assert (states > 1).sum() >= 1
    assert agencies.groupby(["name", "state"])["level"].nunique().max() == 2
    counties = {county.name.removesuffix(" County") for county in COUNTIES.values()}
    assert not counties & {" ".join(name.split()[:2]) for name in agencies["name"]}


def test_a_sample_replaces_a_sample_and_no_extract_of_anybody(tmp_path):
    folder = tmp_path / "extract"
    words = ["sample", "--week", "2017-03-04", "--requests", "20", "--out", str(folder)]
    assert ran(lambda: ddor(words)).code == 0 and ran(lambda: ddor(words)).code == 0
    about = folder / "about.yaml"
    about.write_text(about.read_text().replace("synthetic: true", "synthetic: false"))
    refused = ran(lambda: ddor(words))
    assert refused.code == 2 and "an extract that is no sample" in refused.stderr
