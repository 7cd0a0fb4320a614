"""Curves, intervals and matrices show the numbers they were given."""

import numpy as np

from helpers import plots


def test_the_star_marks_the_lowest_validation_loss(ax):
    history = {
        "loss": [3.0, 2.0, 1.0],
        "val_loss": [2.0, 1.5, 1.8],
        "accuracy": [0.1, 0.2, 0.3],
        "val_accuracy": [0.4, 0.5, 0.6],
    }
    plots.plot_training(ax, history, "accuracy")
    training, validation, star = ax.lines
    np.testing.assert_array_equal(training.get_ydata(), history["accuracy"])
    np.testing.assert_array_equal(validation.get_ydata(), history["val_accuracy"])
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (2, 0.5)


def test_intervals_stand_under_each_other_first_on_top(ax):
    plots.plot_intervals(ax, ["a", "b"], [0.5, 0.7], [0.4, 0.65], [0.8, 0.75])
    bottom, top = ax.get_ylim()
    assert bottom > top  # downwards
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    (bars,) = ax.containers[0].lines[2]
    np.testing.assert_allclose([s[:, 0] for s in bars.get_segments()], [[0.4, 0.8], [0.65, 0.75]])


def test_a_confusion_matrix_shows_every_count_that_is_not_zero(ax):
    matrix = np.array([[5, 1, 0], [0, 0, 0], [2, 0, 7]])
    plots.plot_confusion(ax, matrix, ["x", "y", "a very long name of a class"])
    texts = {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in ax.texts}
    assert texts == {(0, 0): "5", (0, 1): "1", (2, 0): "2", (2, 2): "7"}
    shares = ax.images[0].get_array()
    np.testing.assert_allclose(shares[0], [5 / 6, 1 / 6, 0])
    np.testing.assert_array_equal(shares[1], 0)  # a class without cases is no error
