"""What the samples draw for a request beyond who was asked, when, and what became of it.

`data/shares.csv` says how often each value is drawn. The bounds below give every class of
declined requests some rows, and no check that holds a row back (E2, E6, E7, E11) finds any, also
when times are cut to dates: what is to fail is planted by `ordinary`, or by `samples/make/`.

The mix of charges follows the offense groups that ICE's figures and the withdrawn report name most:
traffic, drugs, assault, immigration, larceny. A request has none to four charges, the disposition
of each drawn on its own.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator

from ddor.extract import model
from ddor.reference.codes import rows as rows_of

DATA = Path(__file__).parent / "data"
NOTIFICATIONS = ("I-247G", "I-247N")
FORM_SINCE = "form since "
UNTIMED_SHARE = 0.25
_CHARGES = rows_of("charges", DATA)
CODES = {row["ncic_code"]: float(row["share"]) for row in _CHARGES}
DESCRIPTIONS = {row["ncic_code"]: row["description"] for row in _CHARGES}

# What is drawn -> value -> how often, as weights.
SHARES = {
    draw: theirs.set_index("value")["share"].astype(float).to_dict()
    for draw, theirs in pd.DataFrame(rows_of("shares", DATA)).groupby("draw", sort=False)
}


def drawn(rng: Generator, count: int, weights: dict) -> np.ndarray:
    share = np.array(list(weights.values()), dtype=float)
    return rng.choice(np.array(list(weights)), count, p=share / share.sum())


def days(numbers) -> pd.Series:
    return pd.to_timedelta(pd.Series(numbers), unit="D")


def hours(rng: Generator, count: int, low: float, high: float) -> pd.Series:
    return pd.to_timedelta(pd.Series(rng.uniform(low, high, count) * 60).round(), unit="min")


def waits(rng: Generator, count: int, mean_days: float, longest: float) -> pd.Series:
    """Two hours at least: most short, some near `longest` days."""
    wait = np.minimum(rng.exponential(mean_days, count), longest)
    return pd.to_timedelta(pd.Series(120 + wait * 1440).round(), unit="min")


def office_times(rng: Generator, on: pd.Series) -> pd.Series:
    """Each day at a minute of it, most of them in working hours."""
    minutes = np.clip(rng.normal(11.5, 4, len(on)), 0, 23.98) * 60
    return on.dt.floor("D") + pd.to_timedelta(pd.Series(minutes).round(), unit="min")


def draw_requests(rng: Generator, asked: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row for each row of `asked`, an agency of a directory with issued_at, outcome and
    outcome_recorded_at (NaT where pending, not before issued_at elsewhere), on a RangeIndex.

    Returns REQUEST_COLUMNS without request_id: text with "" for empty, datetimes with NaT.
    """
    count = len(asked)
    rows = asked[["issued_at", "agency_id", "state", "outcome", "outcome_recorded_at"]].assign(
        form=_forms(rng, asked["issued_at"]),
        agency_name=_as_written(rng, asked),
        agency_level=asked["level"],
        county_fips=asked["county_fips"].where(rng.random(count) > 0.05, ""),
        area=asked["area"].where(rng.random(count) > 0.2, ""),
        citizenship=drawn(rng, count, SHARES["citizenship"]),
        custody_confirmed=drawn(rng, count, SHARES["custody_confirmed"]),
        protected=drawn(rng, count, SHARES["protected"]),
    )
    rows = rows.join(draw_releases(rng, rows, asked["same_as"]))
    rows = rows.join(_follow_ups(rng, rows, as_of))
    rows["ice_custody_at"] = rows["ice_custody_at"].fillna(rows["taken_later"])
    untimed = rng.random(count) < UNTIMED_SHARE
    for column in rows.columns.intersection(model.DATETIMES):
        only_date = untimed | (column in model.DATES_ONLY)
        rows[column] = rows[column].mask(only_date, rows[column].dt.floor("D"))
    return rows[list(model.REQUEST_COLUMNS[1:])]


def _forms(rng: Generator, issued_at: pd.Series) -> pd.Series:
    forms = pd.Series("", index=issued_at.index, dtype="str")
    for draw, weights in SHARES.items():
        if draw.startswith(FORM_SINCE):
            start = pd.Timestamp(draw.removeprefix(FORM_SINCE))
            forms = forms.mask(issued_at >= start, drawn(rng, len(forms), weights))
    return forms


def _as_written(rng: Generator, asked: pd.DataFrame) -> pd.Series:
    way = rng.random(len(asked))
    names = asked["name"].mask(way > 0.72, asked["name"].str.upper())
    names = names.mask(way > 0.88, asked["name"] + ", " + asked["state"])
    return names.mask(way > 0.95, asked["name"].str.replace("Detention", "Det. Ctr."))


def draw_releases(rng: Generator, rows: pd.DataFrame, same_as: pd.Series) -> pd.DataFrame:
    """What is known of the custody of each request, on a RangeIndex: times from notice_at to
    ice_custody_at, releasing_agency_id, and decline_reason, "" or NaT where empty. `rows` has its
    agency_id, form, outcome, issued_at and outcome_recorded_at; same_as: that of its agency."""
    count = len(rows)
    issued, recorded = rows["issued_at"], rows["outcome_recorded_at"]
    honored, pending = rows["outcome"] == "honored", rows["outcome"] == "pending"
    declined = rows["outcome"] == "declined"
    way = pd.Series(drawn(rng, count, SHARES["ended"]), dtype="str").where(declined, "")
    # A request for notification with 48 hours' notice was done as asked (E11), not declined.
    notified = rows["form"].isin(NOTIFICATIONS) & way.isin(["not_held", "undated"])
    way = way.mask(notified, "late_notice")

    # Most outcomes are learned of soon after the release, some long after.
    released = issued + ((recorded - issued) * rng.random(count) ** 0.3).dt.round("min")
    handed_over = (recorded - hours(rng, count, 0, 30)).clip(lower=issued)
    left = (rows["outcome"] == "left_custody") & (rng.random(count) < 0.5)
    released = released.where((declined & (way != "unconfirmed")) | left).mask(honored, handed_over)

    # Cut to dates, 1 to 24 hours stay under 48, and 49 or more stay at 48 or more.
    late = released - hours(rng, count, 1, 24)
    early = released - hours(rng, count, 49, 300)
    notice = late.where(way == "late_notice", early.where(way.isin(["not_held", "undated"])))
    notice = notice.mask(honored & (rng.random(count) < 0.8), early).clip(lower=issued)

    due = (released - hours(rng, count, 0, 20)).clip(lower=issued)
    due = due.where((way == "not_held") | ((way != "undated") & (rng.random(count) < 0.4)))
    planned = pending & (rng.random(count) < 0.1)
    due = due.mask(planned, issued + hours(rng, count, 24, 2400))
    due = due.mask(rng.random(count) < 0.6, due.dt.floor("D"))

    served = (rng.random(count) < 0.1) & released.notna()
    sentence = released.where(served)
    serving = pending & (rng.random(count) < 0.05)
    sentence = sentence.mask(serving, issued + hours(rng, count, 720, 30000))

    by = rows["agency_id"].mask((same_as != "") & (rng.random(count) < 0.4), same_as)
    late_reasons = drawn(rng, count, SHARES["decline_reason of late notice"])
    reasons = pd.Series(drawn(rng, count, SHARES["decline_reason"]), dtype="str")
    reason = reasons.mask(way == "late_notice", late_reasons)
    columns = {
        "notice_at": notice,
        "release_due_at": due,
        "released_at": released,
        "releasing_agency_id": by.where(released.notna() & (rng.random(count) < 0.35), ""),
        "sentence_ends_on": sentence,
        "ice_custody_at": released.where(honored),
        "decline_reason": reason.where(declined, ""),
    }
    return pd.DataFrame(columns)


def _follow_ups(rng: Generator, rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    count = len(rows)
    # Five days and more: a booking within 48 hours of the release would be E6.
    day = (rows["released_at"] + hours(rng, count, 5 * 24, 40 * 24)).dt.floor("D")
    known = (rows["outcome"] == "declined") & (day <= as_of) & (rng.random(count) < 0.2)
    status = pd.Series(drawn(rng, count, SHARES["follow_up_status"]), dtype="str").where(known, "")
    columns = {
        "follow_up_status": status,
        "follow_up_on": day.where(known),
        "taken_later": day.where(status.isin(["ice_custody", "removed"])),
    }
    return pd.DataFrame(columns)


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
    columns = {
        "row": rows,
        "ncic_code": code,
        "description": code.map(DESCRIPTIONS).where(rng.random(count) < 0.05, ""),
        "disposition": drawn(rng, count, SHARES["disposition"]),
        "charged_on": charged_on.where(rng.random(count) < 0.33),
        "timing": "before_release",
    }
    after = charges_after(rng, requests[requests["follow_up_status"] == "rearrested"])
    return numbered(pd.concat([pd.DataFrame(columns), after], ignore_index=True))


def charges_after(rng: Generator, rearrested: pd.DataFrame) -> pd.DataFrame:
    """The charge of each of these rearrests, without its charge_no."""
    columns = {
        "row": rearrested.index,
        "ncic_code": drawn(rng, len(rearrested), CODES),
        "description": "",
        "disposition": drawn(rng, len(rearrested), SHARES["disposition after release"]),
        "charged_on": rearrested["follow_up_on"].array,
        "timing": "after_release",
    }
    return pd.DataFrame(columns)


def numbered(charges: pd.DataFrame) -> pd.DataFrame:
    """With charge_no counted afresh from 1 within each `row`, in the order given."""
    return charges.assign(charge_no=charges.groupby("row").cumcount() + 1)


def as_extract(
    requests: pd.DataFrame, charges: pd.DataFrame, about: model.About, first_day: dt.date
) -> model.Extract:
    """Rows and their charges (column `row`) as model.py types them, with IDs in issue order. No two
    weeks' samples share one: what has one ID in two extracts is one request."""
    requests = requests.sort_values(["issued_at", "agency_id"], kind="stable")
    count, week = len(requests), f"{first_day:%y%m%d}R"
    numbers = [f"{week}{number:0{len(str(count))}d}" for number in range(1, count + 1)]
    requests = requests.assign(request_id=numbers)
    charges = charges.assign(request_id=charges["row"].map(requests["request_id"]))
    return model.extract_of(requests, charges, about)
