"""Whether a described case (cases.py) is what the quarter's data says of its row.

A case that says something else is refused, with what was seen and expected. What may not be told
of anybody is not told here either: a person whom the law protects or may protect, and one with a
charge of group 81 (juvenile offender), is answered as a label that is in no list.

A case that ended without a conviction, or of which the data does not say any more that the rule
of after_release.py is met, is no mistake: it is withdrawn, and the page says why in the same words
whatever the data says instead. That a person is at large is no case, whatever else is on record.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.calendar import long_date
from ddor.cases import JUVENILE, NONE, WITHOUT_CONVICTION, Case, CasesInvalid, candidate_label
from ddor.errors import Problem
from ddor.measures.after_release import MET, later_charges
from ddor.reference.offenses import offense_group

NOT_MET = (
    "the records do not show any more that the person was arrested, or convicted of a later "
    "charge, within 90 days of release"
)


@dataclass(frozen=True)
class Judged:
    """shown: the cases that may be published. withdrawn: (name of the case, why) of the others."""

    shown: tuple[Case, ...]
    withdrawn: tuple[tuple[str, str], ...]


def judged(
    cases: tuple[Case, ...], rows: pd.DataFrame, charges: pd.DataFrame, quarter: str
) -> Judged:
    """`rows` from after_release.after_release, `charges` those of its requests, `quarter` as in
    the labels of the candidates. Raises CasesInvalid with every problem of every case."""
    by_label = {candidate_label(quarter, each): each for each in rows["request_id"]}
    of = rows[rows["request_id"].isin([by_label.get(case.row) for case in cases])]
    own = charges[charges["request_id"].isin(of["request_id"])]
    own = own.assign(group=own["ncic_code"].map(offense_group))
    after = later_charges(of, own)
    there = of[(of["protected"] == "false")
               & ~of["request_id"].isin(own.loc[own["group"] == JUVENILE, "request_id"])]
    found = {row["request_id"]: row for _, row in there.iterrows()}
    problems, shown, withdrawn = [], [], []
    for case in cases:
        row = found.get(by_label.get(case.row))
        if row is None:
            problems.append(_not_there(case, quarter))
            continue
        told = _other_place(case, row)
        if not told and (why := _why_withdrawn(case, row)):
            withdrawn.append((case.name, why))
        elif not told:
            told = _other_charges(case, row, own, after)
            shown += [] if told else [case]
        problems += told
    if problems:
        raise CasesInvalid(problems)
    return Judged(tuple(shown), tuple(withdrawn))


def _not_there(case: Case, quarter: str) -> Problem:
    return Problem(f"{case.name}.md", (1,), "row", "a label that is not in it",
                   f"one of the private list of candidates of {quarter}",
                   "look it up there, or take the case out")  # fmt: skip


def _why_withdrawn(case: Case, row: pd.Series) -> str:
    if case.status in WITHOUT_CONVICTION:
        return f"it ended without a conviction: {case.status} as of {long_date(case.status_on)}"
    return "" if row["standing"] == MET and row["follow_up_status"] != "at_large" else NOT_MET


def _other_place(case: Case, row: pd.Series) -> list[Problem]:
    month = "" if pd.isna(row["released_at"]) else f"{row['released_at']:%Y-%m}"
    told = []
    if case.agency_id != row["agency_id"]:
        told.append(_other(case, "agency_id", case.agency_id, row["agency_id"]))
    if month and case.released != month:
        told.append(_other(case, "released", case.released, month))
    return told


def _other_charges(case: Case, row: pd.Series, own: pd.DataFrame, after: pd.DataFrame):
    """A code outside the NCIC list has no group that a case could name."""
    before = own[(own["request_id"] == row["request_id"]) & (own["timing"] == "before_release")
                 & ~own["disposition"].isin(WITHOUT_CONVICTION)]  # fmt: skip
    later = after[(after["request_id"] == row["request_id"]) & after["countable"]]
    groups_after = later["group_code"].map(_listed).dropna()
    said = {
        "groups_before": (_words(case.groups_before), _words(before["group"].dropna())),
        "groups_after": (_words(case.groups_after), _words(groups_after)),
        "standing": (case.standing, "convicted" if row["convicted"] else "charged"),
    }
    return [_other(case, key, *pair) for key, pair in said.items() if pair[0] != pair[1]]


def _listed(group: str) -> str | None:
    return group if group.isdigit() else None


def _words(groups) -> str:
    return ", ".join(sorted({*groups})) or NONE


def _other(case: Case, key: str, seen: str, expected: str) -> Problem:
    return Problem(f"{case.name}.md", (1,), key, seen, f"{expected}, as the data says",
                   "read the source again; correct the case, or take it out")  # fmt: skip
