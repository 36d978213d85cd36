"""Real, public records, from the FOIA file to the page: what such a source says and cannot say."""

import csv
import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from conftest import ACCEPTED, PROJECT, PUBLISHED_ON, SHARED
from extract_factory import request, write_csv_extract

from ddor.cli import ddor, run_week

ST_CLOUD = SHARED / "st_cloud_declined_2026.csv"
MINNESOTA = SHARED / "minnesota_facility_outcomes.csv"
WEEK, WEEK_BEFORE = "2026-02-07", "2026-01-31"
OUTCOMES = {
    "booked_into_detention": "honored",
    "declined_by_lea": "declined",
    "no_longer_in_custody": "left_custody",
    "other": "withdrawn",
    "no_outcome_recorded": "pending",
}
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared FOIA files are not here")


def publish(extract: Path, output: Path, *weeks: str) -> None:
    """As they are: the checks put such weeks under review, and what they find has its own test."""
    arguments = [
        "--extract",
        extract,
        "--output",
        output,
        "--quiet",
        "--set",
        "cohort=issued",
        "--set",
        f"published_on={PUBLISHED_ON}",
        *ACCEPTED,
    ]
    assert run_week([*weeks, *map(str, arguments)], PROJECT) == 0


def summary(output: Path, week: str) -> dict:
    return json.loads((output / "site" / "weeks" / week / "data" / "summary.json").read_bytes())


def text_of(page: Path) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))).split())


def test_the_declines_at_one_state_prison_in_february_2026(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(PROJECT)
    for date in ("2026-02-11", "2026-02-02"):
        with pytest.raises(SystemExit) as ended:
            ddor(["import", "foia", str(ST_CLOUD), "--week", date, "--out", f"{tmp_path}/{{week}}"])
        assert not ended.value.code
    assert "22 rows read" in capsys.readouterr().out
    output = tmp_path / "outputs"
    publish(tmp_path / "{week}", output, "2026-02-11", "2026-02-02")

    # The prison is in the directory; without its row it would be of level `other`.
    with open(PROJECT / "params" / "agencies.csv", encoding="utf-8", newline="") as file:
        prison = next(row for row in csv.DictReader(file) if row["agency_id"] == "MNCFSTC")
    assert (prison["level"], prison["county_fips"]) == ("state", "27145")

    received = pd.read_parquet(output / "runs" / WEEK / "r1" / "extract.parquet")
    assert received["agency_id"].tolist() == ["MNCFSTC"] * 21
    assert set(received["agency_level"]) == {"state"} and set(received["outcome"]) == {"declined"}
    assert (received["citizenship"] == "MEX").sum() == 12

    figures = summary(output, WEEK)["figures"]
    assert figures["received_total"] == 21
    assert figures["issued_total"] == 21
    # E7: seventeen have time left to serve. The three without a conviction on record stay.
    assert figures["held_back_outcomes"] == figures["issued_other"] == 17
    assert figures["declined_total"] == figures["issued_declined"] == 4
    assert figures["declined_with_charges"] is figures["declined_with_conviction"] is None
    assert summary(output, WEEK_BEFORE)["figures"]["received_total"] == 1

    page = text_of(output / "site" / "weeks" / WEEK / "index.html")
    assert (
        "The charges are the most serious conviction on record of any year, not the charge of "
        "this arrest" in page
    )
    assert "It holds no date of decline and no date of release" in page
    assert "4 requests had been recorded as declined by March 11, 2026" in page
    assert "does not show the charges of this week: there are fewer than 20 requests." in page
    assert (
        "E8 Bulk recording Minnesota Correctional Facility St. Cloud" in page
        or "What a person had to look at before publication" in page
    )
    assert (
        "The citizenship of the people concerned is not shown: there are fewer than 20 requests."
        in page
    )
    assert "Minnesota Correctional Facility St. Cloud MN · state · MNCFSTC" in page
    assert "ICE recorded 21" not in page, "a sentence of the other cohort"
    assert "Synthetic" not in page


def minnesota_extract(folder: Path) -> Path:
    """A request for each of the 882 detainers of the table: facility and outcome as given, all
    else that an extract needs (codes, dates, citizenship) invented or unknown."""
    with open(MINNESOTA, encoding="utf-8", newline="") as file:
        facilities = list(csv.DictReader(file))
    rows = []
    for number, facility in enumerate(facilities):
        assert sum(int(facility[column]) for column in OUTCOMES) == int(facility["total"])
        for column, outcome in OUTCOMES.items():
            for _ in range(int(facility[column])):
                rows.append(
                    request(
                        request_id=f"m{len(rows)}",
                        form="I-247A",
                        issued_at="2026-02-09",
                        agency_id=f"MN9TEST{number:02d}",
                        agency_name=facility["facility"],
                        agency_level="other",
                        county_fips="",
                        citizenship="UNK",
                        custody_confirmed="unknown",
                        outcome=outcome,
                        outcome_recorded_at="",
                        released_at="",
                        decline_reason="",
                        protected="unknown",
                    )
                )
    return write_csv_extract(folder, rows, about={"as_of": "2026-03-11"})


def test_minnesota_without_charges_says_that_none_were_supplied(tmp_path):
    output = tmp_path / "outputs"
    publish(minnesota_extract(tmp_path / "extract"), output, WEEK)
    figures = summary(output, WEEK)["figures"]
    assert figures["received_total"] == figures["issued_total"] == 882
    assert figures["issued_declined"] == figures["declined_total"] == 292
    assert figures["issued_pending"] == 310
    assert figures["issued_honored"] == figures["honored_total"] == 152
    assert figures["issued_other"] == 882 - 292 - 310 - 152
    assert figures["declined_with_charges"] is figures["declined_with_conviction"] is None

    page = text_of(output / "site" / "weeks" / WEEK / "index.html")
    assert "No charge data was supplied with this extract." in page
    assert "No charge data was supplied for the 292 requests declined" in page
    assert "with a conviction" not in page and "charges and no conviction" not in page
    assert "no date on which an outcome was recorded" in page and "no date of release" in page
    assert "most serious conviction" not in page
    assert "STERNS CO. JAIL" in page and "STEARNS COUNTY SHERIFF/JAIL" in page
    charges = output / "site" / "weeks" / WEEK / "data" / "charges_by_group.csv"
    assert len(charges.read_text(encoding="utf-8").splitlines()) == 1


def test_the_state_prisons_week_waits_for_a_person_who_is_told_why(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(PROJECT)
    with pytest.raises(SystemExit):
        ddor(["import", "foia", str(ST_CLOUD), "--week", WEEK, "--out", f"{tmp_path}/{{week}}"])
    output = tmp_path / "outputs"
    arguments = ["--extract", f"{tmp_path}/{{week}}", "--output", str(output)]
    assert run_week([WEEK, *arguments, "--set", "cohort=issued"], PROJECT) == 4
    told = capsys.readouterr().err
    assert "E8 Minnesota Correctional Facility St. Cloud, MN (MNCFSTC): 21 of 21 declines" in told
    assert "E7: 17 held back at Minnesota Correctional Facility St. Cloud" in told
    assert not (output / "site").exists()
    checks = (output / "runs" / WEEK / "draft" / "data" / "checks.csv").read_text("utf-8")
    assert "E8,Bulk recording,review,stopped,21,1" in checks
