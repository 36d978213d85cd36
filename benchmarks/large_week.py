"""A week's extract of any size, and its directory: the same 625 agencies, and 8 charges for every 5
requests, however many requests it has.

    python benchmarks/large_week.py WEEK REQUESTS FOLDER

It makes FOLDER/extract and FOLDER/agencies.csv.
`ddor sample` would invent a new agency for every fourth request, and fewer charges.
"""

import sys
from pathlib import Path

from ddor.calendar import Week
from ddor.extract.csv_files import write_extract
from ddor.importers.samples import draws, ordinary

AGENCIES = 625
CHARGES = {"0": 20, "1": 30, "2": 25, "3": 20, "4": 5}


def main(week: str, requests: str, folder: Path) -> None:
    agencies = ordinary.invented_agencies(AGENCIES)
    ordinary.invented_agencies = lambda _: agencies
    draws.SHARES["charges"] = CHARGES
    extract = ordinary.make_sample(Week.parse(week), seed=1, requests=int(requests))
    write_extract(extract, folder / "extract")
    # Without a usual volume, of which 250,000 requests in a week are no multiple (E5).
    agencies.assign(weekly_requests="").to_csv(folder / "agencies.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
