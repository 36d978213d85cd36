"""The re-enactment of the withdrawn report, week of 28 January 2017: see docs/samples.md.

Agencies and counts are as published (3,083 issued; 206 recorded as declined, in 16 states; the
ten agencies of Section I; the known rows of Section II). Every detail of a request is invented
but for the few facts that the report gave. What was never found is filled with invented agencies
of at most four requests each, so that Section I begins as it was printed; they fail no check.
The errors that were found later are built in, for the checks to find again.
"""

import datetime as dt

import numpy as np
import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import About, Extract
from ddor.extract.samples.agencies import COMMITTED, invented_agencies
from ddor.extract.samples.charges import as_extract, draw_charges, numbered
from ddor.extract.samples.draws import draw_requests, drawn, office_times, waits
from ddor.extract.samples.withdrawn_report import (
    DECLINED,
    ISSUED,
    PLACES,
    SECTION_II,
    reenacted_agencies,
)

WEEK = Week(dt.date(2017, 1, 28))
ABOUT = About(
    as_of=dt.date(2017, 3, 20),
    source=(
        "Re-enactment of the report of 28 January 2017: "
        "agencies and counts as published, details invented"
    ),
    synthetic=True,
)
HONORED_EARLIER = 70
FILLER_COUNTS = {1: 5, 2: 10, 3: 25, 4: 60}
FILLER_DECLINES_IN = ("AZ", "FL", "GA", "IL", "MA", "NJ", "NM", "NY", "WA")
OUTCOMES_SO_FAR = {
    "pending": 78, "honored": 12, "declined": 3, "withdrawn": 3, "superseded": 1, "left_custody": 3,
}  # fmt: skip


def make_reenactment(seed: int) -> Extract:
    """The extract of the week of 2017-01-28: 3,083 requests issued in it, 206 recorded as
    declined in it, and requests issued earlier that were honored in it."""
    rng = np.random.default_rng(seed)
    places = reenacted_agencies().set_index("agency_id", drop=False)
    # Beyond those of params/agencies.csv: with a volume in the directory E5 would look at them.
    fillers = invented_agencies(COMMITTED + 1000).iloc[COMMITTED:]
    parts = [
        _issued(rng, places, fillers),
        _section_ii(rng, places),
        _declined_by_fillers(rng, fillers),
        _honored_earlier(rng, fillers),
    ]
    asked = pd.concat(parts, ignore_index=True)
    rows = draw_requests(
        rng, asked, asked["issued_at"], asked["outcome"], asked["recorded_at"],
        pd.Timestamp(ABOUT.as_of),
    )  # fmt: skip
    charges = draw_charges(rng, rows)
    rows = _with_areas_of_twins(rows)
    rows, charges = _with_known_facts(rows, charges, asked["fact"])
    return as_extract(rows, charges, ABOUT)


def _part(asked: pd.DataFrame, issued_at, outcome, recorded_at, fact=-1) -> pd.DataFrame:
    """Rows of agencies with the columns that make_reenactment draws from; fact: the position in
    SECTION_II, -1 elsewhere."""
    return asked.reset_index(drop=True).assign(
        issued_at=issued_at, outcome=outcome, recorded_at=recorded_at, fact=fact
    )


def _issued(rng, places: pd.DataFrame, fillers: pd.DataFrame) -> pd.DataFrame:
    published = [p.agency_id for p in PLACES for _ in range(p.issued)]
    counts = drawn(rng, len(fillers), FILLER_COUNTS)
    rest = fillers.iloc[np.repeat(np.arange(len(fillers)), counts)[: ISSUED - len(published)]]
    asked = pd.concat([places.loc[published], rest])
    count = len(asked)
    days = pd.Timestamp(WEEK.first_day) + pd.to_timedelta(
        pd.Series(rng.integers(0, 7, count)), unit="D"
    )
    issued_at = office_times(rng, days)
    outcome = pd.Series(drawn(rng, count, OUTCOMES_SO_FAR), dtype="str")
    recorded_at = issued_at + waits(rng, count, mean_days=9, longest=40)
    # A decline of this week would be one of the 206, which are all made elsewhere.
    later = office_times(
        rng, pd.Timestamp(WEEK.next.first_day) + waits(rng, count, mean_days=9, longest=40)
    )
    recorded_at = recorded_at.mask(outcome == "declined", later)
    return _part(asked, issued_at, outcome, recorded_at.mask(outcome == "pending"))


def _section_ii(rng, places: pd.DataFrame) -> pd.DataFrame:
    facts = np.repeat(np.arange(len(SECTION_II)), [fact.count for fact in SECTION_II])
    count = len(facts)
    place_in_fact = pd.Series(facts).groupby(facts).cumcount()
    is_older = place_in_fact < np.array([fact.older for fact in SECTION_II])[facts]
    years_back = np.minimum(rng.exponential(500, count), 2150).round()
    older = pd.Timestamp("2016-12-31") - pd.to_timedelta(pd.Series(years_back), unit="D")
    recent = pd.Timestamp("2017-01-01") + pd.to_timedelta(
        pd.Series(rng.integers(0, 27, count)), unit="D"
    )
    issued_at = office_times(rng, recent.mask(is_older, older))
    told = pd.to_datetime(pd.Series([fact.issued_at or None for fact in SECTION_II]))
    issued_at = told.iloc[facts].reset_index(drop=True).fillna(issued_at)
    recorded_at = pd.to_datetime([SECTION_II[fact].recorded for fact in facts])
    asked = places.loc[[SECTION_II[fact].agency_id for fact in facts]]
    return _part(asked, issued_at, "declined", recorded_at, facts)


def _declined_by_fillers(rng, fillers: pd.DataFrame) -> pd.DataFrame:
    count = DECLINED - sum(fact.count for fact in SECTION_II)
    two_in_each = fillers[fillers["state"].isin(FILLER_DECLINES_IN)].groupby("state").head(2)
    # Each of them at least once, so that the states are 16; then a few more than once.
    chosen = np.arange(count) % len(two_in_each)
    recorded_at, issued_at = _recorded_and_issued(rng, count)
    return _part(two_in_each.iloc[chosen], issued_at, "declined", recorded_at)


def _honored_earlier(rng, fillers: pd.DataFrame) -> pd.DataFrame:
    asked = fillers.iloc[rng.integers(0, len(fillers), HONORED_EARLIER)]
    recorded_at, issued_at = _recorded_and_issued(rng, HONORED_EARLIER)
    return _part(asked, issued_at, "honored", recorded_at)


def _recorded_and_issued(rng, count: int) -> tuple[pd.Series, pd.Series]:
    start = pd.Timestamp(WEEK.first_day)
    day = start + pd.to_timedelta(pd.Series(rng.integers(0, 7, count)), unit="D")
    issued_on = start - pd.Timedelta(days=1) - waits(rng, count, mean_days=60, longest=1500)
    return office_times(rng, day), office_times(rng, issued_on)


def _with_areas_of_twins(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.copy()
    for place in PLACES:
        area, count = place.area_of_twin
        meant_elsewhere = rows.index[rows["agency_id"] == place.agency_id][:count]
        rows.loc[meant_elsewhere, "area"] = area
    return rows


def _with_known_facts(
    rows: pd.DataFrame, charges: pd.DataFrame, facts: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = rows.copy()
    for number, fact in enumerate(SECTION_II):
        known = rows.index[facts == number]
        for column, value in fact.fields.items():
            is_time = pd.api.types.is_datetime64_dtype(rows[column])
            rows.loc[known, column] = pd.to_datetime(value or None) if is_time else value
        if fact.charge:
            code, disposition = fact.charge
            told = pd.DataFrame(
                {"row": known, "ncic_code": code, "description": "", "disposition": disposition,
                 "charged_on": pd.NaT, "timing": "before_release"}
            )  # fmt: skip
            charges = pd.concat([charges[~charges["row"].isin(known)], told], ignore_index=True)
    return rows, numbered(charges)
