"""Two releases tell when: a request that was pending in an earlier one and is declined in this one
was recorded between their two dates, usually months apart. No weekly figure is made of it."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from ddor.importers.foia.texts import casefolded, filled, meant

_KEY = ["anonymized_identifier", "detention_facility_code"]  # and the date of issue
_WORDS = {
    "pseudonym": "without a pseudonym",
    "ambiguous": "ambiguous: the same pseudonym, facility and date more than once",
    "missing": "not in the later files",
}


def compared(
    earlier: pd.DataFrame, rows: pd.DataFrame, outcomes: Mapping[str, str]
) -> tuple[pd.Series, dict[str, int]]:
    """Which of `rows` were pending in the `earlier` ones and are declined now (bool); and what
    became of each earlier pending request, in words: their sum is their number. Both: cleaned rows
    that are not set aside, with `issued_at`; outcomes: of a lift reason in small letters."""
    pending = earlier[earlier["detainer_lift_reason"].isna()]
    then, now = _keys(pending), _keys(rows)
    several = {*_twice(_keys(earlier)), *_twice(now)}
    outcome = filled(meant(casefolded(rows["detainer_lift_reason"]), outcomes.get), "pending")
    became = pd.Series(outcome.astype("str").to_numpy(), now.to_numpy())
    became = became[became.index.notna() & ~became.index.isin(several)]
    fate = then.map(became).fillna(_WORDS["missing"])
    fate = fate.mask(then.isin(several), _WORDS["ambiguous"])
    fate = fate.mask(then.isna(), _WORDS["pseudonym"])
    paired = then[~then.isin(several)].dropna()
    newly = now.isin(paired) & (outcome == "declined")
    return newly, dict(Counter(fate).most_common())


def _keys(rows: pd.DataFrame) -> pd.Series:
    """A text for each row; missing without a pseudonym."""
    person, code = (rows[column].astype("str") for column in _KEY)
    issued = rows["issued_at"].dt.strftime("%Y-%m-%d")
    return person.str.cat([code, issued], sep="\x1f", na_rep=None).astype("str")


def _twice(keys: pd.Series) -> set[str]:
    return {*keys[keys.duplicated()].dropna()}
