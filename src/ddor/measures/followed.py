"""What is told of people after their release: three tables and a few headline numbers, all of them
through disclosure control (disclosure.py), and all of them national.

The tables stand side by side, so that they are judged together as well as each by itself:

- the table of days has as many requests as met the rule. It, the one of later charges and the one
  of how the rule was met are shown only where follow_up tells that number itself;
- when another table of follow_up would tell too much beside an earlier revision's, the earlier one
  stands, and then no other table may be new: its sum would be the number that was kept back;
- these three are either all of this extract or all stand from an earlier one, and follow_up stands
  with them where it tells the same as before.

`met_by` (an arrest, a conviction, both, neither) is the fourth attribute. It needs no table on the
page: the headline numbers *arrested* and *convicted* are sums of its cells, so that arrest alone,
conviction alone and both are each 0 or reach the threshold, in one revision and between two. Its
base is all confirmed releases: that all who met the rule were arrested may be told.

Not protected: that a headline number is kept back says that it is not one of the zeros that are
told; and how many people have charges in several groups can follow from the groups' sums.
"""

from dataclasses import dataclass, replace

import pandas as pd

from ddor.measures.after_release import (
    BY_ARREST,
    BY_BOTH,
    BY_CONVICTION,
    KNOWN,
    MET,
    NO_CONTACT,
    NOT_KNOWN,
    NOT_MET,
    NOT_OBSERVED,
    OTHER_CONTACT,
    after_release_frames,
)
from ddor.measures.attributes import DAYS_TO_ARREST, FOLLOW_UP, LATER_CHARGES, MET_BY, OTHER
from ddor.measures.disclosure import NATIONAL, Earlier, Shown, shown_attributes

OF_THE_MET = (MET_BY, LATER_CHARGES, DAYS_TO_ARREST)
MET_NOT_TOLD = "how many met the rule is not told"
OTHERS_STAND = "the other tables stand from an earlier extract, and this one would tell of changes"
NUMBERS = (
    "known", "met", "no_arrest", "no_contact", "not_observed", "arrested", "convicted",
)  # fmt: skip


@dataclass(frozen=True)
class Followed:
    """The headline numbers, in requests; None where disclosure control does not let one be told.

    declined, confirmed: of the quarter's rows. known: released 90 days or more before the extract
    and followed up; met, no_arrest: known less met, told together or not at all; no_contact;
    not_observed. arrested, convicted: of those who met the rule, together met or more.
    as_of: the date of the extract of the numbers from `known` on; stands: whether that is an
    earlier revision's. declined and confirmed are always this revision's.
    """

    declined: int
    confirmed: int
    known: int | None
    met: int | None
    no_arrest: int | None
    no_contact: int | None
    not_observed: int | None
    arrested: int | None
    convicted: int | None
    as_of: str
    stands: bool


def shown_after_release(
    rows: pd.DataFrame, charges: pd.DataFrame, threshold: int, as_of: str, earlier: Earlier
) -> dict[str, Shown]:
    """Attribute -> Shown, of follow_up, met_by, later_charges and days_to_arrest. `rows` from
    after_release.after_release; as_of: the date of the quarter's extract, in ISO form; `earlier`:
    what earlier revisions of the quarter told, kept as for weeks by disclosure.last_shown."""
    # A line for no agency: so none has a table of its own.
    base = rows[["request_id", "agency_id"]].astype("str").assign(listed_agency="")
    confirmed, met = base[rows["released_at"].notna()], base[rows["standing"] == MET]
    shown = {}
    for name, frame in after_release_frames(rows, charges).items():
        of = confirmed if name in (FOLLOW_UP, MET_BY) else met
        shown |= shown_attributes({name: frame}, of, threshold, as_of, earlier)
    if any(each.stands for each in shown.values()):
        kept = (FOLLOW_UP, *OF_THE_MET) if _is_as_before(shown, earlier) else OF_THE_MET
        for name in kept:
            shown[name] = _as_before(shown[name], earlier.attributes.get(name))
    table = shown[FOLLOW_UP].tables.get(NATIONAL)
    if table is None or MET not in table.index:
        for name in OF_THE_MET:
            shown[name] = _withheld(shown[name], MET_NOT_TOLD)
    return shown


def _is_as_before(shown: dict[str, Shown], earlier: Earlier) -> bool:
    """Whether follow_up tells what it told: then it stands with the others, and the headline
    numbers of both can go on standing side by side."""
    before = earlier.attributes.get(FOLLOW_UP)
    table = shown[FOLLOW_UP].tables.get(NATIONAL)
    return bool(
        before and table is not None and before.tables and table.equals(before.tables[NATIONAL])
    )


def _as_before(new: Shown, before: Shown | None) -> Shown:
    if before is None or not before.tables:
        return _withheld(new, OTHERS_STAND)
    return replace(before, stands=True)


def _withheld(new: Shown, why: str) -> Shown:
    """With the reason that disclosure control gave, where it withheld the table itself."""
    return Shown({}, {NATIONAL: new.withheld.get(NATIONAL, why)}, new.as_of, new.rows)


def followed(rows: pd.DataFrame, shown: dict[str, Shown]) -> Followed:
    """The headline numbers. `rows` from after_release.after_release, of which only the two exact
    numbers are taken, and that nobody's follow-up is known; `shown` from shown_after_release."""
    each = shown[FOLLOW_UP]
    table = each.tables.get(NATIONAL)
    confirmed = int(rows["released_at"].notna().sum())
    if table is not None:
        numbers = _of_those_followed(table) | _of_those_met(table, each, shown[MET_BY])
    elif rows["standing"].isin(KNOWN).any():
        numbers = dict.fromkeys(NUMBERS)
    else:
        numbers = dict.fromkeys(NUMBERS, 0) | {"not_observed": None if confirmed else 0}
    return Followed(len(rows), confirmed, **numbers, as_of=each.as_of, stands=each.stands)


def _of_those_followed(table: pd.DataFrame) -> dict[str, int | None]:
    known = _sum_told(table, (MET, NO_CONTACT, OTHER_CONTACT), (NOT_OBSERVED, NOT_KNOWN))
    met = None if known is None else _told(table, MET)
    return {
        "known": known,
        "met": met,
        "no_arrest": None if met is None else known - met,
        "no_contact": _told(table, NO_CONTACT),
        "not_observed": _told(table, NOT_OBSERVED),
    }


def _of_those_met(table: pd.DataFrame, each: Shown, met_by: Shown) -> dict[str, int | None]:
    """Nothing where the two tables are of different extracts, or `met` itself is not told."""
    met = _of_those_followed(table)["met"]
    if met == 0:
        return {"arrested": 0, "convicted": 0}
    cells = met_by.tables.get(NATIONAL)
    same_extract = (met_by.as_of, met_by.stands) == (each.as_of, each.stands)
    if met is None or cells is None or not same_extract:
        return {"arrested": None, "convicted": None}
    return {
        "arrested": _sum_told(cells, (BY_ARREST, BY_BOTH), (BY_CONVICTION, NOT_MET)),
        "convicted": _sum_told(cells, (BY_CONVICTION, BY_BOTH), (BY_ARREST, NOT_MET)),
    }


def _sum_told(table: pd.DataFrame, codes: tuple, rest: tuple) -> int | None:
    """The sum of the categories `codes`: each is told, or each of all others, `rest`, is."""
    parts = [_told(table, code) for code in codes]
    if None not in parts:
        return sum(parts)
    others = [_told(table, code) for code in rest]
    return None if None in others else int(table["requests"].sum()) - sum(others)


def _told(table: pd.DataFrame, code: str) -> int | None:
    """A category that is not in the table is 0 only where nothing was added up."""
    if code in table.index:
        return int(table.loc[code, "requests"])
    return None if OTHER in table.index else 0
