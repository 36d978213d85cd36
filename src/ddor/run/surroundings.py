"""What a process finds around itself, and what must not matter: locale, streams, signals, and the
settings of Jupyter, IPython and matplotlib of whoever runs it.

`settle` is the first thing that a command line does, `time_limit` ends what takes too long, and
`for_a_kernel` is the environment in which the notebook runs. A run that is ended, by a signal or
its limit, leaves as one that fails: what it staged is dropped, and its kernel does not outlive it.
"""

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from ddor.errors import Ended, OutOfTime

# What a kernel is not told: settings that would change what it shows, or run another's program.
NOT_FOR_KERNELS = ("PYTHON", "IPYTHON", "JUPYTER", "MPL", "MATPLOTLIB", "LC_", "LANG")


def settle() -> None:
    """Starts this program again with UTF-8 where the locale has another encoding: a path, a reason
    or a file would be read as other letters. Standard streams that are closed become empty ones,
    or the first file that is opened would take their place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if not sys.flags.utf8_mode and sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name of a file may be no text


@contextlib.contextmanager
def heeding_signals() -> Iterator[None]:
    """Raises Ended where the process is told to end, so that it cleans up behind itself."""
    with contextlib.ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                stack.callback(signal.signal, number, signal.signal(number, _end))
        yield


def _end(number: int, _: object) -> None:
    raise Ended(number)


@contextlib.contextmanager
def time_limit(seconds: int, what: str) -> Iterator[None]:
    """Raises OutOfTime after so many seconds, whatever is waited for. Only a process's main thread
    can be interrupted; elsewhere there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_: object) -> None:
        raise OutOfTime(
            f"{what} took longer than {seconds:,} seconds; "
            "the parameter run_time_limit sets how long it may take"
        )

    before = signal.signal(signal.SIGALRM, late)
    # Again every five seconds, because some libraries catch whatever is raised.
    signal.setitimer(signal.ITIMER_REAL, seconds, 5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def for_a_kernel(folder: Path) -> Iterator[None]:
    """In `folder`, the kernel's own: it runs this package, whatever else is installed, and nobody's
    start-up files."""
    from ddor.publishable import IN_THE_JOB  # after `settle`: what it imports reads files

    source, before = str(Path(__file__).resolve().parents[2]), os.environ.copy()
    for name in [name for name in before if name.startswith(NOT_FOR_KERNELS)]:
        del os.environ[name]
    os.environ |= {
        "PYTHONPATH": os.pathsep.join(filter(None, [source, before.get("PYTHONPATH")])),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "IPYTHONDIR": str(folder / ".ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_NO_CONFIG": "1",
        # plt.show() shows its picture, which the gate then refuses, whatever the environment says.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        IN_THE_JOB: "1",
    }
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.clear()
        os.environ |= before
