import numpy as np
import pytest

from helpers.evaluation import Estimate


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(0.75, 0.30064, 0.95442), "0.750 (0.301 to 0.954)"),
        (Estimate(-0.0123, -0.1, 0.08), "-0.012 (-0.100 to 0.080)"),
        (Estimate(np.inf, 3.2, np.inf), "inf (3.200 to inf)"),
        (Estimate(0.75, np.nan, np.nan), "0.750 (no interval)"),
        (Estimate(0.75, np.nan, 1.0), "0.750 (no interval)"),
        (Estimate(0.75, 0.5, np.nan), "0.750 (no interval)"),
        (Estimate(np.nan, np.nan, np.nan), "not defined"),
    ],
)
def test_an_estimate_prints_itself(estimate, words):
    assert str(estimate) == words
    assert f"{estimate}" == words


def test_an_estimate_is_a_tuple_of_value_and_limits():
    value, low, high = Estimate(0.5, 0.4, 0.7)
    assert (value, low, high) == (0.5, 0.4, 0.7)
