"""The charges of the people whose request was declined, by NCIC offense group.

Only charges dated before the release (`timing` before_release). The unit stays the request: in a
group it is *convicted* if one charge of that group is a conviction, else *charged only*. A charge
that was dismissed or ended in acquittal puts a request in no group. A request can be in several
groups, so groups do not add up.
"""

import pandas as pd

from ddor.reference.codes import OFFENSE_GROUPS, offense_group

UNLISTED, UNLISTED_NAME = "unlisted", "Code outside the NCIC list"
GROUP_NAMES = OFFENSE_GROUPS | {UNLISTED: UNLISTED_NAME}
STANDING = ("charged", "unknown", "convicted")


def group_codes(ncic_codes: pd.Series) -> pd.Series:
    """The offense group of each code, UNLISTED for one outside the list."""
    groups = {code: offense_group(code) or UNLISTED for code in ncic_codes.unique()}
    return ncic_codes.map(groups).astype("str")


def declined_charges(status: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """The before_release charges of this week's declined requests: request_id, group_code,
    disposition; one row per charge."""
    declined = status.loc[status["declined"], "request_id"]
    rows = charges[charges["request_id"].isin(declined) & (charges["timing"] == "before_release")]
    rows = rows.assign(group_code=group_codes(rows["ncic_code"])).reset_index(drop=True)
    return rows[["request_id", "group_code", "disposition"]]


def groups_of(charges: pd.DataFrame) -> dict[str, str]:
    """request_id -> the groups of its charges with their standings, "13:convicted 35:charged_only",
    of columns request_id, group_code, convicted (bool)."""
    convicted = charges.groupby(["request_id", "group_code"])["convicted"].any().reset_index()
    standing = convicted["convicted"].map({True: "convicted", False: "charged_only"})
    words = convicted["group_code"] + ":" + standing.astype("str")
    return words.groupby(convicted["request_id"]).agg(" ".join).to_dict()


def charge_values(request_ids: pd.Series, charges: pd.DataFrame) -> pd.Series:
    """What each request's charges say, on the index of `request_ids`: its standing, then its groups
    with theirs: "convicted 13:convicted 35:charged_only".

    The standing is the first that fits: convicted (any conviction), charged_only, else
    dismissed_or_acquitted (all its charges), no_charge. `charges` from declined_charges.
    """
    counting = charges[charges["disposition"].isin(STANDING)]
    groups = groups_of(counting.assign(convicted=counting["disposition"] == "convicted"))
    others = dict.fromkeys(charges["request_id"], "dismissed_or_acquitted")
    return request_ids.map(
        lambda key: charge_value(groups.get(key, ""), others.get(key, "no_charge"))
    )


def charge_value(groups: str, otherwise: str) -> str:
    """The standing before the groups, as groups_of writes them; `otherwise` where there is none."""
    if not groups:
        return otherwise
    return f"{'convicted' if ':convicted' in groups else 'charged_only'} {groups}"
