"""What is published: `site/data/catalog.json`, read first and written last.

One entry for each period with its revisions, by the folder of its reports; pages that list reports
are made from it, without opening any of theirs.

    {"cohort": "recorded", "synthetic": true, "weeks": {"2017-02-18": [{"revision": 1, …}]},
     "quarters": {"2017Q1": [{"revision": 1, …}]}}
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from ddor.calendar import Period, Week
from ddor.errors import ArchiveUnavailable, UsageError
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.reports import shelved

CATALOG = "data/catalog.json"


FIRST, REVISED, CORRECTED = "first", "revision", "correction"
# What a revision of each kind has become.
MARKS = {FIRST: "", REVISED: "revised", CORRECTED: "corrected"}


@dataclass(frozen=True)
class Revision:
    """One published revision. Dates in ISO form; source: where its extract came from, in words;
    figures: the few that lists of weeks show; identity: see jobs/prepared.py.

    kind: FIRST; REVISED, by new data, a decision or another input; CORRECTED, because of a mistake.
    because: why, in words, for the last two. accepted: why the week was published although a
    person had to look at it, or "". records: the week's disputes and corrections, as
    corrections.RECORDS writes them, without the rows that an action names, each with the date on
    which it was first shown, `shown_on`. kept_tables: the as_of of earlier revisions of which it
    shows a table (measures/disclosure.py). based_on: of a report made from weekly ones, the
    first day of each of these -> its revision. trend: of a week, what the trend is drawn from
    (archive.trend.kept_of). cases: the described cases as HTML, of a current revision alone.

    A withdrawn one keeps its number, its dates and the kind of reason, and nothing of its content.
    """

    revision: int
    identity: str
    published_on: str
    as_of: str
    source: str
    figures: dict[str, int]
    kind: str = FIRST
    because: str = ""
    accepted: str = ""
    records: list[dict] = field(default_factory=list)
    kept_tables: list[str] = field(default_factory=list)
    based_on: dict[str, int] = field(default_factory=dict)
    withdrawn_on: str = ""
    withdrawn_for: str = ""
    trend: dict = field(default_factory=dict)
    cases: str = ""

    def withdrawn(self, day: str, reason: str) -> "Revision":
        emptied = Revision(self.revision, self.identity, self.published_on, "", "", {}, self.kind)
        return replace(emptied, withdrawn_on=day, withdrawn_for=reason)


Shelf = Mapping[str, list[Revision]]


@dataclass(frozen=True)
class Catalog:
    """shelves: the folder of a report (`Period.shelf`) -> the keys of its periods -> revisions,
    oldest first; the last is the current one."""

    cohort: str = ""
    synthetic: bool = False
    shelves: Mapping[str, Shelf] = field(default_factory=dict)

    @property
    def weeks(self) -> Shelf:
        return self.shelves.get(Week.shelf, {})

    def of(self, period: Period) -> list[Revision]:
        """The period's revisions, oldest first."""
        return self.shelves.get(period.shelf, {}).get(str(period), [])

    def everything(self) -> Iterator[tuple[Period, list[Revision]]]:
        """Every period with its revisions: weeks first, each report's by key."""
        for name, shelf in self.shelves.items():
            for key, revisions in shelf.items():
                yield shelved(name).period.parse(key), revisions

    def newest_first(self) -> list[tuple[Week, Revision]]:
        """Every week with its current revision."""
        return [(Week.parse(day), self.weeks[day][-1]) for day in sorted(self.weeks, reverse=True)]

    def newest_beside_weeks(self) -> list[tuple[Period, Revision]]:
        """Every period that is no week, newest first, with its current revision."""
        others = [(p, rs[-1]) for p, rs in self.everything() if not isinstance(p, Week)]
        return sorted(others, key=lambda each: (each[0].last_day, each[0].shelf), reverse=True)

    def newest_reports(self) -> list[tuple[Period, Revision]]:
        """Every period with its current revision: weeks first."""
        return [*self.newest_first(), *self.newest_beside_weeks()]

    def made_from(self, week: Period) -> list[Period]:
        """The periods whose current revision has this week's report in it, or should have; none
        for a period that is no week."""
        others = self.newest_beside_weeks()
        return [each for each, now in others if now.based_on and week in each.weeks()]

    def current(self, period: Period) -> Revision | None:
        return self.of(period)[-1] if self.of(period) else None

    def last_retained(self, period: Period) -> Revision | None:
        """The last revision that is not withdrawn; the last one where all of them are."""
        retained = [r for r in self.of(period) if not r.withdrawn_on]
        return retained[-1] if retained else self.current(period)

    def with_revisions(self, period: Period, revisions: list[Revision]) -> "Catalog":
        shelf = {**self.shelves.get(period.shelf, {}), str(period): revisions}
        others = {**self.shelves, period.shelf: dict(sorted(shelf.items()))}
        return replace(self, shelves={Week.shelf: self.weeks} | dict(sorted(others.items())))

    def file(self) -> bytes:
        content: dict[str, object] = {"notice": SYNTHETIC_NOTICE} if self.synthetic else {}
        content |= {"cohort": self.cohort, "synthetic": self.synthetic}
        for name, shelf in self.shelves.items():
            content[name] = {key: list(map(vars, revisions)) for key, revisions in shelf.items()}
        return (json.dumps(content, indent=1) + "\n").encode()


def open_catalog(site: Path) -> Catalog | None:
    """The catalog of `site`, None where nothing is published. Raises ArchiveUnavailable."""
    file = site / CATALOG
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        content.pop("notice", None)
        about = {name: content.pop(name) for name in ("cohort", "synthetic")}
        content = {Week.shelf: content[Week.shelf]} | content
        shelves = {
            shelved(name).period.shelf: {key: [Revision(**r) for r in rs] for key, rs in of.items()}
            for name, of in content.items()
        }
        return Catalog(**about, shelves=shelves)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveUnavailable(f"{CATALOG} cannot be read ({error}); restore it") from error


def read_catalog(site: Path, cohort: str, synthetic: bool) -> Catalog:
    """The catalog of `site`, or an empty one. Raises UsageError where the site holds another
    cohort, or real weeks where these are synthetic: neither may ever stand side by side."""
    catalog = open_catalog(site)
    if catalog is None:
        return Catalog(cohort, synthetic)
    if catalog.synthetic != synthetic:
        kinds = {True: "synthetic", False: "real"}
        raise UsageError(
            f"this archive holds {kinds[catalog.synthetic]} weeks and the extract is "
            f"{kinds[synthetic]}; one site never holds both: choose another --output"
        )
    if catalog.cohort != cohort:
        raise UsageError(
            f"this archive holds weeks of cohort {catalog.cohort}, and {cohort} was requested; "
            "their counts cannot be compared: choose another --output"
        )
    return catalog


def status_of(period: Period, revision: Revision, catalog: Catalog) -> str:
    """*provisional* until the week is run on an extract of 13 weeks or more after its end, then
    *final*; with *revised* or *corrected* where it is not the first; or *withdrawn*. A report made
    from weekly ones is final when each of its weeks was, and its current revision says when one of
    them is another by now."""
    if revision.withdrawn_on:
        return "withdrawn"
    words = ["final" if is_final(period, revision, catalog) else "provisional"]
    words.append(MARKS[revision.kind])
    # Not of an earlier revision, which is superseded itself: nobody would make its page again.
    if revision == catalog.current(period) and superseded_parts(period, revision, catalog):
        words.append("based on a superseded revision")
    return ", ".join(filter(None, words))


class Superseded(NamedTuple):
    """A week of a report made from weekly ones that is not what it was made from any more. used:
    the revision that it was made from, None where there was none; now: the week's current one."""

    week: Week
    used: int | None
    now: Revision


def superseded_parts(period: Period, revision: Revision, catalog: Catalog) -> list[Superseded]:
    """In the order of the weeks; none of a report that is not made from weekly ones."""
    found = []
    for week in period.weeks() if revision.based_on else []:
        used, now = revision.based_on.get(str(week)), catalog.current(week)
        if now and (None if now.withdrawn_on else now.revision) != used:
            found.append(Superseded(week, used, now))
    return found


def is_final(period: Period, revision: Revision, catalog: Catalog) -> bool:
    """Whether it stands, and no later data is awaited: see status_of."""
    if revision.withdrawn_on:
        return False
    if not revision.based_on:
        return period.is_final_on(dt.date.fromisoformat(revision.as_of))
    numbers = [(week, revision.based_on.get(str(week))) for week in period.weeks()]
    used = [(week, catalog.of(week)[number - 1]) for week, number in numbers if number]
    return len(used) == len(numbers) and all(is_final(week, each, catalog) for week, each in used)
