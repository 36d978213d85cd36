"""Markdown with figures in it: what `%%narrative` cells and the pages of `params/pages/` are.

    {{ declined.total | requests }} were recorded as declined by
    {{ declined.agencies | count("agency", "agencies") }}.

The text is a Jinja template over the notebook's names, then Markdown. A name that does not exist
stops the notebook: a sentence never loses its figure silently. Numbers are written with thousands
separators and dates in words; a fraction has to say what it is (`| percent`). Whatever comes from
the extract is shown as it is, never read as Markdown or HTML.

Left out on purpose: raw HTML in the text. It is shown as text, as an editor would expect.
"""

import datetime as dt
import difflib
import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from numbers import Integral, Real
from typing import Any

import jinja2
import mistune
from jinja2 import StrictUndefined, TemplateRuntimeError, UndefinedError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup, escape

from ddor import variation
from ddor.calendar import Period, long_date
from ddor.errors import DdorError
from ddor.variation import WEEKS_COMPARED, Compared

# In a rendering, beside the names it may use: none of these can be written in a text.
RENDERER, COUNTED = "renderer of a text", "counted steps"
# Those of Jinja's own filters that a text may use, and the statements that it may not.
PLAIN_FILTERS = "default first last length lower trim upper e".split()
STATEMENTS = (
    *(nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Block, nodes.Extends),
    *(nodes.Include, nodes.Import, nodes.FromImport),
)
# Letters and digits only: no sign of Markdown, and nothing that an address would encode.
TOKEN = re.compile(r"zqvalue(\d{1,9})zq", re.IGNORECASE)
ADDRESS = re.compile(r'<(img|a)\b[^>]*?\b(?:src|href)="([^"]*)"')
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
SCHEMES = ("http:", "https:", "mailto:")
MOST_CHARACTERS = 100_000  # of a text, which take two seconds to read
EMPTY_ITEM = re.compile(r"<li>\s*</li>\n?")
UNCLOSED = re.compile(r"\{\{(?!(?:(?!\{\{).)*\}\})", re.DOTALL)


class NarrativeError(DdorError):
    """A sentence that cannot be written: its text, and what is missing."""


class Words(str):
    """Words of the package's own making, which may stand in a sentence as they are: Markdown."""


def plain_words(text: str) -> str:
    """A text from outside, to be part of Words: none of its signs is read as Markdown."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def render_narrative(text: str, names: dict) -> str:
    """Markdown with `{{ }}` -> HTML. Raises NarrativeError."""
    if len(text) > MOST_CHARACTERS:
        raise NarrativeError(f"a text has more than {MOST_CHARACTERS:,} characters; shorten it")
    renderer = _Renderer()
    try:
        filled = _template(text).render(names | {RENDERER: renderer})
    except _Unknown as error:
        raise NarrativeError(_no_name(text, error, names)) from error
    except jinja2.TemplateSyntaxError as error:
        raise NarrativeError(_not_read(text, error)) from error
    except Exception as error:  # of the template's own words, whatever they call
        raise NarrativeError(f"this sentence cannot be written: {error}\n{text}") from error
    # A line of a list whose phrase has nothing to say is left out.
    shown = EMPTY_ITEM.sub("", _filled_markdown(filled, tuple(renderer.texts)))
    if why := unfit(shown):
        raise NarrativeError(f"this sentence cannot be written: {why}\n{text}")
    return renderer.put_back(shown, escape)


def unfit(shown: str) -> str:
    """Why HTML that was made from a person's Markdown may not be published: a picture of another
    host, which would learn who reads the page; or a link that runs something, or holds what it
    leads to. "" where it may."""
    for tag, address in ADDRESS.findall(shown):
        # Decoded as often as it can be, and without what a browser passes over.
        while (decoded := html.unescape(address)) != address:
            address = decoded
        address = re.sub(r"[\x00-\x20\x7f-\xa0\u200b]", "", address).replace("\\", "/")
        scheme = SCHEME.match(address)
        if tag == "img" and (scheme or address.startswith(("//", "#harmful-link"))):
            return "it has a picture from elsewhere; a page shows its own charts"
        if address == "#harmful-link" or (scheme and scheme[0].lower() not in SCHEMES):
            return "it has a link that runs something; write an address of http, https or mailto"
    return ""


class _Unknown(UndefinedError):
    """owner: what has no such name; `missing` where the text itself knows none."""

    def __init__(self, owner: object, name: str, message: str):
        super().__init__(message)
        self.owner, self.name = owner, str(name)


class _Strict(StrictUndefined):
    """Says of a name that is not known whose it would be, so that the nearest can be suggested."""

    __slots__ = ()

    def __init__(self, hint=None, obj=missing, name=None, exc=UndefinedError):
        unknown = exc is UndefinedError and hint is None and isinstance(name, str)
        raised: Any = partial(_Unknown, obj, name) if unknown else exc
        super().__init__(hint, obj, name, raised)


def _not_read(text: str, error: jinja2.TemplateSyntaxError) -> str:
    """Why, and the line; of braces that nothing closes that where they stand, not where the text
    ends."""
    why, at = str(error.message).rstrip("."), error.lineno
    if filter_ := re.match(r"No filter named '(\w+)'", why):
        why += _meant(filter_[1], [*PLAIN_FILTERS, *FILTERS])
    if unclosed := UNCLOSED.search(text):
        why, at = "`{{` has no `}}`", text.count("\n", 0, unclosed.start()) + 1
    line = [*text.splitlines(), ""][at - 1].strip()
    return f"this sentence cannot be written: {why}\nline {at}: {line}"


def _no_name(text: str, unknown: _Unknown, names: Mapping) -> str:
    """The name, the nearest one, and the line."""
    owner = names if unknown.owner is missing else unknown.owner
    known = map(str, owner) if isinstance(owner, Mapping) else dir(owner)
    meant = _meant(unknown.name, [n for n in known if n[0] != "_"])
    used = re.compile(rf"\b{re.escape(unknown.name)}\b")
    lines = enumerate(text.splitlines(), start=1)
    place = next((f"line {at}: {line.strip()}\n" for at, line in lines if used.search(line)), "")
    return (
        f'this sentence cannot be written: there is no name "{unknown.name}"{meant}\n{place}'
        "docs/notebook.md and docs/quarter.md list the names"
    )


def _meant(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


class StrictEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for sentences: no name is missing silently, and no template reaches into Python.
    finalize: how a value is written where no filter says otherwise."""

    def __init__(self, finalize: Callable):
        super().__init__(undefined=_Strict, finalize=finalize)
        self.filters |= FILTERS


class _TextEnvironment(StrictEnvironment):
    """For the texts of people: names and filters, `if`, `for` and `set`, and sums. What could take
    long, or fill the memory, is not available or counts against the budget."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def __init__(self):
        super().__init__(_shown)
        plain = {name: self.filters[name] for name in PLAIN_FILTERS}
        self.filters = plain | FILTERS | {"join": _joined, COUNTED: _counted}
        self.globals = {}

    def _parse(self, source, name, filename):
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(STATEMENTS):
            self._refuse(f"`{type(node).__name__.lower()}` is not available here", node.lineno)
        loops = [*tree.find_all(nodes.For)]
        joins = [each.node for each in tree.find_all(nodes.Filter) if each.name == "join"]
        self._refuse_growing_lists(tree, [*joins, *(loop.iter for loop in loops)])
        for loop in loops:
            if loop.recursive:
                self._refuse("`recursive` is not available here", loop.lineno)
            written = sum(len(text.data) for text in loop.find_all(nodes.TemplateData))
            written += sum(len(str(each.value)) for each in loop.find_all(nodes.Const))
            cost = [nodes.Const(written + sum(1 for _ in loop.find_all(nodes.Node)))]
            loop.iter = nodes.Filter(loop.iter, COUNTED, cost, [], None, None)
        for joined in [*tree.find_all(nodes.Concat)]:
            joined.nodes = [nodes.Filter(nodes.List(joined.nodes), "join", [], [], None, None)]
        return tree

    def _refuse_growing_lists(self, tree: nodes.Template, allowed: list) -> None:
        """Lists of names that are not `allowed`: `{% set a = [a, a] %}`, thirty times, makes a list
        that takes hours to compare."""
        lists: tuple[type[nodes.Node], ...] = (nodes.List, nodes.Tuple, nodes.Dict)
        for each in tree.find_all(lists):
            if getattr(each, "ctx", "load") == "load" and each.find(nodes.Name):
                if [*each.find_all(lists)] or not any(each is one for one in allowed):
                    self._refuse("a list of names can only be looped over or joined", each.lineno)

    @staticmethod
    def _refuse(why: str, line: int) -> None:
        raise jinja2.TemplateSyntaxError(why, line)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        # "x".center(10 ** 9), (1).to_bytes(10 ** 9): what a value can do is a filter's task.
        return not isinstance(obj, str | Real) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """`"{}".format` is not available."""

    def call_binop(self, context, operator, left, right):
        if operator == "**":
            raise TemplateRuntimeError("`**` is not available here")
        if not all(isinstance(each, Real | jinja2.Undefined) for each in (left, right)):
            raise TemplateRuntimeError(f"`{operator}` is for numbers; ~ joins texts")
        if abs(result := super().call_binop(context, operator, left, right)) > 1e15:
            raise TemplateRuntimeError(f"`{operator}` makes a number of more than 15 digits")
        return result


@pass_context
def _counted(context: Context, values: Iterable, cost: int) -> Iterator:
    for value in values:
        context[RENDERER].spend(cost)
        yield value


@pass_context
def _joined(context: Context, values: Iterable, between: str = "") -> str:
    texts = []
    for value in values:
        texts.append(str(in_sentence(value, str)))
        context[RENDERER].spend(1 + len(texts[-1]) + len(between))
    return between.join(texts)


@lru_cache(maxsize=256)
def _template(text: str) -> jinja2.Template:
    """Compiled once: the written pages are tried with several figures before they are shown."""
    return _TextEnvironment().from_string(text)


@pass_context
def _shown(context: Context, value: object) -> object:
    shown = in_sentence(value, context[RENDERER].token)
    context[RENDERER].spend(len(str(shown)))
    return shown


def in_sentence(value: object, of_text: Callable[[str], str]) -> object:
    """How a value looks in a sentence when no filter says otherwise; a text, which may be from
    outside, as `of_text` says."""
    if isinstance(value, (Words, StrictUndefined)):
        return value  # Jinja's own error says which name is undefined
    if isinstance(value, Period):
        return value.title
    if isinstance(value, str):
        return of_text(value)
    if isinstance(value, dt.date) and value == value:  # NaT is a date, and equals nothing
        return long_date(value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return number(int(value))
    shown = value if isinstance(value, Real) else f"a {type(value).__name__}"
    raise TypeError(f"{shown} has no form for a sentence: use a filter, such as percent")


@lru_cache(maxsize=256)
def _filled_markdown(filled: str, texts: tuple[str, ...]) -> str:
    """HTML, its tokens in place. Made once, as the template is: most written pages have no figure.
    texts: those that the tokens stand for."""
    renderer = _Renderer(texts)
    return str(mistune.create_markdown(renderer=renderer, plugins=["table"])(filled))


@lru_cache(maxsize=256)
def render_markdown(text: str) -> str:
    """Markdown without figures -> HTML; raw HTML in it is shown as text."""
    return str(mistune.create_markdown(renderer=_Html(escape=True), plugins=["table"])(text))


def number(value: int) -> Words:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f'"{value}" is not a whole number')
    return Words(f"{int(value):,}")


def count(value: int, one: str, many: str) -> Words:
    """1, "agency", "agencies" -> "1 agency"."""
    return Words(f"{number(value)} {one if value == 1 else many}")


requests = partial(count, one="request", many="requests")


def part_of(part: int, total: int, one: str, many: str) -> Words:
    """ "5 of the 33 requests", "all 33 requests", "the one request", "no request"."""
    if not part:
        return Words(f"no {one}")
    if part < total:
        return Words(f"{number(part)} of the {count(total, one, many)}")
    return Words(f"all {count(total, one, many)}" if total > 1 else f"the one {one}")


def percent(fraction: float) -> Words:
    """0.4561 -> "45.6 %"."""
    if isinstance(fraction, bool) or not isinstance(fraction, Real):
        raise TypeError(f'"{fraction}" is not a fraction')
    return Words(f"{100 * fraction:.1f}\N{NO-BREAK SPACE}%")


def movement(compared: Compared) -> Words:
    """What follows "the number of requests", such as "rose to 57, above the range of the last 13
    published weeks (31 to 44)": *rose* and *fell* stand in no other words of ours. Raises TypeError
    for anything but a Compared."""
    if not isinstance(compared, Compared):
        raise TypeError(f'"{compared}" has no range to be compared with')
    count, last = number(compared.count), compared.before[-WEEKS_COMPARED:]
    moved = variation.movement(compared.count, list(compared.before))
    if compared.early:
        said = f"was {count} so far; it will be compared with earlier weeks once its data is final"
    elif moved is None:
        said = (
            f"was {count}. Fewer than {WEEKS_COMPARED} published weeks before it were counted in "
            "the same way, which is too few to say whether the number rose or fell"
        )
    else:
        low, high = min(last), max(last)
        beside = f"the range of the last {WEEKS_COMPARED} published weeks ({low:,} to {high:,})"
        where = "within" if low <= compared.count <= high else "just outside"
        said = {
            variation.ROSE: f"rose to {count}, above {beside}",
            variation.FELL: f"fell to {count}, below {beside}",
            variation.STAYED: f"was {count}, {where} {beside}; "
            "a difference of this size can arise by chance",
        }[moved]
    left_out = {"this week": compared.bulk, "those before": compared.bulk_before}
    if parts := " and ".join(f"{rows:,} of {whose}" for whose, rows in left_out.items() if rows):
        said += f". The comparison leaves out requests recorded in bulk: {parts}"
    return Words(said)


FILTERS: dict[str, Callable] = {"requests": requests}
FILTERS |= {each.__name__: each for each in (count, part_of, percent, number, movement)}


class _Html(mistune.HTMLRenderer):
    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        # Not `style`, which the pages' Content-Security-Policy would not let through.
        number = ' class="n"' if align == "right" else ""
        return f'<th scope="col"{number}>{text}</th>' if head else f"<td{number}>{text}</td>"


class _Renderer(_Html):
    """Of a narrative: raw HTML is escaped, and an address is judged as it will stand.

    Markdown sees a token in place of a text from outside, which is no markup wherever it stands;
    the text itself is put back, escaped, once the HTML is made."""

    def __init__(self, texts: Iterable[str] = ()):
        super().__init__(escape=True)
        self.texts = [*texts]
        self.budget = 1_000_000

    def spend(self, cost: int) -> None:
        """What filling a text may cost: what is done in each step of a loop, and each character
        that it writes."""
        self.budget -= cost
        if self.budget < 0:
            raise TemplateRuntimeError("it repeats or writes too much; shorten it")

    def token(self, value: str) -> str:
        # What Jinja's own filters have escaped is taken back, to be escaped once and for all.
        plain = html.unescape(value) if isinstance(value, Markup) else value
        # One that went through a {% set %} block holds the tokens of earlier ones, and no others.
        self.texts.append(self.put_back(" ".join(plain.split()), str))
        self.spend(len(self.texts[-1]))
        return f"zqvalue{len(self.texts) - 1}zq"

    def put_back(self, text: str, form: Callable[[str], str]) -> str:
        """`text` with each token as form(its value)."""

        def value_of(token: re.Match) -> str:
            number = int(token[1])
            return str(form(self.texts[number])) if number < len(self.texts) else token[0]

        return TOKEN.sub(value_of, text)

    def sanitize_url(self, url: str) -> str:
        # Judged as a browser will read it: "javascript&colon;" is a scheme too.
        return super().sanitize_url(html.unescape(self.put_back(url, str)))
