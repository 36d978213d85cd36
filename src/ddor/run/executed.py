"""An executed notebook: its cells by number, and what differs between two equal runs taken out."""

from collections.abc import Iterator
from pathlib import Path

import nbformat

ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def numbered(executed: Path) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    """The cells as whoever has the template open counts them: from the top, text cells too, and
    none of those that papermill added."""
    cells = nbformat.read(executed, as_version=4).cells
    own = [cell for cell in cells if not ADDED & {*cell.metadata.get("tags", ())}]
    return enumerate(own, start=1)


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
