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
from ddor.measures.timing import bands_of

AFTER_RELEASE = "after_release"
FOLLOW_UP, MET_BY = "follow_up", "met_by"
LATER_CHARGES, DAYS_TO_ARREST = "later_charges", "days_to_arrest"
# The lines of each, in order.
FOLLOW_UP_BRANCHES = (MET, NO_CONTACT, OTHER_STANDING, NOT_OBSERVED, NOT_KNOWN)
MET_BY_BRANCHES = (BY_ARREST, BY_BOTH, BY_CONVICTION, NOT_MET)
BANDS = bands_of(DAYS_TO_ARREST)


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
    stands: bool = False
    gone: int = 0


def tell_after_release(
    rows: pd.DataFrame, charges: pd.DataFrame, threshold: int, as_of: str, earlier: Earlier
) -> Told:
    """`rows` from after_release.after_release, with week; as_of: the date of the quarter's extract;
    `earlier`: what was told before."""
    confirmed = after_release_rows(rows, charges)
    known = Counter(row.agency_id for row in confirmed if _standing(row) in KNOWN)
    why = why_not_enough(known).replace("requests", "requests with a known follow-up")
    last = tuple(table for table in earlier.last if table.attribute == AFTER_RELEASE)
    return tell(
        {} if why else {(AFTER_RELEASE, NATION): confirmed},
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
    if table is None:
        none = None if rows["standing"].isin(KNOWN).any() else 0
        not_observed = None if confirmed else 0
        return Followed(
            len(rows), confirmed, none, none, none, none, not_observed, none, none, as_of
        )
    standing, how = _numbers(table.rows)
    known = sum(standing[each] for each in KNOWN)
    return Followed(
        len(rows),
        confirmed,
        known=known,
        met=standing[MET],
        no_arrest=known - standing[MET],
        no_contact=standing[NO_CONTACT],
        not_observed=standing[NOT_OBSERVED],
        arrested=how[BY_ARREST] + how[BY_BOTH],
        convicted=how[BY_CONVICTION] + how[BY_BOTH],
        as_of=table.as_of,
        stands=table.stands,
        gone=table.gone,
    )


def _numbers(rows: Iterable[Row]) -> tuple[Counter, Counter]:
    """Of each standing, and of each way in which the rule was met."""
    parts = [row.value.split() for row in rows]
    return Counter(standing for standing, *_ in parts), Counter(how for _, how, *_ in parts)


def after_release_lines(told: Told) -> list[Line]:
    """after_release.csv: attribute follow_up (branch: FOLLOW_UP_BRANCHES), met_by
    (MET_BY_BRANCHES), days_to_arrest (BANDS), later_charges (as charges of the nation, of those who
    met the rule)."""
    table = told.table(AFTER_RELEASE)
    if table is None:
        return []
    standing, how = _numbers(table.rows)
    met = [row for row in table.rows if _standing(row) == MET]
    days = [int(row.value.split()[2]) for row in met]
    bands = Counter(next(name for name, last in BANDS.items() if day <= last) for day in days)
    counts = (
        (FOLLOW_UP, FOLLOW_UP_BRANCHES, standing),
        (MET_BY, MET_BY_BRANCHES, how),
        (DAYS_TO_ARREST, BANDS, bands),
    )
    lines = [
        Line(attribute, NATION, name, "", ALL, numbers[name])
        for attribute, names, numbers in counts
        for name in names
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
