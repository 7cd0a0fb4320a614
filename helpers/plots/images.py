"""Draw arrays on axes that the caller made: images, signed maps, curves, intervals.

Every function takes the axes (or the figure) first and returns them, so that a notebook composes
figures and each drawing can be tested. Grey is for images, an evenly perceived map for heat, a
diverging map centred at 0 for signed values; nothing is told by colour alone.
"""

import numpy as np

__all__ = [
    "plot_confusion",
    "plot_image",
    "plot_image_grid",
    "plot_intervals",
    "plot_saliency",
    "plot_signed_map",
    "plot_training",
]


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


def plot_training(ax, history, quantity="loss"):
    """Draw a quantity by epoch for training and validation, and mark the best epoch.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    history : dict of str to list of float
        With `quantity`, its validation twin `val_...`, and `val_loss`, one entry an epoch.
    quantity : str
        "loss" or "accuracy".

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 04, *Training with a validation set*.
    """
    epochs = np.arange(1, len(history[quantity]) + 1)
    best = int(np.argmin(history["val_loss"]))
    validation = history[f"val_{quantity}"]
    ax.plot(epochs, history[quantity], "o-", markersize=4, label="training")
    ax.plot(epochs, validation, "s--", markersize=4, label="validation")
    ax.plot(
        epochs[best],
        validation[best],
        "*",
        markersize=16,
        color="black",
        label=f"lowest validation loss (epoch {epochs[best]})",
    )
    ax.set_xlabel("epoch")
    ax.set_ylabel("cross-entropy (nats)" if quantity == "loss" else quantity)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    return ax


def plot_intervals(ax, names, values, lows, highs, *, marker="o", color=None):
    """Draw values with their intervals, one line a name, first name on top.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    names : sequence of str
    values, lows, highs : array_like of shape (n,)
    marker : str
    color : str, optional

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 04, *A ladder of four networks*.
    """
    values, lows, highs = (np.asarray(column, dtype="float64") for column in (values, lows, highs))
    places = np.arange(len(names))
    ax.errorbar(
        values, places, xerr=[values - lows, highs - values], fmt=marker, capsize=4, color=color
    )
    ax.set_yticks(places, names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    return ax


def plot_confusion(ax, matrix, class_names):
    """Draw a confusion matrix: a row a true class, a column an answer, shares of the row as grey.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    matrix : array_like of int, shape (classes, classes)
        Element [i, j] counts cases of class i answered with class j.
    class_names : sequence of str

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 04, *Choose once, test once*.
    """
    matrix = np.asarray(matrix)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Greys", vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(matrix):
        if count:
            color = "white" if shares[i, j] > 0.5 else "black"
            ax.text(j, i, str(count), ha="center", va="center", color=color, fontsize=10)
    names = [name if len(name) <= 18 else f"{name[:17]}…" for name in class_names]
    turned = max(len(name) for name in names) > 3
    ax.set_xticks(
        range(len(names)), names, rotation=45 if turned else 0, ha="right" if turned else "center"
    )
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel("answer of the network")
    ax.set_ylabel("true class")
    return ax
