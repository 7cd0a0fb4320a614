"""Cross-correlation and its layer: by hand, against Keras, SciPy and differences; refusals."""

import functools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scratch
from helpers.scratch import convolve, cross_correlate, cross_correlate_backward
from tests.scratch import window_comparisons as comparisons
from tests.scratch.layer_comparisons import assert_agrees_with_differences, assert_equals_keras
from tests.scratch.window_comparisons import convolutions
from tests.tolerances import EXACT64, KERAS32

METHODS = ("im2col", "naive", "fft")


def image(rows):
    return np.array(rows)[None, :, :, None]


def kernel(rows):
    return np.array(rows)[:, :, None, None]


@pytest.mark.reference("cross_correlate")
@given(convolutions(), st.sampled_from(METHODS))
@settings(max_examples=300)
def test_every_way_of_cross_correlating_equals_kerass(case, method):
    correlate = functools.partial(cross_correlate, method=method)
    comparisons.assert_correlation_equals_keras(correlate, case)


@pytest.mark.reference("cross_correlate")
@given(convolutions(["valid"]), st.sampled_from(METHODS))
@settings(max_examples=200)
def test_every_way_of_cross_correlating_equals_scipys(case, method):
    correlate = functools.partial(cross_correlate, method=method)
    comparisons.assert_correlation_equals_scipy(correlate, case)


@pytest.mark.reference("convolve")
@given(convolutions(["valid"]), st.sampled_from(METHODS))
@settings(max_examples=200)
def test_every_way_of_convolving_equals_scipys(case, method):
    convolution = functools.partial(convolve, method=method)
    comparisons.assert_convolution_equals_scipy(convolution, case)


@pytest.mark.reference("cross_correlate_backward")
@given(convolutions())
@settings(max_examples=200)
def test_backward_equals_kerass(case):
    comparisons.assert_backward_equals_keras(cross_correlate_backward, case)


@pytest.mark.reference("cross_correlate_backward")
@given(convolutions())
@settings(max_examples=40)
def test_backward_agrees_with_differences(case):
    comparisons.assert_backward_agrees_with_differences(cross_correlate_backward, case)


@pytest.mark.reference("convolve")
@given(convolutions())
@settings(max_examples=40)
def test_convolution_goes_backward_with_the_kernel_turned_in_and_out(case):
    arrays = {"x": case.x.astype("float64"), "kernel": case.kernel.astype("float64")}
    output = convolve(*arrays.values(), **case.options)
    weights = np.random.default_rng(0).normal(size=output.shape)
    of_x, of_kernel, of_bias = cross_correlate_backward(
        weights, case.x, case.kernel[::-1, ::-1], **case.options
    )
    arrays["bias"] = np.zeros(output.shape[-1])
    gradients = {"x": of_x, "kernel": of_kernel[::-1, ::-1], "bias": of_bias}
    report = scratch.check_gradients(
        lambda: (convolve(*arrays.values(), **case.options) * weights).sum(),
        arrays,
        gradients,
        max_entries=30,
    )
    assert report.passed, str(report)


@pytest.mark.reference("Conv2D")
@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 3},
        {"kernel_size": (4, 1), "strides": (2, 3), "padding": "same"},
        {"kernel_size": (2, 3), "dilation_rate": (1, 2), "padding": "same", "use_bias": False},
        {"kernel_size": (3, 2), "groups": 2, "strides": 2},
    ],
)
def test_layer_equals_kerass_forward_and_backward(options):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(2, 8, 7, 4))
    layer = scratch.Conv2D(6, **options)
    twin = keras.layers.Conv2D(6, dtype="float64", **options)
    assert layer.build(x.shape[1:], generator) == twin.compute_output_shape(x.shape)[1:]
    assert_equals_keras(layer, twin, x, generator=generator)
    assert_agrees_with_differences(layer, x, generator=generator)


@pytest.mark.reference("cross_correlate")
@pytest.mark.parametrize("method", METHODS)
def test_cross_correlation_by_hand(method):
    x = image([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    diagonal = kernel([[1, 0], [0, -1]])
    correlate = functools.partial(cross_correlate, x, diagonal, method=method)
    exact = functools.partial(np.testing.assert_allclose, **EXACT64)
    exact(correlate()[0, :, :, 0], [[-5, -5, -5], [-5, -5, -5]])
    exact(correlate([100])[0, :, :, 0], [[95, 95, 95], [95, 95, 95]])
    exact(correlate(strides=(1, 2))[0, :, :, 0], [[-5, -5], [-5, -5]])
    exact(correlate(dilation_rate=2)[0, :, :, 0], [[1 - 11, 2 - 12]])
    same = [[-5, -5, -5, 4], [-5, -5, -5, 8], [9, 10, 11, 12]]  # zeros below and at the right
    exact(correlate(padding="same")[0, :, :, 0], same)
    exact(correlate(padding="same", strides=2)[0, :, :, 0], [[-5, -5], [9, 11]])


@pytest.mark.reference("cross_correlate")
@pytest.mark.parametrize("method", METHODS)
def test_channels_and_groups_by_hand(method):
    x = np.array([1.0, 10.0, 100.0, 1000.0]).reshape(1, 1, 1, 4)
    exact = functools.partial(np.testing.assert_allclose, **EXACT64)
    both = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]).reshape(1, 1, 4, 2)
    exact(cross_correlate(x, both, method=method).ravel(), [7531, 8642])
    # filters 0 and 1 see channels 0 and 1, filters 2 and 3 the others
    halves = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]).reshape(1, 1, 2, 4)
    found = cross_correlate(x, halves, groups=2, method=method).ravel()
    exact(found, [51, 62, 7300, 8400])


@pytest.mark.reference("cross_correlate_backward")
def test_backward_by_hand():
    x = image([[1, 2, 3], [4, 5, 6]])
    gradient = image([[1, 10]])
    of_x, of_kernel, of_bias = cross_correlate_backward(gradient, x, kernel([[1, 2], [3, 4]]))
    np.testing.assert_array_equal(of_x[0, :, :, 0], [[1, 2 + 10, 20], [3, 4 + 30, 40]])
    np.testing.assert_array_equal(of_kernel[:, :, 0, 0], [[1 + 20, 2 + 30], [4 + 50, 5 + 60]])
    np.testing.assert_array_equal(of_bias, [11])


@pytest.mark.law("convolve")
@pytest.mark.parametrize("method", METHODS)
def test_an_impulse_returns_the_kernel_and_turned_by_cross_correlation(method):
    generator = np.random.default_rng(0)
    impulse = np.zeros((1, 5, 7, 1))
    impulse[0, 2, 3] = 1
    weights = generator.normal(size=(3, 4, 1, 2))
    place = np.s_[0, 0:3, 0:4]  # all places whose window holds the impulse
    found = convolve(impulse, weights, method=method)[place]
    np.testing.assert_allclose(found, weights[:, :, 0], **EXACT64)
    found = cross_correlate(impulse, weights, method=method)[place]
    np.testing.assert_allclose(found, weights[::-1, ::-1, 0], **EXACT64)


@pytest.mark.law("cross_correlate")
def test_a_shifted_image_gives_a_shifted_output():
    generator = np.random.default_rng(0)
    x, weights = generator.normal(size=(2, 9, 8, 3)), generator.normal(size=(2, 3, 3, 4))
    output, moved = (cross_correlate(each, weights) for each in (x, x[:, 2:, 1:]))
    np.testing.assert_allclose(moved, output[:, 2:, 1:], **EXACT64)


@pytest.mark.parametrize("method", METHODS)
def test_float32_stays_and_whole_numbers_become_float64(method):
    generator = np.random.default_rng(0)
    x, weights = generator.normal(size=(2, 6, 5, 3)), generator.normal(size=(3, 2, 3, 4))
    output = cross_correlate(x.astype("float32"), weights, method=method)
    assert output.dtype == "float32"
    expected = keras.ops.conv(x.astype("float32"), weights.astype("float32"))
    np.testing.assert_allclose(output, expected, **KERAS32)
    for dtype in ("int16", "uint8", "bool"):
        assert cross_correlate(x.astype(dtype), weights, method=method).dtype == "float64"
    bright = np.full((1, 2, 3, 1), 255, "uint8")  # 510 does not fit into 8 bits
    found = cross_correlate(bright, np.ones((2, 1, 1, 1), "uint8"), method=method)
    np.testing.assert_allclose(found, np.full((1, 1, 3, 1), 510.0), **EXACT64)


def test_gradients_have_the_dtype_of_the_images():
    x, weights = np.ones((2, 6, 5, 3), "float32"), np.ones((3, 2, 3, 4))
    gradients = cross_correlate_backward(np.ones((2, 4, 4, 4)), x, weights)
    assert {gradient.dtype.name for gradient in gradients} == {"float32"}


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_batch_gives_an_empty_output(method):
    x, weights = np.zeros((0, 6, 5, 4)), np.ones((3, 2, 2, 6))
    output = cross_correlate(x, weights, groups=2, padding="same", method=method)
    assert output.shape == (0, 6, 5, 6)
    gradients = cross_correlate_backward(output, x, weights, groups=2, padding="same")
    assert [gradient.shape for gradient in gradients] == [x.shape, weights.shape, (6,)]
    assert not any(gradient.any() for gradient in gradients)


@pytest.mark.parametrize("method", ["im2col", "naive"])
def test_nan_reaches_exactly_the_windows_that_hold_it(method):
    x, weights = np.ones((2, 6, 5, 4)), np.zeros((3, 2, 2, 6))  # nan times 0 is nan, too
    x[1, 2, 3, 0] = np.nan  # in the first group
    output = cross_correlate(x, weights, groups=2, method=method)
    expected = np.zeros(output.shape, bool)
    expected[1, 0:3, 2:4, :3] = True
    np.testing.assert_array_equal(np.isnan(output), expected)


def test_nan_reaches_all_outputs_of_its_image_and_group_by_fft():
    x, weights = np.ones((2, 6, 5, 4)), np.ones((3, 2, 2, 6))
    x[1, 2, 3, 0] = np.nan
    output = cross_correlate(x, weights, groups=2, method="fft")
    expected = np.zeros(output.shape, bool)
    expected[1, :, :, :3] = True
    np.testing.assert_array_equal(np.isnan(output), expected)


def test_inputs_are_left_as_they_were():
    generator = np.random.default_rng(0)
    arrays = [generator.normal(size=size) for size in ((2, 5, 7, 3), (2, 3, 3, 4), (4,))]
    before = [array.copy() for array in arrays]
    for method in METHODS:
        output = cross_correlate(*arrays, method=method)
        cross_correlate_backward(output, *arrays[:2])
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


X, KERNEL = np.ones((2, 5, 7, 4)), np.ones((2, 3, 4, 6))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((X[0], KERNEL), {}, ValueError, r"got shape \(5, 7, 4\). Add missing axes"),
        ((X[:, :0], KERNEL), {}, ValueError, r"at least one pixel .* got shape \(2, 0, 7, 4\)"),
        ((X, KERNEL[0]), {}, ValueError, r"`kernel` must have shape .*got shape \(3, 4, 6\)"),
        ((X, np.ones(3)), {}, ValueError, r"`kernel` must have shape .*got shape \(3,\)"),
        ((X, KERNEL[:0]), {}, ValueError, r"none of them 0; got shape \(0, 3, 4, 6\)"),
        (
            (X, KERNEL[:, :, :3]),
            {},
            ValueError,
            r"span all 4 channels of a group; got kernel shape \(2, 3, 3, 6\) and image shape "
            r"\(2, 5, 7, 4\) with groups=1",
        ),
        ((X, KERNEL), {"groups": 2}, ValueError, "span all 2 channels of a group"),
        ((X, KERNEL), {"groups": 3}, ValueError, "groups` must divide the number of channels"),
        ((X, KERNEL[..., :5]), {"groups": 2}, ValueError, "2 groups and 5 filters"),
        ((X, KERNEL), {"groups": 0}, ValueError, "`groups` must be .* at least 1; got 0"),
        ((X, np.ones((6, 3, 4, 6))), {}, ValueError, "a window of 6 pixels .* and 5 pixels"),
        ((X, KERNEL, np.ones(5)), {}, ValueError, r"one number a filter, shape \(6,\); got \(5,\)"),
        ((X, KERNEL), {"strides": 0}, ValueError, "`strides` must be .* at least 1; got 0"),
        ((X, KERNEL), {"strides": (1, 2, 3)}, ValueError, r"one integer or two .*\(1, 2, 3\)"),
        ((X, KERNEL), {"dilation_rate": 0}, ValueError, "`dilation_rate` must be .*; got 0"),
        (
            (X, KERNEL),
            {"strides": (1, 2), "dilation_rate": (2, 1)},
            ValueError,
            r"must not both be above 1, as in Keras; got strides \(1, 2\) and dilation_rate",
        ),
        ((X, KERNEL), {"padding": "causal"}, ValueError, "one of 'valid', 'same'; got 'causal'"),
        ((X, KERNEL), {"padding": None}, ValueError, "one of 'valid', 'same'; got None"),
        ((X, KERNEL), {"method": "ftt"}, ValueError, "one of 'im2col', 'naive', 'fft'; got 'ftt'"),
        ((X.astype("float16"), KERNEL), {}, TypeError, "`x` must hold .*got float16"),
        ((X, KERNEL.astype(complex)), {}, TypeError, "`kernel` must hold .*got complex128"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, options, error, message):
    for function in (cross_correlate, convolve):
        with pytest.raises(error, match=message):
            function(*arguments, **options)


def test_keras_too_refuses_strides_and_dilation_together():
    with pytest.raises(ValueError, match="not supported in conjunction"):
        keras.layers.Conv2D(6, 3, strides=(1, 2), dilation_rate=(2, 1))
    with pytest.raises(ValueError, match="must not both be above 1"):
        scratch.Conv2D(6, 3, strides=(1, 2), dilation_rate=(2, 1))


def test_a_gradient_of_another_shape_is_refused():
    message = r"shape of the output, \(2, 4, 5, 6\); got \(2, 5, 7, 6\). Pass the options"
    with pytest.raises(ValueError, match=message):
        cross_correlate_backward(np.ones((2, 5, 7, 6)), X, KERNEL)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: scratch.Conv2D(0, 3), ValueError, "`filters` must be .* at least 1; got 0"),
        (lambda: scratch.Conv2D(6, (3, 0)), ValueError, r"`kernel_size\[1\]` must be .*; got 0"),
        (lambda: scratch.Conv2D(6, 3, padding="sam"), ValueError, "Did you mean 'same'"),
        (lambda: scratch.Conv2D(6, 3, groups=4), ValueError, "4 groups and 6 filters"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize(
    ("input_shape", "message"),
    [
        ((5, 7), r"`input_shape` must be \(height, width, channels\); got \(5, 7\)"),
        ((5, 2, 4), "a window of 3 pixels .* and 2 pixels of image"),
        ((5, 7, 3), "2 groups and 3 channels"),
    ],
)
def test_a_layer_refuses_images_that_do_not_fit(input_shape, message):
    layer = scratch.Conv2D(6, 3, groups=2)
    with pytest.raises(ValueError, match=message):
        layer.build(input_shape, np.random.default_rng(0))


def test_a_layer_is_refused_out_of_order():
    layer = scratch.Conv2D(6, 3)
    with pytest.raises(ValueError, match="`Conv2D` must be built before `forward`"):
        layer.forward(X)
    layer.build(X.shape[1:], np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"`Conv2D\.backward` must follow"):
        layer.backward(X)
