"""Quarters in several revisions, of people whose follow-up is known.

A quarter is a dict: name of a person -> Person. `revisions_of` tells one after the other, each with
what the ones before told, as the job keeps it.
"""

import json
from dataclasses import dataclass

from after_release_rows import arrested, later, numbered_charges, released, rows_of
from frames import plain_of

from ddor.measures.after_release import Followed, decide_after_release, followed
from ddor.measures.disclosure import EARLIER, PublishedTables
from ddor.published.history import NOTHING_EARLIER

ARREST, BOTH, CONVICTION = "arrest", "arrest_and_conviction", "conviction"
NO_CONTACT, OTHER_CONTACT = "no_contact", "other_contact"
NOT_OBSERVED, NOT_KNOWN = "not_observed", "not_known"
MET_KINDS = (ARREST, BOTH, CONVICTION)
KNOWN_KINDS = (*MET_KINDS, NO_CONTACT, OTHER_CONTACT)
KINDS = (*KNOWN_KINDS, NOT_OBSERVED, NOT_KNOWN)


@dataclass(frozen=True)
class Person:
    """kind: one of KINDS; who met the rule did so on the fifth day."""

    agency_id: str
    kind: str


@dataclass(frozen=True)
class Revision:
    told: PublishedTables
    followed: Followed


def people(agencies=12, **counts: int) -> dict[str, Person]:
    """So many of each kind, in turn at the agencies."""
    return {
        f"{kind}{at}": Person(f"AG{at % agencies:02d}", kind)
        for kind, count in counts.items()
        for at in range(count)
    }


def changed(quarter: dict[str, Person], kind: str, *names: str) -> dict[str, Person]:
    return quarter | {name: Person(quarter[name].agency_id, kind) for name in names}


def revisions_of(*quarters) -> list[Revision]:
    """Of an extract of 2018-02-01, and of the days after it."""
    told_before, last, revisions = [], [], []
    for number, quarter in enumerate(quarters):
        day = f"2018-02-{number + 1:02}"
        rows, charges = _rows(quarter, day)
        earlier = EARLIER.validate_python(NOTHING_EARLIER | {"tables": told_before, "last": last})
        told = decide_after_release(rows, charges, 5, day, earlier)
        revisions.append(Revision(told, followed(rows, told, day)))
        last = json.loads(json.dumps(plain_of(told)))
        told_before = [*told_before, *last]
    return revisions


def _rows(quarter: dict[str, Person], as_of: str):
    requests, charges = [], []
    for name, each in quarter.items():
        own = {"request_id": name, "agency_id": each.agency_id}
        if each.kind in (ARREST, BOTH):
            requests.append(arrested(5, **own))
        elif each.kind == NOT_OBSERVED:
            requests.append(arrested("", released_at="2018-01-20", **own))
        else:
            status = {NO_CONTACT: "at_large", NOT_KNOWN: "unknown"}.get(each.kind, "removed")
            requests.append(released(status, **own))
        if each.kind in MET_KINDS:
            disposition = "charged" if each.kind == ARREST else "convicted"
            charges.append(later(5, disposition=disposition, request_id=name))
    return rows_of(requests, numbered_charges(*charges), as_of)
