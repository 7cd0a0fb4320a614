import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, norm

from helpers.evaluation import (
    auc_standard_error,
    compute_auc,
    delong_covariance,
    delong_interval,
    separation_bound,
)
from helpers.observers import auc_from_detectability, detectability_from_auc
from tests.evaluation.pairs import BAD_SCORES, cases, draw_scores, naive_covariance
from tests.tolerances import EXACT64, QUADRATURE

# Albumin, total protein, K-G score and whether surgery helped (1) of patients with ovarian cancer:
# the worked example of DeLong, DeLong, Clarke-Pearson (1988), the 43 of 49 without missing values,
# as printed with its results in the user's guide of SAS/STAT, procedure LOGISTIC, example
# "Comparing Receiver Operating Characteristic Curves". A high K-G score speaks against surgery.
OVARIAN = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0
1.6 5.6 5 1   3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1
4.3 7.0 4 1   3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1
3.0 4.7 8 0   4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1
3.2 5.1 5 1   2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1
3.5 6.2 5 1   2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1
3.6 6.6 5 1
"""


@pytest.mark.reference("delong_covariance")
@given(cases)
def test_delong_is_its_definition_with_ties(case):
    aucs, covariance = delong_covariance(*case)
    expected_aucs, expected = naive_covariance(*case)
    np.testing.assert_allclose(aucs, expected_aucs, **EXACT64)
    np.testing.assert_allclose(covariance, expected, **EXACT64)


@pytest.mark.reference("delong_covariance")
@pytest.mark.reference("delong_interval")
def test_delong_gives_the_results_of_its_published_example():
    albumin, protein, score, y_true = np.array(OVARIAN.split(), float).reshape(-1, 4).T
    y_true, tests = y_true.astype(int), np.stack([albumin, protein, 10 - score])
    aucs, covariance = delong_covariance(y_true, tests)
    printed = dict(rtol=0, atol=5e-5)  # four decimals
    np.testing.assert_allclose(aucs, [0.7366, 0.6478, 0.7258], **printed)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), [0.0927, 0.1000, 0.1028], **printed)
    contrasts = np.array([[1, 0, -1], [0, 1, -1]])
    differences = contrasts @ aucs
    variances = np.diag(contrasts @ covariance @ contrasts.T)
    np.testing.assert_allclose(differences, [0.0108, -0.0780], **printed)
    np.testing.assert_allclose(np.sqrt(variances), [0.0953, 0.1046], **printed)
    np.testing.assert_allclose(differences**2 / variances, [0.0127, 0.5554], **printed)
    low = [delong_interval(y_true, test, method="plain").low for test in tests]
    np.testing.assert_allclose(low, [0.5549, 0.4518, 0.5243], **printed)


@pytest.mark.law("delong_covariance")
@given(cases, st.randoms())
def test_delong_ignores_order_and_monotone_transforms(case, random):
    y_true, scores = case
    order = random.sample(range(len(y_true)), len(y_true))
    aucs, covariance = delong_covariance(y_true, scores)
    for same_aucs, same in [
        delong_covariance(y_true[order], scores[:, order]),
        delong_covariance(y_true, scores**3 - 4),
    ]:
        np.testing.assert_allclose(same_aucs, aucs, **EXACT64)
        np.testing.assert_allclose(same, covariance, **EXACT64)
    np.testing.assert_allclose(aucs[0], compute_auc(y_true, (scores[0] + 1) / 8), **EXACT64)
    turned, same = delong_covariance(1 - y_true, -scores)
    np.testing.assert_allclose(turned, aucs, **EXACT64)
    np.testing.assert_allclose(same, covariance, **EXACT64)


@pytest.mark.reference("delong_covariance")
def test_delong_is_the_spread_of_aucs_over_test_sets():
    y_true, sets = draw_scores(np.random.default_rng(0), 150, (600,))
    results = [delong_covariance(y_true, scores) for scores in sets]
    spread = np.cov([aucs for aucs, _ in results], rowvar=False)
    estimate = np.mean([covariance for _, covariance in results], axis=0)
    # a covariance from 600 sets has a relative error of about sqrt(2 / 600)
    np.testing.assert_allclose(estimate, spread, rtol=4 * np.sqrt(2 / 600))


@pytest.mark.reference("delong_covariance")
@pytest.mark.reference("auc_standard_error")
def test_gaussian_scores_have_the_variance_of_theory_by_delong_and_over_test_sets():
    # the three scores' distances in standard deviations, from how `draw_scores` makes them
    distances = 1.5 / np.sqrt([1 + 0.25, 1 + 1, 1])
    theory = auc_standard_error(auc_from_detectability(distances), 60, 120)
    y_true, sets = draw_scores(np.random.default_rng(1), 180, (800,))
    results = [delong_covariance(y_true, scores) for scores in sets]
    spread = np.std([aucs for aucs, _ in results], axis=0)
    np.testing.assert_allclose(spread, theory, rtol=4 / np.sqrt(2 * 800))
    variances = np.array([np.diag(covariance) for _, covariance in results])
    error = variances.std(axis=0) / np.sqrt(800)
    # DeLong's estimate is a little high, by no more than one part in the fewer cases
    assert (variances.mean(axis=0) > theory**2 - 4 * error).all()
    assert (variances.mean(axis=0) < theory**2 * (1 + 1 / 60) + 4 * error).all()


def test_one_score_may_come_without_an_axis_of_its_own():
    aucs, covariance = delong_covariance([0, 1, 0, 1], [0.1, 0.4, 0.5, 0.9])
    assert (aucs.shape, covariance.shape) == ((1,), (1, 1))
    logits = delong_covariance([False, True, False, True], [1, 4, 5, 9])
    np.testing.assert_array_equal(logits[1], covariance)


@pytest.mark.reference("delong_interval")
def test_both_intervals_by_hand():
    # eight of nine pairs in order; placements 2/3, 1, 1 in both classes have variance 1/27
    y_true, scores = [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]
    error = math.sqrt(2 * (1 / 27) / 3)
    plain = delong_interval(y_true, scores, method="plain")
    np.testing.assert_allclose(plain, (8 / 9, 8 / 9 - 1.959963984540054 * error, 1), **EXACT64)
    odds = [8 * math.exp(sign * 1.6448536269514722 * error * 81 / 8) for sign in (-1, 1)]
    logit = delong_interval(y_true, scores, confidence=0.9)
    np.testing.assert_allclose(logit, (8 / 9, *(o / (1 + o) for o in odds)), **EXACT64)


@pytest.mark.law("delong_interval")
@given(cases, st.sampled_from(["plain", "logit"]))
def test_the_interval_holds_the_auc_and_turns_with_the_scores(case, method):
    y_true, scores = case[0], case[1][0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ties and separation have tests of their own
        value, low, high = delong_interval(y_true, scores, method=method)
        turned = delong_interval(y_true, 3 - scores**3, method=method)
    np.testing.assert_allclose(value, compute_auc(y_true, scores), **EXACT64)
    np.testing.assert_allclose(turned, (1 - value, 1 - high, 1 - low), **EXACT64)
    assert np.isnan(low) or 0 <= low <= value <= high <= 1


def cover(d, num_positive, num_negative, method):
    """Return the share of 500 studies whose interval holds the true AUC of Gaussian scores."""
    generator, truth = np.random.default_rng(2), auc_from_detectability(d)
    y_true = np.repeat([1, 0], [num_positive, num_negative])
    covered = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some studies separate the classes
        for _ in range(500):
            scores = generator.standard_normal(len(y_true)) + d * y_true
            _, low, high = delong_interval(y_true, scores, method=method)
            covered += low <= truth <= high
    return covered / 500


def test_the_logit_keeps_its_promise_where_the_plain_interval_does_not():
    error = np.sqrt(0.95 * 0.05 / 500)
    assert abs(cover(1.5, 60, 90, "logit") - 0.95) < 4 * error
    assert abs(cover(1.5, 60, 90, "plain") - 0.95) < 4 * error + 0.01
    # an AUC of .983; where a study separates the classes, the one-sided bound stands for no width
    assert cover(3.0, 10, 90, "plain") < 0.95 - 8 * error
    assert abs(cover(3.0, 10, 90, "logit") - 0.95) < 4 * error
    # and ten cases of a class stay too few, however many the other has
    assert cover(3.0, 10, 1000, "logit") < 0.95 - 8 * error


@pytest.mark.reference("separation_bound")
@pytest.mark.parametrize(("num_positive", "num_negative"), [(1, 1), (9, 4), (300, 20)])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_scores_that_reach_the_bound_separate_as_rarely_as_promised(
    num_positive, num_negative, confidence
):
    # All positives score 0, a negative scores -1 with chance A and 1 otherwise: its AUC is A. The
    # classes are separated when all negatives score -1. No distribution can do it more often.
    bound = separation_bound(num_positive, num_negative, confidence=confidence)
    np.testing.assert_allclose(
        binom.pmf(num_negative, num_negative, bound), 1 - confidence, **EXACT64
    )
    mirrored = separation_bound(num_negative, num_positive, confidence=confidence)
    assert bound == mirrored


@pytest.mark.parametrize(("num_positive", "num_negative"), [(1, 7), (5, 3), (20, 60)])
def test_gaussian_scores_at_the_bound_separate_more_rarely(num_positive, num_negative):
    d = detectability_from_auc(separation_bound(num_positive, num_negative))

    def highest_negative_below_all_positives(x):
        density = num_negative * norm.pdf(x) * norm.cdf(x) ** (num_negative - 1)
        return density * norm.sf(x - d) ** num_positive

    separated, _ = quad(highest_negative_below_all_positives, -10, 10)
    assert 0 < separated < 0.05


@pytest.mark.reference("auc_standard_error")
@pytest.mark.parametrize("auc", [0.03, 0.5, 0.7, 0.983])
def test_the_standard_error_by_integration_over_the_shared_case(auc):
    d = math.sqrt(2) * norm.ppf(auc)
    both, _ = quad(lambda x: norm.pdf(x) * norm.cdf(d - x) ** 2, -12, 12, epsabs=1e-12)
    pairs = auc * (1 - auc) + (7 + 30 - 2) * (both - auc**2)
    np.testing.assert_allclose(
        auc_standard_error(auc, 7, 30), math.sqrt(pairs / (7 * 30)), **QUADRATURE
    )


@pytest.mark.reference("auc_standard_error")
def test_the_standard_error_at_chance_is_that_of_the_rank_sum_test():
    positives, negatives = np.array([1, 5, 200]), np.array([[1], [70]])
    expected = np.sqrt((positives + negatives + 1) / (12 * positives * negatives))
    np.testing.assert_allclose(auc_standard_error(0.5, positives, negatives), expected, **EXACT64)
    many = np.array([100_000], dtype="int32")  # pairs beyond what 32 bits hold
    np.testing.assert_allclose(auc_standard_error(0.5, many, many), 0.0012909976, rtol=1e-7)


@pytest.mark.reference("auc_standard_error")
def test_hanley_and_mcneil_are_a_little_more_cautious_with_exponential_scores():
    auc = np.array([0.55, 0.6, 0.75, 0.85, 0.95])
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    pairs = auc * (1 - auc) + 49 * (q1 - auc**2) + 69 * (q2 - auc**2)
    ratio = np.sqrt(pairs / (50 * 70)) / auc_standard_error(auc, 50, 70)
    assert (ratio > 1).all()
    assert (ratio < [1.02, 1.02, 1.05, 1.1, 1.25]).all()


@pytest.mark.law("auc_standard_error")
@given(st.floats(0, 1), st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_standard_error_falls_with_cases_and_knows_no_side(auc, positives, negatives):
    error = auc_standard_error(auc, positives, negatives)
    assert isinstance(error, float)
    np.testing.assert_allclose(auc_standard_error(auc, negatives, positives), error, **EXACT64)
    assert 0 <= auc_standard_error(auc, positives + 1, negatives) <= error
    np.testing.assert_allclose(
        auc_standard_error(1 - auc, positives, negatives), error, rtol=1e-6, atol=1e-9
    )


def test_a_true_auc_of_one_has_no_spread():
    np.testing.assert_array_equal(auc_standard_error([0.0, 1.0], 5, 8), [0, 0])


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_only_has_no_curve_and_says_so(label):
    with pytest.warns(UserWarning, match=f"no AUC: there is no case of class {1 - label}"):
        aucs, covariance = delong_covariance([label] * 3, [[1, 2, 3]] * 2)
    assert aucs.shape == (2,)
    assert covariance.shape == (2, 2)
    assert np.isnan(aucs).all()
    assert np.isnan(covariance).all()
    with pytest.warns(UserWarning, match="one kind only"):
        assert np.isnan(delong_interval([label] * 3, [1, 2, 3])).all()


def test_a_single_case_of_a_class_has_an_auc_but_no_spread():
    with pytest.warns(UserWarning, match="single case"):
        aucs, covariance = delong_covariance([0, 0, 1, 0], [1, 4, 3, 2])
    np.testing.assert_allclose(aucs, [2 / 3], **EXACT64)
    assert np.isnan(covariance).all()
    with pytest.warns(UserWarning, match="no interval: a class has a single case"):
        interval = delong_interval([0, 0, 1, 0], [1, 4, 3, 2])
    np.testing.assert_allclose(interval, (2 / 3, np.nan, np.nan), **EXACT64)


def test_all_ties_are_chance_without_an_interval():
    aucs, covariance = delong_covariance([0, 0, 1, 1, 1], np.full(5, 0.1))
    np.testing.assert_array_equal(aucs, [0.5])
    np.testing.assert_array_equal(covariance, [[0.0]])
    for y_true in ([0, 0, 1, 1, 1], [0, 0, 0, 1, 0]):
        with pytest.warns(UserWarning, match="no interval: all scores are tied"):
            interval = delong_interval(y_true, np.full(5, 0.1))
        np.testing.assert_array_equal(interval, (0.5, np.nan, np.nan))


@pytest.mark.parametrize("method", ["plain", "logit"])
def test_complete_separation_has_a_one_sided_bound_in_place_of_no_width(method):
    y_true, scores = np.array([0, 1, 0, 1, 0]), np.array([1, 4, 2, 5, 3])
    with pytest.warns(UserWarning, match="2 positive from the 3 negative.* one-sided bound"):
        interval = delong_interval(y_true, scores, method=method)
    np.testing.assert_allclose(interval, (1, math.sqrt(0.05), 1), **EXACT64)
    with pytest.warns(UserWarning, match="one-sided bound"):
        turned = delong_interval(y_true, -scores, method=method, confidence=0.9)
    np.testing.assert_allclose(turned, (0, 0, 1 - math.sqrt(0.1)), **EXACT64)
    with pytest.warns(UserWarning, match="1 positive from the 2 negative"):
        single = delong_interval([0, 1, 0], [1, 3, 2])
    np.testing.assert_allclose(single, (1, 0.05, 1), **EXACT64)


@pytest.mark.parametrize(("y_true", "scores", "kind", "message"), BAD_SCORES)
def test_bad_scores_are_refused(y_true, scores, kind, message):
    with pytest.raises(kind, match=message):
        delong_covariance(y_true, scores)
    with pytest.raises(kind, match=message):
        delong_interval(y_true, scores)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: delong_interval([0, 1], [1, 2], method="logits"), ValueError, "mean 'logit'"),
        (lambda: delong_interval([0, 1], [1, 2], confidence=95), ValueError, "`confidence`"),
        (lambda: separation_bound(0, 3), ValueError, "`num_positive`.*at least 1; got 0"),
        (lambda: separation_bound(3, 2.5), TypeError, "`num_negative` must be an integer"),
        (lambda: separation_bound(3, 2, confidence=1), ValueError, "`confidence`"),
        (lambda: auc_standard_error(1.2, 3, 2), ValueError, "`auc` must hold numbers from 0"),
        (lambda: auc_standard_error(np.nan, 3, 2), ValueError, "`auc` must hold"),
        (lambda: auc_standard_error(0.8, 0, 2), ValueError, "`num_positive`.*at least 1; got 0"),
        (lambda: auc_standard_error(0.8, 3, 2.0), TypeError, "`num_negative`.*integers; got float"),
        (lambda: auc_standard_error(0.8, [3, 4], [2, 3, 4]), ValueError, "shapes that broadcast"),
    ],
)
def test_bad_options_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: delong_covariance([0, 0], [1, 2]), "one kind only"),
        (lambda: delong_covariance([0, 0, 1], [1, 3, 2]), "single case"),
        (lambda: delong_interval([0, 0], [1, 2]), "one kind only"),
        (lambda: delong_interval([0, 0, 1], [1, 3, 2]), "single case"),
        (lambda: delong_interval([0, 0, 1], [1, 2, 3]), "one-sided"),
    ],
)
def test_warnings_point_to_the_line_that_called(call, words):
    with pytest.warns(UserWarning, match=words) as caught:
        call()
    assert [warning.filename for warning in caught] == [__file__]
