"""Warm kernels: each is forked from a process that has imported what notebooks need.

That process is the forkserver of `multiprocessing`. `warm` starts it as soon as it is known that a
notebook will run, while this process still imports and counts. A kernel is a fork of it, so that no
week begins with anything of another. It ends with the forkserver, and the forkserver with this
process, however that ends. Where processes cannot be forked, or the forkserver has failed, the
kernel is an ordinary one.
"""

import contextlib
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import forkserver
from pathlib import Path

from ddor.run.surroundings import for_a_kernel

LONGEST_PATH = 60  # of a temporary folder: that of a socket is limited to 108 characters
FORKED = "forkserver" in multiprocessing.get_all_start_methods()
if FORKED:
    from multiprocessing.context import ForkServerProcess


def warm(modules: Sequence[str]) -> None:
    """Starts the process that kernels are forked from; `modules` are what it imports."""
    if not FORKED:
        return
    before = tempfile.tempdir
    if len(tempfile.gettempdir()) > LONGEST_PATH:
        tempfile.tempdir = "/tmp"
    try:
        # In a folder without a matplotlibrc.
        with contextlib.suppress(OSError), for_a_kernel(Path(__file__).parent):
            os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a fork does not have numpy's threads
            forkserver.set_forkserver_preload(["ddor.run.preloaded", *modules])
            forkserver.ensure_running()
    finally:
        tempfile.tempdir = before


def serve(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """What a fork does: it is a kernel. `arguments`: of ipykernel's command line; `environment`: of
    the process, `folder`: its working directory."""
    from ipykernel.kernelapp import IPKernelApp

    from ddor.run.preloaded import SEARCHED

    os.setsid()
    # Held by a kernel, it would keep the forkserver alive when its job is no more.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    os.chdir(folder)
    os.environ.clear()
    os.environ |= environment
    sys.path[:] = SEARCHED
    # It looks every second whether the forkserver is still there.
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


if FORKED:

    class KernelProcess(ForkServerProcess):
        """With what jupyter_client asks of a subprocess.Popen."""

        stdin = stdout = stderr = None

        def poll(self) -> int | None:
            return self.exitcode

        def wait(self) -> int | None:
            self.join()
            return self.exitcode

        def send_signal(self, number: int) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid or 0, number)
