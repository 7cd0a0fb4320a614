"""Draw images and maps: grey for images, one even scale for sizes, a diverging one for signs."""

import numpy as np

__all__ = ["plot_image", "plot_image_grid", "plot_saliency", "plot_signed_map"]

MOST_SIGNS = 49  # of a 7 x 7 kernel; in a larger map the signs could not be read


def plot_image(ax, image, title="", *, value_range=None):
    """Draw one image: grey for one channel, colours for three.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    image : array_like of shape (height, width), (height, width, 1) or (height, width, 3)
    title : str
    value_range : tuple of (float, float), optional
        The values drawn black and white; by default the image's own least and largest.

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 04, *Saliency*.
    """
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    low, high = value_range or (None, None)
    ax.imshow(image, cmap="gray", vmin=low, vmax=high)
    ax.set_title(title, fontsize=11, loc="center")
    ax.set_axis_off()
    return ax


def plot_image_grid(figure, images, titles=None, *, columns=8, value_range=None):
    """Draw images in rows, each under its title.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    images : array_like of shape (n, height, width) or (n, height, width, channels)
    titles : sequence of str, optional
        One an image.
    columns : int
    value_range : tuple of (float, float), optional
        As in `plot_image`.

    Returns
    -------
    matplotlib.figure.Figure

    Introduced in notebook 04, *The data*.
    """
    rows = -(-len(images) // columns)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for i, ax in enumerate(axes):
        if i < len(images):
            title = titles[i] if titles is not None else ""
            plot_image(ax, images[i], title, value_range=value_range)
        else:
            ax.set_axis_off()
    return figure


def plot_signed_map(ax, values, title="", *, limit=None):
    """Draw signed values: red above zero, blue below, white at zero; in a small map with the sign.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like of shape (height, width)
    title : str
    limit : float, optional
        The value of the strongest colour; by default the largest absolute value.

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 04, *What the network learned*.
    """
    values = np.asarray(values)
    limit = limit or np.abs(values).max() or 1.0
    ax.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit)
    if values.size <= MOST_SIGNS:
        for (i, j), value in np.ndenumerate(values):
            strong = abs(value) > 0.6 * limit
            sign = "+" if value > 0 else "−" if value < 0 else "0"
            ax.text(j, i, sign, ha="center", va="center", color="white" if strong else "black")
    ax.set_title(title, fontsize=11, loc="center")
    ax.set_axis_off()
    return ax


def plot_saliency(ax, values, title=""):
    """Draw a map of sizes, dark for none and bright for the largest.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like of shape (height, width), 0 or more
    title : str

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 04, *Saliency*.
    """
    ax.imshow(values, cmap="cividis", vmin=0)
    ax.set_title(title, fontsize=11, loc="center")
    ax.set_axis_off()
    return ax
