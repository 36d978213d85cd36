"""Disclosure control, rule by rule (issue, *Disclosure control*; DOMAIN 5)."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from extract_factory import request
from frames import WEEK, directory_of, extract_of, inputs_of, status_of

from ddor.checks.check import Case
from ddor.history import no_history, read_earlier
from ddor.jobs.publication import data_files
from ddor.jobs.weekly import WeekEdition
from ddor.measures.attributes import ATTRIBUTES, CHARGES, CITIZENSHIP, COLUMNS, DAYS
from ddor.measures.disclosure import (
    NATIONAL,
    Earlier,
    from_plain,
    last_shown,
    listed_agency,
    plain_shown,
    protected_listed,
    shown_attributes,
)
from ddor.measures.figures import count_inputs
from ddor.report.week import WeeklyReport

A, B, C, D = "AAAA", "BBBB", "CCCC", "DDDD"


def people(*groups: tuple[str, str, int]) -> pd.DataFrame:
    """Requests of each (agency, region, count): an attribute frame."""
    places = [(agency, region) for agency, region, count in groups for _ in range(count)]
    seen: dict[tuple, int] = {}
    rows = []
    for place in places:
        seen[place] = seen.get(place, 0) + 1
        rows.append((f"{'-'.join(place)}-{seen[place]}", *place, "all"))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def evenly(*regions: tuple[str, int], agencies=(A, B, C)) -> pd.DataFrame:
    """The requests of each (region, count) in turn at these agencies."""
    rows = [(f"{region}-{at}", agencies[at % len(agencies)], region, "all")
            for region, count in regions for at in range(count)]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def shown(frame, threshold=5, as_of="2017-03-01", earlier=None, gone=""):
    """The citizenship tables."""
    declined = frame[["request_id", "agency_id"]].assign(listed_agency=frame["agency_id"])
    frames = {name: frame if name == CITIZENSHIP else frame.head(0) for name in ATTRIBUTES}
    before = Earlier({CITIZENSHIP: earlier} if earlier else {}, gone)
    return shown_attributes(frames, declined, threshold, as_of, before)[CITIZENSHIP]


def cells(each, agency_id=NATIONAL) -> dict[str, int]:
    return each.tables[agency_id]["requests"].to_dict()


# One revision


def test_categories_under_the_threshold_merge_into_other_until_it_reaches_it():
    frame = evenly(("Mexico", 20), ("Asia", 9), ("Africa", 3), ("Europe", 2))
    assert cells(shown(frame)) == {"Asia": 9, "Mexico": 20, "other": 5}


def test_other_draws_in_the_smallest_category_where_it_stays_under_the_threshold():
    frame = evenly(("Mexico", 20), ("Asia", 9), ("Africa", 3), ("Europe", 1))
    assert cells(shown(frame)) == {"Mexico": 20, "other": 13}


def test_there_is_no_other_where_every_category_reaches_the_threshold():
    assert cells(shown(evenly(("Mexico", 6), ("Asia", 5)))) == {"Asia": 5, "Mexico": 6}


def test_a_table_of_fewer_than_three_agencies_is_withheld():
    mixed = (("Mexico", 8), ("Asia", 8))
    withheld = shown(evenly(*mixed, agencies=(A, B)))
    assert (withheld.tables, withheld.withheld) == (
        {}, {NATIONAL: "fewer than 3 agencies contribute"}
    )  # fmt: skip
    assert NATIONAL in shown(evenly(*mixed, agencies=(A, B, C))).tables


@pytest.mark.parametrize(("largest", "is_shown"), [(17, True), (18, False)])
def test_a_table_is_withheld_where_one_agency_has_over_85_percent(largest, is_shown):
    # 17 of 20 is 85 %; 18 of 21 is 85.7 %.
    frame = people((A, "Mexico", 9), (A, "Asia", largest - 9), (B, "Asia", 1), (B, "Mexico", 1),
                   (C, "Mexico", 1))  # fmt: skip
    each = shown(frame, threshold=3)
    assert (NATIONAL in each.tables) is is_shown
    assert is_shown or each.withheld[NATIONAL] == "one agency contributes over 85 %"


@pytest.mark.parametrize(("declined", "is_shown"), [(19, False), (20, True)])
def test_an_agency_has_a_table_from_20_declined_requests_on(declined, is_shown):
    rest = [(each, region, 6) for each in (B, C, D) for region in ("Mexico", "Asia")]
    each = shown(people((A, "Mexico", 9), (A, "Asia", declined - 9), *rest))
    assert (A in each.tables) is is_shown
    assert A not in each.withheld
    assert not is_shown or cells(each, A) == {"Asia": 11, "Mexico": 9}


def test_an_agencys_table_is_withheld_where_it_leaves_two_agencies_of_the_national_one():
    each = shown(people((A, "Mexico", 12), (A, "Asia", 12), (B, "Mexico", 6), (C, "Asia", 6)))
    assert set(each.tables) == {NATIONAL}
    assert each.withheld == {A: "too few requests in too few categories"}


def test_what_an_agencys_table_leaves_of_the_national_one_has_no_count_under_the_threshold():
    rest = [(each, "Mexico", 6) for each in (B, C, D)] + [(B, "Asia", 2), (C, "Europe", 6)]
    each = shown(people((A, "Mexico", 12), (A, "Asia", 12), (A, "Europe", 12), *rest))
    assert cells(each)["Asia"] == 14
    left = {code: n - cells(each, A).get(code, 0) for code, n in cells(each).items()
            if code in cells(each, A)}  # fmt: skip
    assert "Asia" not in cells(each, A) and all(n == 0 or n >= 5 for n in left.values())


def test_a_table_that_would_say_the_same_of_everyone_at_a_small_agency_is_withheld():
    few = {NATIONAL: "too few requests in too few categories"}
    assert shown(evenly(("Mexico", 14))).withheld == few  # 14 of three agencies: one has 4
    assert shown(evenly(("Mexico", 30), ("Asia", 4))).withheld == few
    assert cells(shown(evenly(("Mexico", 15)))) == {"Mexico": 15}


def test_a_threshold_of_one_hides_no_count():
    frame = evenly(("Mexico", 5), ("Asia", 1), ("Africa", 1))
    assert cells(shown(frame, threshold=1)) == {"Africa": 1, "Asia": 1, "Mexico": 5}


# A later revision

FIRST = evenly(("Mexico", 30), ("Asia", 30), agencies=(A, B, C, D)).assign(
    agency_id=lambda frame: [f"AG{at % 12:02d}" for at in range(len(frame))]
)


def with_changes(count: int, frame=FIRST) -> pd.DataFrame:
    """The first `count` Mexican requests, of as many agencies, turned into Asian ones."""
    code = frame["code"].where(frame.index >= count, "Asia")
    return frame.assign(code=code)


@pytest.mark.parametrize(("changed", "stands"), [(4, True), (5, False)])
def test_a_later_table_is_shown_from_as_many_changed_rows_as_the_threshold(changed, stands):
    before = shown(FIRST)
    after = shown(with_changes(changed), as_of="2017-03-20", earlier=before)
    assert after.stands is stands
    mexico = 30 if stands else 30 - changed
    assert cells(after) == {"Asia": 60 - mexico, "Mexico": mexico}
    assert after.as_of == ("2017-03-01" if stands else "2017-03-20")


def test_a_standing_table_survives_a_third_revision_with_its_first_date():
    first = {CITIZENSHIP: shown(FIRST)}
    told = Earlier(first)
    for revision, changed in enumerate((2, 4), start=2):
        last = last_shown(told, first)
        known = from_plain(json.loads(json.dumps(plain_shown(last))))[CITIZENSHIP]
        each = shown(with_changes(changed), as_of=f"2017-03-2{revision}", earlier=known)
        assert (each.stands, each.as_of) == (True, "2017-03-01")
        assert cells(each) == {"Asia": 30, "Mexico": 30}
        told, first = Earlier(last), {CITIZENSHIP: each}
    known = last_shown(told, first)[CITIZENSHIP]
    assert not shown(with_changes(6), as_of="2017-03-25", earlier=known).stands


def test_a_table_that_came_out_the_same_does_not_make_the_one_before_it_forgotten():
    first, second = shown(FIRST), None
    for _ in range(2):
        second = shown(with_changes(6), earlier=second or first)
        assert not second.stands and cells(second) == {"Asia": 36, "Mexico": 24}
    back = shown(with_changes(1), earlier=second)
    assert back.stands, "31 and 29 beside the first 30 and 30 would tell of one person"


def test_newcomers_who_are_all_alike_are_added_up_with_others():
    alike = people(*[(f"NEW{at}", "Africa", 1) for at in range(5)])
    agencies = [f"AG{at:02d}" for at in range(12)]
    three = evenly(("Mexico", 20), ("Asia", 20), ("Africa", 20), agencies=agencies)
    assert cells(shown(three))["Africa"] == 20
    each = shown(pd.concat([three, alike], ignore_index=True), earlier=shown(three))
    assert not each.stands
    assert cells(each) == {"Asia": 20, "Mexico": 20, "other": 25}


def test_what_came_to_the_rest_beside_an_agencys_table_has_to_be_of_three_agencies():
    rest = [(f"R{at}", region, 3) for at in range(4) for region in ("Mexico", "Asia")]

    def each_of_three(count):
        return [(a, region, count) for a in (A, B, C) for region in ("Mexico", "Asia")]

    before = shown(people(*each_of_three(12), *rest))
    assert set(before.tables) == {NATIONAL, A, B, C}
    assert not shown(people(*each_of_three(17), *rest), earlier=before).stands
    assert shown(people(*each_of_three(17), *rest, (D, "Asia", 1)), earlier=before).stands


@pytest.mark.parametrize("changed", [0, 4])
def test_tables_of_a_withdrawn_revision_are_not_shown_again(changed):
    gone = "an earlier revision was withdrawn"
    each = shown(with_changes(changed), earlier=shown(FIRST), gone=gone)
    assert (each.tables, each.withheld) == ({}, {NATIONAL: gone})


def test_after_a_withdrawal_another_table_is_shown_if_enough_has_changed():
    each = shown(with_changes(5), earlier=shown(FIRST), gone="an earlier revision was withdrawn")
    assert cells(each) == {"Asia": 35, "Mexico": 25}


def test_a_revision_whose_private_files_are_lost_keeps_later_tables_back(tmp_path):
    data = tmp_path / "site" / "weeks" / str(WEEK) / "r1" / "data"
    data.mkdir(parents=True)
    (data / "summary.json").write_text('{"figures": {}}')
    gone = read_earlier(tmp_path, WEEK)["gone"]
    assert "not at hand" in gone
    each = shown(FIRST, gone=gone)
    assert (each.tables, each.withheld) == ({}, {NATIONAL: gone})


def test_so_does_one_of_which_only_an_earlier_revisions_private_files_are_there(tmp_path):
    for number in (1, 2):
        data = tmp_path / "site" / "weeks" / str(WEEK) / f"r{number}" / "data"
        data.mkdir(parents=True)
        (data / "summary.json").write_text('{"figures": {}}')
    private = tmp_path / "runs" / str(WEEK) / "r1"
    private.mkdir(parents=True)
    (private / "attributes.json").write_text('{"attributes": {}, "listed": {}}')
    assert "not at hand" in read_earlier(tmp_path, WEEK)["gone"]
    private.rename(private.with_name("r2"))
    assert read_earlier(tmp_path, WEEK)["gone"] == ""


def test_what_is_kept_for_the_next_revision_comes_back_from_json():
    before = {CITIZENSHIP: shown(evenly(("Mexico", 20), ("Asia", 9), ("Africa", 3)))}
    after = from_plain(json.loads(json.dumps(plain_shown(before))))
    one, other = before[CITIZENSHIP], after[CITIZENSHIP]
    assert (other.withheld, other.as_of, other.rows) == (one.withheld, one.as_of, one.rows)
    assert other.tables.keys() == one.tables.keys()
    for agency_id, table in one.tables.items():
        assert other.tables[agency_id].equals(table)


# Protected requests


def of_one_agency(outcome: str, count: int, **overrides):
    """`count` requests of one agency with one outcome, the first protected."""
    return [request(request_id=f"{outcome}{at}", outcome=outcome, released_at="",
                    protected="true" if at == 0 else "unknown", **overrides)
            for at in range(count)]  # fmt: skip


@pytest.mark.parametrize("counted", ["declined", "honored", "issued"])
@pytest.mark.parametrize(("total", "listed"), [(4, False), (5, True)])
def test_a_protected_request_is_shown_with_its_agency_from_the_threshold_on(counted, total, listed):
    if counted == "issued":
        rows = of_one_agency("pending", total, outcome_recorded_at="")
    else:
        rows = of_one_agency(counted, total, issued_at="2017-01-05")
    places = listed_agency(status_of(*rows), 5)
    assert (places[rows[0]["request_id"]] != "") is listed
    assert (places[1:] == "MN0270000").all()


def counts_and_files(rows, threshold=5, earlier=None, as_of="2017-03-01"):
    case = Case(extract_of(rows, as_of=as_of), WEEK, directory_of(), no_history(), "recorded")
    inputs = replace(inputs_of(case, disclosure_threshold=threshold),
                     earlier={"attributes": earlier or {}, "listed": {}, "gone": ""})  # fmt: skip
    counts = count_inputs(inputs)
    return inputs, counts, data_files(WeekEdition(inputs, counts), counts.figures)


def test_requests_not_shown_with_their_agency_stand_in_one_line_and_sums_hold():
    rows = [*of_one_agency("declined", 4), *of_one_agency("honored", 3, agency_id="TX0270000")]
    _, counts, _ = counts_and_files(rows)
    for table, columns in ((counts.issued_by_agency, {"issued": "issued_total"}),
                           (counts.declined_by_agency, {"declined": "declined_total",
                                                        "honored": "honored_total"})):  # fmt: skip
        assert list(table["agency"])[-1] == "Agency not shown"
        for column, figure in columns.items():
            assert table[column].sum() == counts.figures[figure] > 0
    last = counts.declined_by_agency.iloc[-1]
    assert (last["agency_id"], last["declined"], last["honored"]) == ("", 1, 1)


def test_an_agency_whose_line_lacks_a_protected_request_has_no_table_that_gives_it_away():
    def rows(issued_this_week):
        return [
            request(request_id=f"{agency_id}{at}", agency_id=agency_id, released_at="",
                    citizenship=("MEX", "CHN")[at % 2],
                    issued_at="2017-02-12" if at < issued_this_week else "2017-01-05",
                    protected="true" if (agency_id, at) == (A, 0) else "false")
            for agency_id in (A, B, C, D) for at in range(24)
        ]  # fmt: skip

    assert A in counts_and_files(rows(5))[1].attributes[CITIZENSHIP].tables
    counts = counts_and_files(rows(4))[1]
    lines = counts.declined_by_agency.set_index("agency_id")["declined"]
    assert (lines[A], lines[""]) == (23, 1)
    assert A not in counts.attributes[CITIZENSHIP].tables
    assert D in counts.attributes[CITIZENSHIP].tables


@pytest.mark.parametrize(("first", "second"), [(5, 4), (4, 5)])
def test_a_protected_request_stays_as_the_first_revision_showed_it(first, second):
    """Else the agency's line and the line without one would move by it together."""
    before = status_of(*of_one_agency("declined", first, issued_at="2017-01-05"))
    before = before.assign(listed_agency=listed_agency(before, 5))
    told = protected_listed(before, {})
    after = status_of(*of_one_agency("declined", second, issued_at="2017-01-05"))
    places = listed_agency(after, 5, told)
    assert places["declined0"] == before.loc["declined0", "listed_agency"]
    after = after.assign(listed_agency=places)
    assert protected_listed(after, told) == told


# What a reader is told


def week_of(changed=0):
    """40 declined requests of 12 agencies; 20 Mexican, 16 of Asia, 4 of Africa and Europe."""
    regions = ["MEX"] * 20 + ["CHN"] * 15 + ["NGA"] * 3 + ["POL"] * 2
    return [request(request_id=f"r{at}", agency_id=f"MN{at % 12:05d}", released_at="",
                    citizenship="CHN" if at < changed else region)
            for at, region in enumerate(regions)]  # fmt: skip


def test_the_page_says_what_was_added_up_withheld_and_kept():
    inputs, counts, _ = counts_and_files(week_of())
    merged = WeeklyReport(inputs).citizenship_chart()._repr_html_()
    assert "Categories with counts under 5" in merged and "added up in the last line" in merged
    withheld = WeeklyReport(inputs).timing_chart()._repr_html_()
    assert "no table is shown (too few requests in too few categories)" in withheld

    told = json.loads(json.dumps(plain_shown(last_shown(Earlier(), counts.attributes))))
    later, _, files = counts_and_files(week_of(changed=4), earlier=told, as_of="2017-03-20")
    standing = WeeklyReport(later).citizenship_chart()._repr_html_()
    assert "This table stands as of March 1, 2017: another one" in standing
    assert b"as of 2017-03-01" in files["attributes.csv"]


def test_summary_json_says_of_each_table_what_became_of_it_and_counts_no_categories():
    _, counts, files = counts_and_files(week_of())
    entries = json.loads(files["summary.json"])["disclosure"]
    by_attribute = {each["attribute"]: each for each in entries}
    keys = {"attribute", "agency_id", "shown", "added_up", "withheld", "as_of"}
    assert len(entries) == 3 and all(each.keys() == keys for each in entries)
    citizenship, days = by_attribute[CITIZENSHIP], by_attribute[DAYS]
    assert (citizenship["shown"], citizenship["added_up"]) == (True, True)
    assert (days["shown"], days["withheld"]) == (False, "too few requests in too few categories")
    assert by_attribute[CHARGES]["withheld"] == "nothing on record"
    # Two regions are in *other*: neither their names nor their number may be told.
    assert cells(counts.attributes[CITIZENSHIP])["other"] == 5
    assert not any(name in file for name in (b"Africa", b"Europe") for file in files.values())
    assert not any(isinstance(value, int) and not isinstance(value, bool)
                   for each in entries for value in each.values())  # fmt: skip


def test_a_table_of_an_agency_that_has_no_line_any_more_is_still_named():
    """As after the correction of a large agency: its table stands, and no figure of it is left."""
    def rows(custody: str):
        large = [request(request_id=f"l{at}", agency_id="TX0000001", released_at="",
                         citizenship=("MEX", "CHN")[at % 2], custody_confirmed=custody)
                 for at in range(30)]  # fmt: skip
        others = [request(request_id=f"o{at}", agency_id=f"MN000000{at % 5}", released_at="",
                          citizenship=("MEX", "CHN")[at % 2]) for at in range(60)]  # fmt: skip
        return large + others

    _, counts, _ = counts_and_files(rows("true"))
    assert "TX0000001" in counts.attributes[CITIZENSHIP].tables
    inputs, later, _ = counts_and_files(rows("false"), earlier=plain_shown(counts.attributes))
    assert "TX0000001" not in set(later.declined_by_agency["agency_id"])
    assert later.attributes[CITIZENSHIP].stands
    assert "TX0000001" in WeeklyReport(inputs).agency_attributes()._repr_html_()
