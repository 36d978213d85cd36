"""Numbers the cells of an executed notebook as whoever has the template open counts them: from the
top, text cells too, and none of those that papermill added."""

from collections.abc import Iterator
from pathlib import Path

import nbformat

ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def numbered(executed: Path) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    cells = nbformat.read(executed, as_version=4).cells
    own = [cell for cell in cells if not ADDED & {*cell.metadata.get("tags", ())}]
    return enumerate(own, start=1)
