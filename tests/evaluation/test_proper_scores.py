import numpy as np
import pytest
from hypothesis import given
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss, log_loss

from helpers.evaluation.proper_scores import compute_brier_score, compute_log_loss
from tests.evaluation.truth import cases, simulate_posterior
from tests.tolerances import EXACT64


@pytest.mark.reference("compute_brier_score")
@pytest.mark.reference("compute_log_loss")
@given(cases)
def test_scores_are_those_of_scikit_learn(case):
    np.testing.assert_allclose(compute_brier_score(*case), brier_score_loss(*case), **EXACT64)
    np.testing.assert_allclose(compute_log_loss(*case), log_loss(*case), **EXACT64)


@pytest.mark.reference("compute_log_loss")
def test_log_loss_of_classes_is_that_of_scikit_learn():
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet([1, 2, 0.5, 1], 7)
    y_true = np.array([0, 1, 3, 3, 1, 2, 0])
    expected = log_loss(y_true, probabilities, labels=[0, 1, 2, 3])
    np.testing.assert_allclose(compute_log_loss(y_true, probabilities), expected, **EXACT64)
    single = probabilities.astype("float32")  # its rows add to 1 in float32 only
    np.testing.assert_allclose(compute_log_loss(y_true, single), expected, rtol=1e-6)


@pytest.mark.law("compute_log_loss")
@given(cases)
def test_two_columns_cost_what_the_probability_of_disease_costs(case):
    y_true, p = case
    both = compute_log_loss(y_true, np.column_stack([1 - p, p]))
    np.testing.assert_allclose(both, compute_log_loss(y_true, p), **EXACT64)


@pytest.mark.law("compute_brier_score")
@pytest.mark.law("compute_log_loss")
def test_the_true_posterior_has_the_best_scores():
    y_true, posterior, _, _ = simulate_posterior(20000)
    for score in (compute_brier_score, compute_log_loss):
        best = score(y_true, posterior)
        for other in [
            expit(1.5 * logit(posterior)),
            expit(logit(posterior) / 1.5),
            expit(logit(posterior) + 0.5),
            np.full(len(y_true), 0.3),
        ]:
            assert score(y_true, other) > best


def test_scores_by_hand():
    assert compute_brier_score([0, 1], [1, 0]) == 1
    assert compute_brier_score([0, 1], [0, 1]) == 0
    assert str(compute_log_loss([0, 1], [0, 1])) == "0.0"
    # a probability whose distance from 1 is lost in float64
    np.testing.assert_allclose(compute_log_loss([0], [1e-20]), 1e-20, rtol=1e-12)


def test_scores_are_defined_for_one_class():
    np.testing.assert_allclose(compute_brier_score([1, 1], [0.5, 0.9]), 0.13, **EXACT64)
    np.testing.assert_allclose(compute_log_loss([0, 0], [0.5, 0.5]), np.log(2), **EXACT64)


def test_the_impossible_costs_infinity_and_says_so():
    with pytest.warns(UserWarning, match="0 for what was the case in 2 of 3 cases"):
        assert compute_log_loss([1, 0, 1], [0.0, 1.0, 0.5]) == np.inf
    with pytest.warns(UserWarning, match="1 of 2 cases"):
        assert compute_log_loss([2, 0], [[0.5, 0.5, 0], [1, 0, 0]]) == np.inf
