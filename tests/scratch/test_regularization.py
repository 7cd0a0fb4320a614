import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scratch
from tests.scratch.layer_comparisons import assert_agrees_with_differences, assert_keeps_the_mean
from tests.tolerances import EXACT64, KERAS32


def build_dropout(rate, seed=0):
    layer = scratch.Dropout(rate)
    layer.build((4,), np.random.default_rng(seed))
    return layer


@pytest.mark.law("Dropout")
@given(st.integers(0, 95), st.integers(0, 999))
@settings(deadline=None, max_examples=25)
def test_dropout_keeps_the_mean_and_its_share(percent, seed):
    rate = percent / 100
    generator = np.random.default_rng(seed)
    assert_keeps_the_mean(scratch.Dropout(rate), generator=generator)
    layer = build_dropout(rate, seed)
    dropped = (layer.forward(np.ones((1, 40_000)), training=True) == 0).mean()
    assert abs(dropped - rate) <= 5 * np.sqrt(rate * (1 - rate) / 40_000)


@pytest.mark.reference("Dropout")
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.75])
def test_what_stays_is_scaled_as_kerass_is(rate):
    x = np.full((3, 50, 7), 2.0, "float32")
    output = build_dropout(rate).forward(x, training=True)
    expected = np.asarray(keras.layers.Dropout(rate, seed=0)(x, training=True))
    assert output.dtype == "float32"
    np.testing.assert_allclose(np.unique(output), np.unique(expected), **KERAS32)


@pytest.mark.law("Dropout")
def test_backward_uses_the_mask_of_the_last_forward():
    layer, x = build_dropout(0.4), np.ones((5, 4))
    first = layer.forward(x, training=True)
    np.testing.assert_array_equal(layer.backward(np.ones((5, 4))), first)
    second = layer.forward(x, training=True)
    assert (first != second).any()
    np.testing.assert_array_equal(layer.backward(np.ones((5, 4))), second)


@pytest.mark.law("Dropout")
def test_inference_changes_nothing():
    layer, generator = build_dropout(0.9), np.random.default_rng(0)
    x, gradient = generator.normal(size=(2, 5, 4)), generator.normal(size=(2, 5, 4))
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(gradient), gradient)


@pytest.mark.parametrize("training", [True, False])
def test_dropout_agrees_with_differences(training):
    generator = np.random.default_rng(0)
    layer, x = build_dropout(0.4), generator.normal(size=(5, 4))
    assert_agrees_with_differences(layer, x, generator=generator, training=training)


def test_the_same_generator_draws_the_same_mask():
    outputs = [build_dropout(0.5).forward(np.ones((5, 4)), training=True) for _ in range(2)]
    np.testing.assert_array_equal(*outputs)


def test_empty_batches_integers_and_nan():
    layer = build_dropout(0.5)
    assert layer.forward(np.zeros((0, 4)), training=True).shape == (0, 4)
    doubled = layer.forward(np.full((50, 4), 3), training=True)
    np.testing.assert_allclose(np.unique(doubled), [0, 6], **EXACT64)
    assert np.isnan(layer.forward(np.full((50, 4), np.nan), training=True)).all()


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
def test_a_rate_outside_its_range_is_refused(rate):
    with pytest.raises(ValueError, match="`rate` must be"):
        scratch.Dropout(rate)


def test_dropout_is_refused_out_of_order():
    layer = scratch.Dropout(0.5)
    with pytest.raises(ValueError, match="must be built before it drops anything"):
        layer.forward(np.ones((5, 4)), training=True)
    with pytest.raises(ValueError, match="nothing has gone forward yet"):
        layer.backward(np.ones((5, 4)))
    with pytest.raises(TypeError, match=r"`generator` must be a numpy\.random\.Generator; got 0"):
        layer.build((4,), 0)
