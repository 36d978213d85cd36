"""What is published: `site/data/catalog.json`, read first and written last.

One entry for each week with its revisions; pages that list weeks are made from it, without
opening any of theirs.

    {"cohort": "recorded", "synthetic": true, "weeks": {"2017-02-18": [{"revision": 1, …}]}}
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ddor.calendar import Week
from ddor.errors import ArchiveUnavailable, UsageError
from ddor.extract.model import SYNTHETIC_NOTICE

CATALOG = "data/catalog.json"


FIRST, REVISED, CORRECTED = "first", "revision", "correction"


@dataclass(frozen=True)
class Revision:
    """One published revision. Dates in ISO form; source: where its extract came from, in words;
    figures: the few that lists of weeks show; identity: see identity.py.

    kind: FIRST; REVISED, by new data, a decision or another input; CORRECTED, because of a mistake.
    because: why, in words, for the last two. accepted: why the week was published although a
    person had to look at it, or "". records: the week's disputes and corrections, as
    corrections.to_plain writes them, without the rows that an action names, each with the date on
    which it was first shown, `shown_on`. kept_tables: the as_of of earlier revisions of which it
    shows a table (disclosure control). trend: what the trend is drawn from (trend.kept_of); empty
    in catalogs of before.

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
    withdrawn_on: str = ""
    withdrawn_for: str = ""
    trend: dict = field(default_factory=dict)

    def withdrawn(self, day: str, reason: str) -> "Revision":
        return Revision(self.revision, self.identity, self.published_on, "", "", {}, self.kind,
                        withdrawn_on=day, withdrawn_for=reason)  # fmt: skip


@dataclass(frozen=True)
class Catalog:
    """weeks: first day -> revisions, oldest first; the last is the current one."""

    cohort: str
    synthetic: bool
    weeks: dict[str, list[Revision]]

    def newest_first(self) -> list[tuple[Week, Revision]]:
        """Every week with its current revision."""
        return [(Week.parse(day), self.weeks[day][-1]) for day in sorted(self.weeks, reverse=True)]

    def current(self, week: Week) -> Revision | None:
        return self.weeks.get(str(week), [None])[-1]

    def last_standing(self, week: Week) -> Revision | None:
        """The last revision that is not withdrawn."""
        standing = [r for r in self.weeks.get(str(week), []) if not r.withdrawn_on]
        return standing[-1] if standing else None

    def with_revisions(self, week: Week, revisions: list[Revision]) -> "Catalog":
        weeks = self.weeks | {str(week): revisions}
        return Catalog(self.cohort, self.synthetic, dict(sorted(weeks.items())))

    def with_revision(self, week: Week, revision: Revision) -> "Catalog":
        return self.with_revisions(week, [*self.weeks.get(str(week), []), revision])

    def file(self) -> bytes:
        content = {"notice": SYNTHETIC_NOTICE} if self.synthetic else {}
        return (json.dumps(content | asdict(self), indent=1) + "\n").encode()


def open_catalog(site: Path) -> Catalog | None:
    """The catalog of `site`, None where nothing is published. Raises ArchiveUnavailable."""
    file = site / CATALOG
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        weeks = {day: [Revision(**r) for r in rs] for day, rs in content["weeks"].items()}
        return Catalog(content["cohort"], content["synthetic"], weeks)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveUnavailable(f"{CATALOG} cannot be read ({error}); restore it") from error


def read_catalog(site: Path, cohort: str, synthetic: bool) -> Catalog:
    """The catalog of `site`, or an empty one. Raises UsageError where the site holds another
    cohort, or real weeks where these are synthetic: neither may ever stand side by side."""
    catalog = open_catalog(site)
    if catalog is None:
        return Catalog(cohort, synthetic, {})
    if catalog.synthetic != synthetic:
        kinds = {True: "synthetic", False: "real"}
        raise UsageError(
            f"this archive holds {kinds[catalog.synthetic]} weeks and the extract is "
            f"{kinds[synthetic]}; the two never share a site: give another --output"
        )
    if catalog.cohort != cohort:
        raise UsageError(
            f"this archive holds weeks of cohort {catalog.cohort}, asked was {cohort}; "
            "their counts cannot be compared: give another --output"
        )
    return catalog


def status_of(week: Week, revision: Revision) -> str:
    """*provisional* until the week is run on an extract of 13 weeks or more after its end, then
    *final*; with *revised* or *corrected* where it is not the first; or *withdrawn*."""
    if revision.withdrawn_on:
        return "withdrawn"
    as_of = dt.date.fromisoformat(revision.as_of)
    age = "final" if week.is_final_on(as_of) else "provisional"
    kind = {FIRST: "", REVISED: ", revised", CORRECTED: ", corrected"}[revision.kind]
    return age + kind
