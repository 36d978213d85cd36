"""The weekly job on tiny extracts, in this process, and its review.csv filled in."""

import contextlib
import csv
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT, PUBLISHED_ON, Ran
from extract_factory import WEEK, request, write_csv_extract
from nbformat.v4 import new_code_cell, new_notebook, new_output

import ddor.jobs.report
from ddor.archive.kept import Article
from ddor.cli import run_week
from ddor.jobs.notebooks import Ran as RanNotebook

AS_OF = "2017-03-01"
ROLE = "records officer"
# A held request: the county code is one of another state (E1).
ASTRAY = {"county_fips": "06029"}


def job(output: Path, *arguments, week=WEEK, published_on=PUBLISHED_ON) -> Ran:
    """`run_week.py WEEK --output ... arguments` in this process."""
    words = [week, "--output", output, "--set", f"published_on={published_on}", *arguments]
    return ran(lambda: run_week([str(word) for word in words], PROJECT))


def ran(command: Callable[[], int | None]) -> Ran:
    """What a command line, run in this process, ended with and said."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command()
        except SystemExit as ended:
            code = ended.code
    return Ran(code, out.getvalue(), err.getvalue())


def extract(folder: Path, *rows, as_of=AS_OF) -> Path:
    """A folder with these requests in place of what is there, which are not synthetic."""
    shutil.rmtree(folder, ignore_errors=True)
    about = {"as_of": as_of, "source": "A source", "synthetic": "false"}
    return write_csv_extract(folder, rows, about=about)


def moved(**overrides) -> dict[str, str]:
    """A declined request whose person another jail released (E2)."""
    return request(releasing_agency_id="MN0990000", **overrides)


def a_page(task) -> str:
    return "<article>\n<h1>A page</h1>\n</article>\n"


def no_kernel(monkeypatch, article=a_page) -> None:
    """The job without its notebook: all but the page's text is as it is with it, and the executed
    notebook has the figures, which a quarter reads there. `article`: of the task."""

    def run_task(task, meanwhile=None):
        notebook = nbformat.writes(executed_notebook(task.figures))
        return RanNotebook(notebook.encode(), Article(article(task), {}))

    monkeypatch.setattr(ddor.jobs.report, "run_task", run_task)


@contextlib.contextmanager
def without_kernel(article=a_page):
    """As no_kernel, for so long."""
    with pytest.MonkeyPatch.context() as patch:
        no_kernel(patch, article)
        yield


def executed_notebook(figures: dict[str, int | None]) -> nbformat.NotebookNode:
    """With these figures, but those that are not told, and the end as scraps, in a cell each, as
    scrapbook writes them."""
    kind, cells = "application/scrapbook.scrap.json+json", []
    for number, scraps in enumerate((figures, {"report_complete": True})):
        outputs = [
            new_output(
                "display_data",
                {kind: {"name": name, "data": value, "encoder": "json", "version": 1}},
                metadata={"scrapbook": {"name": name, "data": True, "display": False}},
            )
            for name, value in scraps.items()
            if value is not None
        ]
        cells.append(new_code_cell(id=f"cell-{number}", execution_count=1, outputs=outputs))
    return new_notebook(cells=cells)


def files_of(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file, but for the lock."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def review(file: Path) -> list[dict[str, str]]:
    """The lines of a review.csv."""
    return lines_of_review(file.read_bytes())


def lines_of_review(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def ledger(output: Path) -> list[dict[str, str]]:
    with open(output / "runs" / "ledger.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def decided(file: Path, decision: str, to: Path, only=lambda line: True, **fields) -> Path:
    """The list in `file` with this decision in the lines that `only` picks, as `to`."""
    lines = review(file)
    for line in filter(only, lines):
        line |= {"decision": decision, "reason": "Called the jail", "by": ROLE} | fields
    with open(to, "w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return to


class Killed(BaseException):
    """Ends a run in this process, as nothing of the program's own would catch it."""


def die_after_replacing(times: int, monkeypatch) -> list:
    """os.replace raises Killed after it has been called so many times. The list of its calls."""
    replace, calls = os.replace, []

    def counted(*args):
        calls.append(args)
        if len(calls) > times:
            raise Killed
        replace(*args)

    monkeypatch.setattr(os, "replace", counted)
    return calls
