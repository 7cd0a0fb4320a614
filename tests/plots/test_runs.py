"""Means and verdicts are drawn where they lie, and told apart without their colour."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers import plots
from helpers.experiments import Rule, Verdict

SUMMARY = pd.DataFrame(
    {
        "size": [1000, 250, 4000],
        "mean": [0.8, 0.7, 0.9],
        "low": [0.78, np.nan, 0.88],
        "high": [0.82, np.nan, 0.91],
    }
)
OWN = pd.DataFrame({"size": [250, 1000, 250], "mean": [0.65, 0.81, 0.71]})
RULE = Rule(
    *("cnn-beats-dense", "Why a CNN?", "the CNN finds more", "it finds more"),
    *("Learning curves", "why_a_cnn", "auc"),
    above=0.05,
)
HELD = Verdict(RULE, 0.2, 0.15, 0.24, 10, 0, "held")


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_means_are_drawn_in_order_with_their_band(ax):
    assert plots.plot_runs(ax, SUMMARY, x="size", label="cnn") is ax
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), [[250, 0.7], [1000, 0.8], [4000, 0.9]])
    (band,) = ax.collections
    (path,) = band.get_paths()  # none at 250, where there is no interval
    limits = {(x, y) for x, y in path.vertices.tolist() if y in (0.78, 0.82, 0.88, 0.91)}
    assert limits == {(1000, 0.78), (1000, 0.82), (4000, 0.88), (4000, 0.91)}
    assert path.vertices[:, 0].min() == 1000
    assert labels_of(ax) == ["cnn"]


def test_own_runs_are_hollow_marks_named_once(ax):
    plots.plot_runs(ax, SUMMARY, x="size", label="dense", own=OWN)
    plots.plot_runs(ax, SUMMARY, x="size", label="cnn", own=OWN)
    assert labels_of(ax) == ["dense", "cnn", "this run"]
    for line in [line for line in ax.lines if line.get_gid() == "curve"]:
        (own,) = (
            other
            for other in ax.lines
            if other.get_color() == line.get_color() and other.get_linestyle() == "None"
        )
        assert sorted(own.get_xydata().tolist()) == [[250, 0.65], [250, 0.71], [1000, 0.81]]
        assert own.get_marker() == line.get_marker()
        assert own.get_markerfacecolor() == "white" != line.get_markerfacecolor()


def test_more_curves_have_other_lines_and_marks(ax):
    for label in "abcd":
        plots.plot_runs(ax, SUMMARY, x="size", label=label)
    assert len({str(line._dash_pattern) for line in ax.lines}) == 4
    assert len({line.get_marker() for line in ax.lines}) == 4
    assert len({line.get_color() for line in ax.lines}) == 4


def test_without_any_interval_there_is_no_band(ax):
    plots.plot_runs(ax, SUMMARY.assign(low=np.nan, high=np.nan), x="size", label="cnn")
    assert [len(path.vertices) for band in ax.collections for path in band.get_paths()] == []


@pytest.mark.parametrize(
    ("summary", "own", "message"),
    [
        (
            SUMMARY.drop(columns="low"),
            None,
            "`summary` must have the columns 'size' and .*'low' is",
        ),
        (SUMMARY.rename(columns={"size": "n"}), None, "`summary` .*'size' is missing"),
        (SUMMARY, OWN.drop(columns="mean"), "`own` must have .*'mean' is missing"),
        (pd.concat([SUMMARY, SUMMARY]), None, "each 'size' once; got 250 twice. Select the rows"),
        (SUMMARY.astype({"size": str}), None, "`x` must be a setting whose values are numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(ax, summary, own, message):
    with pytest.raises(ValueError, match=message):
        plots.plot_runs(ax, summary, x="size", label="cnn", own=own)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"summary": {}}, "`summary` must be a data frame, .*; got dict"),
        ({"summary": SUMMARY, "own": [0.7]}, "`own` must be a data frame, .*; got list"),
    ],
)
def test_what_is_no_table_is_refused(ax, tables, message):
    with pytest.raises(TypeError, match=message):
        plots.plot_runs(ax, **tables, x="size", label="cnn")


def test_a_verdict_stands_beside_its_bounds(ax):
    equal = replace(RULE, answer="they are alike", above=-0.02, below=0.03)
    verdicts = [HELD, replace(HELD, rule=equal, mean=0.01, low=-0.01, high=0.025)]
    assert plots.plot_verdicts(ax, verdicts) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "it finds more",
        "they are alike",
    ]
    assert ax.yaxis_inverted()
    for place, (verdict, bars) in enumerate(zip(verdicts, ax.containers, strict=True)):
        assert bars.lines[0].get_xydata().tolist() == [[verdict.mean, place]]
        (interval,) = bars.lines[2][0].get_segments()
        np.testing.assert_allclose(interval, [[verdict.low, place], [verdict.high, place]])
    left, right = ax.get_xlim()
    grounds = [c for c in ax.collections if c.get_zorder() == 0]
    extents = [c.get_paths()[0].vertices[:, 0] for c in grounds]
    np.testing.assert_allclose(
        [(x.min(), x.max()) for x in extents], [(0.05, right), (-0.02, 0.03)]
    )
    assert left < -0.02
    assert right > 0.24
    bounds = {line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2}
    assert bounds == {0.05, -0.02, 0.03}


def test_results_are_told_by_mark_and_word(ax):
    results = ["contradicted", "held", "not shown"]
    missing = replace(HELD, low=np.nan, high=np.nan, num_seeds=1)
    plots.plot_verdicts(ax, [replace(missing, result=result) for result in results])
    assert [text.get_text() for text in ax.texts] == results
    assert [text.get_position()[1] for text in ax.texts] == [0, 1, 2]
    marks = {bars.lines[0].get_marker() for bars in ax.containers}
    assert len(marks) == 3


def test_a_rule_without_any_run_has_its_word_alone(ax):
    nothing = dict(mean=np.nan, low=np.nan, high=np.nan, num_seeds=0, result="not shown")
    plots.plot_verdicts(ax, [replace(HELD, **nothing)])
    assert [text.get_text() for text in ax.texts] == ["not shown"]
    assert np.isfinite(ax.get_xlim()).all()


def test_no_verdict_is_refused(ax):
    with pytest.raises(ValueError, match="`verdicts` must hold at least one"):
        plots.plot_verdicts(ax, [])


@pytest.mark.parametrize(
    ("verdicts", "message"),
    [
        ([HELD, None], r"`verdicts` must hold what `judge` makes .*; got None \(NoneType\)"),
        (["held"], r"`verdicts` must hold what `judge` makes .*; got 'held' \(str\)"),
        (HELD, "`verdicts` must be a sequence; got Verdict"),
    ],
)
def test_what_is_no_verdict_is_refused(ax, verdicts, message):
    with pytest.raises(TypeError, match=message):
        plots.plot_verdicts(ax, verdicts)
