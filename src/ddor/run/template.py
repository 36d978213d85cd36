"""Looks at a template before it is run, for what papermill would let pass.

Without a cell tagged `parameters` papermill only logs a warning and reports the default week with
exit code 0; a misspelt parameter likewise. Both would publish one week's figures as another's.
"""

import ast
import re
from pathlib import Path

import nbformat

from ddor.errors import NotebookFailed

ALLOWED_IMPORT = re.compile(r"\s*from ddor\.report(\.scraps)? import (?!.*\b(tables|charts)\b)")


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
    problems = [*_parameters_cell(notebook, parameters), *_imports(notebook), *_last_cell(notebook)]
    if problems:
        raise NotebookFailed("\n".join([f"{template.name} cannot be run:", *problems]))


def _parameters_cell(notebook, wanted: tuple[str, ...]) -> list[str]:
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


def _imports(notebook) -> list[str]:
    """The package's other modules make a table of anything, rows of people too."""
    return [
        f"a cell has the line `{line.strip()}`; a notebook imports from ddor.report and "
        "ddor.report.scraps alone: report.table() and report.bars() count what they show"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        if re.match(r"\s*(from|import)\s+ddor\b", line) and not ALLOWED_IMPORT.match(line)
    ]


def _last_cell(notebook) -> list[str]:
    code = [c.source for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    if code and "glue_complete(" in code[-1]:
        return []
    return ["its last code cell does not call glue_complete(); without it no run can be proved"]
