"""All or nothing: how a revision gets into the archive, and what the next run does after a crash.

A publication is staged whole under `runs/.staging/`. Then a journal names every move, in the order
in which they are made: the revision's folders first, the pages that point to it last. With a
journal a crash is finished by the next run, because a move that was already made finds nothing to
move; without one the staged files are dropped. Either way a reader sees the archive as it was, or
as it is to be.
"""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from ddor.errors import ArchiveUnavailable, undisturbed

WAIT_SECONDS = 60
# The modes of folders below runs/ and below site/; of files the same, but for the right to enter.
PRIVATE, OPEN = 0o700, 0o755
Files = Mapping[str, bytes]
Folders = Mapping[str, Files]


class Archive:
    """The folder `outputs/`: `site` is public, `runs` private. Use it through `opened`."""

    def __init__(self, output: Path):
        self.output = output
        self.site, self.runs = output / "site", output / "runs"
        self.staging = self.runs / ".staging"
        self.journal = self.runs / ".journal.json"
        self.recovered = ""

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Whatever writes below outputs/ does so in here: a full disk is reported as one."""
        begun = False
        try:
            yield
        except OSError as error:
            with contextlib.suppress(OSError):
                begun = self.journal.exists()
            after = "the next run finishes what was begun" if begun else "nothing was published"
            where = f", {error.filename}" if error.filename else ""
            raise ArchiveUnavailable(
                f"{self.output} cannot be written: {error.strerror or error}{where}; {after}"
            ) from error

    def publish(self, folders: Folders, pointers: Files, removed: Sequence[str] = ()) -> int:
        """`folders`: path below outputs/ -> its files, each folder new and moved by one rename.
        `pointers`: path -> bytes of the single files replaced after them, in order; one that is
        the same already is not touched. `removed`: files and folders that go after that. Returns
        how many folders and files were moved or went."""
        with self.writing():
            if self.journal.exists():  # of a publication that could not be finished
                self.finish()
            self._check_places((*folders, *pointers))
            changed = {
                path: data
                for path, data in pointers.items()
                if not (file := self.output / path).is_file() or file.read_bytes() != data
            }
            if not (folders or changed or removed):
                return 0
            staged = {self._staged(path): data for path, data in changed.items()}
            for folder, files in folders.items():
                staged |= {self._staged(folder) / name: data for name, data in files.items()}
            _write(staged)
            for path in (*folders, *changed):
                if path.startswith("site/"):
                    _open_to_all(self._staged(path))
            journal = {"moves": [*folders, *changed], "removed": [*removed]}
            unfinished = self.journal.with_suffix(".partial")
            _write({unfinished: json.dumps(journal).encode()})
            os.replace(unfinished, self.journal)
            self.finish()
            return sum(map(len, journal.values()))

    def _staged(self, path: str) -> Path:
        """Side by side: as many folders as the site has would take longer than all else."""
        return self.staging / "tree" / quote(path, safe="")

    def _check_places(self, paths: Iterable[str]) -> None:
        """A folder on another disk than runs/, or mounted by itself, cannot be moved to in one
        step. Linux says so of a file that does not exist too, so that nothing has to be tried."""
        disk = self.runs.stat().st_dev
        folders = [self.output / each for each in {*map(os.path.dirname, paths)}]
        existing = {next(e for e in (f, *f.parents) if e.exists()) for f in folders}
        for place in sorted(existing):
            elsewhere = place.stat().st_dev != disk
            try:
                os.rename(self.staging / ".nothing", place / ".nothing")
            except OSError as error:
                elsewhere |= error.errno == errno.EXDEV
            if elsewhere:
                raise ArchiveUnavailable(
                    f"{place} and {self.runs} lie on different file systems; nothing was "
                    "published. Keep the whole output folder on one, and copy site/ from there"
                )

    @undisturbed()
    def finish(self) -> None:
        """Make the moves of the journal that were not made yet, and take it away."""
        journal = json.loads(self.journal.read_text(encoding="utf-8"))
        for path in journal["moves"]:
            source, target = self._staged(path), self.output / path
            if not source.exists():
                continue
            _make(target.parent, OPEN if path.startswith("site/") else PRIVATE)
            if source.is_dir() and target.is_dir():
                remove(target)
            os.replace(source, target)
        for path in journal["removed"]:
            gone = self.output / path
            remove(gone)
            with contextlib.suppress(OSError):
                gone.parent.rmdir()  # where it leaves an empty folder
        shutil.rmtree(self.staging / "tree", ignore_errors=True)
        self.journal.unlink()


def last_revision(folder: Path) -> int:
    """The number of the last revision in the folder of a period, below runs/ or below site/, the
    only place that says what readers have been shown; 0 where there is none."""
    numbers = (each.name[1:] for each in folder.glob("r*"))
    return max((int(number) for number in numbers if number.isdigit()), default=0)


@contextlib.contextmanager
def opened(output: Path) -> Iterator[Archive]:
    """The archive, locked for this process, recovered, with an empty staging folder.

    Raises ArchiveUnavailable when another run holds it for WAIT_SECONDS or it cannot be written.
    """
    archive = Archive(output)
    with archive.writing():
        _make(output, OPEN)
        _make(archive.runs, PRIVATE)
        # Of an earlier version's too, which left that to the umask.
        archive.runs.chmod(PRIVATE)
        if archive.site.exists() and archive.site.stat().st_mode & 0o777 != OPEN:
            _open_to_all(archive.site)
        lock = FileLock(archive.runs / ".lock", timeout=WAIT_SECONDS, mode=PRIVATE & 0o666)
        try:
            lock.acquire()
        except Timeout:
            raise ArchiveUnavailable(
                f"{output} is busy: another run holds it; nothing was changed, try again later"
            ) from None
    try:
        with archive.writing():
            # What a crash left is finished, or dropped.
            if archive.journal.exists():
                archive.finish()
                archive.recovered = "finished a publication that an earlier run had begun"
            elif archive.staging.exists():
                archive.recovered = "dropped what an earlier run had left unfinished"
            if archive.staging.exists():
                shutil.rmtree(archive.staging)
            _make(archive.staging, PRIVATE)
        yield archive
    finally:
        with undisturbed():
            if not archive.journal.exists():
                shutil.rmtree(archive.staging, ignore_errors=True)
            lock.release()


def remove(place: Path) -> None:
    """A file or a folder, if it is there; of a link the link."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _make(folder: Path, mode: int) -> None:
    """With the folders that it lies in, whatever the umask."""
    if folder.is_dir():
        return
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        each.chmod(mode)


def _open_to_all(folder: Path) -> None:
    for each in (folder, *folder.rglob("*")):
        if each.exists():
            each.chmod(OPEN if each.is_dir() else OPEN & 0o666)


def _write(files: Mapping[Path, bytes]) -> None:
    for folder in dict.fromkeys(file.parent for file in files):
        _make(folder, PRIVATE)
    # All at once, which takes a disk hardly longer than one.
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(_written, files, files.values()))


def _written(file: Path, data: bytes) -> None:
    """On the disk: the journal may not outlive what it promises."""
    with open(file, "wb", opener=partial(os.open, mode=PRIVATE & 0o666)) as opened_file:
        opened_file.write(data)
        opened_file.flush()
        os.fsync(opened_file.fileno())
