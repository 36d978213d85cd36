"""What chance makes of a count, and when a change is said to be more (src/ddor/variation.py)."""

import numpy as np
import pytest
from conftest import cases
from scipy import stats

from ddor.narrative import NarrativeError, render_narrative
from ddor.narrative import movement as sentence_of
from ddor.variation import (
    FELL,
    ROSE,
    STAYED,
    T_12,
    Compared,
    expected_range,
    movement,
    poisson_interval,
    poisson_tail,
)

# Exact 95 % limits as tables of the Poisson distribution print them since Garwood (1936).
PUBLISHED = """
0   | 0     | 3.69
1   | 0.03  | 5.57
2   | 0.24  | 7.22
3   | 0.62  | 8.77
5   | 1.62  | 11.67
10  | 4.80  | 18.39
20  | 12.22 | 30.89
50  | 37.11 | 65.92
100 | 81.36 | 121.63
"""
EVEN = (40, 38, 44, 31, 36, 41, 39, 42, 37, 40, 35, 43, 38)
WEEKS, SERIES = 53, 200


def test_the_interval_is_that_of_the_published_tables():
    for line in cases(PUBLISHED):
        count, *limits = map(float, line)
        assert poisson_interval(int(count)) == pytest.approx(limits, abs=0.0051)


def test_the_ends_of_an_interval_give_the_count_as_rarely_as_they_should():
    for count in (1, 7, 40, 1000):
        low, high = poisson_interval(count)
        rarely = [stats.poisson.sf(count - 1, low), stats.poisson.cdf(count, high)]
        assert [*rarely, poisson_tail(count, low)] == pytest.approx([0.025] * 3, rel=1e-6)


def test_the_quantile_is_that_of_students_t():
    assert T_12 == pytest.approx(stats.t.ppf(0.9875, 12), abs=1e-6)


def test_a_count_moves_only_beyond_the_weeks_before_and_beyond_chance():
    assert movement(57, [900, 900, *EVEN]) == movement(57, EVEN) == ROSE
    assert movement(20, EVEN) == FELL
    assert {movement(count, EVEN) for count in (30, 31, 40, 44, 45)} == {STAYED}


def test_a_count_beyond_chance_but_within_the_weeks_before_does_not_move():
    uneven = [10] * 12 + [90]
    assert expected_range(uneven)[1] < 90
    assert movement(89, uneven) == STAYED


def test_nothing_is_said_with_fewer_than_13_weeks_before():
    assert movement(500, EVEN[1:]) is None
    assert movement(500, []) is None


def test_one_or_two_requests_after_weeks_of_nothing_are_no_rise():
    assert [movement(count, [0] * 13) for count in (1, 2, 3)] == [STAYED, STAYED, ROSE]


def series_of(rng, mean: float, k: float | None) -> np.ndarray:
    """Flat weeks: Poisson, or with a variance of mean + mean²/k."""
    means = mean if k is None else mean * rng.gamma(k, 1 / k, WEEKS)
    return rng.poisson(means, WEEKS)


def share_that_moved(rng, k: float | None) -> float:
    """Of every week after the 13th of 200 flat series of means 0.3 to 300."""
    said = []
    for mean in np.geomspace(0.3, 300, SERIES):
        counts = [int(each) for each in series_of(rng, mean, k)]
        said += [movement(counts[at], counts[:at]) for at in range(13, WEEKS)]
    assert len(said) == SERIES * (WEEKS - 13) and None not in said
    return sum(each != STAYED for each in said) / len(said)


@pytest.mark.parametrize("k", [None, 10, 3, 1])
def test_under_five_percent_of_weeks_of_200_flat_series_rose_or_fell(k):
    assert 0 < share_that_moved(np.random.default_rng(2017), k) < 0.05


def test_the_weeks_in_which_a_small_agency_is_named_at_all_seldom_rose():
    """An agency's page ends with a week that names it: a week with requests is chosen."""
    rng, said = np.random.default_rng(2018), []
    for mean in np.geomspace(0.05, 3, SERIES):
        counts = [int(each) for each in series_of(rng, mean, None)]
        said += [movement(counts[at], counts[:at]) for at in range(13, WEEKS) if counts[at]]
    assert len(said) > 1000 and sum(each != STAYED for each in said) / len(said) < 0.05


@pytest.mark.parametrize(("mean", "at_least"), [(10, 0.45), (40, 0.95)])
def test_a_doubling_is_seen(mean, at_least):
    rng = np.random.default_rng(2019)
    seen = [
        movement(int(rng.poisson(2 * mean)), [int(n) for n in rng.poisson(mean, 13)]) == ROSE
        for _ in range(1000)
    ]
    assert np.mean(seen) > at_least


RANGE = "the range of the last 13 published weeks (31 to 44)"
CHANCE = f"{RANGE}; a difference of this size can arise by chance"
BULK = (
    "The comparison leaves out requests recorded in bulk: 142 of this week and 12 of those before"
)
FEW = (
    "Fewer than 13 published weeks before it were counted in the same way, which is too few to say "
    "whether the number rose or fell"
)
WHEN_FINAL = "it will be compared with earlier weeks once its data is final"
SENTENCES = [
    (f"rose to 57, above {RANGE}", Compared(57, EVEN)),
    (f"fell to 9, below {RANGE}", Compared(9, EVEN)),
    (f"was 40, within {CHANCE}", Compared(40, EVEN)),
    (f"was 46, just outside {CHANCE}", Compared(46, EVEN)),
    (f"was 1,040. {FEW}", Compared(1040, (3, 4))),
    (f"rose to 57, above {RANGE}. {BULK}", Compared(57, EVEN, 142, 12)),
    (f"was 4 so far; {WHEN_FINAL}", Compared(4, EVEN, early=True)),
]


@pytest.mark.parametrize("sentence, compared", SENTENCES)
def test_the_sentence_of_a_count(sentence, compared):
    assert sentence_of(compared) == sentence
    written = render_narrative("The number {{ latest | movement }}.", {"latest": compared})
    assert written == f"<p>The number {sentence}.</p>\n"


@pytest.mark.parametrize("value", [57, "57", (57, EVEN), None])
def test_no_number_without_its_range(value):
    with pytest.raises(NarrativeError):
        render_narrative("The number {{ latest | movement }}.", {"latest": value})
