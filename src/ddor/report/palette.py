"""One color for one meaning, on every chart and page.

Each is (on a light page, on a dark one). ddor.css has the same under the same names, and a test
keeps the two equal. What stands beside each other in one chart differs in lightness too, so that it
stays apart in gray print; a pale one needs an edge to be seen on white. The classes and standings
of declined requests are shades of the color of *declined*.
"""

INK = ("#1b1b1f", "#ececf1")
PAPER = ("#ffffff", "#16161a")
EDGE = ("#5b6570", "#9aa3ad")
DECLINED = ("#0b4f7d", "#8ccaf5")
SHADE_2 = ("#3f86b8", "#4796cd")
SHADE_3 = ("#8fbfe0", "#2f6a96")
SHADE_4 = ("#d6e7f4", "#1e415c")
HONORED = ("#2f9483", "#49b3a2")
OTHER = ("#dba63c", "#c8922c")
PENDING = ("#d9dde3", "#474c57")

SHADES = (DECLINED, SHADE_2, SHADE_3, SHADE_4)
MEANINGS = {
    "declined": DECLINED,
    "honored": HONORED,
    "other": OTHER,
    "held_back": OTHER,
    "pending": PENDING,
    "insufficient_notice": DECLINED,
    "no_notice": SHADE_2,
    "not_held": SHADE_3,
    "unclassified": SHADE_4,
    "convicted": DECLINED,
    "charged_only": SHADE_2,
    "not_told_apart": PENDING,
}
PALE = (SHADE_4, PENDING)


def color_of(name: str, position: int = 0) -> tuple[str, str]:
    """The color of a column by its meaning; of one that has none, a shade by its position."""
    return MEANINGS.get(name.removeprefix("declined_"), SHADES[position % len(SHADES)])
