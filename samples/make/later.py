"""The same weeks from a later extract: what 120 days after a week's end is known of its requests.

Most pending requests have an outcome by then, nearly all of them recorded after the first extract.
In two weeks of three a decline or two come in late that are dated in the week, so that its count
moves. Of the people released it is known for the most part what became of them: the extract is of
90 days or more after every release. So the week is final, and the quarter can count. Nothing is
planted beyond what the first extract had.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.random import Generator

from ddor.calendar import Week
from ddor.extract.model import About, Extract, extract_of
from ddor.importers.samples.agencies import invented_agencies
from ddor.importers.samples.draws import (
    SHARES,
    charges_after,
    days,
    draw_releases,
    drawn,
    hours,
    office_times,
)

LATER_LAG = dt.timedelta(days=120)
RESOLVED_SHARE, FOLLOWED_SHARE = 0.8, 0.9
OUTCOMES = {"honored": 64, "declined": 12, "withdrawn": 9, "superseded": 4, "left_custody": 11}
TURNS = 3


def make_later(first: Extract, week: Week, seed: int) -> Extract:
    """`first`, an extract that ordinary.make_sample made of `week`, as it is taken again later."""
    rng = np.random.default_rng([seed, week.first_day.toordinal(), LATER_LAG.days])
    as_of = week.last_day + LATER_LAG
    rows = _resolved(rng, first, week, pd.Timestamp(as_of))
    rows, news = _followed(rng, rows, pd.Timestamp(as_of))
    last = first.charges.groupby("request_id")["charge_no"].max()
    after = charges_after(rng, rows.loc[news])
    ids = after["row"].map(rows["request_id"])
    after = after.assign(request_id=ids, charge_no=ids.map(last).fillna(0) + 1)
    charges = pd.concat([first.charges, after.astype({"charge_no": "int64"})], ignore_index=True)
    return extract_of(rows, charges, About(as_of, first.about.source, synthetic=True))


def _resolved(rng: Generator, first: Extract, week: Week, as_of: pd.Timestamp) -> pd.DataFrame:
    """The requests with an outcome for most that were pending."""
    rows = first.requests.copy()
    pending = rows.index[(rows["outcome"] == "pending") & (rows["agency_level"] != "federal")]
    pending = pd.Index(rng.permutation(pending)[: round(RESOLVED_SHARE * len(pending))])
    count = len(pending)
    before, late = pd.Timestamp(first.about.as_of), week.first_day.toordinal() // 7 % TURNS
    gap = (as_of - before).days - 1
    recorded_at = office_times(rng, before + days(rng.integers(1, gap, count)))
    in_week = rows.loc[pending, "issued_at"].reset_index(drop=True) + hours(rng, count, 1, 40)
    is_late = pd.Series(np.arange(count) < late) & week.holds(in_week)
    outcome = pd.Series(drawn(rng, count, OUTCOMES), dtype="str").mask(is_late, "declined")
    known = rows.loc[pending].reset_index(drop=True)
    known = known.assign(outcome=outcome, outcome_recorded_at=recorded_at.mask(is_late, in_week))
    agencies = invented_agencies(max(len(rows) // 4, 150)).set_index("agency_id")
    same_as = known["agency_id"].map(agencies["same_as"])
    known = known.assign(**draw_releases(rng, known, same_as)).set_axis(pending)
    for column in known:
        rows.loc[pending, column] = known[column]
    return rows


def _followed(
    rng: Generator, rows: pd.DataFrame, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, pd.Index]:
    """-> the requests with a follow-up for most people released, and the index of those newly
    known as rearrested. An earlier follow-up stands, unless the person was at large then."""
    count = len(rows)
    status = pd.Series(drawn(rng, count, SHARES["follow_up_status"]), dtype="str")
    # Five days and more: a booking within 48 hours of the release would be E6.
    day = (rows["released_at"] + hours(rng, count, 5 * 24, 100 * 24)).dt.floor("D")
    looked_up = as_of - days(rng.integers(0, 14, count))
    day = day.mask(status.isin(["at_large", "unknown"]), looked_up)
    known = (rows["outcome"] == "declined") & rows["released_at"].notna() & (day <= as_of)
    known &= rng.random(count) < FOLLOWED_SHARE
    known &= rows["follow_up_status"].isna() | (rows["follow_up_status"] == "at_large")
    taken = known & status.isin(["ice_custody", "removed"]) & rows["ice_custody_at"].isna()
    rows = rows.assign(
        follow_up_status=rows["follow_up_status"].mask(known, status),
        follow_up_on=rows["follow_up_on"].mask(known, day),
        ice_custody_at=rows["ice_custody_at"].mask(taken, day),
    )
    return rows, rows.index[known & (status == "rearrested")]
