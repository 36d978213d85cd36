"""The charts: drawn from a frame, with a text alternative made from the same frame, and the figures
themselves behind a *Show as table* fold.

A chart's caption states what it shows, its subtitle the measure, place and period. On the page both
are text; a picture that is taken along (PNG) has them in it, with the source. Nothing in a picture
depends on the clock or on chance, so that the same figures give the same bytes (drawing.py).
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ddor.extract.csv_files import safe_cell
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.publishable import Publishable
from ddor.report.drawing import Drawing, png_of, svg_of
from ddor.report.palette import color_of
from ddor.report.tables import Table, html_of

MOST_BARS = 12
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
        size = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.svg)[0]
        width, height = (round(float(each)) for each in size)
        files = {
            "SVG": _address("image/svg+xml", self.svg.encode()),
            "PNG": _address("image/png", self.png),
            "CSV": _address("text/csv", self.csv.encode()),
        }
        return str(html_of("chart", chart=self, files=files, width=width, height=height))


def _address(kind: str, data: bytes) -> str:
    """In the notebook a file is part of its own address; the archive makes a file of it."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def stacked_bars(
    name: str,
    frame: pd.DataFrame,
    label: str,
    parts: Mapping[str, str],
    caption: str,
    synthetic: bool,
    most: int = MOST_BARS,
    subtitle: str = "",
    source: str = SOURCE,
) -> Chart | Table:
    """Horizontal bars, one per row of `frame`, from the columns `parts` (column -> legend), each in
    the color of its meaning (palette.py), or, if there is a column `meaning`, in that of its row.

    Rows are drawn in the given order; of more than `most` the rest become one bar, *All
    others*. A row of missing values has the words of its column `instead` for a bar. An empty frame
    gives its empty table: a chart of nothing says nothing.
    """
    columns = list(parts)
    rows = _drawn_rows(frame, label, most)
    known, totals = rows[columns].notna().any(axis=1), rows[columns].sum(axis=1, min_count=1)
    labels = rows[label].astype("str")
    instead = rows.get("instead", labels)
    named = labels.where(known, labels + " (" + instead + ")")
    heads = {label: label.capitalize(), **parts} | ({"Total": "Total"} if len(parts) > 1 else {})
    table = Table(rows.assign(**{label: named, "Total": totals}), heads, caption)
    if frame.empty or not int(frame[columns].sum().sum()):
        return table
    drawn = rows[columns].fillna(0).astype("int64")
    if len(frame) > most:
        drawn.iloc[-1] = 0  # a number without a bar: many small ones would dwarf the largest
    of_rows = [color_of(each) for each in rows["meaning"]] if "meaning" in rows else []
    notice = SYNTHETIC_NOTICE if synthetic else ""
    values, colors = {}, {}
    for at, (column, legend) in enumerate(parts.items()):
        if rows[column].sum():
            values[legend] = drawn[column]
            colors[legend] = of_rows or [color_of(column, at)] * len(rows)
    counted = zip(totals, instead, strict=True)
    ends = [f"{int(total):,}" if pd.notna(total) else words for total, words in counted]
    drawing = Drawing(name, list(labels), values, colors, ends, notice)
    said = ". ".join(filter(None, (notice, "Bar chart", caption, subtitle)))
    bars = "; ".join(_in_words(row, label, parts) for row in rows.to_dict("records"))
    svg, png = svg_of(drawing).decode(), png_of(drawing, caption, subtitle or "Requests", source)
    csv, alternative = _csv(rows, label, columns, synthetic), f"{said}, in requests. {bars}."
    return Chart(name, caption, subtitle, source, alternative, svg, png, csv, table)


def _drawn_rows(frame: pd.DataFrame, label: str, most: int) -> pd.DataFrame:
    if len(frame) <= most:
        return frame
    rest = frame.iloc[most - 1 :]
    others = {label: f"All others ({len(rest)})", **rest.sum(numeric_only=True)}
    return pd.concat([frame.iloc[: most - 1], pd.DataFrame([others])], ignore_index=True)


def _in_words(row: Mapping, label: str, parts: Mapping[str, str]) -> str:
    """A bar with its figures, as a reader hears it who does not see the picture."""
    values = {legend: row[column] for column, legend in parts.items() if pd.notna(row[column])}
    if not values:
        return f"{row[label]}: {row['instead']}"
    detail = ", ".join(f"{each.lower()} {int(value):,}" for each, value in values.items() if value)
    several = f" ({detail})" if len(parts) > 1 and detail else ""
    return f"{row[label]}: {int(sum(values.values())):,}{several}"


def _csv(rows: pd.DataFrame, label: str, columns: list[str], synthetic: bool) -> str:
    frame = rows[[label, *columns]].astype(dict.fromkeys(columns, "Int64"))
    frame[label] = frame[label].astype("str").map(safe_cell)
    if synthetic:
        frame["flags"] = SYNTHETIC_NOTICE
    named = frame.rename(columns={label: label.replace(" ", "_")})
    return named.to_csv(index=False, lineterminator="\n")
