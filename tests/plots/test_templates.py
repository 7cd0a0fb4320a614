"""Profiles show the middle row of each map, on one scale."""

import numpy as np

from helpers import plots


def test_profiles_are_middle_rows_as_shares_of_the_largest_weight(ax):
    first = np.array([[8.0, 0, 0, 0], [1, -2, 3, 4], [0, 0, 0, 0]])
    second = np.zeros((3, 4))
    assert plots.plot_profiles(ax, {"first": first, "nothing": second}) is ax
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [1 / 8, -2 / 8, 3 / 8, 4 / 8])
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), 0)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["first", "nothing"]


def test_profiles_differ_by_more_than_their_colour(ax):
    plots.plot_profiles(ax, dict.fromkeys("abcd", np.eye(3)))
    looks = {(line.get_linestyle(), line.get_linewidth()) for line in ax.lines[:4]}
    assert len(looks) == 4


def test_the_first_profile_shows_below_one_that_agrees_with_it(ax):
    plots.plot_profiles(ax, dict.fromkeys("ab", np.eye(3)))
    first, second = ax.lines[:2]
    assert first.get_linewidth() > 2 * second.get_linewidth()
