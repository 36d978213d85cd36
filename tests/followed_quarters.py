"""Quarters in several revisions, of people whose follow-up is known, and an attack on what is told.

A quarter is a dict: name of a person -> Person. `revisions_of` publishes one after the other, each
with what the ones before told, as the job keeps it. `subtracted` takes everything that all of them
tell, tables and headline numbers, puts the same quantity of two extracts side by side, and lists
the differences that so few people make that a difference is about them.
"""

import json
from dataclasses import dataclass

import pandas as pd
from after_release_rows import arrested, later, numbered_charges, released, rows_of

from ddor.measures.after_release import NOT_MET, after_release_frames
from ddor.measures.attributes import (
    DAYS_TO_ARREST,
    FOLLOW_UP,
    MET_BY,
    OTHER,
    STANDINGS,
)
from ddor.measures.disclosure import NATIONAL, Earlier, Shown, from_plain, last_shown, plain_shown
from ddor.measures.followed import Followed, followed, shown_after_release

ARREST, BOTH, CONVICTION = "arrest", "arrest_and_conviction", "conviction"
NO_CONTACT, OTHER_CONTACT = "no_contact", "other_contact"
NOT_OBSERVED, NOT_KNOWN = "not_observed", "not_known"
MET_KINDS = (ARREST, BOTH, CONVICTION)
KNOWN_KINDS = (*MET_KINDS, NO_CONTACT, OTHER_CONTACT)
KINDS = (*KNOWN_KINDS, NOT_OBSERVED, NOT_KNOWN)


@dataclass(frozen=True)
class Person:
    """kind: one of KINDS; on: the day of arrest or charge; code: the NCIC code charged."""

    agency_id: str
    kind: str
    on: int = 5
    code: str = "1399"


@dataclass(frozen=True)
class Revision:
    as_of: str
    frames: dict[str, pd.DataFrame]
    shown: dict[str, Shown]
    followed: Followed


def people(agencies=12, **counts: int) -> dict[str, Person]:
    """So many of each kind, in turn at the agencies."""
    return {f"{kind}{at}": Person(f"AG{at % agencies:02d}", kind)
            for kind, count in counts.items() for at in range(count)}  # fmt: skip


def changed(quarter: dict[str, Person], kind: str, *names: str) -> dict[str, Person]:
    return quarter | {name: Person(quarter[name].agency_id, kind) for name in names}


def revisions_of(
    *quarters, threshold=5, tell=shown_after_release, as_of="2018-02-01"
) -> list[Revision]:
    """`as_of`: the date of the first extract; the others follow day by day."""
    earlier, revisions = Earlier(), []
    for number, quarter in enumerate(quarters):
        day = pd.Timestamp(as_of) + pd.Timedelta(days=number)
        rows, charges = _rows(quarter, f"{day:%Y-%m-%d}")
        shown = tell(rows, charges, threshold, f"{day:%Y-%m-%d}", earlier)
        frames = after_release_frames(rows, charges)
        revisions.append(Revision(f"{day:%Y-%m-%d}", frames, shown, followed(rows, shown)))
        kept = json.loads(json.dumps(plain_shown(last_shown(earlier, shown))))
        earlier = Earlier(from_plain(kept))
    return revisions


def _rows(quarter: dict[str, Person], as_of: str):
    requests, charges = [], []
    for name, each in quarter.items():
        own = {"request_id": name, "agency_id": each.agency_id}
        if each.kind in (ARREST, BOTH):
            requests.append(arrested(each.on, **own))
        elif each.kind == NOT_OBSERVED:
            requests.append(arrested("", released_at="2018-01-20", **own))
        else:
            status = {NO_CONTACT: "at_large", NOT_KNOWN: "unknown"}.get(each.kind, "removed")
            requests.append(released(status, **own))
        if each.kind in MET_KINDS:
            disposition = "charged" if each.kind == ARREST else "convicted"
            charges.append(later(each.on, each.code, disposition, request_id=name))
    return rows_of(requests, numbered_charges(*charges), as_of)


def subtracted(revisions: list[Revision], threshold: int) -> list[tuple]:
    """(quantity, value, another value) wherever two of them differ, and fewer than `threshold`
    people came into what is counted, or went, or (of a sum of categories) changed at all; and
    (quantity, value) of each count from 1 to threshold - 1."""
    frames = {each.as_of: each.frames for each in revisions}
    found = []
    for quantity, told in _tellings(revisions).items():
        whole = {as_of: _members(frames[as_of], quantity) for as_of in told}
        in_order = sorted(told)
        for as_of, values in told.items():
            assert values == {len(whole[as_of])}, (quantity, as_of, values)
        found += [(quantity, len(members)) for members in whole.values()
                  if 0 < len(members) < threshold]  # fmt: skip
        for before, after in zip(in_order, in_order[1:], strict=False):
            one, other = whole[before], whole[after]
            if len(one) == len(other):
                continue
            moved = [len(other - one), len(one - other)]
            if len(quantity[1]) > 1:
                moved = [len(_changed(frames[before], frames[after], quantity[0]))]
            if any(0 < each < threshold for each in moved):
                found.append((quantity, len(one), len(other)))
    return found


def _tellings(revisions) -> dict[tuple, dict[str, set[int]]]:
    """(attribute, codes, standing) -> date of the extract -> the values told of it."""
    told: dict[tuple, dict[str, set[int]]] = {}

    def tell(attribute, codes, as_of, value, standing=None):
        if value is not None:
            told.setdefault((attribute, codes, standing), {}).setdefault(as_of, set()).add(value)

    for each in revisions:
        for name, shown in each.shown.items():
            table = shown.tables.get(NATIONAL)
            if table is None:
                continue
            for code in table.index.drop(OTHER, errors="ignore"):
                tell(name, (code,), shown.as_of, int(table.loc[code, "requests"]))
                for standing in STANDINGS[name]:
                    tell(name, (code,), shown.as_of, int(table.loc[code, standing]), standing)
            all_requests = int(table["requests"].sum())
            if name == DAYS_TO_ARREST:
                tell(FOLLOW_UP, ("met",), shown.as_of, all_requests)
            if name == MET_BY and NOT_MET in table.index:
                not_met = int(table.loc[NOT_MET, "requests"])
                tell(FOLLOW_UP, ("met",), shown.as_of, all_requests - not_met)
        numbers = each.followed
        for value, attribute, codes in (
            (numbers.met, FOLLOW_UP, ("met",)),
            (numbers.no_contact, FOLLOW_UP, (NO_CONTACT,)),
            (numbers.not_observed, FOLLOW_UP, (NOT_OBSERVED,)),
            (numbers.known, FOLLOW_UP, ("met", NO_CONTACT, OTHER_CONTACT)),
            (numbers.no_arrest, FOLLOW_UP, (NO_CONTACT, OTHER_CONTACT)),
            (numbers.arrested, MET_BY, (ARREST, BOTH)),
            (numbers.convicted, MET_BY, (CONVICTION, BOTH)),
        ):
            tell(attribute, codes, numbers.as_of, value)
    return told


def _members(frames, quantity) -> set[str]:
    attribute, codes, standing = quantity
    frame = frames[attribute]
    frame = frame[frame["code"].isin(codes)]
    return set(frame.loc[frame["standing"] == standing, "request_id"] if standing
               else frame["request_id"])  # fmt: skip


def _changed(before, after, attribute) -> set[str]:
    one, other = ({(row.request_id, row.code) for row in frames[attribute].itertuples()}
                  for frames in (before, after))  # fmt: skip
    return {request_id for request_id, _ in one ^ other}

