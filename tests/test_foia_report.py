"""Real, public records, from the FOIA file to the page: what such a source says and cannot say."""

import csv
import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from conftest import ACCEPTED, PROJECT, PUBLISHED_ON, SHARED
from extract_factory import request
from frames import directory_of, extract_of, inputs_of, numbered

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek
from ddor.checks.registry import run_checks
from ddor.cli import ddor, run_week
from ddor.extract.read import read_extract
from ddor.maintained.directory import read_directory
from ddor.published.history import no_history
from ddor.report.week import WeeklyReport

ST_CLOUD = SHARED / "st_cloud_declined_2026.csv"
MINNESOTA = SHARED / "minnesota_facility_outcomes.csv"
WEEK, WEEK_BEFORE = "2026-02-07", "2026-01-31"
PRISON = "Minnesota Correctional Facility St. Cloud"
OUTCOMES = {
    "booked_into_detention": "honored",
    "declined_by_lea": "declined",
    "no_longer_in_custody": "left_custody",
    "other": "withdrawn",
    "no_outcome_recorded": "pending",
}
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared FOIA files are not here")


@pytest.fixture(scope="module")
def st_cloud(tmp_path_factory) -> Path:
    """The folder with the imported weeks of the file of one state prison."""
    folder = tmp_path_factory.mktemp("st_cloud")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        for date in ("2026-02-11", "2026-02-02"):
            words = ["import", "foia", str(ST_CLOUD), "--week", date, "--out", f"{folder}/{{week}}"]
            with pytest.raises(SystemExit) as ended:
                ddor(words)
            assert not ended.value.code
    return folder


def test_the_file_of_one_state_prison_has_21_requests_of_the_week_and_one_of_the_week_before(
    st_cloud,
):
    before = Week.parse(WEEK_BEFORE)
    assert len(read_extract(str(st_cloud / WEEK_BEFORE), before, cohort="issued").requests) == 1
    extract = read_extract(str(st_cloud / WEEK), Week.parse(WEEK), cohort="issued")
    requests, charges, as_of = extract.requests, extract.charges, pd.Timestamp(2026, 3, 11)
    assert len(requests) == 21
    # The prison is in the directory; without its row it would be of level `other`.
    columns = ["agency_id", "agency_level", "county_fips", "outcome"]
    assert requests[columns].drop_duplicates().to_numpy().tolist() == [
        ["MNCFSTC", "state", "27145", "declined"]
    ]
    assert (requests["citizenship"] == "MEX").sum() == 12
    assert charges["request_id"].nunique() == len(charges) == 18
    assert set(charges["disposition"]) == {"convicted"}
    assert pd.Timestamp(extract.about.as_of) == as_of and not extract.about.synthetic
    assert requests["sentence_ends_on"].notna().sum() == 18
    assert (requests["sentence_ends_on"] > as_of).sum() >= 15


def test_the_state_prisons_week_waits_for_a_person_who_is_told_why(st_cloud):
    extract = read_extract(str(st_cloud / WEEK), Week.parse(WEEK), cohort="issued")
    tables = (f"{name}.csv" for name in ("agencies", "policies", "coverage"))
    directory = read_directory(*(PROJECT / "params" / table for table in tables))
    results = run_checks(CheckedWeek(extract, Week.parse(WEEK), directory, no_history(), "issued"))
    assert results.held["check"].tolist() == ["E7"] * 17
    (review,) = results.review.to_dict("records")
    assert (review["check"], review["agency_id"], review["rows"]) == ("E8", "MNCFSTC", 21)
    assert review["reason"].startswith("21 of 21 declines of agency MNCFSTC were issued on")


def test_the_declines_at_one_state_prison_in_february_2026(st_cloud, tmp_path):
    # As they are: the checks put such weeks under review, and what they find has its own test.
    sets = ("--set", "cohort=issued", "--set", f"published_on={PUBLISHED_ON}")
    paths = ("--extract", st_cloud / "{week}", "--output", tmp_path, "--quiet")
    assert run_week([WEEK, *map(str, paths), *sets, *ACCEPTED], PROJECT) == 0
    site = tmp_path / "site" / "weeks" / WEEK
    text = unescape(re.sub(r"<[^>]+>", " ", (site / "index.html").read_text(encoding="utf-8")))
    page = " ".join(text.split())
    figures = json.loads((site / "data" / "summary.json").read_bytes())["figures"]
    assert figures["received_total"] == figures["issued_total"] == 21
    # E7: seventeen have time left to serve. The three without a conviction on record stay.
    assert figures["held_back_outcomes"] == figures["issued_other"] == 17
    assert figures["declined_total"] == figures["issued_declined"] == 4
    assert figures["declined_with_charges"] is figures["declined_with_conviction"] is None
    for said in (
        "The charges are the most serious conviction on record of any year, not the charge of "
        "this arrest",
        "It holds no date of decline and no date of release",
        "4 requests had been recorded as declined by March 11, 2026",
        "does not show the charges of this week: there are fewer than 20 requests.",
        "What a person had to look at before publication",
        "The citizenship of the people concerned is not shown: there are fewer than 20 requests.",
        f"{PRISON} MN · state · MNCFSTC",
    ):
        assert said in page
    assert "ICE recorded 21" not in page, "a sentence of the other cohort"
    assert "Synthetic" not in page


def test_minnesota_without_charges_says_that_none_were_supplied():
    """A request for each of the 882 detainers of the table: facility and outcome as given, all
    else invented or unknown."""
    with open(MINNESOTA, encoding="utf-8", newline="") as file:
        facilities = list(csv.DictReader(file))
    empty = "county_fips outcome_recorded_at released_at decline_reason".split()
    unsaid = dict.fromkeys(empty, "") | {"custody_confirmed": "unknown", "citizenship": "UNK"}
    rows = []
    for number, facility in enumerate(facilities):
        outcomes = [each for name, each in OUTCOMES.items() for _ in range(int(facility[name]))]
        assert len(outcomes) == int(facility["total"])
        agency = {"agency_id": f"MN9TEST{number:02d}", "agency_name": facility["facility"]}
        dated = {"form": "I-247A", "issued_at": "2026-02-09"}
        rows += [request(**agency, **dated, **unsaid, outcome=outcome) for outcome in outcomes]
    extract = extract_of(numbered(*rows), as_of="2026-03-11")
    case = CheckedWeek(extract, Week.parse(WEEK), directory_of(), no_history(), "issued")
    report = WeeklyReport(inputs_of(case))
    figures = report.counts.figures
    assert figures["received_total"] == figures["issued_total"] == 882
    assert figures["issued_declined"] == figures["declined_total"] == 292
    assert figures["issued_pending"] == 310
    assert figures["issued_honored"] == figures["honored_total"] == 152
    assert figures["issued_other"] == 882 - 292 - 310 - 152
    assert figures["declined_with_charges"] is figures["declined_with_conviction"] is None
    shown = unescape(report.issued_table()._repr_html_())
    assert "STERNS CO. JAIL" in shown and "STEARNS COUNTY SHERIFF/JAIL" in shown
    assert report.charges_table() is None
    said = " ".join(str(phrase) for phrase in vars(report.phrases()).values())
    for sentence in (
        "No charge data was supplied with this extract.",
        "No charge data was supplied for the 292 requests declined",
        "no date on which an outcome was recorded",
        "no date of release",
    ):
        assert sentence in said
    for word in ("with a conviction", "charges and no conviction", "most serious conviction"):
        assert word not in said
