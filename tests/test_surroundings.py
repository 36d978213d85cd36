"""What surrounds a run changes nothing of it: locale, settings of other programs, umask, odd paths,
streams that are closed; and a run that takes too long, or is told to end, ends whole."""

import contextlib
import gc
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import PROJECT, need
from extract_factory import WEEK, charge, request, write_csv_extract
from small_archive import execute_here
from test_failed_notebook import NAME, first_line, template
from test_kills import gone, kernels_of
from weekly_runs import files_of, ran

from ddor import cli
from ddor.jobs import notebooks
from ddor.report.drawing import Drawing, svg_of

ABOUT = {"as_of": "2017-03-01", "source": "A source", "synthetic": "false"}
SLOW = template(first_line("declined-table", "import time; time.sleep(600)"))


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    rows = [request(request_id=f"KEY-{at:05}", agency_name="DOÑA ANA JAIL") for at in range(6)]
    folder = tmp_path_factory.mktemp("extract") / WEEK
    return write_csv_extract(folder, rows, [charge(request_id="KEY-00001")], about=ABOUT)


def command(project: Path, place: Path, output: Path, *more: str) -> list[str]:
    words = [sys.executable, project / "run_week.py", WEEK, "--extract", place, "--output", output]
    words += ["--set", "published_on=2017-05-01", "--set", "publisher=Doña Ana", *more]
    return [str(word) for word in words]


def copy_of_the_project(folder: Path, notebook: str | None = None) -> Path:
    for name in ("src", "params", "notebooks", "run_week.py"):
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        folder.mkdir(parents=True, exist_ok=True)
        copy(PROJECT / name, folder / name)
    if notebook:
        (folder / NAME).write_text(notebook, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(place, tmp_path_factory) -> dict[str, bytes]:
    """The site of a run in the surroundings of the tests, and in their process."""
    output = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "execute", execute_here)
        assert ran(lambda: cli.run_week(command(PROJECT, place, output)[2:], PROJECT)).code == 0
    return files_of(output / "site")


def hostile(folder: Path) -> dict[str, str]:
    """Settings that would change a page, or run another's program."""
    files = {
        "matplotlibrc": "axes.grid: True\nfont.size: 30\n",
        "start.py": "print('from PYTHONSTARTUP')\n",
        "ipython/profile_default/startup/a.py": "print('from a profile')\n",
        "jupyter/kernels/python3/kernel.json": '{"argv": ["false"], "language": "R"}',
        "jupyter/nbconvert/templates/base/base.html.j2": "of another\n",
        "jupyter/nbconvert/templates/report/index.html.j2": "of another\n",
        "config/jupyter_nbconvert_config.py": "c.TemplateExporter.template_name = 'classic'\n",
        f"{'long' * 45}/x": "",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        "PYTHONSTARTUP": str(folder / "start.py"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "TMPDIR": str(folder / ("long" * 45)),
    }


@pytest.mark.parametrize("umask", ["077", pytest.param("000", marks=pytest.mark.slow)])
def test_no_surroundings_change_a_byte_or_a_right(place, plain, tmp_path, umask):
    notebook = json.loads((PROJECT / NAME).read_text(encoding="utf-8"))
    notebook["metadata"] = (
        {"kernelspec": {"name": "another", "display_name": "R", "language": "R"}}
        if umask == "077"
        else {}
    )
    odd = tmp_path / "a {b} #c d"
    project = copy_of_the_project(odd / "checkout", json.dumps(notebook))
    shell = ["sh", "-c", f'umask {umask}; exec "$@" >&- <&-', "sh"]
    done = subprocess.run(
        [*shell, *command(project, place, odd / "out {0} #1")],
        env=os.environ | hostile(tmp_path / "settings"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    output = odd / "out {0} #1"
    assert files_of(output / "site") == plain
    rights = {"site": (0o755, 0o644), "runs": (0o700, 0o600)}
    for name, (folder, file) in rights.items():
        for each in (output / name, *(output / name).rglob("*")):
            mode = stat.S_IMODE(each.stat().st_mode)
            assert mode == (folder if each.is_dir() else file), each
    assert [*(tmp_path / "settings" / ("long" * 45)).iterdir()] == [
        tmp_path / "settings" / ("long" * 45) / "x"
    ]


@pytest.mark.slow
def test_a_reader_of_the_output_who_goes_early_stops_nothing(place, tmp_path):
    words = [
        "sh",
        "-c",
        '"$@" | true',
        "sh",
        *command(PROJECT, place, tmp_path, "--draft", "--json"),
    ]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert (tmp_path / "runs" / WEEK / "draft" / "index.html").is_file()


def test_no_message_goes_to_stdout_where_stderr_is_closed():
    words = [sys.executable, str(PROJECT / "run_week.py"), "--json", "--correct"]
    shell = ["sh", "-c", 'exec "$@" 2>&-', "sh", *words]
    done = subprocess.run(shell, stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_chart_is_drawn_by_matplotlibs_own_settings(monkeypatch):
    import matplotlib
    import pandas as pd

    drawing = Drawing("a", ["x"], {"n": pd.Series([3])}, {"n": [("#000000", "#ffffff")]}, ["3"], "")
    before = svg_of(drawing)
    monkeypatch.setitem(matplotlib.rcParams, "axes.grid", True)
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 30)
    assert svg_of(drawing) == before


def test_a_run_past_its_limit_ends_with_6_and_its_kernel_with_it(place, tmp_path):
    project = copy_of_the_project(tmp_path / "checkout", SLOW)
    limit = ("--set", "run_time_limit=6")
    job = subprocess.Popen(
        command(project, place, tmp_path / "out", *limit), stderr=subprocess.PIPE, text=True
    )
    kernels = _kernel_of(job)
    said = job.communicate(timeout=60)[1]
    assert job.returncode == 6
    assert "2017-02-11 took longer than 6 seconds; the parameter run_time_limit" in said
    assert gone(kernels[0], 10)
    assert not (tmp_path / "out" / "runs" / ".staging").exists()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow)],
)
def test_a_run_that_is_told_to_end_leaves_nothing(place, tmp_path, number, code):
    project = copy_of_the_project(tmp_path / "checkout", SLOW)
    temporary = tmp_path / "t"
    temporary.mkdir()
    job = subprocess.Popen(
        command(project, place, tmp_path / "out"),
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    kernels = _kernel_of(job)
    job.send_signal(number)
    said = job.communicate(timeout=60)[1]
    assert job.returncode == code and "Traceback" not in said, said
    assert gone(kernels[0], 10) and [*temporary.iterdir()] == []
    # A kernel is made ready before the archive is opened.
    assert {each.name for each in (tmp_path / "out" / "runs").glob("*")} <= {".lock"}


@pytest.mark.slow
def test_a_run_that_was_started_to_outlive_its_terminal_does(place, tmp_path):
    shell = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"]
    job = subprocess.Popen([*shell, *command(PROJECT, place, tmp_path / "out")])
    time.sleep(3)
    job.send_signal(signal.SIGHUP)
    assert job.wait(timeout=60) == 0


def test_several_reports_in_one_process_leave_nothing_open(place, tmp_path):
    """Files, threads and processes of the kernels."""
    seen = []
    for revision in range(2):
        words = command(PROJECT, place, tmp_path / "out", "--force")[2:]
        with contextlib.redirect_stdout(io.StringIO()):
            assert cli.run_week(words, PROJECT) == 0
        gc.collect()
        children = [*Path(f"/proc/{os.getpid()}/task").glob("*/children")]
        running = sum(len(each.read_text().split()) for each in children)
        seen.append((len([*Path("/proc/self/fd").iterdir()]), threading.active_count(), running))
        assert revision == 0 or seen[1] <= seen[0]


def _kernel_of(job: subprocess.Popen) -> list[int]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := kernels_of(job.pid):
            time.sleep(0.5)
            return found
        time.sleep(0.05)
    raise AssertionError("no kernel came up")


def on_a_disk_of_its_own(folder: Path, size: str, words: list[str]) -> subprocess.CompletedProcess:
    """The command while a small disk lies at `folder`, or (size "") the folder itself, mounted
    once more; its output ends with the names in its runs/."""
    need("unshare")
    folder.mkdir(parents=True, exist_ok=True)
    mount = 'mount -t tmpfs -o size="$1" tmpfs "$2"' if size else 'mount --bind "$2" "$2"'
    script = mount + ' || exit 99; runs="$3"; shift 3; "$@"; code=$?'
    script += '; ls -A "$runs"; exit $code'
    runs = Path(words[words.index("--output") + 1]) / "runs"
    shell = ["unshare", "-rm", "sh", "-c", script, "sh", size, str(folder), str(runs)]
    done = subprocess.run([*shell, *words], capture_output=True, text=True)
    if done.returncode == 99:
        pytest.skip("no disk can be mounted here")
    return done


@pytest.mark.slow
@pytest.mark.parametrize("size", ["100k", "300k", "600k"])
def test_a_disk_that_fills_ends_with_6_and_keeps_nothing(place, tmp_path, size):
    disk = tmp_path / "disk"
    done = on_a_disk_of_its_own(disk, size, command(PROJECT, place, disk / "out"))
    assert done.returncode == 6 and "nothing was published" in done.stderr, done.stderr
    assert done.stdout.split() == [".lock"]


@pytest.mark.slow
@pytest.mark.parametrize("size", ["9m", ""])
def test_a_site_on_another_disk_is_refused_before_anything_is_written(place, tmp_path, size):
    words = command(PROJECT, place, tmp_path / "out")
    done = on_a_disk_of_its_own(tmp_path / "out" / "site", size, words)
    assert done.returncode == 6 and "lie on different file systems" in done.stderr
    assert done.stdout.split() == [".lock"]
    assert subprocess.run(words, capture_output=True).returncode == 0
