"""The charges of the people whose request was declined, by NCIC offense group.

Only charges dated before the release (`timing` before_release). The unit stays the request: in a
group it is *convicted* if one charge of that group is a conviction, else *charged only*. A charge
that was dismissed or ended in acquittal puts a request in no group. A request can be in several
groups, so groups do not add up.
"""

import pandas as pd

from ddor.reference.offenses import OFFENSE_GROUPS, offense_group

UNLISTED, UNLISTED_NAME = "unlisted", "Code outside the NCIC list"
GROUP_NAMES = OFFENSE_GROUPS | {UNLISTED: UNLISTED_NAME}
STANDING = ("charged", "unknown", "convicted")


def declined_charges(status: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """The before_release charges of this week's declined requests: request_id, group_code,
    disposition; one row per charge."""
    declined = status.loc[status["declined"], "request_id"]
    rows = charges[charges["request_id"].isin(declined) & (charges["timing"] == "before_release")]
    codes = {code: offense_group(code) or UNLISTED for code in rows["ncic_code"].unique()}
    return pd.DataFrame(
        {
            "request_id": rows["request_id"],
            "group_code": rows["ncic_code"].map(codes).astype("str"),
            "disposition": rows["disposition"],
        }
    ).reset_index(drop=True)


def charge_values(request_ids: pd.Series, charges: pd.DataFrame) -> pd.Series:
    """What each request's charges say, on the index of `request_ids`: its standing, then its groups
    with theirs: "convicted 13:convicted 35:charged_only".

    The standing is the first that fits: convicted (any conviction), charged_only, else
    dismissed_or_acquitted (all its charges), no_charge. `charges` from declined_charges.
    """
    standing = charges[charges["disposition"].isin(STANDING)]
    convicted = standing["disposition"] == "convicted"
    by_group = convicted.groupby([standing["request_id"], standing["group_code"]]).any()
    words = {True: "convicted", False: "charged_only"}
    groups: dict[str, list[str]] = {}
    for (request_id, group), is_convicted in by_group.items():
        groups.setdefault(request_id, []).append(f"{group}:{words[is_convicted]}")
    charged = {*charges["request_id"]}

    def value(request_id: str) -> str:
        own = groups.get(request_id)
        if own is None:
            return "dismissed_or_acquitted" if request_id in charged else "no_charge"
        first = "convicted" if any(each.endswith(":convicted") for each in own) else "charged_only"
        return " ".join([first, *sorted(own)])

    return request_ids.map(value)
