"""A run, whatever the report: from its inputs to a published revision, or to nothing and the
reason why; and the site context, which the pages around reports show.

`make_report` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in staging; only a proved run reaches the archive. What a weekly or a
quarterly report is made from is in weekly.py and quarterly.py; PREPARATIONS names them.

The archive prints RULES, by which requests are counted, on its pages and knows nothing else of
counting; they are taken from the modules that go by them, so that no rule is stated twice.
"""

import datetime as dt
import difflib
import json
import traceback
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ddor.archive.kept import Article, article_of, kept_files
from ddor.archive.publish import Archive, opened
from ddor.archive.site import Site, SiteContext, address_of, load_templates
from ddor.calendar import Period, Week
from ddor.checks.e9_stale_policy import VERIFIED_WITHIN
from ddor.checks.registry import CHECKS
from ddor.errors import (
    ArchiveUnavailable,
    DdorError,
    NeedsCorrection,
    NotebookFailed,
    TimeLimitExceeded,
    UsageError,
    time_limit,
)
from ddor.extract.identifiers import RequestKeys
from ddor.inputs import NEWER_FLAGS
from ddor.jobs import prepared, seen
from ddor.jobs.order import Order, Result
from ddor.jobs.prepared import REVIEW_LIST, Preparation, Prepared, figure_differences
from ddor.jobs.quarterly import COMPILED
from ddor.jobs.weekly import WEEKLY
from ddor.maintained.directory import read_directory
from ddor.maintained.parameters import Parameters, load_parameters
from ddor.maintained.texts import read_statements, read_texts
from ddor.measures import disclosure, figures
from ddor.measures.people import NAMED
from ddor.published.catalog import Revision
from ddor.reference.figures import WEEKLY_FIGURES
from ddor.reports import refuse_shared_key, report_of
from ddor.run.notebook import check_template, execute, prove_run, tidy

if TYPE_CHECKING:
    from ddor.archive.acts import Publication

TEMPLATE = "template.ipynb"
# What a failed run, a report under review, a draft or an unchanged run left; a publication makes it
# old.
MADE_OLD = ("draft", "failed", REVIEW_LIST, NEWER_FLAGS)
WEEKS_LOOKED_AT = 26  # of which a text may not hold a key; `ddor rebuild` looks at all of them
HELD = 4  # the exit code of a report that waits for a person
BLOCKS = ["p", "li", "h1", "h2", "h3", "figcaption", "caption"]
# How a report is prepared, by the folder of its periods (`Period.shelf`). One that is not named
# here is made from weekly reports.
PREPARATIONS = {Week.shelf: WEEKLY}
RULES = {
    "checks": CHECKS,
    "shares": figures,
    "people": disclosure,
    "named": NAMED,
    "verified_within": VERIFIED_WITHIN,
    "no_charges": figures.NO_CHARGES,
}


def preparation_of(period: Period) -> Preparation:
    return PREPARATIONS.get(period.shelf, COMPILED)


def attempt(period: Period, order: Order) -> Result:
    """make_report, with what went wrong as a result, so that others still run."""
    try:
        return make_report(period, order)
    except (DdorError, TimeLimitExceeded) as error:
        code, message = error.exit_code, str(error)
    except Exception:  # a bug of ours: the traceback is all that can be said
        code, message = DdorError.exit_code, traceback.format_exc()
    return Result(period, "failed", code, messages=tuple(message.splitlines()))


def make_report(period: Period, order: Order) -> Result:
    """One report, whole. Raises DdorError; nothing is then published."""
    refuse_shared_key(period)
    preparation = preparation_of(period)
    template = order.project / "notebooks" / report_of(period).template
    check_template(template, (period.label, "inputs"))
    parameters = load_parameters(order.project, period, order.params, order.settings)
    with time_limit(parameters.run_time_limit, str(period)):
        return _made(period, order, preparation, template, parameters)


def _made(
    period: Period, order: Order, preparation: Preparation, template: Path, parameters: Parameters
) -> Result:
    recovered = recover(parameters.output)
    saw = seen.inputs_of(period, order, parameters) if isinstance(period, Week) else None
    gathered = preparation.gather(period, parameters)
    context = site_context(parameters)

    with opened(parameters.output) as archive:
        report = preparation.prepare(gathered, archive, order, context.day)
        last = report.catalog.current(period)
        if order.correct and last is None:
            raise UsageError(f"{period} is not published, so there is nothing to correct")
        hashes = prepared.hashed(report.input_texts, template)
        identity, anyway = prepared.identity_of(hashes), order.draft or order.force
        if last and last.identity == identity and not anyway:
            result = _unchanged(archive, report, last, order, recovered)
            _remember(archive, saw, result)
            return result

        revision = prepared.revision_line(archive, report, order, hashes, context.day)
        written = {"--reason": f"{order.reason}\n{revision.because}\n{revision.accepted}"}
        keys = prepared.keys_of(archive, report.request_ids, WEEKS_LOOKED_AT)
        prepared.refuse_unfit({**written, **report.texts, **context.written()}, keys)
        executed, article = run_notebook(archive, template, report, keys)
        from ddor.archive.acts import Publication, publish_revision

        data, messages = report.downloads, (*recovered, *article.messages)
        site = Site(archive.site, report.catalog, context)
        publication = Publication(site, period, revision, article, data, report.bulk)
        if order.draft or (report.review and not revision.accepted):
            result = _not_published(archive, publication, report, order, executed)
            return replace(result, messages=(*messages, *result.messages))
        private = {
            "report.ipynb": executed.read_bytes(),
            TEMPLATE: template.read_bytes(),
            **report.private_files,
            **{n: (archive.staging / "inputs" / n).read_bytes() for n in preparation.files},
        }
        kept = kept_files(article, data)
        manifest = prepared.manifest_file(order, report, revision, hashes, kept, private)
        private["manifest.json"] = manifest
        publish_revision(archive, publication, private, report.beside, MADE_OLD)
        page = str(archive.site / address_of(period))
        messages, number = (*messages, *report.messages), revision.revision
        result = Result(period, "published", 0, number, page, report.figures, messages)
        _remember(archive, saw, result)
    return result


def _remember(archive: Archive, saw: dict[str, str] | None, result: Result) -> None:
    """For the next run of the week. What was said once has to be said again, by that run."""
    if saw is not None and not result.messages:
        file = seen.seen_file(saw | seen.of_archive(archive.output), result)
        archive.replace(f"runs/{result.period}/{seen.SEEN}", file)


def site_context(parameters: Parameters) -> SiteContext:
    """What stands around the reports of a site. Raises UsageError (a table of `params/`) and
    NeedsCorrection, with every problem of the written pages."""
    directory = read_directory(parameters.agencies, parameters.policies, parameters.coverage)
    day = parameters.published_on or dt.date.today()
    lines = directory.agencies.to_dict("records")
    agencies = {line["agency_id"]: line | {"agency": line["name"]} for line in lines}
    policies = tuple(directory.policies.to_dict("records"))
    coverage = tuple(directory.coverage.to_dict("records"))
    context = SiteContext(parameters, day, agencies, policies, coverage, RULES)
    week = {"week": Week.containing(day), "as_of": day, "published_on": day}
    week |= {"revision": 1, "status": "final"}
    # With all figures 0, since a sentence has to stand such a week, and 2, for its other branch.
    weeks = [week | {"figures": dict.fromkeys(WEEKLY_FIGURES, number)} for number in (0, 2)]
    examples = [context.names(parameters.cohort, latest) for latest in (None, *weeks)]
    problems = []
    try:
        context = replace(context, statements=read_statements(parameters.statements))
    except NeedsCorrection as error:
        problems += error.problems
    try:
        texts = read_texts(parameters.pages, parameters.project_pages, examples)
        context = replace(context, texts=texts)
    except NeedsCorrection as error:
        problems += error.problems
    NeedsCorrection.raise_if("the written pages need correction", problems)
    return context


def recover(output: Path) -> tuple[str, ...]:
    """First thing: finish or drop what a crash left, so that what is read next is whole."""
    left = Archive(output)
    with left.writing():
        if not (left.journal.exists() or left.staging.exists()):
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
        from ddor.archive.render import render_article
        from ddor.run.gate import validate_cells

        messages = validate_cells(executed, keys)
        return executed, replace(render_article(tidy(executed)), messages=messages)
    except (NotebookFailed, OSError) as failure:
        if not archive.writable():
            raise ArchiveUnavailable(
                f"{archive.runs} cannot be written: it is full, or gone; nothing was published"
            ) from failure
        if not executed.exists():
            raise
        kept = f"runs/{report.period}/failed"
        archive.publish({kept: {executed.name: executed.read_bytes()}}, {})
        folder = archive.output / kept
        raise NotebookFailed(f"{failure}\nthe notebook up to the failure: {folder}") from failure


def run_proved(template: Path, executed: Path, report: Prepared) -> None:
    """Execute the template on the inputs saved beside `executed`; its figures have to be those
    counted. Raises NotebookFailed."""
    period = report.period
    parameters = {period.label: str(period), "inputs": "inputs"}
    execute(template, executed, parameters, partial(_while_the_kernel_works, report))
    prove_run(executed, report.figures)


def _while_the_kernel_works(report: Prepared) -> None:
    """Makes the downloads, and imports what a publication needs."""
    import scipy.special  # noqa: F401
    import scrapbook  # noqa: F401

    import ddor.archive.acts
    import ddor.run.gate  # noqa: F401
    from ddor.archive.render import exporter

    exporter()
    load_templates()
    report.downloads  # noqa: B018, made by being asked for


def _unchanged(
    archive: Archive, report: Prepared, last: Revision, order: Order, messages: tuple[str, ...]
) -> Result:
    """Nothing is published; only private files that are newer are kept."""
    period = report.period
    if last.withdrawn_on:
        messages += (
            f"revision {last.revision} of this {period.label} was withdrawn on {last.withdrawn_on} "
            f"({last.withdrawn_for}), and its inputs are unchanged; --force publishes them again",
        )
    if order.correct:
        messages += ("nothing changed, so nothing was corrected; --force publishes it again",)
    if report.newer and (newer := report.newer(last.revision)):
        archive.publish({}, {f"runs/{name}": file for name, file in newer.items()})
    page = str(archive.site / address_of(period))
    return Result(period, "unchanged", 0, last.revision, page, report.figures, messages)


def _not_published(
    archive: Archive, publication: "Publication", report: Prepared, order: Order, executed: Path
) -> Result:
    """Leaves a draft in runs/<period>/draft/: one that was asked for, or that of a report that
    waits for a person, with the list to fill in and what else changes with a run (a week's flags in
    the ledger)."""
    from ddor.archive.acts import draft_files

    period = report.period
    draft = f"runs/{period}/draft"
    files = draft_files(publication) | {"report.ipynb": executed.read_bytes()}
    page = str(archive.output / draft / "index.html")
    if order.draft:
        archive.publish({draft: files}, {})
        differences = tuple(_differences(archive, report, publication.article.html))
        return Result(period, "draft", 0, None, page, report.figures, differences)
    lists = {f"{period}/{REVIEW_LIST}": report.private_files[REVIEW_LIST], **report.beside}
    archive.publish({draft: files}, {f"runs/{name}": file for name, file in lists.items()})
    return Result(period, "held", HELD, None, page, report.figures, report.waiting)


def _differences(archive: Archive, report: Prepared, html: str) -> Iterator[str]:
    """What a draft says of itself: how it differs from the published revision, and whether a person
    has to look at it. `html`: its article."""
    period, last = report.period, report.catalog.current(report.period)
    published = archive.site / period.path
    if last is None:
        yield f"no revision of this {period.label} is published yet"
    elif last.withdrawn_on:
        yield f"the published revision of this {period.label} was withdrawn"
    else:
        before = json.loads((published / "data" / "summary.json").read_bytes())["figures"]
        differences = figure_differences(before, report.figures)
        differences += sentence_differences(article_of(published / "index.html"), html)
        yield from differences or ["there is no difference from the published revision"]
    if report.review:
        yield f"a person has to review this {period.label} before it is published:"
        yield from report.reasons


def sentence_differences(before: str, after: str) -> list[str]:
    """Paragraphs of two pages' HTML that stand in one only: "- " gone, "+ " new."""
    lines = difflib.ndiff(paragraphs(before), paragraphs(after))
    return [line for line in lines if line.startswith(("- ", "+ "))]


def paragraphs(html: str) -> list[str]:
    """The text of an article's paragraphs, list items, headings and captions, in order; what stands
    in one within another is that one's alone."""
    from bs4 import BeautifulSoup

    texts = [
        "".join(text for text in block.strings if text.find_parent(BLOCKS) is block)
        for block in BeautifulSoup(html, "html.parser").find_all(BLOCKS)
    ]
    return [" ".join(text.split()) for text in texts if text.strip()]
