"""What is told of people after their release: the nation only, one base, by the rules of
disclosure.py.

The base is the requests with a confirmed release. It is told if those of them whose follow-up is
known are *enough*, and if the one rule lets it be told beside what earlier revisions told; then in
full, 1 and 2 too. Else the last numbers stay, with their date, or nothing is told.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from ddor.measures.after_release import (
    BY_ARREST,
    BY_BOTH,
    BY_CONVICTION,
    KNOWN,
    MET,
    NO_CONTACT,
    NOT_KNOWN,
    NOT_MET,
    NOT_OBSERVED,
    OTHER_STANDING,
    after_release_rows,
)
from ddor.measures.disclosure import NATION, Earlier, Row, Told, tell, why_not_enough
from ddor.measures.people import ALL, CHARGED_ONLY, CHARGES, CONVICTED, NO_CHARGE, Line, Table
from ddor.measures.people import lines_of as charge_lines

AFTER_RELEASE = "after_release"
FOLLOW_UP, MET_BY, LATER_CHARGES, DAYS_TO_ARREST = (
    "follow_up",
    "met_by",
    "later_charges",
    "days_to_arrest",
)
FOLLOW_UP_NAMES = {
    MET: "Arrested, or convicted of a later charge, within 90 days of release",
    NO_CONTACT: "No later contact known to ICE",
    OTHER_STANDING: "Other contact: ICE custody, removal, or an arrest that is not counted",
    NOT_OBSERVED: "Released less than 90 days before the extract",
    NOT_KNOWN: "Not known",
}
MET_BY_NAMES = {
    BY_ARREST: "Arrested",
    BY_BOTH: "Arrested, and convicted of a later charge",
    BY_CONVICTION: "Convicted of a later charge, without an arrest that is counted",
    NOT_MET: "Neither, or not known",
}
BANDS = (
    ("0 to 7 days", 0, 7),
    ("8 to 30 days", 8, 30),
    ("31 to 60 days", 31, 60),
    ("61 to 90 days", 61, 90),
)
NUMBERS = ("known", "met", "no_arrest", "no_contact", "not_observed", "arrested", "convicted")


@dataclass(frozen=True)
class Followed:
    """The headline numbers, in requests; None where one is not told.

    declined, confirmed: of the quarter's rows. known: released 90 days or more before the extract
    and followed up; met, no_arrest: known less met; no_contact; not_observed. arrested, convicted:
    of those who met the rule, together met or more. as_of: the date of the extract of the numbers
    from `known` on; stands: whether that is an earlier revision's, of which `gone` requests no
    longer count. declined and confirmed are always this revision's.
    """

    declined: int
    confirmed: int
    known: int | None
    met: int | None
    no_arrest: int | None
    no_contact: int | None
    not_observed: int | None
    arrested: int | None
    convicted: int | None
    as_of: str
    stands: bool
    gone: int = 0


def tell_after_release(
    rows: pd.DataFrame, charges: pd.DataFrame, threshold: int, as_of: str, earlier: Earlier
) -> Told:
    """`rows` from after_release.after_release, with week; as_of: the date of the quarter's extract;
    `earlier`: what was told before."""
    confirmed = after_release_rows(rows, charges)
    known = Counter(row.agency_id for row in confirmed if _standing(row) in KNOWN)
    why = why_not_enough(known).replace("requests", "requests with a known follow-up")
    candidates = {} if why else {(AFTER_RELEASE, NATION): confirmed}
    last = tuple(table for table in earlier.last if table.attribute == AFTER_RELEASE)
    return tell(
        candidates,
        replace(earlier, last=last),
        {row.request_id for row in confirmed},
        as_of,
        threshold,
        of_week=False,
        lacking={AFTER_RELEASE: why} if why else {},
    )


def followed(rows: pd.DataFrame, told: Told, as_of: str) -> Followed:
    """The headline numbers. `rows` from after_release.after_release, of which only the two exact
    numbers are taken, and that nobody's follow-up is known."""
    confirmed = int(rows["released_at"].notna().sum())
    table = told.table(AFTER_RELEASE)
    if table is not None:
        numbers = _numbers(table.rows)
        return Followed(
            len(rows), confirmed, **numbers, as_of=table.as_of, stands=table.stands, gone=table.gone
        )
    unknown = None if rows["standing"].isin(KNOWN).any() else 0
    numbers = {**dict.fromkeys(NUMBERS, unknown), "not_observed": None if confirmed else 0}
    return Followed(len(rows), confirmed, **numbers, as_of=as_of, stands=False, gone=0)


def _numbers(rows: Iterable[Row]) -> dict[str, int | None]:
    standing = Counter(map(_standing, rows))
    how = Counter(row.value.split()[1] for row in rows)
    known = sum(standing[each] for each in KNOWN)
    return {
        "known": known,
        "met": standing[MET],
        "no_arrest": known - standing[MET],
        "no_contact": standing[NO_CONTACT],
        "not_observed": standing[NOT_OBSERVED],
        "arrested": how[BY_ARREST] + how[BY_BOTH],
        "convicted": how[BY_CONVICTION] + how[BY_BOTH],
    }


def after_release_lines(told: Told) -> list[Line]:
    """after_release.csv: attribute follow_up (branch: FOLLOW_UP_NAMES), met_by (MET_BY_NAMES),
    later_charges (as charges of the nation, of those who met the rule), days_to_arrest (BANDS)."""
    table = told.table(AFTER_RELEASE)
    if table is None:
        return []
    met = [row for row in table.rows if _standing(row) == MET]
    standing = Counter(map(_standing, table.rows))
    how = Counter(row.value.split()[1] for row in table.rows)
    days = [int(row.value.split()[2]) for row in met]
    bands = {name: sum(low <= day <= high for day in days) for name, low, high in BANDS}
    counts = (
        (FOLLOW_UP, {name: standing[name] for name in FOLLOW_UP_NAMES}),
        (MET_BY, {name: how[name] for name in MET_BY_NAMES}),
        (DAYS_TO_ARREST, bands),
    )
    lines = [
        Line(attribute, NATION, name, "", ALL, number)
        for attribute, numbers in counts
        for name, number in numbers.items()
    ]
    return lines + _later_charges(met)


def _later_charges(met: list[Row]) -> list[Line]:
    """As the charges before release are told of the nation."""
    rows = frozenset(row._replace(value=_as_charges(row.value.split()[3:])) for row in met)
    lines = charge_lines(Table(CHARGES, NATION, rows, "", 0))
    return [line._replace(attribute=LATER_CHARGES) for line in lines]


def _as_charges(groups: list[str]) -> str:
    """As charges.charge_values writes them."""
    if not groups:
        return NO_CHARGE
    convicted = any(each.endswith(f":{CONVICTED}") for each in groups)
    return " ".join([CONVICTED if convicted else CHARGED_ONLY, *groups])


def _standing(row: Row) -> str:
    return row.value.split()[0]
