"""`%%narrative`: sentences with figures in them, and nothing from the extract read as markup."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from ddor.errors import DdorError
from ddor.narrative import NarrativeError, render_narrative

FILTERS = ["requests", 'count("agency", "agencies")', "percent", "number"]


class Read:
    """The tags of a piece of HTML, their attributes, and its text."""

    def __init__(self, html: str):
        soup = BeautifulSoup(html, "html.parser")
        self.tags = [tag.name for tag in soup()]
        self.attributes = {name: value for tag in soup() for name, value in tag.attrs.items()}
        self.text = soup.get_text()


def render(text: str, **names) -> str:
    return render_narrative(text, names).strip()


def sentence(text: str, **names) -> str:
    """What one paragraph says."""
    read = Read(render(text, **names))
    assert read.tags == ["p"]
    return read.text.strip()


def refused(text: str, **names) -> str:
    with pytest.raises(NarrativeError) as error:
        render(text, **names)
    assert isinstance(error.value, DdorError)
    return str(error.value)


# Figures


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("{{ value | requests }}", 0, "0 requests"),
        ("{{ value | requests }}", 1, "1 request"),
        ("{{ value | requests }}", 1234567, "1,234,567 requests"),
        ("{{ value | requests }}", np.int64(12345), "12,345 requests"),
        ('{{ value | count("agency", "agencies") }}', 1, "1 agency"),
        ('{{ value | count("agency", "agencies") }}', 1206, "1,206 agencies"),
        ("{{ value }}", 999, "999"),
        ("{{ value }}", -1234, "-1,234"),
        ("{{ value }}", np.int32(12345), "12,345"),
        ("{{ value | number }}", 1000, "1,000"),
        ("{{ value | percent }}", 0.4561, "45.6\xa0%"),
        ("{{ value | percent }}", 1, "100.0\xa0%"),
        ("{{ value | percent }}", 0.0004, "0.0\xa0%"),
        ("{{ value | part_of(1392, 'request', 'requests') }}", 1200, "1,200 of the 1,392 requests"),
        ("{{ value | part_of(33, 'request', 'requests') }}", 33, "all 33 requests"),
        ("{{ value | part_of(33, 'request', 'requests') }}", 0, "no request"),
        ("{{ value | part_of(1, 'request', 'requests') }}", 1, "the one request"),
        ("as of {{ value }}", dt.datetime(2017, 2, 3, 9, 15), "as of February 3, 2017"),
        ("as of {{ value }}", pd.Timestamp("2017-02-03"), "as of February 3, 2017"),
    ],
)
def test_numbers_shares_and_dates_are_written_as_in_a_sentence(text, value, words):
    assert sentence(text, value=value) == words


@pytest.mark.parametrize(
    "value", [0.5, float("nan"), np.float64(0.5), True, False, np.bool_(True), None, pd.NaT, pd.NA]
)
def test_what_has_no_form_for_a_sentence_is_refused(value):
    assert "{{ value }}" in refused("It was {{ value }}.", value=value)


@pytest.mark.parametrize("filter", FILTERS)
def test_a_filter_refuses_what_is_no_number_and_shows_the_sentence(filter):
    text = f"It was {{{{ value | {filter} }}}}."
    assert [text in refused(text, value=value) for value in (None, "12", [1])] == [True] * 3


# Names that do not exist


@pytest.mark.parametrize(
    "text",
    [
        "{{ totl }}",
        "{{ declined['totl'] }}",
        "{{ totl + 1 }}",
        "{% if declined.totl %}x{% endif %}",
        "{% for each in totl %}x{% endfor %}",
        "{{ totl.deeper }}",
        *(f"{{{{ declined.totl | {name} }}}}" for name in FILTERS),
    ],
)
def test_a_name_that_does_not_exist_stops_the_notebook_and_is_named(text):
    message = refused(f"There were {text}.", declined=SimpleNamespace(total=1))
    assert "totl" in message.splitlines()[0]  # the next line repeats the sentence
    assert text in message


def test_a_misspelt_name_is_told_in_three_lines_with_the_nearest_and_its_line():
    names = {"declined": SimpleNamespace(total=1, agencies=1), "latest": {"figures": {}}}
    nearest_of = {"declined.totl": "total", "declned.total": "declined", "latest.figure": "figures"}
    for misspelt, nearest in nearest_of.items():
        wrong = misspelt.split(".")[nearest != "declined"]
        told = refused(f"All is well.\n\nOf {{{{ {misspelt} }}}} one.\n", **names).splitlines()
        assert told[0].endswith(f'there is no name "{wrong}"; did you mean "{nearest}"?')
        assert told[1] == f"line 3: Of {{{{ {misspelt} }}}} one." and len(told) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("One.\nOf {{ total\nmore.\nEnd.", ["`{{` has no `}}`", "line 2: Of {{ total"]),
        ("One.\n{{ total | numer }}.", ['did you mean "number"', "line 2: {{ total | numer }}."]),
        ("One.\n{% if total %} it is.", ["'if'", "line 2: {% if total %} it is."]),
    ],
)
def test_a_mistake_in_the_signs_of_a_sentence_is_told_with_its_line(text, told):
    said = refused(text, total=1).splitlines()
    assert len(said) == 2 and all(word in line for word, line in zip(told, said, strict=True))


@pytest.mark.parametrize(
    "text",
    ["{{ total", "{% if total %}", "{{ total | nofilter }}", "{{ 1 / 0 }}", '{% include "x" %}'],
)
def test_a_sentence_that_is_no_template_is_refused_with_its_text(text):
    assert text in refused(text, total=1)


# Sandbox


@pytest.mark.parametrize(
    "text",
    [
        "{{ value.__class__.__mro__ }}",
        "{{ rows.append(2) }}",
        "{{ names.update({'a': 1}) }}",
        "{{ make.__globals__ }}",
    ],
)
def test_a_sentence_reaches_neither_the_machinery_nor_changes_a_value(text):
    names = {"a": 0}
    rows = [1]
    refused(text, value="x", rows=rows, names=names, make=lambda: 1)
    assert (rows, names) == ([1], {"a": 0})


# What comes from the extract is shown as it is

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(1)"> *a* _b_ **c** `d` [e](http://f) '
    "![g](h) <http://i> # 1. - + | ~~j~~ $k$ &amp; &lt; \\* \"l\" 'm' [^1] :n: ==o=="
)
POSITIONS = {
    "paragraph": ("{{ value }}", ["p"]),
    "middle of a sentence": ("It is {{ value }}, they say.", ["p"]),
    "heading": ("## {{ value }}", ["h2"]),
    "list": ("- {{ value }}", ["ul", "li"]),
    "quotation": ("> {{ value }}", ["blockquote", "p"]),
    "strong": ("**{{ value }}**", ["p", "strong"]),
    "link text": ("[{{ value }}](page.html)", ["p", "a"]),
    "code": ("`{{ value }}`", ["p", "code"]),
    "table cell": (
        "| a | b |\n|---|---|\n| {{ value }} | c |",
        "table thead tr th th tbody tr td td".split(),
    ),
}


@pytest.mark.parametrize("position", POSITIONS)
def test_a_value_is_shown_as_it_is_in_every_position_and_opens_no_new_block(position):
    template, tags = POSITIONS[position]
    breaks = ("one\n\n", "one\n", "one\r\n", "one\n\n    ", "one  \n", "    ")
    for value in (HOSTILE, *(f"{each}two" for each in breaks)):
        read = Read(render(template, value=value))
        assert read.tags == tags, value
        assert " ".join(value.split()) in read.text, value


@pytest.mark.parametrize("template", ["[t](a '{{ value }}')", "![{{ value }}](a.svg)"])
def test_markup_in_a_value_stays_text_in_an_attribute(template):
    read = Read(render(template, value=HOSTILE))
    assert read.tags in (["p", "a"], ["p", "img"])
    assert HOSTILE in read.attributes.values()
    assert set(read.attributes) <= {"href", "title", "src", "alt"}


LONGER_WAYS = """
{% set copy %}{{ value }}{% endset %}{{ copy }}
{% for each in [value] %}{{ each }}{% endfor %}
{{ [value] | join }}
{{ value | e }}
""".strip().splitlines()
WITHIN = """
<a title="{{ value }}">x</a>
<{{ value }}>
<!-- {{ value }} -->
    {{ value }}
{{ value | upper }}
{{ value ~ '!' }}
""".strip().splitlines()


@pytest.mark.parametrize("template", ["```\n{{ value }}\n```", *WITHIN, *LONGER_WAYS])
def test_no_way_of_writing_a_value_makes_it_html(template):
    read = Read(render(template, value=HOSTILE))
    assert set(read.tags) <= {"p", "pre", "code"}
    assert read.attributes == {}


@pytest.mark.parametrize(
    "url",
    "javascript:alert(1) JavaScript:alert(1) vbscript:x data:text/html,x java\tscript:alert(1) "
    "javascript&colon;alert(1) javascript&#58;alert(1)".split(" "),
)
def test_an_address_that_runs_something_is_refused(url):
    with pytest.raises(NarrativeError, match="a link that runs something"):
        render("[t]({{ value }})", value=url)


def test_a_picture_from_elsewhere_is_refused():
    for address in ("http://example.org/x.png", "//example.org/x.png"):
        with pytest.raises(NarrativeError, match="a picture from elsewhere"):
            render(f"![x]({address})")


def test_a_value_in_an_address_is_that_address():
    for template, address in {
        "[t]({{ value }})": "https://example.org/a?b=1&c=2",
        "[t](mailto:{{ value }})": "mailto:records@example.org",
        "<mailto:{{ value }}>": "mailto:records@example.org",
        "![t]({{ value }})": "picture.svg",
    }.items():
        read = Read(render(template, value=address.removeprefix("mailto:")))
        assert address in read.attributes.values()


@pytest.mark.parametrize("filter", ["e", "trim"])
def test_a_filtered_value_does_not_leave_its_attribute(filter):
    html = render(f"[t](a '{{{{ value | {filter} }}}}')", value='x" onclick="y')
    assert set(Read(html).attributes) <= {"href", "title"}


@pytest.mark.parametrize("template", LONGER_WAYS)
def test_a_value_that_goes_a_longer_way_through_the_template_is_not_lost(template):
    assert sentence(template, value="Hennepin *County* & Co.") == "Hennepin *County* & Co."


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_any_text_without_spaces_is_shown_as_it_is(value):
    assert sentence("It is {{ value }}.", value=value) == f"It is {value}."


def test_an_analysts_own_html_is_shown_as_text_and_markdown_is_markdown():
    for text in ('Look: <b onclick="x()">here</b>', "<script>alert(1)</script>"):
        read = Read(render(text))
        assert (read.tags, read.text.strip()) == (["p"], text)
    tags = Read(render("# A\n\n**b** [c](d)\n\n- e\n\n| f |\n|---|\n| g |")).tags
    assert tags == "h1 p strong a ul li table thead tr th tbody tr td".split()
