"""The gate: what the cells of an executed notebook may not show.

It judges after the run. A published cell may show what the package made for a page
(ddor.publishable), and nothing else: no frame, no print, no picture. Neither a cell nor a text
between cells may hold `{{` or `{%`, which nothing filled, or the key of a request. What libraries
write to stderr is reported to whoever runs the report and is no reason to stop. Not judged: cells
tagged `not-published`, and the cell of parameters. What they show stays in the private notebook.
"""

import re
from collections.abc import Iterator

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from ddor.errors import NotebookFailed
from ddor.extract.identifiers import RequestKeys
from ddor.narrative import unfit
from ddor.publishable import NOT_PUBLISHED, UNFILLED, refusal, text_of
from ddor.run.notebook import numbered

REFUSED = (
    "the notebook shows what may not be published (docs/notebook.md says what may; cells are "
    "counted from the top, text cells too):"
)
HOLDS_A_KEY = "holds the key of a request (not shown)"
LONGEST_LINE = 80
_WARNING = re.compile(r"\w*Warning: .*")


def validate_cells(executed: NotebookNode, keys: RequestKeys) -> tuple[str, ...]:
    """-> what was written to stderr, a line for each cell that did. Raises NotebookFailed with
    every cell that may not be published: its number in the template, and its first line."""
    refused, warnings = [REFUSED], []
    for number, cell in numbered(executed):
        said: list[str] = []
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                lines = [line.strip() for line in output.text.splitlines() if line.strip()]
                # Of a warning its words, without the path of the file that gave it.
                warned = [found[0] for line in lines if (found := _WARNING.search(line))]
                said += warned or lines[:1]
        warnings += [f"cell {number}: {line}" for line in dict.fromkeys(said)]
        if not {*NOT_PUBLISHED} & {*cell.metadata.get("tags", [])}:
            lines = [line.strip() for line in cell.source.splitlines() if line.strip()] or [""]
            # Of a magic with the line below it, which says more.
            line = " ".join(lines[:2] if lines[0].startswith("%%") else lines[:1])
            if keys.in_text(line):
                line = "its first line is not shown"
            elif len(line) > LONGEST_LINE:
                line = line[: LONGEST_LINE - 1] + "…"
            place = f"cell {number} ({line})"
            refused += [f"{place}: {reason}" for reason in dict.fromkeys(_reasons(cell, keys))]
    if len(refused) > 1:
        raise NotebookFailed("\n".join(refused))
    return tuple(warnings)


def _reasons(cell, keys: RequestKeys) -> Iterator[str]:
    if cell.cell_type == "raw" and cell.source.strip():
        yield "is a raw cell, which is neither text nor code"
    if cell.cell_type == "markdown":
        renderer = _PageRenderer(escape=False)
        # Of an attachment nbconvert would want the bytes.
        source = cell.source.replace("attachment:", "pasted:")
        rendered = MarkdownWithMath(renderer=renderer).render(source)
        text = f"{cell.source}\n{text_of(rendered)}"
        if found := UNFILLED.search(text):
            yield f'has "{found[0]}", which nothing fills outside a cell of %%narrative'
        if unfit(rendered):
            yield "has a pasted picture, or a link to no page"
        if renderer.own_html:
            yield "has HTML of its own; write Markdown, and &lt; for a < that is part of the text"
        if keys.in_text(text):
            yield HOLDS_A_KEY
    for output in cell.get("outputs", ()):
        if output.output_type == "stream" and output.name == "stdout":
            yield "prints"
        elif output.output_type in ("display_data", "execute_result"):
            if reason := refusal(output.data):
                yield reason
            elif keys.in_text(text_of(output.data.get("text/html", ""))):
                yield f"shows what {HOLDS_A_KEY}"


class _PageRenderer(IPythonRenderer):
    """nbconvert's own, which keeps in mind whether the Markdown had HTML in it."""

    own_html = False

    def inline_html(self, html: str) -> str:
        self.own_html = True
        return html

    block_html = inline_html
