"""What every table, column and figure that is published means, in its unit, with its key."""

REQUESTS = "number of requests"
COLUMNS = {
    "week": "first day of the week, a Saturday",
    "revision": "number of the revision that the line is from",
    "as_of": "date of the extract",
    "published_on": "date on which the revision was published",
    "agency_id": "ORI or DETLOC code of the agency asked: the key; empty: agency not shown, or all",
    "agency": "name of the agency; not a key, names repeat. An apostrophe stands before a name "
    "that a spreadsheet would run",
    "level": "county, municipal, state, federal, tribal or other",
    "state": "USPS code",
    "county_fips": "five-digit FIPS code of the county, leading zero kept; may be empty",
    "area": "ICE ERO area of responsibility; may be empty",
    "detainers": f"{REQUESTS}: detainers",
    "notifications": f"{REQUESTS}: requests for notification",
    "transfers": f"{REQUESTS}: requests for transfer",
    "issued": f"{REQUESTS} issued in the week",
    "honored": f"{REQUESTS} honored: of those issued, or recorded beside the declined ones",
    "declined": f"{REQUESTS} declined",
    "other": f"{REQUESTS} with another outcome: withdrawn, superseded, left custody, held back",
    "pending": f"{REQUESTS} without a recorded outcome",
    "insufficient_notice": f"{REQUESTS} declined with notice too late for a transfer",
    "no_notice": f"{REQUESTS} declined, released, with no notice before the release on record",
    "not_held": f"{REQUESTS} declined: detainers with 48 hours' notice or more, not held",
    "unclassified": f"{REQUESTS} declined and in none of the three other classes",
    "release_not_confirmed": f"{REQUESTS} declined without a release date; beside the classes",
    "law_or_court": f"{REQUESTS} declined because of a law or court; beside the classes",
    "short_custody": f"{REQUESTS} declined with under 48 hours from issue to release",
    "held_back_requests": f"{REQUESTS} that a check holds back and counts in neither section",
    "held_back_outcomes": f"{REQUESTS} whose outcome a check holds back: not counted as declined",
    "group_code": "NCIC offense group, two digits; `unlisted`: a code outside the list; `other`: "
    "groups added up so that nobody can be identified",
    "offense_group": "name of the NCIC offense group",
    "attribute": "charges, citizenship (by world region) or days (from issue to recording)",
    "category": "offense group, world region or number of days; Other: categories added up",
    "standing": "convicted or charged_only for charges, else all",
    "convicted": f"{REQUESTS} declined, with a conviction in the group",
    "charged_only": f"{REQUESTS} declined, with a charge and no conviction in the group",
    "requests": f"{REQUESTS} declined, in the group: convicted and charged only",
    "check": "id of the check",
    "title": "name of the check",
    "effect": "hold, review or show",
    "status": "ok, stopped, shown or not assessed",
    "class": "the one class that a received row is counted in",
    "rows": "number of received rows",
    "agencies": "number of agencies concerned",
    "figure": "name of the figure, as in summary.json",
    "value": "the figure",
    "meaning": "what it counts",
    "flags": "what a reader of the row has to know",
}
FIGURES = {
    "received_total": "rows received in the extract, each a request",
    "issued_total": f"{REQUESTS} issued in the week",
    "issued_detainers": f"{REQUESTS} issued in the week: detainers",
    "issued_notifications": f"{REQUESTS} issued in the week: requests for notification",
    "issued_transfers": f"{REQUESTS} issued in the week: requests for transfer",
    "issued_honored": f"{REQUESTS} issued in the week and honored by the date of the extract",
    "issued_declined": f"{REQUESTS} issued in the week and declined by the date of the extract",
    "issued_other": f"{REQUESTS} issued in the week with another outcome, held back included",
    "issued_pending": f"{REQUESTS} issued in the week without a recorded outcome",
    "declined_total": f"{REQUESTS} declined",
    "declined_detainers": f"{REQUESTS} declined: detainers",
    "declined_notifications": f"{REQUESTS} declined: requests for notification",
    "declined_transfers": f"{REQUESTS} declined: requests for transfer",
    **{
        f"declined_{name}": COLUMNS[name]
        for name in (
            "insufficient_notice", "no_notice", "not_held", "unclassified",
            "release_not_confirmed", "law_or_court", "short_custody",
        )
    },
    "declined_with_charges": f"{REQUESTS} declined, with a charge before release on record",
    "declined_with_conviction": f"{REQUESTS} declined, with a conviction before release on record",
    "honored_total": f"{REQUESTS} honored, beside the declined ones",
    "agencies_declining": "agencies with a request declined",
    "states_declining": "states with a request declined",
    "held_back_requests": COLUMNS["held_back_requests"],
    "held_back_outcomes": COLUMNS["held_back_outcomes"],
    "held_back_total": f"{REQUESTS} held back, whichever is doubted",
    "outside_week_total": "rows received that are no part of the week",
}
TITLES = {
    "issued_by_agency": "Section I: requests issued in the week, by agency",
    "declined_by_agency": "Section II: requests declined, by agency, and honored beside them",
    "held_back_by_agency": "Requests that a check holds back, by agency",
    "charges_by_group": "Charges of the people concerned, by offense group",
    "attributes": "Charges, citizenship and days to recording, national and by agency",
    "checks": "What each check looked at, and what it stopped",
    "reconciliation": "Every received row in exactly one class",
    "weeks": "The figures of each week",
}
KEYS = {"attributes": ["attribute", "agency_id", "category", "standing"]}
# Of all other numbers: requests.
UNITS = {
    "agencies": "agencies",
    "agencies_declining": "agencies",
    "states_declining": "states",
    "rows": "rows",
    "received_total": "rows",
    "outside_week_total": "rows",
    "revision": "",
}
# All other columns are whole numbers. A code is text, whatever it looks like: 01001 stays 01001.
TEXTS = {
    "week", "as_of", "published_on", "agency_id", "agency", "level", "state", "county_fips", "area",
    "group_code", "offense_group", "attribute", "category", "standing", "check", "title", "effect",
    "status", "class", "flags",
}  # fmt: skip
