"""Draw how a score does at every threshold: ROC, precision-recall, reliability, net benefit.

Each call adds one curve. The lines that a curve is compared with (chance, the diagonal, treating
all or none) come with the first. Curves differ by line style or mark as well as by colour.
"""

import numpy as np

__all__ = ["plot_decision_curve", "plot_precision_recall", "plot_reliability", "plot_roc"]

LINE_STYLES = ("-", "--", "-.", (0, (1, 1.2)))
MARKS = ("o", "s", "^", "D")  # here and in `comparisons`
REFERENCE = {"color": "0.45", "linewidth": 1.2}  # what a curve is compared with
POINT = {"marker": "o", "markersize": 12, "markeredgewidth": 2.5, "markerfacecolor": "white"}
CURVE = "curve"  # marks the lines that were added here, among all others on the axes


def plot_roc(ax, curve, label, *, point=None):
    """Add an ROC curve: sensitivity over the false positive rate, threshold by threshold.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    curve : RocCurve
        With the arrays `false_positive_rate` and `sensitivity`.
    label : str
        For the legend.
    point : tuple of (float, float), optional
        False positive rate and sensitivity of an operating point, drawn as a ring on the curve.

    Returns
    -------
    matplotlib.axes.Axes
        With the diagonal of chance and the same scale on both axes.

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """
    if not _curves_of(ax):
        ax.plot([0, 1], [0, 1], linestyle=":", label="chance", **REFERENCE)
        _frame_unit_square(ax, "false positive rate = 1 − specificity", "sensitivity")
    _add_curve(ax, curve.false_positive_rate, curve.sensitivity, label, point)
    ax.legend(loc="lower right")
    return ax


def plot_precision_recall(ax, curve, label):
    """Add a precision-recall curve in the steps whose area is the average precision.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    curve : PrecisionRecallCurve
        With the arrays `recall`, rising, and `precision`.
    label : str
        For the legend.

    Returns
    -------
    matplotlib.axes.Axes
        With the prevalence as a dotted line: the precision of calling everybody, which is where
        the first curve ends.

    Introduced in notebook 05, *ROC and precision-recall curves*.
    """
    if not _curves_of(ax):
        ax.axhline(curve.precision[-1], linestyle=":", label="chance: prevalence", **REFERENCE)
        _frame_unit_square(ax, "recall = sensitivity", "precision = PPV")
    _add_curve(ax, curve.recall, curve.precision, label, drawstyle="steps-pre")
    ax.legend(loc="best")
    return ax


def plot_reliability(ax, reliability, label):
    """Add observed shares over predicted probabilities, with limits, and how many cases they are.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    reliability : Reliability
        With the arrays `predicted`, `observed`, `low`, `high` and `count`, one element a bin.
    label : str
        For the legend.

    Returns
    -------
    matplotlib.axes.Axes
        With the diagonal on which predicted probabilities come true, and in the corner the cases
        in each bin, on a scale of its own.

    Introduced in notebook 05, *The true posterior*.
    """
    number = len(_curves_of(ax))
    if not number:
        ax.plot([0, 1], [0, 1], label="ideal: observed = predicted", **REFERENCE)
        _frame_unit_square(ax, "predicted probability of disease", "observed share with disease")
        corner = ax.inset_axes([0.62, 0.13, 0.36, 0.2])
        corner.set_title("cases in each bin", fontsize=11, loc="center", pad=3)
        corner.set(xlim=(0, 1), xticks=(0, 0.5, 1))
        corner.tick_params(labelsize=10)
        corner.locator_params(axis="y", nbins=3)
    style = {"linestyle": LINE_STYLES[number % 4], "marker": MARKS[number % 4]}
    drawn = np.asarray(reliability.observed)
    limits = [drawn - reliability.low, reliability.high - drawn]
    bars = ax.errorbar(
        reliability.predicted, drawn, yerr=limits, capsize=4, elinewidth=1.5, label=label, **style
    )
    bars[0].set_gid(CURVE)
    (corner,) = ax.child_axes
    style |= {"color": bars[0].get_color(), "markersize": 4, "linewidth": 1.5}
    corner.plot(reliability.predicted, reliability.count, **style)
    corner.set_ylim(0, 1.15 * max(line.get_ydata().max() for line in corner.lines))
    ax.legend(loc="upper left")
    return ax


def plot_decision_curve(ax, curve, label):
    """Add the net benefit of a model over the threshold probability, beside treating all or none.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    curve : DecisionCurve
        With the arrays `threshold`, `model`, `treat_all` and `treat_none`.
    label : str
        For the legend.

    Returns
    -------
    matplotlib.axes.Axes
        Cut somewhat below zero: there treating all falls without end.

    Introduced in notebook 05, *Net benefit*.
    """
    if not _curves_of(ax):
        ax.plot(curve.threshold, curve.treat_all, linestyle=":", label="treat all", **REFERENCE)
        ax.plot(curve.threshold, curve.treat_none, label="treat none", **REFERENCE)
        ax.set_xlabel("threshold: probability from which one would treat")
        ax.set_ylabel("net benefit, in true positives a case")
        ax.set_xlim(0, 1)
    _add_curve(ax, curve.threshold, curve.model, label)
    heights = [curve.treat_all, *(line.get_ydata() for line in _curves_of(ax))]
    top = max(float(np.max(height)) for height in heights)
    if top > 0:
        ax.set_ylim(-0.25 * top, 1.08 * top)
    ax.legend(loc="upper right")
    return ax


def _curves_of(ax):
    return [line for line in ax.lines if line.get_gid() == CURVE]


def _add_curve(ax, horizontal, vertical, label, point=None, **style):
    """Draw one more curve in a line style of its own, with a ring at its operating point."""
    style["linestyle"] = LINE_STYLES[len(_curves_of(ax)) % len(LINE_STYLES)]
    (line,) = ax.plot(horizontal, vertical, label=label, gid=CURVE, **style)
    if point is not None:
        ax.plot(*point, color=line.get_color(), linestyle="none", zorder=4, clip_on=False, **POINT)


def _frame_unit_square(ax, horizontal, vertical):
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=horizontal, ylabel=vertical)
    ax.set_aspect("equal")
