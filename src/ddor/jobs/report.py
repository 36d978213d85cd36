"""A run, whatever the report: from its inputs to a published revision, or to nothing and the
reason why.

`make_report` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in staging; only a proved run reaches the archive. What a weekly or a
quarterly report is made from is in weekly.py and quarterly.py.
"""

import shutil
import traceback
from dataclasses import replace
from pathlib import Path

from ddor.archive.acts import Publication, publish_revision
from ddor.archive.kept import Article, kept_files
from ddor.archive.publish import Archive, opened
from ddor.archive.render import render_article
from ddor.archive.site import Site, address_of
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, UsageError
from ddor.extract.request_keys import RequestKeys
from ddor.inputs import NEWER_FLAGS
from ddor.jobs.identity import hashed, identity_of, manifest_file
from ddor.jobs.prepared import REVIEW_LIST, Order, Prepared
from ddor.jobs.publication import TEMPLATE, data_files, keys_of, refuse_unfit, revision_line
from ddor.jobs.registry import preparation_of
from ddor.jobs.results import Result, draft_result, held_result
from ddor.jobs.site_context import site_context
from ddor.maintained.parameters import load_parameters
from ddor.published.catalog import Revision
from ddor.reports import refuse_shared_key, report_of
from ddor.run.execute import execute
from ddor.run.executed import tidy
from ddor.run.gate import judge
from ddor.run.proof import prove_run
from ddor.run.template import check_template

# What a report under review, a draft, or an unchanged run left; a publication makes it old.
MADE_OLD = ("draft", REVIEW_LIST, NEWER_FLAGS)
WEEKS_LOOKED_AT = 26  # of which a text may not hold a key; `ddor rebuild` looks at all of them


def make_report(period: Period, order: Order) -> Result:
    """One report, whole. Raises DdorError; nothing is then published."""
    refuse_shared_key(period)
    preparation = preparation_of(period)
    template = order.project / "notebooks" / report_of(period).template
    check_template(template, (period.noun, "inputs"))
    parameters = load_parameters(order.project, period, order.params, order.settings)
    recovered = recover(parameters.output)
    gathered = preparation.gather(period, parameters)
    around = site_context(parameters)

    with opened(parameters.output) as archive:
        report = preparation.prepare(gathered, archive, order, around.day)
        last = report.catalog.current(period)
        if order.correct and last is None:
            raise UsageError(f"{period} is not published, so there is nothing to correct")
        hashes = hashed(report.input_texts, template)
        if last and last.identity == identity_of(hashes) and not (order.draft or order.force):
            return _unchanged(archive, report, last, order, recovered)

        revision = revision_line(archive, report, order, hashes, around.day)
        written = {"--reason": f"{order.reason}\n{revision.because}\n{revision.accepted}"}
        keys = keys_of(archive, report.request_ids, WEEKS_LOOKED_AT)
        refuse_unfit({**written, **report.texts, **around.written()}, keys)
        executed, article = run_notebook(archive, template, report, keys)
        data, told = data_files(report), (*recovered, *article.told)
        site = Site(archive.site, report.catalog, around)
        publication = Publication(site, period, revision, article, data, report.bulk)
        if order.draft:
            return draft_result(archive, publication, report, executed, told)
        if report.review and not revision.accepted:
            return held_result(archive, publication, report, executed, told)
        private = {
            "report.ipynb": executed.read_bytes(),
            TEMPLATE: template.read_bytes(),
            **report.private_files,
            **{n: (archive.staging / "inputs" / n).read_bytes() for n in preparation.files},
        }
        kept = kept_files(article, data)
        private["manifest.json"] = manifest_file(
            order.project, hashes, report.history, report.review, around.day, kept, private
        )
        publish_revision(archive, publication, private, report.beside, MADE_OLD)
    page = str(archive.site / address_of(period))
    told = (*told, *report.told)
    return Result(period, "published", 0, revision.revision, page, report.figures, told)


def _unchanged(
    archive: Archive, report: Prepared, last: Revision, order: Order, recovered: tuple[str, ...]
) -> Result:
    """Nothing is published; only private files that are newer are kept."""
    period, told = report.period, [*recovered]
    if last.withdrawn_on:
        told.append(
            f"revision {last.revision} of this {period.noun} was withdrawn on {last.withdrawn_on} "
            f"({last.withdrawn_for}), and its inputs are unchanged; --force publishes them again"
        )
    if order.correct:
        told.append("nothing changed, so nothing was corrected; --force publishes it again")
    if report.newer and (newer := report.newer(last.revision)):
        archive.publish({}, {f"runs/{name}": file for name, file in newer.items()})
    page = str(archive.site / address_of(period))
    return Result(period, "unchanged", 0, last.revision, page, report.figures, tuple(told))


def attempt(period: Period, order: Order) -> Result:
    """make_report, with what went wrong told as a result, so that others still run."""
    try:
        return make_report(period, order)
    except DdorError as error:
        return Result(period, "failed", error.exit_code, messages=tuple(str(error).splitlines()))
    except Exception:  # a bug of ours: the traceback is what there is to tell
        messages = tuple(traceback.format_exc().splitlines())
        return Result(period, "failed", DdorError.exit_code, messages=messages)


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
        told = judge(executed, keys)
        return executed, replace(render_article(tidy(executed)), told=told)
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
