"""Warm kernels: each is forked from a process that has imported what notebooks need.

That process is the forkserver of `multiprocessing`. `warm` starts it as soon as it is known that a
notebook will run, and lets it fork a kernel, while this process still imports and counts. No week
begins with anything of another. A kernel ends with the forkserver, and the forkserver with this
process, however that ends. Where there is no forkserver, or it has failed, or this process may
have no children, the kernel is an ordinary one.
"""

import contextlib
import itertools
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import forkserver, util
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from ddor.run.surroundings import for_a_kernel

LONGEST_PATH = 60  # of a temporary folder: that of a socket is limited to 108 characters
SECONDS = 60  # in which a kernel has to be up
MAIN = "DDOR_MAIN"
FORKED = "forkserver" in multiprocessing.get_all_start_methods()


class Ready(NamedTuple):
    """A kernel that waits for its orders: the folder and the environment that it works in."""

    process: BaseProcess
    orders: Connection
    connection_file: str


_numbers = itertools.count()
_thread = ThreadPoolExecutor(1, "kernels")
_next: list[Future] = []
_folders: list[str] = []


def warm(modules: Sequence[str]) -> None:
    """Makes a kernel ready, if none is, and first the process that kernels are forked from;
    `modules` are what that imports."""
    if FORKED and not _next:
        with contextlib.suppress(OSError):
            start(modules)
            _next.append(_thread.submit(_ready))


def start(modules: Sequence[str]) -> None:
    """Starts the process that kernels are forked from, unless it runs."""
    before = tempfile.tempdir
    if len(tempfile.gettempdir()) > LONGEST_PATH:
        tempfile.tempdir = "/tmp"
    try:
        # In a folder without a matplotlibrc.
        _take_a_folder()
        with for_a_kernel(Path(__file__).parent):
            os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a fork does not have numpy's threads
            os.environ["IPYTHONDIR"] = os.path.join(util.get_temp_dir(), "ipython")
            os.environ[MAIN] = os.path.abspath(getattr(sys.modules["__main__"], "__file__", ""))
            forkserver.set_forkserver_preload(["ddor.run.preloaded", *modules])
            forkserver.ensure_running()
    finally:
        tempfile.tempdir = before


def _take_a_folder() -> None:
    """For sockets; a process that another one started would use that one's."""
    own = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    if own.get("tempdir") not in _folders:
        own["tempdir"] = None
        _folders.append(util.get_temp_dir())


def taken() -> Future:
    """The kernel that was made ready, for `answering`. Raises OSError where there is none."""
    if not _next:
        raise OSError("none was made ready")
    return _next.pop()


def answering(kernel: Future) -> Ready:
    """Waits until it is up. Raises OSError or EOFError where it does not come."""
    ready: Ready = kernel.result()
    if not ready.orders.poll(SECONDS):
        ready.process.kill()
        raise OSError(f"it did not answer within {SECONDS} seconds")
    ready.orders.recv()
    return ready


def _ready() -> Ready:
    """Waits for the forkserver, not for the kernel."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    file = os.path.join(util.get_temp_dir(), f"{next(_numbers)}.json")
    process = context.Process(target=_serve, args=(theirs, file), daemon=True)
    try:
        process.start()
    except AssertionError as error:  # this process may not have any
        raise OSError(error) from None
    theirs.close()
    return Ready(process, ours, file)


def _serve(orders: Connection, connection_file: str) -> None:
    """What a fork does: it is a kernel."""
    from ipykernel.kernelapp import IPKernelApp

    from ddor.run.preloaded import SEARCHED

    os.setsid()
    # Held by a kernel, it would keep the forkserver alive when its job is no more.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    sys.path[:] = SEARCHED
    app = IPKernelApp.instance(
        connection_file=connection_file,
        transport="ipc",
        ip=connection_file.removesuffix(".json"),
        # It looks every second whether the forkserver is still there.
        parent_handle=os.getppid(),
    )
    app.initialize(["--HistoryManager.hist_file=:memory:"])
    orders.send("ready")
    try:
        folder, environment = orders.recv()
    except EOFError:
        return
    os.chdir(folder)
    os.environ.clear()
    os.environ |= environment
    app.start()
