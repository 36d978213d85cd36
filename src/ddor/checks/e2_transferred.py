"""E2, transferred and then released elsewhere: did the agency that was asked release the person?

In 2017 Williamson County (4) and Bastrop County (3) were listed for people who had been moved to
another jail, which released them. One sheriff may run several jails with codes of their own: the
directory's `same_as` says so.
"""

import pandas as pd

from ddor.checks.check import CheckedWeek, Finding, listed_agencies, stopped_where


def assess(rows: pd.DataFrame, case: CheckedWeek, reasons: dict[str, str]) -> Finding:
    """Compares releasing_agency_id, where given, with agency_id and with the one id in `same_as`
    of agency_id's own directory row."""
    asked, released_by = rows["agency_id"], rows["releasing_agency_id"]
    known, same = released_by.notna(), listed_agencies(rows, case)["same_as"]
    doubts = {"released_elsewhere": known & (released_by != asked) & (released_by != same)}
    return Finding(int(known.sum()), stopped_where(rows, reasons, doubts))
