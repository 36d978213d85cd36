"""How old declines were when they were recorded, in the few bands that the trend shows.

Read from what a revision publishes in attributes.csv (attribute days), and from nothing else:
disclosure control has been over it. A later revision may keep the table of an earlier one, so that
the bands need not add up to the declines of the week.
"""

from ddor.archive.downloads import csv_lines
from ddor.measures.people import DAYS
from ddor.measures.timing import BEFORE_ISSUE, BINS, UNKNOWN

# Band -> its name, in days from issue to recording.
BANDS = {
    "week": "up to 7 days",
    "month": "8 to 30 days",
    "older": "over 30 days",
    "unknown": "not known",
}
_MOST_DAYS = {"week": 7, "month": 30}


def ages_of(data: dict[str, bytes]) -> dict[str, dict[str, int]]:
    """"" -> band of BANDS -> requests, of the national table of days in the data files of a
    revision; none where it is not told."""
    found: dict[str, dict[str, int]] = {}
    for line in csv_lines(data["attributes.csv"]) if "attributes.csv" in data else ():
        if line.get("attribute") == DAYS:
            ages = found.setdefault(line["place"], dict.fromkeys(BANDS, 0))
            ages[_band_of(line["branch"])] += int(line["requests"])
    return found


def _band_of(category: str) -> str:
    if category in (UNKNOWN, BEFORE_ISSUE):
        return "unknown"
    most = next(high for label, _, high in BINS if label == category)
    return next((band for band, days in _MOST_DAYS.items() if most and most <= days), "older")
