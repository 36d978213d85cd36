"""Several weeks at once give what the same weeks give one after the other: the same results in the
same order, and the same site, whatever became of one of them."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT, Ran, copy_of_project, json_lines, run_week
from extract_factory import request, write_csv_extract
from weekly_runs import files_of, ran

from ddor import cli
from ddor.calendar import Week, weeks_between
from ddor.jobs.seen import SEEN

FIRST, FAILS, UNREADABLE, LAST = "2017-01-28", "2017-02-04", "2017-02-11", "2017-02-18"
STATUSES = ["published", "failed", "failed", "published"]
ABOUT = {"as_of": "2017-04-01", "source": "A source", "synthetic": "false"}
FAILING = f'assert str(week) != "{FAILS}", "not this week"'


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy with four weeks of extracts: the notebook of one fails, another cannot be read, and
    what each is compared with are those before it."""
    copy = copy_of_project(tmp_path_factory.mktemp("batch"))
    for number, week in enumerate(weeks_between(*map(Week.parse, (FIRST, LAST)))):
        day = week.first_day.isoformat()
        rows = [
            request(
                request_id=f"KEY-{number}-{at:03}",
                agency_id=f"MN027000{at % (2 + number)}",
                issued_at=f"{day}T10:00",
                outcome_recorded_at=f"{day}T20:00",
                released_at="",
            )
            for at in range(8)
        ]
        folder = write_csv_extract(copy / "extracts" / day, rows, about=ABOUT)
        if day == UNREADABLE:
            (folder / "charges.csv").unlink()
    template = copy / "notebooks" / "weekly_report.ipynb"
    notebook = nbformat.read(template, as_version=4)
    next(c for c in notebook.cells if "load_ext" in c.source).source += f"\n{FAILING}"
    nbformat.write(notebook, template)
    return copy


def words(project: Path, name: str, *options: str) -> list[str]:
    output = ("--output", str(project / name))
    return [f"{FIRST}..{LAST}", "--json", *output, "--set", "published_on=2017-05-01", *options]


def made(project: Path, name: str, *options: str) -> list[dict]:
    return results_of(run_week(*words(project, name, *options), project=project), project / name)


def results_of(done: Ran, output: Path) -> list[dict]:
    assert done.code == 5, done.stderr
    return [
        line
        | {"page": "", "messages": [each.replace(f"{output}", "") for each in line["messages"]]}
        for line in json_lines(done)
    ]


@pytest.fixture(scope="module")
def one_by_one(project) -> list[dict]:
    """In this process, with kernels of their own."""
    done = ran(lambda: cli.run_week(words(project, "one"), project))
    return results_of(done, project / "one")


def site_of(project: Path, name: str) -> dict[str, bytes]:
    return files_of(project / name / "site")


def test_weeks_at_once_are_the_weeks_one_by_one(project, one_by_one):
    assert [line["status"] for line in one_by_one] == STATUSES
    assert made(project, "two", "--jobs", "2") == one_by_one
    assert site_of(project, "two") == site_of(project, "one")
    ledgers = [project / name / "runs" / "ledger.csv" for name in ("one", "two")]
    assert ledgers[0].read_bytes() == ledgers[1].read_bytes()
    assert (project / "two" / "runs" / FAILS / "failed" / "report.ipynb").exists()
    for week in (FIRST, LAST):  # by which the next run knows what has changed
        one, two = (project / name / "runs" / week / SEEN for name in ("one", "two"))
        assert json.loads(two.read_text())["week"] == json.loads(one.read_text())["week"] != {}


@contextlib.contextmanager
def cluster(folder: Path):
    """-> the address of a Dask scheduler with two worker processes, started as docs/scaling.md
    says."""
    file, dask = folder / "scheduler.json", [sys.executable, "-m", "dask"]
    of_scheduler = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    of_workers = ["--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
    environment = os.environ | {
        "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
        "PYTHONPATH": str(PROJECT / "src"),
    }
    with contextlib.ExitStack() as stack:
        for words in (["scheduler", *of_scheduler], ["worker", *of_workers]):
            process = subprocess.Popen(
                [*dask, *words, "--scheduler-file", file],
                cwd=folder,
                env=environment,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            until = time.monotonic() + 60
            while not file.exists():
                assert time.monotonic() < until
                time.sleep(0.1)
        yield json.loads(file.read_text())["address"]


@pytest.mark.slow
def test_a_cluster_makes_the_same_site(project, one_by_one):
    with cluster(project) as address:
        assert made(project, "three", "--scheduler", address) == one_by_one
    assert site_of(project, "three") == site_of(project, "one")


@pytest.mark.slow
def test_without_a_scheduler_it_says_so(project):
    ran = run_week(FIRST, "--scheduler", "tcp://127.0.0.1:9", project=project)
    assert ran.code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in ran.stderr


def processes_with(temporary: Path) -> list[str]:
    """The commands of those that were started with this folder for temporary files."""
    found, named = [], f"TMPDIR={temporary}".encode()
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if named in (each / "environ").read_bytes().split(b"\0"):
                found.append((each / "cmdline").read_bytes().decode())
    return found


def kill(project: Path, name: str, number: signal.Signals, moment: float) -> None:
    temporary = project / "t"
    temporary.mkdir(exist_ok=True)
    job_words = [sys.executable, project / "run_week.py", *words(project, name, "--jobs", "2")]
    environment = os.environ | {"TMPDIR": str(temporary)}
    job = subprocess.Popen(
        [*map(str, job_words)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(moment)
    job.send_signal(number)
    job.wait()
    until = time.monotonic() + 10
    while left := processes_with(temporary):
        assert time.monotonic() < until, left
        time.sleep(0.1)
    if number == signal.SIGTERM:
        assert [*temporary.iterdir()] == []
    # What a killed job has no chance to take away holds no socket.
    assert not any(each.is_socket() for each in temporary.rglob("*"))


@pytest.mark.slow
def test_a_batch_that_is_killed_at_any_moment_leaves_no_process_and_is_resumed(project, one_by_one):
    chance = random.Random(1)
    for _ in range(20):
        kill(project, "four", chance.choice([signal.SIGTERM, signal.SIGKILL]), 8 * chance.random())
    again = [line["status"] for line in made(project, "four", "--jobs", "2")]
    assert [each.replace("unchanged", "published") for each in again] == STATUSES
    assert site_of(project, "four") == site_of(project, "one")
