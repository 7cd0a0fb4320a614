"""Draw the weights of linear observers as curves, which show what colours cannot."""

import numpy as np

__all__ = ["plot_profiles"]

# the first is thick and pale, so that a curve which agrees with it does not hide it
LINES = (
    {"linestyle": "-", "linewidth": 6, "alpha": 0.4},
    {"linestyle": "--"},
    {"linestyle": "-"},
    {"linestyle": "-."},
)


def plot_profiles(ax, templates):
    """Draw the middle row of several maps as curves, each as a share of its map's largest size.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    templates : dict of str to array_like of shape (height, width)
        Up to four maps by the name that the legend gives them; a map of zeros stays zero. The
        first is drawn thick and pale below the others.

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """
    for (name, template), line in zip(templates.items(), LINES, strict=False):
        template = np.asarray(template, dtype="float64")
        largest = np.abs(template).max() or 1.0
        ax.plot(template[len(template) // 2] / largest, label=name, **line)
    ax.axhline(0, color="0.7", linewidth=0.8)
    ax.set_xlabel("column, in the middle row")
    ax.set_ylabel("share of the largest weight")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(templates), fontsize=10)
    return ax
