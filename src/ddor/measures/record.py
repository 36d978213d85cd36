"""The private record of what a revision tells of people: runs/<period>/rN/attributes.json."""

from collections.abc import Iterable, Mapping

from ddor.measures.disclosure import Earlier, Row, Table


def plain_tables(tables: Iterable[Table]) -> list[dict]:
    """For JSON."""
    return [vars(table) | {"rows": [list(row) for row in sorted(table.rows)]} for table in tables]


def tables_of(plain: Iterable[Mapping]) -> tuple[Table, ...]:
    """What plain_tables was given."""
    return tuple(
        Table(**{**each, "rows": frozenset(Row(*row) for row in each["rows"])}) for each in plain
    )


def earlier_from_plain(plain: Mapping) -> Earlier:
    """From history.read_earlier."""
    tables, last, beside = (tables_of(plain[name]) for name in ("tables", "last", "beside"))
    return Earlier(tables, last, plain["gone"], beside)
