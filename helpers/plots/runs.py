"""Draw experiments over seeds: means with intervals over a setting, and verdicts on rules."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.plots.curves import CURVE, LINE_STYLES, MARKS, REFERENCE

__all__ = ["plot_runs", "plot_verdicts"]

OWN = "this run"
HOLLOW = {"linestyle": "none", "markerfacecolor": "white", "markersize": 8, "markeredgewidth": 1.8}
# each result by a mark and a colour, beside its word
RESULTS = {"held": ("o", "C0"), "not shown": ("s", "0.45"), "contradicted": ("X", "C2")}


def plot_runs(ax, summary, *, x, label, own=None):
    """Add the means of runs over a setting, with the band of their intervals.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its labels and scales are the caller's, such as `ax.set_xscale("log")`.
    summary : pandas.DataFrame
        As `helpers.experiments.summarise_runs` makes it: the column `x`, with each value once, and
        "mean", "low" and "high". There is no band where the limits are nan.
    x : str
        The setting along the horizontal axis; its values are numbers.
    label : str
        For the legend.
    own : pandas.DataFrame, optional
        The columns `x` and "mean" of the reader's own runs, or of their summary: hollow marks.

    Returns
    -------
    matplotlib.axes.Axes
        Curves differ by line style and mark as well as by colour. "this run" stands in the legend
        once, at its end.

    Raises
    ------
    TypeError
        If `summary` or `own` is no data frame.
    ValueError
        If `summary` or `own` lacks a column, the setting is no number, or `summary` holds one of
        its values twice: then another setting differs, too.

    Introduced in notebook 06, *Learning curves*.
    """
    summary = _check_columns("summary", summary, x, ("mean", "low", "high"))
    if (twice := summary[x].duplicated()).any():
        raise ValueError(
            f"`summary` must hold each {x!r} once; got {summary[x][twice].iloc[0]} twice. Select "
            "the rows of one curve, such as those of one network."
        )
    number = sum(line.get_gid() == CURVE for line in ax.lines)
    mark = MARKS[number % len(MARKS)]
    style = {"linestyle": LINE_STYLES[number % len(LINE_STYLES)], "marker": mark}
    (line,) = ax.plot(summary[x], summary["mean"], label=label, gid=CURVE, **style)
    color = line.get_color()
    ax.fill_between(summary[x], summary["low"], summary["high"], color=color, alpha=0.2, lw=0)
    if own is not None:
        own = _check_columns("own", own, x, ("mean",))
        ax.plot(own[x], own["mean"], marker=mark, color=color, zorder=4, **HOLLOW)
        if OWN not in ax.get_legend_handles_labels()[1]:
            ax.plot([], [], marker="o", color="0.3", label=OWN, **HOLLOW)
    entries = sorted(zip(*ax.get_legend_handles_labels(), strict=True), key=lambda e: e[1] == OWN)
    ax.legend(*zip(*entries, strict=True))
    return ax


def _check_columns(label, table, x, names):
    """Return a table in the order of `x`, refusing one that cannot be drawn."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(
            f"`{label}` must be a data frame, such as `summarise_runs` makes; got "
            f"{type(table).__name__}."
        )
    if missing := [name for name in (x, *names) if name not in table.columns]:
        raise ValueError(
            f"`{label}` must have the columns {x!r} and {', '.join(map(repr, names))}; "
            f"{', '.join(map(repr, missing))} is missing. Make it with `summarise_runs`."
        )
    if table[x].dtype.kind not in "iuf":
        raise ValueError(f"`x` must be a setting whose values are numbers; {x!r} has other ones.")
    return table.sort_values(x)


def plot_verdicts(ax, verdicts):
    """Draw what each rule found: the effect with its interval, beside the bounds that it must keep.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its horizontal label is the caller's: all effects must be in the same unit.
    verdicts : sequence of Verdict
        From `helpers.experiments.judge`, with `rule`, `mean`, `low`, `high` and `result`; the first
        on top.

    Returns
    -------
    matplotlib.axes.Axes
        A row a rule, named by its answer. Grey ground is where the whole interval must lie. The
        result stands at the right as a word; the mark differs, too: a circle if the rule held, a
        square if it is not shown, a cross if it is contradicted. Without an interval there is only
        the mark.

    Raises
    ------
    TypeError
        If `verdicts` is no sequence of verdicts.
    ValueError
        If there is no verdict.

    Introduced in notebook 06, *The answers in one table*.
    """
    verdicts = _check_verdicts(verdicts)
    for place, verdict in enumerate(verdicts):
        mark, color = RESULTS[verdict.result]
        limits = np.array([[verdict.mean - verdict.low], [verdict.high - verdict.mean]])
        ax.errorbar(
            verdict.mean, place, xerr=limits, fmt=mark, color=color, markersize=9, capsize=4
        )
        right = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 11}
        ax.text(1.01, place, verdict.result, **right)
    ax.set_yticks(range(len(verdicts)), [verdict.rule.answer for verdict in verdicts])
    ax.set_ylim(len(verdicts) - 0.5, -0.5)
    ax.autoscale_view()
    _draw_bounds(ax, [verdict.rule for verdict in verdicts])
    return ax


def _check_verdicts(verdicts):
    """Return verdicts as a list, refusing what has no rule, interval and result."""
    if not isinstance(verdicts, Iterable):
        raise TypeError(f"`verdicts` must be a sequence; got {type(verdicts).__name__}.")
    verdicts = list(verdicts)
    if not verdicts:
        raise ValueError("`verdicts` must hold at least one; got none.")
    for verdict in verdicts:
        if not all(hasattr(verdict, name) for name in ("rule", "mean", "low", "high", "result")):
            raise TypeError(
                "`verdicts` must hold what `judge` makes of each rule; got "
                f"{verdict!r} ({type(verdict).__name__})."
            )
    return verdicts


def _draw_bounds(ax, rules):
    """Shade where each interval must lie, up to the edge of the axes where there is one bound."""
    left, right = ax.get_xlim()
    bounds = [b for rule in rules for b in (rule.above, rule.below) if b is not None]
    room = 0.08 * (max(right, *bounds) - min(left, *bounds))
    left, right = min(left, *bounds) - room, max(right, *bounds) + room
    ax.set_xlim(left, right)
    for place, rule in enumerate(rules):
        low = left if rule.above is None else rule.above
        high = right if rule.below is None else rule.below
        ax.fill_between([low, high], place - 0.4, place + 0.4, color="0.9", lw=0, zorder=0)
        for bound in (rule.above, rule.below):
            if bound is not None:
                ax.plot([bound, bound], [place - 0.4, place + 0.4], **REFERENCE, zorder=1)
