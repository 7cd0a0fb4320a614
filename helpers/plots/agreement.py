"""Draw two ways to compute the same numbers against each other."""

import numpy as np

__all__ = ["plot_agreement"]

MOST_POINTS = 1500  # of each class; more hide one another
MARKS = {0: ("o", "no lesion"), 1: ("^", "lesion")}


def plot_agreement(ax, expected, found, labels):
    """Draw scores against the expected ones, and in the corner how far all of them differ.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    expected, found : array_like of shape (n,)
        Scores of the same images, computed in two ways.
    labels : array_like of int, shape (n,)
        0 without and 1 with a lesion.

    Returns
    -------
    matplotlib.axes.Axes
        With the first 1,500 images of each class as points, the line of equality, and a histogram
        of found minus expected of all images, on a scale of its own.

    Introduced in notebook 02, *Six lines that equal the optimum*.
    """
    expected, found = np.asarray(expected), np.asarray(found)
    ax.axline((0, 0), slope=1, color="black", linewidth=1, zorder=3, label="equality")
    for label, (mark, name) in MARKS.items():
        points = np.flatnonzero(np.asarray(labels) == label)[:MOST_POINTS]
        ax.plot(expected[points], found[points], mark, markersize=6, alpha=0.4, label=name)
    ax.legend(loc="upper left")
    corner = ax.inset_axes([0.58, 0.12, 0.4, 0.3])
    corner.hist(found - expected, bins=41, color="0.4")
    corner.set_xlabel("difference, all images", fontsize=11)
    corner.set_yticks([])
    corner.ticklabel_format(axis="x", style="sci", scilimits=(-2, 2))
    corner.locator_params(axis="x", nbins=3)
    return ax
