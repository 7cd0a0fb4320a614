"""Draw how a kernel slides: numbers in cells, one step with its multiply-adds, places on a line."""

import numpy as np
from matplotlib.patches import Rectangle

__all__ = ["outline", "plot_kernel_step", "plot_numbers", "plot_window_places"]

FRAME = "#bd1f01"  # the colour of a window, on grey cells and on images alike


def outline(ax, place, size):
    """Draw the border of a window on an image.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With the image drawn on it, one unit a pixel.
    place : tuple of (float, float)
        Row and column of the window's first pixel.
    size : tuple of (float, float)
        Height and width in pixels.

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 02, *The data*.
    """
    (row, column), (height, width) = place, size
    corner = (column - 0.5, row - 0.5)
    border = Rectangle(corner, width, height, fill=False, edgecolor=FRAME, linewidth=3, zorder=4)
    border.set_clip_on(False)
    ax.add_patch(border)
    return ax


def plot_numbers(ax, values, title="", *, hidden=None):
    """Draw a small array as cells with their numbers, the larger the brighter.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like of shape (height, width)
    title : str
    hidden : array_like of bool, shape (height, width), optional
        True where a cell stays empty.

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 02, *Cross-correlation and convolution*.
    """
    values = np.asarray(values)
    hidden = (
        np.zeros(values.shape, dtype=bool) if hidden is None else np.asarray(hidden, dtype=bool)
    )
    low, high = values.min(), values.max()
    shade = np.where(hidden, np.nan, (values - low) / ((high - low) or 1))
    ax.imshow(shade, cmap="gray", vmin=-1.5, vmax=1)  # no grey so dark that numbers get lost
    for (i, j), value in np.ndenumerate(values):
        if not hidden[i, j]:
            ax.text(j, i, _written(value), ha="center", va="center")
    height, width = values.shape
    ax.set_xticks(np.arange(width + 1) - 0.5, labels=[])
    ax.set_yticks(np.arange(height + 1) - 0.5, labels=[])
    ax.grid(color="0.4", linewidth=0.8)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=11, loc="center")
    return ax


def _written(value):
    return f"{value:g}".replace("-", "−")


def plot_kernel_step(image_ax, output_ax, image, kernel, place):
    """Draw one step of a sliding kernel: the window, its multiply-adds, the output so far.

    Parameters
    ----------
    image_ax, output_ax : matplotlib.axes.Axes
    image : array_like of shape (height, width)
    kernel : array_like of shape (kernel height, kernel width)
    place : tuple of (int, int)
        Row and column of the output that is computed; outputs are computed row by row.

    Returns
    -------
    tuple of matplotlib.axes.Axes
        The two axes.

    Introduced in notebook 02, *A kernel slides*.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    output = (windows * kernel).sum(axis=(2, 3))
    order = np.arange(output.size).reshape(output.shape)
    plot_numbers(image_ax, image, f"place {place}")
    outline(image_ax, place, kernel.shape)
    plot_numbers(output_ax, output, hidden=order > order[place])
    outline(output_ax, place, (1, 1))
    sums = _multiply_adds(windows[place], kernel)
    output_ax.set_title(f"{sums}\n= {_written(output[place])}", fontsize=11, loc="center")
    return image_ax, output_ax


def _multiply_adds(window, kernel):
    """Write the products of a window and a kernel as a sum, one row of the kernel a line."""
    lines = []
    for pixels, weights in zip(window, kernel, strict=True):
        products = [
            f"{_written(pixel)}·{_written(weight) if weight >= 0 else f'({_written(weight)})'}"
            for pixel, weight in zip(pixels, weights, strict=True)
        ]
        lines.append(" + ".join(products))
    return "\n+ ".join(lines)


def plot_window_places(ax, size, starts, offsets, title=""):
    """Draw where windows lie along one axis of an image: a line of dots a window.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    size : int
        Pixels of the image; they are numbered from 0, and others are padding.
    starts : sequence of int
        First pixel of each window, negative in the padding before the image.
    offsets : sequence of int
        Where the pixels of the kernel lie, from the first, which is 0.
    title : str

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 02, *Sizes*.
    """
    covered = {start + offset for start in starts for offset in offsets}
    first, last = min(0, *covered), max(size - 1, *covered)
    for pixel in range(first, last + 1):
        inside = 0 <= pixel < size
        left_out = inside and pixel not in covered
        style = {"facecolor": "0.85" if inside else "white", "linestyle": "-" if inside else ":"}
        hatch = "///" if left_out else None
        ax.add_patch(Rectangle((pixel - 0.5, -0.5), 1, 1, edgecolor="0.4", hatch=hatch, **style))
        ax.text(pixel, 0, str(pixel) if inside else "", ha="center", va="center", fontsize=11)
    for line, start in enumerate(starts, start=1):
        pixels = [start + offset for offset in offsets]
        ax.plot(pixels, [line] * len(pixels), "o-", color=FRAME, linewidth=1.2, markersize=7)
    ax.set(xlim=(first - 0.7, last + 0.7), ylim=(len(starts) + 0.7, -0.7))
    ax.set_axis_off()
    ax.set_title(title, fontsize=11, loc="left")
    return ax
