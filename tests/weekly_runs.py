"""The weekly job on tiny extracts, in this process, and its review.csv filled in."""

import csv
import io
import os
import shutil
from pathlib import Path

from conftest import PROJECT, PUBLISHED_ON, Ran
from extract_factory import WEEK, request, write_csv_extract
from small_archive import files_of as files_of
from small_archive import ran

import ddor.jobs.report
from ddor.archive.kept import Article
from ddor.cli import run_week

AS_OF = "2017-03-01"
ROLE = "records officer"
# A held request: the county code is one of another state (E1).
ASTRAY = {"county_fips": "06029"}


def job(output: Path, *arguments, week=WEEK, published_on=PUBLISHED_ON) -> Ran:
    """`run_week.py WEEK --output ... arguments` in this process."""
    words = [week, "--output", output, "--set", f"published_on={published_on}", *arguments]
    return ran(lambda: run_week([str(word) for word in words], PROJECT))


def extract(folder: Path, *rows, as_of=AS_OF) -> Path:
    """A folder with these requests in place of what is there, which are not synthetic."""
    shutil.rmtree(folder, ignore_errors=True)
    about = {"as_of": as_of, "source": "A source", "synthetic": "false"}
    return write_csv_extract(folder, rows, about=about)


def moved(**overrides) -> dict[str, str]:
    """A declined request whose person another jail released (E2)."""
    return request(releasing_agency_id="MN0990000", **overrides)


def no_kernel(monkeypatch) -> None:
    """The job without its notebook: all but the page's text is as it is with it."""

    def run_notebook(archive, template, prepared, keys):
        executed = archive.staging / "report.ipynb"
        with archive.writing():
            prepared.save(archive.staging / "inputs")
            executed.write_text("{}")
        return executed, Article("<article>\n<h1>A page</h1>\n</article>\n", {})

    monkeypatch.setattr(ddor.jobs.report, "run_notebook", run_notebook)


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
