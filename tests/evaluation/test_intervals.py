import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from helpers.evaluation import wilson_interval
from tests.tolerances import EXACT64

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
@given(counts)
def test_wilson_is_symmetric_and_holds_the_share(count):
    successes, trials = count
    low, high = wilson_interval(successes, trials)
    mirror_low, mirror_high = wilson_interval(trials - successes, trials)
    np.testing.assert_allclose((low, high), (1 - mirror_high, 1 - mirror_low), **EXACT64)
    assert 0 <= low <= successes / trials <= high <= 1
    assert low < high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1, 0), "at least 1; got 0"), ((5, 4), "from 0 to 4; got 5"), ((-1, 4), "got -1")],
)
def test_wilson_refuses_impossible_counts(arguments, message):
    with pytest.raises(ValueError, match=message):
        wilson_interval(*arguments)


def test_wilson_refuses_a_confidence_of_one():
    with pytest.raises(ValueError, match="confidence"):
        wilson_interval(1, 2, confidence=1.0)
