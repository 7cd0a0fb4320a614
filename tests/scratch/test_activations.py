import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import special

from helpers import scratch
from tests.scratch.layer_comparisons import assert_agrees_with_differences, assert_equals_keras
from tests.tolerances import EXACT64, KERAS32

# Keras holds the constants of GELU and the slope of a leaky ReLU in float32, whatever the dtype
LAYERS = [
    (scratch.Sigmoid(), keras.activations.sigmoid, EXACT64),
    (scratch.Tanh(), keras.activations.tanh, EXACT64),
    (scratch.ReLU(), keras.activations.relu, EXACT64),
    (scratch.LeakyReLU(), keras.layers.LeakyReLU(dtype="float64"), KERAS32),
    (
        scratch.LeakyReLU(negative_slope=0.25),
        keras.layers.LeakyReLU(negative_slope=0.25, dtype="float64"),
        EXACT64,
    ),
    (scratch.GELU(), keras.activations.gelu, KERAS32),
    (
        scratch.GELU(approximate=True),
        lambda x: keras.activations.gelu(x, approximate=True),
        KERAS32,
    ),
    (scratch.Softmax(), keras.activations.softmax, EXACT64),
]
FUNCTIONS = [
    (scratch.sigmoid, special.expit, keras.activations.sigmoid),
    (scratch.tanh, np.tanh, keras.activations.tanh),
    (scratch.relu, lambda x: (x + np.abs(x)) / 2, keras.activations.relu),
    (scratch.leaky_relu, lambda x: 0.6 * x + 0.4 * np.abs(x), keras.activations.leaky_relu),
    (scratch.gelu, lambda x: x * special.ndtr(x), keras.activations.gelu),
    (scratch.softmax, lambda x: special.softmax(x, axis=-1), keras.activations.softmax),
]
shapes = array_shapes(min_dims=2, max_dims=4, min_side=2, max_side=6)
values = st.floats(-30, 30).filter(lambda value: abs(value) > 1e-3)  # away from the kink
images = shapes.flatmap(lambda shape: arrays("float64", shape, elements=values))


@pytest.mark.reference("sigmoid")
@pytest.mark.reference("tanh")
@pytest.mark.reference("relu")
@pytest.mark.reference("leaky_relu")
@pytest.mark.reference("gelu")
@pytest.mark.reference("softmax")
@pytest.mark.parametrize(("ours", "scipys", "kerass"), FUNCTIONS)
@given(x=images)
@settings(deadline=None)
def test_functions_equal_scipys_and_kerass(ours, scipys, kerass, x):
    np.testing.assert_allclose(ours(x), scipys(x), **EXACT64)
    x = x.astype("float32")
    assert ours(x).dtype == "float32"
    np.testing.assert_allclose(ours(x), kerass(x), **KERAS32)


@pytest.mark.reference("Sigmoid")
@pytest.mark.reference("Tanh")
@pytest.mark.reference("ReLU")
@pytest.mark.reference("LeakyReLU")
@pytest.mark.reference("GELU")
@pytest.mark.reference("Softmax")
@pytest.mark.parametrize(("layer", "activation", "tolerance"), LAYERS)
@given(x=images, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_layers_equal_kerass_forward_and_backward(layer, activation, tolerance, x, seed):
    twin = keras.layers.Activation(activation, dtype="float64")
    generator = np.random.default_rng(seed)
    assert_equals_keras(layer, twin, x, generator=generator, tolerance=tolerance)


@pytest.mark.parametrize("layer", [case[0] for case in LAYERS])
@given(shape=shapes, seed=st.integers(0, 9999))
@settings(deadline=None, max_examples=15)
def test_layers_agree_with_differences(layer, shape, seed):
    generator = np.random.default_rng(seed)
    x = generator.normal(scale=2, size=shape)
    x += np.copysign(0.01, x)  # away from the kink
    assert_agrees_with_differences(layer, x, generator=generator)


@pytest.mark.reference("gelu")
def test_the_approximate_gelu_is_as_near_as_its_docstring_says():
    x = np.linspace(-10, 10, 20_001)
    gap = np.abs(scratch.gelu(x) - scratch.gelu(x, approximate=True)).max()
    assert 4e-4 < gap < 5e-4


@pytest.mark.law("softmax")
@given(images, st.floats(-1e4, 1e4))
def test_softmax_ignores_a_shift_and_its_rows_sum_to_one(logits, shift):
    probabilities = scratch.softmax(logits)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, **EXACT64)
    # adding the shift rounds the logits themselves, by up to 1e4 times the machine epsilon
    rounding = 4 * np.spacing(abs(shift) + 30)
    np.testing.assert_allclose(
        scratch.softmax(logits + shift), probabilities, rtol=rounding + 1e-12, atol=1e-12
    )
    assert (probabilities >= 0).all()


@pytest.mark.law("sigmoid")
@given(arrays("float64", 7, elements=st.floats(-1e300, 1e300)))
def test_sigmoid_of_the_negative_is_the_rest_to_one(x):
    np.testing.assert_allclose(scratch.sigmoid(x) + scratch.sigmoid(-x), 1, **EXACT64)


def test_slopes_at_zero_by_hand():
    x = np.zeros((1, 1))
    slopes = {
        scratch.Sigmoid(): 0.25,
        scratch.Tanh(): 1.0,
        scratch.ReLU(): 0.0,
        scratch.LeakyReLU(negative_slope=0.1): 0.1,
        scratch.GELU(): 0.5,
        scratch.GELU(approximate=True): 0.5,
    }
    for layer, slope in slopes.items():
        layer.forward(x)
        assert layer.backward(np.ones((1, 1))) == slope


@pytest.mark.parametrize("function", [case[0] for case in FUNCTIONS if case[0] != scratch.softmax])
def test_a_single_number_has_a_single_answer(function):
    for number in (3.0, -2, np.float32(0.5)):
        found = function(number)
        assert np.shape(found) == ()
        assert found.dtype == ("float32" if isinstance(number, np.float32) else "float64")
        np.testing.assert_array_equal(found, function([number])[0])


@pytest.mark.parametrize("layer", [scratch.GELU(), scratch.GELU(approximate=True)])
def test_a_single_number_goes_through_gelu_and_back(layer):
    assert_agrees_with_differences(layer, np.array(0.7), generator=np.random.default_rng(0))


@pytest.mark.parametrize("function", [functions[0] for functions in FUNCTIONS])
def test_integers_become_floats_nan_passes_and_nothing_gives_nothing(function):
    np.testing.assert_allclose(function([[1, -3]]), function([[1.0, -3.0]]), **EXACT64)
    np.testing.assert_array_equal(np.isnan(function([[np.nan], [1.0]])), [[True], [False]])
    assert function(np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(TypeError, match=r"`x` must hold float32, float64.*got complex128"):
        function([[1j]])
    with pytest.raises(TypeError, match=r"got float16\. Convert it first"):
        function(np.ones((2, 3), "float16"))


def test_large_logits_do_not_overflow():
    np.testing.assert_array_equal(scratch.softmax([[1e4, -1e4, 1e4]]), [[0.5, 0, 0.5]])
    np.testing.assert_array_equal(scratch.sigmoid([-1e4, 1e4]), [0, 1])
    np.testing.assert_array_equal(scratch.softmax([[-np.inf, 0.0]]), [[0, 1]])
    assert np.isnan(scratch.softmax([[np.inf, 0.0]])).all()


@pytest.mark.parametrize("x", [3.0, np.zeros((2, 0))])
def test_softmax_wants_classes(x):
    with pytest.raises(ValueError, match=r"shape \(\.\.\., classes\), one or more"):
        scratch.softmax(x)


def test_a_slope_below_zero_is_refused():
    with pytest.raises(ValueError, match="`negative_slope` must be a finite number >= 0"):
        scratch.LeakyReLU(negative_slope=-0.1)
    with pytest.raises(ValueError, match="`negative_slope` must be a finite number >= 0"):
        scratch.leaky_relu([1.0], negative_slope=-0.1)
