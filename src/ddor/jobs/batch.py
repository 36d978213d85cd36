"""Several weeks in one call, their notebooks in other processes or on other machines (workers.py).

Weeks are read, checked and counted here, in their order, each with those before it as if they were
published (ahead.py). Their notebooks run at the same time, and what comes of them is published in
order, several weeks in one act. So the site is the one that week by week would have made.

All this is one pass. It ends early where a week was not published although those after it were
prepared as if it would be, where the workers are gone, or where a week has other parameters than
the weeks before it. The next pass begins with the first week that has no result.
"""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from ddor.archive.publish import Archive, Files, opened
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, time_limit
from ddor.jobs import report, seen
from ddor.jobs.ahead import Ahead
from ddor.jobs.notebooks import Ran, Task, run_task, versions
from ddor.jobs.order import Order, Result
from ddor.jobs.report import Finished, Pending, attempted
from ddor.jobs.workers import Workers
from ddor.maintained.parameters import Parameters
from ddor.published.catalog import open_catalog

IN_ONE_ACT = 12  # weeks that are published together; a job that is killed has to run them again
WORKER_ENDED = "its worker process ended, or none could be started; try fewer --jobs"
StartWorkers = Callable[[], AbstractContextManager[Workers]]


def make_reports(weeks: Sequence[Period], order: Order, workers: StartWorkers) -> Iterator[Result]:
    """Of each week its result, in order."""
    left = list(weeks)
    while left:
        number = len(left)
        try:
            for result in _pass(left, order, workers):
                yield result
                left = left[1:]
        except DdorError as error:
            yield from (report.failed(week, error.exit_code, str(error)) for week in left)
            return
        if len(left) == number:  # twice, or at once
            yield report.failed(left[0], NotebookFailed.exit_code, WORKER_ENDED)
            left = left[1:]


def _pass(weeks: Sequence[Period], order: Order, workers: StartWorkers) -> Iterator[Result]:
    """Raises DdorError where nothing can be published."""
    parameters = attempted(weeks[0], partial(report.checked_parameters, weeks[0], order))
    if isinstance(parameters, Result):
        yield parameters
        return
    recovered = report.recover(parameters.output)
    with opened(parameters.output) as archive, workers() as (executor, at_once):
        started = _Start(order, archive, executor, parameters).all_of(weeks)
        for result in _results(archive, _made_ahead(started, 2 * at_once)):
            yield replace(result, messages=(*recovered, *result.messages))
            recovered = ()


def _made_ahead(items: Iterator, number: int) -> Iterator:
    """The same items, so many of them made before they are asked for."""
    made = deque(islice(items, number))
    while made:
        yield made.popleft()
        made.extend(islice(items, 1))


@dataclass(frozen=True)
class _Started:
    """A week whose notebook is on its way. inputs: what that was given; saw: as in remember."""

    pending: Pending
    saw: dict[str, str] | None
    inputs: Files = field(default_factory=dict)
    running: Future = field(default_factory=Future)

    @property
    def may_be_published(self) -> bool:
        return self.pending.may_be_published and not self.pending.unchanged

    def ran(self) -> Ran | None:
        """Waits for it; None where its worker is gone, whatever a cluster calls that."""
        try:
            return self.running.result()
        except Exception:
            return None


# What `remember` needs of a week, and the week.
_Ready = tuple[dict[str, str] | None, Finished]


def _results(archive: Archive, started: Iterator[Result | _Started]) -> Iterator[Result]:
    together: list[_Ready] = []
    for each in started:
        joins = isinstance(each, _Started) and each.may_be_published
        may_join = not together or (joins and together[0][1].pending.may_be_published)
        if not may_join or len(together) == IN_ONE_ACT:
            if not (yield from _published(archive, together)):
                return
            together = []
        if isinstance(each, Result):
            yield each
        elif each.pending.unchanged:
            result = report.unchanged(archive, each.pending)
            report.remember(archive, each.saw, result)
            yield result
        elif (ran := each.ran()) is None or ran.article is None:
            if (yield from _published(archive, together)) and ran:
                yield _failed(archive, each.pending.report.period, ran)
            return
        else:
            finished = Finished(each.pending, ran.notebook, each.inputs, ran.article)
            together.append((each.saw, finished))
    yield from _published(archive, together)


def _published(archive: Archive, together: Sequence[_Ready]) -> Generator[Result, None, bool]:
    """The results; whether all were published. Where one of several cannot be published, each is
    by itself."""

    def act() -> list[Result]:
        # As the archive is by now, not as it was to be.
        catalog = open_catalog(archive.site)
        return report.publish(archive, [finished for _, finished in together], catalog)

    if not together:
        return True
    results = attempted(together[0][1].pending.report.period, act)
    if not isinstance(results, Result):
        for (saw, _), result in zip(together, results, strict=True):
            report.remember(archive, saw, result)
            yield result
        return True
    if len(together) == 1:
        yield results
        return False
    for each in together:
        if not (yield from _published(archive, [each])):
            break
    return False


def _failed(archive: Archive, week: Period, ran: Ran) -> Result:
    message = ran.failure
    if ran.notebook:
        message = str(report.keep_failed(archive, week, message, ran.notebook))
    return report.failed(week, ran.exit_code, message)


class _Start:
    """Prepares weeks, each as if those before it were published, and has their notebooks run.
    `parameters`: of the first of them."""

    def __init__(self, order: Order, archive: Archive, executor: Executor, parameters: Parameters):
        self.order, self.archive, self.executor = order, archive, executor
        self.common, self.context = _common(parameters), report.site_context(parameters)
        self.versions, self.ended = versions(), False
        with archive.writing():
            self.ahead = Ahead(archive)

    def all_of(self, weeks: Sequence[Period]) -> Iterator[Result | _Started]:
        """Up to the first that this pass cannot take."""
        for week in weeks:
            each = attempted(week, partial(self._start, week))
            if each is None or self.ended:
                return
            yield each

    def _start(self, week: Period) -> Result | _Started | None:
        order, parameters = self.order, report.checked_parameters(week, self.order)
        if _common(parameters) != self.common:
            return None
        with time_limit(parameters.run_time_limit, str(week)):
            saw = seen.inputs_of(week, order, parameters)
            as_if = parameters.model_copy(update={"output": self.ahead.output})
            gathered = report.preparation_of(week).gather(week, as_if)
            context = replace(self.context, parameters=parameters)
            pending = report.prepare(self.ahead, order, gathered, week, context)
            inputs = {} if pending.unchanged else self._saved(pending)
        started = _Started(pending, saw, inputs)
        if pending.unchanged:
            return started
        template, keys = pending.template, pending.keys
        source, figures = (template.name, template.read_bytes()), pending.report.figures
        seconds = parameters.run_time_limit
        task = Task(week, source, inputs, figures, keys, seconds, self.versions)
        self.ended = True  # unless the rest succeeds
        running = self.executor.submit(run_task, task)
        with self.archive.writing():
            self.ahead.add(pending, inputs)
        self.ended = False
        return replace(started, running=running)

    def _saved(self, pending: Pending) -> Files:
        with self.archive.writing():
            folder = Path(tempfile.mkdtemp(dir=self.ahead.output))
            pending.report.save(folder)
            inputs = {file.name: file.read_bytes() for file in folder.iterdir()}
            shutil.rmtree(folder)
        return inputs


def _common(parameters: Parameters) -> Parameters:
    """What the weeks of a pass have in common: all but what is each week's own."""
    return parameters.model_copy(update={"note": "", "cases": Path()})
