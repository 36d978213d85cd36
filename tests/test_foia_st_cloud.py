"""The real file of one state prison, 2026: figures that the issue names."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from ddor.calendar import Week
from ddor.extract.read import read_extract
from ddor.importers.foia.importer import import_foia

SHARED = Path(__file__).resolve().parents[2] / "shared"
FILE = SHARED / "data" / "foia" / "st_cloud_declined_2026.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the shared FOIA files are not here")

WEEK, WEEK_BEFORE = Week(dt.date(2026, 2, 7)), Week(dt.date(2026, 1, 31))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    directory = tmp_path / "agencies.csv"
    directory.write_text(
        "agency_id,name,level,state,county_fips,area,weekly_requests,same_as\n"
        "MNCFSTC,Minnesota Correctional Facility,state,MN,27145,St. Paul,,\n"
    )
    import_foia(FILE, [WEEK_BEFORE, WEEK], str(tmp_path / "{week}"), directory)
    return tmp_path


def test_the_week_of_february_11_has_21_requests_at_one_state_prison(folder):
    extract = read_extract(str(folder / str(WEEK)), WEEK, cohort="issued")
    requests, charges = extract.requests, extract.charges
    assert len(requests) == 21
    assert set(requests["agency_id"]) == {"MNCFSTC"}
    assert set(requests["agency_level"]) == {"state"}
    assert set(requests["county_fips"]) == {"27145"}
    assert set(requests["outcome"]) == {"declined"}
    assert (requests["citizenship"] == "MEX").sum() == 12
    assert charges["request_id"].nunique() == len(charges) == 18
    assert set(charges["disposition"]) == {"convicted"}
    assert extract.about.as_of == dt.date(2026, 3, 11)
    assert not extract.about.synthetic


def test_the_week_before_has_one_request(folder):
    extract = read_extract(str(folder / str(WEEK_BEFORE)), WEEK_BEFORE, cohort="issued")
    assert len(extract.requests) == 1


def test_most_of_the_sentences_run_on_after_the_release_of_the_file(folder):
    ends = read_extract(str(folder / str(WEEK)), WEEK, cohort="issued").requests["sentence_ends_on"]
    assert ends.notna().sum() == 18
    assert (ends > pd.Timestamp(2026, 3, 11)).sum() >= 15
