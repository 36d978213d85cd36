"""One way to read what people keep in files of keys: `read_record(file, Model)`.

    week: 2017-02-18            a file of YAML, each key on a line of its own, read as text:
    status: open                YAML itself turns 01001 into 513, and 2017-01 into a date

    ---                         or, in a file of Markdown, a head of such lines and a body below it
    received_on: 2017-04-03
    ---
    Our jail sends notice by fax on the day a release is known.

A model is a pydantic dataclass. Its fields are the keys; a field `name` is the name of the file
without its ending, a field `body` the text below the head. What a value has to be is said by the
type of its field (`Day`, `OneLine`, `must`, `one_of`) and by validators that `refuse`. A rule that
asks for `info.context` judges only what a person wrote: what was kept from a run is typed again,
without a context, and judged no second time.

Everything that is wrong is reported, with file, row and key: unreadable text, a key that stands
twice, one that is not known (with the nearest that is), one that is missing, a value that does not
fit. What may name a person is described and never shown.

It is in this folder because about.yaml is such a file, and the detectors of identifiers are here.
"""

import datetime as dt
import inspect
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import pydantic
import yaml
from pydantic_core import PydanticCustomError

from ddor.calendar import parse_date
from ddor.errors import Problem, Problems, UsageError
from ddor.extract.csv_files import decoded
from ddor.extract.identifiers import identifier
from ddor.extract.limits import beyond, read_file
from ddor.extract.table import UNSEEN, nearest, shown, worded

R = TypeVar("R")
HEAD = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*\n(.*)\Z", re.DOTALL)
# Of a model's fields, those that are not keys of its file.
NOT_KEYS = ("name", "body")
MOST_LETTERS = 100_000  # which take a second to read
MOST_OF_A_LINE = 1_000
# What pydantic calls a misfit -> what a person reads as expected.
_EXPECTED = {
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "string_pattern_mismatch": "an address such as https://example.org/, without a password",
    "string_too_long": f"at most {MOST_OF_A_LINE:,} characters",
    "bool_parsing": "true or false",
    "dict_type": "keys below it",
    "dataclass_type": "keys below it",
}


class Finding(NamedTuple):
    """What is wrong with a value, in the words of a Problem. within: where below its key."""

    seen: str
    expected: str
    mend: str
    within: str = ""


class _Reference(yaml.composer.ComposerError):
    """A `*name`."""


class _TextLoader(yaml.BaseLoader):
    """Leaves every scalar the text that was written, and reports the keys that stand twice. Refuses
    references: a line of ten of them, ten lines long, is a text of ten gigabytes."""

    found: Problems

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            at = self.peek_event().start_mark
            raise _Reference(None, None, None, at)
        return super().compose_node(parent, index)

    def construct_scalar(self, node):
        text = super().construct_scalar(node)
        report_unseen(text, self.found, node.start_mark.line + 1)
        return text

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        report_twice(keys, self.found)
        return super().construct_mapping(node, deep)


def report_twice(keys: Iterable[str], found: Problems) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            found.report(key_shown(key), "the key more than once", "each key once", "keep one line")


def report_unseen(text: str, found: Problems, first: int = 1) -> None:
    """Signs that act on a page or a terminal and are not seen. first: the row that `text` begins
    in."""
    lines = enumerate(text.split("\n"), start=first)
    if rows := [row for row, line in lines if UNSEEN.search(line)]:
        found.report("", *worded("unseen_sign"), rows)


# Files and texts


def read_folder(
    folder: Path, model: type[R], pattern: str, named: str, guide: str
) -> tuple[list[R], list[Problem]]:
    """The records of a folder by name, none where it does not exist, and what is wrong in it.
    `pattern` is what the name of a file has to be, `named` the same in words. A README and what an
    editor or the system hides are no records."""
    records: list[R] = []
    problems: list[Problem] = []
    for file in sorted(folder.iterdir(), key=attrgetter("stem")) if folder.is_dir() else ():
        if file.name == "README.md" or file.name.startswith("."):
            continue
        kind = identifier(as_words(file.stem))
        found = Problems("a file (name not shown)" if kind else file.name, guide)
        if kind:
            found.report("", *worded("named_file", kind=kind))
        elif not re.fullmatch(pattern, file.name) or not file.is_file():
            found.report("", "its name", named, "rename it, or move it out of this folder")
        elif record := read_record(file, model, found):
            records.append(record)
        problems += found
    return records, problems


def read_record(file: Path, model: type[R], found: Problems) -> R | None:
    """The record of a file; None where something is reported."""
    text, body = read_text(file, found), ""
    if file.suffix == ".md" and not found:
        if not (parts := HEAD.match(text)):
            found.report("", *worded("no_head", keys=", ".join(keys_of(model))), (1,))
            return None
        text, body = "\n" + parts[1], parts[2]
    given = {} if found else read_keys(text, found)
    return typed(model, given, found, name=file.stem, body=body) if given or not found else None


def read_text(file: Path, found: Problems) -> str:
    """The text of a file, "" where it cannot be read."""
    try:
        text = decoded(read_file(file), found).replace("\r\n", "\n")
        report_unseen(text, found)
        return text
    except OSError as error:
        seen = (error.strerror or "no such file").lower()
        found.report("", seen, "a readable file", "check the file")
        return ""


def read_keys(text: str, found: Problems) -> dict[str, Any]:
    """What a text of YAML says, every value as it is written; nothing where it cannot be read."""
    if len(text) > MOST_LETTERS:
        found.report("", *beyond(MOST_LETTERS, "letters of keys and values"), "shorten it")
        return {}
    try:
        loader = _TextLoader(text)
        loader.found = found
        content = loader.get_single_data() or {}
    except Exception as error:  # YAMLError, but for signs and depths that it does not expect
        # YAML's own words quote the line, and with it whatever stands there.
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        kind = "reference_in_keys" if isinstance(error, _Reference) else "unreadable_keys"
        found.report("", *worded(kind, place=place))
        return {}
    if not isinstance(content, dict):
        found.report("", "no keys", "one `key: value` per line", f"see {found.guide}")
        return {}
    return content


# Models


def keys_of(model: type) -> list[str]:
    """The keys of a model's file."""
    return [name for name in inspect.signature(model).parameters if name not in NOT_KEYS]


def typed(model: type[R], given: dict[str, Any], found: Problems, **beside: str) -> R | None:
    """The record of what was `given` key by key, a key with nothing behind it as left out, and of
    what `beside` says of NOT_KEYS; None where something is reported."""
    known = keys_of(model)
    values = beside | {key: given[key] for key in known if str(given.get(key, "")).strip()}
    record = None
    try:
        record = pydantic.TypeAdapter(model).validate_python(values, context={"written": True})
    except pydantic.ValidationError as error:
        for key, finding in findings(error, found.guide):
            found.report("" if key in NOT_KEYS else key, *finding[:3])
    for key in [key for key in given if key not in known]:
        found.report(key_shown(key), *unknown_key(key, known)[:3])
    return None if found else record


def unknown_key(key: str, known: Collection[str], within: str = "") -> Finding:
    near = nearest(key, known)
    mend = f"remove it, or write `{near}`, the nearest known" if near else "remove it"
    return Finding("an unknown key", ", ".join(known), mend, within + key_shown(key))


def findings(error: pydantic.ValidationError, guide: str = "") -> Iterator[tuple[str, Finding]]:
    """What pydantic found: the key, with what is within it, and what is wrong there."""
    for each in error.errors():
        key = ".".join(part for part in each["loc"] if isinstance(part, str))
        if "findings" in each.get("ctx", {}):
            yield from ((key + finding.within, finding) for finding in each["ctx"]["findings"])
        elif each["type"] == "missing":
            yield key, Finding("nothing", f"a line `{key}: …`", f"add it; see {guide}")
        elif each["type"] == "unexpected_keyword_argument":
            yield key, Finding("an unknown key", "a key that is known", "correct or remove it")
        elif isinstance(each["input"], list | dict) and each["type"] not in _EXPECTED:
            yield key, Finding("a list or nested keys", "text", "write it on the line of its key")
        else:
            expected = _EXPECTED.get(each["type"]) or each["msg"].removeprefix("Input should be ")
            yield key, Finding(quoted(str(each["input"])), expected, "correct the value")


def refuse(seen: str, expected: str, mend: str) -> None:
    """Of a validator: the value does not fit."""
    refuse_for([Finding(seen, expected, mend)])


def refuse_for(found: Iterable[Finding]) -> None:
    """Of a validator: what is wrong with the value, if anything is."""
    if found := list(found):
        raise PydanticCustomError("refused", "does not fit", {"findings": found})


@pydantic.dataclasses.dataclass(frozen=True)
class Written:
    """A record whose keys have to agree with each other."""

    @pydantic.field_validator("*")
    @classmethod
    def _agrees(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        if info.context:
            refuse_for(cls.contradictions(str(info.field_name), value, info.data))
        return value

    @classmethod
    def contradictions(cls, key: str, value: Any, before: Mapping[str, Any]) -> Iterator[Finding]:
        """Between the value of a key and those of the keys `before` it that fit."""
        raise NotImplementedError


# Types of fields


def must(
    fits: Callable[[str], object],
    expected: str,
    mend: str = "",
    seen: str = "",
    words: Collection[str] = (),
) -> pydantic.AfterValidator:
    """A text has to fit. seen: what is said of a value that is not shown. words: those that fit, of
    which the nearest is suggested."""

    def check(value: str) -> str:
        if not fits(value):
            refuse(seen or quoted(value), expected, mend or advice(value, words))
        return value

    return pydantic.AfterValidator(check)


def one_of(words: Collection[str]) -> pydantic.AfterValidator:
    return must(words.__contains__, f"one of {', '.join(words)}", words=words)


def advice(value: str, words: Collection[str] = ()) -> str:
    """How to correct a value that does not fit; the nearest of `words`, if one is near."""
    if near := nearest(value, words):
        return f'write "{near}" if you meant that'
    if value != value.strip():
        return "remove the space around it"
    if re.fullmatch(r"[A-Z][a-z]{2}-\d\d|\d{4}", value):
        return "Excel changed the value: format the column as Text and enter it again"
    return "choose one of them" if words else "correct this field"


def as_day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return parse_date(value)
        except UsageError:
            refuse(*worded("no_day", seen=quoted(value)))
    return value


def _names_nobody(value: str, info: pydantic.ValidationInfo) -> str:
    if info.context and (kind := identifier(value)):
        refuse(*worded("named_person", kind=kind))
    return " ".join(value.split())


Day = Annotated[dt.date, pydantic.BeforeValidator(as_day)]
# On one line, and without a direct identifier.
OneLine = Annotated[str, pydantic.AfterValidator(_names_nobody)]


# What identifies a person


def quoted(value: str) -> str:
    """A value for a message, unless it may identify a person."""
    if kind := identifier(value):
        return f"text that looks like {kind} (not shown)"
    return shown([value]) if value else '""'


def as_words(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).title()


def key_shown(key: str) -> str:
    """A key for a message: it is the analyst's own text, and may hold anything."""
    return "a key (not shown)" if identifier(as_words(key)) else shown([key]).strip('"')
