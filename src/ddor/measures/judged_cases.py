"""Whether a described case (cases.py) is what the quarter's data says of its row.

A case that says something else is refused, with what was seen and expected. What may not be told
of anybody is not told here either: a person whom the law protects or may protect, and one with a
charge of group 81 (juvenile offender), is answered as a label that is in no list; so is one of whom
the data does not say that the rule of after_release.py is met. That a person is at large is no
case, whatever else is on record.

A case that an earlier revision described is no mistake when it has ended without a conviction, or
when the data does not bear it out any more, for whatever reason: it is withdrawn, so that nothing
stands in the way of taking the description from the site.
"""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from ddor.calendar import long_date
from ddor.errors import NeedsCorrection, Problem
from ddor.maintained.cases import JUVENILE, NONE, WITHOUT_CONVICTION, Case, candidate_label
from ddor.measures.after_release import MET, later_charges
from ddor.reference.offenses import offense_group

NOT_MET = (
    "the records no longer show that the person was arrested, or convicted of a later "
    "charge, within 90 days of release"
)


@dataclass(frozen=True)
class Judged:
    """shown: the cases that may be published. withdrawn: (name of the case, why) of those that an
    earlier revision described and this one does not."""

    shown: tuple[Case, ...]
    withdrawn: tuple[tuple[str, str], ...]


def judged(
    cases: tuple[Case, ...],
    rows: pd.DataFrame,
    charges: pd.DataFrame,
    quarter: str,
    described: Collection[str] = (),
) -> Judged:
    """`rows` from after_release.after_release, `charges` those of its requests, `quarter` as in
    the labels of the candidates; `described`: the labels that an earlier revision described. Raises
    NeedsCorrection with every problem of every case."""
    able = may_be_cases(rows, charges)
    found = {candidate_label(quarter, row["request_id"]): row for _, row in able.iterrows()}
    after = later_charges(able, charges)
    problems, shown, withdrawn = [], [], []
    for case in cases:
        row, ended = found.get(case.row), case.status in WITHOUT_CONVICTION
        if (row is None or ended) and case.row in described:
            withdrawn.append((case.name, _ended(case) if ended else NOT_MET))
        elif row is None:
            problems.append(_not_there(case, quarter))
        elif ended:
            problems.append(_other(case, "status", case.status, "open or convicted", "to be told"))
        elif told := [*_other_place(case, row), *_other_charges(case, row, charges, after)]:
            problems += told
        else:
            shown.append(case)
    NeedsCorrection.raise_if("the described cases need correction", problems)
    return Judged(tuple(shown), tuple(withdrawn))


def may_be_cases(rows: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """The rows of people who may be described: the rule is met, and neither protection, nor a
    juvenile's charge, nor *at large* stands against it. `rows` and `charges` as in `judged`."""
    groups = charges["ncic_code"].map(offense_group)
    juvenile = charges.loc[groups == JUVENILE, "request_id"]
    return rows[
        (rows["standing"] == MET)
        & (rows["protected"] == "false")
        & (rows["follow_up_status"] != "at_large")
        & ~rows["request_id"].isin(juvenile)
    ]


def _ended(case: Case) -> str:
    return f"it ended without a conviction: {case.status} as of {long_date(case.status_on)}"


def _not_there(case: Case, quarter: str) -> Problem:
    return Problem(
        f"{case.name}.md",
        (1,),
        "row",
        "a label that is not in the list",
        f"one of the private list of candidates of {quarter}",
        "look it up there, or remove the case",
    )


def _other_place(case: Case, row: pd.Series) -> list[Problem]:
    month = "" if pd.isna(row["released_at"]) else f"{row['released_at']:%Y-%m}"
    told = []
    if case.agency_id != row["agency_id"]:
        told.append(_other(case, "agency_id", case.agency_id, row["agency_id"]))
    if month and case.released != month:
        told.append(_other(case, "released", case.released, month))
    return told


def _other_charges(case: Case, row: pd.Series, charges: pd.DataFrame, after: pd.DataFrame):
    """A code outside the NCIC list has no group that a case could name."""
    before = charges[
        (charges["request_id"] == row["request_id"])
        & (charges["timing"] == "before_release")
        & ~charges["disposition"].isin(WITHOUT_CONVICTION)
    ]
    later = after[(after["request_id"] == row["request_id"]) & after["countable"]]
    groups_before = before["ncic_code"].map(offense_group).dropna()
    groups_after = later["group_code"].map(_listed).dropna()
    said = {
        "groups_before": (_words(case.groups_before), _words(groups_before)),
        "groups_after": (_words(case.groups_after), _words(groups_after)),
        "standing": (case.standing, "convicted" if row["convicted"] else "charged"),
    }
    return [_other(case, key, *pair) for key, pair in said.items() if pair[0] != pair[1]]


def _listed(group: str) -> str | None:
    return group if group.isdigit() else None


def _words(groups) -> str:
    return ", ".join(sorted({*groups})) or NONE


def _other(case: Case, key: str, seen: str, expected: str, says="as the data says") -> Problem:
    return Problem(
        f"{case.name}.md",
        (1,),
        key,
        seen,
        f"{expected}, {says}",
        "check the source; correct the case, or remove it",
    )
