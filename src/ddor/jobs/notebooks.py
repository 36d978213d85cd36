"""A report's notebook, from its inputs to its article: in this process, or as a `Task` in any other
one, on any machine that has the same packages.

A task is bytes and plain values, and so is what it gives: a worker needs neither the archive nor
the files of `params/`, and leaves nothing behind.
"""

import tempfile
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import util
from pathlib import Path

import nbformat

from ddor.archive.kept import Article
from ddor.archive.publish import Files
from ddor.calendar import Period
from ddor.errors import (
    ArchiveUnavailable,
    DdorError,
    NotebookFailed,
    TimeLimitExceeded,
    UsageError,
    time_limit,
)
from ddor.extract.identifiers import RequestKeys
from ddor.reports import NEEDED_BY_NOTEBOOKS
from ddor.run.kernels import warm
from ddor.run.notebook import execute, prove_run, tidy

NOTEBOOK = "report.ipynb"
_one_at_a_time = threading.Lock()  # a notebook runs in a working directory of its own


@dataclass(frozen=True)
class Task:
    """inputs: name -> bytes, as Prepared.save writes them. figures: those that were counted. keys:
    those that the article may not hold; None where that, and what else it shows, is not looked
    at."""

    period: Period
    template: tuple[str, bytes]
    inputs: Files
    figures: dict[str, int | None]
    keys: RequestKeys | None = None


@dataclass(frozen=True)
class Ran:
    """What came of a notebook: it, executed, and its article; or why there is none, and the exit
    code of that. `notebook` is then as far as it came."""

    notebook: bytes = b""
    article: Article = Article("", {})
    failure: str = ""
    exit_code: int = 0


@cache
def versions() -> dict[str, str]:
    """Of all that an article depends on: the packages, and a part of the hash of this program."""
    from ddor.jobs.prepared import package_versions
    from ddor.jobs.seen import PACKAGE, program

    return package_versions() | {"the program": program(PACKAGE)[:12]}


def run_task(task: Task, meanwhile: Callable[[], object] = lambda: None) -> Ran:
    """In this process. `meanwhile` is called while the kernel works."""
    warm(NEEDED_BY_NOTEBOOKS)
    # Below a folder that goes with this process's kernels, however that ends.
    with _one_at_a_time, tempfile.TemporaryDirectory(dir=util.get_temp_dir()) as name:
        folder, (template, source) = Path(name), task.template
        (folder / template).write_bytes(source)
        (folder / "inputs").mkdir()
        for file, data in task.inputs.items():
            (folder / "inputs" / file).write_bytes(data)
        executed = folder / NOTEBOOK
        parameters = {task.period.label: str(task.period), "inputs": "inputs"}
        try:
            notebook = execute(folder / template, executed, parameters, meanwhile)
            prove_run(notebook, task.figures)
            from ddor.archive.render import render_article
            from ddor.run.gate import validate_cells

            messages = () if task.keys is None else validate_cells(notebook, task.keys)
            tidy(notebook)
            nbformat.write(notebook, executed)
            article = replace(render_article(notebook), messages=messages)
            return Ran(executed.read_bytes(), article)
        except OSError as error:
            message = f"{folder} cannot be written: {error.strerror or error}"
            return Ran(failure=message, exit_code=ArchiveUnavailable.exit_code)
        except NotebookFailed as error:
            as_far = executed.read_bytes() if executed.exists() else b""
            return Ran(as_far, failure=str(error), exit_code=error.exit_code)


def run_in_a_worker(task: Task, seconds: int, wanted: dict[str, str]) -> Ran:
    """seconds: after which it is ended. wanted: the `versions` that the same article needs."""
    if (here := versions()) != wanted:
        differ = [
            f"{name} ({here.get(name, 'none')}, not {version})"
            for name, version in wanted.items()
            if here.get(name) != version
        ]
        message = f"a worker has other versions of {', '.join(differ)}; install the same there"
        return Ran(failure=message, exit_code=UsageError.exit_code)
    try:
        with time_limit(seconds, str(task.period)):
            # The kernel of the next task is made ready while that of this one works.
            return run_task(task, partial(warm, NEEDED_BY_NOTEBOOKS))
    except TimeLimitExceeded as error:
        return Ran(failure=str(error), exit_code=error.exit_code)
    except Exception:  # a bug of ours: the traceback is all that can be said
        return Ran(failure=traceback.format_exc(), exit_code=DdorError.exit_code)
