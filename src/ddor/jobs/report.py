"""A run, whatever the report: from its inputs to a published revision, or to nothing and the
reason why.

`make_report` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in staging; only a proved run reaches the archive. What a weekly or a
quarterly report is made from is in weekly.py and quarterly.py; PREPARATIONS names them.
"""

import difflib
import json
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bs4 import BeautifulSoup

from ddor.archive.acts import Publication, draft_files, publish_revision
from ddor.archive.kept import Article, article_of, kept_files
from ddor.archive.publish import Archive, opened
from ddor.archive.render import render_article
from ddor.archive.site import Site, address_of
from ddor.calendar import Period, Week
from ddor.errors import DdorError, NotebookFailed, UsageError
from ddor.extract.identifiers import RequestKeys
from ddor.inputs import NEWER_FLAGS
from ddor.jobs import prepared
from ddor.jobs.identity import hashed, identity_of, manifest_file
from ddor.jobs.prepared import REVIEW_LIST, Order, Preparation, Prepared, figure_differences
from ddor.jobs.quarterly import COMPILED
from ddor.jobs.site_context import site_context
from ddor.jobs.weekly import WEEKLY
from ddor.maintained.parameters import load_parameters
from ddor.published.catalog import Revision
from ddor.reports import refuse_shared_key, report_of
from ddor.run.notebook import check_template, execute, judge, prove_run, tidy

TEMPLATE = "template.ipynb"
# What a report under review, a draft, or an unchanged run left; a publication makes it old.
MADE_OLD = ("draft", REVIEW_LIST, NEWER_FLAGS)
WEEKS_LOOKED_AT = 26  # of which a text may not hold a key; `ddor rebuild` looks at all of them
HELD = 4  # the exit code of a report that waits for a person (DESIGN 4)
BLOCKS = ["p", "li", "h1", "h2", "h3", "figcaption", "caption"]
# How a report is prepared, by the folder of its periods (`Period.shelf`). One that is not named
# here is made from weekly reports.
PREPARATIONS = {Week.shelf: WEEKLY}


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


def preparation_of(period: Period) -> Preparation:
    return PREPARATIONS.get(period.shelf, COMPILED)


def attempt(period: Period, order: Order) -> Result:
    """make_report, with what went wrong as a result, so that others still run."""
    try:
        return make_report(period, order)
    except DdorError as error:
        code, message = error.exit_code, str(error)
    except Exception:  # a bug of ours: the traceback is all that can be said
        code, message = DdorError.exit_code, traceback.format_exc()
    return Result(period, "failed", code, messages=tuple(message.splitlines()))


def make_report(period: Period, order: Order) -> Result:
    """One report, whole. Raises DdorError; nothing is then published."""
    refuse_shared_key(period)
    preparation = preparation_of(period)
    template = order.project / "notebooks" / report_of(period).template
    check_template(template, (period.noun, "inputs"))
    parameters = load_parameters(order.project, period, order.params, order.settings)
    recovered = recover(parameters.output)
    gathered = preparation.gather(period, parameters)
    context = site_context(parameters)

    with opened(parameters.output) as archive:
        report = preparation.prepare(gathered, archive, order, context.day)
        last = report.catalog.current(period)
        if order.correct and last is None:
            raise UsageError(f"{period} is not published, so there is nothing to correct")
        hashes = hashed(report.input_texts, template)
        if last and last.identity == identity_of(hashes) and not (order.draft or order.force):
            return _unchanged(archive, report, last, order, recovered)

        revision = prepared.revision_line(archive, report, order, hashes, context.day)
        written = {"--reason": f"{order.reason}\n{revision.because}\n{revision.accepted}"}
        keys = prepared.keys_of(archive, report.request_ids, WEEKS_LOOKED_AT)
        prepared.refuse_unfit({**written, **report.texts, **context.written()}, keys)
        executed, article = run_notebook(archive, template, report, keys)
        data, messages = prepared.data_files(report), (*recovered, *article.told)
        site = Site(archive.site, report.catalog, context)
        publication = Publication(site, period, revision, article, data, report.bulk)
        if order.draft or (report.review and not revision.accepted):
            return _not_published(archive, publication, report, order, executed, messages)
        private = {
            "report.ipynb": executed.read_bytes(),
            TEMPLATE: template.read_bytes(),
            **report.private_files,
            **{n: (archive.staging / "inputs" / n).read_bytes() for n in preparation.files},
        }
        kept = kept_files(article, data)
        private["manifest.json"] = manifest_file(
            order.project, hashes, report.history, report.review, context.day, kept, private
        )
        publish_revision(archive, publication, private, report.beside, MADE_OLD)
    page = str(archive.site / address_of(period))
    messages = (*messages, *report.messages)
    return Result(period, "published", 0, revision.revision, page, report.figures, messages)


def recover(output: Path) -> tuple[str, ...]:
    """First thing: finish or drop what a crash left, so that what is read next is whole."""
    if not Archive(output).left_unfinished():
        return ()
    with opened(output) as archive:
        return (archive.recovered,)


def run_notebook(
    archive: Archive, template: Path, report: Prepared, keys: RequestKeys
) -> tuple[Path, Article]:
    """-> the executed notebook, in staging, and its article. A notebook that failed, or shows what
    may not be published, is kept for the analyst."""
    with archive.writing():
        report.save(archive.staging / "inputs")
    executed = archive.staging / "report.ipynb"
    try:
        run_proved(template, executed, report)
        messages = judge(executed, keys)
        return executed, replace(render_article(tidy(executed)), told=messages)
    except NotebookFailed as failure:
        if not executed.exists():
            raise
        folder = archive.runs / str(report.period) / "failed"
        with archive.writing():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(executed, folder / executed.name)
        raise NotebookFailed(f"{failure}\nthe notebook up to the failure: {folder}") from failure


def run_proved(template: Path, executed: Path, report: Prepared) -> None:
    """Execute the template on the inputs saved beside `executed`; its figures have to be those
    counted. Raises NotebookFailed."""
    period = report.period
    execute(template, executed, {period.noun: str(period), "inputs": "inputs"})
    prove_run(executed, report.figures)


def _unchanged(
    archive: Archive, report: Prepared, last: Revision, order: Order, messages: tuple[str, ...]
) -> Result:
    """Nothing is published; only private files that are newer are kept."""
    period = report.period
    if last.withdrawn_on:
        messages += (
            f"revision {last.revision} of this {period.noun} was withdrawn on {last.withdrawn_on} "
            f"({last.withdrawn_for}), and its inputs are unchanged; --force publishes them again",
        )
    if order.correct:
        messages += ("nothing changed, so nothing was corrected; --force publishes it again",)
    if report.newer and (newer := report.newer(last.revision)):
        archive.publish({}, {f"runs/{name}": file for name, file in newer.items()})
    page = str(archive.site / address_of(period))
    return Result(period, "unchanged", 0, last.revision, page, report.figures, messages)


def _not_published(
    archive: Archive,
    publication: Publication,
    report: Prepared,
    order: Order,
    executed: Path,
    messages: tuple[str, ...],
) -> Result:
    """Leaves a draft in runs/<period>/draft/: one that was asked for, or that of a report that
    waits for a person, with the list to fill in and what else changes with a run (a week's flags in
    the ledger)."""
    period, article = report.period, publication.article
    draft = f"runs/{period}/draft"
    files = draft_files(publication) | {"report.ipynb": executed.read_bytes()}
    page = str(archive.output / draft / "index.html")
    if order.draft:
        archive.publish({draft: files}, {})
        messages += tuple(_differences(archive, report, article.html))
        return Result(period, "draft", 0, None, page, report.figures, messages)
    lists = {f"{period}/{REVIEW_LIST}": report.private_files[REVIEW_LIST], **report.beside}
    archive.publish({draft: files}, {f"runs/{name}": file for name, file in lists.items()})
    return Result(period, "held", HELD, None, page, report.figures, (*messages, *report.waiting))


def _differences(archive: Archive, report: Prepared, html: str) -> Iterator[str]:
    """What a draft says of itself: how it differs from the published revision, and whether a person
    has to look at it. `html`: its article."""
    period, last = report.period, report.catalog.current(report.period)
    published = archive.site / period.path
    if last is None:
        yield f"no revision of this {period.noun} is published yet"
    elif last.withdrawn_on:
        yield f"the published revision of this {period.noun} was withdrawn"
    else:
        before = json.loads((published / "data" / "summary.json").read_bytes())["figures"]
        differences = figure_differences(before, report.figures)
        differences += sentence_differences(article_of(published / "index.html"), html)
        yield from differences or ["there is no difference from the published revision"]
    if report.review:
        yield f"a person has to review this {period.noun} before it is published:"
        yield from report.reasons


def sentence_differences(before: str, after: str) -> list[str]:
    """Paragraphs of two pages' HTML that stand in one only: "- " gone, "+ " new."""
    lines = difflib.ndiff(paragraphs(before), paragraphs(after))
    return [line for line in lines if line.startswith(("- ", "+ "))]


def paragraphs(html: str) -> list[str]:
    """The text of an article's paragraphs, list items, headings and captions, in order; what stands
    in one within another is that one's alone."""
    texts = [
        "".join(text for text in block.strings if text.find_parent(BLOCKS) is block)
        for block in BeautifulSoup(html, "html.parser").find_all(BLOCKS)
    ]
    return [" ".join(text.split()) for text in texts if text.strip()]
