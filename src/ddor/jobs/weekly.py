"""The weekly job: from an extract to a published revision, or to nothing and the reason why.

`run_week` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in staging; only a proved run reaches the archive.
"""

import datetime as dt
import json
import shutil
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from ddor.archive.catalog import Catalog, read_catalog
from ddor.archive.downloads import summary_file, table_files
from ddor.archive.identity import identity_of, input_hashes, manifest_file
from ddor.archive.pages import Publisher, draft_page, static_files
from ddor.archive.publish import Archive, opened
from ddor.archive.render import render_article
from ddor.archive.revision import Publication, kept_article, publish_revision
from ddor.calendar import Week
from ddor.checks.check import Case
from ddor.checks.registry import run_checks
from ddor.errors import DdorError, NotebookFailed
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.inputs import INPUT_FILES, Inputs, gather_inputs, save_inputs
from ddor.jobs.differences import figure_differences, sentence_differences
from ddor.measures.figures import Counts, count_week
from ddor.measures.private import private_counts
from ddor.parameters import load_parameters
from ddor.run.execute import execute
from ddor.run.proof import prove_run
from ddor.run.template import check_template
from ddor.run.tidy import tidy

TEMPLATE = "weekly_report.ipynb"


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line, for every week alike. `project`: the checkout."""

    project: Path
    params_file: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    force: bool = False


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


def run_week(week: Week, order: Order) -> WeekResult:
    """One week, whole. Raises DdorError; nothing is then published."""
    template = order.project / "notebooks" / TEMPLATE
    check_template(template, ("week", "inputs"))
    parameters = load_parameters(order.project, week, order.params_file, order.settings)
    recovered = recover(parameters.output)

    inputs = gather_inputs(week, parameters)
    counts = count(inputs)
    hashes = input_hashes(inputs, template)
    identity = identity_of(hashes)

    with opened(parameters.output) as archive:
        about = inputs.extract.about
        catalog = read_catalog(archive.site, parameters.cohort, about.synthetic)
        page = str(archive.site / "weeks" / str(week) / "index.html")
        last = catalog.weeks.get(str(week), [None])[-1]
        if last and last.identity == identity and not (order.draft or order.force):
            return WeekResult(week, "unchanged", 0, last.revision, page, counts.figures, recovered)

        executed, article, figures = run_notebook(archive, template, inputs, counts)
        publication = Publication(
            week=week,
            identity=identity,
            article=article,
            data=data_files(inputs, counts, figures),
            figures=figures,
            as_of=about.as_of,
            source=about.source,
            published_on=parameters.published_on or dt.date.today(),
            publisher=Publisher(parameters.publisher, parameters.contact),
        )
        if order.draft:
            return keep_draft(archive, publication, catalog, executed)
        private = private_files(executed, inputs, counts) | {
            "manifest.json": manifest_file(
                order.project, inputs, hashes, publication.kept(), publication.published_on
            )
        }
        number = publish_revision(archive, catalog, publication, private)
    return WeekResult(week, "published", 0, number, page, figures, recovered)


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


def count(inputs: Inputs) -> Counts:
    """What the checks hold back, and then everything that is counted."""
    cohort = inputs.parameters["cohort"]
    case = Case(inputs.extract, inputs.week, inputs.directory, inputs.history, cohort)
    checked = run_checks(case)
    return count_week(inputs.extract, inputs.week, cohort, inputs.directory.agencies, checked)


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


def data_files(inputs: Inputs, counts: Counts, figures: dict[str, int]) -> dict[str, bytes]:
    """The downloads: file name -> bytes."""
    about = inputs.extract.about
    tables = {
        "issued_by_agency": counts.issued_by_agency,
        "declined_by_agency": counts.declined_by_agency,
        "charges_by_group": counts.charges_by_group,
        "checks": counts.checks,
        "reconciliation": counts.reconciliation,
    }
    summary = {
        "week": str(inputs.week),
        "last_day": inputs.week.last_day.isoformat(),
        "cohort": inputs.parameters["cohort"],
        "as_of": about.as_of.isoformat(),
        "source": about.source,
        "synthetic": about.synthetic,
        "figures": figures,
    }
    if about.synthetic:
        summary = {"notice": SYNTHETIC_NOTICE} | summary
    return {"summary.json": summary_file(summary), **table_files(tables, about.synthetic)}


def private_files(executed: Path, inputs: Inputs, counts: Counts) -> dict[str, bytes]:
    """What an analyst needs to answer for the revision, and what runs it again."""
    folder = executed.parent / "inputs"
    cohort = inputs.parameters["cohort"]
    private = private_counts(counts.status, inputs.week, cohort)
    held = counts.held.to_csv(index=False, lineterminator="\n")
    return {
        "report.ipynb": executed.read_bytes(),
        "private_counts.json": (json.dumps(private, indent=1) + "\n").encode(),
        "review.csv": held.encode(),
        **{name: (folder / name).read_bytes() for name in INPUT_FILES},
    }


def keep_draft(
    archive: Archive, draft: Publication, catalog: Catalog, executed: Path
) -> WeekResult:
    """Render to runs/<week>/draft/ and say what differs from the published revision."""
    folder = archive.runs / str(draft.week) / "draft"
    shutil.rmtree(folder, ignore_errors=True)
    page = draft_page(draft.article.html, draft.week, catalog, draft.publisher)
    files = {"index.html": page, **draft.article.pictures, **static_files()}
    files |= {f"data/{name}": file for name, file in draft.data.items()}
    files["report.ipynb"] = executed.read_bytes()
    with archive.writing():
        for name, file in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(file)
    messages = ["no revision of this week is published yet"]
    week = archive.site / "weeks" / str(draft.week)
    if (week / "data" / "summary.json").exists():
        before = json.loads((week / "data" / "summary.json").read_bytes())["figures"]
        messages = figure_differences(before, draft.figures)
        messages += sentence_differences(kept_article(week / "index.html"), draft.article.html)
        messages = messages or ["nothing differs from the published revision"]
    return WeekResult(draft.week, "draft", 0, None, str(folder / "index.html"), draft.figures,
                      tuple(messages))  # fmt: skip
