"""The page of methods: how requests are counted, checked and disputed, and what is told of people.

Its figures come from the constants that the code goes by, and its checks from the registry, so that
no rule is stated twice. Each check has an anchor, `#check-E5`.
"""

from collections.abc import Iterator

import pandas as pd

from ddor.archive.page import page
from ddor.archive.site import Site
from ddor.calendar import FINAL_AFTER, HOURS_ASKED
from ddor.checks.registry import CHECKS
from ddor.measures import disclosure
from ddor.measures.people import NAMED
from ddor.measures.shares import HELD_SHARE_BASE, SMALLEST_BASE
from ddor.reference.method import CHANGES, METHOD

PATH, TITLE = "methods/index.html", "Methods"


def methods_page(site: Site) -> Iterator[tuple[str, bytes]]:
    names = {
        "checks": CHECKS,
        "hours": HOURS_ASKED // pd.Timedelta(hours=1),
        "final_after": FINAL_AFTER,
        "smallest_base": SMALLEST_BASE,
        "held_base": HELD_SHARE_BASE,
        "people": disclosure,
        "named": NAMED,
        "method": METHOD,
        "methods": CHANGES,
    }
    yield page(site, "methods.html.j2", PATH, TITLE, names)
