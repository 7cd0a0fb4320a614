import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit, softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from helpers.evaluation.recalibration import apply_temperature, fit_temperature, shift_prevalence
from tests.evaluation.truth import simulate_posterior
from tests.tolerances import EXACT64, UPDATES64


def draw_binary(generator, num_cases, temperature=1.0):
    """Draw labels and probabilities that are too bold by the temperature."""
    log_odds = generator.normal(0.3, 1.5, num_cases)
    y_true = (generator.random(num_cases) < expit(log_odds)).astype("int64")
    return y_true, expit(temperature * log_odds)


def draw_classes(generator, num_cases, temperature=1.0):
    """Draw labels of four classes and probabilities that are too bold by the temperature."""
    truth = softmax(generator.normal(0, 1, (num_cases, 4)), axis=1)
    uniforms = generator.random(num_cases)[:, None]
    y_true = np.minimum((truth.cumsum(axis=1) < uniforms).sum(axis=1), 3)
    return y_true, softmax(temperature * np.log(truth), axis=1)


def calibrate_by_scikit_learn(y_true, probabilities):
    """Return the probabilities after the temperature scaling of scikit-learn."""
    logits = logit(probabilities)[:, None] if probabilities.ndim == 1 else np.log(probabilities)
    model = LogisticRegression().fit(logits, y_true)
    model.coef_, model.intercept_ = np.eye(logits.shape[1]), np.zeros(logits.shape[1])
    scaled = CalibratedClassifierCV(FrozenEstimator(model), method="temperature")
    scaled = scaled.fit(logits, y_true).predict_proba(logits)
    return scaled[:, 1] if probabilities.ndim == 1 else scaled


# temperature


@pytest.mark.reference("fit_temperature")
@pytest.mark.reference("apply_temperature")
@pytest.mark.parametrize("draw", [draw_binary, draw_classes])
def test_temperature_scaling_is_that_of_scikit_learn(draw):
    y_true, probabilities = draw(np.random.default_rng(0), 300, temperature=1.79)
    ours = apply_temperature(probabilities, fit_temperature(y_true, probabilities))
    # a minimum found by comparing losses is only known to the root of the rounding error
    expected = calibrate_by_scikit_learn(y_true, probabilities)
    np.testing.assert_allclose(ours, expected, **UPDATES64)


@pytest.mark.reference("fit_temperature")
@pytest.mark.parametrize("draw", [draw_binary, draw_classes])
def test_the_temperature_has_the_least_log_loss(draw):
    y_true, probabilities = draw(np.random.default_rng(1), 200, temperature=0.6)
    logits = np.log(probabilities)
    if draw is draw_binary:
        logits = np.column_stack([np.log1p(-probabilities), logits])

    def loss(log_temperature):
        return log_loss(y_true, softmax(logits / np.exp(log_temperature), axis=1))

    best = minimize_scalar(loss, bounds=(-3, 3), options={"xatol": 1e-9})
    np.testing.assert_allclose(fit_temperature(y_true, probabilities), np.exp(best.x), **UPDATES64)


@pytest.mark.reference("fit_temperature")
def test_the_temperature_of_the_true_posterior_is_1():
    y_true, posterior, _, _ = simulate_posterior(20000)
    log_odds = logit(posterior)
    # Fisher's information on 1 / T is the sum of z^2 p (1 - p)
    error = 1 / np.sqrt(np.sum(log_odds**2 * posterior * (1 - posterior)))
    found = fit_temperature(y_true, posterior)
    assert abs(1 / found - 1) < 4 * error
    bold = fit_temperature(y_true, expit(1.79 * log_odds))
    np.testing.assert_allclose(bold, 1.79 * found, rtol=1e-9)


@pytest.mark.law("fit_temperature")
@given(st.integers(0, 1000), st.floats(0.2, 3), st.sampled_from([draw_binary, draw_classes]))
def test_a_temperature_that_was_applied_is_found_again(seed, temperature, draw):
    generator = np.random.default_rng(seed)
    y_true, probabilities = draw(generator, 200)
    first = fit_temperature(y_true, probabilities)
    again = fit_temperature(y_true, apply_temperature(probabilities, 1 / temperature))
    np.testing.assert_allclose(again, temperature * first, rtol=1e-7)
    order = generator.permutation(200)
    np.testing.assert_allclose(
        fit_temperature(y_true[order], probabilities[order]), first, rtol=1e-9
    )


@pytest.mark.law("fit_temperature")
@pytest.mark.law("apply_temperature")
@given(st.integers(0, 1000), st.floats(0.2, 5))
def test_a_binary_task_is_one_of_two_classes(seed, temperature):
    y_true, p = draw_binary(np.random.default_rng(seed), 50)
    both = np.column_stack([1 - p, p])
    np.testing.assert_allclose(fit_temperature(y_true, both), fit_temperature(y_true, p), rtol=1e-9)
    np.testing.assert_allclose(
        apply_temperature(both, temperature)[:, 1], apply_temperature(p, temperature), **EXACT64
    )


@pytest.mark.reference("apply_temperature")
@pytest.mark.parametrize("temperature", [0.01, 0.5, 1.0, 7.0])
def test_temperature_divides_the_logits(temperature):
    generator = np.random.default_rng(2)
    logits = generator.normal(0, 2, (5, 3))
    np.testing.assert_allclose(
        apply_temperature(softmax(logits, axis=1), temperature),
        softmax(logits / temperature, axis=1),
        rtol=1e-10,  # at 1/100 the rounding of a logit counts a hundredfold
    )
    np.testing.assert_allclose(
        apply_temperature(expit(logits[:, 0]), temperature),
        expit(logits[:, 0] / temperature),
        rtol=1e-10,
    )


def test_certainty_stays_at_every_temperature():
    np.testing.assert_array_equal(apply_temperature([0, 1, 0.5], 3.0), [0, 1, 0.5])
    found = apply_temperature([[0, 1, 0], [0, 0.5, 0.5]], 0.01)
    np.testing.assert_array_equal(found, [[0, 1, 0], [0, 0.5, 0.5]])
    coldest = apply_temperature([[0.2, 0.3, 0.5], [0.4, 0.4, 0.2]], 1e-6)  # every power is 0
    np.testing.assert_array_equal(coldest, [[0, 0, 1], [0.5, 0.5, 0]])


def test_every_probability_below_1e_12_counts_as_that():
    y_true, p = draw_binary(np.random.default_rng(3), 400)
    labels = np.append(y_true, [0, 1, 1])
    np.testing.assert_allclose(
        fit_temperature(labels, np.append(p, [0.0, 1.0, 1e-20])),
        fit_temperature(labels, np.append(p, [1e-12, 1 - 1e-12, 1e-12])),
        **EXACT64,
    )
    y_true, p = draw_classes(np.random.default_rng(4), 400)
    labels = np.append(y_true, [0, 3])  # given to what was the case: elsewhere it would not show
    smaller = [[0.0, 0.4, 0.6, 0.0], [0.2, 0.3, 0.5, 1e-20]]
    smallest = [[1e-12, 0.4, 0.6, 1e-12], [0.2, 0.3, 0.5, 1e-12]]
    np.testing.assert_allclose(
        fit_temperature(labels, np.append(p, smaller, axis=0)),
        fit_temperature(labels, np.append(p, smallest, axis=0)),
        **EXACT64,
    )


@pytest.mark.parametrize("draw", [draw_binary, draw_classes])
def test_more_clipped_cases_than_one_in_a_hundred_are_counted_in_a_warning(draw):
    y_true, p = draw(np.random.default_rng(5), 200)
    certain = [0.0, 1.0, 1e-13] if p.ndim == 1 else np.eye(4)[:3]
    p[:2] = certain[:2]
    fit_temperature(y_true, p)  # 2 of 200 are no more than a hundredth
    p[:3] = certain
    with pytest.warns(UserWarning, match="^3 of 200 cases have a probability nearer") as caught:
        fit_temperature(y_true, p)
    assert [warning.filename for warning in caught] == [__file__]


def test_colder_is_always_better_where_every_case_is_on_its_side():
    with pytest.warns(UserWarning, match=r"no minimum.*bound 0.01"):
        assert fit_temperature([0, 0, 1], [0.1, 0.4, 0.8]) == 0.01
    with pytest.warns(UserWarning, match=r"no minimum.*bound 0.01"):
        assert fit_temperature([0, 2], [[0.5, 0.2, 0.3], [0.1, 0.4, 0.5]]) == 0.01


def test_hotter_is_always_better_where_probabilities_are_worse_than_none():
    with pytest.warns(UserWarning, match=r"no minimum.*bound 100"):
        assert fit_temperature([1, 0, 1], [0.1, 0.6, 0.2]) == 100


@pytest.mark.parametrize("probabilities", [[0.5] * 3, [[0.25] * 4] * 3])
def test_equal_probabilities_have_no_temperature(probabilities):
    with pytest.warns(UserWarning, match="no temperature changes them"):
        assert fit_temperature([0, 1, 0], probabilities) == 1


@pytest.mark.parametrize("probabilities", [[0.4, 0.6], [[0.2, 0.3, 0.5]] * 2])
def test_one_class_has_no_temperature(probabilities):
    with pytest.warns(UserWarning, match="one class only"):
        assert np.isnan(fit_temperature([1, 1], probabilities))


# prevalence


@pytest.mark.reference("shift_prevalence")
@pytest.mark.parametrize("new", [0.02, 0.5, 0.9])
def test_a_shift_gives_the_exact_posterior_at_the_new_prevalence(new):
    _, posterior, images, observer = simulate_posterior(500, prevalence=0.3)
    exact = observer.posterior(images, prevalence=new)
    np.testing.assert_allclose(shift_prevalence(posterior, old=0.3, new=new), exact, rtol=1e-10)


@pytest.mark.law("shift_prevalence")
@given(st.integers(0, 1000), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_shifts_add_up_and_keep_the_order(seed, first, second, third):
    y_true, p = draw_binary(np.random.default_rng(seed), 40)
    there = shift_prevalence(p, old=first, new=second)
    np.testing.assert_allclose(shift_prevalence(there, old=second, new=first), p, rtol=1e-10)
    np.testing.assert_allclose(
        shift_prevalence(there, old=second, new=third),
        shift_prevalence(p, old=first, new=third),
        rtol=1e-10,
    )
    assert roc_auc_score(y_true, there) == roc_auc_score(y_true, p)


def test_certainty_stays_at_every_prevalence():
    np.testing.assert_array_equal(shift_prevalence([0, 1], old=0.5, new=0.01), [0, 1])


# refusals


@pytest.mark.parametrize("temperature", [0, -1.0, np.nan, np.inf])
def test_a_temperature_must_be_above_0(temperature):
    with pytest.raises(ValueError, match="`temperature` must be a finite number > 0"):
        apply_temperature([0.2, 0.7], temperature)


@pytest.mark.parametrize("prevalence", [0, 1, np.nan, 30])
def test_a_prevalence_must_lie_between_0_and_1(prevalence):
    with pytest.raises(ValueError, match="`old` must be a finite number > 0 and < 1"):
        shift_prevalence([0.2, 0.7], old=prevalence, new=0.5)
    with pytest.raises(ValueError, match="`new` must be a finite number > 0 and < 1"):
        shift_prevalence([0.2, 0.7], old=0.5, new=prevalence)


def test_prevalence_shifts_in_binary_tasks_only():
    with pytest.raises(ValueError, match=r"must have shape \(n,\).*got \(1, 2\)"):
        shift_prevalence([[0.5, 0.5]], old=0.5, new=0.1)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        ([], r"`probabilities` must have shape \(n,\).*hold something; got \(0,\)"),
        (0.5, r"`probabilities` must have shape \(n,\).*; got \(\)"),
        ([[[0.5, 0.5]]], r"`probabilities` must have shape \(n,\).*; got \(1, 1, 2\)"),
        ([0.1, np.nan], "`probabilities` must hold finite"),
        ([-2.0, 3.0], "from -2 to 3.*Logits go through a sigmoid first"),
    ],
)
def test_bad_probabilities_are_refused(probabilities, message):
    with pytest.raises(ValueError, match=message):
        apply_temperature(probabilities, 2.0)
    with pytest.raises(ValueError, match=message):
        shift_prevalence(probabilities, old=0.5, new=0.1)


def test_bad_labels_and_classes_are_refused():
    with pytest.raises(ValueError, match="`y_true` must hold something; got no case"):
        fit_temperature([], [])
    with pytest.raises(ValueError, match=r"from -2 to 3\. Logits go through a sigmoid first"):
        fit_temperature([0, 1], [-2.0, 3.0])
    with pytest.raises(ValueError, match="`y_true` must hold integers 0 and 1"):
        fit_temperature([0, 2], [0.1, 0.2])
    with pytest.raises(ValueError, match="from 0 to 2"):
        fit_temperature([0, 3], [[0.1, 0.2, 0.7]] * 2)
    for function in (lambda p: fit_temperature([0, 1], p), lambda p: apply_temperature(p, 2.0)):
        with pytest.raises(ValueError, match="add to 1 in each row"):
            function([[0.5, 0.6], [0.1, 0.9]])
