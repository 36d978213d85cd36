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

from ddor.archive.publish import Archive, Files, opened
from ddor.archive.site import SiteContext
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, time_limit
from ddor.jobs import report, seen
from ddor.jobs.ahead import Ahead
from ddor.jobs.notebooks import Ran, Task, run_task
from ddor.jobs.order import Order, Result
from ddor.jobs.prepared import package_versions
from ddor.jobs.report import Finished, Pending, attempted
from ddor.jobs.workers import Workers
from ddor.maintained.parameters import Parameters
from ddor.published.catalog import open_catalog

IN_ONE_ACT = 12  # weeks that are published together; a job that is killed has to run them again
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
            yield from (report.failed(week, error.exit_code, str(error)) for week in left)
            return


def _in_order(weeks: Sequence[Period], order: Order, workers: StartWorkers) -> Iterator[Result]:
    """Ends after a week that was not published although those after it were prepared as if it were.
    Raises DdorError where nothing can be published."""
    parameters = attempted(weeks[0], partial(report.checked_parameters, weeks[0], order))
    if isinstance(parameters, Result):
        yield parameters
        return
    recovered = report.recover(parameters.output)
    with opened(parameters.output) as archive, workers() as (executor, at_once):
        start = _Start(order, archive, executor)
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
            yield _remembered(archive, each, report.unchanged(archive, each.pending))
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
    results = report.publish(archive, finished, open_catalog(archive.site))
    for each, result in zip(together, results, strict=True):
        yield _remembered(archive, each, result)


def _remembered(archive: Archive, begun: _Begun, result: Result) -> Result:
    report.remember(archive, begun.saw, result)
    return result


def _failed(archive: Archive, week: Period, ran: Ran) -> Result:
    told = ran.failure
    if ran.notebook:
        told = str(report.keep_failed(archive, week, told, ran.notebook))
    return report.failed(week, ran.exit_code, told)


class _Start:
    """Called with a week: prepares it as if all before it were published, and has its notebook run.
    Raises DdorError."""

    def __init__(self, order: Order, archive: Archive, executor: Executor):
        self.order, self.archive, self.executor = order, archive, executor
        self.packages = package_versions()
        with archive.writing():
            self.ahead = Ahead(archive)
        self.around: Parameters | None = None

    def __call__(self, week: Period) -> Result | _Begun:
        order, parameters = self.order, report.checked_parameters(week, self.order)
        if parameters.output.resolve() != self.archive.output.resolve():
            return report.attempt(week, order)  # in an archive of its own
        with time_limit(parameters.run_time_limit, str(week)):
            saw = seen.inputs_of(week, order, parameters)
            as_if = parameters.model_copy(update={"output": self.ahead.output})
            gathered = report.preparation_of(week).gather(week, as_if)
            context = self._context(parameters)
            pending = report.prepare(self.ahead, order, gathered, week, context)
            begun = _Begun(pending, saw, self.around)
            return begun if pending.unchanged else self._running(begun, parameters.run_time_limit)

    def _context(self, parameters: Parameters) -> SiteContext:
        """Read anew only where something else is asked for than for the week before."""
        around = parameters.model_copy(update={"note": "", "cases": Path()})
        if around != self.around:
            self.around, self.context = around, report.site_context(parameters)
        return replace(self.context, parameters=parameters)

    def _running(self, begun: _Begun, seconds: int) -> _Begun:
        prepared, keys, template = begun.pending.report, begun.pending.keys, begun.pending.template
        with self.archive.writing():
            folder = Path(tempfile.mkdtemp(dir=self.ahead.output))
            prepared.save(folder)
            inputs = {file.name: file.read_bytes() for file in folder.iterdir()}
            shutil.rmtree(folder)
            self.ahead.add(begun.pending, inputs)
        source, figures = (template.name, template.read_bytes()), prepared.figures
        task = Task(prepared.period, source, inputs, figures, keys, seconds, self.packages)
        return replace(begun, inputs=inputs, running=self.executor.submit(run_task, task))
