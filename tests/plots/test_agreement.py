"""A drawing of agreement shows the points of both classes, and the differences of all."""

import matplotlib.pyplot as plt
import numpy as np

from helpers import plots


def test_points_line_and_differences():
    figure, ax = plt.subplots()
    expected = np.array([-1.0, 0.0, 2.0, 5.0, 7.0])
    found = expected + np.array([0, 0, 0, 1e-3, 0])
    assert plots.plot_agreement(ax, expected, found, [0, 0, 1, 1, 1]) is ax
    drawn = {line.get_label(): line for line in ax.lines}
    assert list(drawn) == ["equality", "no lesion", "lesion"]
    assert (drawn["equality"].get_slope(), drawn["equality"].get_xy1()) == (1, (0, 0))
    np.testing.assert_array_equal(drawn["no lesion"].get_xydata(), [[-1, -1], [0, 0]])
    np.testing.assert_array_equal(drawn["lesion"].get_xydata()[1], [5, 5.001])
    assert drawn["lesion"].get_marker() != drawn["no lesion"].get_marker()
    (corner,) = ax.child_axes
    heights = [bar.get_height() for bar in corner.patches]
    assert sum(heights) == 5
    assert (heights[0], heights[-1]) == (4, 1)
    plt.close(figure)


def test_of_many_images_the_first_are_points_and_all_are_counted():
    figure, ax = plt.subplots()
    scores = np.arange(5000.0)
    plots.plot_agreement(ax, scores, scores + 1, np.arange(5000) % 2)
    assert [len(line.get_xdata()) for line in ax.lines[1:]] == [1500, 1500]
    assert sum(bar.get_height() for bar in ax.child_axes[0].patches) == 5000
    plt.close(figure)
