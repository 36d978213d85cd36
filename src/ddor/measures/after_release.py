"""What is known of people after their release, of the declined requests of a quarter.

Of a declined request with a confirmed release the quarterly report counts whether the person was
arrested, or convicted of a charge filed, within FOLLOWED_DAYS of the release. Days are calendar
days; the day of release is 0, and day 90 counts. A request has one *standing*, the first that fits:

    not_released   no release date
    not_known      a person whom the law protects or may protect: never counted below
    not_observed   released less than 90 days before the date of the extract. An early arrest must
                   not count while a late one cannot yet
    not_known      no follow-up on record, one dated before the release, an arrest without a date
    met            arrested, or convicted of a later charge
    no_contact     at large: no later contact known to ICE, which is no finding about the person
    other          ICE custody, removed, or an arrest that the rule does not count

An arrest counts from day 0 to 90 unless the charges speak against it: of the charges that are
looked at, one at least has to be *countable*, neither immigration (group 03) nor dismissed nor
acquitted. Looked at are the after_release charges filed from day 0 to 90 or without a date; if
there are none, all after_release charges; if there is none at all, the arrest counts. A conviction
counts if its charge is countable and was filed from day 0 to 90.

Left out on purpose: people who are not in an extract any more, and arrests that ICE never learned
of. Nothing here is a rate. What may be told of it is decided in followed.py.
"""

import pandas as pd

from ddor.measures.attributes import (
    ALL,
    BANDS,
    COLUMNS,
    DAYS_TO_ARREST,
    FOLLOW_UP,
    LATER_CHARGES,
    MET_BY,
    NO_CHARGE,
)
from ddor.measures.charges import UNLISTED
from ddor.reference.offenses import offense_group

FOLLOWED_DAYS = 90
IMMIGRATION = "03"
NOT_RELEASED, NOT_KNOWN, NOT_OBSERVED = "not_released", "not_known", "not_observed"
MET, NO_CONTACT, OTHER_STANDING = "met", "no_contact", "other"
STANDINGS = (NOT_RELEASED, NOT_KNOWN, NOT_OBSERVED, MET, NO_CONTACT, OTHER_STANDING)
KNOWN = (MET, NO_CONTACT, OTHER_STANDING)
# The name "other" is taken in the tables, by what disclosure control adds up.
OTHER_CONTACT = "other_contact"
BY_ARREST, BY_BOTH, BY_CONVICTION = "arrest", "arrest_and_conviction", "conviction"
NOT_MET = "not_met"


def after_release(declined: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """`declined` with these columns added, same rows, order and index.

    standing: one of STANDINGS · arrested, convicted (bool): what the rule counts, only ever with
    standing met, so that their sums are counts · days (Int64): calendar days from the release to
    the first arrest or filed charge that counts, missing where the standing is not met.

    `declined`: one row for each declined request: request_id, agency_id, released_at, follow_up_on
    and as_of (datetime64, the date of the extract it comes from), follow_up_status, protected, as
    in DESIGN 2. `charges`: request_id, ncic_code, disposition, charged_on, timing. Raises
    ValueError where a request stands twice.
    """
    if declined["request_id"].duplicated().any():
        raise ValueError("a declined request stands twice")
    released = declined["released_at"]
    status = declined["follow_up_status"].fillna("unknown")
    followed_up = _days_between(released, declined["follow_up_on"])
    looked_at = later_charges(declined, charges)
    spoken_of = declined["request_id"].isin(looked_at["request_id"])
    countable = declined["request_id"].isin(looked_at.loc[looked_at["countable"], "request_id"])
    arrested = (
        (status == "rearrested") & followed_up.between(0, FOLLOWED_DAYS) & (countable | ~spoken_of)
    )
    filed = looked_at[looked_at["convicted"]].groupby("request_id")["day"].min()
    convicted = declined["request_id"].isin(filed.index)
    not_known = (
        (status == "unknown")
        | (followed_up < 0)
        | ((status == "rearrested") & declined["follow_up_on"].isna())
    )
    observed = _days_between(released, declined["as_of"]) >= FOLLOWED_DAYS

    standing = pd.Series(OTHER_STANDING, index=declined.index, dtype="str")
    # Written last wins, so the order of the rule is written backwards.
    for name, fits in (
        (NO_CONTACT, status == "at_large"),
        (MET, arrested | convicted),
        (NOT_KNOWN, not_known),
        (NOT_OBSERVED, ~observed),
        (NOT_KNOWN, declined["protected"] != "false"),
        (NOT_RELEASED, released.isna()),
    ):
        standing[fits] = name
    met = standing == MET
    first = [followed_up.where(arrested), declined["request_id"].map(filed).astype("float64")]
    days = pd.concat(first, axis=1).min(axis=1)
    return declined.assign(
        standing=standing,
        arrested=arrested & met,
        convicted=convicted & met,
        days=days.where(met).astype("Int64"),
    )


def later_charges(declined: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """The after_release charges of `declined` that the rule looks at, one row each: request_id,
    group_code (an NCIC offense group, or charges.UNLISTED), day (float64: filed so many days after
    the release, missing without a date), countable, convicted (bool: a conviction that counts)."""
    later = charges[charges["timing"] == "after_release"].merge(
        declined[["request_id", "released_at"]], on="request_id"
    )
    codes = {code: offense_group(code) or UNLISTED for code in later["ncic_code"].unique()}
    group = later["ncic_code"].map(codes).astype("str")
    day = _days_between(later["released_at"], later["charged_on"])
    within = day.between(0, FOLLOWED_DAYS)
    near = within | later["charged_on"].isna()
    ended = later["disposition"].isin(["dismissed", "acquitted"])
    countable = (group != IMMIGRATION) & ~ended
    found = pd.DataFrame(
        {
            "request_id": later["request_id"].astype("str"),
            "group_code": group,
            "day": day,
            "countable": countable,
            "convicted": countable & within & (later["disposition"] == "convicted"),
        }
    )
    any_near = near.groupby(later["request_id"]).transform("any").astype(bool)
    return found[near | ~any_near].reset_index(drop=True)


def after_release_frames(rows: pd.DataFrame, charges: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Attribute -> its frame for disclosure control, columns attributes.COLUMNS; `rows` from
    after_release.

    Of requests with a confirmed release follow_up: by standing; met_by: an arrest, a conviction,
    both or neither. Of those that met the rule later_charges: a row for each group of a countable
    charge that is looked at, convicted if one of the group is a conviction that counts, or
    NO_CHARGE; days_to_arrest: by band of `days`.
    """
    confirmed = rows[rows["standing"] != NOT_RELEASED]
    met = rows[rows["standing"] == MET]
    by_standing = confirmed["standing"].replace(OTHER_STANDING, OTHER_CONTACT)
    how = pd.Series(NOT_MET, index=confirmed.index, dtype="str")
    how = how.mask(confirmed["arrested"], BY_ARREST).mask(confirmed["convicted"], BY_CONVICTION)
    how = how.mask(confirmed["arrested"] & confirmed["convicted"], BY_BOTH)
    bands = pd.Series("", index=met.index, dtype="str")
    for label, low, high in BANDS:
        bands = bands.mask(met["days"].between(low, high), label)
    frames = {
        FOLLOW_UP: confirmed.assign(code=by_standing, standing=ALL),
        MET_BY: confirmed.assign(code=how, standing=ALL),
        LATER_CHARGES: _groups(met, later_charges(met, charges)),
        DAYS_TO_ARREST: met.assign(code=bands, standing=ALL),
    }
    return {
        name: frame[list(COLUMNS)].astype("str").sort_values(list(COLUMNS), ignore_index=True)
        for name, frame in frames.items()
    }


def _groups(met: pd.DataFrame, looked_at: pd.DataFrame) -> pd.DataFrame:
    """*Convicted* as in the headline, so that the two cannot be told apart by a person: a
    conviction of a charge without a date is charged_only."""
    countable = looked_at[looked_at["countable"]]
    convicted = countable.groupby(["request_id", "group_code"])["convicted"].any().reset_index()
    words = {True: "convicted", False: "charged_only"}
    groups = convicted.assign(standing=convicted["convicted"].map(words))
    groups = groups.rename(columns={"group_code": "code"})[["request_id", "code", "standing"]]
    frame = met[["request_id", "agency_id"]].merge(groups, on="request_id", how="left")
    return frame.fillna({"code": NO_CHARGE, "standing": "charged_only"})


def _days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Calendar days, float64; missing where one of the two is, so that no comparison holds."""
    return (end.dt.normalize() - start.dt.normalize()).dt.days.astype("float64")
