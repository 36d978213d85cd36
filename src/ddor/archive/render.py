"""From an executed notebook to the `<article>` that a revision keeps for good, and its pictures.

nbconvert does the conversion, with a template of ours: its `lab` template names four other hosts
and drops text alternatives. Code is hidden, what a cell shows is kept, scraps are left out.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from traitlets.config import Config

from ddor.errors import NotebookFailed
from ddor.publishable import NOT_PUBLISHED, SCRAP

TEMPLATES = Path(__file__).parent / "templates"
PICTURE = re.compile(r'(srcset|src)="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"')
# nbconvert puts this sentence where an alternative is missing, and no checker minds it.
NBCONVERTS_PLACEHOLDER = "No description has been provided for this image"
CHART = re.compile(r'<figure class="chart" data-name="([a-z0-9-]+)">.*?</figure>', re.DOTALL)


@dataclass(frozen=True)
class Article:
    """html: `<article>…</article>`; its pictures are named files beside the page. pictures: file
    name -> bytes. told: what whoever runs it is told of the run, and nobody else."""

    html: str
    pictures: dict[str, bytes]
    told: tuple[str, ...] = ()


def render_article(notebook: nbformat.NotebookNode) -> Article:
    """Raises NotebookFailed where the page would have no title or more than one."""
    notebook = _without_scraps(notebook)
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = set(NOT_PUBLISHED)
    exporter = HTMLExporter(
        config=config,
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        preprocessors=[TagRemovePreprocessor],
    )
    body, _ = exporter.from_notebook_node(notebook)
    drawn = any("image/png" in output.get("data", {}) for output in _outputs(notebook))
    images = BeautifulSoup(body, "html.parser").find_all("img")
    if drawn or any(image.get("alt", "") in ("", NBCONVERTS_PLACEHOLDER) for image in images):
        raise NotebookFailed(
            "a picture has no text alternative; draw it with ddor.report.charts, or write one in "
            "the brackets of ![…](…)"
        )
    titles = body.count("<h1")
    if titles != 1:
        raise NotebookFailed(
            f"the page has {titles} titles (lines that begin with one #), expected one"
        )
    pictures: dict[str, bytes] = {}
    body = CHART.sub(lambda chart: _picture_files(chart, pictures), body)
    return Article(body.strip() + "\n", pictures)


def _without_scraps(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """nbconvert warns of a MIME type it does not know, so the scraps go first."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                output
                for output in cell.outputs
                if not any(kind.startswith(SCRAP) for kind in output.get("data", {}))
            ]
    return notebook


def _outputs(notebook: nbformat.NotebookNode) -> list:
    return [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]


def _picture_files(chart: re.Match, pictures: dict[str, bytes]) -> str:
    name = chart[1]

    def to_file(picture: re.Match) -> str:
        file = f"{name}-dark.svg" if picture[1] == "srcset" else f"{name}.svg"
        pictures[file] = base64.b64decode(picture[2])
        return f'{picture[1]}="{file}"'

    return PICTURE.sub(to_file, chart[0])
