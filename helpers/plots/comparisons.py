"""Draw what is compared: scores by class, coverage with its promise, areas with the optimum."""

import numpy as np
from scipy.special import ndtr, ndtri

from helpers.checks import check_number
from helpers.plots.curves import MARKS

__all__ = ["plot_against_ideal", "plot_coverage", "plot_score_histograms"]

CLASS_STYLES = (
    {"facecolor": "C0", "hatch": None, "linestyle": "-"},
    {"facecolor": "C1", "hatch": "///", "linestyle": "--"},
)
WARNING = "#bd1f01"
WITHIN = {"color": "C0", "marker": "o"}
ABOVE = {"color": WARNING, "marker": "D"}
TICKS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)


def plot_score_histograms(ax, y_true, scores, *, threshold=None, class_names=None):
    """Draw the scores of each class as a histogram, and the threshold that divides them.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
    threshold : float, optional
        Cases at or to the right of it are called diseased. An infinite one is not drawn.
    class_names : tuple of (str, str), optional
        For the legend, class 0 first; "no lesion" and "lesion" by default.

    Returns
    -------
    matplotlib.axes.Axes
        With as much area for one class as for the other, however many cases it has.

    Introduced in notebook 05, *The confusion matrix*.
    """
    y_true, scores = np.asarray(y_true), np.asarray(scores, dtype="float64")
    edges = np.histogram_bin_edges(scores, bins=50)
    for label, name in enumerate(class_names or ("no lesion", "lesion")):
        chosen = scores[y_true == label]
        weights = np.full(len(chosen), 100 / max(len(chosen), 1))
        style = CLASS_STYLES[label] | {"edgecolor": "0.15", "linewidth": 1.2, "alpha": 0.6}
        name = f"{name}: {len(chosen):,} cases"
        ax.hist(chosen, edges, weights=weights, histtype="stepfilled", label=name, **style)
    ax.set_xlabel("score")
    ax.set_ylabel("% of the class")
    ax.margins(y=0.18)  # room for the words at the threshold
    if threshold is not None and np.isfinite(float(threshold)):
        _draw_threshold(ax, float(threshold))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return ax


def _draw_threshold(ax, threshold):
    ax.axvline(threshold, color="black", linewidth=2.5)
    heights = {"y": 0.98, "transform": ax.get_xaxis_transform(), "va": "top"}
    ax.text(threshold, s="← called healthy  ", ha="right", **heights)
    ax.text(threshold, s="  called diseased →", ha="left", **heights)


def plot_coverage(ax, names, coverage, nominal=0.95, num_studies=None):
    """Draw how often intervals held the truth, one line a name, beside what they promise.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    names : sequence of str
        First name on top.
    coverage : array_like of shape (n,), or dict of str to array_like of shape (n,)
        Shares from 0 to 1; of several kinds of interval by the name that the legend gives them.
    nominal : float
        The promise, drawn as a line.
    num_studies : int, optional
        Simulated studies of each share. The band around the promise then holds 95 % of the shares
        that this many studies find for intervals that keep it. None for exact shares: no band.

    Returns
    -------
    matplotlib.axes.Axes
        A filled mark lies within the band or above it; a hollow one falls short.

    Introduced in notebook 05, *Intervals of a proportion*.
    """
    kinds = coverage if isinstance(coverage, dict) else {None: coverage}
    half = 1.96 * np.sqrt(nominal * (1 - nominal) / num_studies) if num_studies else 0.0
    ax.axvline(nominal, color="black", linewidth=1.5, label=f"promised: {100 * nominal:g} %")
    ax.axvspan(nominal - half, nominal + half, color="0.87", zorder=0)
    offsets = 0.28 * (np.arange(len(kinds)) - (len(kinds) - 1) / 2)
    for number, (label, shares) in enumerate(kinds.items()):
        style = {"color": f"C{number}", "marker": MARKS[number % len(MARKS)], "label": label}
        _draw_shares(ax, shares, offsets[number], (nominal - half, nominal), style)
    ax.set_yticks(np.arange(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlabel("share of studies whose interval holds the truth")
    ax.margins(x=0.14)  # room for the numbers
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(kinds) + 1)
    return ax


def _draw_shares(ax, shares, offset, bounds, style):
    """Draw shares with their numbers: filled where they reach the least, hollow below it."""
    least, nominal = bounds
    color, label = style["color"], style.pop("label")
    for i, share in enumerate(shares):
        face = color if share >= least else "white"
        ax.plot(
            share, i + offset, linestyle="none", markersize=9, markerfacecolor=face,
            markeredgewidth=2, label=label if i == 0 else None, **style,
        )  # fmt: skip
        side = -1 if share < nominal else 1  # the number stands away from the line
        ax.annotate(
            f"{share:.3f}", (share, i + offset), (9 * side, 0), textcoords="offset points",
            ha="right" if side < 0 else "left", va="center", fontsize=11,
        )  # fmt: skip


def plot_against_ideal(ax, names, estimates, ideal):
    """Draw areas under ROC curves with their intervals beside the most that the lesion allows.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    names : sequence of str
        Of the models or test sets, first on top.
    estimates : sequence of (float, float, float)
        AUC with the two ends of its 95 % interval: `Estimate`, or any three numbers. Without an
        interval the ends are nan; without an area all are, which is written and not drawn.
    ideal : float
        AUC of the ideal observer of the lesion, above one half and below 1.

    Returns
    -------
    matplotlib.axes.Axes
        An interval that lies wholly above the ideal AUC is red with a diamond, others are blue with
        a circle.

    Notes
    -----
    The axis is even in d' = sqrt 2 Phi^-1(AUC), which spreads the areas near 1; an area of
    exactly 0 or 1 would be infinitely far out and is drawn at the edge, with an arrow. Chance
    alone puts the interval of an ideal score wholly above its AUC in one study of forty.

    Introduced in notebook 05, *Shortcut*.
    """
    ideal = check_number("ideal", ideal, above=0.5, below=1)
    estimates = np.asarray([tuple(estimate) for estimate in estimates], dtype="float64")
    ends = _scale_by_detectability(ax, estimates, ideal)
    _draw_zone(ax, ideal, ends[1], len(names))
    for place, (value, low, high) in enumerate(estimates):
        above = low > ideal  # False where there is no interval
        style = ABOVE if above else WITHIN
        ax.axhline(place, color="0.88", linewidth=1, zorder=0.5)
        _draw_area(ax, place, np.clip([value, low, high], *ends), ends, style)
        written = "not defined" if np.isnan(value) else f"{value:.3f}"
        written += "" if np.isnan(low) else f" ({low:.3f} to {high:.3f})"
        ax.text(
            1.03, place, written, transform=ax.get_yaxis_transform(), va="center",
            color=WARNING if above else "black", weight="bold" if above else "normal",
        )  # fmt: skip
    ax.set_yticks(np.arange(len(names)), names)
    ax.set_ylim(len(names) - 0.3, -1.3)  # a line of room for words above, half a one below
    ax.tick_params(axis="y", length=0, pad=12)
    ax.spines["left"].set_visible(False)
    return ax


def _scale_by_detectability(ax, estimates, ideal):
    """Make the axis even in d' = sqrt 2 Phi^-1(AUC); return the least and the largest AUC on it."""
    smallest = 1e-5  # an area of 0 or 1 is infinitely far out
    root = np.sqrt(2)

    def to_detectability(auc):
        return root * ndtri(np.clip(auc, smallest, 1 - smallest))

    ax.set_xscale("function", functions=(to_detectability, lambda d: ndtr(np.asarray(d) / root)))
    drawn = estimates[np.isfinite(estimates) & (estimates > 0) & (estimates < 1)]
    d = to_detectability(np.append(drawn, [0.5, ideal]))
    low, high = d.min() - 0.35, max(d.max() + 0.35, to_detectability(ideal) + 2.1)
    ends = ndtr(low / root), ndtr(high / root)
    ax.set_xlim(ends)
    ticks = [tick for tick in TICKS if ends[0] < tick < ends[1]]
    ax.set_xticks(ticks, [f"{tick:g}".lstrip("0") for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("area under the ROC curve with its 95 % interval (axis stretched towards 1)")
    return ends


def _draw_zone(ax, ideal, end, num_rows):
    """Draw the optimum as a line, the zone that the lesion alone does not reach, and chance."""
    ax.axvspan(ideal, end, facecolor=WARNING, alpha=0.09, zorder=0)
    lines = {"facecolor": "none", "edgecolor": WARNING, "hatch": "//", "linewidth": 0}
    ax.axvspan(ideal, end, alpha=0.22, zorder=0, **lines)
    ax.axvline(ideal, color="black", linewidth=3)
    ax.axvline(0.5, color="0.45", linewidth=1.2, linestyle=":")
    words = [
        (ideal, -0.8, -8, "right", "black", "bold", f"the lesion's\noptimum: {ideal:.3f}"),
        (ideal, -0.8, 8, "left", WARNING, "bold", "far above: something\nbesides the lesion"),
        (0.5, num_rows - 0.48, -5, "right", "0.35", "normal", "chance"),
    ]
    for area, place, shift, side, color, weight, text in words:
        # the white box keeps words readable on the zone; at "chance" it would cut the axis
        box = {"facecolor": "white", "linewidth": 0, "pad": 2} if place < 0 else None
        ax.annotate(
            text, (area, place), (shift, 0), textcoords="offset points", ha=side, va="center",
            color=color, weight=weight, bbox=box,
        )  # fmt: skip


def _draw_area(ax, place, area, ends, style):
    """Draw one area with its interval; at the edge of the axis as an arrow that points outwards."""
    value, low, high = area
    color, mark = style["color"], {ends[0]: "<", ends[1]: ">"}.get(value, style["marker"])
    bar = {"color": color, "linewidth": 3, "marker": "|", "markersize": 14, "markeredgewidth": 2}
    ax.plot([low, high], [place, place], **bar)  # nothing where they are nan
    ax.plot(value, place, color=color, marker=mark, markersize=11, zorder=3, clip_on=False)
