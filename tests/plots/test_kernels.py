"""Drawings of sliding kernels show the arithmetic that they claim to show."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from helpers import plots

IMAGE = np.array([[1, 0, 2, 5], [3, 1, 0, 1], [0, 2, 4, 1]])
KERNEL = np.array([[1, 0, -1], [2, 0, -2]])


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def borders_of(ax):
    """Row, column, height and width of each window drawn on the axes."""
    found = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    return [
        (p.get_y() + 0.5, p.get_x() + 0.5, p.get_height(), p.get_width())
        for p in found
        if not p.get_fill()
    ]


def test_an_outline_surrounds_whole_pixels(ax):
    assert plots.outline(ax, (2, 5), (3, 7)) is ax
    assert borders_of(ax) == [(2, 5, 3, 7)]


def test_numbers_stand_in_their_cells(ax):
    plots.plot_numbers(ax, [[1, -2.5, 3], [0, 4, 7]], "title")
    assert texts_of(ax) == ["1", "−2.5", "3", "0", "4", "7"]
    assert [text.get_position() for text in ax.texts][1] == (1, 0)
    assert ax.get_title(loc="center") == "title"


def test_larger_numbers_are_brighter_and_none_too_dark_for_black_text(ax):
    plots.plot_numbers(ax, [[-3, 0, 3]])
    (drawn,) = ax.images
    np.testing.assert_allclose(drawn.get_array(), [[0, 0.5, 1]])
    grey = drawn.cmap(drawn.norm(drawn.get_array()))[0, :, 0]
    assert (np.diff(grey) > 0).all()
    assert grey.min() > 0.5


def test_equal_numbers_do_not_divide_by_zero(ax):
    plots.plot_numbers(ax, np.full((2, 3), 4))
    np.testing.assert_array_equal(ax.images[0].get_array(), np.zeros((2, 3)))


def test_hidden_cells_stay_empty(ax):
    plots.plot_numbers(ax, [[1, 2], [3, 4], [5, 6]], hidden=[[0, 0], [0, 1], [1, 1]])
    assert texts_of(ax) == ["1", "2", "3"]
    np.testing.assert_array_equal(ax.images[0].get_array().mask, [[0, 0], [0, 1], [1, 1]])


def test_a_step_shows_its_window_its_products_and_the_output_so_far():
    figure, (left, right) = plt.subplots(1, 2)
    assert plots.plot_kernel_step(left, right, IMAGE, KERNEL, (0, 1)) == (left, right)
    assert borders_of(left) == [(0, 1, 2, 3)]
    assert borders_of(right) == [(0, 1, 1, 1)]
    # by hand: row 0 of the output is 1 - 2 + 2 (3 - 0) = 5 and 0 - 5 + 2 (1 - 1) = -5
    assert texts_of(right) == ["5", "−5"]
    written = right.get_title(loc="center")
    assert written == "0·1 + 2·0 + 5·(−1)\n+ 1·2 + 0·0 + 1·(−2)\n= −5"
    plt.close(figure)


@pytest.mark.parametrize(
    ("starts", "offsets", "cells"),
    [
        ((0, 1, 2, 3, 4), (0, 1, 2), range(7)),  # valid
        ((-1, 2, 5), (0, 1, 2), range(-1, 8)),  # padded, stride 3
        ((0, 1, 2), (0, 2, 4), range(7)),  # dilated
    ],
)
def test_places_on_a_line_show_each_window_and_all_pixels(ax, starts, offsets, cells):
    plots.plot_window_places(ax, 7, starts, offsets, "title")
    drawn = [list(line.get_xdata()) for line in ax.lines]
    assert drawn == [[start + offset for offset in offsets] for start in starts]
    assert [patch.get_x() + 0.5 for patch in ax.patches] == list(cells)
    assert texts_of(ax) == [str(cell) if 0 <= cell < 7 else "" for cell in cells]


def test_pixels_that_no_window_reaches_are_hatched(ax):
    plots.plot_window_places(ax, 8, (0, 2, 4), (0, 1, 2))
    assert [patch.get_hatch() for patch in ax.patches] == [None] * 7 + ["///"]
