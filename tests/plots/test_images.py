"""Drawings show the numbers they were given, on the axes they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import plots


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
