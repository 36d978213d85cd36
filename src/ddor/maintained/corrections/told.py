"""What is wrong in a file of records, and whether its text names a person."""

import re
from dataclasses import dataclass, field

from ddor.errors import Problem
from ddor.extract.identifiers import NAME, looks, of_an_agency
from ddor.extract.table import shown

_CAPITAL = r"(?![a-z])[^\W\d_](?:\.|(?:['’-]?[^\W\d_])*)"
_RUN = re.compile(rf"{_CAPITAL}(?:,?\s+(?:(?:de|del|la|las|los)\s+)*{_CAPITAL})+")


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


def identifier(text: str) -> str | None:
    """What the text, or a name within it, looks like. Written so for longer text, where `looks`
    sees no name: it judges whole values, and none that speaks of a jail."""
    return looks(text) or next((NAME for run in _RUN.findall(text) if _is_named_in(run)), None)


def _is_named_in(run: str) -> bool:
    """A run of capitalized words that holds a name: "Sheriff Maria Garcia", but not an agency's,
    where a word like Jail follows ("Maria Garcia Jail")."""
    words = re.sub("['’]s(?!\\w)", "", run).split()
    for start in range(len(words)):
        for end in range(start + 2, min(start + 4, len(words)) + 1):
            name, after = " ".join(words[start:end]), " ".join(words[end:])
            if looks(name.rstrip(",")) == NAME:
                if name.endswith(",") or not of_an_agency(after.partition(",")[0]):
                    return True
    return False


def as_words(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).title()


def key_shown(key: str) -> str:
    """A key for a message: it is the analyst's own text, and may hold anything."""
    return "a key (not shown)" if identifier(as_words(key)) else shown([key]).strip('"')


def file_shown(name: str) -> str:
    return "a file (name not shown)" if identifier(as_words(name)) else name
