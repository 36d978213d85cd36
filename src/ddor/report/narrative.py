"""`%%narrative`: Markdown with figures in it, rendered as it will be published.

    %%narrative
    {{ declined.total | requests }} were recorded as declined by
    {{ declined.agencies | count("agency", "agencies") }}.

The text is a Jinja template over the notebook's names, then Markdown. A name that does not exist
stops the notebook: a sentence never loses its figure silently. Numbers are written with thousands
separators and dates in words; a fraction has to say what it is (`| percent`). Whatever comes from
the extract is shown as it is, never read as Markdown or HTML.

Left out on purpose: raw HTML in the text. It is shown as text, as an editor would expect.
"""

import datetime as dt
import re

import mistune
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from ddor.calendar import long_date
from ddor.errors import DdorError

MARKDOWN_SIGNS = re.compile(r"""[\\`*_{}\[\]()<>#+\-.!|~&"'$:^=]""")


class NarrativeError(DdorError):
    """A sentence that cannot be written: its text, and what is missing."""


def render_narrative(text: str, names: dict) -> str:
    """Markdown with `{{ }}` -> HTML. Raises NarrativeError."""
    try:
        filled = _environment().from_string(text).render(names)
    except (TemplateError, TypeError, ArithmeticError) as error:
        raise NarrativeError(f"this sentence cannot be written: {error}\n{text}") from error
    return render_markdown(filled)


def literal(value: object) -> Markup:
    """Text that neither Markdown nor HTML reads as markup: each sign as a character reference."""
    return Markup(MARKDOWN_SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", str(value)))


def number(value: int) -> Markup:
    return Markup(f"{value:,}")


def count(value: int, one: str, many: str) -> Markup:
    """1, "agency", "agencies" -> "1 agency"."""
    return Markup(f"{value:,} {one if value == 1 else many}")


def requests(value: int) -> Markup:
    return count(value, "request", "requests")


def percent(fraction: float) -> Markup:
    """0.4561 -> "45.6 %"."""
    return Markup(f"{100 * fraction:.1f}&nbsp;%")


def shown(value: object) -> Markup:
    """How a value looks in a sentence when no filter says otherwise."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, bool) or value is None or isinstance(value, float):
        raise TypeError(f"{value!r} has no form for a sentence: use a filter, such as percent")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, dt.date):
        return Markup(long_date(value))
    return literal(value)


FILTERS = {"count": count, "requests": requests, "percent": percent, "number": number}


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=_finalize)
    environment.filters |= FILTERS
    return environment


def _finalize(value: object) -> object:
    # An undefined name has to reach Jinja, whose error says which one it was.
    return value if isinstance(value, StrictUndefined) else shown(value)


class _Renderer(mistune.HTMLRenderer):
    """Raw HTML is escaped; a character reference, which `literal` writes, stays one character."""

    def text(self, text: str) -> str:
        return mistune.safe_entity(text)


render_markdown = mistune.create_markdown(renderer=_Renderer(escape=True), plugins=["table"])


def load_ipython_extension(ipython) -> None:
    """Called by `%load_ext ddor.report`."""
    from IPython.display import HTML, display

    def narrative(line: str, cell: str) -> None:
        # One HTML output, so that JupyterLab shows what nbconvert will publish.
        display(HTML(render_narrative(cell, ipython.user_ns)))

    ipython.register_magic_function(narrative, magic_kind="cell")
