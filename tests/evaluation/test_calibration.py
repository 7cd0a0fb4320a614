import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri
from sklearn.calibration import calibration_curve

from helpers.evaluation.calibration import (
    compute_calibration_error,
    compute_reliability,
    fit_calibration_line,
)
from helpers.evaluation.proper_scores import compute_brier_score, compute_log_loss
from tests.evaluation.truth import cases, simulate_posterior
from tests.tolerances import EXACT64, UPDATES64

STRATEGIES = ["uniform", "quantile"]
EVERY_MEASURE = [
    *(compute_brier_score, compute_log_loss, compute_reliability),
    *(compute_calibration_error, fit_calibration_line),
]


def draw_cases(generator, num_cases, *, intercept=0.0, slope=1.0):
    """Draw labels whose true log odds are a line over those of the probabilities."""
    log_odds = generator.normal(-0.5, 1.5, num_cases)
    y_true = (generator.random(num_cases) < expit(intercept + slope * log_odds)).astype("int64")
    return y_true, expit(log_odds)


def fit_by_newton(y_true, columns, offset):
    """Return coefficients and robust standard errors of a logistic regression by Newton."""
    x, beta = np.column_stack(columns), np.zeros(len(columns))
    for _ in range(50):
        p = expit(x @ beta + offset)
        information = (x * (p * (1 - p))[:, None]).T @ x
        beta = beta + np.linalg.solve(information, x.T @ (y_true - p))
    residuals = x * (y_true - expit(x @ beta + offset))[:, None]
    inverse = np.linalg.inv(information)
    return beta, np.sqrt(np.diag(inverse @ (residuals.T @ residuals) @ inverse))


# reliability


@pytest.mark.reference("compute_reliability")
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("num_bins", [1, 3, 10])
@given(cases)
def test_bins_are_those_of_scikit_learn(strategy, num_bins, case):
    found = compute_reliability(*case, num_bins=num_bins, strategy=strategy)
    observed, predicted = calibration_curve(*case, n_bins=num_bins, strategy=strategy)
    np.testing.assert_allclose(found.observed, observed, **EXACT64)
    np.testing.assert_allclose(found.predicted, predicted, **EXACT64)
    assert found.count.sum() == len(case[0])


@pytest.mark.reference("compute_reliability")
def test_counts_and_limits_by_hand():
    y_true = [0, 0, 1, 0, 1, 1, 1]
    found = compute_reliability(y_true, [0, 0.1, 0.25, 0.25, 0.8, 0.9, 1], num_bins=4)
    np.testing.assert_array_equal(found.count, [4, 3])  # two bins are empty; an edge lies below
    assert found.count.dtype == "int64"
    np.testing.assert_allclose(found.observed, [0.25, 1.0], **EXACT64)
    np.testing.assert_allclose(found.predicted, [0.15, 0.9], **EXACT64)
    z2 = 1.959963984540054**2  # Wilson: of 3 in 3 the lower limit is 3 / (3 + z^2)
    np.testing.assert_allclose([found.low[1], found.high[1]], [3 / (3 + z2), 1], **EXACT64)
    centre, half = (1 + z2 / 2) / (4 + z2), np.sqrt(z2 * (0.75 + z2 / 4)) / (4 + z2)
    np.testing.assert_allclose(
        [found.low[0], found.high[0]], [centre - half, centre + half], **EXACT64
    )


def test_equal_mass_means_equal_counts_without_ties():
    y_true, probabilities = draw_cases(np.random.default_rng(0), 700)
    found = compute_reliability(y_true, probabilities, num_bins=7, strategy="quantile")
    np.testing.assert_array_equal(found.count, [100] * 7)


def test_the_bins_of_the_true_posterior_agree_with_what_happens():
    y_true, posterior, _, _ = simulate_posterior(20000)
    found = compute_reliability(y_true, posterior, strategy="quantile")
    spread = np.sqrt(found.predicted * (1 - found.predicted) / found.count)
    assert (np.abs(found.observed - found.predicted) < 4 * spread).all()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_tied_probabilities_share_one_bin(strategy):
    found = compute_reliability([0, 1, 1], [0.3] * 3, num_bins=4, strategy=strategy)
    np.testing.assert_array_equal(found.count, [3])
    np.testing.assert_allclose(found.predicted, [0.3], **EXACT64)
    error = compute_calibration_error([0, 1, 1], [0.3] * 3, num_bins=4, strategy=strategy)
    np.testing.assert_allclose(error, 2 / 3 - 0.3, **EXACT64)


def test_reliability_is_defined_for_one_class():
    found = compute_reliability([1, 1, 1], [0.2, 0.25, 0.7], num_bins=2)
    np.testing.assert_array_equal(found.observed, [1, 1])
    assert compute_calibration_error([0, 0], [0.5, 0.5]) == 0.5


@pytest.mark.reference("compute_calibration_error")
def test_calibration_error_by_hand():
    # bins up to .5 and above: 3 cases off by |1/3 - .2|, 2 cases off by |1/2 - .85|
    y_true, probabilities = [0, 1, 0, 0, 1], [0.1, 0.2, 0.3, 0.8, 0.9]
    error = compute_calibration_error(y_true, probabilities, num_bins=2)
    np.testing.assert_allclose(error, 3 / 5 * (1 / 3 - 0.2) + 2 / 5 * 0.35, **EXACT64)
    # equal mass: the median belongs to the lower bin, here with the same cases
    same = compute_calibration_error(y_true, probabilities, num_bins=2, strategy="quantile")
    np.testing.assert_allclose(same, error, **EXACT64)


@pytest.mark.law("compute_calibration_error")
def test_the_error_of_the_true_posterior_is_chance_that_shrinks_with_more_cases():
    generator = np.random.default_rng(0)

    def mean_error(num_cases):
        return np.mean(
            [compute_calibration_error(*draw_cases(generator, num_cases)) for _ in range(40)]
        )

    few, many = mean_error(500), mean_error(500 * 16)
    assert few > 0.01
    assert 0.2 < many / few < 0.3  # n^-1/2: one quarter


@pytest.mark.law("compute_brier_score")
@pytest.mark.law("compute_log_loss")
@pytest.mark.law("compute_reliability")
@pytest.mark.law("compute_calibration_error")
@pytest.mark.law("fit_calibration_line")
@given(st.integers(0, 1000))
def test_the_order_of_the_cases_does_not_matter(seed):
    generator = np.random.default_rng(seed)
    y_true, probabilities = draw_cases(generator, 60)
    order = generator.permutation(60)
    for measure in EVERY_MEASURE:
        first, same = measure(y_true, probabilities), measure(y_true[order], probabilities[order])
        np.testing.assert_allclose(same, first, rtol=1e-9, atol=1e-9)


# calibration line


@pytest.mark.reference("fit_calibration_line")
@pytest.mark.parametrize(("intercept", "slope"), [(0.0, 1.0), (-1.0, 0.4), (2.0, 2.0)])
def test_the_line_is_that_of_newtons_method(intercept, slope):
    generator = np.random.default_rng(3)
    y_true, probabilities = draw_cases(generator, 400, intercept=intercept, slope=slope)
    line = fit_calibration_line(y_true, probabilities, confidence=0.9)
    x, ones = logit(probabilities), np.ones(400)
    for found, columns, offset in [(line.intercept, [ones], x), (line.slope, [ones, x], 0)]:
        beta, error = fit_by_newton(y_true, columns, offset)
        expected = beta[-1] + 1.6448536269514722 * error[-1] * np.array([0, -1, 1])
        np.testing.assert_allclose(found, expected, **UPDATES64)


@pytest.mark.reference("fit_calibration_line")
def test_the_line_of_the_true_posterior_has_intercept_0_and_slope_1():
    y_true, posterior, _, _ = simulate_posterior(20000)
    line = fit_calibration_line(y_true, posterior, confidence=0.9999)
    assert line.intercept.low < 0 < line.intercept.high
    assert line.slope.low < 1 < line.slope.high
    bold = fit_calibration_line(y_true, expit(1.79 * logit(posterior)))
    np.testing.assert_allclose(bold.slope.value, line.slope.value / 1.79, **UPDATES64)
    shifted = fit_calibration_line(y_true, expit(logit(posterior) + 2))
    np.testing.assert_allclose(shifted.intercept.value, line.intercept.value - 2, **UPDATES64)


@pytest.mark.reference("fit_calibration_line")
def test_the_intervals_of_the_line_cover_the_truth():
    generator = np.random.default_rng(5)
    found = [
        fit_calibration_line(*draw_cases(generator, 300, intercept=0.4), confidence=0.9)
        for _ in range(300)
    ]
    allowed = 4 * np.sqrt(0.9 * 0.1 / 300)
    intercepts = [line.intercept.low < 0.4 < line.intercept.high for line in found]
    slopes = [line.slope.low < 1 < line.slope.high for line in found]
    assert abs(np.mean(intercepts) - 0.9) < allowed
    assert abs(np.mean(slopes) - 0.9) < allowed


@pytest.mark.reference("fit_calibration_line")
def test_the_interval_of_the_intercept_covers_for_bold_probabilities():
    generator, hits, num_studies = np.random.default_rng(8), 0, 300
    # what the intercept is in all the world: where the mean forecast has the true prevalence
    steps = (np.arange(100_000) + 0.5) / 100_000
    log_odds = 2.5 * ndtri(steps)
    truth = brentq(lambda a: np.mean(expit(a + log_odds) - expit(-0.5 + 0.5 * log_odds)), -9, 9)
    for _ in range(num_studies):
        predicted = 2.5 * generator.normal(size=500)
        y_true = generator.random(500) < expit(-0.5 + 0.5 * predicted)
        interval = fit_calibration_line(y_true.astype(int), expit(predicted)).intercept
        hits += interval.low < truth < interval.high
    assert abs(hits / num_studies - 0.95) < 4 * np.sqrt(0.95 * 0.05 / num_studies)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_has_no_line(label):
    with pytest.warns(UserWarning, match="calibration line"):
        line = fit_calibration_line([label] * 3, [0.1, 0.4, 0.6])
    assert np.isnan(line).all()


def test_tied_probabilities_have_an_intercept_but_no_slope():
    with pytest.warns(UserWarning, match="no finite slope: all probabilities are tied"):
        line = fit_calibration_line([0, 1, 0, 0], [0.5] * 4)
    assert np.isnan(line.slope).all()
    np.testing.assert_allclose(line.intercept.value, np.log(1 / 3), **UPDATES64)


@pytest.mark.parametrize("probabilities", [[0.2, 0.3, 0.3, 0.6], [0.7, 0.6, 0.4, 0.2]])
def test_separated_classes_have_an_intercept_but_no_slope(probabilities):
    with pytest.warns(UserWarning, match="no finite slope: one threshold separates the classes"):
        line = fit_calibration_line([0, 0, 1, 1], probabilities)
    assert np.isnan(line.slope).all()
    expected, _ = fit_by_newton([0, 0, 1, 1], [np.ones(4)], logit(probabilities))
    np.testing.assert_allclose(line.intercept.value, expected[0], **UPDATES64)


def test_probabilities_of_0_and_1_have_a_line():
    generator = np.random.default_rng(6)
    y_true, probabilities = draw_cases(generator, 200)
    extreme = np.append(probabilities, [0.0, 1.0, 1e-20])  # all below 1e-12 count as that
    inside = np.append(probabilities, [1e-12, 1 - 1e-12, 1e-12])
    labels = np.append(y_true, [0, 1, 0])
    found, expected = fit_calibration_line(labels, extreme), fit_calibration_line(labels, inside)
    np.testing.assert_allclose(found, expected, **EXACT64)


@pytest.mark.parametrize("y_true", [[0, 1, 0, 1, 1], [0, 1, 1, 0, 0], [0, 1, 1, 0, 1]])
def test_labels_given_for_probabilities_have_no_line_and_say_so_once(y_true):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        line = fit_calibration_line(y_true, [0, 1, 1, 0, 1])
    assert np.isnan(line).all()
    assert ["Are they labels?" in str(warning.message) for warning in caught] == [True]
    assert caught[0].filename == __file__


# refusals


@pytest.mark.parametrize("measure", EVERY_MEASURE)
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
def test_bad_probabilities_are_refused(measure, y_true, probabilities, message):
    with pytest.raises(ValueError, match=message):
        measure(y_true, probabilities)


@pytest.mark.parametrize(
    ("y_true", "probabilities", "kind", "message"),
    [
        ([0, 1], [[0.5, 0.6], [0.1, 0.9]], ValueError, "add to 1 in each row.*from 1 to 1.1"),
        ([0, 1], [[2.0, -1.0], [0.1, 0.9]], ValueError, "from -1 to 2.*a softmax first"),
        ([0, 1], [[np.nan, 1], [0.1, 0.9]], ValueError, "finite numbers"),
        ([0, 1], [[np.inf, 0], [0.1, 0.9]], ValueError, "finite numbers"),
        ([0, 1], [[1.0], [1.0]], ValueError, r"at least two classes.*got \(2, 1\)"),
        ([], np.zeros((0, 3)), ValueError, "hold something"),
        ([0, 1, 1], [[0.5, 0.5]], ValueError, r"one label a case; got shape \(3,\) for 1 cases"),
        ([[0, 1]], [[0.5, 0.5]], ValueError, "one label a case"),
        ([0, 3], [[0.1, 0.2, 0.7]] * 2, ValueError, r"from 0 to 2.*values \[0, 3\]"),
        ([0, -1], [[0.1, 0.2, 0.7]] * 2, ValueError, r"from 0 to 2.*values \[0, -1\]"),
        ([0.0, 1.0], [[0.1, 0.2, 0.7]] * 2, ValueError, r"got float64.*Use `\.astype"),
        ([0, None], [[0.1, 0.2, 0.7]] * 2, ValueError, "got object"),
        ([0, 1], [["a", "b"]] * 2, TypeError, "real numbers"),
    ],
)
def test_bad_probabilities_of_classes_are_refused(y_true, probabilities, kind, message):
    with pytest.raises(kind, match=message):
        compute_log_loss(y_true, probabilities)


@pytest.mark.parametrize("measure", [compute_reliability, compute_calibration_error])
def test_bad_bins_are_refused(measure):
    with pytest.raises(ValueError, match="`num_bins` must be an integer of at least 1"):
        measure([0, 1], [0.1, 0.2], num_bins=0)
    with pytest.raises(ValueError, match="must be one of 'uniform', 'quantile'"):
        measure([0, 1], [0.1, 0.2], strategy="equal")


def test_bad_confidence_is_refused():
    with pytest.raises(ValueError, match="`confidence` must be a finite number > 0 and < 1"):
        fit_calibration_line([0, 1], [0.1, 0.2], confidence=95)
