"""Charges for sample requests, and the samples' last step: typed tables with their keys.

The mix follows the offense groups that DOMAIN and the withdrawn report show most: traffic, drugs,
assault, immigration, larceny. None to four charges, the disposition of each drawn on its own.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.random import Generator

from ddor.extract.model import About, Extract, extract_of
from ddor.importers.samples.draws import DATA, SHARES, days, drawn
from ddor.reference.tables import rows as rows_of

CHARGES = rows_of("charges", DATA)
CODES = {row["ncic_code"]: float(row["share"]) for row in CHARGES}
DESCRIPTIONS = {row["ncic_code"]: row["description"] for row in CHARGES}


def draw_charges(rng: Generator, requests: pd.DataFrame) -> pd.DataFrame:
    """For rows of `draw_requests`: columns row (its index label), charge_no and the rest of
    CHARGE_COLUMNS. A person rearrested after the release has one charge more, after it."""
    rows = requests.index.repeat(drawn(rng, len(requests), SHARES["charges"]).astype(int))
    count = len(rows)
    code = pd.Series(drawn(rng, count, CODES), dtype="str")
    issued = requests.loc[rows, "issued_at"].reset_index(drop=True)
    # Most charges are those of the arrest that led to the request; a third are older.
    age = np.where(rng.random(count) < 0.65, rng.uniform(0, 20, count), rng.exponential(900, count))
    charged_on = (issued - days(age.round())).dt.floor("D")
    before = pd.DataFrame(
        {
            "row": rows,
            "ncic_code": code,
            "description": code.map(DESCRIPTIONS).where(rng.random(count) < 0.05, ""),
            "disposition": drawn(rng, count, SHARES["disposition"]),
            "charged_on": charged_on.where(rng.random(count) < 0.33),
            "timing": "before_release",
        }
    )
    after = charges_after(rng, requests[requests["follow_up_status"] == "rearrested"])
    return numbered(pd.concat([before, after], ignore_index=True))


def charges_after(rng: Generator, rearrested: pd.DataFrame) -> pd.DataFrame:
    """The charge of each of these rearrests, without its charge_no."""
    return pd.DataFrame(
        {
            "row": rearrested.index,
            "ncic_code": drawn(rng, len(rearrested), CODES),
            "description": "",
            "disposition": drawn(rng, len(rearrested), SHARES["disposition after release"]),
            "charged_on": rearrested["follow_up_on"].array,
            "timing": "after_release",
        }
    )


def numbered(charges: pd.DataFrame) -> pd.DataFrame:
    """With charge_no counted afresh from 1 within each `row`, in the order given."""
    return charges.assign(charge_no=charges.groupby("row").cumcount() + 1)


def as_extract(
    requests: pd.DataFrame, charges: pd.DataFrame, about: About, first_day: dt.date
) -> Extract:
    """Rows and their charges (column `row`) as model.py types them, with IDs in issue order. No two
    weeks' samples share one: what has one ID in two extracts is one request."""
    requests = requests.sort_values(["issued_at", "agency_id"], kind="stable")
    count, week = len(requests), f"{first_day:%y%m%d}R"
    numbers = [f"{week}{number:0{len(str(count))}d}" for number in range(1, count + 1)]
    requests = requests.assign(request_id=numbers)
    charges = charges.assign(request_id=charges["row"].map(requests["request_id"]))
    return extract_of(requests, charges, about)
