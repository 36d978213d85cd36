"""What a draft says of itself: which figures and which sentences differ from the published page."""

from ddor.jobs.differences import differences, paragraphs, sentence_differences
from ddor.jobs.prepared import figure_differences


def test_a_figure_that_changed_is_told_with_both_values_in_the_order_of_the_draft():
    """0 is a value; what one of the two lacks is none."""
    before = {"declined_total": 41, "issued_total": 600, "same": 3, "gone": 5, "was_zero": 0}
    after = {"issued_total": 599, "was_zero": 1, "declined_total": 0, "new": 0, "same": 3}
    assert figure_differences(before, after) == [
        "issued_total: 600 -> 599",
        "was_zero: 0 -> 1",
        "declined_total: 41 -> 0",
        "new: none -> 0",
        "gone: 5 -> none",
    ]
    assert figure_differences({"a": 1, "b": 0}, {"b": 0, "a": 1}) == []


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


def test_a_changed_sentence_is_told_as_it_was_and_as_it_is_whatever_its_line_breaks():
    same = PAGE.replace("\n", " ").replace("<strong>", "<em>")
    assert sentence_differences(PAGE, same) == []
    assert sentence_differences(PAGE, same.replace("41 requests", "43 requests")) == [
        "- ICE recorded 41 requests as declined.",
        "+ ICE recorded 43 requests as declined.",
    ]
    more = PAGE.replace("</article>", "<p>Another.</p></article>")
    assert sentence_differences(PAGE, more) == ["+ Another."]
    assert sentence_differences(more, PAGE) == ["- Another."]


def test_a_sentence_that_starts_with_a_sign_of_the_comparison_is_still_told():
    assert sentence_differences("", "<p>? why</p><p>- x</p>") == ["+ ? why", "+ - x"]


def test_cells_rows_and_charts_that_differ_are_told_one_by_one():
    table = (
        "<table><caption>Policies</caption><tr><th>place</th><th>kind</th><th>n</th></tr>"
        "<tr><th>Travis</th><td>law</td><td>1</td></tr><tr><th>Hays</th><td>law</td><td>2</td></tr>"
        "</table>"
    )
    other = table.replace("<td>1</td>", "<td>3</td>").replace("<th>Hays</th>", "<th>Bexar</th>")
    told = [*differences(({}, {}), (table, other), ({"a.svg": b"1"}, {"a.svg": b"2"}))]
    assert told == [
        "Policies, Travis, n: 1 -> 3",
        "- Policies, Hays: law | 2",
        "+ Policies, Bexar: law | 2",
        "the chart a differs",
    ]
    many = "".join(f"<p>{number}</p>" for number in range(600))
    assert [*differences(({}, {}), ("", many), ({}, {}))][-1] == "and 100 more differences"
