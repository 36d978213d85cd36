"""One color for one meaning, on every chart and page (palette.csv).

Each is (on a light page, on a dark one). ddor.css has the same under the same names, and a test
keeps the two equal. What stands beside each other in one chart differs in lightness too, so that it
stays apart in gray print; a pale one needs an edge to be seen on white. The classes and standings
of declined requests are shades of the color of *declined*.
"""

from ddor.reference.codes import rows
from ddor.report.words import HERE

_LINES = rows("palette", HERE)
COLORS = {line["name"]: (line["light"], line["dark"]) for line in _LINES}
MEANINGS = COLORS | {name: COLORS[row["name"]] for row in _LINES for name in row["means"].split()}
SHADES = [COLORS[name] for name in ("declined", "shade-2", "shade-3", "shade-4")]
PALE = (COLORS["shade-4"], COLORS["pending"])
INK, PAPER, EDGE = (COLORS[name] for name in ("ink", "paper", "edge"))


def color_of(name: str, position: int = 0) -> tuple[str, str]:
    """The color of a column by its meaning; of one that has none, a shade by its position."""
    return MEANINGS.get(name.removeprefix("declined_"), SHADES[position % len(SHADES)])
