"""Draw what came out: training curves, values with their intervals, confusion matrices."""

import numpy as np

__all__ = ["plot_confusion", "plot_intervals", "plot_training"]


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
