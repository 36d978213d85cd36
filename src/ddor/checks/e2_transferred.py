"""E2, transferred and then released elsewhere: did the agency that was asked release the person?

In 2017 Williamson County (4) and Bastrop County (3) were listed for people who had been moved to
another jail, which released them. One sheriff may run several jails with codes of their own: the
directory's `same_as` says so.
"""

import pandas as pd

from ddor.checks.check import Case, Finding, stopped_because


def assess(rows: pd.DataFrame, case: Case) -> Finding:
    """Compares releasing_agency_id, where given, with agency_id and with the one id in `same_as`
    of agency_id's own directory row."""
    told = rows[rows["releasing_agency_id"].notna()]
    same_as = case.directory.agencies.set_index("agency_id")["same_as"]
    same = told["agency_id"].map(same_as)
    by_another = told[
        (told["releasing_agency_id"] != told["agency_id"]) & (told["releasing_agency_id"] != same)
    ]
    reasons = {
        row.request_id: f"Agency {row.agency_id} was asked; agency {row.releasing_agency_id} "
        "released the person."
        for row in by_another.itertuples()
    }
    return Finding(len(told), stopped_because(reasons))
