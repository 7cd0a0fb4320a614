"""Draw a loss as a function of two weights, and the steps that an optimizer takes on it."""

import numpy as np

__all__ = ["plot_loss_surface", "plot_lowest", "plot_steps"]

NUM_LEVELS = 12


def plot_loss_surface(ax, horizontal, vertical, losses):
    """Draw a loss over two weights as a map with contour lines, dark where it is low.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    horizontal : array_like of shape (columns,), increasing
        Values of the weight along the horizontal axis.
    vertical : array_like of shape (rows,), increasing
        Values of the weight along the vertical axis, drawn upwards.
    losses : array_like of shape (rows, columns), finite
        Element [i, j] is the loss at ``vertical[i]`` and ``horizontal[j]``.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Levels lie closer together near the lowest loss, where the surface is flat: their distance from
    it grows with the square of their number. A cross marks the lowest loss of the grid.

    Introduced in notebook 01, *Loss surfaces*.
    """
    losses = np.asarray(losses)
    low, high = losses.min(), losses.max()
    levels = low + max(high - low, 1e-9) * np.linspace(0, 1, NUM_LEVELS + 1) ** 2
    ax.contourf(horizontal, vertical, losses, levels=levels, cmap="cividis")
    lines = ax.contour(horizontal, vertical, losses, levels=levels[1:-1], colors="white")
    lines.set_linewidth(0.8)
    ax.clabel(lines, levels[1:-1:3], fmt="%.2f", fontsize=11)
    i, j = np.unravel_index(losses.argmin(), losses.shape)
    plot_lowest(ax, horizontal[j], vertical[i])
    return ax


def plot_lowest(ax, horizontal, vertical):
    """Mark a lowest point with a cross that no path covers.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    horizontal, vertical : float
        Where it lies.

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 01, *Loss surfaces*.
    """
    ax.plot(
        horizontal, vertical, "X", color="white", markersize=13, markeredgecolor="0.1", zorder=5
    )
    return ax


def plot_steps(ax, steps, label, *, marker="o", color="C1"):
    """Draw the steps of an optimizer on a loss surface, its start as a larger, hollow mark.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    steps : array_like of shape (steps + 1, 2)
        Row t is the point (horizontal weight, vertical weight) after t steps.
    label : str
        For the legend.
    marker : str
    color : str

    Returns
    -------
    matplotlib.axes.Axes

    Introduced in notebook 01, *Downhill*.
    """
    steps = np.asarray(steps)
    ax.plot(*steps.T, marker=marker, color=color, markersize=5, linewidth=1.5, label=label)
    ring = {"markersize": 14, "markerfacecolor": "none", "markeredgewidth": 2}
    ax.plot(*steps[0], marker=marker, color=color, **ring)
    return ax
