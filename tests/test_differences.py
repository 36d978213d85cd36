"""What a draft says of itself: which figures and which sentences differ from the published page."""

from ddor.jobs.prepared import figure_differences
from ddor.jobs.report import paragraphs, sentence_differences


def test_equal_figures_differ_in_nothing():
    assert figure_differences({"a": 1, "b": 0}, {"b": 0, "a": 1}) == []


def test_a_figure_that_changed_is_told_with_both_values_in_the_order_of_the_draft():
    before = {"declined_total": 41, "issued_total": 600, "same": 3}
    after = {"issued_total": 599, "declined_total": 43, "same": 3}
    assert figure_differences(before, after) == [
        "issued_total: 600 -> 599",
        "declined_total: 41 -> 43",
    ]


def test_a_change_to_and_from_zero_is_a_change():
    assert figure_differences({"a": 0}, {"a": 1}) == ["a: 0 -> 1"]
    assert figure_differences({"a": 1}, {"a": 0}) == ["a: 1 -> 0"]


def test_a_figure_that_the_published_page_lacks_was_none():
    assert figure_differences({}, {"a": 0}) == ["a: none -> 0"]


def test_a_figure_that_the_draft_lacks_is_told_too():
    assert figure_differences({"a": 5}, {}) == ["a: 5 -> none"]


PAGE = """<article><h1>The week</h1>
<p>ICE recorded <strong>41 requests</strong>
as declined.</p>
<ul><li>One &amp; two</li><li><p>Three</p></li></ul>
<figure><img src="x" alt="no"><figcaption>A chart</figcaption>
<table><caption><span>A table</span></caption><tr><td>41</td></tr></table></figure>
<p> </p>text outside</article>"""


def test_paragraphs_items_heads_and_captions_are_read_as_their_text():
    assert paragraphs(PAGE) == [
        "The week",
        "ICE recorded 41 requests as declined.",
        "One & two",
        "Three",
        "A chart",
        "A table",
    ]


def test_equal_pages_differ_in_no_sentence_whatever_their_line_breaks():
    assert sentence_differences(PAGE, PAGE.replace("\n", " ").replace("<strong>", "<em>")) == []


def test_a_changed_sentence_is_told_as_it_was_and_as_it_is():
    assert sentence_differences(PAGE, PAGE.replace("41 requests", "43 requests")) == [
        "- ICE recorded 41 requests as declined.",
        "+ ICE recorded 43 requests as declined.",
    ]


def test_a_sentence_that_came_or_went_is_told_alone():
    more = PAGE.replace("</article>", "<p>Another.</p></article>")
    assert sentence_differences(PAGE, more) == ["+ Another."]
    assert sentence_differences(more, PAGE) == ["- Another."]


def test_a_sentence_that_starts_with_a_sign_of_the_comparison_is_still_told():
    assert sentence_differences("", "<p>? why</p><p>- x</p>") == ["+ ? why", "+ - x"]
