"""The re-enactment of the withdrawn report, week of 28 January 2017: see docs/samples.md.

Agencies and counts are as published (3,083 issued; 206 recorded as declined, in 16 states; the
ten agencies of Section I; the known rows of Section II). Every detail of a request is invented
but for the few facts that the report gave. What was never found is filled with invented agencies
of at most four requests each, so that Section I begins as it was printed; they fail no check.
The errors that were found later are built in, for the checks to find again.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ddor.calendar import Week
from ddor.extract.model import About, Extract
from ddor.extract.sample_agencies import COMMITTED, DIRECTORY_COLUMNS, invented_agencies
from ddor.extract.sample_charges import as_extract, draw_charges, numbered
from ddor.extract.sample_draws import draw_requests, drawn, office_times, waits
from ddor.reference.areas import area_of

WEEK = Week(dt.date(2017, 1, 28))
ABOUT = About(
    as_of=dt.date(2017, 3, 20),
    source=(
        "Re-enactment of the report of 28 January 2017: "
        "agencies and counts as published, details invented"
    ),
    synthetic=True,
)
ISSUED, DECLINED, STATES = 3083, 206, 16
HONORED_EARLIER = 70
FILLER_COUNTS = {1: 5, 2: 10, 3: 25, 4: 60}
FILLER_DECLINES_IN = ("AZ", "FL", "GA", "IL", "MA", "NJ", "NM", "NY", "WA")
OUTCOMES_SO_FAR = {
    "pending": 78, "honored": 12, "declined": 3, "withdrawn": 3, "superseded": 1, "left_custody": 3,
}  # fmt: skip
POLICY_DAY = "2017-02-01"
OTHER_JAIL = "TX9SYN001"


@dataclass(frozen=True)
class Place:
    """A real agency of the report: what it was printed with, and what was wrong with it.

    issued: its figure in Section I (0: not listed). area_of_twin: the area of the place of the
    same name that its first requests were meant for, with their number (E1).
    """

    agency_id: str
    name: str
    state: str
    county_fips: str
    weekly_requests: str
    issued: int = 0
    level: str = "county"
    area_of_twin: tuple[str, int] = ("", 0)


PLACES = (
    Place("NV9RE001", "Clark County", "NV", "32003", "52.0", issued=51),
    Place("NY9RE001", "Nassau County", "NY", "36059", "34.0", issued=38),
    Place("IL9RE001", "Cook County", "IL", "17031", "12.0", issued=13),
    Place("IA9RE001", "Montgomery County", "IA", "19137", "0.05", 12, area_of_twin=("Baltimore", 7)),
    Place("WA9RE001", "Snohomish County", "WA", "53061", "9.0", issued=12),
    Place("NY9RE002", "Franklin County", "NY", "36033", "0.05", issued=9),
    Place("OR9RE001", "Washington County", "OR", "41067", "6.0", issued=7),
    Place("FL9RE001", "Alachua County", "FL", "12001", "3.5", issued=5),
    Place("IA9RE002", "Franklin County", "IA", "19069", "0.02", 5, area_of_twin=("Detroit", 5)),
    Place("PA9RE001", "Franklin County", "PA", "42055", "0.05", 5, area_of_twin=("Washington", 2)),
    Place("TX9RE001", "Travis County Jail", "TX", "48453", "19.0"),
    Place("TX9RE002", "Travis County State Jail", "TX", "48453", "1.0", level="state"),
    Place("TX9RE003", "Williamson County", "TX", "48491", "4.0"),
    Place("TX9RE004", "Bastrop County", "TX", "48021", "2.0"),
    Place("CO9RE001", "Boulder County", "CO", "08013", "3.0"),
    Place("CO9RE002", "Broomfield County", "CO", "08014", "0.5"),
    Place("CO9RE003", "Denver County", "CO", "08031", "8.0"),
    Place("CO9RE004", "Weld County", "CO", "08123", "4.0"),
    Place("MN9RE001", "Hennepin County", "MN", "27053", "6.0"),
    Place("CA9RE001", "Santa Rita Jail", "CA", "06001", "7.0"),
    Place("IA9RE003", "Sioux County", "IA", "19167", "0.8"),
    Place("IA9RE004", "Sac County", "IA", "19161", "0.2"),
    Place("PA9RE002", "Chester County", "PA", "42029", "1.5"),
    Place("NC9RE001", "Richmond County", "NC", "37153", "0.5"),
)


@dataclass(frozen=True)
class Declined:
    """Some rows of Section II: how many, when recorded, and what is no accident in them.

    older: how many of them were issued before 2017. fields: as CSV has them. charge: (code,
    disposition) where the report told it; else charges are drawn.
    """

    agency_id: str
    count: int
    recorded: str
    older: int = 0
    issued_at: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    charge: tuple[str, str] | None = None


def _elsewhere(agency_id: str, count: int, recorded: str) -> Declined:
    return Declined(agency_id, count, recorded, fields={"releasing_agency_id": OTHER_JAIL})


def _handed_over(charge: tuple[str, str]) -> Declined:
    times = {"released_at": "2017-02-03T10:15", "ice_custody_at": "2017-02-03T13:40"}
    fields = times | {"citizenship": "MEX"}
    return Declined("MN9RE001", 1, "2017-02-03", fields=fields, charge=charge)


NEVER_THERE = {"custody_confirmed": "false"}
STILL_HELD = {"released_at": "", "notice_at": "", "sentence_ends_on": "2019-05-31"}
SECTION_II = (
    # 104 of Travis' 142 (73 %) are older than the year; three are not of the policy's first day.
    Declined("TX9RE001", 1, POLICY_DAY, issued_at="2010-10-16"),
    Declined("TX9RE001", 124, POLICY_DAY, older=91),
    Declined("TX9RE001", 1, "2017-01-31", older=1),
    Declined("TX9RE001", 2, "2017-02-02", older=1),
    Declined("TX9RE002", 11, POLICY_DAY, older=7),
    Declined("TX9RE002", 3, POLICY_DAY, older=3, fields=STILL_HELD),
    Declined("CO9RE001", 6, "2017-01-31", older=2),
    Declined("CO9RE002", 3, "2017-02-01"),
    Declined("CO9RE003", 1, "2017-02-02"),
    Declined("CO9RE004", 1, "2017-01-30"),
    _elsewhere("TX9RE003", 4, "2017-02-02"),
    _elsewhere("TX9RE004", 3, "2017-01-30"),
    _handed_over(("35AA", "convicted")),
    _handed_over(("5212", "charged")),
    Declined("CA9RE001", 1, "2017-02-02", fields={"citizenship": "KHM"},
             charge=("13AB", "convicted")),
    Declined("IA9RE003", 1, "2017-01-31", fields={"citizenship": "GTM"},
             charge=("5499", "charged")),
    Declined("IA9RE004", 1, "2017-01-30", issued_at="2014-05-08", charge=("35AA", "convicted")),
    Declined("PA9RE002", 1, "2017-02-01", fields=NEVER_THERE),
    Declined("NC9RE001", 1, "2017-01-31", fields=NEVER_THERE),
)  # fmt: skip


def reenacted_agencies() -> pd.DataFrame:
    """The directory rows of the report's own agencies, in DIRECTORY_COLUMNS as text. Their IDs
    and weekly volumes are invented, their places are not."""
    rows = [
        (p.agency_id, p.name, p.level, p.state, p.county_fips, area_of(p.state, p.county_fips),
         p.weekly_requests, "")
        for p in PLACES
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=DIRECTORY_COLUMNS, dtype="str")


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
