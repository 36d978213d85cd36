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

from ddor.archive.kept import Article
from ddor.archive.publish import Files
from ddor.calendar import Period
from ddor.errors import DdorError, NotebookFailed, TimeLimitExceeded, UsageError, time_limit
from ddor.extract.identifiers import RequestKeys
from ddor.reports import NEEDED_BY_NOTEBOOKS
from ddor.run.kernels import warm
from ddor.run.notebook import execute, prove_run, tidy

NOTEBOOK = "report.ipynb"
_one_at_a_time = threading.Lock()  # a notebook runs in a working directory of its own


def article_of_run(
    template: Path,
    executed: Path,
    period: Period,
    figures: dict[str, int | None],
    keys: RequestKeys | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Article:
    """Execute the template on the inputs saved beside `executed`. Its figures have to be those
    counted, and it may not hold any of `keys`; without them that is not looked at, nor what else it
    shows. `meanwhile` is called while the kernel works. Raises NotebookFailed."""
    warm(NEEDED_BY_NOTEBOOKS)
    execute(template, executed, {period.label: str(period), "inputs": "inputs"}, meanwhile)
    prove_run(executed, figures)
    from ddor.archive.render import render_article
    from ddor.run.gate import validate_cells

    messages = () if keys is None else validate_cells(executed, keys)
    return replace(render_article(tidy(executed)), messages=messages)


@dataclass(frozen=True)
class Task:
    """inputs: name -> bytes, as Prepared.save writes them. seconds: after which it is ended.
    versions: those that the same article needs."""

    period: Period
    template: tuple[str, bytes]
    inputs: Files
    figures: dict[str, int | None]
    keys: RequestKeys
    seconds: int
    versions: dict[str, str]


@dataclass(frozen=True)
class Ran:
    """What came of a notebook: it, executed, and its article; or why there is none, and the exit
    code of that. `notebook` is then as far as it came."""

    notebook: bytes = b""
    article: Article | None = None
    failure: str = ""
    exit_code: int = 0


@cache
def versions() -> dict[str, str]:
    """Of all that an article depends on: the packages, and a part of the hash of this program."""
    from ddor.jobs.prepared import package_versions
    from ddor.jobs.seen import PACKAGE, program

    return package_versions() | {"the program": program(PACKAGE)[:12]}


def run_task(task: Task) -> Ran:
    if (here := versions()) != task.versions:
        differ = [
            f"{name} ({here.get(name, 'none')}, not {wanted})"
            for name, wanted in task.versions.items()
            if here.get(name) != wanted
        ]
        message = f"a worker has other versions of {', '.join(differ)}; install the same there"
        return Ran(failure=message, exit_code=UsageError.exit_code)
    # Below a folder that goes with this process's kernels, however that ends.
    with _one_at_a_time, tempfile.TemporaryDirectory(dir=util.get_temp_dir()) as name:
        folder, (template, source) = Path(name), task.template
        (folder / template).write_bytes(source)
        (folder / "inputs").mkdir()
        for file, data in task.inputs.items():
            (folder / "inputs" / file).write_bytes(data)
        executed = folder / NOTEBOOK
        given = folder / template, executed, task.period, task.figures, task.keys
        try:
            with time_limit(task.seconds, str(task.period)):
                # The kernel of the next task is made ready while that of this one works.
                article = article_of_run(*given, partial(warm, NEEDED_BY_NOTEBOOKS))
            return Ran(executed.read_bytes(), article)
        except (NotebookFailed, TimeLimitExceeded) as error:
            notebook = executed.read_bytes() if executed.exists() else b""
            return Ran(notebook, failure=str(error), exit_code=error.exit_code)
        except Exception:  # a bug of ours: the traceback is all that can be said
            return Ran(failure=traceback.format_exc(), exit_code=DdorError.exit_code)
