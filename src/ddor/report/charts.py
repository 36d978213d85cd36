"""The charts: drawn from a frame, with a text alternative made from the same frame, and the figures
themselves behind a *Show as table* fold.

A chart's caption states what it shows, its subtitle the measure, place and period. On the page both
are text; a picture that is taken along (PNG) has them in it, with the source. Nothing in a picture
depends on the clock or on chance, so that the same figures give the same bytes (drawing.py).
"""

import base64
import re
from dataclasses import dataclass
from html import escape

import pandas as pd

from ddor.extract.csv_files import safe_cell
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.publishable import Publishable
from ddor.report.drawing import Drawing, png_of, svg_of
from ddor.report.palette import color_of
from ddor.report.tables import Table

MOST_BARS = 12
NOTHING_KNOWN = "no report"
# All with the program's name, so that a picture that is passed on says what it was made with.
SOURCE = "Source: requests as recorded by ICE; counted with the program ddor"


@dataclass(frozen=True, repr=False)
class Chart(Publishable):
    """svg: for the page, light and dark; png: with title and source; csv: the bars drawn."""

    name: str
    caption: str
    subtitle: str
    source: str
    alternative: str
    svg: str
    png: bytes
    csv: str
    table: Table

    def __repr__(self) -> str:
        return self.alternative

    def _repr_html_(self) -> str:
        svg = _address("image/svg+xml", self.svg.encode())
        files = {
            "SVG": svg,
            "PNG": _address("image/png", self.png),
            "CSV": _address("text/csv", self.csv.encode()),
        }
        taken = " ".join(
            f'<a href="{address}" download="{self.name}.{kind.lower()}">{kind}</a>'
            for kind, address in files.items()
        )
        subtitle = f"\n<span>{escape(self.subtitle)}</span>" if self.subtitle else ""
        anchor = f"chart-{self.name}"
        return (
            f'<figure class="chart" id="{anchor}" data-name="{self.name}">\n'
            f"<figcaption><strong>{escape(self.caption)}</strong>{subtitle}</figcaption>\n"
            f'<img src="{svg}" alt="{escape(self.alternative, quote=True)}" {self._size()} '
            f'loading="lazy">\n<p class="source">{escape(self.source)}.</p>\n'
            f"<details><summary>Show as table</summary>{self.table._repr_html_()}</details>\n"
            f'<p class="take">Take along: {taken} <a href="#{anchor}">Link to this chart</a> '
            '<a href="#dispute">Doubt a figure?</a></p>\n</figure>'
        )

    def _size(self) -> str:
        """So that the page does not move when the picture comes, which is when it is near."""
        width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.svg)[0]
        return f'width="{round(float(width))}" height="{round(float(height))}"'


def _address(kind: str, data: bytes) -> str:
    """In the notebook a file is part of its own address; the archive makes a file of it."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def stacked_bars(
    name: str,
    frame: pd.DataFrame,
    label: str,
    parts: dict[str, str],
    caption: str,
    synthetic: bool,
    most: int = MOST_BARS,
    subtitle: str = "",
    source: str = SOURCE,
    meaning: str = "",
) -> Chart | Table:
    """Horizontal bars, one per row of `frame`, from the columns `parts` (column -> legend), each in
    the color of its meaning (palette.py); with `meaning`, a column that names the color of a row.

    Rows are drawn in the given order; of more than `most` the rest become one bar, *All
    others*. A row of missing values has the words NOTHING_KNOWN for a bar. An empty frame gives its
    empty table: a chart of nothing says nothing.
    """
    rows = _drawn_rows(frame[[label, *parts, *([meaning] if meaning else [])]], label, most)
    table = _table(rows, label, parts, caption)
    if frame.empty or not int(frame[list(parts)].sum().sum()):
        return table
    known = rows[list(parts)].notna().any(axis=1)
    drawn = rows[list(parts)].fillna(0).astype("int64")
    if len(frame) > most:
        drawn.iloc[-1] = 0  # a number without a bar: many small ones would dwarf the largest
    drawing = Drawing(
        name=name,
        labels=tuple(rows[label].astype("str")),
        values={
            legend: tuple(drawn[column]) for column, legend in parts.items() if rows[column].sum()
        },
        colors={legend: color_of(column, at) for at, (column, legend) in enumerate(parts.items())},
        row_colors=tuple(map(color_of, rows[meaning])) if meaning else (),
        totals=tuple(
            f"{int(total):,}" if is_known else NOTHING_KNOWN
            for total, is_known in zip(rows[list(parts)].sum(axis=1), known, strict=True)
        ),
        notice=SYNTHETIC_NOTICE if synthetic else "",
    )
    told = f"{caption}. {subtitle}" if subtitle else caption
    return Chart(
        name=name,
        caption=caption,
        subtitle=subtitle,
        source=source,
        alternative=_alternative(told, rows, label, parts, synthetic),
        svg=svg_of(drawing),
        png=png_of(drawing, caption, subtitle or "Requests", source),
        csv=_csv(rows, label, parts, synthetic),
        table=table,
    )


def _drawn_rows(frame: pd.DataFrame, label: str, most: int) -> pd.DataFrame:
    if len(frame) <= most:
        return frame
    rest = frame.iloc[most - 1 :]
    others = {label: f"All others ({len(rest)})", **rest.sum(numeric_only=True)}
    return pd.concat([frame.iloc[: most - 1], pd.DataFrame([others])], ignore_index=True)


def _table(rows: pd.DataFrame, label: str, parts: dict[str, str], caption: str) -> Table:
    known = rows[list(parts)].notna().any(axis=1)
    named = (
        rows[label].astype("str").where(known, rows[label].astype("str") + f" ({NOTHING_KNOWN})")
    )
    heads = {label: label.capitalize(), **parts, **({"Total": "Total"} if len(parts) > 1 else {})}
    total = rows[list(parts)].sum(axis=1, min_count=1)
    return Table(rows.assign(Total=total, **{label: named}), heads, caption)


def _alternative(told, rows, label, parts, synthetic) -> str:
    """Every bar with its figures, in the order drawn."""
    bars = []
    for row in rows.to_dict("records"):
        if all(pd.isna(row[column]) for column in parts):
            bars.append(f"{row[label]}: {NOTHING_KNOWN}")
            continue
        values = [
            (legend, int(row[column]))
            for column, legend in parts.items()
            if pd.notna(row[column]) and row[column]
        ]
        total = sum(value for _, value in values)
        detail = ", ".join(f"{legend.lower()} {value:,}" for legend, value in values)
        several = f" ({detail})" if len(parts) > 1 and detail else ""
        bars.append(f"{row[label]}: {total:,}{several}")
    text = f"Bar chart. {told}, in requests. " + "; ".join(bars) + "."
    return f"{SYNTHETIC_NOTICE}. {text}" if synthetic else text


def _csv(rows: pd.DataFrame, label: str, parts: dict[str, str], synthetic: bool) -> str:
    frame = rows[[label, *parts]].astype(dict.fromkeys(parts, "Int64"))
    frame = frame.assign(**{label: frame[label].astype("str").map(safe_cell)})
    if synthetic:
        frame = frame.assign(flags=SYNTHETIC_NOTICE)
    named = frame.rename(columns={label: label.replace(" ", "_")})
    return named.to_csv(index=False, lineterminator="\n")
