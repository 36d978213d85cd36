"""Errors that a user is shown without a traceback, each with its exit code (README.md).

Anything else that escapes is a bug: it keeps its traceback and ends with exit code 1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Of an address: what stands before its last @, and its query. Either may hold any sign, and an
# address may have been decoded or cut, so that parts are known without the whole.
_SECRETS = (
    re.compile(r"(?<=://)\S{0,2000}@|(?<![^\s\"'(\[])[^\s/\"']{1,500}:[^\s/\"']{1,500}@(?=\S)"),
    re.compile(r"(?<=://)(?P<kept>\S{0,2000}?)[?#]\S+?(?=[:;,.)\]'\"]*(?:\s|$))"),
    re.compile(r"(?P<kept>)\?[\w.%-]+=\S*"),
)


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
    for secret in _SECRETS:
        text = secret.sub(lambda found: found.groupdict().get("kept", ""), text)
    return text


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
        place = self.table
        if self.rows:
            place += f" {'row' if len(self.rows) == 1 else 'rows'} {_ranges(self.rows)}"
        if self.column:
            place += f", {self.column}"
        return without_secrets(f"{place}: seen {self.seen}, expected {self.expected}; {self.mend}")


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


class NotebookFailed(DdorError):
    """The template does not fit, a cell failed, or the run did not prove itself."""

    exit_code = 5


class ArchiveUnavailable(DdorError):
    """The archive is busy or cannot be written."""

    exit_code = 6


class OutOfTime(BaseException):
    """A run is past its time limit; nothing catches it on the way out of what it waits for."""

    exit_code = 6


class Ended(BaseException):
    """The process was told to end, by the signal of this number."""

    def __init__(self, number: int):
        super().__init__("ended from outside; nothing more was published")
        self.exit_code = 128 + number


def _ranges(numbers: tuple[int, ...]) -> str:
    """(2, 3, 4, 9) -> "2-4, 9": every row is named, however many there are."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if not runs or number != runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(number)
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
