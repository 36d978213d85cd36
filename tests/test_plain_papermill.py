"""The template also runs without the job: with the plain `papermill` command, and as JupyterLab's
Run all does, on its default parameters; the figures are those that run_week.py publishes."""

import json
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
import scrapbook
from conftest import PROJECT

TEMPLATE = PROJECT / "notebooks" / "weekly_report.ipynb"
DEFAULT_WEEK = "2017-03-04"


def assert_ran_whole(notebook: Path, sample_archive: Path) -> None:
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    assert len(cells) > 15
    assert [c.source for c in cells if c.execution_count is None] == []
    assert not [o for c in cells for o in c.outputs if o.output_type == "error"]
    scraps = scrapbook.read_notebook(str(notebook)).scraps.data_dict
    summary = sample_archive / "site" / "weeks" / DEFAULT_WEEK / "data" / "summary.json"
    figures = json.loads(summary.read_bytes())["figures"]
    assert scraps == figures | {"report_complete": True}
    shown = "".join(o.data.get("text/html", "") for c in cells for o in c.outputs if "data" in o)
    assert f"recorded {figures['declined_total']} requests as declined" in " ".join(shown.split())
    assert shown.count("<img ") == 4


@pytest.mark.parametrize("folder", [".", "notebooks"])
def test_the_plain_papermill_command_runs_the_template(sample_archive, tmp_path, folder):
    template = TEMPLATE.relative_to(PROJECT) if folder == "." else TEMPLATE.name
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(template), str(out)]
    ran = subprocess.run(command, cwd=PROJECT / folder, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert_ran_whole(out, sample_archive)


def test_run_all_from_the_notebooks_folder_runs_the_template(sample_archive, tmp_path):
    notebook = nbformat.read(TEMPLATE, as_version=4)
    resources = {"metadata": {"path": str(TEMPLATE.parent)}}
    nbclient.NotebookClient(notebook, resources=resources, kernel_name="python3").execute()
    out = tmp_path / "out.ipynb"
    nbformat.write(notebook, out)
    assert_ran_whole(out, sample_archive)
