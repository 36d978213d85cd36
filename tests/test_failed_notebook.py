"""A template that does not run to its end publishes nothing, whatever it looks like afterwards.

Each case changes cells of the real template in a copy of the project: `cells` is id -> cell. Only
what a kernel alone does is done with one.
"""

import json
import re
import shutil

import pytest
import small_archive
from conftest import PROJECT
from small_archive import FIRST_ROWS, WEEK, SmallArchive

from ddor.errors import NotebookFailed
from ddor.run.notebook import check_template

NAME = "notebooks/weekly_report.ipynb"
KILLED = "import os\nos.kill(os.getpid(), 9)"


def template(change) -> str:
    """The template after this change to its cells."""
    notebook = json.loads((PROJECT / NAME).read_text(encoding="utf-8"))
    cells = {cell["id"]: cell | {"source": "".join(cell["source"])} for cell in notebook["cells"]}
    change(cells)
    return json.dumps(notebook | {"cells": list(cells.values())})


def first_line(name: str, source: str):
    """A change: this at the start of that cell."""
    return lambda cells: cells[name].update(source=f"{source}\n{cells[name]['source']}")


def replaced(name: str, **words: str):
    """A change: these words of the source of that cell for others."""

    def change(cells):
        for old, new in words.items():
            assert old in cells[name]["source"]
            cells[name]["source"] = cells[name]["source"].replace(old, new)

    return change


# What is seen before a kernel starts: no run is paid for.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            template(lambda cells: cells["parameters"].update(metadata={})),
            "it has 0 cells tagged `parameters`",
        ),
        (
            template(lambda cells: cells["title"].update(metadata={"tags": ["parameters"]})),
            "it has 2 cells tagged `parameters`",
        ),
        (
            template(lambda cells: cells.pop("complete")),
            "its last code cell does not call glue_complete()",
        ),
        (template(replaced("parameters", week="weeks")), "cell does not set `week`"),
        (template(replaced("parameters", inputs="imputs")), "cell does not set `inputs`"),
        *((text, "is not a notebook") for text in ("{", "", "<html>", "[1, 2]", '{"cells": 3}')),
    ],
    ids=lambda value: value if value.endswith(("`", "()", "notebook")) else "",
)
def test_a_template_that_cannot_be_run_is_refused(tmp_path, text, told):
    (tmp_path / "weekly_report.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(NotebookFailed, match="^weekly_report.ipynb ") as refused:
        check_template(tmp_path / "weekly_report.ipynb", ("week", "inputs"))
    assert told in str(refused.value)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout whose template a test may change, and in which an archive's jobs run."""
    for name in ("notebooks", "params"):
        shutil.copytree(PROJECT / name, tmp_path / "project" / name)
    monkeypatch.setattr(small_archive, "PROJECT", tmp_path / "project")
    return tmp_path / "project"


def test_a_template_that_is_not_there_is_refused_before_anything_is_written(project, tmp_path):
    (project / NAME).unlink()
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS)
    done = archive.run()
    assert done.code == 5 and "no such template; restore it from git" in done.stderr
    assert not archive.output.exists()


# What only the run shows.


@pytest.fixture
def attempt(project, copy_of):
    """attempt(change) -> what the job said, having ended with 5 and published nothing; and the
    archive."""
    archive = copy_of("first")

    def attempt(change, kernel=False) -> tuple[str, SmallArchive]:
        (project / NAME).write_text(template(change), encoding="utf-8")
        before = archive.files()
        done = archive.run("--force", kernel=kernel)
        assert (done.code, done.stdout) == (5, ""), done
        assert archive.files() == before and len(before) > 50
        assert not (archive.runs / WEEK / "r2").exists()
        assert not (archive.runs / ".staging").exists()
        return done.stderr, archive

    return attempt


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("parameters", "import sys\nsys.exit()", "SystemExit"),
        ("parameters", "import os\nos._exit(0)", "DeadKernelError"),
        ("parameters", "exit()", "DeadKernelError"),
        ("complete", KILLED, "DeadKernelError"),
    ],
)
def test_a_cell_that_ends_the_run_publishes_nothing(attempt, name, source, reason):
    assert reason in attempt(first_line(name, source), kernel=True)[0]


@pytest.mark.parametrize(
    ("source", "kernel", "reason"),
    [
        ("raise ValueError('so')", True, "ValueError: so\nthe cell begins with: raise ValueError"),
        ("so = int(", True, "incomplete input (line 1)\nthe cell begins with: so = int("),
        ("report.requests", False, ""),
    ],
    ids=["an error", "no Python", "a table of rows"],
)
def test_every_message_counts_the_cells_of_the_template_from_the_top(
    attempt, source, kernel, reason
):
    told, _ = attempt(lambda cells: cells["declined-table"].update(source=source), kernel)
    number = 1 + [cell["id"] for cell in json.loads(template(len))["cells"]].index("declined-table")
    assert "counted from the top, text cells too" in told and reason in told
    assert re.findall(r"\bcell (\d+)", told) == [str(number)]


def test_a_kernel_killed_half_way_publishes_nothing(attempt):
    told, archive = attempt(first_line("declined-table", KILLED), kernel=True)
    assert "DeadKernelError" in told
    kept = archive.runs / WEEK / "failed" / "report.ipynb"
    assert str(kept.parent) in told
    shown = kept.read_text(encoding="utf-8")
    assert "requests as declined" in shown, "the analyst sees how far it came"
    cells = [cell for cell in json.loads(shown)["cells"] if cell["cell_type"] == "code"]
    assert "report_complete" not in "".join(str(cell["outputs"]) for cell in cells)


def test_a_figure_glued_wrong_or_not_at_all_publishes_nothing(attempt):
    wrong = (
        "figures = report.counts.figures | {'declined_total': 7}\ndel figures['honored_total']\n"
    )
    glued = {"glue_figures(report.counts.figures)": f"{wrong}glue_figures(figures)"}
    told, _ = attempt(replaced("prove", **glued))
    assert "the figure declined_total is 7, counted 138" in told
    assert "the figure honored_total was not glued" in told
    assert "report_complete" not in told


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("title", "%%narrative\n# {{ declined.totl }} declined", "totl"),
        ("summary-head", "# Another title", "2 titles(.|\n)*the notebook up to the failure: "),
    ],
)
def test_a_sentence_or_a_page_that_cannot_be_made_publishes_nothing(attempt, name, source, told):
    assert re.search(told, attempt(lambda cells: cells[name].update(source=source))[0])
