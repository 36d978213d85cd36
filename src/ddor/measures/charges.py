"""The charges of the people whose request was declined, by NCIC offense group.

Only charges dated before the release (`timing` before_release). The unit stays the request: in a
group it is *convicted* if one charge of that group is a conviction, else *charged only*. A charge
that was dismissed or ended in acquittal puts a request in no group. A request can be in several
groups, so groups do not add up.
"""

import pandas as pd

from ddor.reference.offenses import offense_group

UNLISTED, UNLISTED_NAME = "unlisted", "Code outside the NCIC list"
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


def charge_standing(status: pd.DataFrame, rows: pd.DataFrame) -> dict[str, int]:
    """Every declined request in exactly one of four: convicted (any conviction), charged_only,
    dismissed_or_acquitted (all its charges), no_charges. They add up to the declined."""
    convicted = (rows["disposition"] == "convicted").groupby(rows["request_id"]).any()
    standing = rows["disposition"].isin(STANDING).groupby(rows["request_id"]).any()
    return {
        "convicted": int(convicted.sum()),
        "charged_only": int((standing & ~convicted).sum()),
        "dismissed_or_acquitted": int((~standing).sum()),
        "no_charges": int(status["declined"].sum()) - len(convicted),
    }
