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
    assert shown.count("<img ") == 5


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


def test_the_quarterly_template_runs_too_and_adds_up_the_weeks(sample_archive, tmp_path):
    out = tmp_path / "out.ipynb"
    settings = json.dumps({"settings": {"output": str(sample_archive)}})
    command = [sys.executable, "-m", "papermill", "notebooks/quarterly_report.ipynb", str(out)]
    ran = subprocess.run([*command, "-y", settings], cwd=PROJECT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    cells = [c for c in nbformat.read(out, as_version=4).cells if c.cell_type == "code"]
    assert not [o for c in cells for o in c.outputs if o.output_type == "error"]
    scraps = scrapbook.read_notebook(str(out)).scraps.data_dict
    weeks = sorted((sample_archive / "site" / "weeks").iterdir())
    figures = [json.loads((w / "data" / "summary.json").read_bytes())["figures"] for w in weeks]
    assert scraps["weeks_published"] == len(weeks) == 4
    assert scraps["declined_total"] == sum(each["declined_total"] for each in figures) > 100
    assert scraps["report_complete"] is True


def test_the_quarterly_template_says_so_where_nothing_is_published(tmp_path):
    out = tmp_path / "out.ipynb"
    settings = json.dumps({"settings": {"output": str(tmp_path / "outputs")}})
    command = [sys.executable, "-m", "papermill", "notebooks/quarterly_report.ipynb", str(out)]
    ran = subprocess.run([*command, "-y", settings], cwd=PROJECT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    cells = [c for c in nbformat.read(out, as_version=4).cells if c.cell_type == "code"]
    shown = "".join(o.data.get("text/html", "") for c in cells for o in c.outputs if "data" in o)
    assert "<strong>13 weeks have no report</strong>" in shown
    assert not (tmp_path / "outputs").exists()
