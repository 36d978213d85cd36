"""How a bar chart is drawn: as SVG for the page, and as PNG with its title, to be taken along.

The SVG is drawn in the light colors; a style inside it gives the dark ones to a reader whose screen
is dark. Text stays text in it. On paper it is light, for the rule is for screens.
"""

import hashlib
import io
import itertools
import os
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from ddor.report.palette import COLORS, EDGE, INK, PALE, PAPER
from ddor.reports import DRAWN

SVG_WIDTH = 4.6  # inches: labels stay legible when a phone shows it at 330 pixels
PNG_WIDTH, PNG_DOTS = 8, 150
POINTS = 72
ROW, BAR, LEGEND, MARGIN, GAP = 0.36, 0.26, 0.24, 0.08, 0.05  # inches
LARGE, FONT, SMALL = 14, 10, 8
LABEL_LETTERS = {SVG_WIDTH: 28, PNG_WIDTH: 44}


@dataclass(frozen=True)
class Drawing:
    """labels and totals: one for each bar; values and colors: legend -> one for each bar, a color
    being (light, dark); notice: a line beneath."""

    name: str
    labels: list[str]
    values: dict[str, pd.Series]
    colors: dict[str, list[tuple[str, str]]]
    totals: list[str]
    notice: str


def _drawn_once(draw: Callable[..., bytes]) -> Callable[..., bytes]:
    """A preview does not draw again what it has drawn (jobs/preview.py)."""

    @wraps(draw)
    def drawn(*what: Any) -> bytes:
        if DRAWN not in os.environ:
            return draw(*what)
        name = hashlib.sha256(f"{draw.__name__} {what}".encode()).hexdigest()
        file = Path(os.environ[DRAWN]) / name
        if not file.exists():
            file.write_bytes(draw(*what))
        return file.read_bytes()

    return drawn


@_drawn_once
def svg_of(drawing: Drawing) -> bytes:
    below = [(drawing.notice, SMALL)] if drawing.notice else []
    picture = io.StringIO()
    with matplotlib.rc_context(_settings() | {"svg.hashsalt": drawing.name}):
        figure = _figure(drawing, SVG_WIDTH, [], below)
        figure.savefig(picture, format="svg", metadata={"Date": None})
    # For screens that are dark. By the color as drawn, so that a program that knows nothing of such
    # rules shows the light picture.
    rules = "".join(
        f'[style*="{kind}: {light}"]{{{kind}:{dark}!important}}'
        for (light, dark), kind in itertools.product(COLORS.values(), ("fill", "stroke"))
    )
    dark = f"@media screen and (prefers-color-scheme:dark){{text{{fill:{INK[1]}}}{rules}}}"
    return picture.getvalue().replace("</style>", f"{dark}</style>", 1).encode()


@_drawn_once
def png_of(drawing: Drawing, title: str, subtitle: str, source: str) -> bytes:
    above = [*_lines(title, LARGE, 66), *_lines(subtitle, FONT, 90)]
    below = [*_lines(f"{source}.", SMALL, 110), *_lines(drawing.notice, SMALL, 110)]
    picture = io.BytesIO()
    with matplotlib.rc_context(_settings()):
        figure = _figure(drawing, PNG_WIDTH, above, below)
        # Without the name and version of the program that drew it.
        figure.savefig(picture, format="png", dpi=PNG_DOTS, metadata={"Software": None})
    return picture.getvalue()


@cache
def _settings() -> dict[Any, Any]:
    file = Path(__file__).with_name("drawing.mplstyle")
    colors = {"text.color": INK[0], "figure.facecolor": PAPER[0]}
    # From matplotlib's defaults, not from what the user's own file says.
    return {**matplotlib.rc_params_from_file(file), **colors}


def _figure(drawing: Drawing, width: float, above: list, below: list) -> Figure:
    """`above` and `below`: lines of text with their sizes. Placed by hand, in inches, without axes:
    matplotlib's own layout takes twice as long as the drawing."""
    labels = [_wrapped(each, LABEL_LETTERS[width]) for each in drawing.labels]
    with_legend = len(drawing.values) > 1
    legend_rows = -(-len(drawing.values) // 2) if with_legend else 0
    top = MARGIN + sum(map(_line_height, above)) + legend_rows * LEGEND
    bottom = MARGIN + sum(map(_line_height, below))
    height = top + ROW * len(labels) + bottom
    left = max(_text_width(line) for label in labels for line in label.split("\n")) + 0.1
    right = max(map(_text_width, drawing.totals)) + 0.1
    figure = Figure(figsize=(width, height))
    y = _write(figure, above, height - MARGIN)
    inner = Bbox.from_extents(left, bottom, width - right, height - top)
    bars = _bars(figure, drawing, labels, inner)
    if with_legend:
        figure.legend(handles=bars, ncols=2, loc="upper left", bbox_to_anchor=(0, y / height))
    _write(figure, below, bottom - 0.04)
    return figure


def _write(figure: Figure, lines: Iterable[tuple[str, int]], y: float) -> float:
    """Lines of text one beneath the other, from `y` (inches) down to what is returned."""
    width, height = figure.get_size_inches()
    for text, size in lines:
        weight = "bold" if size == LARGE else "normal"
        figure.text(0.06 / width, y / height, text, fontsize=size, va="top", weight=weight)
        y -= _line_height((text, size))
    return y


def _bars(figure: Figure, drawing: Drawing, labels: list[str], inner: Bbox) -> list[Rectangle]:
    """Draws them within `inner` (inches), with their labels and totals; -> one for each legend."""
    middles = [inner.y1 - ROW * (number + 0.5) for number in range(len(labels))]
    of_legends, ends = [], [0] * len(labels)
    scale = inner.width / sum(drawing.values.values()).max()
    inches = figure.dpi_scale_trans
    ends_of_axis = [inner.x0] * 2, [inner.y0, inner.y1]
    figure.add_artist(Line2D(*ends_of_axis, linewidth=0.8, color=EDGE[0], transform=inches))
    for legend, values in drawing.values.items():
        for number, (value, color) in enumerate(zip(values, drawing.colors[legend], strict=True)):
            if not value:
                continue
            corner = inner.x0 + ends[number] * scale, middles[number] - BAR / 2
            bar = Rectangle(corner, value * scale, BAR, label=legend, transform=inches)
            bar.set(facecolor=color[0], edgecolor=EDGE[0] if color in PALE else PAPER[0])
            figure.add_artist(bar)
            ends[number] += value
        of_legends.append(bar)
    beside: dict[str, Any] = {"va": "center_baseline", "linespacing": 0.95, "transform": inches}
    for label, total, end, middle in zip(labels, drawing.totals, ends, middles, strict=True):
        figure.text(inner.x0 - GAP, middle, label, ha="right", **beside)
        figure.text(inner.x0 + end * scale + GAP, middle, total, **beside)
    return of_legends


def _lines(text: str, size: int, letters: int) -> list[tuple[str, int]]:
    return [(line, size) for line in textwrap.wrap(text, letters)]


def _line_height(line: tuple[str, int]) -> float:
    return line[1] * 1.35 / POINTS


@cache
def _text_width(text: str) -> float:
    font = FontProperties(size=FONT)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / POINTS


def _wrapped(text: str, letters: int) -> str:
    """In two lines at most; what is cut is cut before the last comma, so that the place at the end
    of an agency's label stays in sight."""
    name, comma, place = text.rpartition(", ")
    whole = textwrap.wrap(text, letters)
    if len(whole) <= 2 or not comma or len(place) > letters - 4:
        return textwrap.fill(text, letters, max_lines=2, placeholder="…")
    first, second = textwrap.wrap(name, letters)[:2]
    room = letters - 2 - len(comma + place)
    return f"{first}\n{second[:room].rstrip()}…{comma}{place}"
