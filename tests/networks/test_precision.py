import ml_dtypes
import numpy as np
import pytest

from helpers import networks

VALUES = np.random.default_rng(0).standard_normal((3, 5, 2, 7)).astype("float32")


@pytest.mark.reference("round_values")
@pytest.mark.parametrize("scale", [1e-3, 1.0, 2e4])
@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_short_floats_are_those_of_numpy_and_ml_dtypes(precision, scale):
    dtype = np.float16 if precision == "float16" else ml_dtypes.bfloat16
    values = np.clip(VALUES * np.float32(scale), -6e4, 6e4)
    ties = np.float32([1 + 2**-8, 1 + 3 * 2**-8, -(1 + 2**-8), 1 + 2**-11, 1 + 3 * 2**-11, 0.0])
    for given in (values, ties):
        rounded = networks.round_values(given, precision)
        assert rounded.dtype == "float32"
        np.testing.assert_array_equal(rounded, given.astype(dtype).astype("float32"))


@pytest.mark.reference("round_values")
@pytest.mark.parametrize(("precision", "levels"), [("int8", 127), ("int4", 7), ("int2", 1)])
def test_integers_by_hand_channel_by_channel(precision, levels):
    rounded = networks.round_values(VALUES, precision)
    for channel in range(7):
        values = VALUES[..., channel].ravel().astype("float64")
        scale = abs(values).max() / levels
        allowed = scale * np.arange(-levels, levels + 1)
        nearest = allowed[abs(values[:, None] - allowed).argmin(axis=1)]
        np.testing.assert_allclose(rounded[..., channel].ravel(), nearest, rtol=1e-5, atol=1e-7)


@pytest.mark.law("round_values")
@pytest.mark.parametrize("precision", networks.PRECISIONS)
def test_rounding_twice_changes_nothing_and_signs_stay(precision):
    once = networks.round_values(VALUES, precision)
    twice = networks.round_values(once, precision)
    np.testing.assert_allclose(twice, once, rtol=1e-6, atol=0)
    np.testing.assert_array_equal(networks.round_values(-VALUES, precision), -once)
    assert (once * VALUES >= 0).all()


def test_a_channel_of_zeros_stays_so_and_large_channels_crush_no_other():
    values = np.float32([[0.0, 1e4, 0.01], [0.0, -2e4, 0.02]])
    rounded = networks.round_values(values, "int8")
    np.testing.assert_allclose(rounded, values, rtol=0.01)


@pytest.mark.law("round_weights")
@pytest.mark.parametrize("precision", networks.PRECISIONS)
def test_kernels_are_rounded_and_integers_leave_biases_alone(precision):
    weights = [VALUES, VALUES[0, 0, 0], VALUES[0, 0]]  # convolution, bias, dense
    before = [weight.copy() for weight in weights]
    kernel, bias, dense = networks.round_weights(weights, precision)
    np.testing.assert_array_equal(kernel, networks.round_values(VALUES, precision))
    np.testing.assert_array_equal(dense, networks.round_values(VALUES[0, 0], precision))
    rounded = networks.round_values(weights[1], precision)
    np.testing.assert_array_equal(bias, weights[1] if precision.startswith("int") else rounded)
    for weight, kept in zip(weights, before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_a_network_takes_its_rounded_weights_back():
    model = networks.build_modern_network((20, 17, 3), 4)
    model.set_weights(networks.round_weights(model.get_weights(), "int4"))
    kernel = model.layers[1].kernel.numpy()
    assert len(np.unique(kernel[..., 2])) <= 15


@pytest.mark.parametrize(
    ("values", "precision", "error", "message"),
    [
        (VALUES, "int3", ValueError, "must be one of 'float32', 'float16', .*; got 'int3'"),
        ([1.0, np.nan], "int8", ValueError, "finite; got nan or infinity"),
        ([1.0, 1e39], "int8", ValueError, r"`values` must fit into float32; got 1e\+39"),
        ([1.0, 1e39], "float32", ValueError, "`values` must fit into float32"),
        (VALUES[:0], "int8", ValueError, r"at least one number; got shape \(0, 5, 2, 7\)"),
        ([], "bfloat16", ValueError, r"at least one number; got shape \(0,\)"),
        (["1"], "int8", TypeError, "must hold real numbers; got <U1"),
        ([1.0, 7e4], "float16", ValueError, "`values` must fit into float16; got 7e\\+04"),
        ([1.0, 3.4e38], "bfloat16", ValueError, "`values` must fit into bfloat16"),
    ],
)
def test_values_that_cannot_be_rounded_are_refused(values, precision, error, message):
    with pytest.raises(error, match=message):
        networks.round_values(values, precision)


def test_an_unknown_format_of_weights_is_refused():
    with pytest.raises(ValueError, match="got 'int1'"):
        networks.round_weights([VALUES], "int1")


@pytest.mark.parametrize("weights", [networks.build_modern_network((20, 17, 3), 4), VALUES])
def test_what_is_no_list_of_weights_is_refused(weights):
    kind = type(weights).__name__
    with pytest.raises(TypeError, match=rf"list of arrays; got a {kind}\. Use `model.get_weights"):
        networks.round_weights(weights, "int8")


def test_a_network_without_weights_has_none_to_round():
    assert networks.round_weights([], "int8") == []
