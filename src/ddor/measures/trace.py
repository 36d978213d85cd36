"""The rows behind a published figure, so that an agency can be answered from its log.

A figure goes by one of these names (`known_figures`):

    declined_total, issued_pending, …   a name of figures.csv; agencies_declining and
                                        states_declining give the declined requests
                                        that they are counted from
    class:withdrawn                     a line of reconciliation.csv
    E1, E5, E12                         the rows that this check holds back, names or shows
    category:drugs, category:drugs:convicted, category:drugs:charged_only, group:35
                                        a line of charges_by_group.csv, and its two columns
    pending, insufficient_notice, …     with an agency, also a column that only one of the two
                                        tables by agency has

Nothing is counted in a way of its own: a figure's rows are those that `reference.figures` says it
is the sum of, or that the rule of `measures.people` puts in it.

With an agency it is the agency's published line. A figure of charges is refused with one: an agency
knows its people, and the rows would say whose the charges are.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from ddor.checks.check import Check
from ddor.checks.registry import CHECKS
from ddor.errors import UsageError
from ddor.measures.people import CHARGED_ONLY, CONVICTED, GROUP_NAMES, NO_CHARGE, charge_values
from ddor.measures.status import CLASSES, counted_in
from ddor.reference.codes import CATEGORIES, offense_category
from ddor.reference.figures import WEEKLY_FIGURES

OF_PEOPLE = ("category:", "group:", "declined_with_")


def rows_behind(
    status: pd.DataFrame,
    charges: pd.DataFrame,
    figure: str,
    agency_id: str | None = None,
    shown: Mapping[str, pd.Series] | None = None,
    checks: tuple[Check, ...] = CHECKS,
) -> pd.DataFrame:
    """The rows of `status` (as in figures.Counts) counted in `figure`, same columns, order and
    index; with `agency_id`, those of this agency's line only. `shown` as in CheckResults;
    `checks`: those that were run.

    Raises UsageError for a figure that is not known, with the nearest known ones; for an agency
    that `status` has no row of; and for a figure of charges of one agency's people.
    """
    known = known_figures(checks)
    name = _known_name(figure, agency_id, known)
    if name.startswith(OF_PEOPLE):
        declined = status.loc[status["declined"], "request_id"]
        values = charge_values(declined, charges)
        named = declined[[name in charge_figures(value) for value in values]]
        counted = status["request_id"].isin(named)
    elif shown and name in shown:
        counted = status["request_id"].isin(shown[name].index)
    else:
        counted = counted_in(status, known[name])
    if agency_id is not None:
        of_agency = status["agency_id"] == agency_id
        if not of_agency.any():
            near = difflib.get_close_matches(agency_id, status["agency_id"].unique(), n=3)
            meaning = f"did you mean {' or '.join(near)}?" if near else "check its agency_id"
            raise UsageError(f'no request of the extract is to an agency "{agency_id}"; {meaning}')
        counted = counted & of_agency
    return status[counted]


def known_figures(checks: Iterable[Check]) -> dict[str, str]:
    """Every known figure -> which rows (reference.figures.Figure.rows), as in figures.csv; what is
    not in its list comes after it, last what is judged by `charge_figures`."""
    parts = ("", f":{CONVICTED}", f":{CHARGED_ONLY}")
    of_charges = [f"category:{category}{part}" for category in CATEGORIES for part in parts]
    return {
        **{name: figure.rows for name, figure in WEEKLY_FIGURES.items()},
        **{f"class:{name}": f"class={name}" for name in CLASSES},
        **{check.id: f"held_by={check.id}" for check in checks if check.doubts != "policy"},
        **dict.fromkeys([*of_charges, *(f"group:{code}" for code in GROUP_NAMES)], ""),
    }


def charge_figures(value: str) -> set[str]:
    """The figures of charges in which a declined request counts; `value` as in charge_values. In a
    category it is convicted where one group of it is, else charged only."""
    standing, *groups = value.split()
    found = set() if standing == NO_CHARGE else {"declined_with_charges"}
    found |= {"declined_with_conviction"} if standing == CONVICTED else set()
    own = [each.split(":") for each in groups]
    convicted = {offense_category(group) for group, of_group in own if of_group == CONVICTED}
    for group, _ in own:
        category = offense_category(group)
        part = CONVICTED if category in convicted else CHARGED_ONLY
        found |= {f"group:{group}", f"category:{category}", f"category:{category}:{part}"}
    return found


def _known_name(figure: str, agency_id: str | None, known: Collection[str]) -> str:
    if agency_id is not None and figure.startswith(OF_PEOPLE):
        raise UsageError(f"{figure} tells what people were charged with; ask for it without agency")
    if figure in known:
        return figure
    meant = [name for name, each in WEEKLY_FIGURES.items() if each.column == figure]
    if agency_id is not None and len(meant) == 1:
        return meant[0]
    near = meant or difflib.get_close_matches(figure, known, n=3)
    meaning = f"did you mean {' or '.join(near)}?" if near else "docs/trace.md lists the names"
    raise UsageError(f'"{figure}" is not the name of one figure that rows stand behind; {meaning}')
