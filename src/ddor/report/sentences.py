"""`{{ phrases.share }}`: the sentences of a report whose words depend on the data.

Their words, and when which of them is said, stand in `sentences/`: a file for each report and one
for both, a block for each sentence, in the same Jinja as the notebook (sentences/week.md.j2 says
how to change one). Here is only how a block becomes Markdown of ours, which a narrative takes as it
is. A text from outside, such as an agency's name, stands in it with each sign of Markdown escaped.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Template, TemplateError

from ddor import narrative
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.narrative import NarrativeError, StrictEnvironment, Words, in_sentence, plain_words

FOLDER = Path(__file__).parent / "sentences"
BREAKS = re.compile(r"[ \n]+")
BEFORE_A_STOP = re.compile(r" (?=[,.;:)])")


def sentence(report: str, name: str, **names) -> Words:
    """The block `name` of sentences/<report>.md.j2, filled with `names`; "" where it is empty.
    Raises NarrativeError where it uses a name that there is not."""
    template = template_of(report)
    try:
        text = "".join(template.blocks[name](template.new_context(names)))
    except (TemplateError, TypeError) as error:
        raise NarrativeError(f"{FOLDER.name}/{report}.md.j2, {name}: {error}") from error
    return Words(BEFORE_A_STOP.sub("", BREAKS.sub(" ", text)).strip())


def sentences(report: str, **names) -> SimpleNamespace:
    """Every one of a report, by its name."""
    blocks = template_of(report).blocks
    return SimpleNamespace(**{name: sentence(report, name, **names) for name in blocks})


def listed(parts: Iterable[tuple[int, str]], one: str = "", many: str = "") -> Words:
    """Numbers and what they are of, those of none left out: "20 for drugs, 3 for traffic and 1 for
    other". With a verb, as it goes with one and with many, it follows the first number: "1 concerns
    a person with a charge and 3 a person without one"."""
    said: list[str] = []
    for value, words in parts:
        if value:
            verb = "" if said else one if value == 1 else many
            said.append(" ".join(filter(None, (narrative.number(value), verb, words))))
    return Words(" and ".join(filter(None, (", ".join(said[:-1]), *said[-1:]))))


def one_or_many(value: int, one: str, many: str) -> Words:
    return Words(one if value == 1 else many)


class _Environment(StrictEnvironment):
    """What a block gives is our own words, also as a part of another block."""

    @staticmethod
    def concat(parts: Iterable[str]) -> Words:
        return Words("".join(parts))


@cache
def template_of(report: str) -> Template:
    environment = _Environment(finalize=lambda value: in_sentence(value, plain_words))
    environment.filters |= {"listed": listed, "one_or_many": one_or_many}
    environment.globals["synthetic_notice"] = Words(SYNTHETIC_NOTICE)
    texts = [(FOLDER / f"{name}.md.j2").read_text("utf-8") for name in (report, "both")]
    try:
        return environment.from_string("\n".join(texts))
    except TemplateError as error:
        raise NarrativeError(f"{FOLDER.name}/{report}.md.j2, or both.md.j2: {error}") from error
