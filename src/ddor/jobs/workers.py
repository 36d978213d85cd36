"""Where the notebooks of several weeks run (batch.py): in processes of this machine, or on a
cluster that runs already. Each is an Executor of `concurrent.futures` for as long as it is needed,
with the number of tasks that it works on at once."""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor

from ddor.errors import UsageError
from ddor.run import kernels

IMPORTED = ("ddor.jobs.notebooks", "ddor.archive.render", "ddor.run.gate", "papermill", "scrapbook")
SECONDS = 10  # in which a scheduler has to answer
Workers = tuple[Executor, int]


@contextlib.contextmanager
def processes(jobs: int) -> Iterator[Workers]:
    """So many, which end with this one, however it ends."""
    if kernels.FORKED:
        kernels.start(IMPORTED)
    context = multiprocessing.get_context("forkserver" if kernels.FORKED else "spawn")
    executor = ProcessPoolExecutor(jobs, context, initializer=_end_with_the_job)
    try:
        yield executor, jobs
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.kill()


def _end_with_the_job() -> None:
    def watch() -> None:
        if job := multiprocessing.parent_process():
            job.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """The workers of a Dask scheduler. Raises UsageError where there is none."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--scheduler needs the packages of the group `cluster` (docs/scaling.md)"
        ) from None
    if "://" not in address:
        raise UsageError(
            f'--scheduler "{address}": expected an address, such as tcp://10.0.0.1:8786'
        )
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise UsageError(f"the Dask scheduler at {address} has no workers")
        yield client.get_executor(pure=False), threads
