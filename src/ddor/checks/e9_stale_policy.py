"""E9, stale policy: was the policy looked at again not long before the week?

In 2017 Nassau County was listed with a policy although it had honored detainers since 2014.
"""

import datetime as dt

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding

VERIFIED_WITHIN = dt.timedelta(days=180)


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Compares verified_on of each policy with the week's last day. A policy verified after the
    week is not stale."""
    policies = case.directory.policies
    oldest = (case.week.last_day - VERIFIED_WITHIN).isoformat()
    stale = policies[policies["verified_on"] < oldest]
    why = [reasons["stale"].format_map(policy) for policy in stale.to_dict("records")]
    return Finding(len(policies), pd.Series(why, stale.index, dtype="str"))
