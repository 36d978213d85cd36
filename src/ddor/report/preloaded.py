"""Imported by the process that kernels are forked from (NEEDED_BY_NOTEBOOKS in reports.py), so that
no kernel has to load what the first chart loads, fonts and styles."""

import pandas as pd

from ddor.report.charts import stacked_bars

parts = {"a": "A", "b": "B"}
stacked_bars("first", pd.DataFrame([{"label": "x", "a": 1, "b": 1}]), "label", parts, "", False)
