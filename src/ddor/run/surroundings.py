"""What a process finds around itself, and what must not matter: locale, streams, and the settings
of Jupyter, IPython and matplotlib of whoever runs it.

`settle` is the first thing that a command line does; `for_a_kernel` is the environment in which the
notebook runs.
"""

import atexit
import contextlib
import gc
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# What a kernel is not told: settings that would change what it shows, or run another's program.
NOT_FOR_KERNELS = ("PYTHON", "IPYTHON", "JUPYTER", "MPL", "MATPLOTLIB", "LC_", "LANG")
# How seldom Python looks for objects that only refer to one another: a run makes few of them, and
# to look as often as Python does by itself takes a twentieth of the time.
GARBAGE = 50_000, 10, 10


def settle() -> None:
    """Starts this program again with UTF-8 where the locale has another encoding: a path, a reason
    or a file would be read as other letters. Standard streams that are closed become empty ones,
    or the first file that is opened would take their place."""
    gc.set_threshold(*GARBAGE)
    atexit.register(gc.freeze)  # or all that was imported is looked through once more, 0.3 seconds
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(os.devnull, "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")
    if not sys.flags.utf8_mode and sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name of a file may be no text


@contextlib.contextmanager
def for_a_kernel(folder: Path) -> Iterator[None]:
    """In `folder`, the kernel's own: it runs this package, whatever else is installed, and nobody's
    start-up files."""
    from ddor.reports import IN_THE_JOB  # after `settle`: what it imports reads files

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
