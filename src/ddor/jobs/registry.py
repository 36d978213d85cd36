"""How each kind of report is prepared, by the folder of its periods (`Period.shelf`)."""

from ddor.calendar import Period, Week
from ddor.jobs.prepared import Preparation
from ddor.jobs.quarterly import COMPILED
from ddor.jobs.weekly import WEEKLY

# One that is not named here is made from weekly reports.
PREPARATIONS = {Week.shelf: WEEKLY}


def preparation_of(period: Period) -> Preparation:
    return PREPARATIONS.get(period.shelf, COMPILED)
