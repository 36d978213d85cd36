"""Declined requests of a quarter and their later charges, for the tests of what is known of people
after their release. A release is on 2017-02-01 unless a test says so, the extract far later."""

import pandas as pd
from extract_factory import charge, request
from frames import extract_of

from ddor.measures.after_release import after_release

RELEASED = pd.Timestamp("2017-02-01")
COLUMNS = "request_id agency_id released_at follow_up_status follow_up_on protected".split()


def day(number: int) -> str:
    """The date so many days after the release."""
    return (RELEASED + pd.Timedelta(days=number)).date().isoformat()


def released(status="at_large", on="", **overrides) -> dict[str, str]:
    """One row of `requests`; `on`: the day after the release, a number, or "" for none."""
    fields = {
        "released_at": "2017-02-01T21:30",
        "follow_up_status": status,
        "follow_up_on": day(on) if on != "" else "",
    }
    return request(**fields | overrides)


def arrested(on=10, **overrides) -> dict[str, str]:
    return released("rearrested", on, **overrides)


def later(on=10, code="1399", disposition="charged", **overrides) -> dict[str, str]:
    """One after_release charge of request r1."""
    return charge(
        timing="after_release",
        charged_on=day(on) if on != "" else "",
        ncic_code=code,
        disposition=disposition,
        **overrides,
    )


def numbered_charges(*charges: dict[str, str]) -> list[dict[str, str]]:
    return [{**each, "charge_no": str(at)} for at, each in enumerate(charges, start=1)]


def frames_of(requests, charges=(), as_of="2018-01-31") -> tuple[pd.DataFrame, pd.DataFrame]:
    """`declined` and `charges` as after_release takes them; index request_id."""
    extract = extract_of(requests, charges)
    rows = extract.requests[COLUMNS].assign(
        week="2017-01-28",
        as_of=pd.Timestamp(as_of).as_unit("s"),
        day=extract.requests["outcome_recorded_at"],
    )
    return rows.set_index("request_id", drop=False).rename_axis("key"), extract.charges


def rows_of(requests, charges=(), as_of="2018-01-31") -> tuple[pd.DataFrame, pd.DataFrame]:
    declined, of = frames_of(requests, numbered_charges(*charges), as_of)
    return after_release(declined, of), of


def row_of(request_row, *charges, as_of="2018-01-31") -> pd.Series:
    """What the rule says of one request and its charges."""
    return rows_of([request_row], charges, as_of)[0].loc["r1"]
