"""Sample extracts of an ordinary week, made from a seed: see docs/samples.md.

About seven in ten rows were issued in the week, most others were issued earlier and have an
outcome recorded in it. Nothing fails a check but the four requests planted below, so that *held
back* is not empty on the page: two for E1, and two more of other checks, which take turns by week.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.random import Generator

from ddor.calendar import Week
from ddor.extract.model import About, Extract
from ddor.importers.samples import draws
from ddor.importers.samples.agencies import COMMITTED, invented_agencies
from ddor.reference.places import AREAS, COUNTIES, HEADQUARTERS

EXTRACT_LAG = dt.timedelta(days=45)
ISSUED_SHARE, OUTSIDE_SHARE = 0.70, 0.01
PENDING_SHARE = 0.45
SAME_DAY_SHARE = 0.3
UNKNOWN_VOLUME = 1.0
LARGEST_DECLINES = 0.6
TENDENCY_SEED = 48
PLANTED = (("E2", "E7"), ("E3", "E6"), ("E4", "E11"))


def make_sample(week: Week, seed: int, requests: int = 600) -> Extract:
    """An extract of `requests` rows that holds `week`, taken 45 days after its end. The invented
    directory grows with `requests`, so that no agency gets a volume that its directory row makes
    impossible (E5)."""
    rng = np.random.default_rng([seed, week.first_day.toordinal()])
    agencies = invented_agencies(max(COMMITTED, requests // 4))
    as_of = week.last_day + EXTRACT_LAG
    about = About(as_of, f"Invented by the sample generator, seed {seed}", True)
    asked = _with_dates(rng, _asked(rng, agencies, requests), week)
    outcome = pd.Series(draws.drawn(rng, requests, draws.SHARES["outcome"]), dtype="str")
    outcome = outcome.mask(rng.random(requests) < asked["declines"], "declined")
    outcome = outcome.where(asked["outcome_recorded_at"].notna(), "pending")
    rows = draws.draw_requests(rng, asked.assign(outcome=outcome), pd.Timestamp(as_of))
    rows = _with_planted_errors(rng, rows, asked["area"], week)
    return draws.as_extract(rows, draws.draw_charges(rng, rows), about, week.first_day)


def _asked(rng: Generator, agencies: pd.DataFrame, count: int) -> pd.DataFrame:
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


def _with_dates(rng: Generator, asked: pd.DataFrame, week: Week) -> pd.DataFrame:
    """With issued_at, and outcome_recorded_at: NaT for a request without an outcome yet."""
    count, start = len(asked), pd.Timestamp(week.first_day)
    day = start + draws.days(draws.drawn(rng, count, draws.SHARES["weekday"]).astype(int))
    # Several requests at one desk on one day: a row may repeat the day of the one before it.
    same_desk = asked["agency_id"] == asked["agency_id"].shift()
    new_visit = ~same_desk | (rng.random(count) >= SAME_DAY_SHARE)
    first_row = np.maximum.accumulate(np.where(new_visit, np.arange(count), 0))
    in_week = draws.office_times(rng, day.iloc[first_row].reset_index(drop=True))

    soon = draws.waits(rng, count, mean_days=13, longest=44)
    years = rng.random(count) < 0.15
    wait = np.where(years, rng.uniform(200, 2200, count), rng.exponential(30, count))
    before = draws.office_times(rng, start - draws.days(1 + wait))
    last_week = draws.office_times(rng, start - draws.days(rng.uniform(1, 6, count)))

    is_issued, is_outside = asked["kind"] == "issued", asked["kind"] == "outside"
    issued_at = in_week.where(is_issued, before.mask(is_outside, before - pd.Timedelta(days=7)))
    recorded_at = (in_week + soon).where(is_issued, in_week).mask(is_outside, last_week)
    resolved = ~is_issued | (rng.random(count) >= PENDING_SHARE)
    return asked.assign(issued_at=issued_at, outcome_recorded_at=recorded_at.where(resolved))


def _with_planted_errors(
    rng: Generator, rows: pd.DataFrame, own_area: pd.Series, week: Week
) -> pd.DataFrame:
    """Two rows changed for E1 and one for each check whose turn it is, where there is a row that
    fits; own_area: the area that the directory gives for each row."""
    rows = rows.copy()
    in_week = rows.index[week.holds(rows["issued_at"]) & (rows["outcome"] != "declined")]
    split = in_week[rows.loc[in_week, "state"].isin(["TX", "CA", "NY"])]
    elsewhere = rng.permutation(split)[:1]
    for row in elsewhere:
        areas = {name for name, states in AREAS.items() if rows.at[row, "state"] in states}
        rows.loc[row, "area"] = min(areas - {own_area[row], HEADQUARTERS})
    for row in rng.permutation(in_week.difference(elsewhere))[:1]:
        state = rows.at[row, "state"]
        outside = [fips for fips, place in sorted(COUNTIES.items()) if place.state != state]
        rows.loc[row, "county_fips"] = str(rng.choice(outside))
    # Only such a detainer, declined in the week, can fail every one of the other checks.
    declined = rows.index[
        week.holds(rows["outcome_recorded_at"])
        & (rows["outcome"] == "declined")
        & rows["form"].isin(["I-247A", "I-247D"])
    ]
    checks = PLANTED[week.first_day.toordinal() // 7 % len(PLANTED)]
    for check, row in zip(checks, rng.permutation(declined), strict=False):
        for column, value in _failing(rows.loc[row], rows["agency_id"])[check].items():
            rows.loc[row, column] = value
    return rows


def _failing(row: pd.Series, agency_ids: pd.Series) -> dict[str, dict]:
    """By check: the values that make it hold this declined detainer."""
    at, hour = row["outcome_recorded_at"], pd.Timedelta(hours=1)
    serving_until = at.floor("D") + 400 * 24 * hour
    another = next(iter(agency_ids[agency_ids != row["agency_id"]]), "")
    return {
        "E2": {"releasing_agency_id": another},
        "E3": {"decline_reason": "not_in_custody"},
        "E4": {"agency_level": "federal"},
        "E6": {"released_at": at, "ice_custody_at": at + 3 * hour},
        "E7": {"released_at": pd.NaT, "sentence_ends_on": serving_until, "ice_custody_at": pd.NaT},
        "E11": {"released_at": at, "release_due_at": at - 50 * hour},
    }
