"""A year of weeks and its quarters: every figure is the sum of what the weeks publish now, each
week is in one quarter, what is not there is named, and no request is to be found under site/."""

import re
from collections import Counter

import openpyxl
import pytest
from quarter_archive import (
    AGENCIES,
    BEFORE,
    CORRECTED,
    MISSING,
    QUARTERS,
    REPEATED,
    REVISED,
    SHIELDED,
    TWICE,
    WITHDRAWN,
    Quarters,
    read_csv,
    weeks_of,
)
from small_archive import broken_links, words_of

from ddor.calendar import Quarter, Week
from ddor.compiled.inputs import load_compiled
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.reference.figures import OF_CHARGES, WEEKLY_FIGURES

OTHERS = (REVISED, CORRECTED, MISSING, WITHDRAWN)
DISTINCT = ("agencies_declining", "states_declining")
NOT_COUNTS = ("agency_id", "agency", "level", "state", "county_fips", "area", "flags")


def published_of(year: Quarters) -> list[str]:
    return [name for name in QUARTERS if (year.site / "quarters" / name).exists()]


def current(year: Quarters, quarter: str) -> list[str]:
    """The weeks of the quarter whose current revision stands, from what is public."""
    there = [week for week in weeks_of([quarter]) if (year.site / "weeks" / week).exists()]
    return [week for week in there if "figures" in year.summary(week)]


def text_of(year: Quarters, quarter: str) -> str:
    return words_of(year.page(f"quarters/{quarter}/index.html").find("article"))


def test_each_figure_is_the_sum_of_those_that_the_weeks_publish_now(year):
    for quarter in published_of(year):
        figures = year.summary(quarter)["figures"]
        weeks = [year.summary(week)["figures"] for week in current(year, quarter)]
        assert len(weeks) > 10
        for name in WEEKLY_FIGURES.keys() - {*DISTINCT, *OF_CHARGES}:
            assert figures[name] == sum(each[name] for each in weeks), (quarter, name)
        assert figures["declined_total"] > 100


@pytest.mark.parametrize("table", ["issued_by_agency", "declined_by_agency"])
def test_so_is_each_line_of_an_agency(year, table):
    def counts(line: dict[str, str]) -> dict[str, int]:
        return {key: int(cell) for key, cell in line.items() if key not in NOT_COUNTS}

    for quarter in published_of(year):
        sums: dict[str, Counter] = {}
        for week in current(year, quarter):
            for line in year.lines(week, table):
                sums.setdefault(line["agency_id"], Counter()).update(counts(line))
        lines = {line["agency_id"]: counts(line) for line in year.lines(quarter, table)}
        assert lines == sums and len(lines) >= len(AGENCIES)


def test_weeks_too_small_to_be_told_are_told_together(year):
    for quarter in published_of(year):
        for week in current(year, quarter):
            assert {year.summary(week)["figures"][name] for name in OF_CHARGES} == {None}
            assert not any(line["attribute"] for line in year.lines(week, "attributes"))
        figures, lines = year.summary(quarter)["figures"], year.lines(quarter, "attributes")
        standing = {
            line["standing"]: int(line["requests"])
            for line in lines
            if (line["attribute"], line["place"], line["branch"]) == ("charges", "", "")
        }
        together = figures["declined_total"] - figures["declined_repeated"]
        assert sum(standing.values()) == together
        assert figures["declined_with_conviction"] == standing["convicted"]
        assert figures["declined_with_charges"] == together - standing["no_charge"]
        assert figures["declined_with_charges"] > 100


def test_an_agency_and_a_state_are_counted_once(year):
    # The flag of a protected person hides no agency: SHIELDED counts as the others do.
    agencies = sorted([SHIELDED, *(agency["agency_id"] for agency in AGENCIES)])
    for quarter in published_of(year):
        figures, lines = year.summary(quarter)["figures"], year.lines(quarter, "declined_by_agency")
        named = [line for line in lines if line["declined"] != "0"]
        assert sorted(line["agency_id"] for line in named) == agencies
        assert figures["agencies_declining"] == len(agencies)
        assert figures["states_declining"] == len({line["state"] for line in named}) == 4


def test_a_week_is_in_the_quarter_of_its_last_day_and_in_no_other(year):
    made_from = [week for quarter in published_of(year) for week in year.summary(quarter)["weeks"]]
    assert len(made_from) == len(set(made_from))
    assert "2016-12-31" in made_from and BEFORE not in made_from
    after = str(Week.parse(weeks_of(published_of(year))[-1]).next)
    assert (year.site / "weeks" / after).exists() and after not in made_from
    for quarter in published_of(year):
        of = Quarter.parse(quarter)
        for week in year.summary(quarter)["weeks"]:
            assert of.first_day <= Week.parse(week).last_day <= of.last_day


def test_weeks_without_a_report_are_named_and_left_out(year):
    for quarter in published_of(year):
        summary, text = year.summary(quarter), text_of(year, quarter)
        missing = [MISSING] if quarter == "2017Q1" else []
        withdrawn = [WITHDRAWN] if quarter == "2017Q1" else []
        assert summary["weeks_missing"] == missing and summary["weeks_withdrawn"] == withdrawn
        assert list(summary["weeks"]) == current(year, quarter)
        for week in (*missing, *withdrawn):
            assert text.count(Week.parse(week).title) == 2  # in a sentence, and in the table
        assert ("1 week has no report" in text) is bool(missing)
        assert ("report of 1 week was withdrawn" in text) is bool(withdrawn)
        assert ("February 11 to 17 (withdrawn)" in text) is bool(withdrawn)
        assert ("All weeks of the quarter have a report" in text) is not (missing or withdrawn)
        figures = summary["figures"]
        assert figures["weeks_total"] == figures["weeks_published"] + len(missing + withdrawn)


def test_each_week_stands_in_its_current_revision(year):
    used = {
        line["week"]: line
        for quarter in published_of(year)
        for line in year.lines(quarter, "weeks_used")
    }
    shown = [(used[w]["report"], used[w]["revision"], used[w]["kind"]) for w in OTHERS]
    assert shown == [
        ("published", "2", "revision"),
        ("published", "2", "correction"),
        ("missing", "", ""),
        ("withdrawn", "", ""),
    ]
    for quarter in published_of(year):
        assert "superseded" not in year.status(f"quarters/{quarter}/index.html")


def test_a_request_in_two_weeks_counts_once_after_release_and_is_told(year):
    figures = year.summary("2017Q1")["figures"]
    assert figures["declined_repeated"] == 1
    text = text_of(year, "2017Q1")
    assert re.search("1 of the declines repeats a request .* each request is counted once", text)
    declined = figures["declined_total"]
    assert f"Of the {declined - 1} requests declined, " in text
    for quarter in published_of(year)[1:]:
        assert year.summary(quarter)["figures"]["declined_repeated"] == 0
        assert "each request is counted once" not in text_of(year, quarter)


def test_the_same_quarter_by_the_fiscal_year_is_named_on_the_page(year):
    assert "In the federal fiscal year, this quarter is FY2017Q2." in text_of(year, "2017Q1")


def test_of_a_request_that_two_weeks_have_the_later_extract_counts(year):
    declined = load_compiled(year.runs / "2017Q1" / "r1").declined.set_index("request_id")
    assert [*declined.loc[REPEATED, ["week", "follow_up_status"]]] == [TWICE[1], "ice_custody"]


def requests_of(year: Quarters) -> list[dict[str, str]]:
    files = sorted((year.root / "extracts").glob("*/requests.csv"))
    return [row for file in files for row in read_csv(file)]


def test_no_request_and_no_label_is_to_be_found_under_site(year):
    rows = requests_of(year)
    keys = {row["request_id"] for row in rows}
    labels = {
        line["row"]
        for quarter in published_of(year)
        for line in year.candidates(quarter=quarter).values()
    }
    assert len(keys) > 300 and len(labels) > 10 and REPEATED in keys
    public = [data for path, data in year.files().items() if not path.endswith(".xlsx")]
    everything = b"\n".join(public)
    assert not [each for each in keys | labels if each.encode() in everything]
    for quarter in published_of(year):
        cells = {str(cell) for row in workbook_of(year, quarter) for cell in row if cell}
        assert len(cells) > 100 and not cells & (keys | labels)


def workbook_of(year: Quarters, quarter: str) -> list[tuple]:
    """The rows of all its sheets."""
    file = year.site / "quarters" / quarter / "data" / f"ddor-{quarter}.xlsx"
    return [row for sheet in openpyxl.load_workbook(file) for row in sheet.values]


def test_the_private_list_has_those_who_met_the_rule_and_nobody_protected(year):
    protected = {row["request_id"]: row["protected"] for row in requests_of(year)}
    for quarter in published_of(year):
        listed = year.candidates(quarter=quarter)
        assert len(listed) > 10 and {protected[each] for each in listed} == {"false"}
        met = year.summary(quarter)["figures"]["met_rule"]
        assert met in (None, len(listed))
        assert all(0 <= int(line["days"]) <= 90 for line in listed.values())


def test_synthetic_weeks_say_so_in_all_that_is_made_of_them(followed):
    page = followed.page("quarters/2017Q1/index.html")
    assert "Synthetic data, not a report about any agency." in words_of(page.article)
    folder = followed.site / "quarters" / "2017Q1"
    charts = list((folder / "r1").glob("*.svg"))
    assert charts and all(SYNTHETIC_NOTICE in file.read_text("utf-8") for file in charts)
    for file in (folder / "data").glob("*.csv"):
        lines = read_csv(file)
        assert lines and all(line["flags"].startswith(SYNTHETIC_NOTICE) for line in lines)
    for name in ("summary.json", "datapackage.json"):
        assert SYNTHETIC_NOTICE in (folder / "data" / name).read_text("utf-8")
    assert SYNTHETIC_NOTICE in str(workbook_of(followed, "2017Q1"))


def test_every_link_leads_somewhere(year):
    assert broken_links(year.site) == []
