"""What pages show beside revisions: the publisher, the written texts, the laws, the day.

All of it is maintained under `params/`, and none of it is part of a revision: it stands in the
pages around the articles, and `ddor rebuild` brings it to every page.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ddor.archive.meanings import FIGURES
from ddor.calendar import Week
from ddor.maintained.directory import Directory
from ddor.maintained.parameters import Parameters
from ddor.maintained.texts import Statement, Text, TextsInvalid, read_statements, read_texts
from ddor.publishable import text_of

SIGNS = re.compile(r"\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True)
class Publisher:
    """Who stands behind the site, under which authority, and where it is served, from the
    parameters; all may be empty. official: whether it is ICE or DHS."""

    name: str
    contact: str
    site_url: str = ""
    authority: str = ""
    official: bool = False

    @property
    def base(self) -> str:
        """Before a path below site/: the feed's links are read far from the site."""
        return self.site_url.rstrip("/") + "/" if self.site_url else ""


@dataclass(frozen=True)
class SiteContext:
    """day: that of printing. texts: name of the page -> its text; statements: agency_id -> what it
    says; agencies: agency_id -> name and place in the directory; policies and coverage: the lines
    of directory.Directory."""

    publisher: Publisher
    day: dt.date
    threshold: int = 5
    max_held_back_share: float = 0.25
    release_lag_days: int = 45
    texts: Mapping[str, Text] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    agencies: Mapping[str, dict[str, str]] = field(default_factory=dict)
    policies: tuple[dict[str, str], ...] = ()
    coverage: tuple[dict[str, str], ...] = ()

    def written(self) -> dict[str, str]:
        """What people wrote and is published around revisions: the place -> text. Of the written
        pages without the signs around figures, which texts.py has tried to fill."""
        found = {"the parameter authority": self.publisher.authority}
        for text in self.texts.values():
            found[f"pages/{text.file}"] = f"{text.title}\n{SIGNS.sub('  ', text.body)}"
        for agency_id, statement in self.statements.items():
            found[f"statements/{agency_id}.md"] = text_of(statement.html)
        found["agencies.csv, name"] = "\n".join(line["name"] for line in self.agencies.values())
        for table, lines in (("policies", self.policies), ("coverage", self.coverage)):
            found[f"{table}.csv"] = "\n".join(text for line in lines for text in line.values())
        return found

    def release_of(self, week: Week) -> dt.date:
        """The date on which the week's first report is announced."""
        return week.last_day + dt.timedelta(days=self.release_lag_days)

    def names(self, cohort: str, latest: dict | None) -> dict:
        """What a written page may name (docs/pages.md). latest: see latest.py."""
        own = ("authority", "contact", "official")
        return {name: getattr(self.publisher, name) for name in own} | {
            "publisher": self.publisher.name,
            "threshold": self.threshold,
            "cohort": cohort,
            "latest": latest,
        }


def read_context(parameters: Parameters, directory: Directory) -> SiteContext:
    """Raises TextsInvalid (exit code 2) with every problem of the written pages."""
    problems, statements, texts = [], {}, {}
    try:
        statements = read_statements(parameters.statements)
    except TextsInvalid as error:
        problems += error.problems
    own = (parameters.publisher, parameters.contact, parameters.site_url)
    context = SiteContext(
        Publisher(*own, parameters.authority, parameters.official),
        parameters.published_on or dt.date.today(),
        parameters.disclosure_threshold,
        parameters.max_held_back_share,
        parameters.release_lag_days,
        statements=statements,
        agencies={
            line["agency_id"]: line | {"agency": line["name"]}
            for line in directory.agencies.to_dict("records")
        },
        policies=tuple(directory.policies.to_dict("records")),
        coverage=tuple(directory.coverage.to_dict("records")),
    )
    week = {"week": Week.containing(context.day), "as_of": context.day, "revision": 1}
    week |= {"published_on": context.day, "status": "final"}
    # With all figures 0, since a sentence has to stand such a week, and 2, for its other branch.
    weeks = [week | {"figures": dict.fromkeys(FIGURES, number)} for number in (0, 2)]
    examples = [context.names(parameters.cohort, latest) for latest in (None, *weeks)]
    try:
        texts = read_texts(parameters.pages, parameters.project_pages, examples)
    except TextsInvalid as error:
        problems += error.problems
    if problems:
        raise TextsInvalid(problems)
    return replace(context, texts=texts)
