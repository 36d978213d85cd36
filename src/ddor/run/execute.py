"""Runs a template through papermill, in a folder of its own.

papermill rewrites the output after every cell, in place, and changes the working directory: so it
runs in staging, and one process runs one week at a time.
"""

import contextlib
import logging
import os
import tempfile
from pathlib import Path

from traitlets.config import Config

from ddor.errors import NotebookFailed
from ddor.publishable import IN_THE_JOB
from ddor.run.executed import numbered

CELL_TIMEOUT = 900  # seconds; the longest cell of a week takes a few


def execute(template: Path, output: Path, parameters: dict) -> None:
    """Execute `template` with `parameters` into `output`, in output's folder.

    Raises NotebookFailed with the cell and its error. `output` is then as far as it came, for the
    analyst to open. That nothing is raised proves nothing: see proof.py.
    """
    import papermill  # seconds to import; a week that is unchanged does without

    logging.getLogger("papermill").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="ddor-") as sockets, _environment(output.parent):
        # Sockets in a folder of ours (mode 0700) rather than TCP: no port to race for, nobody to
        # listen in. mkdtemp keeps the path short; a socket's is limited to 108 characters.
        config = Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/k"})
        try:
            papermill.execute_notebook(
                template,
                output,
                parameters=parameters,
                cwd=output.parent,
                progress_bar=False,
                start_timeout=120,
                execution_timeout=CELL_TIMEOUT,
                config=config,
            )
        except papermill.PapermillExecutionError as error:
            number = next(
                number
                for number, cell in numbered(output)
                if any(each.output_type == "error" for each in cell.get("outputs", ()))
            )
            raise NotebookFailed(
                f"{template.name}, cell {number} (counted from the top, text cells too): "
                f"{error.ename}: {error.evalue}"
            ) from error
        except Exception as error:  # a dead kernel, a timeout, a kernel that never came up
            raise NotebookFailed(
                f"{template.name}: {type(error).__name__}: {error}".rstrip(": ")
            ) from error


@contextlib.contextmanager
def _environment(folder: Path):
    """The kernel runs this package, whatever else is installed, and nobody's start-up files."""
    source = str(Path(__file__).resolve().parents[2])
    changes = {
        "PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")])),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(folder / ".ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        # plt.show() shows its picture, which the gate then refuses, whatever the environment says.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        IN_THE_JOB: "1",
    }
    before = os.environ.copy()
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
