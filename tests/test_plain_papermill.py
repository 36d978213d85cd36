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

NOTEBOOKS = PROJECT / "notebooks"


def papermill(template: str, out: Path, *words: str) -> str:
    """What the notebook shows."""
    command = [sys.executable, "-m", "papermill", f"notebooks/{template}.ipynb", str(out), *words]
    ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return shown_in(out)


def shown_in(notebook: Path) -> str:
    """The HTML of a notebook whose every code cell ran, without an error."""
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    assert len(cells) > 15
    assert [c.source for c in cells if c.execution_count is None] == []
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [each for each in outputs if each.output_type == "error"]
    return "".join(each.data.get("text/html", "") for each in outputs if "data" in each)


def scraps_of(notebook: Path) -> dict:
    return scrapbook.read_notebook(str(notebook)).scraps.data_dict


def figures_of(week: Path) -> dict[str, int]:
    return json.loads((week / "data" / "summary.json").read_bytes())["figures"]


def run_all(template: str, out: Path) -> str:
    """As JupyterLab does, from the notebook's folder."""
    notebook = nbformat.read(NOTEBOOKS / f"{template}.ipynb", as_version=4)
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    nbclient.NotebookClient(notebook, resources=resources, kernel_name="python3").execute()
    nbformat.write(notebook, out)
    return shown_in(out)


@pytest.mark.parametrize("run", [papermill, run_all])
def test_the_plain_papermill_command_and_run_all_run_the_template(sample_archive, tmp_path, run):
    out = tmp_path / "out.ipynb"
    shown = run("weekly_report", out)
    figures = figures_of(sample_archive / "site" / "weeks" / "2017-03-04")  # the default week
    assert scraps_of(out) == figures | {"report_complete": True}
    assert f"recorded {figures['declined_total']} requests as declined" in " ".join(shown.split())
    assert shown.count("<img ") == 5


def test_the_quarterly_template_runs_too_and_adds_up_the_weeks(sample_archive, tmp_path):
    out = tmp_path / "out.ipynb"
    papermill("quarterly_report", out, "-y", f"settings: {{output: '{sample_archive}'}}")
    scraps, weeks = scraps_of(out), list((sample_archive / "site" / "weeks").iterdir())
    assert scraps["weeks_published"] == len(weeks) == 4
    total = sum(figures_of(week)["declined_total"] for week in weeks)
    assert scraps["declined_total"] == total > 100
    assert scraps["report_complete"] is True


@pytest.mark.slow
def test_the_quarterly_template_says_so_where_nothing_is_published(tmp_path):
    settings = f"settings: {{output: '{tmp_path / 'outputs'}'}}"
    shown = papermill("quarterly_report", tmp_path / "out.ipynb", "-y", settings)
    assert "<strong>13 weeks have no report</strong>" in shown
    assert not (tmp_path / "outputs").exists()
