"""Sentences of the weekly report that depend on the data: `{{ phrases.concentration }}`.

Each is a property of WeekPhrases: Markdown, "" where there is nothing to say. So the notebook's
cells hold sentences and no conditions, and what a sentence says in which case stands here alone.
Texts from the extract are part of it with `plain_words`. What a cell may name beside these is made
in week.py.
"""

from dataclasses import dataclass
from types import SimpleNamespace

from ddor.calendar import Week, long_date
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.measures.concentration import Concentration
from ddor.narrative import Words, count, number, part_of, percent, plain_words, requests


@dataclass(frozen=True)
class WeekPhrases:
    """The names of a weekly notebook (docs/notebook.md), and what is concentrated."""

    week: Week
    issued: SimpleNamespace
    declined: SimpleNamespace
    charges: SimpleNamespace
    held_back: SimpleNamespace
    extract: SimpleNamespace
    concentrated: Concentration
    largest: str  # the name and state of the agency of `concentrated`

    # The head

    @property
    def publisher(self) -> Words:
        name = self.extract.publisher
        return Words(f"Published by {plain_words(name)}." if name else "")

    @property
    def synthetic(self) -> Words:
        return Words(f"**{SYNTHETIC_NOTICE}.**" if self.extract.synthetic else "")

    # Key points

    @property
    def key_declined(self) -> Words:
        of, by = self.declined, self._by_agencies()
        if self.extract.by_issue:
            told = (
                f"Of the requests that ICE issued in the week of {self.week.title}, "
                f"{_some(of.total, requests)} had been recorded as declined "
                f"by {long_date(self.extract.as_of)}{by}."
            )
        else:
            told = (
                f"In the week of {self.week.title}, ICE recorded "
                f"{self._recorded_as_declined()}{by}."
            )
        if not of.total:
            return Words(f"{told} That none is recorded does not mean that none was declined.")
        confirmed = part_of(of.confirmed, of.total, "request", "requests")
        return Words(f"{told} A release date is on record for {confirmed}.")

    @property
    def concentration(self) -> Words:
        return concentrated(self.concentrated, self.largest, self.extract.by_issue)

    @property
    def key_charges(self) -> Words:
        """Every request of the table in one of four; a number of none is left out."""
        of, total = self.charges, self.declined.total
        if not total:
            return Words("")
        if not of.supplied and not of.told:
            return Words(
                f"No charge data was supplied for the {requests(total)} declined, so the "
                "report says nothing about charges."
            )
        if not of.told:
            return Words(f"The report does not show the charges of this week: {of.why}.")
        parts = [
            (of.convicted, "{} a person with a conviction on record"),
            (of.charged_only, "{} a person with charges and no conviction"),
            (
                of.dismissed_or_acquitted,
                "{} a person whose charges were all dismissed or ended in acquittal",
            ),
            (of.no_charges, "{} a person without a charge on record"),
        ]
        told = [words.format(number(each)) for each, words in parts if each]
        dated = of.dated or ","
        return Words(f"Of the {requests(of.of)} declined{dated} {_listed(told, 'concern')}.")

    @property
    def key_categories(self) -> Words:
        if not (self.charges.told and self.charges.by_category):
            return Words("")
        of = self.charges
        return Words(
            f"By category of the charges{of.dated or ','} the {number(of.of)} include "
            f"{of.by_category}. One request can be in several "
            "categories."
        )

    @property
    def key_issued(self) -> Words:
        """The issued, whose declined are others than the recorded: so it says which are meant."""
        of = self.issued
        if not of.total:
            return Words("The extract holds no request that ICE issued in the week.")
        told = (
            f"Issued is not declined: of the {requests(of.total)} that ICE issued in the week, "
            f"{_some(of.honored)} had been honored by {long_date(self.extract.as_of)}, "
            f"{_some(of.declined)} had been declined, {_some(of.other)} had another outcome, "
            f"and {f'{of.pending:,} had none' if of.pending else 'every one had an outcome'} "
            "on record."
        )
        if not self.extract.by_issue and of.declined and self.declined.total:
            these = "That one was" if of.declined == 1 else f"These {number(of.declined)} were"
            one = self.declined.total == 1
            told += (
                f" {these} issued in the week; the {number(self.declined.total)} above "
                f"{'was' if one else 'were'} recorded as declined in it, whenever "
                f"{'it was' if one else 'they were'} issued."
            )
        return Words(told)

    # How to read the counts

    @property
    def recorded_date(self) -> Words:
        if not self.extract.has_recording_dates:
            return Words("")
        return Words(
            "The **recorded date** is the date on which ICE learned of an outcome. It is "
            "not the date of a release."
        )

    @property
    def provisional(self) -> Words:
        if self.extract.is_final:
            return Words(
                "The data reaches 13 weeks or more beyond the week: these figures are **final**."
            )
        return Words(
            "These figures are **provisional** until the data reaches 13 weeks beyond the week."
        )

    @property
    def source_limits(self) -> Words:
        """What the source does not hold, and what that means for the week."""
        extract = self.extract
        by_issue = "so the week is the week in which a request was *issued*"
        if extract.is_foia:
            return Words(
                "**Limits of this source.** The charges are the most serious conviction on record "
                "of any year, not the charge of this arrest; pending charges are not in it. It "
                f"holds no date of decline and no date of release, {by_issue}."
            )
        if not extract.by_issue or extract.has_recording_dates:
            return Words("")
        release = "" if extract.has_release_dates else " It holds no date of release either."
        return Words(
            "**Limits of this source.** It holds no date on which an outcome was "
            f"recorded, {by_issue}.{release}"
        )

    # Sections I, II and IV

    @property
    def recorded(self) -> Words:
        """The declined by kind, and the honored beside them."""
        of, by = self.declined, self._by_agencies()
        kinds = _listed(
            [
                count(of.detainers, "detainer", "detainers"),
                count(of.notifications, "request for notification", "requests for notification"),
                count(of.transfers, "request for transfer", "requests for transfer"),
            ]
        )
        if self.extract.by_issue:
            told = (
                f"Of the requests issued this week, {_some(of.total, requests)} "
                f"had been recorded as declined by {long_date(self.extract.as_of)}{by}"
            )
        else:
            told = f"This week ICE recorded {self._recorded_as_declined()}{by}"
        told += f": {kinds}" if of.total else ""
        were = "was" if of.honored <= 1 else "were"
        honored = requests(of.honored) if of.honored else "No request"
        return Words(f"{told}. {honored} {were} recorded as honored.")

    @property
    def share(self) -> Words:
        """The share declined as a range, with its base."""
        share = self.declined.share
        base = f"{requests(share.base)} recorded as declined or honored, or held back as declined"
        if not (self.declined.total or share.high):
            return Words("")
        if share.low is None:
            return Words(f"The report prints no share: its base, {base}, is under 30.")
        if share.low == share.high:
            return Words(f"Of the {base}, {percent(share.low)} were declined.")
        wider = (
            f" For the lower end, {requests(share.held_honored)} held back as honored count "
            "in the base too."
            if share.held_honored
            else ""
        )
        return Words(
            f"Of the {base}, between {percent(share.low)} and {percent(share.high)} were "
            f"declined: it depends on those held back.{wider}"
        )

    @property
    def previous(self) -> Words:
        """Against the week published before. It says nothing of rising or falling."""
        before = self.declined.previous
        if before is None or not (before.total or self.declined.total):
            return Words("")
        differ, word = before.more or before.fewer, "more" if before.more else "fewer"
        told = (
            f"{count(differ, f'{word} request was', f'{word} requests were')} recorded as "
            "declined than"
            if differ
            else "As many requests were recorded as declined as"
        )
        gap = (
            f"; no report covers the {count(before.between, 'week', 'weeks')} between"
            if before.between
            else ""
        )
        dates = "; each week is as of the date of its own extract" if self.extract.by_issue else ""
        return Words(f"{told} in the previous published week ({before.week.title}{gap}{dates}).")

    @property
    def law(self) -> Words:
        of = self.declined
        if not of.law_forbids:
            return Words("")
        them = (
            "It is counted as declined. This table shows it apart."
            if of.law_forbids == 1
            else "They are counted as declined. This table shows them apart."
        )
        return Words(
            f"For {part_of(of.law_forbids, of.total, 'declined request', 'declined requests')}, "
            "the record names a law or a court, or the table of Section III has a law or a ruling "
            f"for its place. {them}"
        )

    @property
    def about_charges(self) -> Words:
        if not self.declined.total:
            return Words("")
        if not self.charges.supplied and not self.charges.told:
            return Words("No charge data was supplied with this extract.")
        if not self.charges.told:
            return Words("")
        dismissed = self.charges.dismissed_or_acquitted
        were = "is" if dismissed == 1 else "are"
        in_none = (
            f" {requests(dismissed)} with only charges that were dismissed or ended in "
            f"acquittal {were} in none."
            if dismissed
            else ""
        )
        return Words(
            "The charges are those on record before the release. A request counts as *convicted* "
            "in a category or an offense group (NCIC) if one of its charges there ended in a "
            "conviction, and else as *charged only*. One request can be in several, so they do "
            f"not add up.{in_none}"
        )

    @property
    def about_days(self) -> Words:
        if not self.declined.total:
            return Words("")
        if not self.extract.has_recording_dates:
            return Words(
                "The source holds no recording dates, so the time from issue to recording "
                f"is not known for any of the {number(self.declined.total)} "
                "declined."
            )
        return Words(
            "This is the number of days between the issue of a declined request and the "
            "day on which ICE recorded the outcome. Old requests recorded this week say "
            "as much about recording as about releases."
        )

    @property
    def held(self) -> Words:
        of, received = self.held_back, requests(self.extract.received)
        told = [f"The extract holds {received}."]
        if of.total:
            told.append(
                f"A check holds back {number(of.total)} of them: {number(of.requests)} because the "
                f"request itself is in doubt (they count in neither section), and "
                f"{number(of.outcomes)} because the outcome is in doubt (none counts as declined; "
                "one that was issued in the week counts as issued)."
            )
        else:
            told.append("The checks hold none of them back.")
        if of.long_held:
            have = "has" if of.long_held == 1 else "have"
            told.append(
                f"{number(of.long_held)} of these {have} been held back for more than 90 days."
            )
        if of.cleared:
            were = "was" if of.cleared == 1 else "were"
            told.append(
                f"{count(of.cleared, 'flag', 'flags')} of a check {were} looked at by a "
                "person and counted."
            )
        lie = "lies" if self.extract.outside_week == 1 else "lie"
        told.append(f"{number(self.extract.outside_week)} {lie} outside the week.")
        return Words(" ".join(told))

    @property
    def write_to(self) -> Words:
        contact = self.extract.contact
        return Words(f"Write to {plain_words(contact)}." if contact else "")

    def _recorded_as_declined(self) -> str:
        total = self.declined.total
        if not total:
            return "no request as declined"
        issued = "it was issued" if total == 1 else "they were issued"
        return f"{requests(total)} as declined, whenever {issued}"

    def _by_agencies(self) -> str:
        of = self.declined
        if not of.total:
            return ""
        return (
            f", by {count(of.agencies, 'agency', 'agencies')} in "
            f"{count(of.states, 'state', 'states')}"
        )


def concentrated(found: Concentration, largest: str, by_issue: bool) -> Words:
    """Who, or which day, makes up half or more of the declined, and how many; `largest`: the name
    and state of the agency."""
    told, day_of = [], ""
    words = (found.total, "declined request", "declined requests")
    if found.agency_id:
        of_agency = str(part_of(found.of_agency, *words))
        told.append(f"{of_agency.capitalize()} are of one agency, {plain_words(largest)}")
        day_of = "all" if found.on_day == found.of_agency else number(found.on_day)
        day_of = f"{day_of} of them"
    if found.day:
        day_of = day_of or part_of(found.on_day, *words)
        did = "issued" if by_issue else "recorded"
        told.append(f"ICE {did} {day_of} on one day, {long_date(found.day)}")
    return Words("; ".join(told) + "." if told else "")


def _some(value: int, form=number) -> str:
    return form(value) if value else "none"


def _listed(parts: list[str], verb: str = "") -> str:
    """ "a", "a and b", "a, b and c"; with a verb, the first part takes it after its number."""
    if verb and parts:
        first, _, rest = parts[0].partition(" ")
        parts = [
            f"{first} {verb} {rest}" if first != "1" else f"{first} {verb}s {rest}",
            *parts[1:],
        ]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
