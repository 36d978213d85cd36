"""The private record of what a revision tells of people: runs/<period>/rN/attributes.json."""

from collections.abc import Iterable, Mapping

from ddor.measures.disclosure import Earlier, Row, Table, Told


def plain_told(told: Told) -> list[dict]:
    """For JSON."""
    return [
        {
            "attribute": table.attribute,
            "place": table.place,
            "as_of": table.as_of,
            "threshold": table.threshold,
            "why": table.why,
            "gone": table.gone,
            "rows": [list(row) for row in sorted(table.rows)],
        }
        for table in told.tables.values()
    ]


def tables_of(plain: Iterable[Mapping]) -> tuple[Table, ...]:
    """What plain_told was given."""
    return tuple(
        Table(**{**each, "rows": frozenset(Row(*row) for row in each["rows"])}) for each in plain
    )


def earlier_from_plain(plain: Mapping) -> Earlier:
    """From history.read_earlier."""
    tables, last, beside = (tables_of(plain[name]) for name in ("tables", "last", "beside"))
    return Earlier(tables, last, plain["gone"], beside)
