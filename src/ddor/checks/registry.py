"""All checks, and what becomes of a row that one of them stops (DESIGN 3, *Held back*).

A row that fails a *hold* check is not dropped: it counts under the first check that stopped it.
Checks that doubt the request come first, in the order of this list, and look at every received
row. Those that doubt the outcome look only at what would count as declined this week and has
passed them. E10, an expected decline shown as one, is no check: no pending request can be counted
as declined, and the reconciliation proves it.
"""

from dataclasses import dataclass

import pandas as pd

from ddor.calendar import HOURS_ASKED
from ddor.checks import (
    e1_place,
    e2_transferred,
    e3_never_there,
    e4_level,
    e5_volume,
    e6_ice_custody,
    e7_not_released,
    e8_bulk_recording,
    e9_stale_policy,
    e11_did_as_asked,
    e12_law_forbids,
)
from ddor.checks.check import Case, Check, Finding
from ddor.extract.cohort import would_count_as_declined
from ddor.published.history import WEEKS_LOOKED_BACK, WEEKS_NEEDED
from ddor.published.ledger import Cleared


def _share(part: float) -> str:
    """0.5 -> "half"."""
    return {500: "half", 667: "two thirds"}.get(
        round(1000 * part), f"{part:.0%}".replace("%", " %")
    )


def _hours(time: pd.Timedelta) -> str:
    return f"{time // pd.Timedelta(hours=1)} hours"


CHECKS = (
    Check(
        id="E1",
        title="Same name, other place",
        effect="hold",
        doubts="request",
        question="Do the agency's code, state, county and ICE area name one place?",
        thresholds="There is no margin: any two of them that are both on record must agree.",
        limits="If the agency's code is wrong and every other field is wrong in the same way, the "
        "check does not see it.",
        printed="Franklin (Iowa, New York, Pennsylvania) and Montgomery (Iowa) with requests that "
        "were meant for places of the same name elsewhere",
        assess=e1_place.assess,
    ),
    Check(
        id="E2",
        title="Transferred, then released elsewhere",
        effect="hold",
        doubts="outcome",
        question="Did the agency that was asked release the person?",
        thresholds="There is no margin: the agency that released the person must be the one that "
        "was asked, or have a code that the directory lists as the same agency.",
        limits="If the releasing agency is not on record, the check cannot see a transfer.",
        printed="Williamson County with 4 and Bastrop County with 3 people who had been moved to "
        "another jail, which released them",
        assess=e2_transferred.assess,
    ),
    Check(
        id="E3",
        title="Sent where the person never was",
        effect="hold",
        doubts="request",
        question="Did the agency hold the person when the request was issued?",
        thresholds="There is no margin: one entry that the agency did not hold the person is "
        "enough.",
        limits="It relies on what ICE recorded. If custody is recorded as unknown, the check "
        "cannot decide.",
        printed="Chester County (Pennsylvania) and Richmond County (North Carolina) with people "
        "whom they never held",
        assess=e3_never_there.assess,
    ),
    Check(
        id="E4",
        title="Another agency in the same county",
        effect="hold",
        doubts="request",
        question="Is the agency at the level that the directory gives, and not federal?",
        thresholds="There is no margin: the level must equal the directory's, and no request to a "
        "federal agency passes.",
        limits="An agency that is not in the directory passes at any level except federal.",
        printed="14 requests to a state jail under the name of Travis County",
        assess=e4_level.assess,
    ),
    Check(
        id="E5",
        title="A volume the agency could not have",
        effect="review",
        doubts="volume",
        question="Are there far more requests to an agency, or declines by it, than ever before?",
        thresholds=f"More than {e5_volume.TIMES} times the agency's highest count of the last "
        f"{WEEKS_LOOKED_BACK} published weeks, plus {e5_volume.PLUS}. With fewer than "
        f"{WEEKS_NEEDED} published weeks, the number of requests issued is compared with the "
        "weekly number in the directory: the week is stopped if chance alone would bring as many "
        f"in fewer than one of {round(1 / e5_volume.IMPROBABLE):,} weeks.",
        limits=f"With fewer than {WEEKS_NEEDED} published weeks, an agency without a weekly number "
        "in the directory is not compared. A true sudden rise looks the same as an error.",
        printed="Franklin County (New York) with nine requests in a week, which it never had",
        assess=e5_volume.assess,
    ),
    Check(
        id="E6",
        title="In ICE custody",
        effect="hold",
        doubts="outcome",
        question="Was the person booked into ICE custody at about the time of the release?",
        thresholds=f"From {_hours(e6_ice_custody.BEFORE_RELEASE)} before the release to "
        f"{_hours(e6_ice_custody.AFTER)} after it. If no release is on record: from the issue of "
        f"the request to {_hours(e6_ice_custody.AFTER)} after the outcome was recorded.",
        limits="The check cannot tell whether the agency handed the person over or ICE arrested "
        "the person outside the jail.",
        printed="Hennepin County with two people who had been handed over on February 3",
        assess=e6_ice_custody.assess,
    ),
    Check(
        id="E7",
        title="Not released",
        effect="hold",
        doubts="outcome",
        question="Is there no release on record, while a sentence is still running?",
        thresholds="There is no margin: the sentence ends after the outcome was recorded.",
        limits="If the end of the sentence is not on record, the check cannot see that a person is "
        "still held.",
        printed="people who were still held, some with long sentences to serve",
        assess=e7_not_released.assess,
    ),
    Check(
        id="E8",
        title="Bulk recording",
        effect="review",
        doubts="volume",
        question="Were most of an agency's declines recorded on one date, and were many of them "
        "old?",
        thresholds=f"{e8_bulk_recording.FEWEST} or more declines in the week, "
        f"{_share(e8_bulk_recording.ONE_DATE)} or more of them recorded on one date, and "
        f"{_share(e8_bulk_recording.OLD_SHARE)} or more of all of them issued over "
        f"{e8_bulk_recording.OLD.days} days before that date. Where requests are counted by the "
        f"week of issue: {_share(e8_bulk_recording.ONE_DATE)} or more issued on one date.",
        limits="A true mass release and a clearing of old records look alike until someone asks.",
        printed="Travis County with 142, nearly all of them dated on the first day of a county "
        "policy, and 73 % of them older than the year",
        assess=e8_bulk_recording.assess,
    ),
    Check(
        id="E9",
        title="Stale policy",
        effect="show",
        doubts="policy",
        question="Was each policy verified shortly before the week?",
        thresholds=f"Verified within {e9_stale_policy.VERIFIED_WITHIN.days} days of the week's "
        "last day.",
        limits="A policy that was verified but misread passes. A policy never changes a count.",
        printed="Nassau County with a policy, although it had honored detainers since 2014",
        assess=e9_stale_policy.assess,
    ),
    Check(
        id="E11",
        title="Did as asked",
        effect="hold",
        doubts="outcome",
        question=f"Did the agency hold the person for {_hours(HOURS_ASKED)} or give the notice "
        "that was asked for, or did ICE not come?",
        thresholds=f"A detainer: held {_hours(HOURS_ASKED)} or more beyond the time when the "
        "release was due; on Form I-247, Saturdays, Sundays and federal holidays do not count. A "
        f"request for notification: {_hours(HOURS_ASKED)} of notice or more.",
        limits="If the date when the release was due is not on record, the check cannot see that "
        "the person was held in full.",
        printed="8 of 15 requests to Hennepin County for people whom ICE chose not to collect",
        assess=e11_did_as_asked.assess,
    ),
    Check(
        id="E12",
        title="A law or a court is named",
        effect="show",
        doubts="nothing",
        question="Did the agency name a law or a court as its reason, or is one on record for its "
        "place?",
        thresholds="There is no margin: the reason on record names a law or a court, or the table "
        "of policies has one for the agency, its county or its state, enacted by the week's month.",
        limits="Only laws and rulings in the table of policies are known. Whether one of them "
        "binds the agency is a question for its counsel.",
        printed="nothing about the rulings that apply, such as that on Clackamas County (Oregon)",
        assess=e12_law_forbids.assess,
    ),
)

# Doubts of the request come before doubts of the outcome; what is said of the rest needs both.
ORDER = ("request", "outcome", "volume", "policy", "nothing")


@dataclass(frozen=True)
class CheckResults:
    """held: one row per request held back, columns request_id, check, doubts, reason, sorted by
    request_id. table: the columns of checks.csv, one row per check, in the registry's order.

    review: one row for each check and agency that the week waits for, columns check, agency_id,
    rows, reason. shown: id of a *review* or *show* check -> what it stopped. cleared: one row for
    each flag that a person decided to count, columns check, subject (request_id or agency_id),
    reason.
    """

    held: pd.DataFrame
    table: pd.DataFrame
    review: pd.DataFrame
    shown: dict[str, pd.Series]
    cleared: pd.DataFrame


def run_checks(
    case: Case, checks: tuple[Check, ...] = CHECKS, cleared: Cleared = frozenset()
) -> CheckResults:
    """Every check once, in order. `case` is left as it is. `cleared`: flags decided to be counted;
    such a flag stops nothing, and the next check looks at the row."""
    requests = case.extract.requests
    declined = would_count_as_declined(requests, case.week, case.cohort)
    agency_of = requests.set_index("request_id")["agency_id"]
    held: dict[str, tuple[str, str, str]] = {}
    review, shown, passed, lines = [], {}, [], []
    for check in sorted(checks, key=lambda check: ORDER.index(check.doubts)):
        rows = requests
        if check.doubts in ("outcome", "nothing"):
            rows = requests[declined & ~requests["request_id"].isin(held.keys())]
        finding = check.assess(rows, case)
        subject = agency_of if check.doubts == "volume" else None
        stopped, let_pass = _without_cleared(check, finding.stopped, subject, cleared)
        passed += let_pass
        flagged = len(stopped) > 0
        if check.effect == "hold":
            # Only the first check that stops a row counts it, so that no row counts twice.
            stopped = stopped[~stopped.index.isin(held.keys())]
            held |= {row: (check.id, check.doubts, why) for row, why in stopped.items()}
        else:
            shown[check.id] = stopped
        if check.effect == "review":
            review += _named_agencies(check, stopped, agency_of)
        lines.append(_line(check, finding, flagged, stopped, agency_of))
    order = [check.id for check in checks]
    return CheckResults(
        held=_frame(
            [(row, *rest) for row, rest in sorted(held.items())], "request_id check doubts reason"
        ),
        table=pd.DataFrame(lines).set_index("check").loc[order].reset_index(),
        review=_frame(review, "check agency_id rows reason").astype({"rows": "int64"}),
        shown=shown,
        cleared=_frame(passed, "check subject reason"),
    )


def _without_cleared(check: Check, stopped: pd.Series, subject: pd.Series | None, cleared: Cleared):
    """-> stopped without the flags in `cleared`, and those flags. `subject`: request_id -> what a
    flag is about, where that is not the request itself."""
    names = stopped.index if subject is None else subject.loc[stopped.index]
    flags = [(check.id, name, why) for name, why in zip(names, stopped, strict=True)]
    keep = [flag not in cleared for flag in flags]
    return stopped[keep], sorted({flag for flag in flags if flag in cleared})


def _named_agencies(check: Check, stopped: pd.Series, agency_of: pd.Series) -> list[tuple]:
    """One line for each agency; all its rows were stopped with what is said of the agency."""
    agencies = agency_of.loc[stopped.index]
    return [
        (check.id, agency_id, len(theirs), " ".join(dict.fromkeys(theirs)))
        for agency_id, theirs in stopped.groupby(agencies.to_numpy())
    ]


def _line(
    check: Check, finding: Finding, flagged: bool, stopped: pd.Series, agency_of: pd.Series
) -> dict:
    if finding.assessed == 0:
        status = "not assessed"
    elif not flagged:
        status = "ok"
    else:
        status = "shown" if check.effect == "show" else "stopped"
    of_rows = check.doubts != "policy"
    return {
        "check": check.id,
        "title": check.title,
        "effect": check.effect,
        "status": status,
        "rows": len(stopped),
        "agencies": agency_of.loc[stopped.index].nunique() if of_rows else 0,
    }


def _frame(rows: list[tuple], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(), dtype="str")
