"""The private record of what a revision tells of people: runs/<period>/rN/attributes.json."""

from collections.abc import Iterable, Mapping

from pydantic import TypeAdapter

from ddor.measures.disclosure import Earlier, Table

_TABLES, _EARLIER = TypeAdapter(tuple[Table, ...]), TypeAdapter(Earlier)


def plain_tables(tables: Iterable[Table]) -> list[dict]:
    """For JSON."""
    return _TABLES.dump_python(tuple(tables), mode="json")


def earlier_from_plain(plain: Mapping) -> Earlier:
    """From history.read_earlier."""
    return _EARLIER.validate_python(plain)
