"""What is wrong in a file of records; no message shows a text that names a person."""

import re
from dataclasses import dataclass, field

from ddor.errors import Problem
from ddor.extract.identifiers import identifier
from ddor.extract.table import shown


@dataclass
class Told:
    """What is wrong in one file."""

    label: str
    problems: list[Problem] = field(default_factory=list)

    def tell(self, key: str, seen: str, expected: str, mend: str) -> None:
        self.problems.append(Problem(self.label, (), key, seen, expected, mend))

    def text(self, key: str, value) -> str | None:
        """The value, if it is text and identifies nobody; None where that is told."""
        if not isinstance(value, str):
            self.tell(key, "a list or nested keys", "text", "write it on the line of its key")
        elif kind := identifier(value):
            self.tell(
                key,
                f"text that looks like {kind} (not shown)",
                "no direct identifier",
                "leave it out: a record must not name a person",
            )
        else:
            return value
        return None


def as_words(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).title()


def key_shown(key: str) -> str:
    """A key for a message: it is the analyst's own text, and may hold anything."""
    return "a key (not shown)" if identifier(as_words(key)) else shown([key]).strip('"')


def file_shown(name: str) -> str:
    return "a file (name not shown)" if identifier(as_words(name)) else name
