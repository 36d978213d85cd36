"""What a revision told of people, in memory and as the private file attributes.json."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

NATIONAL = ""


@dataclass(frozen=True)
class Shown:
    """One attribute as published. tables: agency_id (NATIONAL: all) -> index code, columns the
    attribute's standings and requests. withheld: agency_id -> why there is no table. Neither the
    names nor the number of the categories in OTHER are kept: six of them in a count of six would
    be one request each.

    as_of: the date of the extract that the tables were made from; stands: whether a later revision
    keeps them. rows: request_id -> [agency_id, [[code, standing], …]] behind them; older: the rows
    and the agency_ids of the tables shown before these. Both are private.
    """

    tables: dict[str, pd.DataFrame]
    withheld: dict[str, str]
    as_of: str
    rows: dict[str, list]
    older: tuple = ()
    stands: bool = False


@dataclass(frozen=True)
class Earlier:
    """What earlier revisions of the week told: attribute -> the last Shown that had a table.
    gone: why these tables may not be shown again, or are not known any more; else "". listed:
    protected request -> whether it was shown with its agency."""

    attributes: dict[str, Shown] = field(default_factory=dict)
    gone: str = ""
    listed: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Mapping) -> "Earlier":
        """From history.read_earlier."""
        return cls(from_plain(plain["attributes"]), plain["gone"], plain["listed"])


def plain_shown(shown: dict[str, Shown]) -> dict:
    """For JSON; the private file attributes.json of a revision."""
    return {
        name: {
            "as_of": each.as_of,
            "tables": {key: table.to_dict("index") for key, table in each.tables.items()},
            "withheld": each.withheld,
            "rows": each.rows,
            "older": [[rows, list(tables)] for rows, tables in each.older],
        }
        for name, each in shown.items()
    }


def from_plain(plain: dict) -> dict[str, Shown]:
    """What plain_shown was given, as far as a later revision needs it."""
    return {
        name: Shown(
            tables={
                key: pd.DataFrame.from_dict(table, orient="index").rename_axis("code")
                for key, table in each["tables"].items()
            },
            withheld=each["withheld"],
            as_of=each["as_of"],
            rows=each["rows"],
            older=tuple((rows, tuple(tables)) for rows, tables in each["older"]),
        )
        for name, each in plain.items()
    }
