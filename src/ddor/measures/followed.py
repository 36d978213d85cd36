"""What is told of people after their release: the nation only, one base, by the rules of
disclosure.py.

The base is the requests with a confirmed release. It is told if those of them whose follow-up is
known are *enough*, and if the one rule lets it be told beside what earlier revisions told; then in
full, 1 and 2 too. Else the last numbers stay, with their date, or nothing is told.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ddor.measures import after_release as rule
from ddor.measures.charges import charge_value
from ddor.measures.disclosure import NATION, Earlier, Row, Told, tell, why_not_enough
from ddor.measures.people import ALL, CHARGES, NO_CHARGE, Line, Table
from ddor.measures.people import lines_of as charge_lines
from ddor.measures.timing import bands_of

AFTER_RELEASE = "after_release"
FOLLOW_UP, MET_BY = "follow_up", "met_by"
LATER_CHARGES, DAYS_TO_ARREST = "later_charges", "days_to_arrest"
BANDS = bands_of(DAYS_TO_ARREST)
# The lines of each, in order.
BRANCHES = {
    FOLLOW_UP: (rule.MET, rule.NO_CONTACT, rule.OTHER_STANDING, rule.NOT_OBSERVED, rule.NOT_KNOWN),
    MET_BY: (rule.BY_ARREST, rule.BY_BOTH, rule.BY_CONVICTION, rule.NOT_MET),
    DAYS_TO_ARREST: tuple(BANDS),
}

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
    stands: bool = False
    gone: int = 0


def tell_after_release(
    rows: pd.DataFrame, charges: pd.DataFrame, threshold: int, as_of: str, earlier: Earlier
) -> Told:
    """`rows` from after_release.after_release, with week; as_of: the date of the quarter's extract;
    `earlier`: what was told before."""
    confirmed = rule.after_release_rows(rows, charges)
    known = Counter(row.agency_id for row in confirmed if _standing(row) in rule.KNOWN)
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
        anybody = rows["standing"].isin(rule.KNOWN).any()
        unknown: dict[str, Any] = dict.fromkeys(NUMBERS, None if anybody else 0)
        unknown["not_observed"] = None if confirmed else 0
        return Followed(len(rows), confirmed, **unknown, as_of=as_of)
    counts = _counts(table.rows)
    known = sum(counts[standing] for standing in rule.KNOWN)
    return Followed(
        len(rows),
        confirmed,
        known=known,
        met=counts[rule.MET],
        no_arrest=known - counts[rule.MET],
        no_contact=counts[rule.NO_CONTACT],
        not_observed=counts[rule.NOT_OBSERVED],
        arrested=counts[rule.BY_ARREST] + counts[rule.BY_BOTH],
        convicted=counts[rule.BY_CONVICTION] + counts[rule.BY_BOTH],
        as_of=table.as_of,
        stands=table.stands,
        gone=table.gone,
    )


def _counts(rows: Iterable[Row]) -> Counter:
    """Of each standing, of each way in which the rule was met, and of each band of days to it."""
    counts: Counter = Counter()
    for row in rows:
        standing, how, days, *_ = row.value.split()
        counts.update([standing, how])
        if standing == rule.MET:
            counts[next(name for name, last in BANDS.items() if int(days) <= last)] += 1
    return counts


def after_release_lines(told: Told) -> list[Line]:
    """after_release.csv: attribute follow_up (branch: a standing), met_by (how the rule was met),
    days_to_arrest (BANDS), later_charges (as the charges before release are told of the nation, of
    those who met the rule)."""
    table = told.table(AFTER_RELEASE)
    if table is None:
        return []
    counts = _counts(table.rows)
    lines = [
        Line(attribute, NATION, name, "", ALL, counts[name])
        for attribute, names in BRANCHES.items()
        for name in names
    ]
    met = (row for row in table.rows if _standing(row) == rule.MET)
    groups = ((row, " ".join(row.value.split()[3:])) for row in met)
    rows = frozenset(row._replace(value=charge_value(own, NO_CHARGE)) for row, own in groups)
    later = charge_lines(Table(CHARGES, NATION, rows, "", 0))
    return lines + [line._replace(attribute=LATER_CHARGES) for line in later]


def _standing(row: Row) -> str:
    return row.value.split()[0]
