"""The picture of docs/architecture.md: a room imports only from floors below it."""

import ast
import re
import subprocess
import sys

import pytest
from conftest import PROJECT

SOURCE = PROJECT / "src" / "ddor"
PICTURE = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
# The wing of notebooks, the runner and the archive do not know each other.
APART = {"report", "run", "archive"}


def floors() -> list[set[str]]:
    """The rooms of docs/architecture.md, lowest first; one to the right of another is above it."""
    found = []
    for line in reversed(PICTURE.strip().splitlines()):
        rooms = re.match(r"\s*\d  (\S+(?: [>|] \S+)*)", line)[1]
        found += [set(group.split(" | ")) for group in rooms.split(" > ")]
    return found


FLOORS = floors()


def room_of(parts) -> str:
    return parts[0].removesuffix(".py")


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imports() -> list[tuple[str, str, str]]:
    """file, its room, the room it imports from"""
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        inside = file.relative_to(SOURCE)
        if inside.parts == ("__init__.py",):
            continue
        names = []
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                names += [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
        own = [name.split(".")[1] for name in names if name.startswith("ddor.")]
        found += [(str(inside), room_of(inside.parts), room) for room in own]
    return found


def test_every_room_stands_on_a_floor():
    rooms = {room_of(file.relative_to(SOURCE).parts) for file in SOURCE.rglob("*.py")}
    assert rooms - {"__init__"} == set().union(*FLOORS)


def test_a_room_imports_only_from_floors_below_it_and_never_one_apart_from_another():
    wrong = [
        f"{file} imports ddor.{other}"
        for file, room, other in imports()
        if room != other and (floor_of(other) >= floor_of(room) or {room, other} <= APART)
    ]
    assert len(imports()) > 100 and wrong == []


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("ddor.cli", "papermill scrapbook matplotlib nbconvert"),
        ("ddor.report", "papermill nbconvert"),
        ("ddor.reference.places", "pandas"),
    ],
)
def test_a_module_does_not_bring_what_costs_seconds_to_import(module, heavy):
    code = f"import sys, {module}; print(*(set({heavy.split()}) & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=PROJECT / "src", capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
