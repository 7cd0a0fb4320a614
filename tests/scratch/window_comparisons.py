"""The comparisons that prove convolution and pooling; the wrong variants must fail them."""

from typing import NamedTuple

import keras
import numpy as np
import scipy.signal
from hypothesis import strategies as st

from helpers.scratch import cross_correlate
from tests.scratch.layer_comparisons import keras_gradients
from tests.tolerances import EXACT64


class Case(NamedTuple):
    """What goes into a cross-correlation."""

    x: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    options: dict


def pairs(most):
    return st.tuples(st.integers(1, most), st.integers(1, most))


@st.composite
def image_sizes(draw, extents, padding):
    """Draw a height and a width that differ, and into which the window fits."""
    least = extents if padding == "valid" else (1, 1)
    height, width = (smallest + draw(st.integers(0, 4)) for smallest in least)
    return height, width + (height == width)


@st.composite
def convolutions(draw, paddings=("valid", "same"), most_groups=3):
    """Draw images and kernels of any shape, with strides or a dilation rate above 1, or neither."""
    kernel_size, apart = draw(pairs(4)), draw(pairs(3))
    strides, dilation_rate = draw(st.permutations([apart, (1, 1)]))
    padding = draw(st.sampled_from(paddings))
    extents = [rate * (size - 1) + 1 for rate, size in zip(dilation_rate, kernel_size, strict=True)]
    size = draw(image_sizes(extents, padding))
    groups = draw(st.sampled_from([1, 1, 2, 3][: most_groups + 1]))
    batch, depth, filters = (draw(st.integers(1, 3)) for _ in range(3))
    generator = np.random.default_rng(draw(st.integers(0, 999)))
    return Case(
        generator.normal(size=(batch, *size, groups * depth)),
        generator.normal(size=(*kernel_size, depth, groups * filters)),
        generator.normal(size=groups * filters),
        {
            "strides": strides,
            "padding": padding,
            "dilation_rate": dilation_rate,
            "groups": groups,
        },
    )


def correlate_by_keras(x, kernel, bias, *, groups, **options):
    """Let Keras compute it; the number of groups follows from the kernel's shape."""
    return keras.ops.conv(x, kernel, **options) + bias


def correlate_group_by_group(x, kernel, bias, *, groups, **options):
    """Let Keras compute the groups apart, which is the definition, and quicker to differentiate."""
    parts = zip(*(keras.ops.split(each, groups, axis=-1) for each in (x, kernel)), strict=True)
    outputs = [keras.ops.conv(*part, **options) for part in parts]
    return keras.ops.concatenate(outputs, axis=-1) + bias


def correlate_by_scipy(case, function=scipy.signal.correlate):
    """Add up SciPy's answers to one channel after the other; "valid" only."""
    strides, rates = case.options["strides"], case.options["dilation_rate"]
    height, width, depth, filters = case.kernel.shape
    extents = [rate * (size - 1) + 1 for rate, size in zip(rates, (height, width), strict=True)]
    spread = np.zeros((*extents, depth, filters))
    spread[:: rates[0], :: rates[1]] = case.kernel

    def answer(image, f):
        first = f // (filters // case.options["groups"]) * depth
        planes = [
            function(image[..., first + c], spread[..., c, f], mode="valid", method="direct")
            for c in range(depth)
        ]
        return sum(planes)[:: strides[0], :: strides[1]] + case.bias[f]

    return np.stack(
        [np.stack([answer(image, f) for f in range(filters)], axis=-1) for image in case.x]
    )


def assert_correlation_equals_keras(correlate, case):
    """Compare a cross-correlation with Keras's layer function, in float64."""
    expected = correlate_by_keras(case.x, case.kernel, case.bias, **case.options)
    found = correlate(case.x, case.kernel, case.bias, **case.options)
    np.testing.assert_allclose(found, expected, **EXACT64)


def assert_correlation_equals_scipy(correlate, case):
    """Compare a cross-correlation without padding with SciPy's."""
    found = correlate(case.x, case.kernel, case.bias, **case.options)
    np.testing.assert_allclose(found, correlate_by_scipy(case), **EXACT64)


def assert_convolution_equals_scipy(convolve, case):
    """Compare a convolution without padding with SciPy's."""
    found = convolve(case.x, case.kernel, case.bias, **case.options)
    expected = correlate_by_scipy(case, scipy.signal.convolve)
    np.testing.assert_allclose(found, expected, **EXACT64)


def output_gradient(shape):
    """Draw a gradient of the output: any, since the loss behind it may be any."""
    return np.random.default_rng(1).normal(size=shape)


def assert_backward_equals_keras(backward, case):
    """Compare the gradients of image, kernel and bias with those of Keras's layer function."""
    output = correlate_group_by_group(case.x, case.kernel, case.bias, **case.options)
    gradient = output_gradient(output.shape)
    _, expected = keras_gradients(
        lambda *arrays: keras.ops.sum(gradient * correlate_group_by_group(*arrays, **case.options)),
        [case.x, case.kernel, case.bias],
    )
    found = backward(gradient, case.x, case.kernel, **case.options)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, **EXACT64)


def differences(function, array, step=0.25):
    """Take central differences of a sum: exact, whatever the step, where the function is linear."""
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        moved = np.zeros(array.shape)
        moved[index] = step
        gradient[index] = (function(array + moved) - function(array - moved)) / (2 * step)
    return gradient


def assert_backward_agrees_with_differences(backward, case):
    """Compare the gradients with finite differences of the forward pass."""
    arrays = [case.x, case.kernel, case.bias]
    gradient = output_gradient(cross_correlate(*arrays, **case.options).shape)
    found = backward(gradient, case.x, case.kernel, **case.options)
    for position, ours in enumerate(found):

        def loss(array, position=position):
            changed = [*arrays[:position], array, *arrays[position + 1 :]]
            return np.sum(gradient * cross_correlate(*changed, **case.options))

        np.testing.assert_allclose(ours, differences(loss, arrays[position]), **EXACT64)


@st.composite
def poolings(draw, most=3):
    """Draw images and the options of a pooling layer.

    Pixels are small whole numbers, so that equal ones are frequent, and mostly below 0, so that
    padding with zeros would show.
    """
    pool_size = draw(pairs(most))
    strides = draw(st.none() | pairs(3))
    padding = draw(st.sampled_from(["valid", "same"]))
    size = draw(image_sizes(pool_size, padding))
    generator = np.random.default_rng(draw(st.integers(0, 999)))
    x = generator.integers(-5, 2, size=(draw(st.integers(1, 2)), *size, draw(st.integers(1, 3))))
    return x.astype("float64"), {"pool_size": pool_size, "strides": strides, "padding": padding}


KERAS_POOLING = {
    "MaxPooling2D": keras.ops.max_pool,
    "AveragePooling2D": keras.ops.average_pool,
    "GlobalAveragePooling2D": lambda x: keras.ops.mean(x, axis=(1, 2)),
    "GlobalMaxPooling2D": lambda x: keras.ops.max(x, axis=(1, 2)),
}


def options_of(name, options):
    return {} if name.startswith("Global") else options


def assert_pooling_equals_keras(name, kind, case):
    """Compare a pooling layer's output and its gradient with Keras's; equal pixels included."""
    x, options = case[0], options_of(name, case[1])
    layer = kind(**options)
    expected_shape = layer.build(x.shape[1:], None)
    output = layer.forward(x)
    assert output.shape[1:] == expected_shape
    np.testing.assert_allclose(output, KERAS_POOLING[name](x, **options), **EXACT64)
    gradient = output_gradient(output.shape)
    _, (expected,) = keras_gradients(
        lambda tensor: keras.ops.sum(gradient * KERAS_POOLING[name](tensor, **options)), [x]
    )
    np.testing.assert_allclose(layer.backward(gradient), expected, **EXACT64)


def assert_pooling_agrees_with_differences(name, kind, case):
    """Compare the backward pass with finite differences, on pixels that all differ by 1 or more."""
    shape, options = case[0].shape, options_of(name, case[1])
    x = np.random.default_rng(2).permutation(np.prod(shape)).reshape(shape) - 10.0
    layer = kind(**options)
    gradient = output_gradient(layer.forward(x).shape)
    found = layer.backward(gradient)
    expected = differences(lambda array: np.sum(gradient * kind(**options).forward(array)), x)
    np.testing.assert_allclose(found, expected, **EXACT64)
