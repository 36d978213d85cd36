"""The charts: drawn from a frame, with a text alternative made from the same frame, and the frame
itself behind a *Show as table* fold.

Each is drawn twice, for light and for dark screens. Text stays text in the SVG, and nothing in it
depends on the clock or on chance, so that the same figures give the same bytes.
"""

import base64
import io
import itertools
import re
import textwrap
from dataclasses import dataclass
from html import escape

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.publishable import Publishable
from ddor.report.tables import Table

WIDTH = 4.9  # inches: labels stay legible when a phone shows it at 330 pixels
MOST_BARS = 12
NOTHING_KNOWN = "no report"

# Differ in lightness as well as in hue, so that they stay apart in gray print (Okabe and Ito).
LIGHT = {"ink": "#1b1b1f", "paper": "#ffffff", "rule": "#c6c6cc",
         "bars": ("#0b5a8a", "#d98a00", "#5fb3d9", "#8a8a92")}  # fmt: skip
DARK = {"ink": "#ececf1", "paper": "#16161a", "rule": "#4a4a52",
        "bars": ("#5fb3e6", "#e8a33a", "#9ad5b8", "#8f8f99")}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Chart(Publishable):
    name: str
    caption: str
    alternative: str
    light: str
    dark: str
    table: Table

    def __repr__(self) -> str:
        return self.alternative

    def _repr_html_(self) -> str:
        dark, light = (
            "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
            for svg in (self.dark, self.light)
        )
        # On paper the light one: `screen` keeps a dark theme from printing black.
        return (
            f'<figure class="chart" data-name="{self.name}"><picture>'
            f'<source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">'
            f'<img src="{light}" alt="{escape(self.alternative, quote=True)}" {self._size()} '
            'loading="lazy">'
            f"</picture>\n<details><summary>Show as table</summary>{self.table._repr_html_()}"
            f"</details><figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def _size(self) -> str:
        """So that the page does not move when the picture comes, which is when it is near."""
        width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.light).groups()
        return f'width="{round(float(width))}" height="{round(float(height))}"'


def stacked_bars(
    name: str, frame: pd.DataFrame, label: str, parts: dict[str, str], caption: str,
    synthetic: bool, unit: str = "requests", most: int = MOST_BARS,
) -> Chart | Table:  # fmt: skip
    """Horizontal bars, one per row of `frame`, from the columns `parts` (column -> legend).

    Rows are drawn in the given order; of more than `most` the rest become one bar, *All
    others*. A row of missing values has the words NOTHING_KNOWN for a bar. An empty frame gives its
    empty table: a chart of nothing says nothing.
    """
    heads = {label: label.capitalize(), **parts}
    named = frame[label].where(frame[list(parts)].notna().any(axis=1),
                               frame[label].astype(str) + f" ({NOTHING_KNOWN})")  # fmt: skip
    total = frame[list(parts)].sum(axis=1, min_count=1)
    table = Table(frame.assign(Total=total, **{label: named}),
                  {**heads, **({"Total": "Total"} if len(parts) > 1 else {})}, caption)  # fmt: skip
    if frame.empty or not int(frame[list(parts)].sum().sum()):
        return table
    drawn = _drawn_rows(frame[[label, *parts]], label, most)
    pictures = [_draw(drawn, label, parts, theme, unit, synthetic, name) for theme in (LIGHT, DARK)]
    alternative = _alternative(caption, drawn, label, parts, unit, synthetic)
    return Chart(name, caption, alternative, *pictures, table)


def _drawn_rows(frame: pd.DataFrame, label: str, most: int) -> pd.DataFrame:
    if len(frame) <= most:
        return frame
    rest = frame.iloc[most - 1 :]
    others = {label: f"All others ({len(rest)})", **rest.sum(numeric_only=True)}
    return pd.concat([frame.iloc[: most - 1], pd.DataFrame([others])], ignore_index=True)


def _alternative(caption, rows, label, parts, unit, synthetic) -> str:
    """Every bar with its figures, in the order drawn."""
    bars = []
    for row in rows.to_dict("records"):
        if all(pd.isna(row[column]) for column in parts):
            bars.append(f"{row[label]}: {NOTHING_KNOWN}")
            continue
        values = [(legend, int(row[column])) for column, legend in parts.items() if row[column]]
        total = sum(value for _, value in values)
        detail = ", ".join(f"{legend.lower()} {value:,}" for legend, value in values)
        several = f" ({detail})" if len(parts) > 1 and detail else ""
        bars.append(f"{row[label]}: {total:,}{several}")
    text = f"Bar chart. {caption}, in {unit}. " + "; ".join(bars) + "."
    return f"{SYNTHETIC_NOTICE}. {text}" if synthetic else text


def _draw(rows, label, parts, theme, unit, synthetic, name) -> str:
    settings = {
        "svg.fonttype": "none", "svg.hashsalt": name, "font.size": 10,
        "text.parse_math": False,  # a name with two dollar signs is a name
        "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
        "text.color": theme["ink"], "axes.labelcolor": theme["ink"],
        "xtick.color": theme["ink"], "ytick.color": theme["ink"], "axes.edgecolor": theme["rule"],
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        height = 0.95 + 0.34 * len(rows) + (0.25 if len(parts) > 1 else 0)
        figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor=theme["paper"])
        axes = figure.subplots()
        axes.set_facecolor(theme["paper"])
        _bars(axes, rows, label, parts, theme)
        axes.set_xlabel(unit.capitalize())
        if len(parts) > 1:
            figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=9)
        if synthetic:
            figure.supxlabel(SYNTHETIC_NOTICE, fontsize=8)
        picture = io.StringIO()
        figure.savefig(picture, format="svg", metadata={"Date": None})
        plt.close(figure)
    return picture.getvalue()


def _bars(axes, rows, label, parts, theme) -> None:
    places = range(len(rows))
    known = rows[list(parts)].notna().any(axis=1)
    left = pd.Series(0, index=rows.index)
    for (column, legend), color in zip(parts.items(), itertools.cycle(theme["bars"])):
        values = rows[column].fillna(0).astype("int64")
        axes.barh(places, values, left=left, color=color, label=legend,
                  edgecolor=theme["paper"], linewidth=0.4)  # fmt: skip
        left = left + values
    for place, total, told in zip(places, left, known, strict=True):
        axes.annotate(f"{int(total):,}" if told else NOTHING_KNOWN, (total, place), (3, 0),
                      textcoords="offset points", va="center")  # fmt: skip
    axes.set_yticks(places, rows[label].map(_wrapped), linespacing=0.95)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _wrapped(text: str) -> str:
    """In two lines at most; what is cut is cut before the last comma, so that the place at the end
    of an agency's label stays in sight."""
    name, comma, place = text.rpartition(", ")
    whole = textwrap.wrap(text, 28)
    if len(whole) <= 2 or not comma or len(place) > 24:
        return textwrap.fill(text, 28, max_lines=2, placeholder="…")
    first, second = textwrap.wrap(name, 28)[:2]
    room = 26 - len(comma + place)
    return f"{first}\n{second[:room].rstrip()}…{comma}{place}"
