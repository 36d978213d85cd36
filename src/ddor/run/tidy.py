"""Takes out of an executed notebook what differs between two equal runs: times and random ids."""

from pathlib import Path

import nbformat


def tidy(executed: Path) -> nbformat.NotebookNode:
    """Rewrite `executed` in place without clock times, random cell ids and warnings on stderr
    (which name paths of the machine); return it."""
    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    nbformat.write(notebook, executed)
    return notebook
