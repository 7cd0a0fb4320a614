"""Pooling: by hand, against Keras and differences; ties, nan, empty batches and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings

from helpers import scratch
from tests.scratch import window_comparisons as comparisons
from tests.scratch.window_comparisons import poolings
from tests.tolerances import EXACT64

NAMES = ("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D")


def build(name, **options):
    return getattr(scratch, name)(**options)


def image(rows):
    return np.array(rows)[None, :, :, None]


@pytest.mark.reference("MaxPooling2D")
@pytest.mark.reference("AveragePooling2D")
@pytest.mark.reference("GlobalAveragePooling2D")
@pytest.mark.reference("GlobalMaxPooling2D")
@pytest.mark.parametrize("name", NAMES)
@given(case=poolings())
@settings(deadline=None)
def test_pooling_equals_kerass_forward_and_backward(name, case):
    comparisons.assert_pooling_equals_keras(name, getattr(scratch, name), case)


@pytest.mark.parametrize("name", NAMES)
@given(case=poolings())
@settings(deadline=None, max_examples=30)
def test_pooling_agrees_with_differences(name, case):
    comparisons.assert_pooling_agrees_with_differences(name, getattr(scratch, name), case)


@pytest.mark.reference("MaxPooling2D")
def test_max_pooling_by_hand():
    layer = scratch.MaxPooling2D((2, 3), strides=(1, 2), padding="same")
    x = image([[-1, -5, -2, -2], [-4, -1, -3, -9]])
    # columns padded by one on the right, rows by one below: windows begin at columns 0 and 2
    np.testing.assert_array_equal(layer.forward(x)[0, :, :, 0], [[-1, -2], [-1, -3]])
    found = layer.backward(image([[1, 10], [100, 1000]]))[0, :, :, 0]
    # of the two -1 in the first window the first, in reading order
    np.testing.assert_array_equal(found, [[1, 0, 10, 0], [0, 100, 1000, 0]])


@pytest.mark.reference("AveragePooling2D")
def test_average_pooling_by_hand():
    layer = scratch.AveragePooling2D((2, 3), strides=(1, 2), padding="same")
    x = image([[1, 2, 3, 4], [5, 6, 7, 9]])
    expected = [[24 / 6, 23 / 4], [18 / 3, 16 / 2]]  # pixels of the image only
    np.testing.assert_allclose(layer.forward(x)[0, :, :, 0], expected, **EXACT64)
    found = layer.backward(image([[6, 4], [3, 2]]))[0, :, :, 0]
    np.testing.assert_allclose(found, [[1, 1, 2, 1], [2, 2, 4, 2]], **EXACT64)


@pytest.mark.reference("GlobalAveragePooling2D")
@pytest.mark.reference("GlobalMaxPooling2D")
def test_global_pooling_by_hand():
    x = image([[1, 9, 2], [9, 4, 5]])
    average, largest = scratch.GlobalAveragePooling2D(), scratch.GlobalMaxPooling2D()
    np.testing.assert_array_equal(average.forward(x), [[5]])
    np.testing.assert_array_equal(average.backward([[12]])[0, :, :, 0], [[2, 2, 2], [2, 2, 2]])
    np.testing.assert_array_equal(largest.forward(x), [[9]])
    np.testing.assert_array_equal(largest.backward([[12]])[0, :, :, 0], [[0, 6, 0], [6, 0, 0]])


def test_what_is_left_over_is_dropped():
    layer = scratch.MaxPooling2D(2)
    assert layer.build((13, 9, 3), None) == (6, 4, 3)
    x = np.zeros((1, 13, 9, 3))
    x[:, 12], x[:, :, 8] = 5, 5
    assert not layer.forward(x).any()


@pytest.mark.parametrize("name", NAMES)
def test_the_dtype_of_the_images_is_the_dtype_of_everything(name):
    for given_dtype, dtype in {
        "float32": "float32",
        "uint8": "float64",
        "bool": "float64",
    }.items():
        layer = build(name)
        output = layer.forward(np.ones((2, 4, 6, 3), given_dtype))
        assert output.dtype == layer.backward(np.ones(output.shape)).dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_batch_gives_an_empty_output(name):
    layer = build(name)
    output = layer.forward(np.zeros((0, 4, 6, 3)))
    assert output.shape in ((0, 2, 3, 3), (0, 3))
    assert layer.backward(output).shape == (0, 4, 6, 3)


@pytest.mark.parametrize("name", NAMES[:2])
def test_nan_reaches_exactly_the_windows_that_hold_it(name):
    x = np.ones((2, 6, 7, 3))
    x[1, 2, 3, 0] = np.nan
    found = build(name, pool_size=(3, 2), strides=1).forward(x)
    expected = np.zeros(found.shape, bool)
    expected[1, 0:3, 2:4, 0] = True
    np.testing.assert_array_equal(np.isnan(found), expected)


@pytest.mark.parametrize("name", NAMES[2:])
def test_nan_reaches_exactly_the_channel_that_holds_it(name):
    x = np.ones((2, 6, 7, 3))
    x[1, 2, 3, 0] = np.nan
    layer = build(name)
    np.testing.assert_array_equal(np.isnan(layer.forward(x)), [[False] * 3, [True, False, False]])
    assert np.isfinite(layer.backward(np.ones((2, 3)))).all()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_batch_of_images_is_refused(name):
    layer = build(name)
    with pytest.raises(ValueError, match=r"got shape \(5, 7\). Add missing axes"):
        layer.forward(np.ones((5, 7)))
    with pytest.raises(ValueError, match=r"height, width, channels\); got \(5, 7\)"):
        layer.build((5, 7), None)
    with pytest.raises(TypeError, match="got complex128"):
        layer.forward(np.ones((2, 5, 7, 3), complex))
    with pytest.raises(ValueError, match=f"`{name}.backward` must follow"):
        layer.backward(np.ones((2, 3)))
    layer.forward(np.ones((2, 5, 7, 3)))
    with pytest.raises(ValueError, match=f"shape of the output of `{name}`"):
        layer.backward(np.ones(5))


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pool_size": 0}, ValueError, "`pool_size` must be an integer of at least 1; got 0"),
        ({"pool_size": 2.0}, TypeError, r"got 2.0 \(float\)"),
        ({"strides": (2, 0)}, ValueError, r"`strides\[1\]` must be .*; got 0"),
        ({"padding": "full"}, ValueError, "one of 'valid', 'same'; got 'full'"),
    ],
)
def test_options_out_of_range_are_refused(name, options, error, message):
    with pytest.raises(error, match=message):
        build(name, **options)


@pytest.mark.parametrize("name", NAMES[:2])
def test_images_smaller_than_the_pool_are_refused(name):
    with pytest.raises(ValueError, match=r"a window of 4 pixels .* and 3 pixels of image"):
        build(name, pool_size=(2, 4)).forward(np.ones((2, 5, 3, 1)))
    same = build(name, pool_size=(2, 4), strides=1, padding="same")
    np.testing.assert_array_equal(same.forward(np.ones((2, 5, 3, 1))), np.ones((2, 5, 3, 1)))
