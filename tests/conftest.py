"""Shared by the tests: how a program is required, how the job is run, and one built archive."""

import contextlib
import functools
import gc
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from ddor.run.surroundings import GARBAGE

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared" / "data" / "foia"
SAMPLE_WEEKS = ("2017-01-28", "2017-02-18", "2017-02-25", "2017-03-04")
PUBLISHED_ON = "2017-05-01"
# The re-enactment is under review: that is what the checks are for.
ACCEPTED = ("--accept-held", "--reason", "A re-enactment for the tests")

Ran = namedtuple("Ran", "code stdout stderr")
missing_programs = set()
gc.set_threshold(*GARBAGE)


def need(program: str) -> None:
    """Skip a test whose program is missing; with DDOR_REQUIRE_ALL=1 (CI) fail it."""
    if not shutil.which(program):
        _miss(program)


def vnu_jar() -> Path:
    """The Nu Html Checker, which Java runs: `DDOR_VNU_JAR`, or as npm puts it below .tools."""
    need("java")
    npm = PROJECT / ".tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    jar = Path(os.environ.get("DDOR_VNU_JAR") or npm)
    if not jar.is_file():
        _miss("vnu.jar")
    return jar


@pytest.fixture(scope="module")
def browser():
    need("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)


@pytest.fixture
def visit(browser):
    """visit(address, java_script_enabled=False) -> that page, in a context of its own."""
    contexts = []

    def opened(address, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(folder: Path):
    """The address, ending with /, at which this folder is served on loopback."""
    handler = functools.partial(QuietHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def until(page, expression: str, seconds: float = 10) -> None:
    """Wait for a page of playwright's. Not its own `wait_for_function`, which the pages'
    Content-Security-Policy does not let run."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"{expression} did not come true"
        time.sleep(0.05)


def _miss(program: str) -> None:
    missing_programs.add(program)
    if os.environ.get("DDOR_REQUIRE_ALL") == "1":
        pytest.fail(f"{program} is missing, and DDOR_REQUIRE_ALL=1 asks for every test")
    pytest.skip(f"{program} is missing")


def pytest_sessionfinish(session):
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["missing_programs"] = sorted(missing_programs)


def pytest_testnodedown(node, error):
    missing_programs.update(getattr(node, "workeroutput", {}).get("missing_programs", ()))


def pytest_unconfigure(config):
    if missing_programs and not hasattr(config, "workeroutput"):
        print(f"\nskipped for want of a program: {', '.join(sorted(missing_programs))}")


def cases(text: str) -> list[tuple[str, ...]]:
    """The lines of a table, `one | two | three`, each as a tuple of its cells."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def each_line(table: str) -> pytest.MarkDecorator:
    """A test for each line of a table as `cases` reads it; its first line has the names."""
    names, *lines = cases(table)
    return pytest.mark.parametrize(names, lines)


def run_week(*arguments, project: Path = PROJECT) -> Ran:
    """`python run_week.py ...` as a process of its own, in the project's folder."""
    return _run([sys.executable, str(project / "run_week.py"), *map(str, arguments)], project)


def ddor(*arguments, cwd: Path = PROJECT) -> Ran:
    """`ddor ...` as a process of its own."""
    command = [sys.executable, "-c", "from ddor.cli import ddor; ddor()", *map(str, arguments)]
    return _run(command, cwd)


def _run(command: list[str], cwd: Path) -> Ran:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)
    return Ran(done.returncode, done.stdout, done.stderr)


def json_lines(ran: Ran) -> list[dict]:
    return [json.loads(line) for line in ran.stdout.splitlines()]


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder: `make` fills it, under another name, if no worker has made it yet."""
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id) -> Path:
    """The folder of what all workers share."""
    root = tmp_path_factory.getbasetemp()
    return root if worker_id == "master" else root.parent


@pytest.fixture(scope="session")
def sample_archive(shared) -> Path:
    """outputs/ with all four sample weeks published: read it, never write into it."""

    def make(output: Path) -> None:
        words = ("--sample", "--output", output, "--set", f"published_on={PUBLISHED_ON}")
        ran = run_week(*SAMPLE_WEEKS, *words, *ACCEPTED)
        assert ran.code == 0, ran.stderr

    return made_once(shared / "sample-archive", make)


def copy_of_project(folder: Path) -> Path:
    """A checkout whose template and params a test may change."""
    copy = folder / "project"
    ignored = shutil.ignore_patterns(".git", ".venv", "outputs", "__pycache__", "*.egg-info")
    shutil.copytree(PROJECT, copy, ignore=ignored)
    return copy


@pytest.fixture
def project_copy(tmp_path) -> Path:
    return copy_of_project(tmp_path)


@pytest.fixture(scope="session")
def stage(shared):
    """name -> that stage of small_archive, shared by all test files: never write into it."""
    from small_archive import stage_at

    return lambda name: stage_at(shared / "small-archives", name)


@pytest.fixture
def copy_of(stage, tmp_path):
    """name -> a copy of that stage, to write into."""
    return lambda name: stage(name).copied_to(tmp_path / "archive")


FEW_OR_MANY = [7, pytest.param(60, marks=pytest.mark.slow)]


@pytest.fixture(scope="session", params=FEW_OR_MANY, ids="{}-weeks".format)
def large(request, shared):
    """A published archive of 200 agencies, shared by all test files: never write into it. Of 60
    weeks in the slow tests, of 7 else."""
    from large_archive import large_at

    return large_at(shared, request.param)


@pytest.fixture(scope="session")
def followed(shared):
    """The published quarter of followed_archive, shared by all test files: never write into it."""
    from followed_archive import followed_at

    return followed_at(shared)


@pytest.fixture(scope="session")
def quarters(shared):
    """name -> that stage of quarter_archive, shared by all test files: never write into it."""
    from quarter_archive import quarters_at

    return lambda name: quarters_at(shared / "quarters", name)


@pytest.fixture
def quarters_copy(quarters, tmp_path):
    """name -> a copy of that stage, to write into."""
    return lambda name: quarters(name).copied_to(tmp_path / "archive")


ONE_OR_FOUR = ["1", pytest.param("4", marks=pytest.mark.slow)]


@pytest.fixture(scope="session", params=ONE_OR_FOUR, ids="{}-quarters".format)
def year(request, quarters):
    """The year of quarter_archive, all of it in the slow tests, its first quarter else."""
    return quarters(request.param)
