"""Drawings show the numbers they were given, on the axes they were given."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from helpers import plots


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_an_image_is_grey_and_keeps_its_pixels(ax):
    image = np.arange(15).reshape(3, 5, 1)
    assert plots.plot_image(ax, image, "title", value_range=(0, 30)) is ax
    (drawn,) = ax.images
    np.testing.assert_array_equal(drawn.get_array(), image[:, :, 0])
    assert drawn.get_cmap().name == "gray"
    assert drawn.get_clim() == (0, 30)
    assert ax.get_title(loc="center") == "title"


def test_a_grid_has_a_place_for_each_image_and_hides_the_rest():
    figure = plots.plot_image_grid(plt.figure(), np.zeros((5, 4, 6, 3)), list("abcde"), columns=3)
    assert [len(ax.images) for ax in figure.axes] == [1, 1, 1, 1, 1, 0]
    assert not figure.axes[-1].axison
    plt.close(figure)


@pytest.mark.parametrize("values", [np.array([[-1.0, 3.0, 0.0]]), np.zeros((2, 3))])
def test_a_signed_map_is_centred_at_zero(ax, values):
    plots.plot_signed_map(ax, values)
    low, high = ax.images[0].get_clim()
    assert low == -high
    assert high == (np.abs(values).max() or 1)


def test_saliency_starts_at_zero(ax):
    plots.plot_saliency(ax, np.array([[2.0, 5.0, 3.0]]))
    assert ax.images[0].get_clim()[0] == 0


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
