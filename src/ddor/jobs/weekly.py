"""The weekly job: from an extract to a published revision, or to nothing and the reason why.

`run_week` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in staging; only a proved run reaches the archive.
"""

import datetime as dt
import shutil
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from ddor.archive.around import around_of
from ddor.archive.catalog import read_catalog
from ddor.archive.identity import identity_of, input_hashes, manifest_file
from ddor.archive.publish import Archive, opened
from ddor.archive.rebuild import bring_up_to_date
from ddor.archive.render import render_article
from ddor.archive.revision import Publication, publish_revision
from ddor.calendar import Week
from ddor.errors import DdorError, NotebookFailed, UsageError
from ddor.inputs import Inputs, gather_inputs, save_inputs, with_archive
from ddor.jobs.publication import (
    PRIVATE_COUNTS,
    accepted_because,
    changed_inputs,
    data_files,
    kept_tables,
    kind_and_reason,
    private_counts_file,
    private_files,
    public_records,
    record_texts,
    refuse_request_ids,
    review_lines_of,
)
from ddor.jobs.results import WeekResult, draft_result, held_result
from ddor.jobs.review import flags_of, read_decisions, review_lines, review_list
from ddor.ledger import LEDGER, ledger_file, lines_of, read_ledger, with_decisions, with_flags
from ddor.measures.bulk import bulk_recorded
from ddor.measures.figures import Counts, count_inputs
from ddor.parameters import Parameters, load_parameters
from ddor.run.execute import execute
from ddor.run.proof import prove_run
from ddor.run.template import check_template
from ddor.run.tidy import tidy

TEMPLATE = "weekly_report.ipynb"


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line, for every week alike. `project`: the checkout;
    decisions: a review.csv, filled in; reason: why a week is corrected, or published under review.
    """

    project: Path
    params_file: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    force: bool = False
    decisions: Path | None = None
    accept_held: bool = False
    correct: bool = False
    reason: str = ""


def run_week(week: Week, order: Order) -> WeekResult:
    """One week, whole. Raises DdorError; nothing is then published."""
    template = order.project / "notebooks" / TEMPLATE
    check_template(template, ("week", "inputs"))
    parameters = load_parameters(order.project, week, order.params_file, order.settings)
    recovered = recover(parameters.output)
    inputs = gather_inputs(week, parameters)
    around = around_of(parameters, inputs.directory)

    with opened(parameters.output) as archive:
        inputs = with_archive(inputs, archive.output)  # another run may have published meanwhile
        about = inputs.extract.about
        catalog = read_catalog(archive.site, parameters.cohort, about.synthetic)
        last = catalog.current(week)
        if order.correct and last is None:
            raise UsageError(f"{week} is not published, so there is nothing to correct")
        ledger = read_ledger(archive.runs)
        if order.decisions:
            inputs, ledger = decide(archive, inputs, ledger, order, parameters)
        counts = count_inputs(inputs)
        flags = flags_of(counts, week)
        ledger = with_flags(ledger, flags)
        hashes = input_hashes(inputs, counts, template)
        identity = identity_of(hashes)

        page = str(archive.site / "weeks" / str(week) / "index.html")
        if last and last.identity == identity and not (order.draft or order.force):
            told = (*recovered, *_if_withdrawn(last), *_if_nothing_to_correct(order))
            return WeekResult(week, "unchanged", 0, last.revision, page, counts.figures, told)

        executed, article, figures = run_notebook(archive, template, inputs, counts)
        before = archive.runs / str(week) / f"r{last.revision}" if last else archive.runs
        kind, because = kind_and_reason(
            catalog.last_standing(week) or last,
            changed_inputs(hashes, before / "manifest.json"),
            inputs,
            order.reason if order.correct else "",
        )
        accepted = accepted_because(order, counts, last, before / "manifest.json")
        texts = (because, accepted, inputs.note, *record_texts(inputs))
        refuse_request_ids(texts, inputs.extract.requests["request_id"])
        publication = Publication(
            week=week,
            identity=identity,
            article=article,
            data=data_files(inputs, counts, figures),
            figures=figures,
            as_of=about.as_of,
            source=about.source,
            published_on=around.day,
            around=around,
            kind=kind,
            because=because,
            accepted=accepted,
            records=tuple(public_records(inputs)),
            kept_tables=kept_tables(counts.attributes),
            bulk=bulk_recorded(counts),
        )
        if order.draft:
            return draft_result(archive, publication, catalog, executed, counts, recovered)
        if len(counts.review) and not accepted:
            agencies = inputs.directory.agencies
            told = [*recovered, *review_lines(counts, agencies, archive.runs / str(week))]
            waiting = {
                "review.csv": review_list(counts, agencies, flags, ledger),
                PRIVATE_COUNTS: private_counts_file(inputs, counts),
            }
            return held_result(archive, publication, catalog, executed, waiting, told, ledger)
        private = private_files(executed, template, inputs, counts, flags, ledger)
        private |= {
            "manifest.json": manifest_file(
                order.project, inputs, hashes, publication.kept(), private,
                publication.published_on, review_lines_of(counts),
            )
        }  # fmt: skip
        bring_up_to_date(archive, catalog, around)
        number = publish_revision(archive, catalog, publication, private, ledger_file(ledger))
    return WeekResult(week, "published", 0, number, page, figures, recovered)


def _today(parameters: Parameters) -> dt.date:
    return parameters.published_on or dt.date.today()


def _if_nothing_to_correct(order: Order) -> tuple[str, ...]:
    if not order.correct:
        return ()
    return ("nothing has changed, so nothing was corrected; --force would publish it again",)


def _if_withdrawn(last) -> tuple[str, ...]:
    if not last.withdrawn_on:
        return ()
    return (
        f"revision {last.revision} of this week was withdrawn on {last.withdrawn_on} "
        f"({last.withdrawn_for}), and its inputs are the same; --force would publish them again",
    )


def decide(
    archive: Archive, inputs: Inputs, ledger: pd.DataFrame, order: Order, parameters: Parameters
) -> tuple[Inputs, pd.DataFrame]:
    """The inputs and the ledger with the decisions of the file; recorded at once, so that none is
    lost if the week cannot be published. A draft records nothing. Raises DecisionsInvalid."""
    flags = flags_of(count_inputs(inputs), inputs.week)
    decisions = read_decisions(order.decisions, flags, inputs.ledger)
    day = _today(parameters).isoformat()
    ledger = with_decisions(with_flags(ledger, flags), decisions, day)
    if not order.draft:
        archive.publish({}, {f"runs/{LEDGER}": ledger_file(ledger)})
    lines = lines_of(ledger, inputs.week, inputs.extract.requests["request_id"])
    return replace(inputs, ledger=lines), ledger


def attempt(week: Week, order: Order) -> WeekResult:
    """run_week, with what went wrong told as a result, so that other weeks still run."""
    try:
        return run_week(week, order)
    except DdorError as error:
        status = "held" if error.exit_code == 4 else "failed"
        messages = tuple(str(error).splitlines())
        return WeekResult(week, status, error.exit_code, messages=messages)
    except Exception:  # a bug of ours: the traceback is what there is to tell
        messages = tuple(traceback.format_exc().splitlines())
        return WeekResult(week, "failed", DdorError.exit_code, messages=messages)


def recover(output: Path) -> tuple[str, ...]:
    """First thing: finish or drop what a crash left, so that what is read next is whole."""
    if not Archive(output).left_unfinished():
        return ()
    with opened(output) as archive:
        return (archive.recovered,)


def run_notebook(archive: Archive, template: Path, inputs: Inputs, counts: Counts):
    """-> the executed notebook, in staging; its article; and its figures as read back from its
    scraps, proved equal to `counts`. A notebook that failed is kept for the analyst."""
    executed = archive.staging / "report.ipynb"
    with archive.writing():
        save_inputs(inputs, archive.staging / "inputs")
    try:
        execute(template, executed, {"week": str(inputs.week), "inputs": "inputs"})
        figures = prove_run(executed, counts.figures)
        return executed, render_article(tidy(executed)), figures
    except NotebookFailed as failure:
        if not executed.exists():
            raise
        folder = archive.runs / str(inputs.week) / "failed"
        with archive.writing():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(executed, folder / executed.name)
        raise NotebookFailed(f"{failure}\nthe notebook as far as it came: {folder}") from failure
