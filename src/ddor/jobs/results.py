"""What comes of a week, and what it leaves when it is not published: a draft, or a week that waits
for a person."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ddor.archive.catalog import Catalog
from ddor.archive.page import static_files
from ddor.archive.pages import draft_page
from ddor.archive.publish import Archive
from ddor.archive.revision import Publication, kept_article
from ddor.calendar import Week
from ddor.errors import HeldForReview
from ddor.jobs.differences import figure_differences, sentence_differences
from ddor.ledger import LEDGER, ledger_file
from ddor.measures.figures import Counts


@dataclass(frozen=True)
class WeekResult:
    """status: published, unchanged, draft, held or failed. `page`: its path, or "" for none."""

    week: Week
    status: str
    exit_code: int = 0
    revision: int | None = None
    page: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


def held_result(
    archive: Archive,
    publication: Publication,
    catalog: Catalog,
    executed: Path,
    waiting: dict[str, bytes],
    told: list[str],
    ledger: pd.DataFrame,
) -> WeekResult:
    """Publishes nothing; leaves in runs/<week>/ the draft and the files `waiting`, the list to
    fill in among them, and the ledger with its flags. `told`: what to look at."""
    week = publication.week
    page = keep_draft(archive, publication, catalog, executed)
    files = {f"runs/{week}/{name}": file for name, file in waiting.items()}
    archive.publish({}, files | {f"runs/{LEDGER}": ledger_file(ledger)})
    return WeekResult(week, "held", HeldForReview.exit_code, None, str(page),
                      publication.figures, tuple(told))  # fmt: skip


def draft_result(
    archive: Archive,
    draft: Publication,
    catalog: Catalog,
    executed: Path,
    counts: Counts,
    recovered: tuple[str, ...],
) -> WeekResult:
    """A draft, and what differs from the published revision."""
    page = keep_draft(archive, draft, catalog, executed)
    messages = ["no revision of this week is published yet"]
    week = archive.site / "weeks" / str(draft.week)
    last = catalog.current(draft.week)
    if last and last.withdrawn_on:
        messages = ["the published revision of this week was withdrawn"]
    elif last:
        before = json.loads((week / "data" / "summary.json").read_bytes())["figures"]
        messages = figure_differences(before, draft.figures)
        messages += sentence_differences(kept_article(week / "index.html"), draft.article.html)
        messages = messages or ["nothing differs from the published revision"]
    if len(counts.review):
        messages += ["a person would have to look at this week before it is published:",
                     *counts.review["reason"]]  # fmt: skip
    told = (*recovered, *messages)
    return WeekResult(draft.week, "draft", 0, None, str(page), draft.figures, told)


def keep_draft(
    archive: Archive, draft: Publication, catalog: Catalog, executed: Path
) -> Path:
    """Render to runs/<week>/draft/; the path of the page."""
    folder = archive.runs / str(draft.week) / "draft"
    page = draft_page(draft.article.html, draft.week, catalog, draft.around)
    files = {"index.html": page, **draft.article.pictures, **static_files()}
    files |= {f"data/{name}": file for name, file in draft.data.items()}
    files["report.ipynb"] = executed.read_bytes()
    archive.publish({f"runs/{draft.week}/draft": files}, {})
    return folder / "index.html"
