"""A template that does not run to its end publishes nothing, whatever it looks like afterwards.

Each case changes the JSON of the real template in a copy of the project. The kernel that dies does
so before the costly imports where that makes no difference.
"""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import PUBLISHED_ON

from ddor.cli import run_week

WEEK = "2017-03-04"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def cell_named(notebook: dict, name: str) -> dict:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def new_cell(source: str) -> dict:
    return {
        "cell_type": "code",
        "id": "added",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def insert_after(notebook: dict, name: str, source: str) -> None:
    place = notebook["cells"].index(cell_named(notebook, name))
    notebook["cells"].insert(place + 1, new_cell(source))


@pytest.fixture
def attempt(project_copy, sample_archive, tmp_path, capsys):
    """attempt(change, fresh) -> what the job said, having ended with 5 and published nothing.

    `change` is a function of the template's JSON, or the text to put in its place; `fresh`: into no
    archive at all rather than beside four published weeks."""

    def attempt(change, fresh=False) -> str:
        template = project_copy / "notebooks" / "weekly_report.ipynb"
        if callable(change):
            notebook = json.loads(template.read_text(encoding="utf-8"))
            change(notebook)
            change = json.dumps(notebook)
        template.write_text(change, encoding="utf-8")
        output = tmp_path / "outputs"
        if not fresh:
            shutil.copytree(sample_archive, output)
        before = files_of(output / "site")
        assert fresh or len(before) > 50
        code = run_week(
            [
                WEEK,
                "--sample",
                "--force",
                "--output",
                str(output),
                "--set",
                f"published_on={PUBLISHED_ON}",
            ],
            project_copy,
        )
        said = capsys.readouterr()
        assert code == 5, said.err
        assert said.out == ""
        assert files_of(output / "site") == before
        assert not (output / "runs" / WEEK / ("r1" if fresh else "r2")).exists()
        assert not (output / "runs" / ".staging").exists()
        return said.err

    return attempt


# What is seen before a kernel starts: no run is paid for.


def test_a_template_without_its_parameters_tag_is_refused(attempt):
    def change(notebook):
        cell_named(notebook, "parameters")["metadata"] = {}

    assert "it has 0 cells tagged `parameters`" in attempt(change, fresh=True)


def test_a_template_with_two_parameters_tags_is_refused(attempt):
    def change(notebook):
        cell_named(notebook, "title")["metadata"] = {"tags": ["parameters"]}

    assert "it has 2 cells tagged `parameters`" in attempt(change, fresh=True)


def test_a_template_whose_last_cell_was_removed_is_refused(attempt):
    def change(notebook):
        notebook["cells"].remove(cell_named(notebook, "complete"))

    assert "its last code cell does not call glue_complete()" in attempt(change)


def test_a_template_with_a_misspelt_parameter_is_refused(attempt):
    def change(notebook):
        cell = cell_named(notebook, "parameters")
        cell["source"] = (
            "".join(cell["source"]).replace("week =", "weeks =").replace("inputs =", "imputs =")
        )

    told = attempt(change, fresh=True)
    assert "its parameters cell does not set `week`" in told
    assert "its parameters cell does not set `inputs`" in told


@pytest.mark.parametrize("text", ["{", "", "<html></html>", "[1, 2]", '{"cells": 3}'])
def test_a_template_that_is_no_notebook_is_refused(attempt, text):
    assert "weekly_report.ipynb is not a notebook" in attempt(text, fresh=True)


def test_a_template_that_is_not_there_is_refused(project_copy, tmp_path, capsys):
    (project_copy / "notebooks" / "weekly_report.ipynb").unlink()
    output = tmp_path / "outputs"
    assert run_week([WEEK, "--sample", "--output", str(output)], project_copy) == 5
    assert "no such template; restore it from git" in capsys.readouterr().err
    assert not output.exists()


# What only the run shows.


@pytest.mark.parametrize(
    "source, reason",
    [
        ("raise ValueError('no such figure')", "ValueError: no such figure"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "DeadKernelError"),
        pytest.param("import sys\nsys.exit()", "SystemExit", marks=pytest.mark.storm),
        pytest.param("import os\nos._exit(0)", "DeadKernelError", marks=pytest.mark.storm),
        pytest.param("exit()", "DeadKernelError", marks=pytest.mark.storm),
    ],
)
def test_a_cell_that_ends_the_run_publishes_nothing(attempt, source, reason):
    def change(notebook):
        insert_after(notebook, "parameters", source)

    assert reason in attempt(change)


@pytest.mark.parametrize("source", ["raise ValueError('so')", "print(1)"])
def test_every_message_counts_the_cells_of_the_template_from_the_top(attempt, source):
    number = []

    def change(notebook):
        insert_after(notebook, "declined-table", source)
        number.append(notebook["cells"].index(cell_named(notebook, "added")) + 1)

    told = attempt(change, fresh=True)
    assert "counted from the top, text cells too" in told
    assert re.findall(r"\bcell (\d+)", told) == [str(number[0])]


def test_a_kernel_killed_half_way_publishes_nothing(attempt, tmp_path):
    def change(notebook):
        insert_after(notebook, "declined-table", "import os\nos.kill(os.getpid(), 9)")

    told = attempt(change, fresh=True)
    assert "DeadKernelError" in told
    kept = tmp_path / "outputs" / "runs" / WEEK / "failed" / "report.ipynb"
    assert str(kept.parent) in told
    shown = kept.read_text(encoding="utf-8")
    assert "requests as declined" in shown, "the analyst sees how far it came"
    assert "report_complete" not in "".join(
        str(cell["outputs"]) for cell in json.loads(shown)["cells"] if cell["cell_type"] == "code"
    )


@pytest.mark.storm
def test_a_kernel_killed_in_its_last_cell_publishes_nothing(attempt):
    def change(notebook):
        cell_named(notebook, "complete")["source"] = (
            "import os\nos.kill(os.getpid(), 9)\nglue_complete()"
        )

    assert "DeadKernelError" in attempt(change)


def test_a_figure_glued_wrong_or_not_at_all_publishes_nothing(attempt, sample_archive):
    def change(notebook):
        cell = cell_named(notebook, "prove")
        cell["source"] = "".join(cell["source"]).replace(
            "glue_figures(report.counts.figures)",
            "figures = dict(report.counts.figures)\n"
            "figures['declined_total'] += 1\n"
            "del figures['honored_total']\n"
            "glue_figures(figures)",
        )
        assert "+= 1" in cell["source"]

    told = attempt(change)
    summary = sample_archive / "site" / "weeks" / WEEK / "data" / "summary.json"
    counted = json.loads(summary.read_bytes())["figures"]["declined_total"]
    assert f"the figure declined_total is {counted + 1}, counted {counted}" in told
    assert "the figure honored_total was not glued" in told
    assert "report_complete" not in told


def test_a_sentence_with_an_unknown_figure_publishes_nothing(attempt):
    def change(notebook):
        cell_named(notebook, "title")["source"] = "%%narrative\n# {{ declined.totl }} declined"

    assert "totl" in attempt(change)


def test_a_page_that_cannot_be_rendered_leaves_its_notebook_for_the_analyst(attempt, tmp_path):
    def second_title(notebook):
        cell_named(notebook, "summary-head")["source"] = "# Another title"

    told = attempt(second_title, fresh=True)
    assert "2 titles" in told
    assert (tmp_path / "outputs" / "runs" / WEEK / "failed" / "report.ipynb").exists()
