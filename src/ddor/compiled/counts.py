"""The figures of a report made from weekly ones, by name: what is glued as scraps, printed by
--json and kept in summary.json.

A figure that a weekly report has too is the sum of the weeks' current revisions, under the same
name; agencies and states are counted once. What is known after release is counted anew from the
requests (measures.after_release), a request once.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.compiled.inputs import MISSING, PUBLISHED, WITHDRAWN, CompiledInputs
from ddor.measures.after_release import after_release
from ddor.measures.figures import DISTINCT, FIGURE_NAMES
from ddor.measures.followed import Followed, followed, shown_after_release
from ddor.measures.judged_cases import Judged, judged
from ddor.measures.shown import Earlier, Shown

SUMMED = tuple(name for name in FIGURE_NAMES if name not in DISTINCT)


@dataclass(frozen=True)
class CompiledCounts:
    """figures: name -> count, None for one that disclosure control does not let be told. rows:
    inputs.declined as measures.after_release judges it, which is private. attributes: attribute ->
    Shown; cases: what is described, and what is not any more."""

    figures: dict[str, int | None]
    rows: pd.DataFrame
    attributes: dict[str, Shown]
    followed: Followed
    cases: Judged


def count_compiled(inputs: CompiledInputs) -> CompiledCounts:
    """Raises CasesInvalid where a case is not what the data says."""
    rows = after_release(inputs.declined, inputs.charges)
    earlier = Earlier.from_plain(inputs.earlier)
    # The newest: revisions may share the oldest week, and their tables are told apart by the date.
    day = inputs.published["as_of"].max() if len(inputs.published) else ""
    threshold = inputs.parameters["disclosure_threshold"]
    attributes = shown_after_release(rows, inputs.charges, threshold, day, earlier)
    known = followed(rows, attributes)
    described = inputs.earlier.get("cases", ())
    cases = judged(inputs.cases, rows, inputs.charges, str(inputs.period), described)
    return CompiledCounts(_figures(inputs, known, cases), rows, attributes, known, cases)


def _figures(inputs: CompiledInputs, known: Followed, cases: Judged) -> dict[str, int | None]:
    status = inputs.weeks["status"].value_counts()
    sums = inputs.weeks[list(SUMMED)].sum()
    distinct = {
        "agencies_declining": len(inputs.states),
        "states_declining": len(set(inputs.states.values())),
    }
    figures = {
        "weeks_total": len(inputs.weeks),
        **{f"weeks_{name}": status.get(name, 0) for name in (PUBLISHED, WITHDRAWN, MISSING)},
        **{name: distinct.get(name, sums.get(name)) for name in FIGURE_NAMES},
        "declined_repeated": inputs.repeated,
        "declined_requests": known.declined,
        "release_confirmed": known.confirmed,
        "follow_up_known": known.known,
        "met_rule": known.met,
        "no_later_arrest": known.no_arrest,
        "no_later_contact": known.no_contact,
        "not_observed": known.not_observed,
        "arrested_after_release": known.arrested,
        "convicted_after_release": known.convicted,
        "cases_shown": len(cases.shown),
        "cases_withdrawn": len(cases.withdrawn),
    }
    return {name: None if value is None else int(value) for name, value in figures.items()}
