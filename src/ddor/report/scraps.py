"""Figures leave the notebook as scraps, which scrapbook reads: the job and the quarterly report do.

They are written without scrapbook, because importing it takes longer than all cells of a notebook.
It holds plain Python values only; measures.figures returns plain integers for that reason.
"""

from IPython.display import display

from ddor.publishable import SCRAP


def glue_figures(figures: dict[str, int | None]) -> None:
    """A scrap for each published figure, under its name; none for one that may not be shown (None),
    which scrapbook could not hold."""
    for name, value in figures.items():
        if value is not None:
            # As `scrapbook.glue` shows a value.
            scrap = {"name": name, "data": value, "encoder": "json", "version": 1}
            shown = {"scrapbook": {"name": name, "data": True, "display": False}}
            display({f"{SCRAP}.json+json": scrap}, metadata=shown, raw=True)


def glue_complete() -> None:
    """The last scrap. A run without it did not happen: papermill calls a notebook complete even
    when its kernel died half way."""
    glue_figures({"report_complete": True})
