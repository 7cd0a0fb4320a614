import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logit, ndtri

from helpers.evaluation.curves import (
    compute_average_precision,
    compute_precision_recall_curve,
    compute_roc_curve,
)
from helpers.observers import roc_sensitivity
from tests.evaluation.truth import simulate_posterior
from tests.tolerances import EXACT64

EVERY_CURVE = [compute_roc_curve, compute_precision_recall_curve, compute_average_precision]

# few distinct values, so that ties are frequent; both classes
cases = st.integers(2, 25).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", n, elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0, 7.0])),
    )
)
cases = cases.filter(lambda case: 0 < case[0].sum() < len(case[0]))


def call_one_by_one(y_true, scores):
    """Count (threshold, true positives, false positives) at each threshold, case by case."""
    rows = []
    for threshold in [np.inf, *sorted(set(scores.tolist()), reverse=True)]:
        called = [y for y, score in zip(y_true, scores, strict=True) if score >= threshold]
        rows.append((threshold, sum(called), len(called) - sum(called)))
    return np.transpose(rows)


@pytest.mark.reference("compute_roc_curve")
@given(cases)
def test_the_roc_curve_is_its_definition_with_ties(case):
    y_true, scores = case
    threshold, true_positives, false_positives = call_one_by_one(y_true, scores)
    curve = compute_roc_curve(y_true, scores)
    np.testing.assert_array_equal(curve.threshold, threshold)
    np.testing.assert_allclose(curve.sensitivity, true_positives / y_true.sum(), **EXACT64)
    rate = false_positives / (1 - y_true).sum()
    np.testing.assert_allclose(curve.false_positive_rate, rate, **EXACT64)


@pytest.mark.reference("compute_roc_curve")
@given(cases)
def test_the_area_below_the_curve_is_the_share_of_pairs_in_order(case):
    y_true, scores = case
    curve = compute_roc_curve(y_true, scores)
    pairs = [(p > q) + (p == q) / 2 for p in scores[y_true == 1] for q in scores[y_true == 0]]
    area = np.trapezoid(curve.sensitivity, curve.false_positive_rate)
    np.testing.assert_allclose(area, np.mean(pairs), **EXACT64)


@pytest.mark.reference("compute_roc_curve")
def test_the_curve_of_the_ideal_observer_is_that_of_theory():
    y_true, posterior, _, observer = simulate_posterior(20000)
    curve = compute_roc_curve(y_true, logit(posterior))
    middle = (curve.false_positive_rate > 0.01) & (curve.false_positive_rate < 0.99)
    rate, d = curve.false_positive_rate[middle], observer.detectability
    theory = roc_sensitivity(d, rate)
    slope = np.exp(-d * ndtri(rate) - d**2 / 2)  # carries the spread of the rate over
    variance = theory * (1 - theory) / y_true.sum()
    variance += slope**2 * rate * (1 - rate) / (1 - y_true).sum()
    # the largest of many dependent deviations is rarely above four standard errors
    assert (np.abs(curve.sensitivity[middle] - theory) < 5 * np.sqrt(variance)).all()


@pytest.mark.reference("compute_precision_recall_curve")
@given(cases)
def test_the_precision_recall_curve_is_its_definition_with_ties(case):
    y_true, scores = case
    threshold, true_positives, false_positives = call_one_by_one(y_true, scores)
    curve = compute_precision_recall_curve(y_true, scores)
    np.testing.assert_array_equal(curve.threshold, threshold)
    np.testing.assert_allclose(curve.recall, true_positives / y_true.sum(), **EXACT64)
    assert curve.precision[0] == 1  # nobody is called: by convention
    precision = true_positives[1:] / (true_positives + false_positives)[1:]
    np.testing.assert_allclose(curve.precision[1:], precision, **EXACT64)


@pytest.mark.reference("compute_average_precision")
@given(cases)
def test_average_precision_sums_precision_over_gains_in_recall(case):
    y_true, scores = case
    _, true_positives, false_positives = call_one_by_one(y_true, scores)
    total = 0.0
    for k in range(1, len(true_positives)):
        precision = true_positives[k] / (true_positives[k] + false_positives[k])
        total += (true_positives[k] - true_positives[k - 1]) / y_true.sum() * precision
    np.testing.assert_allclose(compute_average_precision(y_true, scores), total, **EXACT64)


@pytest.mark.law("compute_roc_curve")
@pytest.mark.law("compute_precision_recall_curve")
@pytest.mark.law("compute_average_precision")
@given(cases, st.randoms())
def test_curves_ignore_order_and_monotone_transforms(case, random):
    y_true, scores = case
    order = random.sample(range(len(y_true)), len(y_true))
    for compute in EVERY_CURVE:
        first = compute(y_true, scores)
        for same in [compute(y_true[order], scores[order]), compute(y_true, scores**3 - 4)]:
            if compute is compute_average_precision:
                np.testing.assert_allclose(same, first, **EXACT64)
            else:
                np.testing.assert_allclose(same[:2], first[:2], **EXACT64)


def test_all_ties_are_the_diagonal_and_the_prevalence():
    y_true, scores = [0, 1, 0, 1, 1], np.full(5, 3.0)
    curve = compute_roc_curve(y_true, scores)
    np.testing.assert_array_equal(curve, [[0, 1], [0, 1], [np.inf, 3]])
    curve = compute_precision_recall_curve(y_true, scores)
    np.testing.assert_array_equal(curve, [[0, 1], [1, 0.6], [np.inf, 3]])
    assert compute_average_precision(y_true, scores) == 0.6


def test_perfect_separation_passes_the_corner():
    y_true, scores = [0, 1, 0, 1, 0], [1, 4, 2, 5, 3]
    curve = compute_roc_curve(y_true, scores)
    assert (0.0, 1.0) in zip(curve.false_positive_rate, curve.sensitivity, strict=True)
    curve = compute_precision_recall_curve(y_true, scores)
    assert (1.0, 1.0) in zip(curve.recall, curve.precision, strict=True)
    assert compute_average_precision(y_true, scores) == 1


def test_without_a_negative_case_the_false_positive_rate_is_missing():
    with pytest.warns(UserWarning, match="ROC curve"):
        curve = compute_roc_curve([1, 1], [0.2, 0.7])
    assert np.isnan(curve.false_positive_rate).all()
    np.testing.assert_array_equal(curve.sensitivity, [0, 0.5, 1])
    with pytest.warns(UserWarning, match="precision-recall curve"):
        curve = compute_precision_recall_curve([1, 1], [0.2, 0.7])
    np.testing.assert_array_equal(curve[:2], [[0, 0.5, 1], [1, 1, 1]])
    with pytest.warns(UserWarning, match="average precision"):
        assert np.isnan(compute_average_precision([1, 1], [0.2, 0.7]))


def test_without_a_positive_case_sensitivity_and_recall_are_missing():
    with pytest.warns(UserWarning, match="ROC curve"):
        curve = compute_roc_curve([0, 0], [0.2, 0.7])
    assert np.isnan(curve.sensitivity).all()
    np.testing.assert_array_equal(curve.false_positive_rate, [0, 0.5, 1])
    with pytest.warns(UserWarning, match="precision-recall curve"):
        curve = compute_precision_recall_curve([0, 0], [0.2, 0.7])
    assert np.isnan(curve.recall).all()
    np.testing.assert_array_equal(curve.precision, [1, 0, 0])
    with pytest.warns(UserWarning, match="average precision"):
        assert np.isnan(compute_average_precision([0, 0], [0.2, 0.7]))


@pytest.mark.parametrize("compute", EVERY_CURVE)
@pytest.mark.parametrize(
    ("y_true", "scores", "message"),
    [
        ([], [], "got no case"),
        ([0, 1], [1, 2, 3], "cases"),
        ([0, 2], [1, 2], "`y_true` must hold integers 0 and 1"),
        ([0, 1], [1, np.nan], "`scores` must hold finite"),
        ([0, 1], [1, np.inf], "`scores` must hold finite"),
    ],
)
def test_bad_scores_are_refused(compute, y_true, scores, message):
    with pytest.raises(ValueError, match=message):
        compute(y_true, scores)
