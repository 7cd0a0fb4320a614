"""Windows: gathered as loops would do it, and put back by the transpose."""

import numpy as np
import pytest
from hypothesis import given, settings

from helpers.scratch import Windows
from tests.scratch.window_comparisons import convolutions
from tests.tolerances import EXACT64


def build_windows(case):
    options = {name: value for name, value in case.options.items() if name != "groups"}
    return Windows(case.x.shape[1:3], case.kernel.shape[:2], **options)


@pytest.mark.reference("Windows")
@given(convolutions())
@settings(deadline=None)
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
@settings(deadline=None)
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


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (((5, 7), 0), {}, "`window_size` must be an integer of at least 1; got 0"),
        (((5, 7), (6, 2)), {}, "a window of 6 pixels .* and 5 pixels of image"),
        (((5, 7), 2), {"strides": (1, 0)}, r"`strides\[1\]` must be .* at least 1; got 0"),
        (((5, 7), 2), {"padding": "full"}, "one of 'valid', 'same'; got 'full'"),
    ],
)
def test_windows_that_cannot_be_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        Windows(*arguments, **options)
