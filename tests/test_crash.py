"""A run that is killed while it publishes: the next one finishes it or drops it, and in between a
reader sees the archive as it was, or pages that are whole.

Each killed run is a process of its own that really dies, with os._exit, before the n-th of its
changes on disk, for every n. It publishes tiny fake folders through ddor.archive.publish.
"""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import PROJECT

import ddor.archive.publish
import ddor.jobs.weekly
from ddor.archive.publish import Archive, opened
from ddor.cli import run_week
from ddor.errors import ArchiveUnavailable

# In a process of its own, which forks one that dies for each n: arguments root, action. The archive
# in root/0 is copied to root/n before; the last n is the one that came to its end.
DEATHS = textwrap.dedent("""
    import json, os, pathlib, shutil, sys
    from ddor.archive.publish import opened

    root, action = pathlib.Path(sys.argv[1]), sys.argv[2]
    folders, pointers = json.loads((root / "publication.json").read_text())
    encoded = lambda files: {path: text.encode() for path, text in files.items()}
    folders, pointers = {path: encoded(files) for path, files in folders.items()}, encoded(pointers)
    CHANGES = ((os, "replace"), (os, "unlink"), (os, "rmdir"), (os, "mkdir"), (os, "fsync"),
               (os, "fsync"))

    def run(output, last):
        changes = 0
        def counted(change):
            def wrapper(*args, **kwargs):
                nonlocal changes
                changes += 1
                if changes == last:
                    os._exit(77)
                return change(*args, **kwargs)
            return wrapper
        for place, name in CHANGES:
            setattr(place, name, counted(getattr(place, name)))
        with opened(output) as archive:
            if action == "publish":
                archive.publish(folders, pointers)

    n, killed = 0, True
    while killed:
        n += 1
        shutil.copytree(root / "0", root / str(n))
        child = os.fork()
        if not child:
            run(root / str(n), n)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, 77), status
        killed = status == 77
    print(n)
    """)

WEEK = "site/weeks/2017-02-18"
FIRST = (
    {
        "runs/2017-02-18/r1": {"manifest.json": "1"},
        f"{WEEK}/r1": {"index.html": "page 1", "data/summary.json": "{1}"},
    },
    {f"{WEEK}/index.html": "page 1", "site/index.html": "home 1", "site/data/catalog.json": "1"},
)
SECOND = (
    {
        "runs/2017-02-18/r2": {"manifest.json": "2"},
        f"{WEEK}/r2": {"index.html": "page 2", "data/summary.json": "{2}"},
    },
    {
        f"{WEEK}/r1/index.html": "page 1, superseded",
        f"{WEEK}/index.html": "page 2",
        "site/index.html": "home 2",
        "site/data/catalog.json": "2",
    },
)
MOVES = [*SECOND[0], *SECOND[1]]


def files_of(folder: Path) -> dict[str, str]:
    """Path -> text of every file of an archive, but for the lock, the journal and the staging
    folder: what a person would see there."""
    paths = {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*"))}
    return {
        name: file.read_text()
        for name, file in paths.items()
        if file.is_file() and not name.startswith("runs/.")
    }


def files_after(*publications) -> dict[str, str]:
    """What is in the archive after these, with nothing of how it came there."""
    files = {}
    for folders, pointers in publications:
        for folder, content in folders.items():
            files |= {f"{folder}/{name}": text for name, text in content.items()}
        files |= pointers
    return dict(sorted(files.items()))


def publish(output: Path, publication) -> None:
    folders, pointers = publication
    with opened(output) as archive:
        archive.publish(
            {path: {n: t.encode() for n, t in files.items()} for path, files in folders.items()},
            {path: text.encode() for path, text in pointers.items()},
        )


class Killed(BaseException):
    """Ends a publication in this process, as nothing of the program's own would catch it."""


def die_after_replacing(times: int, monkeypatch) -> None:
    """os.replace raises Killed after it has been called so many times."""
    replace, calls = os.replace, []

    def counted(*args):
        calls.append(args)
        if len(calls) > times:
            raise Killed
        replace(*args)

    monkeypatch.setattr(os, "replace", counted)


def archives_killed_at_each_change(root: Path, action: str) -> list[Path]:
    """Copies of the archive root/0 in which `action` died before its 1st, 2nd, … change; the last
    is the one in which it came to its end."""
    (root / "publication.json").write_text(json.dumps(SECOND))
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src")}
    command = [sys.executable, "-c", DEATHS, str(root), action]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return [root / str(n) for n in range(1, int(ended.stdout) + 1)]


def states() -> list[dict[str, str]]:
    """The archive before the second publication, and after each of its moves."""
    folders, pointers = SECOND
    found = [files_after(FIRST)]
    for move in MOVES:
        made = ({move: folders[move]}, {}) if move in folders else ({}, {move: pointers[move]})
        found.append(dict(sorted((found[-1] | files_after(made)).items())))
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
        assert not archive.left_unfinished()
        publish(output, SECOND)
        assert files_of(output) == files_after(FIRST, SECOND)
    assert seen == set(range(len(MOVES) + 1)), "it was killed between any two moves"
    assert told >= {"finished", "dropped"}


def test_a_recovery_killed_anywhere_is_finished_by_the_next(tmp_path, monkeypatch):
    publish(tmp_path / "0", FIRST)
    with monkeypatch.context() as patch:
        die_after_replacing(2, patch)  # the journal, and one move
        with pytest.raises(Killed):
            publish(tmp_path / "0", SECOND)
    assert files_of(tmp_path / "0") == states()[1]
    killed = archives_killed_at_each_change(tmp_path, "recover")
    assert len(killed) > len(MOVES)
    for output in killed:
        assert files_of(output) in states()[1:]
        with opened(output) as archive:
            pass
        assert files_of(output) == files_after(FIRST, SECOND)
        assert not archive.left_unfinished()


def test_a_folder_staged_without_a_journal_is_dropped(tmp_path):
    publish(tmp_path, FIRST)
    stale = tmp_path / "runs" / ".staging" / "tree" / "site" / "index.html"
    stale.parent.mkdir(parents=True)
    stale.write_text("never announced")
    with opened(tmp_path) as archive:
        assert archive.recovered == "dropped what an earlier run had left unfinished"
        assert list(archive.staging.iterdir()) == []
    assert files_of(tmp_path) == files_after(FIRST)
    assert not archive.staging.exists()


def test_a_job_that_fails_has_finished_the_publication_before_it(tmp_path, monkeypatch):
    publish(tmp_path / "outputs", FIRST)
    with monkeypatch.context() as patch:
        die_after_replacing(3, patch)
        with pytest.raises(Killed):
            publish(tmp_path / "outputs", SECOND)
    assert files_of(tmp_path / "outputs") == states()[2]
    assert job(tmp_path / "outputs", "--extract", str(tmp_path / "nowhere")) == 2
    assert files_of(tmp_path / "outputs") == files_after(FIRST, SECOND)


def test_the_next_job_says_what_it_found(sample_archive, tmp_path, capsys):
    output = shutil.copytree(sample_archive, tmp_path / "outputs")
    (output / "runs" / ".staging" / "inputs").mkdir(parents=True)
    assert job(output) == 0
    told = capsys.readouterr()
    assert told.err == "dropped what an earlier run had left unfinished\n"
    assert told.out.startswith("2017-02-18 unchanged r1: ")


def test_an_error_while_staging_leaves_the_archive_as_it_was(tmp_path, monkeypatch):
    publish(tmp_path, FIRST)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", disk_full)
        with pytest.raises(ArchiveUnavailable, match="No space left on device"):
            publish(tmp_path, SECOND)
    assert files_of(tmp_path) == files_after(FIRST)
    assert not Archive(tmp_path).left_unfinished()
    publish(tmp_path, SECOND)
    assert files_of(tmp_path) == files_after(FIRST, SECOND)


def test_an_error_while_moving_is_finished_by_the_next_run(tmp_path):
    """A file lies where the revision's folder belongs, until someone takes it away."""
    publish(tmp_path, FIRST)
    in_the_way = tmp_path / WEEK / "r2"
    in_the_way.write_text("")
    for _ in range(2):
        with pytest.raises(ArchiveUnavailable):
            publish(tmp_path, SECOND)
        assert files_of(tmp_path)["site/data/catalog.json"] == "1"
    in_the_way.unlink()
    with opened(tmp_path) as archive:
        assert archive.recovered.startswith("finished")
    assert files_of(tmp_path) == files_after(FIRST, SECOND)


def disk_full(*_):
    raise OSError(28, "No space left on device")


def job(output: Path, *arguments: str) -> int:
    return run_week(["2017-02-18", "--sample", "--output", str(output), *arguments], PROJECT)


@pytest.mark.parametrize("place", ["", "runs"])
def test_a_file_in_the_place_of_the_output_ends_with_6(tmp_path, capsys, place):
    output = tmp_path / "outputs"
    in_the_way = output / place
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("mine")
    assert job(output) == 6
    told = capsys.readouterr()
    assert told.out == "" and "outputs cannot be written" in told.err
    assert in_the_way.read_text() == "mine"
    assert sorted(tmp_path.rglob("*")) == sorted({output, in_the_way})


def test_an_output_that_may_not_be_written_ends_with_6(tmp_path, capsys, monkeypatch):
    def forbidden(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    assert job(tmp_path / "outputs") == 6
    assert "outputs cannot be written: Permission denied" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_while_the_run_is_staged_ends_with_6(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ddor.jobs.weekly, "save_inputs", disk_full)
    assert job(tmp_path / "outputs") == 6
    assert "No space left on device" in capsys.readouterr().err
    assert not (tmp_path / "outputs" / "site").exists()


def test_an_archive_that_another_process_holds_ends_with_6(tmp_path, capsys, monkeypatch):
    output = tmp_path / "outputs"
    publish(output, FIRST)
    before = files_of(output)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(output / "runs" / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        monkeypatch.setattr(ddor.archive.publish, "WAIT_SECONDS", 0.1)
        assert job(output) == 6
        assert "is busy: another run holds it" in capsys.readouterr().err
        assert files_of(output) == before
    finally:
        holder.communicate(b"\n")
    with opened(output) as archive:
        assert archive.recovered == ""


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""
