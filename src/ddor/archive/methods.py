"""The page of methods: how requests are counted, checked and disputed, and what is told of people.

Its figures come from the constants that the code goes by, and its checks from the registry, so that
no rule is stated twice. Each check has an anchor, `#check-E5`.
"""

import pandas as pd

from ddor.archive.around import Around
from ddor.archive.page import page
from ddor.calendar import FINAL_AFTER, HOURS_ASKED
from ddor.checks.check import Check
from ddor.checks.registry import CHECKS, ORDER
from ddor.maintained.corrections import GROUNDS
from ddor.measures import disclosure
from ddor.measures.people import NAMED
from ddor.measures.shares import HELD_SHARE_BASE, SMALLEST_BASE
from ddor.published.catalog import Catalog
from ddor.reference.method import CHANGES, METHOD

PATH, TITLE = "methods/index.html", "Methods"
EFFECTS = {
    "hold": "Hold: the request is not counted as declined.",
    "review": "Review: nothing is published until a person has looked at the week.",
    "show": "Show: nothing is taken out of a count; the page says it beside the figures.",
}
SCOPES = {
    "request": "every request received. A request that it stops is counted in neither section",
    "outcome": "requests that would count as declined in the week. A request that it stops is "
    "not; if it was issued in the week, it counts as issued",
    "volume": "the requests and declines of each agency as received, before any is held back",
    "policy": "the table of policies",
    "nothing": "requests that count as declined. They stay counted",
}


def address_of_check(check: Check) -> str:
    return f"check-{check.id}"


def methods_page(catalog: Catalog, around: Around) -> dict[str, bytes]:
    holding = {
        doubts: [check.id for check in CHECKS if check.effect == "hold" and check.doubts == doubts]
        for doubts in ORDER
    }
    return {
        PATH: page(
            "methods.html.j2",
            PATH,
            TITLE,
            around,
            catalog,
            checks=[(check, address_of_check(check)) for check in CHECKS],
            effects=EFFECTS,
            scopes=SCOPES,
            holding=holding,
            hours=HOURS_ASKED // pd.Timedelta(hours=1),
            final_weeks=FINAL_AFTER.days // 7,
            smallest_base=SMALLEST_BASE,
            held_base=HELD_SHARE_BASE,
            people=disclosure,
            named=NAMED,
            grounds=GROUNDS,
            method=METHOD,
            methods=CHANGES,
        )
    }
