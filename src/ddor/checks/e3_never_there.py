"""E3, sent where the person never was: did the agency hold the person when it was asked?

In 2017 Chester County (Pennsylvania) and Richmond County (North Carolina) were listed for people
whom they had never held.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_where

NOT_HELD = "The agency did not hold the person when the request was issued."
NOT_IN_CUSTODY = "The reason on record is that the person was not in the agency's custody."


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Looks at custody_confirmed, and at decline_reason. `unknown` is no answer: a row with it,
    and without a reason, is not assessed."""
    custody, reason = rows["custody_confirmed"], rows["decline_reason"]
    answered = custody.isin(["true", "false"]) | reason.notna()
    never = (custody == "false", NOT_HELD), (reason == "not_in_custody", NOT_IN_CUSTODY)
    return Finding(int(answered.sum()), stopped_where(rows, *never))
