"""What a cell may show on a published page, and the mark by which the gate knows it.

What this package makes for a page (a narrative, a table, a chart, a note) shows itself as HTML with
a mark beside it: a MIME type of our own that holds the sha256 of that HTML. The mark is judged on
what a cell has shown, after the run. A frame, a print or a picture has none, and HTML that was
changed after it was marked has another sha256.

Left out on purpose: a secret. The mark keeps an analyst from publishing by mistake what a cell
happens to show; it cannot keep out someone who means to forge it.
"""

import base64
import hashlib
import html
import re
from collections.abc import Mapping

from ddor.extract.identifiers import visible
from ddor.narrative import render_markdown

MARK = "application/vnd.ddor.publishable+json"
SCRAP = "application/scrapbook.scrap"
# Cells with one of these tags stay out of the page, and so does what they show.
NOT_PUBLISHED = ("parameters", "injected-parameters", "not-published")
UNFILLED = re.compile(r"\{\{|\{%")
_INLINE = re.compile(
    r"<!--.*?-->|</?(?:a|b|code|del|em|i|small|span|strong|sub|sup)\b[^>]*>", re.DOTALL
)
_DATA_ADDRESS = re.compile("data:([a-z/+-]+);base64,(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(?:alt|aria-label|href|title)="([^"]*)"')


class Publishable:
    """What has `_repr_html_` and may stand on a page."""

    def _repr_html_(self) -> str:
        raise NotImplementedError

    def __html__(self) -> str:
        """As a part of other HTML."""
        return self._repr_html_()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        shown = self._repr_html_()
        return {"text/html": shown, "text/plain": repr(self), MARK: {"sha256": _sha256(shown)}}


class HTML(Publishable):
    """HTML that this package wrote: a narrative, a note."""

    def __init__(self, data: str):
        self.data = str(data)

    def __repr__(self) -> str:
        # Not Python's own, which names a place in memory: equal runs are equal bytes.
        return "HTML"

    def _repr_html_(self) -> str:
        return self.data


def refusal(data: Mapping) -> str:
    """Why an output may not be published, in words that follow "the cell"; "" where it may.
    `data`: the output by MIME type. Scraps alone are no output: the page is made without them."""
    if data and all(kind.startswith(SCRAP) for kind in data):
        return ""
    shown = str(data.get("text/html", ""))
    if {*data} == {"text/html", "text/plain", MARK} and data[MARK] == {"sha256": _sha256(shown)}:
        found = UNFILLED.search(text_of(shown))
        return f'shows "{found[0]}", which nothing filled' if found else ""
    if any(kind.startswith("image/") for kind in data):
        return "shows a picture that is no chart of the package"
    if 'class="dataframe"' in shown:
        return "shows a frame"
    return "shows something that is no narrative, table, chart or note of the package"


def text_of(shown: str) -> str:
    """What a reader finds in HTML: its visible text, a line for each block, and what stands in
    attributes that are read aloud or followed; of a file that is part of its own address its
    words."""
    texts = [re.sub(r"<[^>]*>", "\n", _INLINE.sub("", shown))]
    for text in _ATTRIBUTE.findall(shown):
        if file := _DATA_ADDRESS.fullmatch(text):
            # A picture of dots has no words, and its base64 would hold any short word by chance.
            text = base64.b64decode(file[2]).decode() if file[1] == "text/csv" else ""
        texts.append(text)
    return visible(html.unescape("\n".join(texts)))


def as_read(markdown: str) -> str:
    """A text as typed, and as it reads once its Markdown is rendered."""
    return f"{markdown}\n{text_of(render_markdown(markdown))}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
