"""Errors that a user is shown without a traceback, each with its exit code (README.md), and what
ends a run from outside: a signal, or its time limit.

Anything else that escapes is a bug: it keeps its traceback and ends with exit code 1. A run that is
ended leaves as one that fails: what it staged is dropped, and its kernel does not outlive it.
"""

import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_ADDRESS = re.compile(r"(?i:\b[a-z][a-z0-9+.-]{0,30})://(?P<rest>[^\s\"'<>]+)")
# Of an address that was cut, at a space, its query alone.
_QUERY = re.compile(r"\?[\w.%-]+=\S*")
_ENDS_OF_SENTENCES = ":;,.)]"
MOST_OF_A_PART = 2_000  # characters, of what is said of a problem


class DdorError(Exception):
    """The family: `str()` of one is the whole message a user sees."""

    exit_code = 1

    def __str__(self) -> str:
        return without_secrets(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """What JupyterLab shows in place of Python's own lines."""
        return [str(self)]


def without_secrets(text: str) -> str:
    """The text without what addresses in it keep secret: user and password, and a signed query.
    Every message goes through here."""

    def public(found: re.Match) -> str:
        return found[0].removesuffix(found["rest"]) + _public(found["rest"])

    return _QUERY.sub("", _ADDRESS.sub(public, text))


def all_without_secrets(content: Any) -> Any:
    """Each text in it by itself: in JSON, quotes and escapes would stand around them."""
    if isinstance(content, dict):
        return {key: all_without_secrets(each) for key, each in content.items()}
    if isinstance(content, list | tuple):
        return [*map(all_without_secrets, content)]
    return without_secrets(content) if isinstance(content, str) else content


def address_without_secrets(address: str) -> str:
    """As `without_secrets`, of an address by itself, in which a space may stand."""
    scheme, slashes, rest = address.rpartition("://")
    return f"{scheme}{slashes}{_public(rest)}" if slashes else address


def _public(rest: str) -> str:
    """What follows `://`, without what stands before its last @ (a password may hold any character,
    a slash too) and without its query."""
    before, at, after = rest.rpartition("@")
    if at and (":" in before or "/" not in before):
        rest = after
    kept = re.split(r"[?#]|;(?=\w+=)", rest)[0]
    return kept if kept == rest else kept + rest[len(rest.rstrip(_ENDS_OF_SENTENCES)) :]


class UsageError(DdorError):
    """The command line, a parameter, or what was asked does not fit."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, in words by which a records clerk can mend it.

    `rows` are numbered as a spreadsheet shows them: the header is row 1. It is empty where the
    problem is not one of rows (a missing column, a table that is not there).
    """

    table: str
    rows: tuple[int, ...]
    column: str
    seen: str
    expected: str
    mend: str

    def __str__(self) -> str:
        place = readable(self.table)
        if self.rows:
            place += f" {'row' if len(self.rows) == 1 else 'rows'} {_ranges(self.rows)}"
        if self.column:
            place += f", {readable(self.column)}"
        seen, expected, mend = map(readable, (self.seen, self.expected, self.mend))
        return without_secrets(f"{place}: seen {seen}, expected {expected}; {mend}")


class Problems(list[Problem]):
    """What is wrong with one table or file, which every message calls `label`; guide: the document
    that says what to write there."""

    def __init__(self, label: str, guide: str = ""):
        super().__init__()
        self.label, self.guide = label, guide

    def report(self, column: str, seen: str, expected: str, mend: str, rows: Iterable[int] = ()):
        self.append(Problem(self.label, tuple(rows), column, seen, expected, mend))


class ExtractInvalid(DdorError):
    """The extract cannot be used. Lists every problem found, never only the first."""

    exit_code = 3

    def __init__(self, problems: list[Problem], what: str = "the extract"):
        self.problems = problems
        count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
        super().__init__("\n".join([f"{what} is invalid, {count}:", *map(str, problems)]))


class NeedsCorrection(UsageError):
    """Files that people maintain need correction; lists every problem of every file."""

    def __init__(self, head: str, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join([f"{head}:", *map(str, problems)]))

    @classmethod
    def raise_if(cls, head: str, problems: list[Problem]) -> None:
        """Raises where there is a problem."""
        if problems:
            raise cls(head, problems)


class NoExtractYet(DdorError):
    """Of a week that is named, or due."""

    exit_code = 7


class NotAgreed(DdorError):
    """To what takes something away from readers for good."""

    exit_code = 4


class NotebookFailed(DdorError):
    """The template does not fit, a cell failed, or the run did not prove itself."""

    exit_code = 5


class ArchiveUnavailable(DdorError):
    """The archive is busy or cannot be written."""

    exit_code = 6


class TimeLimitExceeded(BaseException):
    """A run is past its time limit. No `except Exception` on its way catches it."""

    exit_code, number = 6, signal.SIGALRM


class Terminated(BaseException):
    """The process was told to end, by the signal of this number."""

    def __init__(self, number: int):
        super().__init__("ended from outside; nothing more was published")
        self.exit_code, self.number = 128 + number, number


class _Deferred:
    """depth: how many `undisturbed` are entered; waiting: the signal that arrived in one."""

    depth = 0
    waiting: BaseException | None = None


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """What is begun in here is finished. A signal that arrives meanwhile ends the run after it; a
    time limit that is reached counts no more once a publication has begun."""
    _Deferred.depth += 1
    try:
        yield
    finally:
        _Deferred.depth -= 1
        if _Deferred.waiting and not _Deferred.depth:
            waiting, _Deferred.waiting = _Deferred.waiting, None
            raise waiting


@contextlib.contextmanager
def exiting_on_signals() -> Iterator[None]:
    """Raises Terminated, or KeyboardInterrupt, where the process is told to end, so that it cleans
    up behind itself. A signal that it was started to ignore (`nohup`) stays ignored."""

    def end(number: int, _: object) -> None:
        error = KeyboardInterrupt() if number == signal.SIGINT else Terminated(number)
        if not _Deferred.depth:
            raise error
        _Deferred.waiting = error

    def again(lost: Any) -> None:
        """Python lets no error out of the end of an object: the signal is sent once more, a moment
        later."""
        error = lost.exc_value
        if not isinstance(error, TimeLimitExceeded | Terminated | KeyboardInterrupt):
            before(lost)
            return
        number = getattr(error, "number", signal.SIGINT)
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()

    before = sys.unraisablehook
    with contextlib.ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            stack.callback(setattr, sys, "unraisablehook", before)
            sys.unraisablehook = again
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    stack.callback(signal.signal, number, signal.signal(number, end))
        yield


def reason_of(error: Exception) -> object:
    """What an error of the network says, without urllib's words around it."""
    reason = getattr(error, "reason", error)
    return getattr(reason, "strerror", None) or reason


@contextlib.contextmanager
def time_limit(seconds: int, what: str) -> Iterator[None]:
    """Raises TimeLimitExceeded after so many seconds, whatever is waited for. Only a process's main
    thread can be interrupted; elsewhere there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_: object) -> None:
        if not _Deferred.depth:
            raise TimeLimitExceeded(
                f"{what} took longer than {seconds:,} seconds; "
                "the parameter run_time_limit sets how long it may take"
            )

    def disarm() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    before = signal.signal(signal.SIGALRM, late)
    # Again every five seconds, because some libraries catch whatever is raised.
    signal.setitimer(signal.ITIMER_REAL, seconds, 5)
    try:
        try:
            yield
        finally:
            disarm()
    finally:
        disarm()  # where the limit was reached between the two lines above


def readable(text: str) -> str:
    """Cut, and with control characters written out, which would act on a terminal: a head or the
    name of a sheet may be anything."""
    text = text if len(text) <= MOST_OF_A_PART else f"{text[:MOST_OF_A_PART]}…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _ranges(numbers: tuple[int, ...]) -> str:
    """(2, 3, 4, 9) -> "2-4, 9": every row is named, however many there are."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if not runs or number != runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(number)
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
