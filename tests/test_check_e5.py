"""E5, a volume the agency could not have: against its published weeks, else the directory."""

import pytest
from cases import AGENCY, assess_of, case, finding, line, published, status
from extract_factory import request
from frames import agency, copies, counts_of, numbered
from scipy import stats

from ddor.checks.e5_volume import poisson_tail
from ddor.checks.registry import CHECKS, run_checks

assess = assess_of("E5")

OTHER = "MN0270099"
NOT_ISSUED = {"issued_at": "2016-06-01"}
NOT_DECLINED = {"outcome": "pending", "outcome_recorded_at": ""}


def weeks(count: int, highest=(0, 0), agency_id=AGENCY):
    """`count` published weeks, the first of them with (issued, declined) of the agency."""
    first = {agency_id: highest} if any(highest) else {}
    return published(first, *({} for _ in range(count - 1)))


def stopped(*rows, **given) -> int:
    return len(finding(assess, *rows, **given).stopped)


def expecting(weekly_requests: str) -> list[dict[str, str]]:
    """A directory that lists the agency with this volume."""
    return [agency(weekly_requests=weekly_requests)]


def issued(count: int, prefix="i", **changed):
    """Requests issued this week and not declined."""
    return copies(count, prefix, **NOT_DECLINED | changed)


def declined(count: int, prefix="d", **changed):
    """Declines recorded this week of requests issued long before."""
    return copies(count, prefix, **NOT_ISSUED | changed)


# Against the published weeks


@pytest.mark.parametrize("rows", [issued, declined])
@pytest.mark.parametrize("highest", [0, 1, 7])
def test_three_times_the_highest_week_and_three_passes_and_one_more_is_stopped(rows, highest):
    history = weeks(8, (highest, highest))
    most = 3 * highest + 3
    assert stopped(*rows(most), history=history) == 0
    assert stopped(*rows(most + 1), history=history) == most + 1


def test_the_highest_week_counts_wherever_it_stands_and_the_sentence_tells_it():
    quiet = {AGENCY: (1, 0)}
    history = published(*[quiet] * 4, {AGENCY: (3, 0)}, *[quiet] * 4)
    assert stopped(*issued(12), history=history) == 0
    told = finding(assess, *issued(13), history=history).stopped.iloc[0]
    assert AGENCY in told and "13" in told and "is 3." in told


def test_the_highest_week_is_of_the_agency_itself_and_of_requests_or_of_declines():
    assert stopped(*declined(4), history=weeks(8, (9, 0))) == 4
    assert stopped(*issued(4), history=weeks(8, (0, 9))) == 4
    listed = [agency(), agency(agency_id=OTHER)]
    assert stopped(*issued(4), agencies=listed, history=weeks(8, (50, 50), OTHER)) == 4
    two_of_a_county = [*issued(3), *issued(3, "o", agency_id=OTHER)]
    assert stopped(*two_of_a_county, history=weeks(8)) == 0


def test_only_what_was_issued_or_recorded_as_declined_this_week_counts():
    before = issued(3, "b", issued_at="2017-02-10T23:59")
    after = issued(3, "a", issued_at="2017-02-18")
    assert stopped(*issued(3), *before, *after, history=weeks(8)) == 0
    others = declined(3, "o", outcome_recorded_at="2017-02-18")
    honored = declined(3, "h", outcome="honored")
    assert stopped(*declined(3), *others, *honored, history=weeks(8)) == 0


@pytest.mark.parametrize("outcome", ["honored", "declined", "withdrawn", "left_custody"])
def test_requests_issued_count_whatever_became_of_them(outcome):
    rows = issued(4, outcome=outcome, outcome_recorded_at="2017-02-20")
    assert stopped(*rows, history=weeks(8)) == 4


def test_it_names_the_requests_or_the_declines_where_only_they_are_too_many():
    found = finding(assess, *issued(4), *declined(3), history=weeks(8))
    assert sorted(found.stopped.index) == ["i0", "i1", "i2", "i3"]
    found = finding(assess, *issued(3), *declined(4), history=weeks(8))
    assert sorted(found.stopped.index) == ["d0", "d1", "d2", "d3"]


def test_where_both_are_too_many_one_line_tells_both_and_counts_every_row_once():
    both = copies(4, "b")  # issued and declined this week
    review = run_checks(case(*both, history=weeks(8))).review
    review = review[review["check"] == "E5"]
    assert review["rows"].tolist() == [4]
    assert "requests" in review["reason"].iloc[0] and "declines" in review["reason"].iloc[0]


def test_rows_held_by_other_checks_are_still_counted_as_received():
    rows = [*issued(2), *issued(2, "h", custody_confirmed="false")]
    results = run_checks(case(*rows, history=weeks(8)))
    assert results.held["check"].tolist() == ["E3", "E3"]
    assert results.review[["check", "rows"]].to_numpy().tolist() == [["E5", 4]]


def test_under_cohort_issued_a_decline_counts_in_the_week_of_issue():
    rows = copies(4, "d", outcome_recorded_at="")
    sentence = finding(assess, *rows, history=weeks(8, (1, 0)), cohort="issued").stopped.iloc[0]
    assert "4 declines" in sentence and "requests" not in sentence
    assert stopped(*declined(4), history=weeks(8), cohort="issued") == 0


def test_eight_published_weeks_are_enough_and_with_fewer_the_directory_is_asked_instead():
    listed = expecting("0")
    assert stopped(*issued(3), agencies=listed, history=weeks(8)) == 0
    assert status("E5", *issued(1), history=weeks(8)) == "ok"
    seven = weeks(7, (1, 1))
    assert stopped(*issued(3), agencies=listed, history=seven) == 3
    assert status("E5", *issued(50), history=seven) == "not assessed"
    assert status("E5", *issued(50), agencies=expecting("50"), history=seven) == "ok"


# Against the directory


@pytest.mark.parametrize(
    ("count", "below", "above"),
    [
        (1, "0.0000010", "0.0000011"),
        (2, "0.0014148", "0.0014149"),
        (5, "0.1690630", "0.1690631"),
        (9, "0.9855689", "0.9855690"),
        (20, "5.3639865", "5.3639866"),
        (65, "33.5855364", "33.5855365"),
    ],
)
def test_a_volume_less_likely_than_one_in_a_million_is_stopped(count, below, above):
    # The nearest means, in seven decimals, on either side of P(X >= count) = 0.000001.
    less, more = (stats.poisson.sf(count - 1, float(mean)) for mean in (below, above))
    assert less < 0.000001 < more
    assert stopped(*issued(count), agencies=expecting(below)) == count
    assert stopped(*issued(count), agencies=expecting(above)) == 0


@pytest.mark.parametrize("mean", [0.02, 0.3, 1.0, 7.5, 34, 162, 700])
def test_the_small_tails_of_the_distribution_are_exact_to_nine_digits(mean):
    exact = {n: stats.poisson.sf(n - 1, mean) for n in range(int(mean) + 1, 4 * int(mean) + 12)}
    small = {count: tail for count, tail in exact.items() if 1e-25 < tail < 1e-4}
    assert len(small) > 2
    for count, tail in small.items():
        assert poisson_tail(count, mean) == pytest.approx(tail, rel=1e-9)


def test_a_volume_of_none_and_a_volume_far_above_what_came_are_volumes_too():
    assert stopped(*issued(1), agencies=expecting("0")) == 1
    assert stopped(*issued(1), agencies=expecting("5000")) == 0


def test_franklin_county_new_york_never_had_nine_in_one_week():
    franklin = {"agency_id": "NY0160000", "state": "NY", "county_fips": "36033", "area": "Buffalo"}
    listed = [agency(**franklin, weekly_requests="0.05")]
    told = finding(assess, *issued(9, **franklin), agencies=listed).stopped
    assert len(told) == 9
    assert "NY0160000" in told.iloc[0] and "0.05" in told.iloc[0]


def test_the_directory_says_nothing_of_declines_and_of_a_week_without_a_request():
    assert stopped(*declined(100), agencies=expecting("1")) == 0
    assert status("E5", *declined(1), agencies=expecting("1")) == "not assessed"
    row = request(**NOT_DECLINED, **NOT_ISSUED)
    assert status("E5", row, agencies=expecting("1")) == "not assessed"


@pytest.mark.parametrize("listed", [[], expecting(""), [agency(agency_id=OTHER)]])
def test_an_agency_with_neither_a_history_nor_a_volume_is_not_assessed(listed):
    assert stopped(*issued(50), agencies=listed) == 0
    assert status("E5", *issued(50), agencies=listed) == "not assessed"


def test_one_agency_with_a_volume_is_enough_for_ok():
    rows = [*issued(1), *issued(1, "o", agency_id=OTHER)]
    assert finding(assess, *rows, agencies=expecting("1")).assessed == 1
    assert status("E5", *rows, agencies=expecting("1")) == "ok"


# What becomes of it


def test_it_takes_no_row_out_of_the_counts():
    rows, listed = numbered(*issued(5), *declined(2)), expecting("0")
    without = tuple(each for each in CHECKS if each.id != "E5")
    figures = counts_of(rows, agencies=listed).figures
    assert figures == counts_of(rows, agencies=listed, checks=without).figures
    assert figures["held_back_total"] == 0


def test_its_line_counts_the_requests_and_the_agencies_it_names():
    rows = [*issued(4), *issued(5, "o", agency_id=OTHER), *issued(3, "q", agency_id="MN0270100")]
    told = line("E5", *rows, history=weeks(8))
    assert (told["effect"], told["status"]) == ("review", "stopped")
    assert (told["rows"], told["agencies"]) == (9, 2)
