"""What pages show beside revisions: the publisher, the written texts, the laws, the day.

All of it is maintained under `params/`, and none of it is part of a revision: it stands in the
chrome, and `ddor rebuild` brings it to every page.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ddor.calendar import Week
from ddor.errors import NeedsCorrection
from ddor.maintained.directory import Directory
from ddor.maintained.parameters import Parameters
from ddor.maintained.texts import Statement, Text, read_statements, read_texts
from ddor.publishable import text_of
from ddor.reference.figures import WEEKLY_FIGURES

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
class Around:
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
        return {
            "the parameter authority": self.publisher.authority,
            **{
                f"pages/{text.name}.md": f"{text.title}\n{SIGNS.sub('  ', text.body)}"
                for text in self.texts.values()
            },
            **{
                f"statements/{agency_id}.md": text_of(statement.html)
                for agency_id, statement in self.statements.items()
            },
            "agencies.csv, name": "\n".join(line["name"] for line in self.agencies.values()),
            "policies.csv": "\n".join(text for line in self.policies for text in line.values()),
            "coverage.csv": "\n".join(text for line in self.coverage for text in line.values()),
        }

    def release_of(self, week: Week) -> dt.date:
        """The date on which the week's first report is announced."""
        return week.last_day + dt.timedelta(days=self.release_lag_days)

    def names(self, cohort: str, latest: dict | None) -> dict:
        """What a written page may name (docs/pages.md). latest: see `latest_names`."""
        return {
            "publisher": self.publisher.name,
            "authority": self.publisher.authority,
            "contact": self.publisher.contact,
            "official": self.publisher.official,
            "threshold": self.threshold,
            "cohort": cohort,
            "latest": latest,
        }


def around_of(parameters: Parameters, directory: Directory) -> Around:
    """Raises NeedsCorrection (exit code 2) with every problem of the written pages."""
    problems, statements, texts = [], {}, {}
    try:
        statements = read_statements(parameters.statements)
    except NeedsCorrection as error:
        problems += error.problems
    around = Around(
        publisher=Publisher(
            parameters.publisher,
            parameters.contact,
            parameters.site_url,
            parameters.authority,
            parameters.official,
        ),
        day=parameters.published_on or dt.date.today(),
        threshold=parameters.disclosure_threshold,
        max_held_back_share=parameters.max_held_back_share,
        release_lag_days=parameters.release_lag_days,
        statements=statements,
        agencies={
            line["agency_id"]: line | {"agency": line["name"]}
            for line in directory.agencies.to_dict("records")
        },
        policies=tuple(directory.policies.to_dict("records")),
        coverage=tuple(directory.coverage.to_dict("records")),
    )
    week = Week.containing(around.day)
    # With all figures 0, since a sentence has to stand such a week, and 2, for its other branch.
    weeks = [
        latest_names(
            week, around.day, around.day, 1, "final", dict.fromkeys(WEEKLY_FIGURES, number)
        )
        for number in (0, 2)
    ]
    examples = [around.names(parameters.cohort, latest) for latest in (None, *weeks)]
    try:
        texts = read_texts(parameters.pages, parameters.project_pages, examples)
    except NeedsCorrection as error:
        problems += error.problems
    NeedsCorrection.raise_if("the written pages need correction", problems)
    return replace(around, texts=texts)


def latest_names(
    week: Week,
    as_of: dt.date,
    published_on: dt.date,
    revision: int,
    status: str,
    figures: dict[str, int],
) -> dict:
    """The names that stand behind `latest.` in a written page."""
    return {
        "week": week,
        "as_of": as_of,
        "published_on": published_on,
        "revision": revision,
        "status": status,
        "figures": figures,
    }
