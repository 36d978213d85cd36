"""All that the pages of a site are made from, in one value: `Site`.

Beside what is published that is `SiteContext`: the publisher, the written texts, the laws, the day.
All of it is maintained under `params/`, and none of it is part of a revision: it stands in the
pages around the articles, and `ddor rebuild` brings it to every page.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ddor.calendar import Week
from ddor.errors import NeedsCorrection
from ddor.maintained.directory import Directory
from ddor.maintained.parameters import Parameters
from ddor.maintained.texts import Statement, Text, read_statements, read_texts
from ddor.publishable import text_of
from ddor.published.catalog import Catalog
from ddor.reference.figures import WEEKLY_FIGURES

Line = dict[str, str]
SIGNS = re.compile(r"\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True)
class SiteContext:
    """day: that of printing. texts: name of the page -> its text; statements: agency_id -> what it
    says; agencies: agency_id -> name and place in the directory; policies and coverage: the lines
    of directory.Directory."""

    parameters: Parameters
    day: dt.date
    texts: Mapping[str, Text] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    agencies: Mapping[str, Line] = field(default_factory=dict)
    policies: tuple[Line, ...] = ()
    coverage: tuple[Line, ...] = ()

    @property
    def base(self) -> str:
        """Where the site is served, before a path below site/, for the feed's links are read far
        from it; "" where that is not known."""
        return self.parameters.site_url.rstrip("/") + "/" if self.parameters.site_url else ""

    def written(self) -> dict[str, str]:
        """What people wrote and is published around revisions: the place -> text. Of the written
        pages without the signs around figures, which texts.py has tried to fill."""
        found = {"the parameter authority": self.parameters.authority}
        for text in self.texts.values():
            found[f"pages/{text.name}.md"] = f"{text.title}\n{SIGNS.sub('  ', text.body)}"
        for agency_id, statement in self.statements.items():
            found[f"statements/{agency_id}.md"] = text_of(statement.html)
        found["agencies.csv, name"] = "\n".join(line["name"] for line in self.agencies.values())
        for table, lines in (("policies", self.policies), ("coverage", self.coverage)):
            found[f"{table}.csv"] = "\n".join(text for line in lines for text in line.values())
        return found

    def release_of(self, week: Week) -> dt.date:
        """The date on which the week's first report is announced."""
        return week.last_day + dt.timedelta(days=self.parameters.release_lag_days)

    def names(self, cohort: str, latest: dict | None) -> dict:
        """What a written page may name (docs/pages.md). latest: see latest.py."""
        own = ("publisher", "authority", "contact", "official")
        return {name: getattr(self.parameters, name) for name in own} | {
            "threshold": self.parameters.disclosure_threshold,
            "cohort": cohort,
            "latest": latest,
        }


@dataclass(frozen=True)
class Site:
    """folder: site/, with what is published so far. catalog: what is published once the pages that
    are made from this value are there.

    index: agency_id -> its line, of every agency in the archive (agency_index.py). agencies:
    agency_id -> its weeks, newest first, of those whose pages are made or go; named: those to which
    a report's page leads, whether or not a published week has a figure of them. years: year ->
    table -> lines, of those whose files are made. latest: the newest week (latest.py).
    """

    folder: Path
    catalog: Catalog
    context: SiteContext
    index: Mapping[str, Line] = field(default_factory=dict)
    agencies: Mapping[str, list[Line]] = field(default_factory=dict)
    named: Collection[str] = ()
    years: Mapping[int, Mapping[str, list[Line]]] = field(default_factory=dict)
    latest: dict | None = None


def read_context(parameters: Parameters, directory: Directory) -> SiteContext:
    """Raises NeedsCorrection (exit code 2) with every problem of the written pages."""
    problems, statements, texts = [], {}, {}
    try:
        statements = read_statements(parameters.statements)
    except NeedsCorrection as error:
        problems += error.problems
    context = SiteContext(
        parameters,
        parameters.published_on or dt.date.today(),
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
    weeks = [week | {"figures": dict.fromkeys(WEEKLY_FIGURES, number)} for number in (0, 2)]
    examples = [context.names(parameters.cohort, latest) for latest in (None, *weeks)]
    try:
        texts = read_texts(parameters.pages, parameters.project_pages, examples)
    except NeedsCorrection as error:
        problems += error.problems
    NeedsCorrection.raise_if("the written pages need correction", problems)
    return replace(context, texts=texts)
