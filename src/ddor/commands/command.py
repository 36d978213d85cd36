"""What every command of `ddor` shares: how its options are written, what they mean together, the
registry, and how its outcome is said."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from ddor.calendar import Period
from ddor.errors import DdorError, NotAgreed, UsageError, all_without_secrets, without_secrets
from ddor.maintained.parameters import Parameters, find_project, load_parameters


class Options(argparse.Namespace):
    """What a command line gave."""

    def settings(self) -> dict[str, str]:
        given = {key: vars(self).get(key) for key in ("extract", "output")}
        return dict(self.set) | {key: value for key, value in given.items() if value}

    def parameters(self, period: Period | None = None) -> Parameters:
        return load_parameters(find_project(), period, self.params, self.settings())

    def reply(self, content: dict, words: object, notes: Sequence[str] = ()) -> int:
        """The outcome of a command: an object with --json, which has the notes in it, else in words
        and the notes beside them. Returns the exit code."""
        if not self.json:
            note(*notes)
        say(content if self.json else words, sys.stdout)
        return 0

    def refuse(self, error: DdorError, content: dict) -> int:
        """As reply, of a command that ends with this error: in words it is raised."""
        if not self.json:
            raise error
        say(content, sys.stdout)
        return error.exit_code


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(without_secrets(message))


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


REPEATED = {"action": "append", "default": []}
# The other options of a command stand at its function.
SHARED = (
    option("--params", "FILE", "use this in place of params/weekly.yaml", type=Path),
    option("--set", "KEY=VALUE", "set a parameter; repeatable", type=_setting, **REPEATED),
    option("--output", "DIR", "the folder that holds site/ and runs/"),
    flag("--json", "print JSON: one object a line"),
)
YES = flag("--yes", "remove published figures or reports without asking")
COMMANDS: list[tuple] = []


def command(*options: Option):
    """The function below is a command of `ddor` by its own name, with these options and the shared
    ones; the first line of its docstring is its help. It returns the exit code."""

    def registered(function: Command) -> Command:
        what = "".join((function.__doc__ or "").splitlines()[:1])
        COMMANDS.append((function.__name__.strip("_"), what, (*options, *SHARED), function))
        return function

    return registered


def agree(going: Sequence[str]) -> None:
    """Asks whether this may go. Raises NotAgreed: also where nobody can be asked."""
    note(f"this will be removed for good: {', '.join(going)}")
    if not (sys.stdin and sys.stdin.isatty()):
        raise NotAgreed("no terminal to confirm at, so nothing was changed; --yes goes ahead")
    say("Go on? [y/N] ", sys.stderr, end="")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise NotAgreed("nothing was changed")


def note(*lines: object) -> None:
    for line in lines:
        say(line, sys.stderr)


def say(line: object, stream: TextIO, end: str = "\n") -> None:
    """A text, or an object as JSON. Whoever read the stream may have gone; that is no reason to
    stop."""
    said = all_without_secrets(line if isinstance(line, dict) else str(line))
    try:
        print(said if isinstance(said, str) else json.dumps(said), file=stream, end=end, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        if stream is not sys.stderr:
            note(f"what was to be said cannot be written ({error.strerror})")


class Stderr:
    """For the progress bar."""

    @staticmethod
    def write(text: str) -> None:
        say(text, sys.stderr, end="")

    @staticmethod
    def flush() -> None:
        """`write` does."""
