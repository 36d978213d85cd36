"""Whether a described case (cases.py) is what the quarter's data says of its row.

A case that says something else is refused, with what was seen and expected. What may not be shown
of anybody is not shown here either: a person whom the law protects or may protect, and one with a
charge of group 81 (juvenile offender), is answered as a label that is in no list; so is one of whom
the data does not say that the rule of after_release.py is met. That a person is at large is no
case, whatever else is on record.

A case that an earlier revision described is no mistake when it has ended without a conviction, or
when the data does not bear it out any more, for whatever reason: it is withdrawn, so that nothing
stands in the way of taking the description from the site.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pandas as pd

from ddor.calendar import long_date
from ddor.errors import NeedsCorrection, Problem
from ddor.maintained.cases import JUVENILE, NONE, WITHOUT_CONVICTION, Case, candidate_label
from ddor.measures.after_release import MET, later_charges
from ddor.reference.codes import offense_group

NOT_MET = (
    "the records no longer show that the person was arrested, or convicted of a later "
    "charge, within 90 days of release"
)

MEND = "check the source; correct the case, or remove it"


@dataclass(frozen=True)
class ValidatedCases:
    """shown: the cases that may be published. withdrawn: (name of the case, why) of those that an
    earlier revision described and this one does not."""

    shown: tuple[Case, ...]
    withdrawn: tuple[tuple[str, str], ...]


def validated(
    cases: tuple[Case, ...],
    rows: pd.DataFrame,
    charges: pd.DataFrame,
    quarter: str,
    described: Collection[str] = (),
) -> ValidatedCases:
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
            on = f"{case.status} as of {long_date(case.status_on)}"
            why = f"it ended without a conviction: {on}" if ended else NOT_MET
            withdrawn.append((case.name, why))
        elif row is None:
            listed = f"one of the private list of candidates of {quarter}"
            mend = "look it up there, or remove the case"
            problems.append(_problem(case, "row", "a label that is not in the list", listed, mend))
        elif ended:
            problems.append(_problem(case, "status", case.status, "open or convicted, to be told"))
        elif differing := _differing(case, row, charges, after):
            problems += differing
        else:
            shown.append(case)
    NeedsCorrection.raise_if("the described cases need correction", problems)
    return ValidatedCases(tuple(shown), tuple(withdrawn))


def may_be_cases(rows: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """The rows of people who may be described: the rule is met, and neither protection, nor a
    juvenile's charge, nor *at large* stands against it. `rows` and `charges` as in `judged`."""
    juvenile = charges.loc[charges["ncic_code"].map(offense_group) == JUVENILE, "request_id"]
    return rows[
        (rows["standing"] == MET)
        & (rows["protected"] == "false")
        & (rows["follow_up_status"] != "at_large")
        & ~rows["request_id"].isin(juvenile)
    ]


def _differing(
    case: Case, row: pd.Series, charges: pd.DataFrame, after: pd.DataFrame
) -> list[Problem]:
    """A code outside the NCIC list has no group that a case could name."""
    before = charges[
        (charges["request_id"] == row["request_id"])
        & (charges["timing"] == "before_release")
        & ~charges["disposition"].isin(WITHOUT_CONVICTION)
    ]
    later = after[(after["request_id"] == row["request_id"]) & after["countable"]]
    groups = [_words(map(offense_group, rows["ncic_code"])) for rows in (before, later)]
    said = {
        "agency_id": (case.agency_id, row["agency_id"]),
        "released": (case.released, f"{row['released_at']:%Y-%m}"),
        "groups_before": (_words(case.groups_before), groups[0]),
        "groups_after": (_words(case.groups_after), groups[1]),
        "standing": (case.standing, "convicted" if row["convicted"] else "charged"),
    }
    return [
        _problem(case, key, seen, f"{expected}, as the data says")
        for key, (seen, expected) in said.items()
        if seen != expected
    ]


def _words(groups: Iterable[str | None]) -> str:
    return ", ".join(sorted({group for group in groups if group})) or NONE


def _problem(case: Case, key: str, seen: str, expected: str, mend: str = MEND) -> Problem:
    return Problem(f"{case.name}.md", (1,), key, seen, expected, mend)
