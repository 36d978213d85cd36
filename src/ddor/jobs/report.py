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

from ddor.archive.identity import hashed, identity_of, manifest_file
from ddor.archive.page import address_of
from ddor.archive.publish import Archive, opened
from ddor.archive.render import render_article
from ddor.archive.revision import Publication, publish_revision
from ddor.archive.site import read_context
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, UsageError
from ddor.extract.request_keys import RequestKeys
from ddor.jobs.edition import Edition, Order, edition_of
from ddor.jobs.publication import (
    TEMPLATE,
    accepted_because,
    changed_inputs,
    data_files,
    keys_of,
    refuse_unfit,
)
from ddor.jobs.results import Result, draft_result, held_result
from ddor.maintained.parameters import load_parameters
from ddor.published.catalog import Revision, read_catalog
from ddor.reports import refuse_shared_key, report_of
from ddor.run.execute import execute
from ddor.run.executed import tidy
from ddor.run.gate import judge
from ddor.run.proof import prove_run
from ddor.run.template import check_template

WEEKS_LOOKED_AT = 26  # of which a text may not hold a key; `ddor rebuild` looks at all of them


def make_report(period: Period, order: Order) -> Result:
    """One report, whole. Raises DdorError; nothing is then published."""
    refuse_shared_key(period)
    template = order.project / "notebooks" / report_of(period).template
    check_template(template, (period.noun, "inputs"))
    parameters = load_parameters(order.project, period, order.params_file, order.settings)
    recovered = recover(parameters.output)
    edition = edition_of(period).gathered(period, parameters)
    around = read_context(parameters, edition.directory)

    with opened(parameters.output) as archive:
        catalog = read_catalog(archive.site, edition.cohort, edition.synthetic)
        last = catalog.current(period)
        if order.correct and last is None:
            raise UsageError(f"{period} is not published, so there is nothing to correct")
        edition = edition.in_archive(archive, order, around.day)
        hashes = hashed(edition.input_texts(), template)
        identity = identity_of(hashes)

        page = str(archive.site / address_of(period))
        if last and last.identity == identity and not (order.draft or order.force):
            told = (*recovered, *_if_withdrawn(period, last), *_if_nothing_to_correct(order))
            figures = edition.counts.figures
            if newer := edition.newer(archive, last.revision):
                archive.publish({}, newer)
            return Result(period, "unchanged", 0, last.revision, page, figures, told)

        before = archive.runs / str(period) / f"r{last.revision}" if last else archive.runs
        kind, because = edition.kind_and_reason(
            catalog,
            changed_inputs(hashes, before / "manifest.json"),
            order.reason if order.correct else "",
        )
        accepted = accepted_because(order, edition.review, last, before / "manifest.json")
        written = {"--reason": f"{order.reason}\n{because}\n{accepted}", **edition.texts()}
        refuse_unfit(written | around.written(), _keys(archive, edition))
        executed, article, figures = run_notebook(archive, template, edition)
        recovered = (*recovered, *article.told)
        publication = Publication(
            period=period,
            identity=identity,
            article=article,
            data=data_files(edition, figures),
            figures=figures,
            as_of=edition.as_of,
            source=edition.source,
            published_on=around.day,
            around=around,
            kind=kind,
            because=because,
            accepted=accepted,
            records=edition.records,
            kept_tables=edition.kept_tables,
            based_on=edition.based_on,
            bulk=edition.bulk,
        )
        if order.draft:
            return draft_result(archive, publication, catalog, executed, edition, recovered)
        if edition.review and not accepted:
            return held_result(archive, publication, catalog, executed, edition, recovered)
        private = _private_files(executed, template, edition)
        private |= {
            "manifest.json": manifest_file(
                order.project,
                edition.history,
                hashes,
                publication.kept(),
                private,
                publication.published_on,
                list(edition.review),
            )
        }
        number = publish_revision(archive, catalog, publication, private, edition.beside())
    told = (*recovered, *edition.told)
    return Result(period, "published", 0, number, page, figures, told)


def _keys(archive: Archive, edition: Edition) -> RequestKeys:
    return keys_of(archive, edition.request_ids(), WEEKS_LOOKED_AT)


def _if_nothing_to_correct(order: Order) -> tuple[str, ...]:
    if not order.correct:
        return ()
    return ("nothing changed, so nothing was corrected; --force publishes it again",)


def _if_withdrawn(period: Period, last: Revision) -> tuple[str, ...]:
    if not last.withdrawn_on:
        return ()
    return (
        f"revision {last.revision} of this {period.noun} was withdrawn on {last.withdrawn_on} "
        f"({last.withdrawn_for}), and its inputs are unchanged; --force publishes them again",
    )


def attempt(period: Period, order: Order) -> Result:
    """make_report, with what went wrong told as a result, so that others still run."""
    try:
        return make_report(period, order)
    except DdorError as error:
        messages = tuple(str(error).splitlines())
        return Result(period, "failed", error.exit_code, messages=messages)
    except Exception:  # a bug of ours: the traceback is what there is to tell
        messages = tuple(traceback.format_exc().splitlines())
        return Result(period, "failed", DdorError.exit_code, messages=messages)


def recover(output: Path) -> tuple[str, ...]:
    """First thing: finish or drop what a crash left, so that what is read next is whole."""
    if not Archive(output).left_unfinished():
        return ()
    with opened(output) as archive:
        return (archive.recovered,)


def run_notebook(archive: Archive, template: Path, edition: Edition):
    """-> the executed notebook, in staging; its article; and its figures as read back from its
    scraps, proved equal to those counted. A notebook that failed, or shows what may not be
    published, is kept for the analyst."""
    executed = archive.staging / "report.ipynb"
    period = edition.period
    with archive.writing():
        edition.save(archive.staging / "inputs")
    try:
        execute(template, executed, {period.noun: str(period), "inputs": "inputs"})
        figures = prove_run(executed, edition.counts.figures)
        told = judge(executed, _keys(archive, edition))
        return executed, replace(render_article(tidy(executed)), told=told), figures
    except NotebookFailed as failure:
        if not executed.exists():
            raise
        folder = archive.runs / str(period) / "failed"
        with archive.writing():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(executed, folder / executed.name)
        raise NotebookFailed(f"{failure}\nthe notebook up to the failure: {folder}") from failure


def _private_files(executed: Path, template: Path, edition: Edition) -> dict[str, bytes]:
    """What an analyst needs to answer for the revision, and what runs it again."""
    folder = executed.parent / "inputs"
    return {
        "report.ipynb": executed.read_bytes(),
        TEMPLATE: template.read_bytes(),
        **edition.private_files(),
        **{name: (folder / name).read_bytes() for name in edition.files},
    }
