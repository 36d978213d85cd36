"""The rules by which declined requests are counted, by number: raised by hand when one changes.

Each published revision keeps the number it was counted with (catalog.Revision.trend). Where it
changes between two weeks, the trend is drawn with a break, and no week is compared across it.

Not raised for new words, charts or downloads, nor for a check that only shows something: counts
before and after have to differ for the same extract.
"""

# Number -> what changed with it, as a page says it.
CHANGES = {
    1: "the rules of the first reports, with checks E1 to E12",
}
METHOD = max(CHANGES)
