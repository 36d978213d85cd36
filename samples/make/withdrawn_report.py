"""The withdrawn report for the week of January 28, 2017, as far as its figures are known.

PLACES are its agencies, SECTION_II its known rows of declined requests, each with the error that
was found later, where one was. Source: the three reports of 2017, and what ICE and
agencies said of them. Invented are the agency IDs, the weekly volumes, the dates that only a check
needs, which same-named place a request was meant for, the jail that released people elsewhere, and
that three of the state jail's people were still held.
"""

from dataclasses import dataclass, field

import pandas as pd

from ddor.maintained.directory import COLUMNS
from ddor.reference.places import area_of

ISSUED, DECLINED = 3083, 206
POLICY_DAY = "2017-02-01"


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
    Place(
        "IA9RE001", "Montgomery County", "IA", "19137", "0.05", 12, area_of_twin=("Baltimore", 7)
    ),
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


ELSEWHERE = {"releasing_agency_id": "TX9SYN001"}
HANDED_OVER = {
    "citizenship": "MEX",
    "released_at": "2017-02-03T10:15",
    "ice_custody_at": "2017-02-03T13:40",
}
NEVER_THERE = {"custody_confirmed": "false"}
STILL_HELD = {"released_at": "", "notice_at": "", "sentence_ends_on": "2019-05-31"}
SECTION_II = (
    # 104 of Travis' 142 (73 %) are older than the year; three are not of the policy's first day.
    # The state jail's were printed under the county's name.
    Declined("TX9RE001", 1, POLICY_DAY, issued_at="2010-10-16"),
    Declined("TX9RE001", 124, POLICY_DAY, older=91),
    Declined("TX9RE001", 1, "2017-01-31", older=1),
    Declined("TX9RE001", 2, "2017-02-02", older=1),
    Declined("TX9RE002", 11, POLICY_DAY, older=7, fields={"agency_name": "Travis County"}),
    Declined("TX9RE002", 3, POLICY_DAY, older=3, fields=STILL_HELD),
    Declined("CO9RE001", 6, "2017-01-31", older=2),
    Declined("CO9RE002", 3, "2017-02-01"),
    Declined("CO9RE003", 1, "2017-02-02"),
    Declined("CO9RE004", 1, "2017-01-30"),
    Declined("TX9RE003", 4, "2017-02-02", fields=ELSEWHERE),
    Declined("TX9RE004", 3, "2017-01-30", fields=ELSEWHERE),
    Declined("MN9RE001", 1, "2017-02-03", fields=HANDED_OVER, charge=("35AA", "convicted")),
    Declined("MN9RE001", 1, "2017-02-03", fields=HANDED_OVER, charge=("5212", "charged")),
    Declined(
        "CA9RE001", 1, "2017-02-02", fields={"citizenship": "KHM"}, charge=("13AB", "convicted")
    ),
    Declined(
        "IA9RE003", 1, "2017-01-31", fields={"citizenship": "GTM"}, charge=("5499", "charged")
    ),
    Declined("IA9RE004", 1, "2017-01-30", issued_at="2014-05-08", charge=("35AA", "convicted")),
    Declined("PA9RE002", 1, "2017-02-01", fields=NEVER_THERE),
    Declined("NC9RE001", 1, "2017-01-31", fields=NEVER_THERE),
)


def reenacted_agencies() -> pd.DataFrame:
    """The directory rows of the report's own agencies, as text."""
    rows = [vars(place) | {"area": area_of(place.state, place.county_fips)} for place in PLACES]
    return pd.DataFrame(rows, dtype="str").reindex(columns=list(COLUMNS["agencies"]), fill_value="")
