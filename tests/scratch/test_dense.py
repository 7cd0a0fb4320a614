import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scratch
from tests.scratch.layer_comparisons import assert_agrees_with_differences, assert_equals_keras
from tests.tolerances import EXACT64

sizes = st.lists(st.integers(1, 9), min_size=3, max_size=3, unique=True)


def build_dense(inputs, units, **options):
    layer = scratch.Dense(units, **options)
    layer.build((inputs,), np.random.default_rng(0))
    return layer


@pytest.mark.reference("Dense")
@given(sizes, st.booleans(), st.integers(0, 99))
@settings(deadline=None)
def test_dense_equals_kerass_forward_and_backward(sizes, use_bias, seed):
    batch, inputs, units = sizes
    generator = np.random.default_rng(seed)
    layer = build_dense(inputs, units, use_bias=use_bias)
    twin = keras.layers.Dense(units, use_bias=use_bias, dtype="float64")
    x = generator.normal(size=(batch, inputs))
    assert_equals_keras(layer, twin, x, generator=generator)
    assert_agrees_with_differences(layer, x, generator=generator)


@pytest.mark.reference("Dense")
def test_dense_by_hand():
    layer = build_dense(3, 2)
    layer.parameters["kernel"][:] = [[1, 4], [2, 5], [3, 6]]
    layer.parameters["bias"][:] = [10, 20]
    np.testing.assert_array_equal(layer.forward([[1, 0, -1]]), [[10 + 1 - 3, 20 + 4 - 6]])
    np.testing.assert_array_equal(layer.backward([[1, 2]]), [[1 + 8, 2 + 10, 3 + 12]])
    np.testing.assert_array_equal(layer.gradients["kernel"], [[1, 2], [0, 0], [-1, -2]])
    np.testing.assert_array_equal(layer.gradients["bias"], [1, 2])


@pytest.mark.reference("Flatten")
def test_flatten_equals_kerass_forward_and_backward():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(2, 5, 7, 3))
    layer = scratch.Flatten()
    assert layer.build(x.shape[1:], generator) == (105,)
    assert_equals_keras(layer, keras.layers.Flatten(dtype="float64"), x, generator=generator)
    assert_agrees_with_differences(layer, x, generator=generator)
    assert layer.forward(np.zeros(4)).shape == (4, 1)
    with pytest.raises(ValueError, match="batch axis"):
        layer.forward(3.0)


def test_the_dtype_of_the_input_is_the_dtype_of_everything():
    layer = build_dense(3, 2)
    for given_dtype, dtype in {
        "float32": "float32",
        "float64": "float64",
        "int8": "float64",
    }.items():
        output = layer.forward(np.ones((4, 3), given_dtype))
        gradient = layer.backward(np.ones((4, 2), "float64"))
        arrays = [output, gradient, *layer.gradients.values()]
        assert {array.dtype.name for array in arrays} == {dtype}


def test_an_empty_batch_gives_an_empty_output_and_gradients_of_zero():
    layer = build_dense(3, 2)
    assert layer.forward(np.zeros((0, 3))).shape == (0, 2)
    assert layer.backward(np.zeros((0, 2))).shape == (0, 3)
    np.testing.assert_array_equal(layer.gradients["kernel"], np.zeros((3, 2)))
    assert scratch.Flatten().forward(np.zeros((0, 5, 7, 3))).shape == (0, 105)


def test_nan_reaches_its_own_row_only():
    x = np.ones((3, 4))
    x[1, 2] = np.nan
    found = np.isnan(build_dense(4, 2).forward(x))
    np.testing.assert_array_equal(found, [[False] * 2, [True] * 2, [False] * 2])


def test_a_layer_is_refused_out_of_order():
    layer = scratch.Dense(2)
    with pytest.raises(ValueError, match="`Dense` must be built before `forward`"):
        layer.forward(np.ones((4, 3)))
    layer.build((3,), np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"`Dense\.backward` must follow `Dense\.forward`"):
        layer.backward(np.ones((4, 2)))


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones((4, 5)), ValueError, r"shape \(batch, 3\); got \(4, 5\)"),
        (np.ones(3), ValueError, r"shape \(batch, 3\); got \(3,\)"),
        (np.ones((4, 3), "complex64"), TypeError, "got complex64"),
        ([["a", "b", "c"]], TypeError, "`x` must hold float32"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(x, error, message):
    with pytest.raises(error, match=message):
        build_dense(3, 2).forward(x)


def test_a_gradient_that_does_not_fit_is_refused():
    layer = build_dense(3, 2)
    layer.forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"shape of the output of `Dense`, \(4, 2\); got \(2,\)"):
        layer.backward(np.ones(2))


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: scratch.Dense(0), ValueError, "`units` must be an integer of at least 1; got 0"),
        (lambda: scratch.Dense(2.0), TypeError, "`units` must be an integer"),
        (lambda: build_dense((5, 7), 2), TypeError, r"`input_shape\[0\]` must be an integer"),
        (lambda: build_dense(3, 2, kernel_initializer="he_norm"), ValueError, "Did you mean 'he_"),
        (
            lambda: scratch.Dense(2).build((5, 7, 3), np.random.default_rng(0)),
            ValueError,
            r"must be \(inputs,\); got \(5, 7, 3\). Put a `Flatten`",
        ),
        (lambda: scratch.Dense(2).build(3, None), TypeError, "must be a tuple of integers; got 3"),
        (lambda: scratch.Dense(2).build((3,), 0), TypeError, r"Use np.random.default_rng\(0\)"),
        (lambda: scratch.ReLU().build((3, 0), None), ValueError, r"`input_shape\[1\]`.* got 0"),
    ],
)
def test_a_layer_that_cannot_be_built_says_why(build, error, message):
    with pytest.raises(error, match=message):
        build()


def test_a_new_layer_must_define_its_moves():
    layer = scratch.Layer()
    assert layer.build((5, 7), None) == (5, 7)
    with pytest.raises(NotImplementedError, match="Layer must define `forward`"):
        layer.forward(np.ones(3))
    with pytest.raises(NotImplementedError, match="Layer must define `backward`"):
        layer.backward(np.ones(3))


def test_without_a_bias_there_is_none():
    layer = build_dense(3, 2, use_bias=False)
    assert list(layer.parameters) == ["kernel"]
    np.testing.assert_allclose(layer.forward(np.eye(3)), layer.parameters["kernel"], **EXACT64)
