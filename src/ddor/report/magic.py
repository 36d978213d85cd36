"""`%%narrative`: a cell of Markdown with figures in it, shown as it will be published."""

from ddor.narrative import render_narrative


def load_ipython_extension(ipython) -> None:
    """Called by `%load_ext ddor.report`."""
    from IPython.display import HTML, display

    def narrative(line: str, cell: str) -> None:
        # One HTML output, so that JupyterLab shows what nbconvert will publish.
        display(HTML(render_narrative(cell, ipython.user_ns)))

    ipython.register_magic_function(narrative, magic_kind="cell")
