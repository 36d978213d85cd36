"""NCIC offense groups: the first two digits of a four-character offense code."""

from ddor.reference.tables import rows

OFFENSE_GROUPS: dict[str, str] = {row["code"]: row["name"] for row in rows("offense_groups")}


def offense_group(ncic_code: str) -> str | None:
    """The two-digit group of an NCIC code ("13AB" -> "13"), None if the list has no such group.

    A code that is not four characters long has no group: "0399" that lost its zero is 399, and
    its first two digits would turn an immigration charge into gambling.
    """
    group = ncic_code[:2]
    return group if len(ncic_code) == 4 and group in OFFENSE_GROUPS else None
