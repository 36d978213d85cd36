"""What a cell shows: tables with captions and scoped heads, charts that say their figures."""

import base64
import csv
import io
import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import PROJECT
from extract_factory import request
from frames import agency, case_of, inputs_of

from ddor.checks.registry import CHECKS
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.narrative import NarrativeError
from ddor.report import palette
from ddor.report.charts import MOST_BARS, Chart, stacked_bars
from ddor.report.tables import MOST_LISTED, MOST_ROWS, Table, agency_fold, agency_table
from ddor.report.week import WeeklyReport

PARTS = {"a": "Part A", "b": "Part B"}
HOSTILE = "<script>alert(\"x\")</script> & 'y'"
SVG = "{http://www.w3.org/2000/svg}"


def soup(shown) -> BeautifulSoup:
    return BeautifulSoup(shown._repr_html_(), "html.parser")


def rows_of(shown) -> list[list[str]]:
    """The text of the cells of each row."""
    return [[cell.get_text() for cell in row(["th", "td"])] for row in soup(shown)("tr")]


# Tables


def table(caption="A caption", heads=None, **columns) -> Table:
    frame = pd.DataFrame(columns or {"name": ["x", "y"], "n": [1234, 0]})
    return Table(frame, heads or {column: column.upper() for column in frame}, caption)


def test_a_table_has_one_caption_scoped_heads_and_says_once_that_it_is_of_numbers():
    shown = soup(table())
    assert [each.get_text() for each in shown("caption")] == ["A caption"]
    assert len(shown("table")) == 1 and shown.find(attrs={"aria-label": "A caption"})
    assert [cell.name for cell in shown(["th", "td"])] == ["th", "th", "th", "td", "th", "td"]
    assert [cell["scope"] for cell in shown("th")] == ["col", "col", "row", "row"]
    assert [each.name for each in shown(class_="n")] == ["table"]


def test_numbers_are_grouped_and_stand_right_and_text_stays_as_it_is():
    """A missing value is an empty cell, whole numbers show no decimals, digits may be text."""
    columns = {"n": [1234, 0], "of": [1234.0, None], "code": ["01001", None]}
    shown = table(name=["x", "y"], **columns, day=["2017-02-01"] * 2)
    assert rows_of(shown)[1:] == [
        ["x", "1,234", "1,234", "01001", "2017-02-01"],
        ["y", "0", "", "", "2017-02-01"],
    ]
    rows = [row(["th", "td"])[:-1] for row in soup(shown)("tr")]  # a date may not be broken
    right = [[cell.get("class") for cell in row] for row in rows]
    assert right == [[None, ["n"], ["n"], None]] * 3


def test_text_is_escaped_in_cells_heads_and_caption():
    shown = table(HOSTILE, {"name": HOSTILE, "other": "Other"}, name=[HOSTILE], other=[HOSTILE])
    assert rows_of(shown) == [[HOSTILE, "Other"], [HOSTILE, HOSTILE]]
    assert soup(shown).caption.get_text() == HOSTILE
    assert not soup(shown)("script")


def test_an_empty_table_says_so_under_its_caption():
    shown = table(name=[])._repr_html_()
    assert "<table" not in shown
    assert "A caption" in shown and "no rows." in shown


def test_columns_come_in_the_order_of_the_heads_and_one_that_does_not_exist_is_refused():
    shown = table(heads={"name": "Name", "n": "Number"}, n=[1], hidden=[2], name=["x"])
    assert rows_of(shown) == [["Name", "Number"], ["x", "1"]]
    with pytest.raises(NarrativeError, match="nmae"):
        table(heads={"nmae": "Name"})


def test_a_table_of_sentences_names_each_cell_for_a_phone_and_one_of_numbers_does_not():
    columns = {"name": ["x"], "why": ["a"], "n": [1]}
    assert '<td data-head="WHY">a</td>' in table(**columns, how=["b"])._repr_html_()
    for others in ({}, {"how": ["2017-02-01"]}):
        assert "data-head" not in table(**columns, **others)._repr_html_()


# Tables by agency


def by_agency(*counts: tuple[int, int], **columns) -> pd.DataFrame:
    """Agencies A000, A001, … with (declined, honored)."""
    frame = pd.DataFrame(counts, columns=["declined", "honored"])
    ids = [f"A{at:03}" for at in frame.index]
    names = [f"Jail {at}" for at in frame.index]
    plain = {"agency_id": ids, "agency": names, "level": "county", "state": "MN"}
    return frame.assign(**plain | columns)


def agencies(frame):
    return agency_table(frame, "declined", {"declined": "Declined", "honored": "Honored"}, "c", {})


def agency_rows(*counts) -> list[list[str]]:
    return rows_of(agencies(by_agency(*counts)))[1:]


def named(shown: str) -> list[tuple[str, str]]:
    """Name and number of each agency of a list."""
    return re.findall(r"<li>(.*?) <b>(\d+)</b></li>", shown)


def test_each_agency_shows_state_level_and_code_beside_its_name_and_the_largest_come_first():
    """Ties by state, name and code; without others there is no last line."""
    rows = agency_rows((1, 0), (5, 0), (1, 0))
    assert [row[0] for row in rows] == [f"Jail {at}MN · county · A00{at}" for at in (1, 0, 2)]
    escaped = rows_of(agencies(by_agency((1, 0), agency=HOSTILE)))[1][0]
    assert escaped == f"{HOSTILE}MN · county · A000"


def test_agencies_without_any_are_added_up_in_a_last_line():
    rows = [["Jail 0MN · county · A000", "1", "3"]]
    assert agency_rows((1, 3), (0, 1000), (0, 234)) == [*rows, ["2 other agencies", "0", "1,234"]]
    assert agency_rows((1, 3), (0, 2)) == [*rows, ["1 other agency", "0", "2"]]


def test_agencies_past_the_largest_are_added_up_and_named_with_their_number_and_nothing_is_lost():
    counts = [(count, 2) for count in range(1, MOST_ROWS + 4)]
    frame = by_agency(*counts, (0, 7))
    rows = rows_of(agencies(frame))[1:]
    assert len(rows) == MOST_ROWS + 1
    assert rows[-1] == ["4 other agencies", "6", "13"]  # 1 + 2 + 3 declined, 3 x 2 + 7 honored
    assert sum(int(row[1]) for row in rows) == sum(count for count, _ in counts)
    listed = named(agencies(frame)._repr_html_())
    assert listed == [("Jail 2, MN", "3"), ("Jail 1, MN", "2"), ("Jail 0, MN", "1")]
    every = [row[0].partition("MN")[0] for row in rows[:-1]] + [name[:-4] for name, _ in listed]
    assert sorted(every) == sorted(frame.loc[frame["declined"] > 0, "agency"])


@pytest.mark.parametrize("extra, told, left", [(0, MOST_LISTED, 0), (3, MOST_LISTED - 7, 10)])
def test_a_fold_of_very_many_is_cut_between_two_numbers_and_never_by_the_alphabet(
    extra, told, left
):
    counts = [(2, 0)] * (MOST_LISTED - 7) + [(1, 0)] * (7 + extra)
    html = agency_fold(by_agency(*counts), "declined")._repr_html_()
    assert len(named(html)) == told
    assert (f"{left} more, with 1 or fewer each, are in the download" in html) == bool(left)
    assert f"The other {len(counts):,} agencies" in html


def test_two_agencies_of_one_name_in_one_state_are_told_apart_in_a_fold():
    frame = by_agency((2, 0), (1, 0), (1, 0), agency=["X", "X", "Y"])
    names = [name for name, _ in named(agency_fold(frame, "declined")._repr_html_())]
    assert names == ["X, MN county A000", "X, MN county A001", "Y, MN"]


def test_each_row_has_its_state_and_the_line_of_others_has_none_and_stays_last():
    frame = by_agency(*[(1, 0)] * 5, (0, 2), state=[*["MN", "TX"] * 2, "NY", "OH"])
    html = agencies(frame)._repr_html_()
    assert re.findall('<tr data-state="(..)">', html) == ["MN", "MN", "NY", "TX", "TX"]
    assert re.findall('<tr class="rest">.*?</tr>', html)[0] == html.split("\n")[-2]
    assert '<div class="table" data-sorts role="region"' in html
    assert "data-sorts" not in agencies(by_agency((1, 0), (2, 0)))._repr_html_()


# Charts


def bars(*values: tuple[int, int], synthetic=False, names=None, parts=PARTS) -> Chart:
    frame = pd.DataFrame(values, columns=["a", "b"])
    frame["agency"] = names or [f"Bar {chr(ord('A') + at)}" for at in frame.index]
    return stacked_bars("a-chart", frame, "agency", parts, "The caption", synthetic)


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()).strip() for each in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_picture_its_alternative_and_the_table_behind_the_fold_say_every_figure_of_every_bar():
    chart = bars((1200, 34), (0, 7), (5, 0))
    assert chart.alternative == (
        "Bar chart. The caption, in requests. Bar A: 1,234 (part a 1,200, part b 34); "
        "Bar B: 7 (part b 7); Bar C: 5 (part a 5)."
    )
    assert {*texts(chart.svg)} == {"1,234", "7", "5", "Bar A", "Bar B", "Bar C", *PARTS.values()}
    assert rows_of(chart.table) == [
        ["Agency", "Part A", "Part B", "Total"],
        ["Bar A", "1,200", "34", "1,234"],
        ["Bar B", "0", "7", "7"],
        ["Bar C", "5", "0", "5"],
    ]
    shown = chart._repr_html_()
    assert shown.index("<summary>Show as table</summary>") < shown.index("<table")


def test_a_chart_of_one_part_says_each_figure_once_and_a_part_that_no_bar_has_has_no_legend():
    chart = bars((3, 0), (0, 0), (4, 0), parts={"a": "Part A"})
    assert chart.alternative.endswith("Bar A: 3; Bar B: 0; Bar C: 4.")
    assert "Part B" not in texts(bars((3, 0), (4, 0)).svg)


def test_of_many_bars_the_rest_is_one_that_adds_them_up():
    values = [(100 - at, at) for at in range(MOST_BARS + 5)]
    chart = bars(*values)
    assert chart.alternative.count(";") == MOST_BARS - 1
    rest = values[MOST_BARS - 1 :]
    others = chart.alternative.rpartition("; ")[2]
    assert others.startswith(f"All others ({len(rest)}): ")
    a, b = (sum(column) for column in zip(*rest, strict=True))
    numbers = [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", others)]
    assert numbers == [len(rest), a + b, a, b]
    assert f"{a + b:,}" in texts(chart.svg)
    last = [f"All others ({len(rest)})", f"{a:,}", f"{b:,}", f"{a + b:,}"]
    assert rows_of(chart.table)[-1] == last
    as_many_as_fit = bars(*[(1, 0)] * MOST_BARS).alternative
    assert "All others" not in as_many_as_fit and as_many_as_fit.count(";") == MOST_BARS - 1


def test_the_number_of_the_others_has_no_bar_that_would_dwarf_the_largest():
    def longest(svg):
        return max(abs(float(x)) for x in re.findall(r"L ([\d.]+) [\d.]+", svg))

    one = bars((100, 0), *[(1, 0)] * (MOST_BARS - 1))
    many = bars((100, 0), *[(1, 0)] * 900)
    assert longest(many.svg) == pytest.approx(longest(one.svg), abs=20)  # of a longer number


def test_the_pictures_are_well_formed_escaped_and_carry_no_date_and_no_address_to_load():
    chart = bars((1, 2), names=[HOSTILE])
    svg, alternative = chart.svg, soup(chart).img["alt"]
    assert alternative == chart.alternative and HOSTILE in alternative
    assert not soup(chart)("script")
    assert ET.fromstring(svg).tag == f"{SVG}svg"
    assert not re.search(r"dc:date|20\d\d-\d\d-\d\d", svg)
    assert not re.findall(r'(?:href|src)="(?!#)', svg)
    assert "<script" not in svg


def test_a_name_is_drawn_as_it_is_written_and_never_read_as_a_formula():
    names = ["A $x$ B", "Jail $\\frac$", "$5 and $6", "a_b^c", "\\$5", "%s"]
    assert {*names} < {*texts(bars(*[(1, 2)] * 6, names=names).svg)}


def test_a_dark_screen_gets_a_dark_color_for_each_color_that_is_drawn():
    chart = bars((1, 2), (3, 0))
    light, dark = chart.svg.split("@media screen and (prefers-color-scheme:dark)")
    rules = dict(re.findall(r'\[style\*="((?:fill|stroke): #\w+)"\]\{(.*?)!important\}', dark))
    drawn = set(re.findall(r"(?:fill|stroke): #\w+", dark.partition("</style>")[2]))
    assert drawn and drawn - {"stroke: #000000"} <= rules.keys()
    assert all(rules[each] != each.replace(" ", "") for each in drawn & rules.keys())


def test_a_chart_can_be_taken_along_as_svg_png_and_csv_and_linked_to():
    """A PNG names neither the program that drew it nor a date. Of synthetic data all say so."""
    chart = bars((1200, 34), (0, 7), names=["=cmd()", "B, C"], synthetic=True)
    assert SYNTHETIC_NOTICE in texts(chart.svg)
    assert chart.alternative.startswith(SYNTHETIC_NOTICE)
    shown = chart._repr_html_()
    found = re.findall(r'href="data:[^;]+;base64,([^"]+)" download="([^"]+)"', shown)
    files = {name: base64.b64decode(data) for data, name in found}
    assert list(files) == ["a-chart.svg", "a-chart.png", "a-chart.csv"]
    assert files["a-chart.svg"].decode() == chart.svg
    assert files["a-chart.png"].startswith(b"\x89PNG")
    assert not re.findall(rb"tEXt|iTXt|zTXt|tIME", files["a-chart.png"])
    assert list(csv.reader(io.StringIO(files["a-chart.csv"].decode()))) == [
        ["agency", "a", "b", "flags"],
        ["'=cmd()", "1200", "34", SYNTHETIC_NOTICE],
        ["B, C", "0", "7", SYNTHETIC_NOTICE],
    ]
    assert 'id="chart-a-chart"' in shown and 'href="#chart-a-chart"' in shown
    assert 'href="#dispute"' in shown


def test_the_colors_of_charts_and_pages_are_the_same():
    css = (PROJECT / "src/ddor/archive/static/ddor.css").read_text()
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w+)", part))
        for part in css.split("@media screen and (prefers-color-scheme: dark)")[:2]
    )
    assert {name: (light[name], dark[name]) for name in palette.COLORS} == palette.COLORS


def test_what_stands_side_by_side_stays_apart_in_gray():
    def gray(color):
        red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for group in (
        "declined honored other pending",
        "insufficient_notice no_notice not_held unclassified",
        "convicted charged_only untold",
    ):
        colors = [palette.color_of(name, at)[0] for at, name in enumerate(group.split())]
        grays = sorted(map(gray, colors))
        assert min(b - a for a, b in zip(grays, grays[1:], strict=False)) > 22, group


@pytest.mark.parametrize("values", [[], [(0, 0), (0, 0)]])
def test_a_chart_of_nothing_is_its_table(values):
    shown = bars(*values)
    assert isinstance(shown, Table)
    assert "The caption" in shown._repr_html_()


# Those of the report


def test_the_table_of_checks_says_what_each_asks_and_cannot_see():
    case = case_of([request(state="TX")], agencies=[agency()])
    head, row, *others = rows_of(WeeklyReport(inputs_of(case)).checks_table())
    assert [each[0].split()[0] for each in (row, *others)] == [check.id for check in CHECKS]
    assert row[head.index("Result")] == "stopped"
    assert row[head.index("Requests or policies")] == "1"
    asks, limits = row[head.index("What it asks")].split("Limits: ")
    assert asks.endswith("?") and limits


def test_a_week_without_outcomes_does_not_say_that_its_source_has_no_recording_dates():
    pending = request(outcome="pending", outcome_recorded_at="")
    *_, extract = WeeklyReport(inputs_of(case_of([pending]))).for_sentences()
    assert extract.has_recording_dates
    source = request(outcome_recorded_at="")
    *_, extract = WeeklyReport(inputs_of(case_of([source], cohort="issued"))).for_sentences()
    assert not extract.has_recording_dates
