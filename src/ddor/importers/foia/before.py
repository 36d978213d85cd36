"""Two releases tell when: a request that was pending in an earlier one and is declined in this one
was recorded between their two dates, usually months apart. No weekly figure is made of it."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from ddor.importers.foia.texts import casefolded, filled, meant

_KEY = ["anonymized_identifier", "detention_facility_code"]  # and the date of issue
_AMBIGUOUS = "ambiguous: the same pseudonym, facility and date more than once"


def compared(
    earlier: pd.DataFrame, rows: pd.DataFrame, outcomes: Mapping[str, str]
) -> tuple[pd.Series, dict[str, int]]:
    """Which of `rows` were pending in the `earlier` ones and are declined now (bool); and what
    became of each earlier pending request, in words: their sum is their number. Both: cleaned rows
    that are not set aside, with `issued_at`; outcomes: of a lift reason in small letters."""
    before, now = _keys(earlier), _keys(rows)
    then = before[earlier["detainer_lift_reason"].isna()]
    several = {key for keys in (before, now) for key in keys[keys.duplicated()].dropna()}
    outcome = filled(meant(casefolded(rows["detainer_lift_reason"]), outcomes.get), "pending")
    became = pd.Series(outcome.astype("str").to_numpy(), now.to_numpy())
    became = became[became.index.notna() & ~became.index.isin(several)]
    fate = then.map(became).fillna("not in the later files")
    fate = fate.mask(then.isin(several), _AMBIGUOUS)
    fate = fate.mask(then.isna(), "without a pseudonym")
    paired = then[~then.isin(several)].dropna()
    newly = now.isin(paired) & (outcome == "declined")
    return newly, dict(Counter(fate).most_common())


def _keys(rows: pd.DataFrame) -> pd.Series:
    """A text for each row; missing without a pseudonym."""
    person, code = (rows[column].astype("str") for column in _KEY)
    issued = rows["issued_at"].dt.strftime("%Y-%m-%d")
    return person.str.cat([code, issued], sep="\x1f", na_rep=None).astype("str")
