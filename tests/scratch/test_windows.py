"""Windows: gathered as loops would do it, and put back by the transpose."""

import numpy as np
import pytest
from hypothesis import given

from helpers.scratch import Windows
from tests.scratch.window_comparisons import convolutions
from tests.tolerances import EXACT64


def build_windows(case):
    options = {name: value for name, value in case.options.items() if name != "groups"}
    return Windows(case.x.shape[1:3], case.kernel.shape[:2], **options)


@pytest.mark.reference("Windows")
@given(convolutions())
def test_windows_hold_the_pixels_that_loops_find(case):
    windows, fill = build_windows(case), 7.0
    gathered = windows.gather(case.x, fill)
    assert gathered.shape[1:5] == (*windows.output_size, *case.kernel.shape[:2])
    (top, _), (left, _) = windows.amounts
    _, height, width, _ = case.x.shape
    for i, j, m, n in np.ndindex(gathered.shape[1:5]):
        row = windows.strides[0] * i + windows.dilation_rate[0] * m - top
        column = windows.strides[1] * j + windows.dilation_rate[1] * n - left
        inside = 0 <= row < height and 0 <= column < width
        expected = case.x[:, row, column] if inside else np.full_like(case.x[:, 0, 0], fill)
        np.testing.assert_array_equal(gathered[:, i, j, m, n], expected)


@pytest.mark.law("Windows")
@given(convolutions())
def test_scatter_is_the_transpose_of_gather(case):
    windows = build_windows(case)
    gathered = windows.gather(case.x)
    values = np.random.default_rng(0).normal(size=gathered.shape)
    scattered = windows.scatter(values)
    assert scattered.shape == case.x.shape
    np.testing.assert_allclose(np.sum(gathered * values), np.sum(case.x * scattered), **EXACT64)


def test_gather_copies_nothing_and_cannot_be_written_to():
    x = np.zeros((2, 5, 7, 3))
    view = Windows((5, 7), (3, 2)).gather(x)
    assert np.shares_memory(view, x)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1


def test_integers_are_gathered_and_scattered_as_floats():
    windows = Windows((2, 3), 2)
    view = windows.gather([[[[1], [2], [3]], [[4], [5], [6]]]])
    assert view.dtype == windows.scatter(np.ones(view.shape, "uint8")).dtype == "float64"
    np.testing.assert_array_equal(view.reshape(2, 4), [[1, 2, 4, 5], [2, 3, 5, 6]])


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda w: w.gather(np.ones((5, 7))), ValueError, r"got shape \(5, 7\). Add missing axes"),
        (
            lambda w: w.gather(np.ones((2, 7, 5, 3))),
            ValueError,
            r"made for, \(5, 7\); got \(7, 5\)",
        ),
        (lambda w: w.gather(np.ones((2, 5, 7, 3), complex)), TypeError, "got complex128"),
        (lambda w: w.pad(np.ones((2, 5, 8, 3))), ValueError, r"made for, \(5, 7\); got \(5, 8\)"),
        (
            lambda w: w.scatter(np.ones((2, 3, 6, 2, 3, 4))),
            ValueError,
            r"shape \(batch, 3, 6, 3, 2, channels\), .*; got \(2, 3, 6, 2, 3, 4\)",
        ),
        (lambda w: w.scatter(np.ones((3, 6, 3, 2))), ValueError, r"got \(3, 6, 3, 2\)"),
        (lambda w: w.scatter(np.ones((2, 3, 6, 3, 2, 4), complex)), TypeError, "`values` must"),
    ],
)
def test_arrays_that_do_not_fit_the_windows_are_refused(act, error, message):
    with pytest.raises(error, match=message):
        act(Windows((5, 7), (3, 2)))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (((5, 7), 0), {}, "`window_size` must be an integer of at least 1; got 0"),
        (((5, 7), (6, 2)), {}, "a window of 6 pixels .* and 5 pixels of image"),
        (((5, 7), 2), {"strides": (1, 0)}, r"`strides\[1\]` must be .* at least 1; got 0"),
        (((5, 7), 2), {"padding": "full"}, "one of 'valid', 'same'; got 'full'"),
        (((5, 7), 2), {"padding": None}, "one of 'valid', 'same'; got None"),
        (((5, 7), 2), {"padding": 1}, "one of 'valid', 'same'; got 1"),
    ],
)
def test_windows_that_cannot_be_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        Windows(*arguments, **options)
