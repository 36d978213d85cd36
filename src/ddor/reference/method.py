"""The rules by which declined requests are counted, by number: raised by hand when one changes.

Each published revision keeps the number it was counted with (catalog.Revision.trend). Where it
changes between two weeks, the trend is drawn with a break, and no week is compared across it.

Not raised for new words, charts or downloads, nor for a check that only shows something: before and
after, other requests count for the same extract, or another week waits for a person.
"""

# Number -> what changed with it, as a page says it.
CHANGES = {
    1: "the rules of the first reports, with checks E1 to E12",
    2: "declines of an agency count as recorded in bulk if two thirds of them, no longer half, are "
    "over 30 days old (E8), and its volume is compared with all that it had in earlier weeks, "
    "requests held back included (E5)",
}
METHOD = max(CHANGES)
