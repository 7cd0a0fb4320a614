"""Curves show the arrays they were given; each is told from the others without its colour."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers import plots


def line_of(ax, label):
    (line,) = (line for line in ax.lines if line.get_label() == label)
    return line


ROC = SimpleNamespace(
    false_positive_rate=np.array([0.0, 0.25, 1.0]), sensitivity=np.array([0.0, 0.8, 1.0])
)
RECALL = SimpleNamespace(recall=np.array([0.0, 0.5, 1.0]), precision=np.array([1.0, 0.8, 0.3]))
RELIABILITY = SimpleNamespace(
    predicted=np.array([0.1, 0.7]),
    observed=np.array([0.2, 0.6]),
    low=np.array([0.15, 0.5]),
    high=np.array([0.3, 0.8]),
    count=np.array([40, 7]),
)
UTILITY = SimpleNamespace(
    threshold=np.array([0.1, 0.5, 0.9]),
    model=np.array([0.28, 0.1, 0.01]),
    treat_all=np.array([0.2, -0.4, -6.0]),
    treat_none=np.zeros(3),
)


def test_a_roc_curve_and_its_ring_stand_where_they_belong(ax):
    assert plots.plot_roc(ax, ROC, "a", point=(0.25, 0.8)) is ax
    np.testing.assert_array_equal(line_of(ax, "a").get_xdata(), ROC.false_positive_rate)
    np.testing.assert_array_equal(line_of(ax, "a").get_ydata(), ROC.sensitivity)
    np.testing.assert_array_equal(line_of(ax, "chance").get_xydata(), [[0, 0], [1, 1]])
    ring = ax.lines[-1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0.25, 0.8)
    assert ring.get_color() == line_of(ax, "a").get_color()
    assert ax.get_aspect() == 1


def test_a_precision_recall_curve_has_the_steps_of_the_average_precision(ax):
    plots.plot_precision_recall(ax, RECALL, "a")
    line = line_of(ax, "a")
    np.testing.assert_array_equal(line.get_xydata(), [[0, 1], [0.5, 0.8], [1, 0.3]])
    assert line.get_drawstyle() == "steps-pre"  # a gain in recall is drawn at its own precision
    np.testing.assert_array_equal(line_of(ax, "chance: prevalence").get_ydata(), [0.3, 0.3])


def test_a_reliability_diagram_shows_limits_and_cases(ax):
    plots.plot_reliability(ax, RELIABILITY, "a")
    plots.plot_reliability(ax, RELIABILITY, "b")
    first, second = ax.containers
    np.testing.assert_array_equal(first.lines[0].get_xydata(), [[0.1, 0.2], [0.7, 0.6]])
    (bars,) = first.lines[2]
    limits = [segment[:, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(limits, [[0.15, 0.3], [0.5, 0.8]])
    assert first.lines[0].get_marker() != second.lines[0].get_marker()
    (corner,) = ax.child_axes
    assert len(corner.lines) == 2
    np.testing.assert_array_equal(corner.lines[0].get_ydata(), [40, 7])
    assert corner.get_ylim()[1] > 40


def test_a_decision_curve_is_cut_below_zero_but_not_above(ax):
    plots.plot_decision_curve(ax, UTILITY, "a")
    for label, values in (
        ("a", UTILITY.model),
        ("treat all", UTILITY.treat_all),
        ("treat none", UTILITY.treat_none),
    ):
        np.testing.assert_array_equal(line_of(ax, label).get_ydata(), values)
    bottom, top = ax.get_ylim()
    assert top > 0.28
    assert -0.2 < bottom < 0


@pytest.mark.parametrize(
    ("plot", "curve"),
    [
        (plots.plot_roc, ROC),
        (plots.plot_precision_recall, RECALL),
        (plots.plot_reliability, RELIABILITY),
        (plots.plot_decision_curve, UTILITY),
    ],
)
def test_more_curves_have_other_lines_and_one_legend_and_one_reference(ax, plot, curve):
    once = {line.get_label() for line in plot(ax, curve, "a").lines}
    for label in "bcd":
        plot(ax, curve, label)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(texts) == len(set(texts))
    assert {"a", "b", "c", "d"} < set(texts) <= once | {"a", "b", "c", "d"}
    drawn = [line for line in ax.lines if line.get_gid() == "curve"]
    # what matplotlib makes of a style: the dashes tell "--" from "-."
    assert len({str(line._dash_pattern) for line in drawn}) == 4
    assert len({line.get_color() for line in drawn}) == 4
