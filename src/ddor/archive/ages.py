"""How old declines were when they were recorded, in the few bands that the trend shows.

Read from what a revision publishes of the nation in attributes.csv (attribute days, by the bands of
timing.DAY_LABELS), and from nothing else. A later revision may keep the table of an earlier one, so
that the bands need not add up to the declines of the week.
"""

from ddor.extract.csv_files import csv_lines
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


def ages_of(data: dict[str, bytes]) -> dict[str, int]:
    """Band of BANDS -> requests, from the data files of a revision; none where it is withheld."""
    lines = csv_lines(data["attributes.csv"])
    told = [line for line in lines if line["attribute"] == DAYS and not line["place"]]
    ages = dict.fromkeys(BANDS, 0) if told else {}
    for line in told:
        ages[_band_of(line["branch"])] += int(line["requests"])
    return ages


def _band_of(label: str) -> str:
    if label in (UNKNOWN, BEFORE_ISSUE):
        return "unknown"
    most = BINS[label]
    return next((band for band, days in _MOST_DAYS.items() if most and most <= days), "older")
