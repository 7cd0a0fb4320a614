import numpy as np
import pytest

from helpers import plots


def test_an_outline_runs_along_the_edges_of_the_pixels(ax):
    mask = np.zeros((6, 9), bool)
    mask[0:2, 3:7] = True  # at the border, too
    plots.plot_image(ax, np.zeros((6, 9)))
    view = ax.axis()
    assert plots.plot_mask_outline(ax, mask, "truth") is ax
    (contour,) = ax.collections
    corners = np.concatenate([path.vertices for path in contour.get_paths()])
    columns, rows = corners.T
    found = [columns.min(), columns.max(), rows.min(), rows.max()]
    assert ax.axis() == view
    assert found == pytest.approx([2.5, 6.5, -0.5, 1.5], abs=0.1)


def test_outlines_differ_by_line_style_and_an_empty_mask_keeps_its_entry(ax):
    full = np.ones((2, 3), bool)
    for mask, label in ((full, "truth"), (~full, "nothing"), (full, "network")):
        plots.plot_mask_outline(ax, mask, label)
    assert len(ax.collections) == 2
    handles, labels = ax.get_legend_handles_labels()
    assert labels == ["truth", "nothing", "network"]
    assert len({handle.get_linestyle() for handle in handles}) == 3
    assert len({handle.get_color() for handle in handles}) == 3


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (np.ones((6, 9)), TypeError, "must be bool; got float64. Use `probability > level`"),
        (np.ones((6, 9, 1), bool), ValueError, r"shape \(height, width\); got \(6, 9, 1\)"),
        (np.ones((9, 6), bool), ValueError, r"of the image, \(6, 9\); got \(9, 6\)"),
    ],
)
def test_what_is_no_mask_of_the_image_is_refused(ax, mask, error, message):
    plots.plot_image(ax, np.zeros((6, 9)))
    with pytest.raises(error, match=message):
        plots.plot_mask_outline(ax, mask, "truth")
    assert ax.get_legend_handles_labels() == ([], [])
