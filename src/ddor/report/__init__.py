"""The notebook's wing: all that a notebook imports.

`%load_ext ddor.report` brings the `%%narrative` magic; `open_week` brings the week, `open_quarter`
the quarter. Not here: any counting (`measures/`, `compiled/`), and anything that knows of files to
publish (`archive/`).
"""

from ddor.report.magic import load_ipython_extension
from ddor.report.quarter import open_quarter
from ddor.report.week import open_week

__all__ = ["load_ipython_extension", "open_quarter", "open_week"]
