"""The published figures, by the names of DESIGN 4: what is glued as scraps, printed by --json and
kept in summary.json. All are counts of requests, but agencies_declining and states_declining.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ddor.checks.check import Case
from ddor.checks.registry import CheckResults, run_checks
from ddor.extract.model import Extract
from ddor.inputs import Inputs
from ddor.maintained.corrected import corrected
from ddor.measures.agencies import agency_identities, counts_by_agency
from ddor.measures.charges import declined_charges
from ddor.measures.disclosure import Earlier, Row, Told, tell
from ddor.measures.people import CHARGES, Line, told_lines, week_candidates, week_rows, with_charges
from ddor.measures.record import earlier_from_plain
from ddor.measures.shares import ShareRange, declined_share, held_declines, held_share_reason
from ddor.measures.status import CLASSES, counted_in, request_status
from ddor.measures.timing import unusual_orders
from ddor.published.ledger import LONG_HELD, cleared_flags, held_since
from ddor.reference.figures import WEEKLY_FIGURES

BY_AGENCY = ("issued_by_agency", "declined_by_agency", "held_back_by_agency")
NO_CHARGES = "no charge data was supplied"


@dataclass(frozen=True)
class Counts:
    """All that is counted of a week. The frames are described where they are made.

    extract: as counted, with the week's corrections. told: what is told of people; people:
    attribute -> the rows of all declined requests, told or not.
    long_held: of the requests held back this week, how many were first held over 90 days before
    the date of this extract. review: one line for each reason why a person has to look before the
    week is published, as in CheckResults; the share of held rows has neither check nor agency.
    """

    figures: dict[str, int | None]
    issued_by_agency: pd.DataFrame
    declined_by_agency: pd.DataFrame
    held_back_by_agency: pd.DataFrame
    told: Told
    people: dict[str, frozenset[Row]]
    unusual_orders: pd.DataFrame
    checks: pd.DataFrame
    reconciliation: pd.DataFrame
    declined_share: ShareRange
    held_declines: int
    long_held: int
    charges_supplied: bool
    held: pd.DataFrame
    review: pd.DataFrame
    shown: dict[str, pd.Series]
    cleared: pd.DataFrame
    status: pd.DataFrame
    extract: Extract

    @property
    def known(self) -> dict[str, int]:
        """The figures that are told."""
        return {name: count for name, count in self.figures.items() if count is not None}

    def nation(self, attribute: str) -> list[Line]:
        """The lines of the national table, none where it is not told."""
        return told_lines(self.told, attribute)


def count_inputs(inputs: Inputs) -> Counts:
    """Corrections, checks, and then everything that is counted: the job and the notebook both
    count with this, and with nothing else."""
    parameters = inputs.parameters
    cohort = parameters["cohort"]
    extract = corrected(inputs.extract, inputs.corrections, inputs.request_ids, cohort)
    case = Case(extract, inputs.week, inputs.directory, inputs.history, cohort)
    checked = run_checks(case, cleared=cleared_flags(inputs.ledger))
    earlier = earlier_from_plain(inputs.earlier)
    return count_week(
        case,
        checked,
        parameters["disclosure_threshold"],
        parameters["max_held_back_share"],
        earlier,
        inputs.ledger,
    )


def count_week(
    case: Case,
    checked: CheckResults,
    threshold: int,
    max_held_back_share: float,
    earlier: Earlier,
    ledger: pd.DataFrame,
) -> Counts:
    """`checked`: from run_checks; the rest: two parameters of the week, what earlier revisions of
    it showed, and the ledger's lines of it."""
    extract, week, cohort = case.extract, case.week, case.cohort
    agencies = case.directory.agencies
    status = request_status(extract.requests, week, cohort, checked.held)
    states = agency_identities(status, agencies).set_index("agency_id")["state"].to_dict()
    charges = declined_charges(status, extract.charges)
    rows = week_rows(status, charges, states, str(week))
    if extract.charges.empty:
        del rows[CHARGES]
    told = tell(
        week_candidates(rows),
        earlier,
        status.loc[status["declined"], "request_id"],
        extract.about.as_of.isoformat(),
        threshold,
        lacking={CHARGES: NO_CHARGES} if extract.charges.empty else {},
    )
    since = held_since(ledger)
    waiting = since[since < (extract.about.as_of - LONG_HELD).isoformat()]
    held_share = held_share_reason(status, week, cohort, max_held_back_share)
    held_rows = held_declines(status, week, cohort)
    review = checked.review
    if held_share:
        share_line = pd.DataFrame([("", "", held_rows, held_share)], columns=review.columns)
        review = pd.concat([review, share_line], ignore_index=True)
    return Counts(
        figures=_figures(status, states, told),
        **{table: counts_by_agency(status, agencies, table) for table in BY_AGENCY},
        told=told,
        people=rows,
        unusual_orders=unusual_orders(extract.requests, extract.about.as_of),
        checks=checked.table,
        reconciliation=reconciliation(status),
        declined_share=declined_share(status, week, cohort),
        held_declines=held_rows,
        long_held=int(checked.held["request_id"].isin(waiting.index).sum()),
        charges_supplied=len(extract.charges) > 0,
        held=checked.held,
        review=review,
        shown=checked.shown,
        cleared=checked.cleared,
        status=status,
        extract=extract,
    )


def reconciliation(status: pd.DataFrame) -> pd.DataFrame:
    """Columns class, rows: every received row in exactly one class, all CLASSES in order, so that
    rows add up to the rows received."""
    counts = status["class"].value_counts().reindex(list(CLASSES), fill_value=0)
    return counts.astype("int64").rename_axis("class").rename("rows").reset_index()


def _figures(status: pd.DataFrame, states: Mapping[str, str], told: Told) -> dict[str, int | None]:
    """The sums of the one table of figures. Two are part of the national table of charges (`told`),
    and None where it is not told."""
    figures = with_charges(told_lines(told, CHARGES))
    for name, figure in WEEKLY_FIGURES.items():
        if name not in figures:
            agencies = status.loc[counted_in(status, figure.rows), "agency_id"]
            distinct = {"agencies": agencies, "states": agencies.map(states)}.get(figure.unit)
            figures[name] = len(agencies) if distinct is None else distinct.nunique()
    return {name: figures[name] for name in WEEKLY_FIGURES}
