"""The header of a table: which columns are missing, unknown, or promise an identifier."""

from ddor.errors import Problem
from ddor.extract.advice import nearest
from ddor.extract.columns import TABLES
from ddor.extract.identifiers import head_is_identifier
from ddor.extract.table import REMOVE_IDENTIFIER, Table, shown


def check_heads(table: Table, ignored: tuple[str, ...]) -> None:
    """Tell what is wrong with the heads. `ignored` heads may be unknown, an identifier never."""
    known = TABLES[table.name]
    heads = list(table.text)
    for head in heads:
        if head in known:
            continue
        if head_is_identifier(head):
            _tell(table, f'a column "{head}"', "no direct identifier", REMOVE_IDENTIFIER)
        elif head not in ignored:
            found = nearest(head, known)
            mend = "remove the column, or list it in ignored_columns"
            mend = f'rename it "{found}" if you meant that; otherwise {mend}' if found else mend
            _tell(table, f"an unknown column {shown([head])}", "the columns of the contract", mend)
    for column in known:
        if heads and column not in heads:
            expected = f'a column "{column}"'
            _tell(table, "no such column", expected, "add it; see docs/extract.md", column)


def _tell(table: Table, seen: str, expected: str, mend: str, column: str = "") -> None:
    table.problems.append(Problem(table.label, (1,), column, seen, expected, mend))
