"""What a cell shows: tables with captions and scoped heads, charts that say their figures."""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
from extract_factory import charge, request
from frames import agency, case_of, copies, coverage, directory_of, inputs_of, policy

from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.narrative import NarrativeError
from ddor.report.charts import MOST_BARS, Chart, stacked_bars
from ddor.report.tables import MOST_ROWS, Several, Table, agency_table
from ddor.report.week import WeeklyReport

PARTS = {"a": "Part A", "b": "Part B"}
HOSTILE = '<script>alert("x")</script> & \'y\''
SVG = "{http://www.w3.org/2000/svg}"


class Html(HTMLParser):
    """rows: the text of the cells of each row; cells: (tag, attributes); tags: all of them."""

    def __init__(self, shown):
        super().__init__()
        self.rows, self.cells, self.tags, self.caption, self.inside = [], [], [], "", ""
        self.feed(shown._repr_html_())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
            self.cells.append((tag, dict(attrs)))
        if tag in ("th", "td", "caption"):
            self.inside = tag
        if tag == "img":
            self.image = dict(attrs)

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data):
        if self.inside == "caption":
            self.caption += data
        elif self.inside:
            self.rows[-1][-1] += data


# Tables


def table(frame=None, caption="A caption") -> Table:
    frame = frame if frame is not None else pd.DataFrame({"name": ["x", "y"], "n": [1234, 0]})
    return Table(frame, {column: column.upper() for column in frame}, caption)


def test_a_table_has_its_caption_once_and_names_its_region_by_it():
    html = Html(table())
    assert html.caption == "A caption"
    assert html.tags.count("caption") == html.tags.count("table") == 1
    assert 'aria-label="A caption"' in table()._repr_html_()


def test_every_head_has_a_scope_and_the_first_cell_of_a_row_is_its_head():
    html = Html(table())
    heads = [attributes["scope"] for tag, attributes in html.cells if tag == "th"]
    assert heads == ["col", "col", "row", "row"]
    assert [tag for tag, _ in html.cells] == ["th", "th", "th", "td", "th", "td"]


def test_columns_come_in_the_order_of_the_heads_and_others_stay_out():
    frame = pd.DataFrame({"n": [1], "hidden": [2], "name": ["x"]})
    assert Html(Table(frame, {"name": "Name", "n": "Number"}, "c")).rows == [
        ["Name", "Number"], ["x", "1"],
    ]  # fmt: skip


def test_numbers_are_grouped_and_stand_right_and_text_does_not():
    html = Html(table())
    assert html.rows[1:] == [["x", "1,234"], ["y", "0"]]
    assert [attributes.get("class") for _, attributes in html.cells][1::2] == ["n", "n", "n"]
    assert [attributes.get("class") for _, attributes in html.cells][::2] == [None] * 3


def test_a_missing_value_is_an_empty_cell_and_whole_numbers_show_no_decimals():
    frame = pd.DataFrame({"name": ["x", "y", None], "n": [1234.0, None, 2.0]})
    assert Html(table(frame)).rows[1:] == [["x", "1,234"], ["y", ""], ["", "2"]]


def test_digits_that_are_text_stay_as_they_are():
    frame = pd.DataFrame({"name": ["x"], "code": ["01001"], "day": ["2017-02-01"]})
    assert Html(table(frame)).rows[1] == ["x", "01001", "2017-02-01"]


def test_text_is_escaped_in_cells_heads_and_caption():
    frame = pd.DataFrame({"name": [HOSTILE], "other": [HOSTILE]})
    html = Html(Table(frame, {"name": HOSTILE, "other": "Other"}, HOSTILE))
    assert html.rows == [[HOSTILE, "Other"], [HOSTILE, HOSTILE]]
    assert html.caption == HOSTILE
    assert "script" not in html.tags


def test_an_empty_table_says_so_under_its_caption():
    shown = table(pd.DataFrame({"name": pd.Series(dtype="str")}))._repr_html_()
    assert "<table" not in shown
    assert "A caption" in shown and "no rows." in shown


def test_a_column_that_does_not_exist_is_refused_by_its_name():
    with pytest.raises(NarrativeError, match="nmae"):
        Table(pd.DataFrame({"name": ["x"]}), {"nmae": "Name"}, "c")


# Tables by agency


def by_agency(*counts: tuple[int, int]) -> pd.DataFrame:
    """Agencies A000, A001, … with (declined, honored)."""
    return pd.DataFrame(
        [{"agency_id": f"A{at:03}", "agency": f"Jail {at}", "level": "county", "state": "MN",
          "declined": declined, "honored": honored}
         for at, (declined, honored) in enumerate(counts)]
    )  # fmt: skip


def agency_rows(frame) -> list[list[str]]:
    heads = {"declined": "Declined", "honored": "Honored"}
    return Html(agency_table(frame, "declined", heads, "c", {})).rows


def test_the_largest_come_first_and_ties_by_state_name_and_code():
    rows = agency_rows(by_agency((1, 0), (5, 0), (1, 0)))
    assert [row[0].partition("MN")[0] for row in rows] == ["Agency", "Jail 1", "Jail 0", "Jail 2"]


def test_each_agency_shows_state_level_and_code_beside_its_name():
    assert agency_rows(by_agency((1, 0)))[1][0] == "Jail 0MN · county · A000"


def test_agencies_without_any_are_added_up_in_a_last_line():
    rows = agency_rows(by_agency((1, 3), (0, 1000), (0, 234)))
    assert rows[1][1:] == ["1", "3"]
    assert rows[2] == ["2 other agencies", "0", "1,234"]


def test_one_other_agency_is_singular():
    assert agency_rows(by_agency((1, 3), (0, 2)))[-1][0] == "1 other agency"


def test_agencies_past_the_hundred_largest_are_added_up_and_nothing_is_lost():
    counts = [(count, 2) for count in range(1, MOST_ROWS + 4)]
    rows = agency_rows(by_agency(*counts, (0, 7)))[1:]
    assert len(rows) == MOST_ROWS + 1
    assert rows[-1] == ["4 other agencies", "6", "13"]  # 1 + 2 + 3 declined, 3 x 2 + 7 honored
    assert sum(int(row[1]) for row in rows) == sum(count for count, _ in counts)


def test_without_others_there_is_no_last_line():
    assert len(agency_rows(by_agency((1, 0), (2, 0)))) == 3


def test_the_name_of_an_agency_is_escaped():
    frame = by_agency((1, 0)).assign(agency=HOSTILE)
    assert agency_rows(frame)[1][0] == f"{HOSTILE}MN · county · A000"


# Charts


def bars(*values: tuple[int, int], synthetic=False, names=None, parts=PARTS) -> Chart:
    names = names or [f"Bar {chr(ord('A') + at)}" for at in range(len(values))]
    frame = pd.DataFrame(
        [{"agency": name, "a": a, "b": b} for name, (a, b) in zip(names, values, strict=True)]
    )
    return stacked_bars("a-chart", frame, "agency", parts, "The caption", synthetic)


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()).strip() for each in ET.fromstring(svg).iter(f"{SVG}text")]


def numbers(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]


def test_the_alternative_holds_every_figure_of_every_bar_in_the_order_drawn():
    alternative = bars((1200, 34), (0, 7), (5, 0)).alternative
    assert alternative == (
        "Bar chart. The caption, in requests. Bar A: 1,234 (part a 1,200, part b 34); "
        "Bar B: 7 (part b 7); Bar C: 5 (part a 5)."
    )


def test_the_alternative_of_a_chart_of_one_part_says_each_figure_once():
    chart = bars((3, 0), (0, 0), (4, 0), parts={"a": "Part A"})
    assert chart.alternative.endswith("Bar A: 3; Bar B: 0; Bar C: 4.")


def test_the_picture_shows_the_totals_names_and_legend_that_the_alternative_says():
    chart = bars((1200, 34), (0, 7))
    for svg in (chart.light, chart.dark):
        assert {"1,234", "7", "Bar A", "Bar B", "Part A", "Part B", "Requests"} <= set(texts(svg))


def test_of_many_bars_the_rest_is_one_that_adds_them_up():
    values = [(100 - at, at) for at in range(MOST_BARS + 5)]
    chart = bars(*values)
    assert chart.alternative.count(";") == MOST_BARS - 1
    rest = values[MOST_BARS - 1 :]
    others = chart.alternative.rpartition("; ")[2]
    assert others.startswith(f"All others ({len(rest)}): ")
    a, b = (sum(column) for column in zip(*rest, strict=True))
    assert numbers(others) == [len(rest), a + b, a, b]
    assert f"{a + b:,}" in texts(chart.light)
    assert len(Html(chart.table).rows) == 1 + len(values)  # the table keeps them apart


def test_as_many_bars_as_fit_are_all_drawn():
    alternative = bars(*[(1, 0)] * MOST_BARS).alternative
    assert "All others" not in alternative
    assert alternative.count(";") == MOST_BARS - 1


def test_the_table_behind_the_fold_has_the_figures_and_their_total():
    chart = bars((1200, 34), (0, 7))
    assert Html(chart.table).rows == [
        ["Agency", "Part A", "Part B", "Total"], ["Bar A", "1,200", "34", "1,234"],
        ["Bar B", "0", "7", "7"],
    ]  # fmt: skip
    shown = chart._repr_html_()
    assert shown.index("<summary>Show as table</summary>") < shown.index("<table>")


def test_the_same_figures_give_the_same_bytes_and_others_do_not():
    assert bars((1, 2), (3, 4))._repr_html_() == bars((1, 2), (3, 4))._repr_html_()
    assert bars((1, 2), (3, 4)).light != bars((1, 2), (3, 5)).light


def test_the_pictures_are_well_formed_and_carry_no_date_and_no_address_to_load():
    chart = bars((1, 2), names=[HOSTILE])
    assert chart.light != chart.dark
    for svg in (chart.light, chart.dark):
        assert ET.fromstring(svg).tag == f"{SVG}svg"
        assert not re.search(r"dc:date|20\d\d-\d\d-\d\d", svg)
        assert not re.findall(r'(?:href|src)="(?!#)', svg)
        assert "<script" not in svg


@pytest.mark.parametrize("name", ["A $x$ B", "Jail $\\frac$", "$5 and $6", "a_b^c", "\\$5", "%s"])
def test_a_name_is_drawn_as_it_is_written_and_never_read_as_a_formula(name):
    assert name in texts(bars((1, 2), names=[name]).light)


def test_the_alternative_and_the_caption_are_escaped_in_the_page():
    chart = bars((1, 2), names=[HOSTILE])
    html = Html(chart)
    assert html.image["alt"] == chart.alternative
    assert HOSTILE in html.image["alt"]
    assert "script" not in html.tags


def test_the_page_gets_the_light_picture_and_the_dark_one_for_dark_screens():
    chart = bars((1, 2))
    shown = chart._repr_html_()
    light, dark = (
        base64.b64encode(svg.encode()).decode() for svg in (chart.light, chart.dark)
    )
    assert f'<img src="data:image/svg+xml;base64,{light}"' in shown
    source = re.search("<source [^>]*>", shown)[0]
    assert "prefers-color-scheme: dark" in source and dark in source


def test_a_synthetic_chart_says_so_in_the_picture_and_in_its_alternative():
    chart = bars((1, 2), synthetic=True)
    for svg in (chart.light, chart.dark):
        assert SYNTHETIC_NOTICE in texts(svg)
    assert chart.alternative.startswith(SYNTHETIC_NOTICE)
    real = bars((1, 2))
    assert SYNTHETIC_NOTICE not in real.light + real.alternative


@pytest.mark.parametrize("values", [[], [(0, 0), (0, 0)]])
def test_a_chart_of_nothing_is_its_table(values):
    shown = stacked_bars(
        "n", pd.DataFrame(values, columns=["a", "b"]).assign(agency="x"), "agency", PARTS,
        "The caption", False,
    )  # fmt: skip
    assert isinstance(shown, Table)
    assert "The caption" in shown._repr_html_()


# Those of the report

# Three agencies and five of each category, so that disclosure control lets them be shown.
ROWS = [
    *copies(5, "a", decline_reason="law_or_court", citizenship="GTM"),
    *copies(5, "b", released_at="", agency_id="MN0270002", agency_name="EDINA PD"),
    *copies(5, "c", agency_id="MN0270001", agency_name="MINNEAPOLIS PD", issued_at="2017-02-15"),
    request(request_id="h", outcome="honored", notice_at="2017-02-01"),
    request(request_id="p", outcome="pending", outcome_recorded_at=""),
    request(request_id="x", state="TX"),
]
CHARGES = [charge(request_id=f"a{at}", disposition="convicted") for at in range(5)] + [
    charge(request_id=f"{agency}{at}") for agency in "bc" for at in range(3)
]


@pytest.fixture(scope="module")
def report() -> WeeklyReport:
    case = case_of(ROWS, CHARGES, [agency()], synthetic=True)
    stale = policy(jurisdiction="Old", verified_on="2014-01-01")
    directory = directory_of([agency()], [policy(), stale], [coverage()])
    return WeeklyReport(inputs_of(replace(case, directory=directory)))


def first(shown):
    """The table or chart itself, where a note stands beneath it."""
    return shown.parts[0] if isinstance(shown, Several) else shown


TABLES = ("issued_table", "declined_table", "law_table", "policies_table", "stale_policies_table",
          "coverage_table", "checks_table", "reconciliation_table", "orders_table")  # fmt: skip
CHARTS = {
    "outcomes_chart": "Honored: 1; Declined: 15; Other outcome: 0; Pending: 1.",
    "declined_chart": "EDINA PD, MN: 5 (unclassified 5); "
    "Hennepin County Jail, MN: 5 (no notice on record 5); "
    "MINNEAPOLIS PD, MN: 5 (no notice on record 5).",
    "citizenship_chart": "Central America: 5; Mexico: 10.",
    "timing_chart": "Same day or next day: 5; 2 to 7 days: 10.",
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_report_has_a_caption_and_scoped_heads(report, name):
    html = Html(first(getattr(report, name)()))
    assert html.caption.strip()
    assert all("scope" in attributes for tag, attributes in html.cells if tag == "th")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_of_the_report_says_its_figures_and_that_it_is_synthetic(report, name):
    chart = first(getattr(report, name)())
    assert chart.alternative.startswith(SYNTHETIC_NOTICE)
    assert chart.alternative.endswith(", in requests. " + CHARTS[name])


def test_no_two_charts_or_tables_of_the_report_share_a_caption(report):
    captions = [first(getattr(report, name)()).caption for name in (*TABLES, *CHARTS)]
    assert len(set(captions)) == len(captions)


def test_the_table_of_the_reconciliation_ends_with_the_received(report):
    rows = Html(report.reconciliation_table()).rows
    assert rows[-1] == ["Received", "18"]
    assert sum(int(row[1]) for row in rows[1:-1]) == 18


def test_the_table_of_checks_says_what_each_asks_and_cannot_see(report):
    head, row, *_ = Html(report.checks_table()).rows
    assert row[0].startswith("E1 ")
    assert row[head.index("Result")] == "stopped"
    assert row[head.index("Requests or policies")] == "1"
    assert row[head.index("What it asks")].endswith("?")
    assert row[head.index("What it cannot see")]


def test_a_week_without_outcomes_does_not_say_that_its_source_has_no_recording_dates():
    pending = request(outcome="pending", outcome_recorded_at="")
    *_, extract = WeeklyReport(inputs_of(case_of([pending]))).for_sentences()
    assert extract.has_recording_dates
    source = request(outcome_recorded_at="")
    *_, extract = WeeklyReport(inputs_of(case_of([source], cohort="issued"))).for_sentences()
    assert not extract.has_recording_dates
