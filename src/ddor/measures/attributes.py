"""What each attribute of people says of a declined request: the charges, by NCIC offense group, the
citizenship, and the days from issue to recording. These values are the rows of every table.

Charges are those dated before the release (`timing` before_release). The unit stays the request: in
a group it is *convicted* if one charge of that group is a conviction, else *charged only*. A charge
that was dismissed or ended in acquittal puts a request in no group. A request can be in several
groups, so groups do not add up.

The recorded date is the date ICE learned of the decline, not the date of release: an old request
recorded this week says as much about recording as about releases (E8 in 2017).
"""

from collections.abc import Collection, Mapping

import pandas as pd

from ddor.measures.disclosure import ENOUGH, NATION, Candidates, Row, rows_of
from ddor.reference import codes
from ddor.reference.codes import OFFENSE_GROUPS, offense_group

CHARGES, CITIZENSHIP, DAYS = ATTRIBUTES = ("charges", "citizenship", "days")
CONVICTED, CHARGED_ONLY = "convicted", "charged_only"
DISMISSED, NO_CHARGE = "dismissed_or_acquitted", "no_charge"
STANDINGS = (CONVICTED, CHARGED_ONLY, DISMISSED, NO_CHARGE)
# The dispositions that put a request in the group of a charge.
COUNTING = ("charged", "unknown", "convicted")
UNLISTED, UNLISTED_NAME = "unlisted", "Code outside the NCIC list"
GROUP_NAMES = OFFENSE_GROUPS | {UNLISTED: UNLISTED_NAME}


def bands_of(attribute: str) -> dict[str, float]:
    """Band of days -> its last day, in order; the first begins with day 0, as each does where the
    one before it ends."""
    lines = [row for row in codes.rows("bands", codes.DICTIONARY) if row["attribute"] == attribute]
    return {row["band"]: float(row["last"] or "inf") for row in lines}


BANDS = bands_of(DAYS)
BEFORE_ISSUE, UNKNOWN = "Recorded before it was issued", "No recording date"
DAY_LABELS = (*BANDS, BEFORE_ISSUE, UNKNOWN)


def week_rows(
    status: pd.DataFrame, charges: pd.DataFrame, states: Mapping[str, str], week: str
) -> dict[str, frozenset[Row]]:
    """Attribute -> the rows of this week's declined requests. `charges`: those of the extract;
    without any there is no row of charges. `states`: agency_id -> state."""
    declined = status[status["declined"]]
    declined = declined.assign(week=week, state=declined["agency_id"].map(states))
    values = {CITIZENSHIP: declined["citizenship"], DAYS: days_from_issue(declined)}
    if not charges.empty:
        values = {CHARGES: charge_values(declined["request_id"], charges), **values}
    return {name: rows_of(declined.assign(value=each)) for name, each in values.items()}


def week_candidates(rows: Mapping[str, frozenset[Row]]) -> Candidates:
    """The nation, then agencies, the largest first."""
    nation = {(attribute, NATION): each for attribute, each in rows.items()}
    return nation | place_candidates(rows.get(CHARGES, ()), "agency_id")


def place_candidates(rows: Collection[Row], *columns: str) -> Candidates:
    """The tables of charges of agencies, of states: for each column of Row, the largest first."""
    found: Candidates = {}
    for column in columns:
        places: dict[str, set[Row]] = {}
        for row in rows:
            places.setdefault(getattr(row, column), set()).add(row)
        for place, own in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
            if place and len(own) >= ENOUGH:
                found[CHARGES, place] = frozenset(own)
    return found


def days_from_issue(requests: pd.DataFrame) -> pd.Series:
    """A label of DAY_LABELS for each request: the calendar days from issue to recording."""
    recorded, issued = requests["outcome_recorded_at"], requests["issued_at"]
    days = (recorded.dt.normalize() - issued.dt.normalize()).dt.days
    labels = pd.cut(days, [-1, *BANDS.values()], labels=list(BANDS)).astype("str")
    return labels.fillna(UNKNOWN).mask(days < 0, BEFORE_ISSUE)


def charge_values(request_ids: pd.Series, charges: pd.DataFrame) -> pd.Series:
    """What each request's charges say, on the index of `request_ids`: its standing, then its groups
    with theirs: "convicted 13:convicted 35:charged_only".

    The standing is the first that fits: convicted (any conviction), charged_only, else
    dismissed_or_acquitted (all its charges), no_charge. `charges`: those of the extract.
    """
    before = charges[charges["timing"] == "before_release"]
    before = before[before["request_id"].isin(request_ids)]
    counting = before[before["disposition"].isin(COUNTING)]
    convicted = counting["disposition"] == "convicted"
    codes = group_codes(counting["ncic_code"])
    groups = groups_of(counting.assign(group_code=codes, convicted=convicted))
    others = dict.fromkeys(before["request_id"], DISMISSED)
    values = [charge_value(groups.get(key, ""), others.get(key, NO_CHARGE)) for key in request_ids]
    return pd.Series(values, request_ids.index, dtype="str")


def charge_value(groups: str, otherwise: str) -> str:
    """The standing before the groups, as groups_of writes them; `otherwise` where there is none."""
    standing = CONVICTED if f":{CONVICTED}" in groups else CHARGED_ONLY
    return f"{standing} {groups}" if groups else otherwise


def group_codes(ncic_codes: pd.Series) -> pd.Series:
    """The offense group of each code, UNLISTED for one outside the list."""
    groups = {code: offense_group(code) or UNLISTED for code in ncic_codes.unique()}
    return ncic_codes.map(groups).astype("str")


def groups_of(charges: pd.DataFrame) -> dict[str, str]:
    """request_id -> the groups of its charges with their standings, "13:convicted 35:charged_only",
    of columns request_id, group_code, convicted (bool)."""
    convicted = charges.groupby(["request_id", "group_code"])["convicted"].any().reset_index()
    standing = convicted["convicted"].map({True: CONVICTED, False: CHARGED_ONLY})
    words = convicted["group_code"] + ":" + standing.astype("str")
    return words.groupby(convicted["request_id"]).agg(" ".join).to_dict()
