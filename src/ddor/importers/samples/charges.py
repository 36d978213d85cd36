"""Charges for sample requests, and the samples' last step: typed tables with their keys.

The mix follows the offense groups that DOMAIN and the withdrawn report show most: traffic, drugs,
assault, immigration, larceny. None to four charges, the disposition of each drawn on its own.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.random import Generator

from ddor.extract.model import CHARGE_COLUMNS, DATETIMES, REQUEST_COLUMNS, About, Extract
from ddor.importers.samples.draws import days, drawn

NUMBERS = {0: 35, 1: 44, 2: 13, 3: 5, 4: 3}
CODES = {
    "5404": 17,
    "5499": 10,
    "5401": 2,
    "5403": 1,
    "3562": 5,
    "3599": 6,
    "3532": 3,
    "35AA": 5,
    "35AB": 4,
    "1399": 6,
    "1313": 6,
    "13AB": 8,
    "1315": 2,
    "0301": 4,
    "0399": 3,
    "2399": 5,
    "2303": 3,
    "2299": 5,
    "2202": 1,
    "5299": 3,
    "5212": 2,
    "3699": 2,
    "1199": 2,
    "4801": 4,
    "4899": 2,
    "5015": 3,
    "5099": 2,
    "2699": 2,
    "2604": 1,
    "2589": 2,
    "1299": 2,
    "2999": 2,
    "2404": 2,
    "2899": 1,
    "5399": 3,
    "5707": 1,
    "4104": 1,
    "0999": 0.5,
    "4902": 0.5,
    "3802": 1,
}
# Most sources leave the description empty: the code says it.
DESCRIPTIONS = {
    "5404": "Driving Under Influence Liquor",
    "35AA": "Drug Possession",
    "35AB": "Drug Trafficking",
    "13AB": "Domestic Violence",
    "5499": "Traffic Offense",
    "2399": "Larceny",
    "5212": "Possession of Weapon",
    "4801": "Resisting Officer",
}
DISPOSITIONS = {"charged": 49, "convicted": 39, "dismissed": 7, "acquitted": 2, "unknown": 3}


def draw_charges(rng: Generator, requests: pd.DataFrame) -> pd.DataFrame:
    """For rows of `draw_requests`: columns row (its index label), charge_no and the rest of
    CHARGE_COLUMNS. A person rearrested after the release has one charge more, after it."""
    rows = requests.index.repeat(drawn(rng, len(requests), NUMBERS))
    count = len(rows)
    code = pd.Series(drawn(rng, count, CODES), dtype="str")
    issued = requests.loc[rows, "issued_at"].reset_index(drop=True)
    # Most charges are those of the arrest that led to the request; a third are older.
    age = np.where(rng.random(count) < 0.65, rng.uniform(0, 20, count), rng.exponential(900, count))
    before = pd.DataFrame(
        {
            "row": rows,
            "ncic_code": code,
            "description": code.map(DESCRIPTIONS).where(rng.random(count) < 0.05).fillna(""),
            "disposition": drawn(rng, count, DISPOSITIONS),
            "charged_on": (issued - days(age.round()))
            .dt.floor("D")
            .where(rng.random(count) < 0.33),
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
            "disposition": drawn(rng, len(rearrested), {"charged": 8, "convicted": 2}),
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
    width = len(str(len(requests)))
    week = f"{first_day:%y%m%d}R"
    numbers = [f"{week}{number:0{width}d}" for number in range(1, len(requests) + 1)]
    ids = pd.Series(numbers, index=requests.index)
    charges = charges.assign(request_id=charges["row"].map(ids))
    return Extract(
        typed(requests.assign(request_id=ids), REQUEST_COLUMNS, ["request_id"]),
        typed(charges, CHARGE_COLUMNS, ["request_id", "charge_no"]),
        about,
    )


def typed(frame: pd.DataFrame, columns: tuple[str, ...], key: list[str]) -> pd.DataFrame:
    types = {c: "datetime64[s]" if c in DATETIMES else "str" for c in columns if c != "charge_no"}
    typed = frame[list(columns)].astype(types).replace("", None)
    return typed.sort_values(key, ignore_index=True)
