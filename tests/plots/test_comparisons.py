"""Histograms, coverage and areas show what they were given, and never by colour alone."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from helpers import plots


def test_histograms_give_each_class_the_same_area(ax):
    y_true = np.array([0] * 6 + [1] * 2)
    scores = np.array([-2.0, -1, 0, 0, 1, 2, 1, 3])
    assert plots.plot_score_histograms(ax, y_true, scores, class_names=("benign", "cancer")) is ax
    healthy, diseased = ax.patches
    edges = np.linspace(-2, 3, 51)
    for patch, chosen in ((healthy, scores[:6]), (diseased, scores[6:])):
        counts = np.histogram(chosen, edges)[0]
        tops = patch.get_xy()[1 : 2 * 50 : 2, 1]
        np.testing.assert_allclose(tops, 100 * counts / counts.sum())
    assert healthy.get_hatch() != diseased.get_hatch()
    assert healthy.get_linestyle() != diseased.get_linestyle()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["benign: 6 cases", "cancer: 2 cases"]


def test_a_threshold_divides_what_is_called(ax):
    plots.plot_score_histograms(ax, [0, 1, 1], [0.0, 1, 2], threshold=1.5)
    assert ax.lines[0].get_xdata()[0] == 1.5
    assert [text.get_text().strip() for text in ax.texts] == [
        "← called healthy",
        "called diseased →",
    ]
    assert [text.get_position()[0] for text in ax.texts] == [1.5, 1.5]


def test_an_infinite_threshold_and_a_missing_class_are_no_error(ax):
    plots.plot_score_histograms(ax, [0, 0, 0], [0.0, 1, 2], threshold=np.inf)
    assert list(ax.lines) == []
    ax.figure.canvas.draw()


def faces(ax):
    return [line.get_markerfacecolor() for line in ax.lines[1:]]


def test_coverage_that_falls_short_is_hollow(ax):
    # 1.96 sqrt(.95 x .05 / 400) = .0214: the band begins at .9286
    assert plots.plot_coverage(ax, ["a", "b", "c"], [0.9285, 0.9287, 1.0], 0.95, 400) is ax
    assert faces(ax) == ["white", "C0", "C0"]
    assert ax.lines[0].get_xdata()[0] == 0.95
    band = ax.patches[0]
    assert band.get_x() == pytest.approx(0.9286, abs=5e-5)
    assert [text.get_text() for text in ax.texts] == ["0.928", "0.929", "1.000"]
    bottom, top = ax.get_ylim()
    assert bottom > top  # downwards


def test_exact_coverage_has_no_band(ax):
    plots.plot_coverage(ax, ["a", "b"], [0.949, 0.951])
    assert faces(ax) == ["white", "C0"]
    assert ax.patches[0].get_width() == 0


def test_kinds_of_interval_differ_by_mark_and_place(ax):
    plots.plot_coverage(ax, ["a", "b"], {"plain": [0.5, 0.9], "logit": [0.9, 0.96]})
    plain, logit = ax.lines[1], ax.lines[3]
    assert plain.get_marker() != logit.get_marker()
    assert plain.get_ydata()[0] < logit.get_ydata()[0]
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["promised: 95 %", "plain", "logit"]


RED = to_rgba("#bd1f01")


def drawn_areas(ax):
    """Return (AUC, row, mark, colour) of each area, its interval left out."""
    points = [line for line in ax.lines if line.get_marker() in ("o", "D", "<", ">")]
    return [
        (*line.get_xydata()[0], line.get_marker(), to_rgba(line.get_color())) for line in points
    ]


def test_only_an_interval_wholly_above_the_ideal_is_marked(ax):
    estimates = [(0.99, 0.97, 0.995), (0.95, 0.91, 0.97), (0.3, 0.2, 0.4), (0.99, np.nan, np.nan)]
    assert plots.plot_against_ideal(ax, list("abcd"), estimates, 0.92) is ax
    areas = drawn_areas(ax)
    assert [area[:2] for area in areas] == [(0.99, 0), (0.95, 1), (0.3, 2), (0.99, 3)]
    assert [area[2] for area in areas] == ["D", "o", "o", "o"]
    assert [area[3] == RED for area in areas] == [True, False, False, False]
    texts = [text.get_text() for text in ax.texts]
    assert "0.990 (0.970 to 0.995)" in texts
    assert "0.990" in texts  # no interval
    assert "far above: something\nbesides the lesion" in texts
    assert "95 % interval" in ax.get_xlabel()  # the figure is read without its text
    chance = next(text for text in ax.texts if text.get_text() == "chance")
    assert chance.get_bbox_patch() is None  # a box would cut the axis
    assert "the lesion's\noptimum: 0.920" in texts
    assert [label.get_text() for label in ax.get_yticklabels()] == list("abcd")


def test_an_area_that_is_not_defined_is_written_and_not_drawn(ax):
    plots.plot_against_ideal(ax, ["a", "b"], [(np.nan,) * 3, (0.8, 0.7, 0.9)], 0.92)
    texts = [text.get_text() for text in ax.texts]
    assert "not defined" in texts
    assert "0.800 (0.700 to 0.900)" in texts
    assert not any("nan" in text for text in texts)
    assert [np.isnan(area[0]) for area in drawn_areas(ax)] == [True, False]  # nan draws nothing
    ax.figure.canvas.draw()


def test_intervals_are_drawn_from_end_to_end(ax):
    plots.plot_against_ideal(ax, ["a", "b"], [(0.8, 0.7, 0.85), (0.6, 0.5, 0.65)], 0.9)
    ends = [line.get_xdata() for line in ax.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(ends, [[0.7, 0.85], [0.5, 0.65]])


def test_equal_steps_of_detectability_are_equally_wide(ax):
    # by a normal table: d' = 0, 1, 2, 3 gives .5000, .7602, .9214, .9831
    plots.plot_against_ideal(ax, ["a"], [(0.9, 0.8, 0.95)], 0.9214)
    areas = [[0.5, 0], [0.760250, 0], [0.921350, 0], [0.983052, 0]]
    steps = np.diff(ax.transData.transform(areas)[:, 0])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)


def test_an_area_of_0_or_1_stands_at_the_edge_as_an_arrow(ax):
    plots.plot_against_ideal(ax, ["a", "b"], [(1, 0.7, 1), (0, 0, 0.4)], 0.9)
    low, high = ax.get_xlim()
    assert [area[:3] for area in drawn_areas(ax)] == [(high, 0, ">"), (low, 1, "<")]
    ax.figure.canvas.draw()


@pytest.mark.parametrize("ideal", [0.5, 1.0, np.nan])
def test_an_ideal_area_without_a_finite_detectability_is_refused(ax, ideal):
    with pytest.raises(ValueError, match=r"`ideal` must be a finite number > 0\.5 and < 1"):
        plots.plot_against_ideal(ax, ["a"], [(0.8, 0.7, 0.9)], ideal)
