"""docs/extract.md names every column, word and area that the reader knows."""

from pathlib import Path

from ddor.extract.key_files import keys_of
from ddor.extract.model import COLUMNS, DATA, TABLES, TYPES, WORDS
from ddor.extract.read import Said
from ddor.reference.codes import FORMS, rows
from ddor.reference.places import AREAS

DOCS = (Path(__file__).parents[1] / "docs" / "extract.md").read_text(encoding="utf-8")


def _row(column: str) -> str:
    return next(line for line in DOCS.splitlines() if line.startswith("| ") and column in line)


def test_every_column_is_described_with_its_words_and_whether_it_may_be_empty():
    for table, columns in TABLES.items():
        assert f"### `{table}`" in DOCS
        for column in columns:
            row = _row(f"`{column}`")
            assert [word for word in WORDS.get(column, ()) if f"`{word}`" not in row] == []
            last = row.strip("| ").split("|")[-1].strip()
            if column != "outcome_recorded_at":
                assert (last == "yes") == (COLUMNS[column]["empty"] == "yes"), column


def test_every_area_and_every_key_of_about_is_named():
    joined = " ".join(DOCS.split())
    assert [area for area in AREAS if f"{area}," not in joined and f"{area}." not in joined] == []
    assert [key for key in keys_of(Said) if f"| `{key}` |" not in DOCS] == []


def test_the_table_of_columns_agrees_with_itself_and_with_the_code_lists():
    rules = [
        {name: value for name, value in row.items() if name != "table"}
        for row in rows("columns", DATA)
        if row["name"] == "request_id"
    ]
    assert len(rules) == 2 and rules[0] == rules[1]
    assert set(WORDS["form"]) == set(FORMS)
    assert {column["type"] for column in COLUMNS.values()} == set(TYPES)
