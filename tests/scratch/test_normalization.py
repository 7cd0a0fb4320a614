import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scratch
from tests.scratch.layer_comparisons import (
    assert_agrees_with_differences,
    assert_equals_keras,
    assert_statistics_equal_keras,
)
from tests.tolerances import EXACT64

SHAPES = [(5, 3), (2, 5, 7, 3), (9, 1), (4, 1, 3, 2), (3, 6, 2)]


def build_normalization(channels, **options):
    layer = scratch.BatchNormalization(**options)
    layer.build((channels,), np.random.default_rng(0))
    return layer


@pytest.mark.reference("BatchNormalization")
@given(
    shape=st.sampled_from(SHAPES),
    momentum=st.sampled_from([0.99, 0.5, 0.0]),
    epsilon=st.sampled_from([1e-3, 0.1]),
    training=st.booleans(),
    seed=st.integers(0, 999),
)
@settings(deadline=None, max_examples=40)
def test_batch_normalization_equals_kerass_in_both_modes(shape, momentum, epsilon, training, seed):
    generator = np.random.default_rng(seed)
    options = dict(momentum=momentum, epsilon=epsilon)
    layer = build_normalization(shape[-1], **options)
    twin = keras.layers.BatchNormalization(**options, dtype="float64")
    batches = [generator.normal(loc=2, scale=3, size=shape) for _ in range(3)]
    assert_statistics_equal_keras(layer, twin, batches)
    x = generator.normal(size=shape)
    assert_equals_keras(layer, twin, x, generator=generator, training=training)
    assert_agrees_with_differences(layer, x, generator=generator, training=training)


@pytest.mark.law("BatchNormalization")
@given(st.sampled_from(SHAPES), st.integers(0, 999))
def test_training_output_has_mean_0_and_variance_1(shape, seed):
    x = np.random.default_rng(seed).normal(loc=-7, scale=100, size=shape)
    output = build_normalization(shape[-1], epsilon=1e-12).forward(x, training=True)
    axes = tuple(range(len(shape) - 1))
    np.testing.assert_allclose(output.mean(axis=axes), 0, **EXACT64)
    np.testing.assert_allclose(output.var(axis=axes), 1, **EXACT64)


@pytest.mark.law("BatchNormalization")
def test_inference_does_not_depend_on_the_neighbours_in_the_batch():
    layer, generator = build_normalization(3), np.random.default_rng(0)
    layer.forward(generator.normal(size=(6, 4, 5, 3)), training=True)
    kept = layer.moving_mean.copy(), layer.moving_variance.copy()
    x = generator.normal(size=(5, 4, 2, 3))
    np.testing.assert_array_equal(layer.forward(x)[:2], layer.forward(x[:2]))
    np.testing.assert_array_equal(kept, (layer.moving_mean, layer.moving_variance))


def test_moving_statistics_by_hand():
    layer = build_normalization(1, momentum=0.75)
    for _ in range(2):
        layer.forward([[1.0], [5.0]], training=True)  # mean 3, variance 4
    np.testing.assert_allclose(layer.moving_mean, 3 * (1 - 0.75**2), **EXACT64)
    np.testing.assert_allclose(layer.moving_variance, 4 + (1 - 4) * 0.75**2, **EXACT64)


def test_a_constant_channel_becomes_beta():
    layer = build_normalization(2, epsilon=0.25)
    layer.parameters["beta"][:] = [5, 6]
    layer.parameters["gamma"][:] = [2, -3]
    output = layer.forward(np.full((4, 2), 1e6), training=True)
    np.testing.assert_array_equal(output, np.tile([5.0, 6.0], (4, 1)))
    gradient = np.random.default_rng(0).normal(size=(4, 2))
    # the normalised input is 0, and the standard deviation sqrt(epsilon)
    expected = (gradient - gradient.mean(axis=0)) * [2, -3] / 0.5
    np.testing.assert_allclose(layer.backward(gradient), expected, **EXACT64)


def test_nan_takes_its_channel_in_training_and_itself_at_inference():
    x = np.ones((3, 2)) * [[1], [2], [3]]
    x[1, 0] = np.nan
    layer = build_normalization(2)
    found = np.isnan(layer.forward(x))
    np.testing.assert_array_equal(found, [[False, False], [True, False], [False, False]])
    found = np.isnan(layer.forward(x, training=True))
    np.testing.assert_array_equal(found, [[True, False]] * 3)


def test_float32_stays_float32():
    layer = build_normalization(3)
    for training in (True, False):
        assert layer.forward(np.ones((2, 3), "float32"), training=training).dtype == "float32"
        assert layer.backward(np.ones((2, 3), "float32")).dtype == "float32"


def test_an_empty_batch_has_an_output_but_no_mean():
    layer = build_normalization(3)
    assert layer.forward(np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(ValueError, match=r"at least one case in training mode; got shape \(0, 3\)"):
        layer.forward(np.zeros((0, 3)), training=True)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: scratch.BatchNormalization(momentum=1.5), "`momentum` must be .* <= 1; got 1.5"),
        (lambda: scratch.BatchNormalization(epsilon=0), "`epsilon` must be a finite number > 0"),
        (lambda: scratch.BatchNormalization().build((), None), "end in the number of channels"),
        (lambda: scratch.BatchNormalization().forward(np.ones((2, 3))), "must be built before"),
        (lambda: build_normalization(3).forward(np.ones((2, 4))), r"\(batch, \.\.\., 3\); got"),
        (lambda: build_normalization(3).forward(np.ones(3)), r"\(batch, \.\.\., 3\); got \(3,\)"),
        (lambda: build_normalization(3).backward(np.ones((2, 3))), "nothing has gone forward"),
    ],
)
def test_what_does_not_fit_is_refused(act, message):
    with pytest.raises(ValueError, match=message):
        act()
