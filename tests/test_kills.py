"""A run that is killed by a signal at a moment of chance: the job, its kernel, or the whole group.

Each is a real process with a real kernel that publishes a second revision, in which an agency is
new. At every moment no page that a reader can reach leads to what is not there, and kept files do
not change; the next run ends as an undisturbed one; no process, no temporary file and nothing
staged is left. A few here, 300 among the slow tests (`DDOR_KILLS` sets another number).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from conftest import PROJECT
from extract_factory import WEEK, charge, request, write_csv_extract
from small_archive import Links, execute_here
from weekly_runs import files_of, job

from ddor.jobs import notebooks

ABOUT = {"as_of": "2017-03-01", "source": "A source", "synthetic": "false"}
KINDS = ("term", "kill", "kernel", "group")
# Of a group every process is killed, of the others one is told, or killed.
AGENCIES = ("MN0270000", "MN0270001", "TX2010000")


def extract(folder: Path, agencies: tuple[str, ...]) -> Path:
    rows = [
        request(request_id=f"KEY-{at:05}", agency_id=each, agency_name=f"JAIL {each}")
        | ({"state": "TX", "county_fips": "48201", "area": "Houston"} if each[0] == "T" else {})
        for at, each in enumerate(agencies * 3)
    ]
    return write_csv_extract(folder, rows, [charge(request_id=rows[0]["request_id"])], about=ABOUT)


def start(output: Path, place: Path, temporary: Path) -> subprocess.Popen:
    temporary.mkdir(exist_ok=True)
    words = [sys.executable, PROJECT / "run_week.py", WEEK, "--output", output, "--extract", place]
    return subprocess.Popen(
        [*map(str, words), "--set", "published_on=2017-05-01"],
        env=os.environ | {"TMPDIR": str(temporary)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen) -> int:
    process.said = process.communicate(timeout=180)[1]
    return process.returncode


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """root: with `first`, an archive of one revision; `second`, what an undisturbed run makes of
    it, in this process; and the two extracts. Seconds that the first run took."""
    root = tmp_path_factory.mktemp("kills")
    extract(root / "before", AGENCIES[:2])
    extract(root / "after", AGENCIES)
    begun = time.monotonic()
    assert ended(start(root / "first", root / "before", root / "t")) == 0
    seconds = time.monotonic() - begun
    shutil.copytree(root / "first", root / "second")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "execute", execute_here)
        assert job(root / "second", "--extract", root / "after").code == 0
    return root, seconds


def leading_nowhere(site: Path) -> list[str]:
    """Of the pages that can be reached from the home page, the links that lead to no file."""
    seen, waiting, wrong = set(), ["index.html"], []
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        if not (site / path).is_file():
            wrong.append(path)
        elif path.endswith(".html"):
            for link in Links(site / path).links:
                target = urlsplit(urljoin(f"http://site/{path}", link))
                if target.netloc == "site":
                    waiting.append(unquote(target.path.lstrip("/")))
    assert len(seen) > 10
    return wrong


def of_session(leader: int) -> dict[int, str]:
    """Process -> its command, of those of this session that still run."""
    found = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            status = (each / "stat").read_text().rpartition(")")[2].split()
            command = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(status[3]) == leader and status[0] != "Z":
            found[int(each.name)] = command
    return found


def kernels_of(leader: int) -> list[int]:
    """The kernels of a job, which have a session of their own: forks of its forkserver, or its own
    children."""
    found = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            status = (each / "stat").read_text().rpartition(")")[2].split()
            command = (each / "cmdline").read_bytes()
        except OSError:
            continue
        found[int(each.name)] = int(status[1]), int(status[3]), command
    servers = [
        pid
        for pid, (parent, _, command) in found.items()
        if parent == leader and b"forkserver" in command
    ]
    return [
        pid
        for pid, (parent, session, command) in found.items()
        if session == pid and (parent in servers or (parent == leader and b"ipykernel" in command))
    ]


def gone(process: int, within: float) -> bool:
    """A kernel sees within a second that its job is no more."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2][1] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def kill(archives, folder: Path, chance: random.Random) -> None:
    root, seconds = archives
    shutil.copytree(root / "first", folder)
    temporary = folder.with_name(f"{folder.name}-t")
    job = start(folder, root / "after", temporary)
    late = chance.random() < 0.5  # half of them while it publishes
    moment = seconds * (0.8 + 0.25 * chance.random() if late else chance.random())
    time.sleep(moment)
    kernels, kind = kernels_of(job.pid), chance.choice(KINDS)
    what = f"{kind} after {moment:.2f} of {seconds:.2f} s"
    if kind == "kernel":
        for each in kernels:
            os.kill(each, signal.SIGKILL)
    elif kind == "group":
        for each in (job.pid, *kernels):
            os.kill(each, signal.SIGKILL)
    else:
        job.send_signal(signal.SIGTERM if kind == "term" else signal.SIGKILL)
    code = ended(job)
    allowed = {"term": (0, 143, -15), "kernel": (0, 5)}.get(kind, (0, -9))
    assert code in allowed, f"{what}: {code} {job.said}"
    assert "Traceback" not in job.said, f"{what}: {job.said}"
    assert all(gone(each, 10) for each in kernels), what
    assert leading_nowhere(folder / "site") == [], what
    kept = {name: data for name, data in files_of(root / "first").items() if "/r1/" in name}
    page = f"site/weeks/{WEEK}/r1/index.html"  # which says what it is superseded by
    now = files_of(folder)
    assert [name for name in kept if now[name] != kept[name] and name != page] == [], what
    again = start(folder, root / "after", temporary)
    assert ended(again) == 0, f"{what}: {again.said}"
    assert files_of(folder / "site") == files_of(root / "second" / "site"), what
    left = {each.name for each in (folder / "runs").iterdir()}
    assert left == {each.name for each in (root / "second" / "runs").iterdir()}, what
    assert list(temporary.iterdir()) == [], f"{what}: {[*temporary.iterdir()]}"
    shutil.rmtree(folder)


@pytest.mark.parametrize("seed", range(1))
def test_a_job_killed_at_any_moment_leaves_pages_whole_and_is_finished_by_the_next(
    archives, tmp_path, seed
):
    kill(archives, tmp_path / "archive", random.Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, int(os.environ.get("DDOR_KILLS", 300))))
def test_hundreds_of_jobs_killed_leave_pages_whole_and_are_finished(archives, tmp_path, seed):
    kill(archives, tmp_path / "archive", random.Random(seed))
