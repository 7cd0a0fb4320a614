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
        As high and wide as the image. A mask that marks no pixel draws nothing, and keeps its entry
        in the legend.
    label : str
        For the legend, which is the caller's.

    Returns
    -------
    matplotlib.axes.Axes
        Up to three outlines differ by line style as well as by colour, in the order of the calls.

    Raises
    ------
    TypeError, ValueError
        For a mask that is not bool, has other axes than two, or another size than the image.

    Introduced in notebook 06, *Segmentation*.
    """
    mask = _check_mask(ax, mask)
    number = sum(line.get_gid() == OUTLINE for line in ax.lines)
    style = OUTLINES[number % len(OUTLINES)]
    view = ax.axis()
    ax.plot([], [], label=label, gid=OUTLINE, **style)
    if mask.any():
        fine = np.kron(np.pad(mask, 1), np.ones((FINE, FINE)))
        rows, columns = ((np.arange(size) + 0.5) / FINE - 1.5 for size in fine.shape)
        names = {"colors": "color", "linestyles": "linestyle", "linewidths": "linewidth"}
        ax.contour(columns, rows, fine, [0.5], **{name: style[key] for name, key in names.items()})
    ax.axis(view)  # the image fills it, as before
    return ax


def _check_mask(ax, mask):
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(f"`mask` must be bool; got {mask.dtype}. Use `probability > level`.")
    if mask.ndim != 2:
        raise ValueError(f"`mask` must have shape (height, width); got {mask.shape}.")
    for image in ax.images:
        size = image.get_array().shape[:2]
        if mask.shape != size:
            raise ValueError(
                f"`mask` must have the height and width of the image, {size}; got {mask.shape}."
            )
    return mask
