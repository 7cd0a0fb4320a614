import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit, ndtr

from helpers.evaluation.utility import compute_decision_curve, compute_net_benefit
from tests.evaluation.truth import simulate_posterior
from tests.tolerances import EXACT64

# few distinct values, so that some lie on the threshold
cases = st.integers(1, 20).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", n, elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])),
    )
)
thresholds = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 0.9, 0.95])


def weigh_one_by_one(y_true, probabilities, threshold):
    """Return the net benefit by its definition, case by case."""
    total = 0.0
    for y, p in zip(y_true, probabilities, strict=True):
        if p >= threshold:
            total += 1.0 if y == 1 else -threshold / (1 - threshold)
    return total / len(y_true)


@pytest.mark.reference("compute_net_benefit")
def test_net_benefit_by_hand():
    # treated from .25 on: two true positives, one false positive at a third of their worth
    y_true, probabilities = [1, 1, 1, 0, 0, 0], [0.9, 0.25, 0.1, 0.6, 0.2, 0.0]
    np.testing.assert_allclose(
        compute_net_benefit(y_true, probabilities, 0.25), (2 - 1 / 3) / 6, **EXACT64
    )
    assert compute_net_benefit(y_true, probabilities, 0) == 0.5  # everybody: the prevalence
    assert compute_net_benefit(y_true, probabilities, 0.95) == 0  # nobody


@pytest.mark.reference("compute_net_benefit")
@pytest.mark.reference("compute_decision_curve")
@given(cases, thresholds, thresholds)
def test_net_benefit_is_its_definition(case, first, second):
    curve = compute_decision_curve(*case, [first, second])
    for k, threshold in enumerate([first, second]):
        expected = weigh_one_by_one(*case, threshold)
        np.testing.assert_allclose(compute_net_benefit(*case, threshold), expected, **EXACT64)
        np.testing.assert_allclose(curve.model[k], expected, **EXACT64)


@pytest.mark.law("compute_decision_curve")
@given(cases, st.randoms())
def test_treating_all_follows_from_the_prevalence(case, random):
    y_true, probabilities = case
    curve = compute_decision_curve(y_true, probabilities)
    np.testing.assert_array_equal(curve.threshold, [k / 100 for k in range(1, 100)])
    prevalence, t = y_true.mean(), curve.threshold
    np.testing.assert_allclose(
        curve.treat_all, prevalence - (1 - prevalence) * t / (1 - t), **EXACT64
    )
    np.testing.assert_array_equal(curve.treat_none, np.zeros(99))
    assert (curve.model <= prevalence).all()
    order = random.sample(range(len(y_true)), len(y_true))
    same = compute_decision_curve(y_true[order], probabilities[order])
    np.testing.assert_array_equal(same.model, curve.model)


@pytest.mark.reference("compute_net_benefit")
def test_net_benefit_of_the_ideal_observer_is_that_of_theory():
    num_images, prevalence = 20000, 0.3
    y_true, posterior, _, observer = simulate_posterior(num_images, prevalence=prevalence)
    d = observer.detectability
    for t in (0.05, 0.2, 0.5, 0.8):
        cut = logit(t) - logit(prevalence)  # of the log likelihood ratio, Gaussian in each class
        sensitivity, false_positive_rate = ndtr(d / 2 - cut / d), ndtr(-d / 2 - cut / d)
        odds = t / (1 - t)
        expected = prevalence * sensitivity - (1 - prevalence) * false_positive_rate * odds
        variance = prevalence * sensitivity * (1 - sensitivity)
        variance += (1 - prevalence) * false_positive_rate * (1 - false_positive_rate) * odds**2
        found = compute_net_benefit(y_true, posterior, t)
        assert abs(found - expected) < 4 * np.sqrt(variance / num_images)


@pytest.mark.law("compute_decision_curve")
def test_nothing_reaches_above_the_true_posterior_in_expectation():
    num_images = 20000
    y_true, posterior, _, _ = simulate_posterior(num_images, seed=1)
    noise = np.random.default_rng(0).standard_normal(num_images)
    levels = np.array([0.1, 0.3, 0.5, 0.7])
    best = compute_decision_curve(y_true, posterior, levels).model
    for other in [
        expit(2 * logit(posterior)),  # too bold
        expit(logit(posterior) + 1),  # too many
        expit(logit(posterior) + noise),  # less informed
        np.full(num_images, 0.3),  # not informed
    ]:
        loss = best - compute_decision_curve(y_true, other, levels).model
        for k, t in enumerate(levels):
            # a case whose call differs gains 1 or loses t / (1 - t): the spread of that mean
            differ = (posterior >= t) != (other >= t)
            worth = np.where(y_true == 1, 1.0, -t / (1 - t)) * differ
            assert loss[k] >= -4 * worth.std() / np.sqrt(num_images)
        assert loss.max() > 0.005  # and somewhere it is clearly below


def test_tied_probabilities_treat_all_or_none():
    curve = compute_decision_curve([1, 0, 0, 1, 0], np.full(5, 0.25), [0.2, 0.25, 0.3])
    np.testing.assert_array_equal(curve.model[:2], curve.treat_all[:2])
    assert curve.model[2] == 0


def test_net_benefit_is_defined_for_one_class():
    assert compute_net_benefit([1, 1], [0.2, 0.7], 0.5) == 0.5
    assert compute_net_benefit([0, 0], [0.2, 0.7], 0.5) == -0.5


@pytest.mark.parametrize("threshold", [-0.1, 1, np.nan])
def test_a_threshold_out_of_its_range_is_refused(threshold):
    with pytest.raises(ValueError, match="`threshold` must be a finite number >= 0 and < 1"):
        compute_net_benefit([0, 1], [0.2, 0.7], threshold)
    with pytest.raises(ValueError, match="`thresholds` must be probabilities >= 0 and < 1"):
        compute_decision_curve([0, 1], [0.2, 0.7], [0.5, threshold])


@pytest.mark.parametrize("thresholds", [[], 0.5, [[0.1, 0.2]], ["a"]])
def test_thresholds_of_another_shape_are_refused(thresholds):
    with pytest.raises(ValueError, match=r"`thresholds` must have shape \(m,\)"):
        compute_decision_curve([0, 1], [0.2, 0.7], thresholds)


@pytest.mark.parametrize(
    ("y_true", "probabilities", "message"),
    [
        ([], [], "got no case"),
        ([0, 1], [0.1, 0.2, 0.3], "cases"),
        ([0, 2], [0.1, 0.2], "`y_true` must hold integers 0 and 1"),
        ([0, 1], [0.1, np.nan], "`probabilities` must"),
        ([0, 1], [-2.0, 3.0], "from -2 to 3.*Logits go through a sigmoid first"),
    ],
)
def test_bad_probabilities_are_refused(y_true, probabilities, message):
    with pytest.raises(ValueError, match=message):
        compute_net_benefit(y_true, probabilities, 0.5)
    with pytest.raises(ValueError, match=message):
        compute_decision_curve(y_true, probabilities)
