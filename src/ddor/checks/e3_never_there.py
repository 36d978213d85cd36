"""E3, sent where the person never was: did the agency hold the person when it was asked?

In 2017 Chester County (Pennsylvania) and Richmond County (North Carolina) were listed for people
whom they had never held.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_because

WHY = {
    "custody_confirmed": "The agency did not hold the person when the request was issued.",
    "decline_reason": "The reason on record is that the person was not in the agency's custody.",
}


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Looks at custody_confirmed, and at decline_reason. `unknown` is no answer: a row with it,
    and without a reason, is not assessed."""
    answered = rows["custody_confirmed"].isin(["true", "false"]) | rows["decline_reason"].notna()
    never = {
        "custody_confirmed": rows["custody_confirmed"] == "false",
        "decline_reason": rows["decline_reason"] == "not_in_custody",
    }
    reasons: dict[str, str] = {}
    for column, holds in never.items():
        for request_id in rows.loc[holds, "request_id"]:
            reasons[request_id] = f"{reasons.get(request_id, '')} {WHY[column]}".strip()
    return Finding(int(answered.sum()), stopped_because(reasons))
