"""E3, sent where the person never was: did the agency hold the person when it was asked?

In 2017 Chester County (Pennsylvania) and Richmond County (North Carolina) were listed for people
whom they had never held.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, stopped_where


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Looks at custody_confirmed, and at decline_reason. `unknown` is no answer: a row with it,
    and without a reason, is not assessed."""
    custody, reason = rows["custody_confirmed"], rows["decline_reason"]
    answered = custody.isin(["true", "false"]) | reason.notna()
    doubts = {"not_held": custody == "false", "not_in_custody": reason == "not_in_custody"}
    return Finding(int(answered.sum()), stopped_where(rows, reasons, doubts))
