"""All that a notebook imports.

`%load_ext ddor.report` brings the `%%narrative` magic; `open_week` brings the week, `open_compiled`
a quarter or another period made of weeks. Not here: any counting (`measures/`, `compiled/`), and
anything that knows of files to publish (`archive/`).
"""

from ddor.report.magic import load_ipython_extension
from ddor.report.opening import open_compiled, open_week

__all__ = ["load_ipython_extension", "open_compiled", "open_week"]
