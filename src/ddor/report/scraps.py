"""Figures leave the notebook as scraps, by scrapbook: the job and the quarterly report read them.

scrapbook encodes plain Python values only; NumPy scalars and dates are refused, NaN comes back as
the text 'nan'. measures.figures returns plain integers for that reason.
"""

import scrapbook


def glue_figures(figures: dict[str, int | None]) -> None:
    """A scrap for each published figure, under its name; none for one that may not be shown (None),
    which scrapbook could not hold."""
    for name, value in figures.items():
        if value is not None:
            scrapbook.glue(name, value)


def glue_complete() -> None:
    """The last scrap. A run without it did not happen: papermill calls a notebook complete even
    when its kernel died half way."""
    scrapbook.glue("report_complete", True)
