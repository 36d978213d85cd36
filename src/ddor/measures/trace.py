"""The rows behind a published figure, so that an agency can be answered from its log.

A figure goes by one of these names (the keys of `known_masks`):

    declined_total, issued_pending, …   a name of DESIGN 4; agencies_declining and states_declining
                                        give the declined requests they are counted from
    class:withdrawn                     a line of reconciliation.csv
    E1, E5, E12                         the rows that this check holds back, names or shows
    category:drugs, category:drugs:convicted, category:drugs:charged_only, group:35
                                        a line of charges_by_group.csv, and its two columns
    pending, insufficient_notice, …     with an agency, also a column that only one of the two
                                        tables by agency has

Nothing is counted in a way of its own: a figure's rows are those where the columns of
`measures.status`, or the rule of `measures.charges`, say what the figure sums up.

With an agency it is the agency's published line. A figure of charges is refused with one: an agency
knows its people, and the rows would say whose the charges are.
"""

import difflib
from collections.abc import Callable, Mapping

import pandas as pd

from ddor.checks.check import Check
from ddor.checks.registry import CHECKS
from ddor.errors import UsageError
from ddor.measures.agencies import DECLINED_COLUMNS, IDENTITY, ISSUED_COLUMNS, KINDS
from ddor.measures.charges import UNLISTED, charge_values, declined_charges
from ddor.measures.status import (
    CLASSES,
    DECLINED_CLASSES,
    DECLINED_FLAGS,
    HELD_BACK,
    ISSUED_OUTCOMES,
    OUTSIDE,
)
from ddor.reference.offenses import CATEGORIES, OFFENSE_GROUPS, offense_category

# From status and charges to a bool on the index of status.
Mask = Callable[[pd.DataFrame, pd.DataFrame], pd.Series]

COUNTED_FROM_DECLINED = ("declined_total", "agencies_declining", "states_declining")
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
    masks = known_masks(checks, shown or {})
    counted = masks[_known_name(figure, agency_id, masks)](status, charges)
    if agency_id is not None:
        counted = counted & _of_agency(status, agency_id)
    return status[counted]


def agency_columns() -> dict[str, list[str]]:
    """Column of a table by agency -> the figures that are its sums: two where both tables have
    it. With an agency, a column with one figure is a name for it."""
    figures: dict[str, list[str]] = {}
    for table, columns in (("issued", ISSUED_COLUMNS), ("declined", DECLINED_COLUMNS)):
        for column in columns[len(IDENTITY) :]:
            total = column == table or (table, column) == ("declined", "honored")
            figure = f"{column}_total" if total else f"{table}_{column}"
            figures.setdefault(column, []).append(figure)
    return figures


def _known_name(figure: str, agency_id: str | None, masks: dict[str, Mask]) -> str:
    if agency_id is not None and figure.startswith(OF_PEOPLE):
        raise UsageError(f"{figure} tells what people were charged with; ask for it without agency")
    if figure in masks:
        return figure
    meant = agency_columns().get(figure, [])
    if agency_id is not None and len(meant) == 1:
        return meant[0]
    near = meant or difflib.get_close_matches(figure, masks, n=3)
    meaning = f"did you mean {' or '.join(near)}?" if near else "docs/trace.md lists the names"
    raise UsageError(f'"{figure}" is not the name of one figure that rows stand behind; {meaning}')


def _of_agency(status: pd.DataFrame, agency_id: str) -> pd.Series:
    if not (status["agency_id"] == agency_id).any():
        near = difflib.get_close_matches(agency_id, status["agency_id"].unique(), n=3)
        meaning = f"did you mean {' or '.join(near)}?" if near else "check its agency_id"
        raise UsageError(f'no request of the extract is to an agency "{agency_id}"; {meaning}')
    return status["agency_id"] == agency_id


def known_masks(checks: tuple[Check, ...], shown: Mapping[str, pd.Series]) -> dict[str, Mask]:
    """Every known figure, in the order of DESIGN 4; what is not in its list comes after it."""
    return {
        "received_total": lambda status, _: pd.Series(True, index=status.index),
        "issued_total": _flag("issued"),
        **{f"issued_{KINDS[kind]}": _within("issued", "kind", kind) for kind in KINDS},
        **{f"issued_{name}": _within("issued", "issued_outcome", name) for name in ISSUED_OUTCOMES},
        **{name: _flag("declined") for name in COUNTED_FROM_DECLINED},
        **{f"declined_{KINDS[kind]}": _within("declined", "kind", kind) for kind in KINDS},
        **{
            f"declined_{name}": _within("declined", "declined_class", name)
            for name in DECLINED_CLASSES
        },
        **{f"declined_{name}": _flag(name) for name in DECLINED_FLAGS},
        "declined_with_charges": _with_charges,
        "declined_with_conviction": _of_charges(lambda standing, _: standing == "convicted"),
        "honored_total": _flag("honored"),
        "held_back_requests": _held_by(checks, "request"),
        "held_back_outcomes": _held_by(checks, "outcome"),
        "held_back_total": _equal("class", HELD_BACK),
        "outside_week_total": _equal("class", OUTSIDE),
        **{f"class:{name}": _equal("class", name) for name in CLASSES},
        **{check.id: _equal("held_by", check.id) for check in checks if check.effect == "hold"},
        **{
            check.id: _among(shown.get(check.id, pd.Series(dtype="str")))
            for check in checks
            if check.doubts in ("volume", "nothing")
        },
        **{
            f"category:{category}{part}": _in_category(category, standing)
            for category in CATEGORIES
            for part, standing in (
                ("", ""),
                (":convicted", "convicted"),
                (":charged_only", "charged_only"),
            )
        },
        **{f"group:{code}": _in_group(code) for code in (*OFFENSE_GROUPS, UNLISTED)},
    }


def _flag(column: str) -> Mask:
    return lambda status, _: status[column]


def _equal(column: str, value: str) -> Mask:
    return lambda status, _: status[column] == value


def _within(section: str, column: str, value: str) -> Mask:
    return lambda status, _: status[section] & (status[column] == value)


def _held_by(checks: tuple[Check, ...], doubts: str) -> Mask:
    ids = [check.id for check in checks if check.doubts == doubts]
    return lambda status, _: status["held_by"].isin(ids)


def _with_charges(status: pd.DataFrame, charges: pd.DataFrame) -> pd.Series:
    return status["request_id"].isin(declined_charges(status, charges)["request_id"])


def _among(stopped: pd.Series) -> Mask:
    return lambda status, _: status["request_id"].isin(stopped.index)


def _of_charges(holds: Callable[[str, dict[str, str]], bool]) -> Mask:
    """The declined requests of whose charges this holds: their standing, and group -> standing."""

    def mask(status: pd.DataFrame, charges: pd.DataFrame) -> pd.Series:
        declined = status.loc[status["declined"], "request_id"]
        values = charge_values(declined, declined_charges(status, charges))
        counted = [
            holds(first, dict(each.split(":") for each in groups))
            for first, *groups in map(str.split, values)
        ]
        return pd.Series(counted, declined.index, dtype=bool).reindex(
            status.index, fill_value=False
        )

    return mask


def _in_group(code: str) -> Mask:
    return _of_charges(lambda _, groups: code in groups)


def _in_category(category: str, standing: str) -> Mask:
    """Convicted where one group of the category is, else charged only; "": either."""

    def holds(_: str, groups: dict[str, str]) -> bool:
        own = {
            of_group for group, of_group in groups.items() if offense_category(group) == category
        }
        best = "convicted" if "convicted" in own else "charged_only"
        return bool(own) and standing in ("", best)

    return _of_charges(holds)
