"""Whether one agency, or one day, makes up half or more of the declined requests: one rule for
the key points of a week and of a quarter, and for the home page."""

from collections.abc import Hashable

import pandas as pd

FEWEST = 10  # half of a few requests is no finding


def half_or_more(counts: pd.Series) -> Hashable | None:
    """The label of the one with half or more of the sum of `counts` (whole numbers, labels once
    each). None where the sum is under FEWEST, where none has half, or where two have half each."""
    total = counts.sum()
    found = counts.index[2 * counts >= total]
    return found[0] if total >= FEWEST and len(found) == 1 else None
