"""What a quarter's sentences say where it depends on the data: phrases with a name, so that the
cells of the notebook read as sentences. An empty phrase leaves nothing behind.

A phrase of our own words is `Words`, and may hold Markdown. One with words of an extract or of a
parameter is a plain text, which the sentence shows as it is.
"""

from types import SimpleNamespace

from ddor.calendar import long_date
from ddor.narrative import Words, count, number, requests


def published_by(publisher: str) -> str:
    return f"Published by {publisher}." if publisher else ""


def source(text: str) -> str:
    return f"Source: {text}." if text else ""


def write_to(contact: str) -> str:
    return f"Write to {contact}." if contact else ""


def synthetic(is_synthetic: bool) -> Words:
    told = "**Synthetic data, not a report about any agency.**"
    return Words(told if is_synthetic else "")


def fiscal(noun: str, name: str) -> Words:
    return Words(f"In the federal fiscal year, this {noun} is {name}." if name else "")


def made_from(weeks: SimpleNamespace, extract: SimpleNamespace) -> Words:
    """Of how many weekly reports, and the dates of their data."""
    of = count(weeks.total, "weekly report", "weekly reports")
    if not weeks.published:
        return Words(f"None of the {of} is published.")
    return Words(f"Made from {weeks.published} of {of}, with data as of {dates(extract)}.")


def dates(extract: SimpleNamespace) -> Words:
    if extract.as_of == extract.latest:
        return Words(long_date(extract.as_of))
    return Words(f"{long_date(extract.as_of)} to {long_date(extract.latest)}")


def recorded_as_declined(
    title: str, weeks: SimpleNamespace, declined: SimpleNamespace, extract: SimpleNamespace
) -> Words:
    """title: the period in words."""
    of = (
        ""
        if weeks.published == weeks.total
        else (f"the {weeks.published} of {count(weeks.total, 'week', 'weeks')} with a report from ")
    )
    if extract.by_issue:
        return Words(
            f"{requests(declined.total)} issued in {of}{title} {_was(declined.total)} recorded as "
            "declined by the date of the data"
        )
    return Words(
        f"In {of}{title}, ICE recorded {requests(declined.total)} as declined, whenever it had "
        f"issued {'it' if declined.total == 1 else 'them'}"
    )


def outcomes_of_issued(
    issued: SimpleNamespace, declined: SimpleNamespace, extract: SimpleNamespace
) -> Words:
    """With the words that tell the two numbers of declines apart."""
    apart = (
        ""
        if extract.by_issue
        else (
            f". The {number(issued.declined)} are counted by the week of issue, the "
            f"{number(declined.total)} by the week in which ICE recorded the outcome"
        )
    )
    return Words(
        f"Of the {requests(issued.total)} that ICE issued in these weeks, {number(issued.honored)} "
        f"had been honored by the date of the data and {number(issued.declined)} declined; "
        f"{number(issued.other)} had another outcome, and {number(issued.pending)} had none on "
        f"record{apart}"
    )


def weeks_without_report(weeks: SimpleNamespace) -> Words:
    """The weeks whose figures are not in the sums, by name."""
    told = []
    if weeks.missing:
        told.append(
            f"**{count(weeks.missing, 'week has', 'weeks have')} no report**, so the figures leave "
            f"out what happened then: {weeks.names_missing}."
        )
    if weeks.withdrawn:
        of = count(weeks.withdrawn, "week was", "weeks were")
        told.append(
            f"**The report of {of} withdrawn**, and the figures leave it out: "
            f"{weeks.names_withdrawn}."
        )
    return Words(" ".join(told) or f"All {weeks.total} weeks have a report.")


def counted_twice(repeated: int) -> Words:
    if not repeated:
        return Words("")
    repeats = "repeats a request" if repeated == 1 else "repeat requests"
    return Words(
        f"{number(repeated)} of the declines {repeats} that another week counts too, because ICE "
        "changed the date of the outcome between two extracts. In part three each request is "
        "counted once."
    )


# Charges: of report.charges, the namespace


def charges_in_brief(charges: SimpleNamespace, declined: SimpleNamespace) -> Words | str:
    """The sentence among the key points."""
    if not charges.told:
        return f"Charges before release are not shown: {charges.why}."
    of = _base(charges, declined)
    if not charges.by_category:
        return Words(f"For {of}, no charge that counts is on record from before the release.")
    return Words(
        f"By category of the charges before release, {of} include {charges.by_category}. One "
        "request can be in several categories."
    )


def charges_and_convictions(charges: SimpleNamespace, declined: SimpleNamespace) -> Words | str:
    if not charges.told:
        return charges_in_brief(charges, declined)
    return Words(
        f"Of {_base(charges, declined)}, {number(charges.with_charges)} had a charge on record "
        f"from before the release, and {number(charges.with_conviction)} of these at least one "
        "conviction."
    )


def _base(charges: SimpleNamespace, declined: SimpleNamespace) -> str:
    """The requests that the tables are of. As many as are declined only where every week is told
    as it is counted now."""
    if charges.of == declined.total and not charges.weeks.dated:
        return f"the {requests(declined.total)} declined"
    return (
        f"the {requests(charges.of)} whose charges are shown (part one counts "
        f"{number(declined.total)} as declined)"
    )


def weeks_with_charges(charges: SimpleNamespace) -> Words:
    """How the sum over the weeks is made up."""
    if not charges.told:
        return Words("")
    told = []
    weeks = charges.weeks
    if weeks.told:
        told.append(
            f"The tables add up {count(weeks.told, 'week', 'weeks')} as the weekly reports show "
            "them, so a request that moved from one week to another is counted in both."
        )
    if weeks.dated:
        told.append(
            f"For {number(weeks.dated)} of them the weekly report shows the charges as an earlier "
            "extract had them."
        )
    if weeks.pooled:
        further = "further " if told else ""
        has = "has no table of its own" if weeks.pooled == 1 else "have no tables of their own"
        told.append(
            f"{count(weeks.pooled, f'{further}week', f'{further}weeks')} {has} and "
            f"{'is' if weeks.pooled == 1 else 'are'} added as one group."
        )
    if weeks.left_out:
        told.append(
            f"{count(weeks.left_out, 'week is', 'weeks are')} left out: {charges.why_left_out}."
        )
    if weeks.without:
        told.append(f"For {count(weeks.without, 'week', 'weeks')} no charge data was supplied.")
    return Words(" ".join(told))


# After release: of CompiledCounts.followed, with as_of a date, and days


def after_in_brief(after: SimpleNamespace) -> Words:
    """The sentence among the key points, and the first of its section."""
    released = count(after.confirmed, "release is confirmed", "releases are confirmed")
    first = f"Of the {requests(after.declined)} declined, {released}."
    return Words(f"{first} {_followed(after)}")


def _followed(after: SimpleNamespace) -> str:
    if after.known is None:
        return f"For how many of them the follow-up is known is not shown: {after.why}."
    if not after.known:
        return (
            f"For none of them does the data show what ICE learned in the {after.days} days after, "
            "so nothing is said of later arrests."
        )
    return (
        f"For {number(after.known)} of them the data shows what ICE learned in the {after.days} "
        "days after. **No later arrest or conviction that counts is known for "
        f"{number(after.no_arrest)}, and one is known for {number(after.met)}.**"
    )


def after_date(after: SimpleNamespace) -> Words:
    if not after.stands:
        return Words("")
    return Words(
        f"The numbers on follow-up are as of {long_date(after.as_of)}; {number(after.gone)} of "
        f"their requests no longer {'counts' if after.gone == 1 else 'count'}. Newer numbers are "
        f"not shown: {after.why}."
    )


def arrests_and_convictions(after: SimpleNamespace) -> Words:
    """Of those with a later arrest or conviction that counts."""
    if not after.met:
        return Words("")
    return Words(
        f"Of the {number(after.met)}, {number(after.arrested)} {_was(after.arrested)} arrested and "
        f"{number(after.convicted)} {_was(after.convicted)} convicted of a charge filed after "
        "release; one request can be in both numbers."
    )


def no_later_contact(after: SimpleNamespace, extract: SimpleNamespace) -> Words:
    if after.no_contact is None or after.known == 0:
        return Words("")
    day = long_date(after.as_of) if after.stands else dates(extract)
    return Words(
        f"For {number(after.no_contact)} ICE knew of no later contact as of {day}. That is a count "
        "and says nothing about a person."
    )


def not_observed_yet(after: SimpleNamespace) -> Words:
    if not after.not_observed:
        return Words("")
    return Words(
        f"{requests(after.not_observed)} cannot be included yet: the release was less than "
        f"{after.days} days before the extract."
    )


# Cases


def cases_chosen(cases: SimpleNamespace) -> Words:
    if not cases.shown:
        return Words("No case was chosen for this revision.")
    return Words(
        f"{count(cases.shown, 'case was', 'cases were')} chosen for this revision. Cases are shown "
        "only on the page of the current revision."
    )


def cases_withdrawn(cases: SimpleNamespace) -> Words:
    if not cases.withdrawn:
        return Words("")
    one = cases.withdrawn == 1
    return Words(
        f"{count(cases.withdrawn, 'case', 'cases')} described before {'has' if one else 'have'} "
        f"been taken down, because {'it' if one else 'they'} ended without a conviction or the "
        f"records no longer support {'it' if one else 'them'}."
    )


def _was(value: int) -> str:
    return "was" if value == 1 else "were"
