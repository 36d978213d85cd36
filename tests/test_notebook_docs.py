"""docs/notebook.md: every name that it lists or uses is one that an analyst can write."""

import re
from operator import attrgetter

import pytest
from conftest import PROJECT

from ddor.narrative import FILTERS, render_narrative
from ddor.report.opening import open_week
from ddor.report.own import OF_PEOPLE, OF_REQUESTS
from ddor.report.tables import Table

DOCS = (PROJECT / "docs" / "notebook.md").read_text(encoding="utf-8")
NAMES = "week issued declined charges held_back extract"


@pytest.fixture(scope="module")
def report(sample_archive):
    """The default week, after two others, so that it has a previous one."""
    settings = {"output": str(sample_archive)}
    return open_week("2017-03-04", "", settings, sample=True)


@pytest.fixture(scope="module")
def names(report) -> dict:
    named = dict(zip(NAMES.split(), report.for_sentences(), strict=True))
    return named | {"phrases": report.phrases(), "report": report}


def table_below(head: str) -> dict[str, str]:
    """First column -> second, of the table with this head."""
    (body,) = re.findall(rf"^\| {re.escape(head)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", DOCS, re.MULTILINE)
    return dict(re.findall(r"^\| (.*?) \| (.*) \|$", body, re.MULTILINE))


def test_the_figures_of_sentences_are_there(names):
    listed = table_below("name")
    assert {name.strip("`") for name in listed} == {*NAMES.split(), "phrases"}
    looked_at = 0
    for name, holds in listed.items():
        # Those in the parentheses after `.previous` are its own.
        own, _, of_previous = holds.partition("`.previous` (")
        of_previous, _, rest = of_previous.partition(")")
        for prefix, part in (("", own + rest), ("previous.", of_previous)):
            for each in re.findall(r"`\.([a-z_.]+)`", part):
                attrgetter(prefix + each)(names[name.strip("`")])
                looked_at += 1
    assert looked_at > 60


def test_what_stands_in_braces_can_be_written(names):
    used = re.findall(r"\{\{ [a-z].*? \}\}", DOCS)
    assert len(used) > 2
    for each in used:
        assert render_narrative(each, names).strip(), each
    ((owner, name),) = re.findall(r"\{% if ([a-z_]+)\.([a-z_]+) %\}", DOCS)
    assert hasattr(names[owner], name)


def test_the_filters_are_those_there_are():
    listed = {re.match(r"`?(\w+)", each)[1] for each in table_below("filter")}
    assert listed - {"none"} == {*FILTERS} - {"number"}


def test_the_methods_and_rows_of_the_report_are_there(report):
    used = {*re.findall(r"\breport\.([a-z_]+)", DOCS), *re.findall(r"`\.([a-z_]+)\(\)`", DOCS)}
    assert len(used) > 20
    assert [each for each in used - {"scraps"} if not hasattr(report, each)] == []


def test_what_can_be_filtered_and_counted_by_is_what_there_is(report):
    (filtered,) = re.findall(r"\*\*The columns to filter by\*\* are (.*?)\. Join", DOCS, re.DOTALL)
    assert {*re.findall(r"`([a-z_]+)`", filtered)} == {*report.requests.columns}
    (counted,) = re.findall(r"\*\*Count by\*\* (.*)", DOCS)
    assert {*re.findall(r'`"([a-z]+)"`', counted)} == {*OF_REQUESTS}
    assert {*re.findall(r'by="([a-z]+)"', DOCS.partition("**Of people**")[2])} == {*OF_PEOPLE}
    for by in OF_REQUESTS:
        assert isinstance(report.table(report.requests, by=by), Table)
