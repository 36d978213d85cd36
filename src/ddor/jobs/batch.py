"""Several weeks in one call, their notebooks in other processes or on other machines (workers.py).

Weeks are read, checked and counted here, in their order, each with those before it as if they were
published (`Ahead`). Their notebooks run at the same time, and what comes of them is published in
order, several weeks in one act. Where a week was not published after all, because its notebook
failed, those after it are prepared anew. So the site is the one that week by week would have made.
"""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from ddor.archive.acts import line_of
from ddor.archive.kept import DataFiles
from ddor.archive.publish import Archive, Files, opened
from ddor.archive.site import SiteContext
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, time_limit
from ddor.jobs import seen
from ddor.jobs.notebooks import Ran, Task, run_task
from ddor.jobs.order import Order, Result
from ddor.jobs.prepared import package_versions
from ddor.jobs.report import (
    Finished,
    Pending,
    attempt,
    attempted,
    checked_parameters,
    failed,
    files_in,
    keep_failed,
    preparation_of,
    prepare,
    publish,
    recover,
    remember,
    site_context,
    unchanged,
)
from ddor.jobs.workers import Workers
from ddor.maintained.parameters import Parameters
from ddor.published.catalog import CATALOG, open_catalog
from ddor.published.history import ATTRIBUTES
from ddor.reports import REPORTS

IN_ONE_ACT = 12  # weeks that are published together; a job that is killed has to run them again
EXTRACT = "extract.parquet"
StartWorkers = Callable[[], AbstractContextManager[Workers]]


def make_reports(weeks: Sequence[Period], order: Order, workers: StartWorkers) -> Iterator[Result]:
    """Of each week its result, in order."""
    left = list(weeks)
    while left:
        try:
            for result in _in_order(left, order, workers):
                yield result
                left = left[1:]
        except DdorError as error:
            yield from (failed(week, error.exit_code, str(error)) for week in left)
            return


def _in_order(weeks: Sequence[Period], order: Order, workers: StartWorkers) -> Iterator[Result]:
    """Ends after a week that was not published although those after it were prepared as if it were.
    Raises DdorError where nothing can be published."""
    parameters = attempted(weeks[0], partial(checked_parameters, weeks[0], order))
    if isinstance(parameters, Result):
        yield parameters
        return
    recovered = recover(parameters.output)
    with opened(parameters.output) as archive, workers() as (executor, at_once):
        with archive.writing():
            ahead = Ahead(archive)
        start = _Start(order, ahead, executor)
        begun = (attempted(week, partial(start, week)) for week in weeks)
        for result in _results(archive, _made_ahead(begun, 2 * at_once)):
            yield replace(result, messages=(*recovered, *result.messages))
            recovered = ()


def _made_ahead(items: Iterator, number: int) -> Iterator:
    """The same items, so many of them made before they are asked for."""
    made = deque(islice(items, number))
    while made:
        yield made.popleft()
        made.extend(islice(items, 1))


@dataclass(frozen=True)
class _Begun:
    """A week whose notebook is on its way. inputs: what that was given; saw: as in remember;
    around: the parameters that pages around the report go by."""

    pending: Pending
    saw: dict[str, str] | None
    around: Parameters | None
    inputs: Files = field(default_factory=dict)
    running: Future = field(default_factory=Future)

    def goes_with(self, others: Sequence["_Begun"]) -> bool:
        """Whether it can be published in one act with these."""
        last, may_be = others[-1], self.pending.may_be_published
        alike = may_be and last.pending.may_be_published and self.around == last.around
        return alike and len(others) < IN_ONE_ACT

    def ran(self) -> Ran:
        """Waits for it."""
        try:
            return self.running.result()
        except Exception as error:  # a worker that is gone, whatever a cluster calls that
            told = f"its worker failed ({type(error).__name__}: {error}); run the week again"
            return Ran(failure=told, exit_code=NotebookFailed.exit_code)


def _results(archive: Archive, begun: Iterator[Result | _Begun]) -> Iterator[Result]:
    together: list[_Begun] = []
    for each in begun:
        if together and not (isinstance(each, _Begun) and each.goes_with(together)):
            yield from _published(archive, together)
            together = []
        if isinstance(each, Result):
            yield each
        elif each.pending.unchanged:
            yield _remembered(archive, each, unchanged(archive, each.pending))
        elif (ran := each.ran()).failure:
            yield from _published(archive, together)
            yield _failed(archive, each.pending.report.period, ran)
            return
        else:
            together.append(each)
    yield from _published(archive, together)


def _published(archive: Archive, together: Sequence[_Begun]) -> Iterator[Result]:
    if not together:
        return
    ran = [(each, each.ran()) for each in together]
    finished = [Finished(b.pending, r.notebook, b.inputs, r.article) for b, r in ran if r.article]
    # As the archive is by now, not as it was to be.
    results = publish(archive, finished, open_catalog(archive.site))
    for each, result in zip(together, results, strict=True):
        yield _remembered(archive, each, result)


def _remembered(archive: Archive, begun: _Begun, result: Result) -> Result:
    remember(archive, begun.saw, result)
    return result


def _failed(archive: Archive, week: Period, ran: Ran) -> Result:
    told = ran.failure
    if ran.notebook:
        told = str(keep_failed(archive, week, told, ran.notebook))
    return failed(week, ran.exit_code, told)


class _Start:
    """Called with a week: prepares it as if all before it were published, and has its notebook run.
    Raises DdorError."""

    def __init__(self, order: Order, ahead: "Ahead", executor: Executor):
        self.order, self.ahead, self.executor = order, ahead, executor
        self.packages = package_versions()
        self.around: Parameters | None = None

    def __call__(self, week: Period) -> Result | _Begun:
        order, parameters = self.order, checked_parameters(week, self.order)
        if parameters.output.resolve() != self.ahead.archive.output.resolve():
            return attempt(week, order)  # in an archive of its own
        with time_limit(parameters.run_time_limit, str(week)):
            saw = seen.inputs_of(week, order, parameters)
            as_if = parameters.model_copy(update={"output": self.ahead.output})
            gathered = preparation_of(week).gather(week, as_if)
            context = self._context(parameters)
            pending = prepare(self.ahead, order, gathered, week, context)
            begun = _Begun(pending, saw, self.around)
            return begun if pending.unchanged else self._running(begun, parameters.run_time_limit)

    def _context(self, parameters: Parameters) -> SiteContext:
        """Read anew only where something else is asked for than for the week before."""
        around = parameters.model_copy(update={"note": "", "cases": Path()})
        if around != self.around:
            self.around, self.context = around, site_context(parameters)
        return replace(self.context, parameters=parameters)

    def _running(self, begun: _Begun, seconds: int) -> _Begun:
        pending = begun.pending
        report, template = pending.report, pending.template
        with self.ahead.archive.writing():
            folder = Path(tempfile.mkdtemp(dir=self.ahead.output))
            report.save(folder)
            inputs = files_in(folder)
            shutil.rmtree(folder)
        task = Task(
            period=report.period,
            template=(template.name, template.read_bytes()),
            inputs=inputs,
            figures=report.figures,
            keys=pending.keys,
            seconds=seconds,
            packages=self.packages,
        )
        with self.ahead.archive.writing():
            self.ahead.add(pending, inputs)
        running = self.executor.submit(run_task, task)
        return replace(begun, inputs=inputs, running=running)


class Ahead(Archive):
    """An archive as it will be when the weeks that were added are published, to prepare others
    with: links to what is there, and of those weeks what is read of earlier ones (published/)."""

    def __init__(self, archive: Archive):
        super().__init__(archive.staging / "ahead")
        self.archive = archive
        shelves = [f"site/{report.period.shelf}" for report in REPORTS]
        for part in ("runs", "site/agencies", "site/data", *shelves):
            _link_all(archive.output.resolve() / part, self.output / part)

    def add(self, pending: Pending, inputs: Files) -> None:
        report, revision = pending.report, pending.revision
        files = {f"runs/{name}": file for name, file in report.beside.items()}
        if pending.may_be_published:
            period, data = report.period, DataFiles(report.downloads)
            here, private = period.path, f"runs/{period}/r{revision.revision}"
            line = line_of(report.catalog, period, revision, data, report.bulk)
            lines = [*report.catalog.of(period), line]
            files |= {f"site/{here}/data/{name}": file for name, file in data.items()}
            files |= {
                f"site/{here}/r{revision.revision}/data/summary.json": data["summary.json"],
                f"site/{CATALOG}": report.catalog.with_revisions(period, lines).file(),
                f"{private}/{ATTRIBUTES}": report.private_files[ATTRIBUTES],
                f"{private}/{EXTRACT}": inputs[EXTRACT],
                **{f"site/agencies/{each}/index.html": b"" for each in data.agencies},
            }
        if not pending.order.draft:
            for path, file in files.items():
                self._write(self.output / path, file)

    def _write(self, file: Path, data: bytes) -> None:
        for folder in reversed(file.parents):
            if folder.is_symlink() and self.output in folder.parents:
                linked = folder.resolve()
                folder.unlink()
                _link_all(linked, folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(data)


def _link_all(source: Path, folder: Path) -> None:
    """Makes `folder`, with links to all that `source` holds."""
    folder.mkdir(parents=True)
    for each in source.glob("[!.]*"):
        (folder / each.name).symlink_to(each)
