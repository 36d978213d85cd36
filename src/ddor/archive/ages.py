"""How old declines were when they were recorded, in the few bands that the trend shows.

Read from what a revision publishes in attributes.csv (attribute days), and from nothing else:
disclosure control has been over it. A later revision may keep the table of an earlier one, so that
the bands need not add up to the declines of the week.
"""

from ddor.archive.downloads import csv_lines
from ddor.measures.attributes import DAYS, OTHER, category_name
from ddor.measures.timing import BEFORE_ISSUE, BINS, UNKNOWN

# Band -> its name, in days from issue to recording.
BANDS = {
    "week": "up to 7 days",
    "month": "8 to 30 days",
    "older": "over 30 days",
    "unknown": "not known",
    "added_up": "added up",
}
_MOST_DAYS = {"week": 7, "month": 30}


def ages_of(data: dict[str, bytes]) -> dict[str, dict[str, int]]:
    """agency_id ("" for all) -> band of BANDS -> requests, of each table of days in the data files
    of a revision; none where it is withheld."""
    found: dict[str, dict[str, int]] = {}
    for line in csv_lines(data["attributes.csv"]) if "attributes.csv" in data else ():
        if line.get("attribute") == DAYS:
            ages = found.setdefault(line["agency_id"], dict.fromkeys(BANDS, 0))
            ages[_band_of(line["category"])] += int(line["requests"])
    return found


def _band_of(category: str) -> str:
    if category == category_name(DAYS, OTHER):
        return "added_up"
    if category in (UNKNOWN, BEFORE_ISSUE):
        return "unknown"
    most = next(high for label, _, high in BINS if label == category)
    return next((band for band, days in _MOST_DAYS.items() if most and most <= days), "older")
