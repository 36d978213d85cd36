"""One run of a notebook: its template is checked, papermill executes it in a folder of its own, the
executed notebook proves that it ran. What it may show is judged in gate.py.

papermill lets much pass. Without a cell tagged `parameters` it only logs a warning and reports the
default week with exit code 0; a misspelt parameter likewise: both would publish one week's figures
as another's. And it marks a notebook whose kernel died as completed: so the last scrap has to be
there, every code cell has to have run, and the figures it glued have to be those counted beside it.

papermill writes the output in place and changes the working directory: so it runs in a folder of
its own, and one process runs one week at a time.
"""

import ast
import contextlib
import logging
import os
import queue
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import nbformat
import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbformat import NotebookNode

from ddor.errors import NotebookFailed, undisturbed
from ddor.run.kernels import answering, taken
from ddor.run.surroundings import for_a_kernel

ENGINE = "ddor"  # of papermill
CELL_TIMEOUT = 900  # seconds; the longest cell of a week takes a few
# The package's other modules make a table of anything, rows of people too.
FORBIDDEN_IMPORT = re.compile(
    r"(?!\s*from ddor\.report(\.scraps)? import (?!.*\b(tables|charts)\b))\s*(from|import)\s+ddor\b"
)
OUR_ERRORS = ("DdorError", "NarrativeError", "UsageError")  # whose words say enough
ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def check_template(template: Path, parameters: tuple[str, ...]) -> None:
    """Raises NotebookFailed with everything that would keep `template` from running as asked.

    `parameters`: the names that will be injected; its parameters cell has to set each.
    """
    try:
        notebook = nbformat.read(template, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise NotebookFailed(f"{template.name}: no such template; restore it from git") from None
    except Exception as error:  # nbformat raises many kinds; each means: not a notebook
        reason = " ".join(str(error).split())[:200]
        raise NotebookFailed(f"{template.name} is not a notebook: {reason}") from error
    code = [c.source for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    problems = _parameters_problems(notebook, parameters)
    problems += [
        f"a cell has the line `{line.strip()}`; a notebook imports from ddor.report and "
        "ddor.report.scraps alone: report.table() and report.bars() count what they show"
        for line in "\n".join(code).splitlines()
        if FORBIDDEN_IMPORT.match(line)
    ]
    if not code or "glue_complete(" not in code[-1]:
        end = "its last code cell does not call glue_complete(); without it no run can be proved"
        problems.append(end)
    if problems:
        raise NotebookFailed("\n".join([f"{template.name} cannot be run:", *problems]))


def _parameters_problems(notebook: NotebookNode, wanted: tuple[str, ...]) -> list[str]:
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1 or tagged[0].cell_type != "code":
        return [
            f"it has {len(tagged)} cells tagged `parameters`, expected one code cell; "
            "add the tag under Property Inspector in JupyterLab"
        ]
    try:
        tree = ast.parse(tagged[0].source)
    except SyntaxError as error:
        return [f"its parameters cell is not Python: {error.msg} in line {error.lineno}"]
    targets = [t for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    missing = sorted(set(wanted) - {t.id for t in targets if isinstance(t, ast.Name)})
    return [f"its parameters cell does not set `{name}`; add the line back" for name in missing]


class _Client(AsyncKernelClient):
    """Knows that a kernel is up by what it says; jupyter_client's own waits 0.2 seconds more."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (timeout or float("inf"))
        while await self.is_alive() and time.monotonic() < end:
            self.kernel_info()
            with contextlib.suppress(queue.Empty):
                self._handle_kernel_info_reply(await self.get_shell_msg(timeout=1))
                # It is heard there too; what else it says of this belongs to no cell.
                await self.get_iopub_msg(timeout=0.2)
                return
        raise RuntimeError("the kernel does not answer")


class _Forked(LocalProvisioner):
    """Of a kernel that runs already. process: of multiprocessing, not of subprocess."""

    process: Any = None

    async def poll(self) -> int | None:
        return self.process.exitcode if self.process else 0

    async def wait(self) -> None:
        self.process.join()
        self.process = None

    async def send_signal(self, signum: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signum)

    async def kill(self, restart: bool = False) -> None:
        _end(self.process)
        self.process.join(1)  # jupyter_client would look after 0.1 seconds whether it is gone


def _end(kernel: Any) -> None:
    """The process of a kernel, with what its cells have started: its children, whatever their
    session, and the rest of its group."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in psutil.Process(kernel.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(kernel.pid, signal.SIGKILL)
    kernel.kill()  # that has no group of its own yet


def execute(
    template: Path, output: Path, parameters: dict, meanwhile: Callable[[], object] = lambda: None
) -> NotebookNode:
    """Execute `template` with `parameters` into `output`, in output's folder, and return it;
    `meanwhile` is called while the kernel works.

    Raises NotebookFailed with the cell and its error. `output` is then as far as it came, for the
    analyst to open. That nothing is raised proves nothing: see prove_run.
    """
    # Half a second to import; a week that is unchanged does without.
    import papermill
    from papermill.engines import NBClientEngine, papermill_engines

    class SavedAtTheEnd(NBClientEngine):
        """Not twice for each cell, which takes as long as the cells."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **options):
            nb_man.save = lambda **_: None
            try:
                super().execute_managed_notebook(nb_man, kernel_name, **options)
            except BaseException:
                del nb_man.save
                raise

    papermill_engines.register(ENGINE, SavedAtTheEnd)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # it raises what it logs as an error
    folder, kernels, begun = output.parent, list[AsyncKernelManager](), threading.Event()

    class Kernel(AsyncKernelManager):
        def __init__(self, **given):
            given |= _transport() | {"connection_file": str(folder / "kernel.json")}
            given["client_factory"] = _Client
            # The kernel of this environment, whatever kernels are installed.
            super().__init__(**given, kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
            kernels.append(self)
            try:
                kernel = taken()
                begun.set()
                ready = answering(kernel)
                ready.orders.send((str(folder), dict(os.environ)))
            except (OSError, EOFError) as error:
                logging.getLogger(__name__).warning("no warm kernel (%s), an ordinary one", error)
                begun.set()
                return
            self.load_connection_file(ready.connection_file)
            own = {"kernel_id": "", "kernel_spec": self.kernel_spec, "parent": self}
            self.provisioner = _Forked(**own)
            self.provisioner.process = ready.process

    def run() -> NotebookNode:
        return papermill.execute_notebook(
            nbformat.read(template, as_version=4),
            output.name,  # in the kernel's folder: papermill would fill in the braces of a path
            parameters=parameters,
            kernel_name=NATIVE_KERNEL_NAME,  # whichever one the analyst had, or none
            language="python",
            engine_name=ENGINE,
            progress_bar=False,
            start_timeout=120,
            execution_timeout=CELL_TIMEOUT,
            kernel_manager_class=Kernel,
            shutdown_kernel="immediate",
        )

    # In a thread of its own, so that a signal finds this one waiting, and not within a library.
    with for_a_kernel(folder), ThreadPoolExecutor(1) as thread:
        running = thread.submit(run)
        running.add_done_callback(lambda _: begun.set())
        try:
            begun.wait()
            meanwhile()
            if error := running.exception():
                raise NotebookFailed(f"{template.name}{_said(error, output)}") from error
            return running.result()
        finally:
            with undisturbed():
                _kill(kernels)
                while not running.done():  # the run was ended before the kernel was up
                    _kill(kernels)
                    wait([running], timeout=0.1)


def _said(error: BaseException, output: Path) -> str:
    """What stopped the notebook, in words that follow its name."""
    import papermill

    if not isinstance(error, papermill.PapermillExecutionError):
        # A dead kernel, a timeout, a kernel that never came up.
        return f": {type(error).__name__}: {error}".rstrip(": ")
    number, said = _failed_cell(output)
    place = f", cell {number} (counted from the top, text cells too): "
    if error.ename in OUR_ERRORS:
        return place + error.evalue
    # Python names a file of its own for a cell.
    why = re.sub(r" \(\d+\.py, (line \d+)\)$", r" (\1)", error.evalue)
    begins = error.source.strip().partition("\n")[0]
    return f"{place}{error.ename}: {why}\nthe cell begins with: {begins}" if why else place + said


def _kill(kernels: list[AsyncKernelManager]) -> None:
    for kernel in kernels:
        process = getattr(kernel.provisioner, "process", None)
        if process and process.pid:
            _end(process)


def _failed_cell(executed: Path) -> tuple[int, str]:
    """Its number, and the last line that it wrote to stderr: a kernel that cannot open a file has
    no other words for it."""
    for number, cell in numbered(nbformat.read(executed, as_version=4)):
        outputs = cell.get("outputs", ())
        wrong = cell.metadata.get("papermill", {}).get("exception")
        if wrong or any(each.output_type == "error" for each in outputs):
            said = "".join(each.text for each in outputs if each.get("name") == "stderr")
            return number, (said.strip().splitlines() or ["it failed"])[-1]
    return 0, "a cell failed"


def _transport() -> dict[str, str]:
    """How the kernel is spoken to: through sockets in the working directory, the kernel's own
    folder, so that there is no port to race for and nobody to listen in. By their names alone,
    since the path of a socket is limited to 108 characters; by ports where the disk has no
    sockets."""
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind("k")
        os.unlink("k")
    except OSError:
        return {}
    return {"transport": "ipc", "ip": "k"}


def numbered(executed: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The cells as whoever has the template open counts them: from the top, text cells too, and
    none of those that papermill added."""
    own = [cell for cell in executed.cells if not ADDED & {*cell.metadata.get("tags", ())}]
    return enumerate(own, start=1)


def prove_run(executed: NotebookNode, figures: dict[str, int | None]) -> None:
    """The notebook ran to its end, and glued these figures, which scrapbook reads.

    `figures`: what was counted from the same inputs outside the notebook; None for one that may not
    be shown, and must not be glued. Raises NotebookFailed with everything that is missing or
    differs.
    """
    import scrapbook  # seconds to import: it pulls in all of papermill

    problems = []
    for number, cell in numbered(executed):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            problems.append(f"cell {number} never ran")
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"cell {number} ended with {output.ename}: {output.evalue}")
    scraps = scrapbook.models.Notebook(executed).scraps.data_dict
    if scraps.get("report_complete") is not True:
        problems.append("the last scrap, report_complete, is missing: the end was not reached")
    for name, counted in figures.items():
        if counted is not None and name not in scraps:
            problems.append(f"the figure {name} was not glued")
        elif scraps.get(name) != counted:
            problems.append(f"the figure {name} is {scraps[name]!r}, counted {counted}")
    if problems:
        raise NotebookFailed("\n".join(["the notebook did not prove its run:", *problems]))


def tidy(notebook: NotebookNode) -> None:
    """Take away what differs between two equal runs (clock times, random cell ids), and warnings on
    stderr, which name paths of the machine."""
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
