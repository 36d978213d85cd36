"""What every table, column and figure that is published means, in its unit, with its key.

Each report names its Meanings in `ddor.reports`: WEEKLY those of the weekly one, COMPILED those of
one made from weekly ones. A report of another kind brings its own, wherever its edition stands.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from ddor.reports import REPORTS, Report

REQUESTS = "number of requests"
COLUMNS = {
    "week": "first day of the week, a Saturday",
    "revision": "number of the revision that the line is from",
    "as_of": "date of the extract",
    "published_on": "date on which the revision was published",
    "agency_id": "ORI or DETLOC code of the agency asked: the key",
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
    "issued": f"{REQUESTS} issued in the week",
    "honored": f"{REQUESTS} honored: of those issued, or recorded beside the declined ones",
    "declined": f"{REQUESTS} declined",
    "other": f"{REQUESTS} with another outcome: withdrawn, superseded, left custody, held back",
    "pending": f"{REQUESTS} without a recorded outcome",
    "insufficient_notice": f"{REQUESTS} declined with notice too late for a transfer",
    "no_notice": f"{REQUESTS} declined, released, with no notice before the release on record",
    "not_held": f"{REQUESTS} declined: detainers with 48 hours' notice or more, not held in full",
    "unclassified": f"{REQUESTS} declined and in none of the three other classes",
    "release_not_confirmed": f"{REQUESTS} declined without a release date; beside the classes",
    "law_or_court": f"{REQUESTS} declined, with a law or a court named on record; beside the "
    "classes",
    "short_custody": f"{REQUESTS} declined with under 48 hours from issue to release",
    "held_back_requests": f"{REQUESTS} that a check holds back, counted in neither section",
    "held_back_outcomes": f"{REQUESTS} whose outcome a check holds back: not counted as declined",
    "held_back_issued": f"{REQUESTS} issued in the week that a check holds back: not counted as "
    "issued",
    "held_back_declined": f"{REQUESTS} recorded as declined in the week that a check holds back: "
    "not counted as declined",
    "category": "category of offenses: persons, property, drugs, weapons_public_order, traffic, "
    "obstructing_justice, immigration or other",
    "group_code": "NCIC offense group, two digits; empty: the whole category; `unlisted`: a code "
    "outside the list; `other`: the groups of the category with fewer than 3 requests each",
    "offense_group": "name of the NCIC offense group, or of the category",
    "convicted": f"{REQUESTS} declined, with a conviction in the category; empty where this or "
    "charged_only is 1 or 2",
    "charged_only": f"{REQUESTS} declined, with a charge and no conviction in the category; empty "
    "where this or convicted is 1 or 2",
    "requests": f"{REQUESTS} declined, in the group or category; a request can be in several",
    "attribute": "charges, citizenship or days (from issue to recording)",
    "place": "empty: the nation; else the code of an agency, or of a state",
    "branch": "category of offenses, world region or number of days; `rest`: the categories of a "
    "place that are not named; empty: all requests",
    "leaf": "NCIC offense group, or country (ISO 3166-1 alpha-3); `other`: those of the branch "
    "with fewer than 3 requests each; empty: the whole branch",
    "standing": "all; or convicted, charged_only, dismissed_or_acquitted, no_charge (of a place "
    "with those whose charges were all dismissed or ended in acquittal); `rest`: those of a place "
    "that are not named",
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
            "insufficient_notice",
            "no_notice",
            "not_held",
            "unclassified",
            "release_not_confirmed",
            "law_or_court",
            "short_custody",
        )
    },
    "declined_with_charges": f"{REQUESTS} declined, with a charge before release on record; empty "
    "where the national tables of charges are withheld",
    "declined_with_conviction": f"{REQUESTS} declined, with a conviction before release on record; "
    "empty where the national tables of charges are withheld",
    "honored_total": f"{REQUESTS} honored, beside the declined ones",
    "agencies_declining": "agencies with a request declined",
    "states_declining": "states with a request declined",
    "held_back_requests": COLUMNS["held_back_requests"],
    "held_back_outcomes": COLUMNS["held_back_outcomes"],
    "held_back_total": f"{REQUESTS} held back, whichever is doubted",
    "outside_week_total": "rows received that are no part of the week",
}


def _of_weeks(meanings: Mapping[str, str]) -> dict[str, str]:
    """Those that speak of the week, as they are of several weeks added up."""
    told = {
        name: words.replace("in the week", "in its weeks").replace("the week", "their week")
        for name, words in meanings.items()
    }
    return {name: words for name, words in told.items() if words != meanings[name]}


COMPILED_FIGURES = {
    "weeks_total": "weeks whose last day is in the period",
    "weeks_published": "weeks with a report, from which the figures are",
    "weeks_withdrawn": "weeks whose report was withdrawn",
    "weeks_missing": "weeks without a report",
    **FIGURES,
    **_of_weeks(FIGURES),
    "agencies_declining": "agencies with a request declined, those that a week names, each once",
    "states_declining": "states of these agencies, each once",
    "declined_repeated": f"{REQUESTS} that more than one week counts as declined, less one each",
    "declined_requests": f"{REQUESTS} declined, each once: what is known after release is of these",
    "release_confirmed": f"{REQUESTS} of these, with a release date on record",
    "follow_up_known": f"{REQUESTS} of these whose follow-up is known, released 90 days or more "
    "before the extract",
    "met_rule": f"{REQUESTS} of these whose person was arrested, or convicted of a charge filed, "
    "within 90 days of release; no immigration charge, none dismissed or acquitted",
    "no_later_arrest": f"{REQUESTS} with known follow-up that do not meet that rule",
    "no_later_contact": f"{REQUESTS} with known follow-up and no later contact known to ICE",
    "not_observed": f"{REQUESTS} released less than 90 days before the extract",
    "arrested_after_release": f"{REQUESTS} that meet the rule by an arrest",
    "convicted_after_release": f"{REQUESTS} that meet the rule by a conviction",
    "cases_shown": "cases chosen for the revision, each with a public source",
    "cases_withdrawn": "cases that an earlier revision described and this one does not",
}
TITLES = {
    "issued_by_agency": "Section I: requests issued in the week, by agency",
    "declined_by_agency": "Section II: requests declined, by agency, and honored beside them",
    "held_back_by_agency": "Requests that a check holds back, by agency",
    "charges_by_group": "Charges of the people released, by category and offense group",
    "attributes": "Charges by place; citizenship and days from issue to recording of the nation",
    "checks": "What each check looked at, and what it stopped",
    "reconciliation": "Every received row in exactly one class",
    "weeks": "The figures of each week",
}
COMPILED_TITLES = {
    "weeks_used": "The weeks, each with its revision and figures",
    "issued_by_agency": "Requests issued in the weeks, by agency, added up",
    "declined_by_agency": "Requests declined, by agency, and honored beside them, added up",
    "charges_by_group": "Charges of the people concerned, the weeks added up",
    "attributes": "Charges, citizenship and days to recording, the weeks added up; places",
    "after_release": "What is known after release, by follow-up, later charges and days",
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
    "week",
    "as_of",
    "published_on",
    "agency_id",
    "agency",
    "level",
    "state",
    "county_fips",
    "area",
    "group_code",
    "offense_group",
    "attribute",
    "place",
    "branch",
    "leaf",
    "category",
    "standing",
    "check",
    "title",
    "effect",
    "status",
    "class",
    "flags",
}
# Of every report's workbook and files.
ALWAYS = {name: COLUMNS[name] for name in ("figure", "value", "meaning", "flags")}


@dataclass(frozen=True)
class Meanings:
    """Of the data of one kind of report. columns, figures: name -> what it means, ALWAYS beside
    them; titles: table -> what it is; keys: table -> the columns of its key, the first one else;
    units: of whole numbers -> unit, "" for none, requests else. note: what holds of all figures."""

    columns: Mapping[str, str]
    figures: Mapping[str, str]
    titles: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def of_columns(self) -> dict[str, str]:
        """What a column of a table may be, which may have the name of a figure."""
        return {**ALWAYS, **self.figures, **self.columns}

    def beside(self, other: "Meanings") -> "Meanings":
        """What `other` does not say in the same words."""
        known = other.of_columns
        return Meanings(
            {name: words for name, words in self.columns.items() if known.get(name) != words},
            {
                name: words
                for name, words in self.figures.items()
                if other.figures.get(name) != words
            },
            self.titles,
            note=self.note,
        )


WEEKLY = Meanings(
    COLUMNS,
    FIGURES,
    TITLES,
    {
        "attributes": ("attribute", "place", "branch", "leaf", "standing"),
        "charges_by_group": ("category", "group_code"),
    },
    UNITS,
)
COMPILED = Meanings(
    COLUMNS
    | FIGURES
    | _of_weeks({"issued": COLUMNS["issued"]})
    | {
        **{
            name: f"{COLUMNS[name]}; the sum of the weeks that print the two separately, so "
            "requests can be more than both"
            for name in ("convicted", "charged_only")
        },
        "leaf": f"{COLUMNS['leaf']} in the week that it is of",
        "attribute": "charges, citizenship, days; of what is known after release: follow_up, "
        "met_by, later_charges or days_to_arrest",
        "branch": COLUMNS["branch"] + "; after release: what is known, how the rule was met, "
        "category of the later charges or number of days",
        "requests": f"{REQUESTS} declined; after release: with a confirmed release, of "
        "later_charges and days_to_arrest those that met the rule",
    },
    COMPILED_FIGURES,
    COMPILED_TITLES,
    {
        "weeks_used": ("week",),
        "after_release": ("attribute", "branch", "leaf", "standing"),
        "attributes": ("attribute", "place", "branch", "leaf", "standing"),
        "charges_by_group": ("category", "group_code"),
    },
    UNITS,
    "A figure that a week has too is the sum of its weeks, so that a request that two weeks have "
    "received may be in it twice. Agencies that a week names, and their states, are counted once. "
    "A figure without a value is withheld, because it could point to a person.",
)


def meanings_of(report: Report) -> Meanings:
    module, _, name = report.meanings.partition(":")
    return getattr(importlib.import_module(module), name)


def further() -> list[tuple[list[Report], Meanings]]:
    """What the reports beside the weekly one mean by what it does not have, or means otherwise; one
    entry for those that mean the same."""
    found: list[tuple[list[Report], Meanings]] = []
    for report in REPORTS:
        own = meanings_of(report)
        same = next((reports for reports, each in found if each is own), None)
        if same is not None:
            same.append(report)
        elif own is not WEEKLY:
            found.append(([report], own))
    return [(reports, own.beside(WEEKLY)) for reports, own in found]
