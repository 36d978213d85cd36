"""The re-enactment of the withdrawn report, week of January 28, 2017: see docs/samples.md.

Agencies and counts are as published. Every detail of a request is invented but for the few facts
that the report gave. What was never found is filled with invented agencies of at most four
requests each, so that Section I begins as it was printed; they fail no check. The errors that
were found later are built in, for the checks to find again.
"""

import numpy as np
import pandas as pd
from withdrawn_report import DECLINED, ISSUED, PLACES, SECTION_II, reenacted_agencies

from ddor.extract.model import About, Extract
from ddor.importers.samples.agencies import COMMITTED, invented_agencies
from ddor.importers.samples.draws import (
    as_extract,
    days,
    draw_charges,
    draw_requests,
    drawn,
    numbered,
    office_times,
    waits,
)

REENACTED, SEED = "2017-01-28", 6
START, AS_OF = pd.Timestamp(REENACTED), pd.Timestamp("2017-03-20")
SOURCE = (
    "Re-enactment of the report of January 28, 2017, which was suspended on April 10, 2017: "
    "agencies and counts as published, known errors included; details invented, and what was "
    "never found filled up with invented agencies"
)
HONORED_EARLIER = 70
FILLER_COUNTS = {1: 5, 2: 10, 3: 25, 4: 60}
FILLER_DECLINES_IN = ("AZ", "FL", "GA", "IL", "MA", "NJ", "NM", "NY", "WA")
OUTCOMES_SO_FAR = {
    "pending": 78,
    "honored": 12,
    "declined": 3,
    "withdrawn": 3,
    "superseded": 1,
    "left_custody": 3,
}


def make_reenactment() -> Extract:
    """The extract of the week of 2017-01-28: 3,083 requests issued in it, 206 recorded as
    declined in it, and requests issued earlier that were honored in it."""
    rng = np.random.default_rng(SEED)
    places = reenacted_agencies().set_index("agency_id", drop=False)
    # Beyond those of params/agencies.csv: with a volume in the directory E5 would look at them.
    fillers = invented_agencies(COMMITTED + 1000).iloc[COMMITTED:]
    parts = [
        _issued(rng, places, fillers),
        _section_ii(rng, places),
        _recorded(rng, _declining(fillers), "declined"),
        _recorded(rng, fillers.iloc[rng.integers(0, len(fillers), HONORED_EARLIER)], "honored"),
    ]
    asked = pd.concat(parts, ignore_index=True)
    rows = draw_requests(rng, asked, AS_OF)
    rows, charges = _as_told(rows, draw_charges(rng, rows), asked["fact"])
    about = About(AS_OF.date(), SOURCE, synthetic=True)
    return as_extract(rows, charges, about, START.date())


def _issued(rng, places: pd.DataFrame, fillers: pd.DataFrame) -> pd.DataFrame:
    published = [p.agency_id for p in PLACES for _ in range(p.issued)]
    counts = drawn(rng, len(fillers), FILLER_COUNTS)
    rest = fillers.iloc[np.repeat(np.arange(len(fillers)), counts)[: ISSUED - len(published)]]
    asked = pd.concat([places.loc[published], rest], ignore_index=True)
    count = len(asked)
    issued_at = office_times(rng, START + days(rng.integers(0, 7, count)))
    outcome = pd.Series(drawn(rng, count, OUTCOMES_SO_FAR), dtype="str")
    recorded_at = issued_at + waits(rng, count, mean_days=9, longest=40)
    # A decline of this week would be one of the 206, which are all made elsewhere.
    next_week = START + pd.Timedelta(days=7)
    later = office_times(rng, next_week + waits(rng, count, mean_days=9, longest=40))
    recorded_at = recorded_at.mask(outcome == "declined", later).mask(outcome == "pending")
    return asked.assign(issued_at=issued_at, outcome=outcome, outcome_recorded_at=recorded_at)


def _section_ii(rng, places: pd.DataFrame) -> pd.DataFrame:
    """The rows of SECTION_II, each with its position there as `fact`."""
    facts = pd.DataFrame([vars(fact) for fact in SECTION_II])
    rows = facts.loc[facts.index.repeat(facts["count"])].reset_index(names="fact")
    days_back = np.minimum(rng.exponential(500, len(rows)), 2150).round()
    recent = pd.Timestamp("2017-01-01") + days(rng.integers(0, 27, len(rows)))
    is_older = rows.groupby("fact").cumcount() < rows["older"]
    issued_at = recent.mask(is_older, pd.Timestamp("2016-12-31") - days(days_back))
    told = pd.to_datetime(rows["issued_at"].replace("", None))
    return (
        places.loc[rows["agency_id"]]
        .reset_index(drop=True)
        .assign(
            issued_at=told.fillna(office_times(rng, issued_at)),
            outcome="declined",
            outcome_recorded_at=pd.to_datetime(rows["recorded"]),
            fact=rows["fact"],
        )
    )


def _declining(fillers: pd.DataFrame) -> pd.DataFrame:
    count = DECLINED - sum(fact.count for fact in SECTION_II)
    two_in_each = fillers[fillers["state"].isin(FILLER_DECLINES_IN)].groupby("state").head(2)
    # Each of them at least once, so that the states are 16; then a few more than once.
    return two_in_each.iloc[np.arange(count) % len(two_in_each)]


def _recorded(rng, asked: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Requests issued earlier, with an outcome in the week."""
    recorded_on = START + days(rng.integers(0, 7, len(asked)))
    issued_on = START - pd.Timedelta(days=1) - waits(rng, len(asked), mean_days=60, longest=1500)
    return asked.reset_index(drop=True).assign(
        outcome=outcome,
        outcome_recorded_at=office_times(rng, recorded_on),
        issued_at=office_times(rng, issued_on),
    )


def _as_told(
    rows: pd.DataFrame, charges: pd.DataFrame, facts: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """With the areas of the same-named places, and what is known of the rows of Section II."""
    rows = rows.copy()
    for place in PLACES:
        area, count = place.area_of_twin
        rows.loc[rows.index[rows["agency_id"] == place.agency_id][:count], "area"] = area
    for number, fact in enumerate(SECTION_II):
        known = rows.index[facts == number]
        for column, value in fact.fields.items():
            is_time = pd.api.types.is_datetime64_dtype(rows[column])
            rows.loc[known, column] = pd.to_datetime(value or None) if is_time else value
        if fact.charge:
            code, disposition = fact.charge
            told = pd.DataFrame(
                {
                    "row": known,
                    "ncic_code": code,
                    "description": "",
                    "disposition": disposition,
                    "charged_on": pd.NaT,
                    "timing": "before_release",
                }
            )
            charges = pd.concat([charges[~charges["row"].isin(known)], told], ignore_index=True)
    return rows, numbered(charges)
