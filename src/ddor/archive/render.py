"""From an executed notebook to the `<article>` that a revision keeps for good, and its pictures.

nbconvert does the conversion, with a template of ours: its `lab` template names four other hosts
and drops text alternatives. Code is hidden, what a cell shows is kept, scraps are left out. A head
with nothing beneath it goes; every other gets an id that stays the same as long as its words do.
"""

import base64
import re
import sys
from functools import cache
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat.v4 import new_markdown_cell, new_notebook

from ddor.archive.kept import Article
from ddor.errors import NotebookFailed
from ddor.publishable import NOT_PUBLISHED, SCRAP

TEMPLATES = Path(__file__).parent / "templates"
FILE = re.compile(r'(?:src|href)="(data:([a-z/+]+);base64,([A-Za-z0-9+/=]+))"')
ENDINGS = {"image/svg+xml": "svg", "image/png": "png", "text/csv": "csv"}
# What nbconvert's own pages say where an alternative is missing, and no checker minds.
PLACEHOLDER = "No description has been provided for this image"
CHART = re.compile(
    r'<figure class="chart"[^>]*? data-name="([a-z0-9-]+)"[^>]*>.*?</figure>', re.DOTALL
)
HEAD = re.compile(r"<h([2-6])((?: [^>]*)?)>(.*?)</h\1>", re.DOTALL)
# Heads of parts that this week has nothing of: another of the same rank or above follows. The great
# sections stay, whatever they hold.
EMPTY = r"<h{0}(?: [^>]*)?>(?:(?!</?h[1-6]).)*</h{0}>\s*(?=<h[1-{0}]|</article>)"
EMPTY_HEAD = re.compile("|".join(map(EMPTY.format, (3, 4, 5, 6))), re.DOTALL)
DISPUTE = "dispute"  # every page's link to how a figure is disputed leads there


class _Exporter(HTMLExporter):
    def get_prefix_root_dirs(self) -> list[str]:
        """nbconvert's own templates: a user's would change a page that others make again."""
        installed = Path(sys.prefix) / "share" / "jupyter"
        own = (installed / "nbconvert" / "templates").is_dir()
        return [str(installed)] if own else super().get_prefix_root_dirs()


@cache
def exporter() -> HTMLExporter:
    """Making it takes a while, once."""
    made = _Exporter(
        optimistic_validation=True,
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        preprocessors=[TagRemovePreprocessor(enabled=True, remove_cell_tags=NOT_PUBLISHED)],
    )
    # What the first notebook needs is loaded with it.
    _converted(made, new_notebook(cells=[new_markdown_cell("A *word*")]))
    return made


def _converted(exporter: HTMLExporter, notebook: nbformat.NotebookNode) -> BeautifulSoup:
    """HTMLExporter would go on to write a sentence where a picture has no alternative, which no
    checker minds, and to look for boxes of another template, by selectors that take 0.1 s."""
    body, _ = TemplateExporter.from_notebook_node(exporter, notebook)
    return BeautifulSoup(body, "html.parser")


def render_article(notebook: nbformat.NotebookNode) -> Article:
    """Raises NotebookFailed where the page would have no title or more than one."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # nbconvert warns of a MIME type it does not know.
            cell.outputs = [
                output
                for output in cell.outputs
                if not any(kind.startswith(SCRAP) for kind in output.get("data", {}))
            ]
    soup = _converted(exporter(), notebook)
    if any(image.get("alt", "") in ("", PLACEHOLDER) for image in soup.find_all("img")):
        raise NotebookFailed(
            "a picture has no text alternative; draw it with report.bars(), or write one in the "
            "brackets of ![…](…)"
        )
    body = str(soup)
    titles = body.count("<h1")
    if titles != 1:
        raise NotebookFailed(
            f"the page has {titles} titles (lines that begin with one #), expected one"
        )
    pictures: dict[str, bytes] = {}
    for chart in CHART.finditer(body):
        # The addresses of its files in place of the files.
        shown = chart[0]
        for file, kind, data in FILE.findall(shown):
            name = f"{chart[1]}.{ENDINGS[kind]}"
            pictures[name] = base64.b64decode(data)
            shown = shown.replace(f'"{file}"', f'"{name}"')
        body = body.replace(chart[0], shown)
    while EMPTY_HEAD.search(body):  # a part can be empty because its own parts are
        body = EMPTY_HEAD.sub("", body)
    return Article(with_anchors(body).strip() + "\n", pictures)


def with_anchors(body: str) -> str:
    """An id for each head that has none: its words, of *Section II. …* those before the stop."""
    taken = set(re.findall(r' id="([^"]+)"', body))
    for rank, attributes, shown in HEAD.findall(body):
        if " id=" in attributes:
            continue
        words = re.sub(r"<[^>]+>|&[a-z#0-9]+;", " ", shown)
        text = re.sub(r"\A((?:Section|Part) [A-Za-z]+)\..*", r"\1", words, flags=re.DOTALL).lower()
        name = DISPUTE if text.startswith("to dispute") else "-".join(re.findall("[a-z0-9]+", text))
        names = (name, *(f"{name}-{n}" for n in range(2, 1000)))
        own = next(each for each in names if each and each not in taken)
        taken.add(own)
        rest = f"{attributes}>{shown}</h{rank}>"
        body = body.replace(f"<h{rank}{rest}", f'<h{rank} id="{own}"{rest}', 1)
    return body
