"""What an extract is once it has passed the door: DESIGN 2 as types.

`requests` one row per request (the unit of every count), sorted by request_id; columns
REQUEST_COLUMNS in this order. `charges` sorted by request_id and charge_no; columns
CHARGE_COLUMNS in this order. Both have a fresh RangeIndex. Text columns have pandas' `str` dtype,
an empty field is a missing value; DATETIMES are `datetime64[s]`, NaT where empty; charge_no is
int64. `area` is the canonical name of reference.areas, whatever alias the source used.
"""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

REQUEST_COLUMNS = (
    "request_id",
    "form",
    "issued_at",
    "agency_id",
    "agency_name",
    "agency_level",
    "state",
    "county_fips",
    "area",
    "citizenship",
    "custody_confirmed",
    "outcome",
    "outcome_recorded_at",
    "notice_at",
    "release_due_at",
    "released_at",
    "releasing_agency_id",
    "sentence_ends_on",
    "ice_custody_at",
    "decline_reason",
    "protected",
    "follow_up_status",
    "follow_up_on",
)
CHARGE_COLUMNS = (
    "request_id",
    "charge_no",
    "ncic_code",
    "description",
    "disposition",
    "charged_on",
    "timing",
)
DATETIMES = (
    "issued_at",
    "outcome_recorded_at",
    "notice_at",
    "release_due_at",
    "released_at",
    "ice_custody_at",
    "sentence_ends_on",
    "follow_up_on",
    "charged_on",
)
DATES_ONLY = ("sentence_ends_on", "follow_up_on", "charged_on")

LEVELS = ("county", "municipal", "state", "federal", "tribal", "other")
TRISTATE = ("true", "false", "unknown")
OUTCOMES = ("pending", "honored", "declined", "withdrawn", "superseded", "left_custody")
DECLINE_REASONS = (
    "policy",
    "law_or_court",
    "insufficient_notice",
    "not_held",
    "not_in_custody",
    "not_collected",
    "none_given",
)
FOLLOW_UP_STATUSES = ("at_large", "rearrested", "ice_custody", "removed", "unknown")
DISPOSITIONS = ("charged", "convicted", "dismissed", "acquitted", "unknown")
TIMINGS = ("before_release", "after_release")

# How the source of an imported FOIA file begins: the page says what such a file cannot tell.
FOIA_SOURCE = "ICE detainer records released under FOIA"


@dataclass(frozen=True)
class About:
    """as_of: the day the extract was taken; source: where from; synthetic: made, not real."""

    as_of: dt.date
    source: str
    synthetic: bool


@dataclass(frozen=True)
class Extract:
    requests: pd.DataFrame
    charges: pd.DataFrame
    about: About


# Stands on every page, chart and download made from an extract with `synthetic: true`.
SYNTHETIC_NOTICE = "Synthetic data, not a report about any agency"
