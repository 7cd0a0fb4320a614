"""Sizes, paddings, receptive fields and counts against Keras, against counting, and by hand."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.scratch import (
    count_convolution_parameters,
    count_dense_parameters,
    output_size,
    padding_amounts,
    receptive_field,
)

small = st.integers(1, 5)


def first_pixels(size, extent, strides):
    """List the first pixels of all windows that fit: what a formula counts."""
    return [start for start in range(0, size, strides) if start + extent <= size]


@pytest.mark.reference("output_size")
@given(st.integers(1, 40), small, small, small, st.integers(0, 9))
def test_sizes_are_the_number_of_windows_that_fit(more, kernel_size, strides, rate, total):
    extent = len(range(0, kernel_size * rate, rate)) * rate - rate + 1
    size = max(extent - total, 0) + more
    options = {"strides": strides, "dilation_rate": rate}
    places = len(first_pixels(size + total, extent, strides))
    assert output_size(size, kernel_size, padding=total, **options) == places
    if size >= extent:
        places = len(first_pixels(size, extent, strides))
        assert output_size(size, kernel_size, **options) == places
    starts = len(range(0, size, strides))  # "same": a window at every step into the image
    assert output_size(size, kernel_size, padding="same", **options) == starts


@pytest.mark.reference("output_size")
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("strides", "rate"), [(1, 1), (2, 1), (3, 1), (1, 2), (1, 3)])
def test_sizes_equal_kerass(padding, strides, rate):
    options = {"strides": strides, "padding": padding, "dilation_rate": rate}
    for kernel_size in (1, 2, 3, 4):
        layer = keras.layers.Conv1D(1, kernel_size, **options)
        for size in range(10, 17):
            expected = layer.compute_output_shape((None, size, 1))[1]
            assert output_size(size, kernel_size, **options) == expected


@pytest.mark.reference("output_size")
def test_sizes_by_hand():
    assert output_size(224, 11, strides=4) == 54  # 213 / 4 = 53.25, floored
    assert output_size(227, 11, strides=4) == 55  # 216 / 4 = 54, without a rest
    assert output_size(224, 11, strides=4, padding=3) == 55
    assert output_size(13, 2, strides=2) == 6  # the last row is dropped
    assert output_size(13, 2, strides=2, padding="same") == 7
    assert output_size(5, 3, dilation_rate=2) == 1
    assert output_size(9, 3, strides=2, dilation_rate=2) == 3  # layers refuse both; arithmetic not


@pytest.mark.reference("padding_amounts")
@pytest.mark.parametrize(
    ("size", "kernel_size", "options", "expected"),
    [
        (7, 3, {}, (1, 1)),
        (7, 4, {}, (1, 2)),  # an even kernel: the odd pixel comes last
        (7, 2, {}, (0, 1)),
        (7, 3, {"dilation_rate": 2}, (2, 2)),
        (8, 3, {"strides": 2}, (0, 1)),  # windows at 0, 2, 4, 6: the last ends at 8
        (7, 3, {"strides": 2}, (1, 1)),
        (8, 1, {"strides": 3}, (0, 0)),  # windows at 0, 3, 6, and one pixel is left over
        (7, 3, {"padding": "valid"}, (0, 0)),
    ],
)
def test_paddings_by_hand(size, kernel_size, options, expected):
    assert padding_amounts(size, kernel_size, **{"padding": "same"} | options) == expected


@pytest.mark.law("padding_amounts")
@given(st.integers(1, 30), small, small, small)
def test_padding_makes_the_last_window_fit_and_no_more(size, kernel_size, strides, rate):
    options = {"strides": strides, "dilation_rate": rate, "padding": "same"}
    before, after = padding_amounts(size, kernel_size, **options)
    places = output_size(size, kernel_size, **options)
    end = (places - 1) * strides + rate * (kernel_size - 1) + 1
    assert 0 <= after - before <= 1
    assert end == size + before + after or (before == after == 0 and end <= size)


def count_seen(layers):
    """Follow one output back through the layers and count from its first pixel to its last."""
    seen = {0}
    for kernel_size, strides, rate in reversed(layers):
        seen = {place * strides + rate * m for place in seen for m in range(kernel_size)}
    return max(seen) - min(seen) + 1


@pytest.mark.reference("receptive_field")
@given(st.lists(st.tuples(small, small, small), max_size=4))
@settings(deadline=None)
def test_receptive_field_is_what_one_output_sees(layers):
    assert receptive_field(layers) == count_seen(layers)
    undilated = [layer[:2] for layer in layers]
    assert receptive_field(undilated) == count_seen([(*layer, 1) for layer in undilated])


@pytest.mark.reference("receptive_field")
def test_receptive_field_by_hand():
    assert receptive_field([]) == 1
    assert receptive_field([(3, 1), (3, 1)]) == 5
    assert receptive_field([(3, 2), (3, 1), (5, 1)]) == 3 + 2 * 2 + 2 * 4


@pytest.mark.reference("count_convolution_parameters")
@pytest.mark.parametrize(
    ("kernel_size", "channels", "filters", "groups", "use_bias"),
    [(3, 1, 32, 1, True), ((2, 5), 3, 7, 1, False), ((4, 1), 6, 9, 3, True), (1, 4, 2, 2, False)],
)
def test_convolution_has_as_many_parameters_as_kerass(
    kernel_size, channels, filters, groups, use_bias
):
    layer = keras.layers.Conv2D(filters, kernel_size, groups=groups, use_bias=use_bias)
    layer.build((None, 8, 9, channels))
    count = count_convolution_parameters(
        kernel_size, channels, filters, groups=groups, use_bias=use_bias
    )
    assert count == layer.count_params()


@pytest.mark.reference("count_dense_parameters")
@pytest.mark.parametrize(("inputs", "units", "use_bias"), [(13 * 13 * 32, 10, True), (7, 3, False)])
def test_dense_has_as_many_parameters_as_kerass(inputs, units, use_bias):
    layer = keras.layers.Dense(units, use_bias=use_bias)
    layer.build((None, inputs))
    assert count_dense_parameters(inputs, units, use_bias=use_bias) == layer.count_params()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: output_size(0, 3), ValueError, "`size` must be an integer of at least 1; got 0"),
        (lambda: output_size(5, 0), ValueError, "`kernel_size` must be .* at least 1; got 0"),
        (lambda: output_size(5, 3, strides=0), ValueError, "`strides` must be .*; got 0"),
        (lambda: output_size(5, 3, dilation_rate=-1), ValueError, "`dilation_rate` .*; got -1"),
        (lambda: output_size(5, 3, strides=1.5), TypeError, r"got 1.5 \(float\)"),
        (lambda: output_size(5, 3, padding=-1), ValueError, "`padding` must be .*; got -1"),
        (
            lambda: output_size(5, 3, padding="sane"),
            ValueError,
            "one of 'valid', 'same'; got 'sane'. Did you mean 'same'",
        ),
        (
            lambda: output_size(4, 3, dilation_rate=2),
            ValueError,
            r"window of 5 pixels \(kernel or pool size 3, dilation rate 2\) and 4 pixels",
        ),
        (lambda: output_size(2, 6, padding=3), ValueError, "6 pixels .* and 5 pixels of image"),
        (lambda: padding_amounts(5, 3, padding=2), ValueError, "one of 'valid', 'same'; got 2"),
        (lambda: padding_amounts(2, 3), ValueError, "must fit into the padded image"),
        (
            lambda: output_size(5, 3, padding=None),
            TypeError,
            "`padding` must be 'valid', 'same' or an integer of at least 0; got None",
        ),
        (lambda: receptive_field(3), TypeError, "`layers` must be a list, .*; got 3"),
        (lambda: receptive_field([3]), ValueError, r"`layers\[0\]` must be .*; got 3"),
        (lambda: receptive_field([(3, 1), (3, 0)]), ValueError, r"`layers\[1\]\[1\]`.* got 0"),
        (
            lambda: count_convolution_parameters(3, 4, 6, groups=4),
            ValueError,
            "divide the number of filters; got 4 groups and 6 filters",
        ),
        (
            lambda: count_convolution_parameters((3, 3, 3), 4, 6),
            ValueError,
            r"one integer or two \(height, width\); got \(3, 3, 3\)",
        ),
        (lambda: count_dense_parameters(3, 0), ValueError, "`units` must be .*; got 0"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_numbers_come_back_as_pythons_own():
    assert type(output_size(np.int64(5), np.int64(3))) is int
    assert type(padding_amounts(np.int64(5), np.int64(3), padding="same")[0]) is int
    assert type(count_dense_parameters(np.int64(5), np.int64(3))) is int
    assert type(count_convolution_parameters(3, np.int64(5), np.int64(3))) is int
