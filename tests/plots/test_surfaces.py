"""A loss surface shows each loss at its own weights, and the steps that were taken on it."""

import matplotlib.pyplot as plt
import numpy as np

from helpers import plots


def test_the_cross_marks_the_lowest_loss_and_rows_are_vertical(ax):
    horizontal, vertical = np.linspace(0, 4, 5), np.linspace(-1, 1, 3)
    losses = (horizontal[None, :] - 3) ** 2 + (vertical[:, None] + 1) ** 2  # lowest at (3, -1)
    assert plots.plot_loss_surface(ax, horizontal, vertical, losses) is ax
    cross = ax.lines[-1]
    assert (cross.get_xdata()[0], cross.get_ydata()[0]) == (3, -1)
    assert ax.get_xlim() == (0, 4)
    assert ax.get_ylim() == (-1, 1)


def test_contour_lines_lie_closer_together_near_the_lowest_loss(ax):
    grid = np.linspace(-1, 1, 21)
    plots.plot_loss_surface(ax, grid, grid, grid[None, :] ** 2 + grid[:, None] ** 2)
    levels = ax.collections[0].levels
    np.testing.assert_allclose(levels, 2 * (np.arange(13) / 12) ** 2)


def test_a_flat_surface_can_be_drawn():
    figure, ax = plt.subplots()
    plots.plot_loss_surface(ax, [0, 1, 2], [0, 1], np.full((2, 3), 0.7))
    figure.canvas.draw()
    plt.close(figure)


def test_a_path_does_not_cover_the_cross_nor_the_start_the_path(ax):
    grid = np.linspace(-1, 1, 21)
    plots.plot_loss_surface(ax, grid, grid, grid[None, :] ** 2 + grid[:, None] ** 2)
    cross = ax.lines[-1]
    plots.plot_steps(ax, np.array([[1.0, 1.0], [0.0, 0.0]]), "descent")
    path, start = ax.lines[-2:]
    assert cross.get_zorder() > max(path.get_zorder(), start.get_zorder())
    assert cross.get_markeredgecolor() != cross.get_color(), "white on a light path needs an edge"
    assert start.get_markerfacecolor() == "none"


def test_steps_are_drawn_in_their_order_from_a_larger_start(ax):
    steps = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 7.0]])
    assert plots.plot_steps(ax, steps, "descent") is ax
    path, start = ax.lines
    np.testing.assert_array_equal(path.get_xydata(), steps)
    np.testing.assert_array_equal(start.get_xydata(), steps[:1])
    assert start.get_markersize() > path.get_markersize()
    assert path.get_label() == "descent"
