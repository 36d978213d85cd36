"""What is told of the people whose request was declined: charges, citizenship, days from issue.

Each attribute is a long frame of this week's declined requests, columns COLUMNS: one row for each
category that a request counts in. Of citizenship (by world region) and of days a request has one
row, with standing "all"; of charges one per offense group, *convicted* or *charged_only*, so that
a request can be in several groups. Nothing here is published as it is: see disclosure.py.

How an attribute is counted, named and put in order stands here for all of them, those of a quarter
too: what is known of people after their release. Their frames are made in after_release.py.
"""

from collections import Counter

import pandas as pd

from ddor.measures.charges import STANDING, UNLISTED, UNLISTED_NAME
from ddor.measures.timing import DAY_LABELS, days_from_issue
from ddor.reference.countries import world_region
from ddor.reference.offenses import OFFENSE_GROUPS

CHARGES, CITIZENSHIP, DAYS = "charges", "citizenship", "days"
ATTRIBUTES = (CHARGES, CITIZENSHIP, DAYS)
FOLLOW_UP, MET_BY, LATER_CHARGES, DAYS_TO_ARREST = (
    "follow_up", "met_by", "later_charges", "days_to_arrest",
)  # fmt: skip
ALL = "all"
STANDINGS = {
    CHARGES: ("convicted", "charged_only"),
    CITIZENSHIP: (ALL,),
    DAYS: (ALL,),
    FOLLOW_UP: (ALL,),
    MET_BY: (ALL,),
    LATER_CHARGES: ("convicted", "charged_only"),
    DAYS_TO_ARREST: (ALL,),
}
OTHER = "other"
OTHER_NAMES = {
    CHARGES: "Other groups", CITIZENSHIP: "Other regions", LATER_CHARGES: "Other groups",
}  # fmt: skip
GROUP_NAMES = OFFENSE_GROUPS | {UNLISTED: UNLISTED_NAME}
NO_CHARGE = "none"
# Code -> name, in the order of a table. OTHER is taken: it is what disclosure control adds up.
FOLLOW_UP_NAMES = {
    "met": "Arrested, or convicted of a later charge, within 90 days of release",
    "no_contact": "No later contact known to ICE",
    "other_contact": "Other contact: ICE custody, removal, or an arrest that is not counted",
    "not_observed": "Released less than 90 days before the extract",
    "not_known": "Not known",
}
MET_BY_NAMES = {
    "arrest": "Arrested",
    "arrest_and_conviction": "Arrested, and convicted of a later charge",
    "conviction": "Convicted of a later charge, without an arrest that is counted",
    "not_met": "Neither, or not known",
}
BANDS = (
    ("0 to 7 days", 0, 7), ("8 to 30 days", 8, 30), ("31 to 60 days", 31, 60),
    ("61 to 90 days", 61, 90),
)  # fmt: skip
NAMES = {
    CHARGES: GROUP_NAMES,
    FOLLOW_UP: FOLLOW_UP_NAMES,
    MET_BY: MET_BY_NAMES,
    LATER_CHARGES: GROUP_NAMES | {NO_CHARGE: "No charge on record"},
}
IN_ORDER = {
    DAYS: DAY_LABELS,
    FOLLOW_UP: tuple(FOLLOW_UP_NAMES),
    MET_BY: tuple(MET_BY_NAMES),
    DAYS_TO_ARREST: tuple(label for label, _, _ in BANDS),
}
COLUMNS = ("request_id", "agency_id", "code", "standing")


def attributes_of_declined(status: pd.DataFrame, charges: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Attribute -> its frame. `charges` from charges.declined_charges."""
    rows = status[status["declined"]]
    declined = rows[["request_id", "agency_id"]].astype("str")
    frames = {
        CHARGES: _groups(charges).merge(declined, on="request_id", how="left"),
        CITIZENSHIP: declined.assign(code=rows["citizenship"].map(world_region), standing=ALL),
        DAYS: declined.assign(code=days_from_issue(rows), standing=ALL),
    }
    return {
        name: frame[list(COLUMNS)].astype("str").sort_values(list(COLUMNS), ignore_index=True)
        for name, frame in frames.items()
    }


def _groups(charges: pd.DataFrame) -> pd.DataFrame:
    """In a group a request is convicted if one charge of that group is a conviction."""
    standing = charges[charges["disposition"].isin(STANDING)]
    convicted = standing["disposition"] == "convicted"
    by_group = convicted.groupby([standing["request_id"], standing["group_code"]]).any()
    frame = by_group.rename("convicted").reset_index().rename(columns={"group_code": "code"})
    words = {True: "convicted", False: "charged_only"}
    return frame.assign(standing=frame["convicted"].map(words))


def category_counts(frame: pd.DataFrame, attribute: str, merged=frozenset()) -> pd.DataFrame:
    """Index code, in the order of `codes_in_order`; columns the attribute's standings, then
    requests, their sum. The categories in `merged` are one, OTHER: a request in several of them
    counts once in it, as convicted if it is in one."""
    standings = STANDINGS[attribute]
    best: dict[tuple[str, str], int] = {}
    # Not groupby: disclosure control makes a hundred such tables of a week, most of them tiny.
    for request, code, standing in zip(
        frame["request_id"], frame["code"], frame["standing"], strict=True
    ):
        key = (OTHER if code in merged else code, request)
        best[key] = min(standings.index(standing), best.get(key, len(standings)))
    cells = Counter((code, rank) for (code, _), rank in best.items())
    codes = dict.fromkeys(code for code, _ in cells)
    counts = pd.DataFrame(
        {name: [cells[code, rank] for code in codes] for rank, name in enumerate(standings)},
        index=pd.Index(list(codes), dtype="str"),
    )
    counts = counts.assign(requests=counts.sum(axis=1))
    in_order = [code for code in codes_in_order(attribute, counts.index) if code in counts.index]
    return counts.loc[in_order].astype("int64").rename_axis("code")


def codes_in_order(attribute: str, codes) -> list[str]:
    """As IN_ORDER has them; else groups by code, regions by name. OTHER at the end."""
    return [*IN_ORDER.get(attribute, sorted(set(codes) - {OTHER})), OTHER]


def category_name(attribute: str, code: str) -> str:
    """What a page calls a category."""
    if code == OTHER:
        return OTHER_NAMES.get(attribute, "Other")
    return NAMES[attribute][code] if attribute in NAMES else code
