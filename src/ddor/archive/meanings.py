"""What every table, column and figure that is published means, in its unit, with its key."""

REQUESTS = "number of requests"
ISSUED = f"{REQUESTS} issued in the week, or in the weeks of a quarter"
COLUMNS = {
    "week": "first day of the week, a Saturday",
    "revision": "number of the revision that the line is from",
    "as_of": "date of the extract",
    "published_on": "date on which the revision was published",
    "agency_id": "ORI or DETLOC code of the agency asked: the key; empty: agency not shown, or all",
    "agency": "name of the agency; not a key, names repeat. An apostrophe stands before a name "
    "that a spreadsheet would run",
    "also_named": "the agency's names in other weeks",
    "first_week": "first day of the first published week that names the agency",
    "last_week": "first day of the last published week that names the agency",
    "weeks": "number of published weeks that name the agency",
    "level": "county, municipal, state, federal, tribal or other",
    "state": "USPS code",
    "county_fips": "five-digit FIPS code of the county, leading zero kept; may be empty",
    "area": "ICE ERO area of responsibility; may be empty",
    "detainers": f"{REQUESTS}: detainers",
    "notifications": f"{REQUESTS}: requests for notification",
    "transfers": f"{REQUESTS}: requests for transfer",
    "issued": ISSUED,
    "honored": f"{REQUESTS} honored: of those issued, or recorded beside the declined ones",
    "declined": f"{REQUESTS} declined",
    "other": f"{REQUESTS} with another outcome: withdrawn, superseded, left custody, held back",
    "pending": f"{REQUESTS} without a recorded outcome",
    "insufficient_notice": f"{REQUESTS} declined with notice too late for a transfer",
    "no_notice": f"{REQUESTS} declined, released, with no notice before the release on record",
    "not_held": f"{REQUESTS} declined: detainers with 48 hours' notice or more, not held in full",
    "unclassified": f"{REQUESTS} declined and in none of the three other classes",
    "release_not_confirmed": f"{REQUESTS} declined without a release date; beside the classes",
    "law_or_court": f"{REQUESTS} declined because of a law or court; beside the classes",
    "short_custody": f"{REQUESTS} declined with under 48 hours from issue to release",
    "held_back_requests": f"{REQUESTS} that a check holds back and counts in neither section",
    "held_back_outcomes": f"{REQUESTS} whose outcome a check holds back: not counted as declined",
    "group_code": "NCIC offense group, two digits; `unlisted`: a code outside the list; `other`: "
    "groups added up so that nobody can be identified",
    "offense_group": "name of the NCIC offense group",
    "attribute": "charges, citizenship (by world region) or days (from issue to recording); after "
    "release follow_up, met_by (how the rule was met), later_charges or days_to_arrest",
    "category": "offense group, world region or number of days; Other: categories added up",
    "standing": "convicted or charged_only for charges and later_charges, else all",
    "convicted": f"{REQUESTS} declined, with a conviction in the group",
    "charged_only": f"{REQUESTS} declined, with a charge and no conviction in the group",
    "requests": f"{REQUESTS} declined, in the group or category; of charges: convicted and "
    "charged only",
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
    "report": "published, withdrawn or missing: whether the week has figures here",
    "kind": "first, revision or correction: what the week's revision is",
    "flags": "what a reader of the row has to know",
}
FIGURES = {
    "received_total": "rows received in the extract, each a request",
    "issued_total": ISSUED,
    "issued_detainers": f"{ISSUED}: detainers",
    "issued_notifications": f"{ISSUED}: requests for notification",
    "issued_transfers": f"{ISSUED}: requests for transfer",
    "issued_honored": f"{ISSUED}, honored by the date of the extract",
    "issued_declined": f"{ISSUED}, declined by the date of the extract",
    "issued_other": f"{ISSUED}, with another outcome, held back included",
    "issued_pending": f"{ISSUED}, without a recorded outcome",
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
    "agencies_declining": "agencies with a request declined; of a quarter those that are named",
    "states_declining": "states with a request declined; of a quarter those of agencies named",
    "held_back_requests": COLUMNS["held_back_requests"],
    "held_back_outcomes": COLUMNS["held_back_outcomes"],
    "held_back_total": f"{REQUESTS} held back, whichever is doubted",
    "outside_week_total": "rows received that are no part of the week",
}
# Of a quarter. Those of a week that are not here are the sums of its weeks' current revisions;
# agencies and states are counted once. Empty (null): too few to be told, or it would tell of few.
QUARTER_FIGURES = {
    "weeks_total": "weeks whose last day is in the quarter",
    "weeks_published": "weeks with a report, from which the figures are",
    "weeks_withdrawn": "weeks whose report was withdrawn",
    "weeks_missing": "weeks without a report",
    **FIGURES,
    "declined_repeated": f"{REQUESTS} that more than one week counts as declined, less one each",
    "release_confirmed": f"{REQUESTS} declined, each once, with a release date on record",
    "follow_up_known": f"{REQUESTS} of these whose follow-up is known, released 90 days or more "
    "before the extract",
    "met_rule": f"{REQUESTS} of these whose person was arrested, or convicted of a charge filed, "
    "within 90 days of release; no immigration charge, none dismissed or acquitted",
    "no_later_arrest": f"{REQUESTS} with known follow-up that do not meet that rule",
    "no_later_contact": f"{REQUESTS} with known follow-up and no later contact known to ICE",
    "not_observed": f"{REQUESTS} released less than 90 days before the extract",
    "arrested_after_release": f"{REQUESTS} that meet the rule by an arrest",
    "convicted_after_release": f"{REQUESTS} that meet the rule by a conviction",
    "cases_shown": "cases described on the page, each with a public source",
    "cases_withdrawn": "cases not described any more, because they ended without conviction",
}
TITLES = {
    "issued_by_agency": "Requests issued, by agency (Section I of a week)",
    "declined_by_agency": "Requests declined, and honored beside them, by agency (Section II of a "
    "week)",
    "held_back_by_agency": "Requests that a check holds back, by agency",
    "charges_by_group": "Charges of the people concerned, by offense group",
    "attributes": "Charges, citizenship and days to recording, national and by agency",
    "checks": "What each check looked at, and what it stopped",
    "reconciliation": "Every received row in exactly one class",
    "weeks": "The figures of each week",
}
# Of a quarter; the tables by agency are those of its weeks, added up.
QUARTER_TITLES = {
    "weeks_used": "The weeks of the quarter, each with its revision and figures",
    "after_release": "What is known after release, by follow-up, later charges and days",
}
KEYS = {
    "attributes": ["attribute", "agency_id", "category", "standing"],
    "weeks_used": ["week"],
    "after_release": ["attribute", "category", "standing"],
}
# Of all other numbers: requests.
UNITS = {
    "agencies": "agencies",
    "agencies_declining": "agencies",
    "states_declining": "states",
    "rows": "rows",
    "received_total": "rows",
    "weeks_total": "weeks",
    "weeks_published": "weeks",
    "weeks_withdrawn": "weeks",
    "weeks_missing": "weeks",
    "cases_shown": "cases",
    "cases_withdrawn": "cases",
    "outside_week_total": "rows",
    "revision": "",
}
# All other columns are whole numbers. A code is text, whatever it looks like: 01001 stays 01001.
TEXTS = {
    "week", "as_of", "published_on", "agency_id", "agency", "level", "state", "county_fips", "area",
    "group_code", "offense_group", "attribute", "category", "standing", "check", "title", "effect",
    "status", "class", "flags",
}  # fmt: skip
