"""Sample extracts of an ordinary week, made from a seed: see docs/samples.md.

They look like the real thing and are not: the agencies are invented, `synthetic` is true. About
seven in ten rows were issued in the week, most others were issued earlier and have an outcome
recorded in it. Nothing fails a check but the four requests planted below, so that *held back* is
not empty on the page: two for E1, and two more of other checks, which take turns by week.

The same seed gives the same bytes; no clock and no global state goes in.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import About, Extract
from ddor.extract.samples.agencies import COMMITTED, invented_agencies
from ddor.extract.samples.charges import as_extract, draw_charges
from ddor.extract.samples.draws import draw_requests, drawn, office_times, waits
from ddor.extract.samples.reenactment import make_reenactment
from ddor.extract.write import write_extract
from ddor.reference.areas import AREAS
from ddor.reference.places import COUNTIES

EXTRACT_LAG = dt.timedelta(days=45)
ISSUED_SHARE, OUTSIDE_SHARE = 0.70, 0.01
PENDING_SHARE = 0.45
OTHER_OUTCOMES = {"honored": 72, "withdrawn": 11, "superseded": 5, "left_custody": 12}
# Of the days of a week, Saturday first: desks are open every day, and busier on working days.
DAY_WEIGHTS = {0: 6, 1: 5, 2: 18, 3: 19, 4: 18, 5: 17, 6: 17}
SAME_DAY_SHARE = 0.3
UNKNOWN_VOLUME = 1.0
LARGEST_DECLINES = 0.6
TENDENCY_SEED = 48
COMMITTED_SEEDS = {"2017-02-18": 4, "2017-02-25": 5, "2017-03-04": 3}
REENACTMENT_SEED = 6
PLANTED = (("E2", "E7"), ("E3", "E6"), ("E4", "E11"))


def make_sample(
    week: Week, seed: int, requests: int = 600, agencies: pd.DataFrame | None = None
) -> Extract:
    """An extract of `requests` rows that holds `week`, taken 45 days after its end.

    agencies: a directory as in params/agencies.csv (text, "" for empty), each asked in proportion
    to its weekly_requests; without it the invented one, grown with `requests` so that no agency
    gets a volume that its directory row makes impossible (E5).
    """
    rng = np.random.default_rng([seed, week.first_day.toordinal()])
    if agencies is None:
        agencies = invented_agencies(max(COMMITTED, requests // 4))
    about = About(
        week.last_day + EXTRACT_LAG, f"Invented by the sample generator, seed {seed}", True
    )
    as_of = pd.Timestamp(about.as_of)
    asked = _asked(rng, agencies, requests)
    issued_at, recorded_at = _dates(rng, asked, week)
    outcome = _outcomes(rng, asked, recorded_at.notna())
    rows = draw_requests(rng, asked, issued_at, outcome, recorded_at, as_of)
    rows = _with_planted_errors(rng, rows, asked["area"], week)
    return as_extract(rows, draw_charges(rng, rows), about)


def _asked(rng: np.random.Generator, agencies: pd.DataFrame, count: int) -> pd.DataFrame:
    """`count` rows of agencies with columns kind (issued, earlier, outside) and declines (the
    agency's own share), ordered by kind and agency."""
    volume = pd.to_numeric(agencies["weekly_requests"]).fillna(UNKNOWN_VOLUME).to_numpy()
    # The share that an agency declines is its own, the same in every week: most decline next to
    # none. The largest declines most, so that tables for one agency have something to show.
    declines = np.random.default_rng(TENDENCY_SEED).beta(0.8, 6, len(agencies))
    declines[volume.argmax()] = LARGEST_DECLINES
    issued, outside = round(count * ISSUED_SHARE), max(5, round(count * OUTSIDE_SHARE))
    kind = np.repeat(["issued", "earlier", "outside"], [issued, count - issued - outside, outside])
    desks = rng.choice(len(agencies), count, p=volume / volume.sum())
    asked = agencies.iloc[desks].assign(kind=kind, declines=declines[desks])
    return asked.sort_values(["kind", "agency_id"], kind="stable", ignore_index=True)


def _dates(
    rng: np.random.Generator, asked: pd.DataFrame, week: Week
) -> tuple[pd.Series, pd.Series]:
    """issued_at, and outcome_recorded_at with NaT for a request without an outcome yet."""
    count, start = len(asked), pd.Timestamp(week.first_day)
    day = start + pd.to_timedelta(pd.Series(drawn(rng, count, DAY_WEIGHTS)), unit="D")
    # Several requests at one desk on one day: a row may repeat the day of the one before it.
    new_visit = (asked["agency_id"] != asked["agency_id"].shift()) | (
        rng.random(count) >= SAME_DAY_SHARE
    )
    first_row = np.maximum.accumulate(np.where(new_visit, np.arange(count), 0))
    in_week = office_times(rng, day.iloc[first_row].reset_index(drop=True))

    soon = waits(rng, count, mean_days=13, longest=44)
    years = rng.random(count) < 0.15
    wait = np.where(years, rng.uniform(200, 2200, count), rng.exponential(30, count))
    before = office_times(rng, start - pd.to_timedelta(pd.Series(1 + wait), unit="D"))
    last_week = office_times(rng, start - pd.to_timedelta(pd.Series(rng.uniform(1, 6, count)), "D"))

    is_issued, is_outside = asked["kind"] == "issued", asked["kind"] == "outside"
    issued_at = in_week.where(is_issued, before)
    issued_at = issued_at.mask(is_outside, before - pd.Timedelta(days=7))
    resolved = ~is_issued | (rng.random(count) >= PENDING_SHARE)
    recorded_at = (in_week + soon).where(is_issued, in_week).mask(is_outside, last_week)
    return issued_at, recorded_at.where(resolved)


def _outcomes(
    rng: np.random.Generator, asked: pd.DataFrame, resolved: pd.Series
) -> pd.Series:
    other = pd.Series(drawn(rng, len(asked), OTHER_OUTCOMES), dtype="str")
    outcome = other.mask(rng.random(len(asked)) < asked["declines"], "declined")
    return outcome.where(resolved, "pending")


def _with_planted_errors(
    rng: np.random.Generator, rows: pd.DataFrame, own_area: pd.Series, week: Week
) -> pd.DataFrame:
    """Two rows changed for E1 and one for each check whose turn it is, where there is a row that
    fits; own_area: the area that the directory gives for each row."""
    rows = rows.copy()
    in_week = rows.index[week.holds(rows["issued_at"]) & (rows["outcome"] != "declined")]
    split = in_week[rows.loc[in_week, "state"].isin(["TX", "CA", "NY"])]
    elsewhere = rng.permutation(split)[:1]
    for row in elsewhere:
        rows.loc[row, "area"] = _another_area(rows.loc[row, "state"], own_area[row])
    for row in rng.permutation(in_week.difference(elsewhere))[:1]:
        rows.loc[row, "county_fips"] = _county_outside(rng, rows.loc[row, "state"])
    # Only such a detainer, declined in the week, can fail every one of the other checks.
    declined = rows.index[
        week.holds(rows["outcome_recorded_at"])
        & (rows["outcome"] == "declined")
        & rows["form"].isin(["I-247A", "I-247D"])
    ]
    checks = PLANTED[week.first_day.toordinal() // 7 % len(PLANTED)]
    for check, row in zip(checks, rng.permutation(declined), strict=False):
        for column, value in _planted(check, rows.loc[row], rows["agency_id"]).items():
            rows.loc[row, column] = value
    return rows


def _planted(check: str, row: pd.Series, agency_ids: pd.Series) -> dict:
    recorded = row["outcome_recorded_at"]
    match check:
        case "E2":
            other = agency_ids[agency_ids != row["agency_id"]].iloc[0]
            return {"releasing_agency_id": other}
        case "E3":
            return {"decline_reason": "not_in_custody"}
        case "E4":
            return {"agency_level": "federal"}
        case "E6":
            return {"released_at": recorded, "ice_custody_at": recorded + pd.Timedelta(hours=3)}
        case "E7":
            ends = recorded.floor("D") + pd.Timedelta(days=400)
            return {"released_at": pd.NaT, "sentence_ends_on": ends, "ice_custody_at": pd.NaT}
        case "E11":
            due = recorded - pd.Timedelta(hours=50)
            return {"released_at": recorded, "release_due_at": due}
    raise ValueError(check)


def _another_area(state: str, own_area: str) -> str:
    return min(name for name, area in AREAS.items() if state in area.states and name != own_area)


def _county_outside(rng: np.random.Generator, state: str) -> str:
    return str(rng.choice([fips for fips, c in sorted(COUNTIES.items()) if c.state != state]))


def write_committed_samples(folder: Path) -> None:
    """Write the three ordinary weeks and the re-enactment, each as `folder`/<first day>."""
    for first_day, seed in COMMITTED_SEEDS.items():
        week = Week.parse(first_day)
        write_extract(make_sample(week, seed), folder / first_day)
    write_extract(make_reenactment(REENACTMENT_SEED), folder / "2017-01-28")
