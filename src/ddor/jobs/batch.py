"""Several weeks in one call, their notebooks in other processes or on other machines (workers.py).

Weeks are read, checked and counted here, in their order, each with those before it as if they were
published (ahead.py). Their notebooks run at the same time, and what comes of them is published in
order, several weeks in one act. So the site is the one that week by week would have made.

All this is one pass. It ends early where a week was not published although those after it were
prepared as if it would be, where the workers are gone, or where a week has other parameters than
the weeks before it. The next pass begins with the first week that has no result.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ddor.archive.publish import Archive, opened
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, time_limit
from ddor.jobs import report, seen
from ddor.jobs.ahead import Ahead
from ddor.jobs.log import RunLog
from ddor.jobs.notebooks import Ran, run_in_a_worker, versions
from ddor.jobs.order import Order, Result
from ddor.jobs.report import Pending, attempted
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


def _results(archive: Archive, started: Iterator["Result | _Started"]) -> Iterator[Result]:
    together = list[tuple[Pending, Ran]]()
    for each in started:
        joins = isinstance(each, _Started) and each.pending.may_be_published
        may_join = not together or (joins and together[0][0].may_be_published)
        if not may_join or len(together) == IN_ONE_ACT:
            if not (yield from _published(archive, together)):
                return
            together = []
        if isinstance(each, Result):
            yield each
        elif each.running is None:
            yield report.unchanged(archive, each.pending)
        elif (ran := each.ran()) is None or ran.failure:
            if (yield from _published(archive, together)) and ran:
                yield from report.ended(archive, [(each.pending, ran)])
            return
        else:
            together.append((each.pending, ran))
    yield from _published(archive, together)


def _published(
    archive: Archive, together: Sequence[tuple[Pending, Ran]]
) -> Generator[Result, None, bool]:
    """The results; whether all were published. Where one of several cannot be published, each is
    by itself."""

    def act() -> list[Result]:
        # As the archive is by now, not as it was to be.
        catalog = open_catalog(archive.site)
        now = [(replace(pending, catalog=catalog), ran) for pending, ran in together]
        return report.ended(archive, now)

    if not together:
        return True
    results = attempted(together[0][0].report.period, act)
    if not isinstance(results, Result):
        yield from results
        return True
    if len(together) == 1:
        yield results
        return False
    for each in together:
        if not (yield from _published(archive, [each])):
            break
    return False


class _Started(NamedTuple):
    """A week and its notebook, which is on its way; None where the week is unchanged."""

    pending: Pending
    running: Future | None

    def ran(self) -> Ran | None:
        """Waits for it; None where its worker is gone, whatever a cluster calls that."""
        try:
            return self.running.result() if self.running else None
        except Exception:
            return None


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
            saw = seen.look_at(week, order, parameters)
            as_if = parameters.model_copy(update={"output": self.ahead.output})
            context, log = replace(self.context, parameters=parameters), RunLog()
            with log.step("read"):
                gathered = report.preparation_of(week).gather(week, as_if)
            with log.step("count"):
                pending = report.prepare(self.ahead, order, gathered, week, context)
            pending = replace(pending, saw=saw, log=log)
            if pending.unchanged:
                return _Started(pending, None)
        self.ended = True  # unless the rest succeeds
        seconds = parameters.run_time_limit
        running = self.executor.submit(run_in_a_worker, pending.task, seconds, self.versions)
        with self.archive.writing():
            self.ahead.add(pending)
        self.ended = False
        return _Started(pending, running)


def _common(parameters: Parameters) -> Parameters:
    """What the weeks of a pass have in common: all but what is each week's own."""
    return parameters.model_copy(update={"note": "", "cases": Path()})
