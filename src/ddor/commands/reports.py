"""What `run_week.py` and `ddor quarter` do: they make and publish the reports of one or more
periods, each in turn, and say what became of each."""

import contextlib
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ddor.calendar import Period, parse_weeks
from ddor.commands.command import SHARED, YES, Options, Stderr, agree, flag, note, option, say
from ddor.errors import DdorError, NotAgreed, TimeLimitExceeded, UsageError
from ddor.maintained.parameters import find_project, sample_settings
from ddor.reports import NEEDED_BY_NOTEBOOKS, WEEKLY

NOTHING_TO_DO = "nothing to do: no week has changed"


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise UsageError(f'--jobs "{text}": expected a number of processes from 1 to 99')
    return int(text)


PUBLISHING = (
    *SHARED,
    flag("--draft", "make a draft and publish nothing"),
    flag("--force", "publish even if nothing changed"),
    flag("--quiet", "print errors only"),
    flag("--correct", "publish as the correction of a mistake; needs --reason"),
    option("--reason", "TEXT", "published on the page", default=""),
    YES,
)
ANY_WEEKS = "any date in the week, or START..END; without one, every week that has to be run"
RUN_WEEK = (
    option("weeks", "WEEK", ANY_WEEKS, nargs="*"),
    option("--extract", "PATH|URL", "the week's extract"),
    flag("--sample", "use the sample extracts, publish into outputs/sample/"),
    *PUBLISHING,
    option("--decisions", "FILE", "the week's review.csv, filled in", type=Path),
    flag("--accept-held", "publish a week under review; needs --reason"),
    option("--jobs", "N", "run the notebooks of N weeks at once", type=_jobs, default=1),
    option("--scheduler", "ADDRESS", "run the notebooks on a Dask cluster (docs/scaling.md)"),
)


def run_weeks(options: Options, project: Path) -> int:
    from ddor.jobs.due import due, latest_week, misnamed

    order, weeks = _order(options, project), parse_weeks(options.weeks)
    if not weeks and options.sample:
        weeks = [latest_week(order)]
    if order.decisions and len(weeks) != 1:
        raise UsageError("--decisions applies to one week: name one WEEK")
    with contextlib.suppress(DdorError):  # of the parameters: it is said below
        note(*misnamed(order.parameters()))
    if not weeks:
        if given := _given(options, "--accept-held", "--correct", "--force"):
            raise UsageError(f"{given} applies to weeks that are named: name a WEEK")
        try:
            planned = due(order)
        except (DdorError, TimeLimitExceeded) as error:
            _tell(order, options, (), error.exit_code)
            raise
        return _make(planned, order, options)
    return _make(weeks, order, options)


def make_others(options: Options) -> int:
    """Of a report that is no weekly one."""
    periods = sorted(set(options.periods), key=lambda period: period.first_day)
    return _make(periods, _order(options, find_project()), options)


def _order(options: Options, project: Path):
    """The jobs' Order, whose fields have the names of the options."""
    from ddor.extract.identifiers import identifier
    from ddor.extract.table import UNSEEN
    from ddor.jobs.order import Order

    given = {name: each for name, each in vars(options).items() if name in Order.__annotations__}
    sample = sample_settings(project) if "sample" in options and options.sample else {}
    # Needed by --correct and --accept-held, and by nothing else; it is published as it stands.
    reason = " ".join(options.reason.split())
    if UNSEEN.search(reason):
        raise UsageError("--reason holds a control character; write signs that can be seen")
    asking = _given(options, "--correct", "--accept-held")
    if asking and not reason:
        raise UsageError(f"{asking} needs --reason TEXT; the page shows it")
    if reason and not asking:
        raise UsageError("--reason can only be used with --correct or --accept-held")
    if kind := identifier(reason):
        raise UsageError(f"--reason holds text that looks like {kind}; it must not name a person")
    own = {"settings": sample | options.settings(), "reason": reason}
    return Order(project, **given | own)


def _given(options: Options, *flags: str) -> str:
    """Those of the flags that the command line has, in words."""
    named = {flag: flag.removeprefix("--").replace("-", "_") for flag in flags}
    return " and ".join(flag for flag, name in named.items() if vars(options).get(name))


def _make(planned: Sequence, order, options: Options) -> int:
    """Each report in turn; the exit code of the first that failed. planned: periods, and results
    that are known without a run."""
    from tqdm import tqdm

    done, begun = [], time.monotonic()
    few, unit = options.quiet or len(planned) < 2, WEEKLY.period.label
    made = _results([each for each in planned if isinstance(each, Period)], order, options)
    results = (next(made) if isinstance(each, Period) else each for each in planned)
    for result in tqdm(results, total=len(planned), unit=unit, disable=few, file=Stderr):
        done.append(result)
        named = f"{result.period} {result.status}"
        if options.json:
            say(result.plain("status", "revision", "page", "figures", "messages"), sys.stdout)
        elif result.page and not options.quiet:
            revision = f" r{result.revision}" if result.revision else ""
            because = f": {result.because}" if result.because else ""
            say(f"{named}{revision}{because}: {result.page}", sys.stdout)
            note(*filter(None, [result.held]))
        if result.exit_code and len(result.messages) == 1:
            note(f"{named}: {result.messages[0]}")
        elif result.exit_code and result.messages:
            note(f"{named}:", *result.messages)
        elif not options.quiet:
            note(*result.messages)
    exit_code = next(filter(None, (each.exit_code for each in done)), 0)
    statuses = Counter(each.status for each in done)
    told = statuses.keys() - {"unchanged", "draft"}
    if len(planned) != 1 or told:
        # At the end: what was done, and what waits.
        from ddor.narrative import count

        seconds = count(round(time.monotonic() - begun), "second", "seconds")
        words = ", ".join(f"{number} {status}" for status, number in statuses.items())
        words = f"{words} in {seconds}" if words else NOTHING_TO_DO
        waits = _tell(order, options, done, exit_code)
        if (len(done) != 1 or waits) and not options.quiet:
            note("; ".join(filter(None, [words, waits])))
    return exit_code


def _tell(order, options: Options, done: Sequence, exit_code: int) -> str:
    """Whom `notify` names; removes what `keep_runs` is past. -> what waits."""
    from ddor.jobs.due import tidy
    from ddor.jobs.notify import notify
    from ddor.jobs.status import waiting

    waits = ""
    with contextlib.suppress(DdorError):  # of the parameters, which is said already
        parameters = order.parameters()
        waits = waiting(parameters)
        if not (order.draft or vars(options).get("sample")):
            told = notify(parameters.notify, done, exit_code, waits), tidy(parameters)
            note(*filter(None, told))
    return waits


def _results(periods: Sequence[Period], order, options: Options):
    """The Result of each report, in order. That one is unchanged is found out first, with few
    imports."""
    from ddor.jobs.seen import unchanged

    for number, period in enumerate(periods):
        if result := unchanged(period, order):
            yield result
            continue
        several = len(periods) - number > 1 and vars(options).get("jobs", 1) > 1
        if several or (vars(options).get("scheduler") and not order.decisions):
            from ddor.jobs import batch, workers

            start = partial(workers.processes, options.jobs)
            if options.scheduler:
                start = partial(workers.cluster, options.scheduler)
            yield from batch.make_reports(periods[number:], order, start)
            return
        from ddor.run.kernels import warm

        warm(NEEDED_BY_NOTEBOOKS)
        yield _attempt(period, order)


def _attempt(period: Period, order) -> Any:
    """As jobs.report.attempt; where it would take figures away, and somebody can be asked, that is
    asked."""
    from ddor.jobs.report import attempt

    result = attempt(period, order)
    if result.going and sys.stdin and sys.stdin.isatty():
        with contextlib.suppress(NotAgreed):
            agree(result.going)
            return attempt(period, replace(order, yes=True))
    return result
