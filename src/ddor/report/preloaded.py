"""Imported by the process that kernels are forked from (NEEDED_BY_NOTEBOOKS in reports.py), so that
no kernel has to load what the first chart and the first sentence load: fonts, styles, templates."""

import contextlib

import pandas as pd

from ddor.narrative import NarrativeError, render_narrative
from ddor.report.charts import stacked_bars
from ddor.report.sentences import template_of

with contextlib.suppress(NarrativeError):  # an analyst's mistake: the notebook says it
    template_of("week")
render_narrative("A *word*", {})
rows, parts = pd.DataFrame([{"label": "x", "a": 1, "b": 1}]), {"a": "A", "b": "B"}
stacked_bars("first", rows, "label", parts, "", False)._repr_html_()
