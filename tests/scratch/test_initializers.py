import functools

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers import scratch
from tests.scratch.layer_comparisons import assert_variance
from tests.tolerances import EXACT64

RANDOM = [name for name in scratch.INITIALIZERS if name not in ("zeros", "ones")]
SHAPE = (5, 7, 3, 400)
VARIANCES = {
    "random_normal": 0.05**2,
    "random_uniform": 0.05**2 / 3,
    "truncated_normal": 0.05**2 * 0.87962566103423978**2,
    "glorot_normal": 2 / (105 + 14_000),
    "glorot_uniform": 2 / (105 + 14_000),
    "he_normal": 2 / 105,
    "he_uniform": 2 / 105,
    "lecun_normal": 1 / 105,
    "lecun_uniform": 1 / 105,
}


@pytest.mark.reference("initialize")
@pytest.mark.parametrize("name", RANDOM)
def test_mean_and_variance_are_those_of_theory(name):
    draw = functools.partial(scratch.initialize, name)
    assert_variance(draw, VARIANCES[name], generator=np.random.default_rng(0))
    values = draw(SHAPE, np.random.default_rng(1))
    assert abs(values.mean()) < 5 * np.sqrt(VARIANCES[name] / values.size)


@pytest.mark.reference("initialize")
@pytest.mark.parametrize("name", RANDOM)
def test_the_distribution_is_kerass(name):
    values = scratch.initialize(name, SHAPE, np.random.default_rng(1)).ravel()
    theirs = keras.initializers.get(name)
    theirs = type(theirs)(seed=0)
    expected = np.asarray(theirs(SHAPE)).ravel().astype("float64")
    assert stats.ks_2samp(values, expected).pvalue > 1e-3
    np.testing.assert_allclose(np.abs(values).max(), np.abs(expected).max(), rtol=0.15)


@pytest.mark.reference("compute_fans")
@pytest.mark.parametrize(
    ("shape", "fans"), [((7,), (7, 7)), ((), (1, 1)), ((3, 4), (3, 4)), ((5, 2, 3, 8), (30, 80))]
)
def test_fans_by_hand(shape, fans):
    assert scratch.compute_fans(shape) == fans


@pytest.mark.reference("compute_fans")
@given(st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_fans_are_kerass(shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert scratch.compute_fans(tuple(shape)) == compute_fans(tuple(shape))


def test_constants_are_constant():
    generator = np.random.default_rng(0)
    np.testing.assert_array_equal(scratch.initialize("zeros", (2, 3), generator), np.zeros((2, 3)))
    np.testing.assert_array_equal(scratch.initialize("ones", (2, 3), generator), np.ones((2, 3)))


@pytest.mark.law("initialize")
def test_a_truncated_normal_ends_at_two_standard_deviations():
    values = scratch.initialize("truncated_normal", (300, 700), np.random.default_rng(0))
    assert 0.0999 < np.abs(values).max() <= 0.1
    kept = np.sqrt(stats.truncnorm(-2, 2).var())
    np.testing.assert_allclose(kept, 0.87962566103423978, **EXACT64)


@pytest.mark.law("initialize")
@pytest.mark.parametrize("name", scratch.INITIALIZERS)
def test_the_same_generator_gives_the_same_float64_values(name):
    first, again = (scratch.initialize(name, (3, 5), np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (3, 5)
    assert first.dtype == "float64"


def test_a_function_may_take_the_place_of_a_name():
    generator = np.random.default_rng(0)
    values = scratch.initialize(lambda shape, generator: np.full(shape, 7), (2, 3), generator)
    np.testing.assert_array_equal(values, np.full((2, 3), 7.0))
    with pytest.raises(ValueError, match=r"array of shape \(2, 3\); got shape \(3,\)"):
        scratch.initialize(lambda shape, generator: np.ones(3), (2, 3), generator)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("xavier", (2, 3), np.random.default_rng(0)), ValueError, "must be one of 'zeros'"),
        (("he_norml", (2, 3), np.random.default_rng(0)), ValueError, "Did you mean 'he_normal'"),
        (("zeros", (2, 0), np.random.default_rng(0)), ValueError, r"`shape\[1\]` must be"),
        (("zeros", 3, np.random.default_rng(0)), TypeError, "`shape` must be a tuple"),
        (("zeros", (2, 3), 0), TypeError, r"got 0 \(int\). Use np.random.default_rng\(0\)"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        scratch.initialize(*arguments)
