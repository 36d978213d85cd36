"""Imported by the forkserver and by nothing else: what any kernel needs, before what its notebook
needs (kernels.py). The forkserver leaves the job's session, so that it can clean up behind a job
that is killed."""

import atexit
import contextlib
import gc
import os
import shutil
import signal
import sys
from multiprocessing import forkserver

import psutil

from ddor.run.kernels import MAIN
from ddor.run.surroundings import GARBAGE

gc.set_threshold(*GARBAGE)
os.setsid()
# multiprocessing would run in each fork the program that this process is not.
sys.modules["__main__"].__file__ = os.environ.pop(MAIN)
SEARCHED = [place for place in sys.path if place]


def _leave() -> None:
    # Kernels with what their cells have started. What a worker has started cleans up by itself.
    for each in psutil.Process().children():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.pid, signal.SIGKILL)
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    address = forkserver._forkserver._forkserver_address  # type: ignore[attr-defined]
    if address:
        shutil.rmtree(os.path.dirname(address), ignore_errors=True)


# A fork ends without this.
atexit.register(_leave)
# Nobody debugs these kernels, and each would load a debugger, which takes 0.1 seconds.
sys.modules["debugpy"] = None  # type: ignore[assignment]

import ipykernel.ipkernel  # noqa: E402, F401
import ipykernel.kernelapp  # noqa: E402, F401
