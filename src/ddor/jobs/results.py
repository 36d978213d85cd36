"""What comes of a run, and what it leaves when it is not published: a draft, or a report that waits
for a person."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from ddor.archive.acts import Publication, draft_files
from ddor.archive.kept import article_of
from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.jobs.differences import figure_differences, sentence_differences
from ddor.jobs.prepared import REVIEW_LIST, Prepared

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
    archive: Archive, draft: Publication, report: Prepared, executed: Path, told: tuple[str, ...]
) -> Result:
    """Publishes nothing; leaves in runs/<period>/ the draft and the list to fill in, and what else
    changes with a run (a week's flags in the ledger)."""
    period = report.period
    page = _keep_draft(archive, draft, executed)
    lists = {f"{period}/{REVIEW_LIST}": report.private_files[REVIEW_LIST], **report.beside}
    archive.publish({}, {f"runs/{name}": file for name, file in lists.items()})
    return Result(period, "held", HELD, None, page, report.figures, (*told, *report.waiting))


def draft_result(
    archive: Archive, draft: Publication, report: Prepared, executed: Path, told: tuple[str, ...]
) -> Result:
    """A draft, and what differs from the published revision."""
    period = report.period
    page = _keep_draft(archive, draft, executed)
    published, last = archive.site / period.path, report.catalog.current(period)
    if last is None:
        messages = [f"no revision of this {period.noun} is published yet"]
    elif last.withdrawn_on:
        messages = [f"the published revision of this {period.noun} was withdrawn"]
    else:
        before = json.loads((published / "data" / "summary.json").read_bytes())["figures"]
        messages = figure_differences(before, report.figures)
        messages += sentence_differences(article_of(published / "index.html"), draft.article.html)
        messages = messages or ["there is no difference from the published revision"]
    if report.review:
        messages.append(f"a person has to review this {period.noun} before it is published:")
        messages += report.reasons
    return Result(period, "draft", 0, None, page, report.figures, (*told, *messages))


def _keep_draft(archive: Archive, draft: Publication, executed: Path) -> str:
    """Render to runs/<period>/draft/; the path of the page."""
    folder = f"runs/{draft.period}/draft"
    files = draft_files(draft) | {"report.ipynb": executed.read_bytes()}
    archive.publish({folder: files}, {})
    return str(archive.output / folder / "index.html")
