"""The two command lines: `run_week.py` and `ddor`. Arguments in, exit code out.

Progress and messages go to stderr; stdout carries the page's address, or with --json one object a
week and nothing else. A command of `ddor` is a function with its options above it.
"""

import argparse
import contextlib
import datetime as dt
import json
import os
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TextIO

from ddor.calendar import Period, Week, parse_date, parse_weeks
from ddor.errors import (
    DdorError,
    ExtractInvalid,
    NotAgreed,
    Terminated,
    TimeLimitExceeded,
    UsageError,
    address_without_secrets,
    exiting_on_signals,
    time_limit,
    without_secrets,
)
from ddor.maintained.parameters import (
    find_project,
    load_parameters,
    sample_settings,
    weeks_with_extract,
)
from ddor.reports import NEEDED_BY_NOTEBOOKS, REPORTS, WEEKLY, parse_period, report_of
from ddor.run.surroundings import settle

NOTHING_TO_DO = "nothing to do: no week has changed"
Options = argparse.Namespace
Option = tuple[str, dict]
Command = Callable[[Options], int]


def option(name: str, metavar: str, what: str = "", **keywords) -> Option:
    """As ArgumentParser.add_argument has them."""
    return name, {"metavar": metavar, "help": what or None, **keywords}


def flag(name: str, what: str) -> Option:
    return name, {"action": "store_true", "help": what}


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f'--set "{text}": expected KEY=VALUE, such as cohort=issued')
    return key.strip(), value.strip()


def _revision(text: str) -> int:
    """ "r2" -> 2."""
    if not re.fullmatch(r"r[1-9][0-9]{0,5}", text):
        raise UsageError(f'"{text}" is not a revision: expected rN, such as r2')
    return int(text[1:])


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise UsageError(f'--jobs "{text}": expected a number of processes from 1 to 99')
    return int(text)


REPEATED = {"action": "append", "default": []}
# The other options of a command stand at its function.
SHARED = (
    option("--params", "FILE", "use this in place of params/weekly.yaml", type=Path),
    option("--set", "KEY=VALUE", "set a parameter; repeatable", type=_setting, **REPEATED),
    option("--output", "DIR", "the folder that holds site/ and runs/"),
    flag("--json", "print JSON: one object a line"),
)
YES = flag("--yes", "take away what is published, without being asked")
PUBLISHING = (
    *SHARED,
    flag("--draft", "make a draft and publish nothing"),
    flag("--force", "publish even if nothing changed"),
    flag("--quiet", "print errors only"),
    flag("--correct", "publish as the correction of a mistake; needs --reason"),
    option("--reason", "TEXT", "published on the page", default=""),
    YES,
)
# Arguments of several commands.
PERIOD = option("period", "|".join(r.period.label.upper() for r in REPORTS), type=parse_period)


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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(without_secrets(message))


def run_week(arguments: list[str], project: Path) -> int:
    """The weekly job's command line. `project`: the checkout. Returns the exit code."""
    parser = _Parser(
        prog="run_week.py",
        description=f"Make and publish the {WEEKLY.name} for one or more weeks.",
        epilog="Exit codes: 0 published or unchanged, 2 command line, parameters or texts, "
        "3 invalid extract, 4 held for review, 5 the notebook failed or shows what may not be "
        "published, 6 the archive is busy or cannot be written, or time is up, 7 no extract yet.",
    )
    _add(parser, RUN_WEEK, lambda options: _run_weeks(options, project))
    return _exit_code(parser.parse_intermixed_args, arguments)


def ddor(arguments: list[str] | None = None) -> None:
    """The `ddor` command."""
    if arguments is None:
        settle()
    parser = _Parser(prog="ddor", description="Tools that complement run_week.py.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, what, options, function in COMMANDS:
        _add(commands.add_parser(name, help=what), options, function)
    for report in REPORTS[1:]:
        period, what = report.period, f"Make and publish the {report.name}."
        kind = {"nargs": "+", "type": period.parse}
        periods = option("periods", period.label.upper(), period.example, **kind)
        _add(commands.add_parser(period.label, help=what), (periods, *PUBLISHING), _make_others)
    sys.exit(_exit_code(parser.parse_args, arguments))


def _add(parser: argparse.ArgumentParser, options: Sequence[Option], command: Command) -> None:
    """The options of a command, and what is done with them."""
    for name, keywords in options:
        parser.add_argument(name, **keywords)
    parser.set_defaults(command=command)


def _exit_code(parse: Callable[..., Options], arguments: list[str] | None) -> int:
    """That of the command. An error for the user is its message and its exit code, without a
    traceback."""
    try:
        with exiting_on_signals():
            options = parse(arguments)
            return options.command(options)
    except (DdorError, TimeLimitExceeded, Terminated) as error:
        _note(error)
        return error.exit_code
    except KeyboardInterrupt:
        _note("interrupted; nothing more was published")
        return 128 + signal.SIGINT
    except OSError as error:
        if error.filename is None:
            raise
        _note(f"{error.filename}: {(error.strerror or 'cannot be used').lower()}")
        return UsageError.exit_code
    except Exception:  # a bug of ours: the traceback is all that can be said
        _note(traceback.format_exc())
        return DdorError.exit_code


# What both command lines do: reports of one or more periods


def _run_weeks(options: Options, project: Path) -> int:
    order = _order(options, project)
    weeks = parse_weeks(options.weeks)
    if not weeks and options.sample:
        weeks = [_latest_week(order)]
    if order.decisions and len(weeks) != 1:
        raise UsageError("--decisions applies to one week: name one WEEK")
    if not weeks:
        from ddor.jobs.due import due

        flags = {"--accept-held": order.accept_held, "--correct": order.correct}
        flags["--force"] = order.force
        if named := [flag for flag, given in flags.items() if given]:
            raise UsageError(f"{' and '.join(named)} applies to weeks that are named: name a WEEK")
        return _make(due(order), order, options)
    return _make(weeks, order, options)


def _make_others(options: Options) -> int:
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
    flags = {"--correct": "correct", "--accept-held": "accept_held"}
    asking = [flag for flag, name in flags.items() if given.get(name)]
    if asking and not reason:
        raise UsageError(f"{' and '.join(asking)} needs --reason TEXT; the page shows it")
    if reason and not asking:
        raise UsageError("--reason can only be used with --correct or --accept-held")
    if kind := identifier(reason):
        raise UsageError(f"--reason holds text that looks like {kind}; it must not name a person")
    own = {"settings": sample | _settings(options), "reason": reason}
    return Order(project, **given | own)


def _settings(options: Options) -> dict[str, str]:
    given = {key: vars(options).get(key) for key in ("extract", "output")}
    return dict(options.set) | {key: value for key, value in given.items() if value}


def _latest_week(order) -> Week:
    parameters = load_parameters(order.project, None, order.params, order.settings)
    if "{week}" not in parameters.extract:
        raise UsageError("name a WEEK, or put {week} into `extract` to have the latest found")
    running = Week.containing(dt.date.today())
    with time_limit(parameters.run_time_limit, "looking for extracts"):
        complete = [week for week in weeks_with_extract(parameters.extract) if week < running]
    if not complete:
        raise UsageError(
            f"there is no extract of a complete week at {parameters.extract}; put one "
            "there, name one with --extract, or use --sample"
        )
    return max(complete)


def _make(planned: Sequence, order, options: Options) -> int:
    """Each report in turn; the exit code of the first that failed. planned: periods, and results
    that are known without a run."""
    from tqdm import tqdm

    done, begun = [], time.monotonic()
    few, unit = options.quiet or len(planned) < 2, WEEKLY.period.label
    made = _results([each for each in planned if isinstance(each, Period)], order, options)
    results = (next(made) if isinstance(each, Period) else each for each in planned)
    for result in tqdm(results, total=len(planned), unit=unit, disable=few, file=_Stderr):
        period = result.period
        done.append(result)
        named = f"{period} {result.status}"
        if options.json:
            fields = ("status", "revision", "page", "figures", "messages")
            line = {period.label: str(period)} | {name: getattr(result, name) for name in fields}
            _say(line, sys.stdout)
        elif result.page and not options.quiet:
            revision = f" r{result.revision}" if result.revision else ""
            because = f": {result.because}" if result.because else ""
            _say(f"{named}{revision}{because}: {result.page}", sys.stdout)
        if result.exit_code and len(result.messages) == 1:
            _note(f"{named}: {result.messages[0]}")
        elif result.exit_code:
            _note(f"{named}:", *result.messages)
        elif not options.quiet:
            _note(*result.messages)
    exit_code = next(filter(None, (each.exit_code for each in done)), 0)
    statuses = Counter(each.status for each in done)
    told = statuses.keys() - {"unchanged", "draft"}
    if len(planned) != 1 or told:
        _close(order, options, done, exit_code, round(time.monotonic() - begun))
    return exit_code


def _close(order, options: Options, done: Sequence, exit_code: int, seconds: int) -> None:
    """Says at the end what was done and what waits, tells whom `notify` names, and removes what
    `keep_runs` is past."""
    from ddor.jobs.due import tidy
    from ddor.jobs.notify import notify
    from ddor.jobs.status import waiting
    from ddor.narrative import count

    with contextlib.suppress(DdorError):  # it was said already, of the report
        waits = waiting(order)
        statuses = Counter(each.status for each in done)
        words = ", ".join(f"{number} {status}" for status, number in statuses.items())
        words = f"{words} in {count(seconds, 'second', 'seconds')}" if words else NOTHING_TO_DO
        if len(done) != 1 and not options.quiet:
            _note("; ".join(filter(None, [words, waits])))
        if order.draft or vars(options).get("sample"):
            return
        parameters = load_parameters(order.project, None, order.params, order.settings)
        _note(*filter(None, [notify(parameters.notify, done, exit_code, waits)]))
        tidy(parameters)


def _results(periods: Sequence[Period], order, options: Options):
    """The Result of each report, in order. That one is unchanged is found out first, with few
    imports."""
    from ddor.jobs.seen import unchanged

    for number, period in enumerate(periods):
        if result := unchanged(period, order):
            yield result
            continue
        from ddor.jobs.due import recorded

        several = len(periods) - number > 1 and vars(options).get("jobs", 1) > 1
        if several or (vars(options).get("scheduler") and not order.decisions):
            from ddor.jobs import batch, workers

            start = partial(workers.processes, options.jobs)
            if options.scheduler:
                start = partial(workers.cluster, options.scheduler)
            left = periods[number:]
            yield from recorded(left, order, batch.make_reports(left, order, start))
            return
        from ddor.run.kernels import warm

        warm(NEEDED_BY_NOTEBOOKS)
        yield from recorded([period], order, map(partial(_attempt, order=order), [period]))


def _attempt(period: Period, order) -> Any:
    """As jobs.report.attempt; where it would take figures away, and somebody can be asked, that is
    asked."""
    from ddor.jobs.report import attempt

    result = attempt(period, order)
    if result.going and sys.stdin and sys.stdin.isatty():
        try:
            _agree(result.going)
        except NotAgreed:
            return result
        return attempt(period, replace(order, yes=True))
    return result


# The other commands of `ddor`


COMMANDS: list[tuple] = []


def command(*options: Option):
    """The function below is a command of `ddor` by its own name, with these options and the shared
    ones; the first line of its docstring is its help. It returns the exit code."""

    def registered(function: Command) -> Command:
        what = "".join((function.__doc__ or "").splitlines()[:1])
        COMMANDS.append((function.__name__.strip("_"), what, (*options, *SHARED), function))
        return function

    return registered


def _print(options: Options, content: dict, words: object) -> int:
    """The outcome of a command: an object with --json, else in words. Returns the exit code."""
    _say(content if options.json else words, sys.stdout)
    return 0


def _refused(options: Options, error: DdorError, content: dict) -> int:
    """As _print, of a command that ends with this error: in words it is raised."""
    if not options.json:
        raise error
    _say(content, sys.stdout)
    return error.exit_code


def _note(*lines: object) -> None:
    for line in lines:
        _say(line, sys.stderr)


def _say(line: object, stream: TextIO, end: str = "\n") -> None:
    """A text, or an object as JSON. Whoever read the stream may have gone; that is no reason to
    stop."""
    said = _without_secrets(line if isinstance(line, dict) else str(line))
    try:
        print(said if isinstance(said, str) else json.dumps(said), file=stream, end=end, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        if stream is not sys.stderr:
            _note(f"what was to be said cannot be written ({error.strerror})")


def _without_secrets(content: Any) -> Any:
    """Each text in it by itself: in JSON, quotes and escapes would stand around them."""
    if isinstance(content, dict):
        return {key: _without_secrets(each) for key, each in content.items()}
    if isinstance(content, list | tuple):
        return [*map(_without_secrets, content)]
    return without_secrets(content) if isinstance(content, str) else content


class _Stderr:
    """For the progress bar."""

    @staticmethod
    def write(text: str) -> None:
        _say(text, sys.stderr, end="")

    @staticmethod
    def flush() -> None:
        """`write` does."""


def _parameters(options: Options, period: Period | None = None):
    return load_parameters(find_project(), period, options.params, _settings(options))


@command(
    option("source", "EXTRACT", "folder, .zip, .xlsx or URL"),
    option("--week", "DATE", "a date in the week that the extract covers", type=Week.parse),
)
def _check(options: Options) -> int:
    """List every problem in an extract, or what it holds; run nothing."""
    from ddor.extract.identifiers import in_any_text
    from ddor.extract.read import read_extract

    parameters = _parameters(options, options.week)
    try:
        ignored, cohort = parameters.ignored_columns, parameters.cohort
        named = address_without_secrets(options.source)
        with time_limit(parameters.run_time_limit, named):
            extract = read_extract(options.source, options.week, ignored, cohort, parameters.limits)
    except ExtractInvalid as error:
        content = {"valid": False, "problems": [str(problem) for problem in error.problems]}
        foreign = re.compile("no header|no known column name|an unknown column").match
        if any(foreign(problem.seen) for problem in error.problems):
            _note("a table of your own? `ddor import table` maps its columns (docs/own-data.md)")
        return _refused(options, error, content)
    if ordinary := sum(map(in_any_text, extract.requests["request_id"])):
        _note(
            f"note: texts are not searched for {ordinary:,} of the request_ids, too short or too "
            "ordinary for it (docs/extract.md, What identifies a person)"
        )
    requests, charges = len(extract.requests), len(extract.charges)
    content = {"valid": True, "requests": requests, "charges": charges}
    words = f"{options.source}: valid, {requests:,} requests and {charges:,} charges"
    return _print(options, content, words)


@command(
    ("source", {"choices": ["foia", "table"]}),
    option("files", "FILE", "several of one release are read as one", nargs="+", type=Path),
    option("--weeks", "DATE|START..END", "the week or weeks of issue; of a table, its week"),
    option("--out", "DIR", "the folder; may hold {week}", default=""),
    option("--map", "MAP.yaml", "how the columns of a table become an extract", type=Path),
    flag("--draft-map", "write a first MAP.yaml for the table"),
    option("--as-of", "DATE", "of the release, if the file does not give it", type=parse_date),
    option("--before", "OLD", "an earlier release: it tells what was declined since", type=Path),
    option("--facilities", "FILE", "a CSV of name, state and agency_id", type=Path),
    option("--propose", "FILE", "write rows for the directory, to be accepted", type=Path),
    flag("--recorded", "give a week what was recorded in it too, by the date of lifting"),
    flag("--replace", "replace extracts that are there already"),
)
def _import(options: Options) -> int:
    """Make extracts from FOIA files (docs/foia.md) or from a table of your own."""
    if options.source == "table":
        return _import_table(options)
    if not options.weeks:
        raise UsageError("--weeks is missing: name the week or weeks of issue")
    from ddor.importers.foia.importer import Asked, import_foia

    asked = Asked(
        weeks=parse_weeks([options.weeks]),
        out=options.out,
        agencies=_parameters(options).agencies,
        as_of=options.as_of,
        facilities=options.facilities,
        proposals=options.propose,
        before=options.before,
        recorded=options.recorded,
        replace=options.replace,
    )
    summary = import_foia(options.files, asked)
    folders = {
        str(w.week): {"requests": w.requests, "folder": str(w.folder)} for w in summary.written
    }
    return _print(options, {"weeks": folders, "summary": str(summary)}, summary)


def _folder(out: str, week: Week) -> Path:
    return Path(out.replace("{week}", str(week)))


def _import_table(options: Options) -> int:
    from ddor.extract.csv_files import has_extract
    from ddor.importers.own.draft import draft_map
    from ddor.importers.own.table import import_table
    from ddor.narrative import count

    if len(options.files) > 1 or not options.map:
        raise UsageError("import table takes one FILE and --map MAP.yaml")
    (file,) = options.files
    if options.draft_map:
        if options.map.exists():
            raise UsageError(f"{options.map} is there already; name another --map")
        options.map.write_text(draft_map(file), encoding="utf-8")
        words = f"{options.map}: a draft; read each line, then import with it"
        return _print(options, {"map": str(options.map)}, words)
    weeks = parse_weeks([options.weeks]) if options.weeks else []
    if len(weeks) != 1 or not options.out:
        raise UsageError("import table needs one --week and --out DIR")
    folder = _folder(options.out, weeks[0])
    if has_extract(folder) and not options.replace:
        raise UsageError(f"{folder} has an extract already; name another --out, or use --replace")
    cohort = _parameters(options, weeks[0]).cohort
    requests, charges, repeated, outside = import_table(file, options.map, weeks[0], folder, cohort)
    if repeated:
        _note(
            f"{count(repeated, 'row', 'rows')} of {file.name} say the same as a row above; each "
            "counted again: two counts of one charge are two. Remove them if they are repeats"
        )
    content = {"week": str(weeks[0]), "folder": str(folder), "requests": requests}
    words = f"{folder}: {requests:,} requests and {charges:,} charges"
    words += f"; {count(outside, 'request is', 'requests are')} of other weeks" if outside else ""
    return _print(options, content, words)


@command(option("proposals", "FILE", "what --propose wrote, accepted rows marked", type=Path))
def _directory(options: Options) -> int:
    """Add accepted rows to the directory of agencies."""
    from ddor.maintained.directory import add_agencies

    agencies = _parameters(options).agencies
    added = add_agencies(agencies, options.proposals)
    return _print(options, {"added": added}, f"{agencies}: {len(added)} agencies added")


@command(
    option("--week", "DATE", type=Week.parse),
    option("--seed", "N", "the same seed gives the same bytes", type=int, default=1),
    option("--requests", "N", "requests issued in the week", type=int, default=600),
    option("--out", "DIR", "the folder; may hold {week}"),
    option("--blank", "DIR", "write the empty contract, to fill in", type=Path),
)
def _sample(options: Options) -> int:
    """Make a synthetic extract with invented agencies, or an empty one to fill in."""
    if options.blank:
        from ddor.importers.own.blank import write_blank

        files = [str(file) for file in write_blank(options.blank)]
        return _print(options, {"files": files}, "\n".join(files))
    if not (options.week and options.out):
        raise UsageError("sample needs --week and --out, or --blank DIR")
    from ddor.extract.csv_files import write_extract
    from ddor.importers.samples.ordinary import make_sample

    week = options.week
    folder = _folder(options.out, week)
    write_extract(make_sample(week, options.seed, options.requests), folder)
    return _print(options, {"week": str(week), "folder": str(folder)}, folder)


@command(
    option("week", "WEEK", "default: the latest sample week", nargs="?", type=Week.parse),
    option("--port", "N", "of the address; default: any that is free", type=int, default=0),
)
def _preview(options: Options) -> int:
    """Show a week as it would be published, and again whenever something is saved."""
    from ddor.jobs.order import Order
    from ddor.jobs.preview import preview

    project, week, settings = find_project(), options.week, _settings(options)
    if week is None:
        settings = sample_settings(project) | settings
        week = _latest_week(Order(project, options.params, settings))
    preview(week, Order(project, options.params, settings), options.port, _note)
    return 0


@command()
def _status(options: Options) -> int:
    """Tell what arrived, what is wrong, what waits and what is overdue; run nothing."""
    from ddor.jobs.order import Order
    from ddor.jobs.status import status

    found = status(Order(find_project(), options.params, _settings(options)))
    _print(options, found.keys(), found)
    return found.exit_code


@command(
    option("week", "WEEK", type=Week.parse),
    option("--figure", "F", "the figure; see docs/trace.md", required=True),
    option("--agency", "ID", "only the rows of this agency"),
)
def _rows(options: Options) -> int:
    """Write the rows behind a published figure into a workbook."""
    from ddor.jobs.rows import write_rows
    from ddor.narrative import count

    week = options.week
    file = write_rows(_parameters(options, week).output, week, options.figure, options.agency)
    content = dict(week=str(week), file=str(file.path), rows=file.rows, left_out=file.left_out)
    rows, left_out = (count(n, "row", "rows") for n in (file.rows, file.left_out))
    return _print(options, content, f"{file.path}: {rows}; {left_out} of protected people left out")


@command(
    option("week", "WEEK", type=Week.parse),
    option("--answer", "AGENCY", "record what this agency answered, as a dispute"),
    option("--figure", "F", "the figure in dispute", default="declined"),
    option("--ground", "G", "why (docs/corrections.md)"),
    option("--received-on", "DATE", "of the answer; default: today", type=parse_date),
    option("--notice", "TEXT", "with the ground notice_given: when and how", default=""),
)
def _notices(options: Options) -> int:
    """Write letters and rows for the agencies that a week names, or record an answer."""
    from ddor.jobs.notices import record_answer, write_notices

    week, parameters = options.week, _parameters(options, options.week)
    if options.answer:
        folder, day = parameters.corrections, options.received_on or dt.date.today()
        dispute = options.answer, options.figure, options.ground or ""
        file = record_answer(folder, week, *dispute, day, options.notice)
        content = {"week": str(week), "record": str(file)}
        return _print(options, content, f"{file}: the next run of the week shows the dispute")
    with time_limit(parameters.run_time_limit, f"the notices of {week}"):
        notices = write_notices(week, parameters)
    lines = [{"agency_id": n.agency_id, "declined": n.declined, "rows": n.rows} for n in notices]
    files = [{"letter": str(n.letter), "workbook": str(n.workbook)} for n in notices]
    each = [line | file for line, file in zip(lines, files, strict=True)]
    words = [f"{n.agency_id}: declined {n.declined}, {n.letter}" for n in notices]
    said = "\n".join([*words, "nothing was sent (docs/asking-agencies.md)"])
    return _print(options, {"week": str(week), "notices": each}, said)


@command(
    (PERIOD[0], {**PERIOD[1], "nargs": "?"}),
    option("revision", "rN", "default: the current revision", nargs="?", type=_revision),
    option("--site", "DIR|URL", "compare this copy of the site with what is published"),
)
def _verify(options: Options) -> int:
    """Run an archived revision again and compare, or compare a copy of the site."""
    from ddor.jobs.verify import NotReproduced, verify

    period, parameters = options.period, _parameters(options, options.period)
    if bool(period) == bool(options.site):
        raise UsageError("verify takes a week or another period, or --site DIR|URL")
    if options.site:
        return _verify_site(options, parameters)
    template = find_project() / "notebooks" / report_of(period).template
    try:
        with time_limit(parameters.run_time_limit, f"verifying {period}"):
            done = verify(parameters.output, period, options.revision, template)
    except NotReproduced as error:
        content = {"reproduced": False, "messages": str(error).splitlines()}
        return _refused(options, error, {period.label: str(period)} | content)
    what = "withdrawn; its notices are in place" if done.withdrawn else "matches what was published"
    content = {"revision": done.revision, "reproduced": True, "withdrawn": done.withdrawn}
    content = {period.label: str(period)} | content | {"messages": done.notes}
    if not options.json:
        _note(*done.notes)
    return _print(options, content, f"{period} r{done.revision}: {what}")


def _verify_site(options: Options, parameters) -> int:
    from ddor.jobs.served import verify_site
    from ddor.jobs.verify import NotReproduced

    try:
        with time_limit(parameters.run_time_limit, options.site):
            notes = verify_site(parameters.output / "site", options.site)
    except NotReproduced as error:
        return _refused(options, error, {"whole": False, "messages": str(error).splitlines()})
    if not options.json:
        _note(*notes)
    content = {"whole": True, "site": options.site, "messages": notes}
    return _print(options, content, f"{options.site}: whole and current")


@command(
    PERIOD,
    option("revision", "rN", "default: all revisions", nargs="?", type=_revision),
    ("--reason", {"required": True, "choices": ("legal", "privacy", "error")}),
    YES,
)
def _withdraw(options: Options) -> int:
    """Take a report down and leave a notice."""
    from ddor.archive.acts import going_with, withdraw
    from ddor.published.catalog import open_catalog

    period, revision, reason = options.period, options.revision, options.reason
    catalog = open_catalog(_parameters(options, period).output / "site")
    if catalog and not options.yes:
        going = going_with(catalog, period, revision).items()
        _agree([f"{each} r{number}" for each, numbers in going for number in sorted(numbers)])
    with _published(options, period) as (archive, site):
        gone = withdraw(archive, site, period, revision, reason)
    numbers = [number for each, number in gone if each == period]
    others = [f"{each} r{number}" for each, number in gone if each != period]
    beside = [number for number in numbers if revision not in (None, number)]
    _note(*(f"r{n} showed a table of r{revision} too and was withdrawn with it" for n in beside))
    _note(*(f"{each} was made from it and was withdrawn with it; run it again" for each in others))
    content = {period.label: str(period), "withdrawn": numbers, "reason": reason}
    content |= {"withdrawn_with_it": others} if others else {}
    named = ", ".join(f"r{number}" for number in numbers)
    return _print(options, content, f"{period} {named}: withdrawn ({reason})")


def _agree(going: Sequence[str]) -> None:
    """Asks whether this may go. Raises NotAgreed: also where nobody can be asked."""
    _note(f"this will be gone, for good: {', '.join(going)}")
    if not (sys.stdin and sys.stdin.isatty()):
        raise NotAgreed("nobody can be asked here, so nothing was changed; --yes agrees to it")
    _say("Go on? [y/N] ", sys.stderr, end="")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise NotAgreed("nothing was changed")


@command()
def _rebuild(options: Options) -> int:
    """Make all pages again; reports and data stay."""
    from ddor.archive.acts import rebuild

    with _published(options, None) as (archive, site):
        changed = rebuild(archive, site)
    content = {"site": str(archive.site), "changed": changed}
    return _print(options, content, f"{archive.site}: {changed} files changed")


@contextlib.contextmanager
def _published(options: Options, period: Period | None):
    """The archive, locked, and its site. Raises UsageError where nothing is published."""
    from ddor.archive.publish import opened
    from ddor.archive.site import Site
    from ddor.jobs.prepared import keys_of, refuse_unfit
    from ddor.jobs.report import site_context
    from ddor.published.catalog import open_catalog

    parameters = _parameters(options, period)
    context = site_context(parameters)
    nothing = UsageError(f"nothing is published in {parameters.output}")
    if not (parameters.output / "site").is_dir():
        raise nothing  # to open an archive would make the folder
    with opened(parameters.output) as archive:
        catalog = open_catalog(archive.site)
        if catalog is None:
            raise nothing
        refuse_unfit(context.written(), keys_of(archive))
        yield archive, Site(archive.site, catalog, context)
