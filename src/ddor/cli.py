"""The two command lines: `run_week.py` and `ddor`. Arguments in, exit code out; what they do is in
commands/.

Progress and messages go to stderr; stdout carries the page's address, or with --json one object a
week and nothing else.
"""

import argparse
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from ddor.commands import extracts, published, watch  # noqa: F401, they register themselves
from ddor.commands.command import COMMANDS, Command, Option, Options, Parser, note, option
from ddor.commands.reports import PUBLISHING, RUN_WEEK, make_others, run_weeks
from ddor.errors import DdorError, Terminated, TimeLimitExceeded, UsageError, exiting_on_signals
from ddor.reports import REPORTS, WEEKLY
from ddor.run.surroundings import settle


def run_week(arguments: list[str], project: Path) -> int:
    """The weekly job's command line. `project`: the checkout. Returns the exit code."""
    parser = Parser(
        prog="run_week.py",
        description=f"Make and publish the {WEEKLY.name} for one or more weeks.",
        epilog="Exit codes: 0 published or unchanged, 2 command line, parameters or texts, "
        "3 invalid extract, 4 held for review, 5 the notebook failed or shows what may not be "
        "published, 6 the archive is busy or cannot be written, or time is up, 7 no extract yet.",
    )
    _add(parser, RUN_WEEK, lambda options: run_weeks(options, project))
    return _exit_code(parser.parse_intermixed_args, arguments)


def ddor(arguments: list[str] | None = None) -> None:
    """The `ddor` command."""
    if arguments is None:
        settle()
    parser = Parser(prog="ddor", description="Tools that complement run_week.py.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, what, options, function in COMMANDS:
        _add(commands.add_parser(name, help=what), options, function)
    for report in REPORTS[1:]:
        period, what = report.period, f"Make and publish the {report.name}."
        kind = {"nargs": "+", "type": period.parse}
        periods = option("periods", period.label.upper(), period.example, **kind)
        _add(commands.add_parser(period.label, help=what), (periods, *PUBLISHING), make_others)
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
            options = parse(arguments, Options())
            return options.command(options)
    except (DdorError, TimeLimitExceeded, Terminated) as error:
        note(error)
        return error.exit_code
    except KeyboardInterrupt:
        note("interrupted; nothing more was published")
        return 128 + signal.SIGINT
    except OSError as error:
        if error.filename is None:
            raise
        note(f"{error.filename}: {(error.strerror or 'cannot be used').lower()}")
        return UsageError.exit_code
    except Exception:  # a bug of ours: the traceback is all that can be said
        note(traceback.format_exc())
        return DdorError.exit_code
