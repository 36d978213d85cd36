"""Files that begin with a head: `key: value` lines between two lines of `---`, then Markdown.

    ---
    received_on: 2017-04-03
    ---
    Our jail sends notice by fax on the day a release is known.

The head is YAML read as text (text_yaml.py), each key once, all of them and no other.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ddor.errors import Problem, UsageError
from ddor.maintained.text_yaml import TextLoader

HEAD = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*\n(.*)\Z", re.DOTALL)


def read_headed(
    file: Path, keys: dict[str, Callable], problems: list[Problem], guide: str = "docs/pages.md"
) -> tuple[dict[str, Any], str]:
    """-> the head, typed, without the keys that do not fit; the body, "" where there is no head.
    `keys`: all that a head holds -> what makes a value of the text, raising UsageError; `guide`:
    where the analyst finds what to write. What is wrong is added to `problems`."""
    try:
        content = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        said = "not UTF-8" if isinstance(error, UnicodeDecodeError) else "no such file"
        problems.append(Problem(file.name, (), "", said, "a page of Markdown", f"see {guide}"))
        return {}, ""
    parts = HEAD.match(content)
    lines = _head_lines(parts[1]) if parts else None
    if parts is None or lines is None:
        problems.append(
            Problem(
                file.name,
                (1,),
                "",
                "no readable head",
                "`key: value` lines between two lines of ---",
                f"give it {', '.join(keys)}",
            )
        )
        return {}, ""
    head = {}
    for key in dict.fromkeys([*keys, *lines]):
        value = lines.get(key, "")
        if key not in keys or not isinstance(value, str) or not value:
            seen = "nothing" if key in keys else "an unknown key"
            problems.append(
                Problem(
                    file.name, (1,), key, seen, f"{', '.join(keys)}, each once", "correct the head"
                )
            )
            continue
        try:
            head[key] = keys[key](value)
        except UsageError as error:
            problems.append(Problem(file.name, (1,), key, f'"{value}"', "YYYY-MM-DD", str(error)))
    return head, parts[2]


def _head_lines(head: str) -> dict | None:
    try:
        loader = TextLoader(head)
        content = loader.get_single_data()
    except yaml.YAMLError:
        return None
    return content if isinstance(content, dict) and not loader.twice else None
