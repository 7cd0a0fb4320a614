import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from helpers.evaluation import clopper_pearson_interval, wilson_interval
from tests.tolerances import EXACT64

INTERVALS = [wilson_interval, clopper_pearson_interval]
# Newcombe, Stat. Med. 17:857 (1998), doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>
# 3.0.CO;2-E, table I: methods 3 (Wilson) and 5 (Clopper-Pearson)
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.reference("wilson_interval")
@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (3, 7), (7, 7), (9922, 10000)])
def test_wilson_solves_its_defining_equation(successes, trials):
    # the limits are the p with |p_hat - p| = z sqrt(p (1 - p) / n): a quadratic, solved by NumPy
    z, share = 1.959963984540054, successes / trials
    limits = np.roots([1 + z**2 / trials, -(2 * share + z**2 / trials), share**2])
    np.testing.assert_allclose(wilson_interval(successes, trials), sorted(limits.real), atol=1e-9)


def test_wilson_gives_the_known_interval_of_a_published_accuracy():
    np.testing.assert_allclose(wilson_interval(9922, 10000), (0.9903, 0.9937), atol=5e-5)


@pytest.mark.reference("wilson_interval")
@pytest.mark.reference("clopper_pearson_interval")
@pytest.mark.parametrize(("successes", "trials", "wilson", "clopper_pearson"), NEWCOMBE)
def test_intervals_of_published_examples(successes, trials, wilson, clopper_pearson):
    found = wilson_interval(successes, trials)
    np.testing.assert_allclose(found, wilson, atol=5e-5)
    found = clopper_pearson_interval(successes, trials)
    np.testing.assert_allclose(found, clopper_pearson, atol=5e-5)


@pytest.mark.reference("wilson_interval")
@pytest.mark.reference("clopper_pearson_interval")
@given(counts, st.sampled_from([0.8, 0.95, 0.999]))
def test_intervals_are_those_of_statsmodels(count, confidence):
    for interval, method in zip(INTERVALS, ("wilson", "beta"), strict=True):
        expected = proportion_confint(*count, alpha=1 - confidence, method=method)
        found = interval(*count, confidence=confidence)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.reference("clopper_pearson_interval")
@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (3, 7), (7, 7), (30, 40)])
def test_clopper_pearson_limits_leave_a_chance_of_one_fortieth_on_each_side(successes, trials):
    low, high = clopper_pearson_interval(successes, trials)
    if successes > 0:
        np.testing.assert_allclose(binom.sf(successes - 1, trials, low), 0.025, rtol=1e-9)
    else:
        assert low == 0
    if successes < trials:
        np.testing.assert_allclose(binom.cdf(successes, trials, high), 0.025, rtol=1e-9)
    else:
        assert high == 1


@pytest.mark.law("clopper_pearson_interval")
@pytest.mark.parametrize("num_cases", [5, 40])
def test_clopper_pearson_never_covers_less_than_promised(num_cases):
    limits = np.array([clopper_pearson_interval(k, num_cases) for k in range(num_cases + 1)])
    for p in np.linspace(0.01, 0.99, 99):
        inside = (limits[:, 0] <= p) & (p <= limits[:, 1])
        assert binom.pmf(np.arange(num_cases + 1), num_cases, p)[inside].sum() >= 0.95


def test_wilson_covers_as_promised_where_the_textbook_interval_does_not():
    p, n = 0.95, 40  # exact coverage: the binomial probability of all counts whose interval has p
    chances = binom.pmf(np.arange(n + 1), n, p)
    limits = [wilson_interval(k, n) for k in range(n + 1)]
    wilson = sum(
        chance for chance, (low, high) in zip(chances, limits, strict=True) if low <= p <= high
    )
    half = [1.96 * math.sqrt(k / n * (1 - k / n) / n) for k in range(n + 1)]
    wald = sum(chance for k, chance in enumerate(chances) if abs(k / n - p) <= half[k])
    assert wald < 0.88
    assert wilson > 0.94


@pytest.mark.law("wilson_interval")
@pytest.mark.law("clopper_pearson_interval")
@given(counts)
def test_intervals_are_symmetric_and_hold_the_share(count):
    successes, trials = count
    for interval in INTERVALS:
        low, high = interval(successes, trials)
        mirror_low, mirror_high = interval(trials - successes, trials)
        np.testing.assert_allclose((low, high), (1 - mirror_high, 1 - mirror_low), **EXACT64)
        assert 0 <= low <= successes / trials <= high <= 1
        assert low < high


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1, 0), "at least 1; got 0"), ((5, 4), "from 0 to 4; got 5"), ((-1, 4), "got -1")],
)
def test_impossible_counts_are_refused(interval, arguments, message):
    with pytest.raises(ValueError, match=message):
        interval(*arguments)


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_confidence_of_one_is_refused(interval):
    with pytest.raises(ValueError, match="confidence"):
        interval(1, 2, confidence=1.0)
