"""200 weeks without a planted error, drawn from a seed: what a check must let pass.

One population of requests is carried over the weeks. The extract of a week holds what was issued
in it and what was recorded in it, as known when it was taken, 45 days after its last day: what
happened later is still pending or empty there.

Clean, but no laboratory. Volumes are negative binomial with variance mean + mean²/4; some 150 to
200 requests a week are declined; the withdrawn report of 2017 had 206. Recording is slow: 44 % of
the declines are recorded over 30 days after the issue, and half of each agency's outcomes on one
weekday. All times are cut to dates, after they were drawn with hours, so that 20 hours of paperwork
after the release was due can read as a day. A fifth of areas is empty, and a part of most other
fields too. Some sheriffs have two codes, and the directory knows of half of them (same_as).

weekly_requests is given for half of the agencies, as the number that the agency exceeds in one
week of a thousand, not as its mean. E5 compares with a Poisson tail at weekly_requests while fewer
than eight weeks are published, and a Poisson tail at the mean stops overdispersed weeks: an agency
with 30 requests a week has 60 or more in one week of thirty.

The seed matters to two checks. E5: 3 times the highest published week, plus 3, stops a clean week
of this kind about once in 600 weeks (an agency of one request a week with five, after weeks without
any). E8: ten declines or more of one agency, 80 % of them on its weekday and two thirds of them
old, all by chance: of twelve seeds (2018 to 2029) six had no such week in 200, two had one, two
had two and two had three. With half in place of two thirds they had one to seven.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from frames import directory_of, extract_of, policy

from ddor.calendar import Week
from ddor.extract.model import REQUEST_COLUMNS, About, Extract
from ddor.maintained.directory import Directory
from ddor.reference.places import COUNTIES, area_of

AGENCIES, SHERIFFS_WITH_TWO_CODES = 600, 40
FIRST_WEEK = Week(dt.date(2014, 1, 4))
WARM_UP = 40  # weeks of requests before the first report, whose outcomes come in later
KNOWN_AFTER = np.timedelta64(45, "D")
OVERDISPERSION = 4  # k of the negative binomial: variance = mean + mean² / k
ON_THE_WEEKDAY = 0.5
NO_CHARGES = extract_of([]).charges  # no check looks at them

# Known only once they have happened; release_due_at and sentence_ends_on are known beforehand.
EVENTS = ("outcome_recorded_at", "notice_at", "released_at", "ice_custody_at", "follow_up_on")
POLICIES = (
    policy(),
    policy(jurisdiction="California", place_code="06", area="", kind="law", enacted="2013-10"),
    policy(jurisdiction="Cook County", place_code="17031", area="Chicago", kind="ordinance"),
)


@dataclass(frozen=True)
class CleanWeeks:
    """requests: all that will ever be known of each, in REQUEST_COLUMNS.
    means: expected weekly requests by agency_id."""

    weeks: tuple[Week, ...]
    directory: Directory
    requests: pd.DataFrame
    means: pd.Series

    def extract(self, week: Week) -> Extract:
        """The rows of the week as known 45 days after its last day."""
        rows = self.requests
        rows = rows[week.holds(rows["issued_at"]) | week.holds(rows["outcome_recorded_at"])]
        as_of = np.datetime64(week.last_day, "s") + KNOWN_AFTER
        events = {name: rows[name].mask(rows[name] > as_of) for name in EVENTS}
        open_yet = rows["outcome_recorded_at"].isna() | events["outcome_recorded_at"].isna()
        rows = rows.assign(
            **events,
            outcome=rows["outcome"].mask(open_yet, "pending"),
            decline_reason=rows["decline_reason"].mask(open_yet),
            follow_up_status=rows["follow_up_status"].mask(events["follow_up_on"].isna()),
        )
        about = About(pd.Timestamp(as_of).date(), "generated clean weeks", True)
        return Extract(rows.reset_index(drop=True), NO_CHARGES, about)


def clean_weeks(count: int, seed: int = 2018, first: Week = FIRST_WEEK) -> CleanWeeks:
    rng = np.random.default_rng(seed)
    agencies, means = _agencies(rng)
    issued, asked = _issued(rng, means, count, first)
    requests = _requests(rng, agencies, issued, asked)
    starts = (first.first_day + dt.timedelta(days=7 * at) for at in range(count))
    directory = directory_of(agencies.to_dict("records"), POLICIES)
    means = pd.Series(means, agencies["agency_id"])
    return CleanWeeks(tuple(map(Week, starts)), directory, requests, means)


def _agencies(rng) -> tuple[pd.DataFrame, np.ndarray]:
    """The directory's table in random order of size, and the expected weekly requests."""
    homes = [c for c in COUNTIES.values() if area_of(c.state, c.fips)]
    homes = [homes[at] for at in rng.choice(len(homes), AGENCIES, replace=False)]
    for pair in range(SHERIFFS_WITH_TWO_CODES):
        homes[2 * pair + 1] = homes[2 * pair]
    of_sheriff = np.arange(AGENCIES) < 2 * SHERIFFS_WITH_TWO_CODES
    level = np.where(of_sheriff, "county", _pick(rng, AGENCIES, county=80, municipal=14, state=6))
    offices = {"county": "Sheriff", "municipal": "Police Department", "state": "State Prison"}
    ids = [f"{home.state}{at:05d}" for at, home in enumerate(homes)]
    means = rng.lognormal(np.log(0.6), 1.6, AGENCIES)
    exceeded = np.quantile(_counts(rng, means, 4000), 0.999, axis=0)
    known = (np.arange(AGENCIES) // 2 % 2 == 0) & of_sheriff
    return pd.DataFrame(
        {
            "agency_id": ids,
            "name": [f"{h.name} {offices[kind]}" for h, kind in zip(homes, level, strict=True)],
            "level": level,
            "state": [home.state for home in homes],
            "county_fips": _some(rng, [home.fips for home in homes], 0.95, ""),
            "area": _some(rng, [area_of(home.state, home.fips) for home in homes], 0.9, ""),
            "weekly_requests": _some(rng, np.maximum(exceeded, 1).astype(int).astype(str), 0.5, ""),
            "same_as": [ids[at ^ 1] if known[at] else "" for at in range(AGENCIES)],
            "home": [home.fips for home in homes],
        }
    ), means


def _counts(rng, means: np.ndarray, weeks: int) -> np.ndarray:
    """Weeks by agencies: negative binomial, as a Poisson whose mean varies."""
    shape = (weeks, len(means))
    return rng.poisson(means * rng.gamma(OVERDISPERSION, 1 / OVERDISPERSION, shape))


def _issued(rng, means: np.ndarray, weeks: int, first: Week) -> tuple[np.ndarray, np.ndarray]:
    """When each request is issued (seconds), in order, and the number of the agency asked."""
    counts = _counts(rng, means, WARM_UP + weeks)
    week, agency = (np.repeat(at, counts.ravel()) for at in np.indices(counts.shape).reshape(2, -1))
    seconds = rng.integers(0, 7 * 24 * 3600, len(week)) + (week - WARM_UP) * 7 * 24 * 3600
    order = np.argsort(seconds, kind="stable")
    return np.datetime64(first.first_day, "s") + seconds[order], agency[order]


def _requests(rng, agencies: pd.DataFrame, issued: np.ndarray, asked: np.ndarray) -> pd.DataFrame:
    n = len(issued)
    there = agencies.loc[asked].reset_index(drop=True)
    outcome = _outcomes(rng, asked)
    form = _forms(rng, issued)
    times = _times(rng, issued, outcome, form) | {"issued_at": issued}
    times["outcome_recorded_at"] = _on_the_weekday(rng, times["outcome_recorded_at"], asked)
    times["ice_custody_at"] = _ice_custody(rng, outcome, times)
    declined = outcome == "declined"
    times["follow_up_on"] = _only(
        declined & (rng.random(n) < 0.2), times["outcome_recorded_at"] + _days(rng, 20, n)
    )
    own = np.where(rng.random(n) < 0.7, there["agency_id"], there["same_as"])
    own = np.where(own == "", there["agency_id"], own)
    released = ~np.isnat(times["released_at"])
    followed_up = _pick(rng, n, at_large=60, rearrested=20, unknown=20)
    text = {
        "request_id": [f"q{at:07d}" for at in range(n)],
        "form": form,
        "agency_id": there["agency_id"],
        "agency_name": np.where(rng.random(n) < 0.3, there["name"].str.upper(), there["name"]),
        "agency_level": there["level"],
        "state": there["state"],
        "county_fips": _some(rng, there["home"], 0.9),
        "area": _some(rng, _area_of_row(there), 0.8),
        "citizenship": _pick(rng, n, MEX=60, GTM=12, HND=10, SLV=10, COL=5, UNK=3),
        "custody_confirmed": _pick(rng, n, true=85, unknown=15),
        "outcome": outcome,
        "releasing_agency_id": np.where(released, _some(rng, own, 0.6), None),
        "decline_reason": np.where(declined, _reasons(rng, form), None),
        "protected": _pick(rng, n, false=95, unknown=4, true=1),
        "follow_up_status": np.where(np.isnat(times["follow_up_on"]), None, followed_up),
    }
    dates = {
        name: values.astype("datetime64[D]").astype("datetime64[s]")
        for name, values in times.items()
    }
    frame = pd.DataFrame({name: pd.Series(column, dtype="str") for name, column in text.items()})
    return frame.assign(**dates)[list(REQUEST_COLUMNS)]


def _area_of_row(there: pd.DataFrame) -> np.ndarray:
    places = zip(there["state"], there["home"], strict=True)
    by_place = {place: area_of(*place) for place in set(places)}
    return np.array([by_place[place] for place in zip(there["state"], there["home"], strict=True)])


def _forms(rng, issued: np.ndarray) -> np.ndarray:
    """The forms in use at the time."""
    n = len(issued)
    now = _pick(rng, n, **{"I-247A": 85, "I-247G": 15})
    before = _pick(rng, n, **{"I-247D": 70, "I-247N": 24, "I-247X": 6})
    forms = np.where(issued < np.datetime64("2017-04-02"), before, now)
    return np.where(issued < np.datetime64("2015-06-01"), "I-247", forms)


def _outcomes(rng, asked: np.ndarray) -> np.ndarray:
    """Most agencies decline few, some nearly all."""
    declining = rng.beta(0.5, 3, AGENCIES)[asked]
    rest = _pick(rng, len(asked), honored=65, pending=15, withdrawn=8, superseded=4, left_custody=8)
    return np.where(rng.random(len(asked)) < declining, "declined", rest)


def _times(rng, issued, outcome, form) -> dict[str, np.ndarray]:
    """Times with their hours. The release comes hours after it was due, never 48; the outcome is
    recorded after it, for 44 % of the declines over 30 days after the issue."""
    n = len(issued)
    due = issued + _days(rng, 3, n) + np.timedelta64(3600, "s")
    released = due + _seconds(np.minimum(rng.exponential(6, n), 47) * 3600)
    ended = np.isin(outcome, ["declined", "honored"])
    declined = outcome == "declined"
    recorded = np.where(ended, released, issued) + _days(rng, np.where(declined, 20, 6), n)
    asked_notice = np.isin(form, ["I-247N", "I-247G"])
    # A notification given in time was honored; a decline has notice of hours, or none.
    hours = np.where(declined & asked_notice, rng.gamma(2, 4, n), rng.uniform(24, 240, n))
    notice = np.maximum(released - _seconds(hours * 3600), issued)
    told = rng.random(n) < np.where(declined, 0.3, 0.8)
    return {
        "outcome_recorded_at": _only(outcome != "pending", recorded),
        "notice_at": _only(ended & told, notice),
        "release_due_at": _only(rng.random(n) < 0.5, due),
        "released_at": _only(ended & (rng.random(n) < 0.85), released),
        "sentence_ends_on": _only(rng.random(n) < 0.3, due),
    }


def _on_the_weekday(rng, recorded: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Outcomes wait for the agency's weekday, so many that half are recorded on it: a seventh of
    the others falls on it by chance."""
    weekday = rng.integers(0, 7, AGENCIES)[asked]
    waits = rng.random(len(asked)) < (ON_THE_WEEKDAY - 1 / 7) / (1 - 1 / 7)
    days = (weekday - recorded.astype("datetime64[D]").astype("int64")) % 7
    return np.where(waits, recorded + days.astype("timedelta64[D]"), recorded)


def _ice_custody(rng, outcome: np.ndarray, times: dict) -> np.ndarray:
    """Hours after an honored release; after a declined one now and then, weeks later."""
    n = len(outcome)
    handed_over = times["released_at"] + _seconds(rng.uniform(0, 24, n) * 3600)
    last = np.fmax(times["released_at"], times["outcome_recorded_at"])
    arrested = last + np.timedelta64(5, "D") + _days(rng, 30, n)
    found = np.where(outcome == "honored", handed_over, arrested)
    likely = np.select([outcome == "honored", outcome == "declined"], [0.9, 0.15], 0)
    return _only(rng.random(n) < likely, found)


def _reasons(rng, form: np.ndarray) -> np.ndarray:
    n = len(form)
    notice = np.isin(form, ["I-247N", "I-247G"]) & (rng.random(n) < 0.4)
    given = _pick(rng, n, none_given=30, policy=20, law_or_court=10, not_held=5)
    return np.where(notice, "insufficient_notice", _some(rng, given, 0.7))


def _pick(rng, n: int, **weights) -> np.ndarray:
    share = np.array(list(weights.values())) / sum(weights.values())
    return rng.choice(list(weights), n, p=share)


def _some(rng, values, share: float, empty=None) -> np.ndarray:
    """The values, all but a share of them empty."""
    return np.where(rng.random(len(values)) < share, np.asarray(values, dtype=object), empty)


def _only(kept: np.ndarray, times: np.ndarray) -> np.ndarray:
    return np.where(kept, times, np.datetime64("NaT", "s"))


def _days(rng, median, n: int) -> np.ndarray:
    """Waiting times as they are: most short, a few long."""
    return _seconds(rng.lognormal(np.log(median), 1, n) * 24 * 3600)


def _seconds(seconds: np.ndarray) -> np.ndarray:
    return seconds.astype("int64").astype("timedelta64[s]")
