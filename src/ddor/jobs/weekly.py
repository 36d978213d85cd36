"""The weekly job: from an extract to a published revision, or to nothing and the reason why.

`run_week` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in staging; only a proved run reaches the archive.
"""

import datetime as dt
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ddor.archive.catalog import Revision, read_catalog
from ddor.archive.downloads import summary_file, table_files
from ddor.archive.identity import identity_of, input_hashes, manifest_file
from ddor.archive.pages import Publisher, draft_page, list_pages, static_files, week_page
from ddor.archive.publish import Archive, opened
from ddor.archive.render import render_article
from ddor.calendar import Week
from ddor.checks.check import Case
from ddor.checks.registry import run_checks
from ddor.errors import DdorError, NotebookFailed
from ddor.inputs import Inputs, gather_inputs, save_inputs
from ddor.jobs.differences import differences
from ddor.measures.figures import Counts, count_week
from ddor.measures.private import private_counts
from ddor.parameters import Parameters, load_parameters
from ddor.run.execute import execute
from ddor.run.proof import prove_run
from ddor.run.template import check_template
from ddor.run.tidy import tidy

TEMPLATE = "weekly_report.ipynb"
LISTED = ("issued_total", "declined_total", "honored_total", "agencies_declining")


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line, for every week alike."""

    project: Path
    params_file: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    force: bool = False


@dataclass(frozen=True)
class WeekResult:
    """status: published, unchanged, draft, held or failed. `page` is a path, or "" for none."""

    week: Week
    status: str
    exit_code: int = 0
    revision: int | None = None
    page: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


def run_week(week: Week, request: Request) -> WeekResult:
    """One week, whole. Raises DdorError; `attempt` turns that into a result."""
    template = request.project / "notebooks" / TEMPLATE
    check_template(template, ("week", "inputs"))
    parameters = load_parameters(request.project, week, request.params_file, request.settings)
    recovered = _recover(parameters.output)

    inputs = gather_inputs(week, parameters)
    counts = count_inputs(inputs)
    hashes = input_hashes(inputs, template)

    with opened(parameters.output) as archive:
        cohort, synthetic = parameters.cohort, inputs.extract.about.synthetic
        catalog = read_catalog(archive.site, cohort, synthetic)
        published = catalog.weeks.get(str(week))
        if published and not (request.force or request.draft):
            last = published[-1].revision
            if _identity(archive, week, last) == identity_of(hashes):
                return WeekResult(week, "unchanged", revision=last, page=_page(archive, week),
                                  figures=counts.figures, messages=recovered)  # fmt: skip

        executed = archive.staging / "report.ipynb"
        save_inputs(inputs, archive.staging / "inputs")
        try:
            execute(template, executed, {"week": str(week), "inputs": "inputs"})
            figures = prove_run(executed, counts.figures)
        except NotebookFailed as failure:
            raise _with_the_notebook(archive, week, executed, failure) from failure
        article = render_article(tidy(executed))

        data = _data_files(inputs, counts, figures)
        publisher = Publisher(parameters.publisher, parameters.contact)
        if request.draft:
            page = draft_page(article.html, week, catalog, publisher)
            return _keep_draft(archive, week, article, data, page, executed, figures)

        number = archive.next_revision(str(week))
        published_on = (parameters.published_on or dt.date.today()).isoformat()
        listed = {name: figures[name] for name in LISTED}
        as_of = inputs.extract.about.as_of.isoformat()
        catalog = catalog.with_revision(week, Revision(number, published_on, as_of, listed))

        kept = {"article.html": article.html.encode(), **article.pictures, **data}
        private = _private_files(archive, executed, counts) | {
            "manifest.json": manifest_file(request.project, hashes, kept, published_on)
        }
        here = f"site/weeks/{week}"

        def page_of(revision: int, current: bool, html: str) -> bytes:
            return week_page(html, article.title, week, revision, catalog, publisher, current)

        revision = {"index.html": page_of(number, False, article.html), **article.pictures, **data}
        pointers = {f"site/{name}": file for name, file in static_files().items()}
        if published:
            last = published[-1].revision
            earlier = archive.kept_article(str(week), last)
            pointers[f"{here}/r{last}/index.html"] = page_of(last, False, earlier)
        pointers |= {f"{here}/{name}": file for name, file in data.items()}
        pointers[f"{here}/index.html"] = page_of(number, True, article.html)
        pointers["site/data/catalog.json"] = catalog.file()
        pointers |= {f"site/{name}": p for name, p in list_pages(catalog, publisher).items()}
        archive.publish(
            {f"runs/{week}/r{number}": private, f"{here}/r{number}": revision}, pointers
        )
        return WeekResult(week, "published", revision=number, page=_page(archive, week),
                          figures=figures, messages=recovered)  # fmt: skip
