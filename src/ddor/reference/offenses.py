"""NCIC offense groups, the first two digits of a four-character offense code, and the categories
that the report sorts them into (after NIBRS; `data/offense_categories.csv` gives the source)."""

from ddor.reference.tables import rows

OFFENSE_GROUPS: dict[str, str] = {row["code"]: row["name"] for row in rows("offense_groups")}
# Category -> its name, in the order of every table.
CATEGORIES: dict[str, str] = {row["category"]: row["name"] for row in rows("offense_categories")}
# Category -> how a sentence names it: "14 for drug offenses".
CATEGORY_PHRASES = {row["category"]: row["phrase"] for row in rows("offense_categories")}
_CATEGORY_OF = {
    group: row["category"] for row in rows("offense_categories") for group in row["groups"].split()
}
OTHER_OFFENSES = "other"


def offense_group(ncic_code: str) -> str | None:
    """The two-digit group of an NCIC code ("13AB" -> "13"), None if the list has no such group.

    A code that is not four characters long has no group: "0399" that lost its zero is 399, and
    its first two digits would turn an immigration charge into gambling.
    """
    group = ncic_code[:2]
    return group if len(ncic_code) == 4 and group in OFFENSE_GROUPS else None


def offense_category(group: str) -> str:
    """The category of an offense group; OTHER_OFFENSES for what is in no group of the list."""
    return _CATEGORY_OF.get(group, OTHER_OFFENSES)
