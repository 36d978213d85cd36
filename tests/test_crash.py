"""A run that is killed while it publishes: the next one finishes it or drops it, and in between a
reader sees the archive as it was, or pages that are whole.

Each killed run is a process of its own that really dies, with os._exit, before the n-th of its
changes on disk, for every n. It publishes tiny fake folders through ddor.archive.publish.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest
import weekly_runs
from conftest import PROJECT
from weekly_runs import Killed, die_after_replacing

import ddor.archive.publish
import ddor.jobs.weekly
from ddor.archive.publish import opened
from ddor.cli import run_week
from ddor.errors import ArchiveUnavailable

# In a process of its own, which forks one that dies for each n: arguments root, action. The archive
# in root/0 is copied to root/n before; the last n is the one that came to its end.
DEATHS = """
import itertools, json, os, pathlib, shutil, sys
from ddor.archive.publish import opened

root, action, n, killed = pathlib.Path(sys.argv[1]), sys.argv[2], 0, True
made = itertools.count(1)  # one number for each thread
encoded = lambda files: {path: text.encode() for path, text in files.items()}
folders, pointers = json.loads(sys.stdin.read())
folders, pointers = {path: encoded(files) for path, files in folders.items()}, encoded(pointers)

def counted(change, last):
    def wrapper(*args, **kwargs):
        if next(made) == last:
            os._exit(77)
        return change(*args, **kwargs)
    return wrapper

while killed:
    n += 1
    shutil.copytree(root / "0", root / str(n))
    child = os.fork()
    if not child:
        for name in ("replace", "unlink", "rmdir", "mkdir", "fsync"):
            setattr(os, name, counted(getattr(os, name), n))
        with opened(root / str(n)) as archive:
            if action == "publish":
                archive.publish(folders, pointers)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 77), status
    killed = status == 77
print(n)
"""

WEEK = "site/weeks/2017-02-18"


def publication(number: int, superseded: dict[str, str]) -> tuple[dict, dict]:
    """The folders of this revision, and the pages that point to it."""
    text = str(number)
    page = {"index.html": f"page {text}", "data/summary.json": text}
    folders = {f"runs/2017-02-18/r{text}": {"manifest.json": text}, f"{WEEK}/r{text}": page}
    home = {"site/index.html": f"home {text}", "site/data/catalog.json": text}
    return folders, superseded | {f"{WEEK}/index.html": f"page {text}"} | home


FIRST = publication(1, {})
SECOND = publication(2, {f"{WEEK}/r1/index.html": "page 1, superseded"})
MOVES = [*SECOND[0], *SECOND[1]]


def files_of(folder: Path) -> dict[str, str]:
    """Path -> text of every file of an archive, but for the lock, the journal and the staging
    folder: what a person would see there."""
    files = weekly_runs.files_of(folder).items()
    return {name: data.decode() for name, data in files if not name.startswith("runs/.")}


def files_after(*publications) -> dict[str, str]:
    """What is in the archive after these, with nothing of how it came there."""
    files = {}
    for folders, pointers in publications:
        for folder, content in folders.items():
            files |= {f"{folder}/{name}": text for name, text in content.items()}
        files |= pointers
    return files


def publish(output: Path, publication) -> None:
    folders, pointers = publication
    with opened(output) as archive:
        archive.publish(
            {path: {n: t.encode() for n, t in files.items()} for path, files in folders.items()},
            {path: text.encode() for path, text in pointers.items()},
        )


def killed_after_moves(output: Path, moves: int, monkeypatch) -> None:
    """FIRST is there, and SECOND was killed between two moves."""
    publish(output, FIRST)
    with monkeypatch.context() as patch:
        die_after_replacing(1 + moves, patch)  # the journal is the first
        with pytest.raises(Killed):
            publish(output, SECOND)
    assert files_of(output) == states()[moves]


def archives_killed_at_each_change(root: Path, action: str) -> list[Path]:
    """Copies of the archive root/0 in which `action` died before its 1st, 2nd, … change; the last
    is the one in which it came to its end."""
    command = [sys.executable, "-c", DEATHS, str(root), action]
    given = {"env": os.environ | {"PYTHONPATH": str(PROJECT / "src")}, "input": json.dumps(SECOND)}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, **given)
    assert ended.returncode == 0, ended.stderr
    return [root / str(n) for n in range(1, int(ended.stdout) + 1)]


def states() -> list[dict[str, str]]:
    """The archive before the second publication, and after each of its moves."""
    folders, pointers = SECOND
    found = [files_after(FIRST)]
    for move in MOVES:
        made = ({move: folders[move]}, {}) if move in folders else ({}, {move: pointers[move]})
        found.append(found[-1] | files_after(made))
    return found


def test_a_publication_killed_anywhere_is_finished_or_dropped_by_the_next_run(tmp_path):
    publish(tmp_path / "0", FIRST)
    assert files_of(tmp_path / "0") == files_after(FIRST)
    *killed, whole = archives_killed_at_each_change(tmp_path, "publish")
    assert files_of(whole) == files_after(FIRST, SECOND)
    seen, told = set(), set()
    for output in killed:
        left = files_of(output)
        assert left in states(), f"before change {output.name}: half of a move is to be seen"
        seen.add(states().index(left))
        with opened(output) as archive:
            told.add(archive.recovered.split(" ")[0])
        begun = left != files_after(FIRST) or archive.recovered.startswith("finished")
        assert files_of(output) == (files_after(FIRST, SECOND) if begun else files_after(FIRST))
        assert not (archive.journal.exists() or archive.staging.exists())
        publish(output, SECOND)
        assert files_of(output) == files_after(FIRST, SECOND)
    assert seen == set(range(len(MOVES) + 1)), "it was killed between any two moves"
    assert told >= {"finished", "dropped"}


def test_a_recovery_killed_anywhere_is_finished_by_the_next(tmp_path, monkeypatch):
    killed_after_moves(tmp_path / "0", 1, monkeypatch)
    killed = archives_killed_at_each_change(tmp_path, "recover")
    assert len(killed) > len(MOVES)
    for output in killed:
        assert files_of(output) in states()[1:]
        with opened(output) as archive:
            pass
        assert files_of(output) == files_after(FIRST, SECOND)
        assert not (archive.journal.exists() or archive.staging.exists())


def test_a_job_that_fails_has_finished_the_publication_before_it(tmp_path, monkeypatch):
    killed_after_moves(tmp_path / "outputs", 2, monkeypatch)
    assert job(tmp_path / "outputs", "--extract", str(tmp_path / "nowhere")) == 2
    assert files_of(tmp_path / "outputs") == files_after(FIRST, SECOND)


def test_a_publication_that_could_not_be_finished_is_finished_by_the_next(tmp_path, monkeypatch):
    with opened(tmp_path) as archive:
        with monkeypatch.context() as patch:
            moves = []

            def fails_at_the_third(source, target, move=os.replace):
                moves.append(target)
                if len(moves) == 3:
                    raise OSError("no room")
                move(source, target)

            patch.setattr(os, "replace", fails_at_the_third)
            with pytest.raises(ArchiveUnavailable, match="the next run finishes"):
                folders = {"site/weeks/A": {"a": b"a"}, "site/weeks/B": {"b": b"b"}}
                archive.publish(folders, {"site/c": b"c"})
        archive.publish({}, {"site/d": b"d"})
    names = sorted(file.name for file in (tmp_path / "site").rglob("*") if file.is_file())
    assert names == ["a", "b", "c", "d"]


def test_the_next_job_says_what_it_found(copy_of):
    archive = copy_of("first")
    (archive.runs / ".staging" / "inputs").mkdir(parents=True)
    done = archive.run()
    assert done.stderr == "dropped what an earlier run had left unfinished\n"
    assert done.code == 0 and done.stdout.startswith("2017-02-11 unchanged r1: ")


def test_an_error_while_staging_leaves_the_archive_as_it_was(tmp_path, monkeypatch):
    publish(tmp_path, FIRST)

    def disk_full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", disk_full)
        with pytest.raises(ArchiveUnavailable, match="No space left on device"):
            publish(tmp_path, SECOND)
    assert files_of(tmp_path) == files_after(FIRST)
    assert not {".staging", ".journal.json"} & {each.name for each in (tmp_path / "runs").iterdir()}
    publish(tmp_path, SECOND)
    assert files_of(tmp_path) == files_after(FIRST, SECOND)


def test_an_error_while_moving_is_finished_by_the_next_run(tmp_path):
    """A file lies where the revision's folder belongs, until someone takes it away."""
    publish(tmp_path, FIRST)
    in_the_way = tmp_path / WEEK / "r2"
    in_the_way.write_text("")
    for _ in range(2):
        with pytest.raises(ArchiveUnavailable, match="the next run finishes what was begun"):
            publish(tmp_path, SECOND)
        assert files_of(tmp_path)["site/data/catalog.json"] == "1"
    in_the_way.unlink()
    with opened(tmp_path) as archive:
        assert archive.recovered.startswith("finished")
    assert files_of(tmp_path) == files_after(FIRST, SECOND)


def test_of_a_link_in_the_place_of_a_folder_the_link_goes(copy_of, tmp_path):
    archive, elsewhere = copy_of("first"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("mine")
    (archive.runs / "2017-02-11" / "draft").symlink_to(elsewhere)
    assert archive.published("--force") == 2
    assert not (archive.runs / "2017-02-11" / "draft").exists()
    assert (elsewhere / "mine").read_text() == "mine"


def job(output: Path, *arguments: str) -> int:
    return run_week(["2017-02-18", "--sample", "--output", str(output), *arguments], PROJECT)


@pytest.mark.parametrize("place", ["", "runs"])
def test_a_file_in_the_place_of_the_output_ends_with_6(tmp_path, capsys, place):
    in_the_way = tmp_path / "outputs" / place
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert job(tmp_path / "outputs") == 6
    told = capsys.readouterr()
    assert told.out == "" and "outputs cannot be written" in told.err
    assert in_the_way.read_text() == "mine" and sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("place", "name", "error"),
    [
        (Path, "mkdir", PermissionError(13, "Permission denied")),
        (ddor.jobs.weekly, "save_inputs", OSError(28, "No space left on device")),
    ],
)
def test_an_output_that_cannot_be_written_ends_with_6(
    tmp_path, capsys, monkeypatch, place, name, error
):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(place, name, fails)
    assert job(tmp_path / "outputs") == 6
    assert f"outputs cannot be written: {error.strerror}; nothing" in capsys.readouterr().err
    assert weekly_runs.files_of(tmp_path) == {}


def test_an_archive_that_another_process_holds_ends_with_6(tmp_path, capsys, monkeypatch):
    output = tmp_path / "outputs"
    publish(output, FIRST)
    before = files_of(output)
    monkeypatch.setattr(ddor.archive.publish, "WAIT_SECONDS", 0.1)
    command = [sys.executable, "-c", HOLD, str(output / "runs" / ".lock")]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        assert job(output) == 6
        holder.communicate(b"\n")
    assert "is busy: another run holds it" in capsys.readouterr().err
    assert files_of(output) == before
    with opened(output) as archive:
        assert archive.recovered == ""


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""
