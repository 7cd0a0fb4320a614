"""Draw masks as outlines, so that the image below them stays in sight."""

import numpy as np

__all__ = ["plot_mask_outline"]

# told apart on any grey by line style as well as by colour; the first is what the others aim at
OUTLINES = (
    {"color": "#ffc400", "linestyle": "-", "linewidth": 3.0},
    {"color": "#00b4ff", "linestyle": "--", "linewidth": 2.2},
    {"color": "#ff5a8a", "linestyle": ":", "linewidth": 2.4},
)
OUTLINE = "outline"  # marks the legend entries that were added here
FINE = 8  # steps a pixel, so that the line runs along the edges of pixels


def plot_mask_outline(ax, mask, label):
    """Draw the outline of a mask on an image, along the edges of its pixels.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With the image drawn on it, one unit a pixel.
    mask : array_like of bool, shape (height, width)
        A mask without pixels draws nothing, and keeps its entry in the legend.
    label : str
        For the legend, which is the caller's.

    Returns
    -------
    matplotlib.axes.Axes
        Up to three outlines differ by line style as well as by colour, in the order of the calls.

    Introduced in notebook 06, *Segmentation*.
    """
    number = sum(line.get_gid() == OUTLINE for line in ax.lines)
    style = OUTLINES[number % len(OUTLINES)]
    view = ax.axis()
    ax.plot([], [], label=label, gid=OUTLINE, **style)
    mask = np.pad(np.asarray(mask, dtype=bool), 1)
    if mask.any():
        fine = np.kron(mask, np.ones((FINE, FINE)))
        rows, columns = ((np.arange(size) + 0.5) / FINE - 1.5 for size in fine.shape)
        names = {"colors": "color", "linestyles": "linestyle", "linewidths": "linewidth"}
        ax.contour(columns, rows, fine, [0.5], **{name: style[key] for name, key in names.items()})
    ax.axis(view)  # the image fills it, as before
    return ax
