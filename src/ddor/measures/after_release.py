"""What is known of people after their release, of the declined requests of a quarter.

Of a declined request with a confirmed release the quarterly report counts whether the person was
arrested, or convicted of a charge filed, within FOLLOWED_DAYS of the release. Days are calendar
days; the day of release is 0, and day 90 counts. A request has one *standing*, the first that fits:

    not_released   no release date
    not_known      a person whom the law protects or may protect: never counted below
    not_observed   released less than 90 days before the date of the extract. An early arrest must
                   not count while a late one cannot yet
    not_known      no follow-up on record, one dated before the release, an arrest without a date
    met            arrested, or convicted of a later charge
    no_contact     at large: no later contact known to ICE, which is no finding about the person
    other          ICE custody, removed, or an arrest that the rule does not count

An arrest counts from day 0 to 90 unless the charges speak against it: of the charges that are
looked at, one at least has to be *countable*, neither immigration (group 03) nor dismissed nor
acquitted. Looked at are the after_release charges filed from day 0 to 90 or without a date; if
there are none, all after_release charges; if there is none at all, the arrest counts. A conviction
counts if its charge is countable and was filed from day 0 to 90.

Left out on purpose: people who are not in an extract any more, and arrests that ICE never learned
of. Nothing here is a rate.

It is shown of the nation only, one base, by the rules of disclosure.py. The base is the requests
with a confirmed release. It is shown if those of them whose follow-up is known are *enough*, and if
the one rule lets it be shown beside what earlier revisions showed; then in full, 1 and 2 too. Else
the last numbers stay, with their date, or nothing is shown.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ddor.measures import disclosure, people
from ddor.measures.disclosure import NATION, AttributeTable, PriorTables, PublishedTables, Row
from ddor.measures.people import ALL, Line, lines_of
from ddor.measures.status import first_that_fits
from ddor.reference.codes import offense_group

FOLLOWED_DAYS = 90
IMMIGRATION = "03"
NOT_RELEASED, NOT_KNOWN, NOT_OBSERVED = "not_released", "not_known", "not_observed"
MET, NO_CONTACT, OTHER_STANDING = "met", "no_contact", "other"
STANDINGS = (NOT_RELEASED, NOT_KNOWN, NOT_OBSERVED, MET, NO_CONTACT, OTHER_STANDING)
KNOWN = (MET, NO_CONTACT, OTHER_STANDING)
BY_ARREST, BY_BOTH, BY_CONVICTION = "arrest", "arrest_and_conviction", "conviction"
NOT_MET = "not_met"

AFTER_RELEASE = "after_release"
FOLLOW_UP, MET_BY = "follow_up", "met_by"
LATER_CHARGES, DAYS_TO_ARREST = "later_charges", "days_to_arrest"
BANDS = people.bands_of(DAYS_TO_ARREST)
# The lines of each, in order.
BRANCHES = {
    FOLLOW_UP: (MET, NO_CONTACT, OTHER_STANDING, NOT_OBSERVED, NOT_KNOWN),
    MET_BY: (BY_ARREST, BY_BOTH, BY_CONVICTION, NOT_MET),
    DAYS_TO_ARREST: tuple(BANDS),
}

# The headline numbers of Followed -> what adds up to each.
NUMBERS = {
    "known": KNOWN,
    "met": (MET,),
    "no_arrest": (NO_CONTACT, OTHER_STANDING),
    "no_contact": (NO_CONTACT,),
    "not_observed": (NOT_OBSERVED,),
    "arrested": (BY_ARREST, BY_BOTH),
    "convicted": (BY_CONVICTION, BY_BOTH),
}


def after_release(declined: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """`declined` with these columns added, same rows, order and index.

    standing: one of STANDINGS · arrested, convicted (bool): what the rule counts, only ever with
    standing met, so that their sums are counts · days (Int64): calendar days from the release to
    the first arrest or filed charge that counts, missing where the standing is not met.

    `declined`: one row for each declined request: request_id, agency_id, released_at, follow_up_on
    and as_of (datetime64, the date of the extract it comes from), follow_up_status, protected, as
    in docs/extract.md. `charges`: request_id, ncic_code, disposition, charged_on, timing. Raises
    ValueError where a request stands twice.
    """
    if declined["request_id"].duplicated().any():
        raise ValueError("a declined request stands twice")
    released = declined["released_at"]
    status = declined["follow_up_status"].fillna("unknown")
    followed_up = _days_between(released, declined["follow_up_on"])
    looked_at = later_charges(declined, charges)
    spoken_of = declined["request_id"].isin(looked_at["request_id"])
    countable = declined["request_id"].isin(looked_at.loc[looked_at["countable"], "request_id"])
    rearrested = status == "rearrested"
    arrested = rearrested & followed_up.between(0, FOLLOWED_DAYS) & (countable | ~spoken_of)
    filed = looked_at[looked_at["convicted"]].groupby("request_id")["day"].min()
    convicted = declined["request_id"].isin(filed.index)
    observed = _days_between(released, declined["as_of"]) >= FOLLOWED_DAYS

    ladder = (
        (NOT_RELEASED, released.isna()),
        (NOT_KNOWN, declined["protected"] != "false"),
        (NOT_OBSERVED, ~observed),
        (NOT_KNOWN, (status == "unknown") | (followed_up < 0)),
        (NOT_KNOWN, rearrested & declined["follow_up_on"].isna()),
        (MET, arrested | convicted),
        (NO_CONTACT, status == "at_large"),
    )
    standing = first_that_fits(ladder, OTHER_STANDING)
    met = standing == MET
    first = [followed_up.where(arrested), declined["request_id"].map(filed).astype("float64")]
    days = pd.concat(first, axis=1).min(axis=1)
    return declined.assign(
        standing=standing,
        arrested=arrested & met,
        convicted=convicted & met,
        days=days.where(met).astype("Int64"),
    )


def later_charges(declined: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """The after_release charges of `declined` that the rule looks at, one row each: request_id,
    ncic_code, day (float64: filed so many days after
    the release, missing without a date), countable, convicted (bool: a conviction that counts)."""
    later = charges[charges["timing"] == "after_release"].merge(
        declined[["request_id", "released_at"]], on="request_id"
    )
    later["day"] = _days_between(later["released_at"], later["charged_on"])
    within = later["day"].between(0, FOLLOWED_DAYS)
    ended = later["disposition"].isin(["dismissed", "acquitted"])
    later["countable"] = (later["ncic_code"].map(offense_group) != IMMIGRATION) & ~ended
    later["convicted"] = later["countable"] & within & (later["disposition"] == "convicted")
    near = within | later["charged_on"].isna()
    any_near = near.groupby(later["request_id"]).transform("any").astype(bool)
    columns = ["request_id", "ncic_code", "day", "countable", "convicted"]
    return later.loc[near | ~any_near, columns].reset_index(drop=True)


def after_release_rows(rows: pd.DataFrame, charges: pd.DataFrame) -> frozenset[Row]:
    """The requests with a confirmed release, as disclosure.py judges them; `rows` from
    after_release. value: the standing, how the rule was met, the days ("-" for none), and of those
    that met it the groups of countable charges that are looked at: "met arrest 12 13:convicted"."""
    confirmed = rows[rows["standing"] != NOT_RELEASED]
    looked_at = later_charges(rows[rows["standing"] == MET], charges)
    # *Convicted* as in the headline, so that the two say the same: a conviction of a charge without
    # a date is charged_only.
    groups = people.groups_of(looked_at[looked_at["countable"]])
    arrested, convicted = confirmed["arrested"], confirmed["convicted"]
    ways = ((BY_BOTH, arrested & convicted), (BY_ARREST, arrested), (BY_CONVICTION, convicted))
    how = first_that_fits(ways, NOT_MET)
    days = confirmed["days"].astype("str").fillna("-")
    found = confirmed["request_id"].map(groups).astype("str").fillna("")
    values = (confirmed["standing"] + " " + how + " " + days + " " + found).str.strip()
    return disclosure.rows_of(confirmed.assign(state="", value=values))


@dataclass(frozen=True)
class Followed:
    """The headline numbers, in requests; None where one is not shown.

    declined, confirmed: of the quarter's rows. known: released 90 days or more before the extract
    and followed up; met, no_arrest: known less met; no_contact; not_observed. arrested, convicted:
    of those who met the rule, together met or more. as_of: the date of the extract of the numbers
    from `known` on; retained: whether that is an earlier revision's, of which `gone` requests no
    longer count. declined and confirmed are always this revision's.
    """

    declined: int
    confirmed: int
    as_of: str
    known: int | None
    met: int | None
    no_arrest: int | None
    no_contact: int | None
    not_observed: int | None
    arrested: int | None
    convicted: int | None
    retained: bool = False
    gone: int = 0


def decide_after_release(
    rows: pd.DataFrame, charges: pd.DataFrame, threshold: int, as_of: str, earlier: PriorTables
) -> PublishedTables:
    """`rows` from after_release.after_release, with week; as_of: the date of the quarter's extract;
    `earlier`: what was shown before."""
    confirmed = after_release_rows(rows, charges)
    known = Counter(rows.loc[rows["standing"].isin(KNOWN), "agency_id"])
    why = disclosure.why_not_enough(known).replace("requests", "requests with a known follow-up")
    last = tuple(table for table in earlier.last if table.attribute == AFTER_RELEASE)
    return disclosure.decide(
        {(AFTER_RELEASE, NATION): confirmed},
        replace(earlier, last=last),
        {row.request_id for row in confirmed},
        as_of,
        threshold,
        of_week=False,
        lacking={AFTER_RELEASE: why},
    )


def followed(rows: pd.DataFrame, shown: PublishedTables, as_of: str) -> Followed:
    """The headline numbers. `rows` from after_release.after_release, of which only the two exact
    numbers are taken, and that nobody's follow-up is known."""
    confirmed = int(rows["released_at"].notna().sum())
    table = shown.table(AFTER_RELEASE)
    numbers: dict[str, Any]
    if table is None:
        known_of_nobody = not rows["standing"].isin(KNOWN).any()
        numbers = dict.fromkeys(NUMBERS, 0 if known_of_nobody else None)
        numbers["not_observed"] = None if confirmed else 0
        return Followed(len(rows), confirmed, as_of, **numbers)
    counts = _counts(table.rows)
    numbers = {name: sum(counts[each] for each in parts) for name, parts in NUMBERS.items()}
    numbers |= {"retained": table.retained, "gone": table.gone}
    return Followed(len(rows), confirmed, table.as_of, **numbers)


def _counts(rows: Iterable[Row]) -> Counter:
    """Of each standing, of each way in which the rule was met, and of each band of days to it."""
    counts: Counter = Counter()
    for row in rows:
        standing, how, days, *_ = row.value.split()
        counts.update([standing, how])
        if standing == MET:
            counts[next(name for name, last in BANDS.items() if int(days) <= last)] += 1
    return counts


def after_release_lines(shown: PublishedTables) -> list[Line]:
    """after_release.csv: attribute follow_up (branch: a standing), met_by (how the rule was met),
    days_to_arrest (BANDS), later_charges (as the charges before release are shown of the nation, of
    those who met the rule)."""
    table = shown.table(AFTER_RELEASE)
    if table is None:
        return []
    counts = _counts(table.rows)
    named = [(attribute, name) for attribute, names in BRANCHES.items() for name in names]
    lines = [Line(attribute, NATION, name, "", ALL, counts[name]) for attribute, name in named]
    rows = set()
    for row in table.rows:
        standing, _, _, *groups = row.value.split()
        if standing == MET:
            value = people.charge_value(" ".join(groups), people.NO_CHARGE)
            rows.add(row._replace(value=value))
    later = lines_of(AttributeTable(people.CHARGES, NATION, frozenset(rows), "", 0))
    return lines + [line._replace(attribute=LATER_CHARGES) for line in later]


def _days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Calendar days, float64; missing where one of the two is, so that no comparison holds."""
    return (end.dt.normalize() - start.dt.normalize()).dt.days.astype("float64")
