"""Kernels are forks of a process that has imported what notebooks need: none begins with anything
of another, and where there is nothing to fork an ordinary one is started."""

import json
import os
import signal
from multiprocessing import forkserver
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ddor.errors import NotebookFailed
from ddor.reports import NEEDED_BY_NOTEBOOKS
from ddor.run.kernels import warm
from ddor.run.notebook import execute

SAYS = "import json, os, sys, threading; print(json.dumps({}))"


def said(folder: Path, *cells: str) -> list:
    """What the cells print, as JSON."""
    folder.mkdir(parents=True)
    parameters = new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[parameters, *map(new_code_cell, cells)])
    nbformat.write(notebook, folder / "template.ipynb")
    executed = folder / "report.ipynb"
    execute(folder / "template.ipynb", executed, {"x": 2})
    outputs = [o for c in nbformat.read(executed, as_version=4).cells for o in c.get("outputs", ())]
    return [json.loads(o.text) for o in outputs if o.get("name") == "stdout"]


def test_a_kernel_begins_with_what_notebooks_need_and_with_nothing_of_another(tmp_path):
    looks = SAYS.format(
        "[x, sys.path[0], os.getcwd(), os.environ.get('LEFT'), hasattr(json, 'left'), "
        "[m for m in ('ddor.report', 'matplotlib.figure', 'pandas') if m not in sys.modules], "
        "'ddor.jobs' in sys.modules]"
    )
    leaves = "import json, os; json.left = 1; os.environ['LEFT'] = '1'; os.chdir('/')"
    source = str(Path(forkserver.__file__).parents[1])
    for name in ("first", "second"):
        warm(NEEDED_BY_NOTEBOOKS)
        ((x, path, folder, *others),) = said(tmp_path / name, looks, leaves)
        assert (x, folder, others) == (2, str(tmp_path / name), [None, False, [], False])
        assert path not in ("", source) and Path(path).name == "src"


def test_where_nothing_can_be_forked_an_ordinary_kernel_is_started(tmp_path, caplog):
    warm(NEEDED_BY_NOTEBOOKS)
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    assert said(tmp_path / "a", SAYS.format("x")) == [2]
    assert "no warm kernel" in caplog.text


def test_a_cell_that_fails_leaves_the_notebook_as_far_as_it_came(tmp_path):
    with pytest.raises(NotebookFailed, match=r"cell 3 .*ZeroDivisionError"):
        said(tmp_path / "a", SAYS.format("1"), "1 / 0", SAYS.format("2"))
    cells = nbformat.read(tmp_path / "a" / "report.ipynb", as_version=4).cells
    assert [bool(cell.outputs) for cell in cells if cell.source.startswith("import")] == [
        True,
        False,
    ]


def test_what_a_cell_has_started_ends_with_its_kernel(tmp_path):
    warm(NEEDED_BY_NOTEBOOKS)
    starts = (
        "import subprocess; own, its = (subprocess.Popen(['sleep', '600'], start_new_session=s)"
    )
    starts += " for s in (False, True))"
    (started,) = said(tmp_path / "a", starts, SAYS.format("[own.pid, its.pid]"))
    for process in filter(psutil.pid_exists, started):
        assert psutil.Process(process).status() == "zombie"
