"""What comes of a run, and what it leaves when it is not published: a draft, or a report that waits
for a person."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from ddor.archive.article import article_of
from ddor.archive.page import static_files
from ddor.archive.publish import Archive
from ddor.archive.report_pages import draft_page
from ddor.archive.revision import Publication
from ddor.calendar import Period
from ddor.jobs.differences import figure_differences, sentence_differences
from ddor.jobs.edition import Edition
from ddor.published.catalog import Catalog

HELD = 4  # the exit code of a report that waits for a person (DESIGN 4)


@dataclass(frozen=True)
class Result:
    """status: published, unchanged, draft, held or failed. `page`: its path, or "" for none."""

    period: Period
    status: str
    exit_code: int = 0
    revision: int | None = None
    page: str = ""
    figures: dict[str, int | None] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


def held_result(
    archive: Archive,
    publication: Publication,
    catalog: Catalog,
    executed: Path,
    edition: Edition,
    recovered: tuple[str, ...],
) -> Result:
    """Publishes nothing; leaves in runs/<period>/ the draft and the list to fill in, and what else
    changes with a run (a week's flags in the ledger)."""
    period = publication.period
    told, waiting = edition.waiting(archive.runs / str(period))
    page = keep_draft(archive, publication, catalog, executed)
    files = {f"runs/{period}/{name}": file for name, file in waiting.items()}
    files |= {f"runs/{name}": file for name, file in edition.beside().items()}
    archive.publish({}, files)
    return Result(period, "held", HELD, None, str(page), publication.figures, (*recovered, *told))


def draft_result(
    archive: Archive,
    draft: Publication,
    catalog: Catalog,
    executed: Path,
    edition: Edition,
    recovered: tuple[str, ...],
) -> Result:
    """A draft, and what differs from the published revision."""
    page = keep_draft(archive, draft, catalog, executed)
    noun = draft.period.noun
    messages = [f"no revision of this {noun} is published yet"]
    published = archive.site / draft.period.path
    last = catalog.current(draft.period)
    if last and last.withdrawn_on:
        messages = [f"the published revision of this {noun} was withdrawn"]
    elif last:
        before = json.loads((published / "data" / "summary.json").read_bytes())["figures"]
        messages = figure_differences(before, draft.figures)
        messages += sentence_differences(article_of(published / "index.html"), draft.article.html)
        messages = messages or ["there is no difference from the published revision"]
    if edition.review:
        messages += [
            f"a person has to review this {noun} before it is published:",
            *edition.reasons,
        ]
    told = (*recovered, *messages)
    return Result(draft.period, "draft", 0, None, str(page), draft.figures, told)


def keep_draft(archive: Archive, draft: Publication, catalog: Catalog, executed: Path) -> Path:
    """Render to runs/<period>/draft/; the path of the page."""
    folder = archive.runs / str(draft.period) / "draft"
    page = draft_page(draft.article.html, draft.period, catalog, draft.around)
    files = {"index.html": page, **draft.article.pictures, **static_files()}
    files |= {f"data/{name}": file for name, file in draft.data.items()}
    files["report.ipynb"] = executed.read_bytes()
    archive.publish({f"runs/{draft.period}/draft": files}, {})
    return folder / "index.html"
