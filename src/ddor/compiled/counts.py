"""The figures of a report made from weekly ones, by name: what is glued as scraps, printed by
--json and kept in summary.json.

A figure that a weekly report has too is the sum of the weeks' current revisions, under the same
name; agencies and states are counted once. What is known after release is counted anew from the
requests (measures.after_release), a request once.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.compiled.cases import ValidatedCases, validated
from ddor.compiled.inputs import MISSING, PUBLISHED, WITHDRAWN, CompiledInputs
from ddor.compiled.people import PeopleOfWeeks, people_of_weeks
from ddor.measures.after_release import Followed, after_release, decide_after_release, followed
from ddor.measures.disclosure import EARLIER, PublishedTables
from ddor.measures.people import CHARGES, Line, with_charges
from ddor.reference.figures import FIGURES, WEEKLY_FIGURES


@dataclass(frozen=True)
class CompiledCounts:
    """figures: name -> count, None for one that may not be shown. rows:
    inputs.declined as measures.after_release judges it, which is private. people: what is shown
    of people before release; published: all tables, those of after the release among them; cases:
    what is described, and what is not any more."""

    figures: dict[str, int | None]
    rows: pd.DataFrame
    people: PeopleOfWeeks
    published: PublishedTables
    followed: Followed
    cases: ValidatedCases

    def nation(self, attribute: str) -> list[Line]:
        """The lines of the sum, none where nothing is shown."""
        return self.people.nation[attribute]


def count_compiled(inputs: CompiledInputs) -> CompiledCounts:
    """Raises NeedsCorrection where a case is not what the data says."""
    rows = after_release(inputs.declined, inputs.charges)
    earlier = EARLIER.validate_python(inputs.earlier)
    # The newest: revisions may share the oldest week, and their tables are told apart by the date.
    day = inputs.published["as_of"].max() if len(inputs.published) else ""
    threshold = inputs.parameters["disclosure_threshold"]
    people = people_of_weeks(inputs.people, earlier, day, threshold)
    shown = people.shown | decide_after_release(rows, inputs.charges, threshold, day, earlier)
    known = followed(rows, shown, day)
    cases = validated(
        inputs.cases, rows, inputs.charges, str(inputs.period), inputs.earlier["cases"]
    )
    status = inputs.weeks["status"].value_counts()
    counted = {
        "weeks_total": len(inputs.weeks),
        **{f"weeks_{name}": status.get(name, 0) for name in (PUBLISHED, WITHDRAWN, MISSING)},
        **with_charges(people.nation[CHARGES]),
        "agencies_declining": len(inputs.states),
        "states_declining": len(set(inputs.states.values())),
        "declined_repeated": inputs.repeated,
        **{each.name: getattr(known, each.column) for each in FIGURES if each.table == "followed"},
        "cases_shown": len(cases.shown),
        "cases_withdrawn": len(cases.withdrawn),
    }
    counted |= inputs.weeks[[name for name in WEEKLY_FIGURES if name not in counted]].sum()
    found = {figure.name: counted[figure.name] for figure in FIGURES}
    figures = {name: None if value is None else int(value) for name, value in found.items()}
    return CompiledCounts(figures, rows, people, shown, known, cases)
